"""Who may read an item of an agenda, and all that comes of it."""

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from councils.models.council import CouncilMembership
from councils.models.reach import VOTING_ROLES, council_ids
from portal.models import User


class Openness(models.TextChoices):
    """Who may read an item, what is said about it, and what is decided.

    From wide to narrow: also guests and the public paper; the council with its
    secretary and supporter; those who decide in the council, and no helper.
    """

    OPEN = "open", _("open: guests read it too")
    COUNCIL = "council", _("closed: only your council reads it")
    MEMBERS = "members", _("closed: only members, not the secretary")


def in_reach(user: User, council: str = "council", openness: str = "openness") -> Q:
    """What of a council ``user`` may read: all of it, or what is open to helpers.

    The one rule for items, papers, notes, decisions and actions; ``council`` and
    ``openness`` lead to the two columns from what is asked for. A guest has no part
    in it: guests read what was sent to them (``SentAgenda``).
    """
    voting = council_ids(user, *VOTING_ROLES)
    return Q(**{f"{council}__in": voting}) | Q(
        **{f"{council}__in": council_ids(user)}
    ) & ~Q(**{openness: Openness.MEMBERS})


def in_reach_of(person: str, council: str = "council", openness: str = "openness") -> Q:
    """The same rule for whom each row names: ``person`` leads to that column."""
    seats = CouncilMembership.objects.current().filter(
        council=OuterRef(council), user=OuterRef(person)
    )
    voting = seats.filter(role__in=VOTING_ROLES)
    return Q(Exists(voting)) | Q(Exists(seats)) & ~Q(**{openness: Openness.MEMBERS})
