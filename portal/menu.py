"""What a menu is made of; the apps above decide what is in it."""

from typing import NamedTuple


class MenuItem(NamedTuple):
    """One word of the main menu."""

    label: str
    url: str
    is_current: bool = False
