from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.fields import random_id


class CalendarFeedQuerySet(models.QuerySet):
    def in_use(self) -> Self:
        """Feeds that were not withdrawn."""
        return self.filter(withdrawn_at__isnull=True)


class CalendarFeed(models.Model):
    """A person's private calendar address; it works as long as a seat and this row do.

    The secret in the address is made from the row's id and the site's key, so that who
    reads the database cannot read a calendar.
    """

    id = random_id()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="calendar_feeds"
    )
    made_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True)

    objects = CalendarFeedQuerySet.as_manager()

    class Meta:
        verbose_name = _("calendar address")
        verbose_name_plural = _("calendar addresses")
        constraints = [
            models.UniqueConstraint(
                name="calendar_feed_one_in_use",
                fields=["user"],
                condition=Q(withdrawn_at__isnull=True),
            ),
        ]

    def __str__(self):
        return f"calendar address {str(self.pk)[:8]}"
