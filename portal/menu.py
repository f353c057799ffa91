"""What a menu is made of; the apps above decide what is in it."""

from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True)
class MenuItem:
    """One word of the main menu."""

    label: str | Promise
    url: str
    is_current: bool = False
