"""What a council decides: recorded in the minutes, numbered per council and year."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Max, ProtectedError, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from councils.actions.minutes import hold_item, hold_readable, writable
from councils.models import (
    VOTING_ROLES,
    AgendaItem,
    Council,
    CouncilMembership,
    Decision,
)
from portal import audit
from portal.errors import NotAllowedNow
from portal.models import User
from portal.transitions import lock

# So many are offered where one is to be chosen.
RECENT = 25


@transaction.atomic
def record(decision: Decision, *, by: User) -> Decision:
    """Save a new decision at its item with the next number of the year.

    The council's row is held meanwhile: two at once get two numbers, without a gap. It
    is held first, as whoever plans for a council does.
    """
    lock(Council(pk=decision.item.council_id))
    item = decision.item = hold_item(decision.item, by=by)
    if written := Decision.objects.filter(pk=decision.pk, item=item).first():
        return written  # the same page was sent twice
    _check_votes(decision)
    decision.council, decision.openness = item.council, item.openness
    if decision.decided_on is None and item.meeting:
        decision.decided_on = timezone.localdate(item.meeting.starts_at)
    decision.year = decision.decided_on.year
    decision.number = 1 + _last_number(item.council, decision.year)
    decision.recorded_by = by
    decision.save(force_insert=True)
    _record("decision.record", decision, by)
    return decision


@transaction.atomic
def change(decision: Decision, *, by: User) -> Decision:
    """Save other words or votes, as long as the minutes are not adopted."""
    writable(decision.item.meeting, by=by)
    _check_votes(decision)
    kept = hold_readable(decision, by=by)
    kept.text = decision.text
    kept.votes_for = decision.votes_for
    kept.votes_against = decision.votes_against
    kept.votes_abstained = decision.votes_abstained
    kept.save(
        update_fields=["text", "votes_for", "votes_against", "votes_abstained"],
    )
    _record("decision.change", kept, by)
    return kept


@transaction.atomic
def remove(decision: Decision, *, by: User) -> None:
    """Take back the last decision of the year: an earlier one would leave a gap."""
    lock(decision.council)
    writable(decision.item.meeting, by=by)
    decision = hold_readable(decision, by=by)
    if decision.number != _last_number(decision.council, decision.year):
        raise NotAllowedNow(
            _("Only the last decision of the year can go. Change its words instead.")
        )
    _record("decision.remove", decision, by)
    try:
        decision.delete()
    except ProtectedError as error:
        raise NotAllowedNow(_("Something else rests on this decision.")) from error


def follow_openness(item: AgendaItem) -> None:
    """Let decisions and actions of an item be read by who may read the item.

    For the action that changes the item, inside its transaction and in its event.
    """
    item.decisions.update(openness=item.openness)
    item.action_items.update(openness=item.openness)


def recent_of(council: Council, user: User) -> QuerySet[Decision]:
    """The council's last decisions that ``user`` may read: to choose one from."""
    visible = Decision.objects.visible_to(user).filter(council=council.pk)
    newest = visible.order_by("-decided_on", "-number").values("pk")[:RECENT]
    # A choice in a form filters what it is given, which what is cut off does not allow.
    chosen = Decision.objects.filter(pk__in=newest).select_related("item")
    return chosen.order_by("-decided_on", "-number")


def _last_number(council: Council, year: int) -> int:
    of_year = Decision.objects.filter(council=council.pk, year=year)
    return of_year.aggregate(last=Max("number"))["last"] or 0


def why_not_voted(item: AgendaItem, votes: Sequence[int | None]) -> str:
    """Why there cannot have been so many votes at an item, or ""."""
    count, voters = sum(each or 0 for each in votes), voters_at(item)
    if count <= voters:
        return ""
    return ngettext(
        "Together these are %(count)s votes, and %(voters)s person could vote then."
        " Did others vote too? Leave the numbers empty and write it in the decision.",
        "Together these are %(count)s votes, and %(voters)s people could vote then."
        " Did others vote too? Leave the numbers empty and write it in the decision.",
        voters,
    ) % {"count": count, "voters": voters}


def voters_at(item: AgendaItem) -> int:
    """How many could vote in the meeting of an item: by their seats on that day, or as
    they were asked to it."""
    if item.meeting is None:
        return 0
    day = timezone.localdate(item.meeting.starts_at)
    seats = CouncilMembership.objects.current(day).filter(role__in=VOTING_ROLES)
    return max(
        seats.filter(council=item.council_id).count(),
        item.meeting.attendees.filter(votes=True).count(),
    )


def _check_votes(decision: Decision) -> None:
    """A vote has all three counts, or there was none."""
    votes = [
        decision.votes_for,
        decision.votes_against,
        decision.votes_abstained,
    ]
    if all(each is None for each in votes):
        return
    if reason := why_not_voted(decision.item, votes):
        raise NotAllowedNow(reason)
    decision.votes_for = decision.votes_for or 0
    decision.votes_against = decision.votes_against or 0
    decision.votes_abstained = decision.votes_abstained or 0


def _record(verb: str, decision: Decision, by: User) -> None:
    # Of its item: what is closed stays closed in the trail, also when it is taken back.
    audit.record(
        verb,
        decision.item,
        by=by,
        scope=decision.council_id,
        number=decision.reference,
    )
