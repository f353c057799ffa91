from datetime import date
from typing import Protocol, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.fields import random_id


class TermQuerySet(models.QuerySet):
    def current(self, on: date | None = None) -> Self:
        """Terms that run on a day (default today), first and last day included."""
        on = on or timezone.localdate()
        return self.filter(
            Q(ends_on__isnull=True) | Q(ends_on__gte=on), starts_on__lte=on
        )

    def overlapping(self, starts_on: date, ends_on: date | None) -> Self:
        """Terms that share at least one day with the given window."""
        terms = self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=starts_on))
        return terms if ends_on is None else terms.filter(starts_on__lte=ends_on)


class Days(Protocol):
    """From a first up to and including a last day, or without an end."""

    @property
    def starts_on(self) -> date: ...

    @property
    def ends_on(self) -> date | None: ...


def share_a_day(one: Days, other: Days) -> bool:
    """As ``TermQuerySet.overlapping``, of rows that are in hand."""
    one_starts_in_time = other.ends_on is None or one.starts_on <= other.ends_on
    other_starts_in_time = one.ends_on is None or other.starts_on <= one.ends_on
    return one_starts_in_time and other_starts_in_time


class Term(models.Model):
    """A seat that a person holds from a first up to and including a last day."""

    id = random_id()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="%(class)ss",
        verbose_name=_("person"),
    )
    starts_on = models.DateField(_("first day"), default=timezone.localdate)
    ends_on = models.DateField(_("last day"), null=True, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(class)s_ends_after_start",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                violation_error_message=_(
                    "The end lies before the start. Change one of the two dates."
                ),
            ),
        ]

    def is_current(self, on: date | None = None) -> bool:
        """Whether the term runs on a day (default today); as ``current()``."""
        on = on or timezone.localdate()
        return self.starts_on <= on and (self.ends_on is None or self.ends_on >= on)
