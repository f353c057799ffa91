"""A council as an administrator keeps it."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from councils.models import Council
from portal.forms import ModelForm


class CouncilForm(ModelForm):
    """What stands above a council or under it belongs to the same organisation."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        organisation, parent = cleaned.get("organisation"), cleaned.get("parent")
        if parent and parent.organisation_id != getattr(organisation, "pk", None):
            self.add_error(
                "parent", _("We do not know this council at this organisation.")
            )
        elif parent and not parent.is_central:
            self.add_error("parent", _("This is not a central council."))
        if any(
            place.organisation_id != getattr(organisation, "pk", None)
            for place in cleaned.get("locations") or []
        ):
            self.add_error(
                "locations", _("Choose locations of this organisation only.")
            )
        if (
            cleaned.get("kind") != Council.Kind.CENTRAL
            and self.instance.children.exists()
        ):
            self.add_error("kind", _("Other councils stand under this one."))
        return cleaned
