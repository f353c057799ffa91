"""Field types that several models share."""

import uuid

from django.db import models


def random_id() -> models.UUIDField:
    """A primary key that tells nobody how many rows there are."""
    return models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
