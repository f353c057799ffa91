"""Pieces of Dutch sentences that are put together from a list."""

from collections.abc import Iterable

from django.utils.text import get_text_list
from django.utils.translation import gettext as _


def enumerated(words: Iterable[object]) -> str:
    """de centrale raad, de organisatie en het zorgkantoor"""
    return get_text_list([str(word) for word in words], _("and"))
