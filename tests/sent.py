"""What a browser sends of a page."""

from datetime import datetime
from typing import Any

from django.test import Client

from portal.dates import AMSTERDAM


def shown(client: Client, page: str) -> dict[str, Any]:
    """The form of a page as it is sent when nobody changed anything in it."""
    sent: dict[str, Any] = {}
    for field in client.get(page).context["form"]:
        value = field.value()
        if isinstance(value, datetime):
            value = value.astimezone(AMSTERDAM)
            sent[f"{field.html_name}_0"] = value.date().isoformat()
            sent[f"{field.html_name}_1"] = f"{value:%H:%M}"
        elif value not in (None, False):
            sent[field.html_name] = value
    return sent
