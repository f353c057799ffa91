"""The one door for a change of status: a locked row, and a step that is allowed."""

from typing import Any, TypeVar

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model
from django.utils.translation import gettext as _

from portal.errors import Gone, NotAllowedNow

Row = TypeVar("Row", bound=Model)


def lock(obj: Row) -> Row:
    """Read ``obj`` again and hold its row until the transaction ends."""
    rows = obj.__class__._default_manager.select_for_update(of=("self",), no_key=True)
    try:
        return rows.get(pk=obj.pk)
    except ObjectDoesNotExist as error:
        raise Gone(
            _("This is not there any more. Somebody took it away meanwhile.")
        ) from error


def move(obj: Any, to: str) -> None:
    """Set ``obj.status`` to ``to`` if ``obj.TRANSITIONS`` allows that step."""
    if to not in obj.TRANSITIONS[obj.status]:
        raise NotAllowedNow(
            _("This cannot be done now: %(reason)s")
            % {"reason": _("it is “%s”.") % obj.get_status_display()}
        )
    obj.status = to
