"""The second gate of every view, after ``visible_to``."""

from django.core.exceptions import PermissionDenied


def require(allowed: bool) -> None:
    """Answer 403 unless ``allowed``."""
    if not allowed:
        raise PermissionDenied
