"""Terms that come to their end: which, when the keepers hear of it, and longer."""

from calendar import monthrange
from datetime import date, datetime, time

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from councils.actions.due_mail import Due, post
from councils.actions.membership import hold_many
from councils.actions.term_mail import tell_last_day
from councils.models import CouncilMembership
from councils.permissions import KEEPERS
from portal import audit
from portal.dates import ONE_DAY, moment
from portal.errors import NotAllowedNow
from portal.models import AuditEvent, User
from portal.transitions import lock

# So many months before the last day; the nearest last.
MONTHS = (12, 6, 1)
AT = time(9)


def months_before(day: date, months: int) -> date:
    """The same day so many months earlier; the last of the month where it has none."""
    years, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    last = monthrange(years, month + 1)[1]
    return date(years, month + 1, min(day.day, last))


def months_left(ends_on: date, today: date) -> int | None:
    """The nearest of 12, 6 and 1 within which a term ends; None: later than that."""
    passed = [each for each in MONTHS if months_before(ends_on, each) <= today]
    return min(passed, default=None)


def ending(since: date, until: date) -> QuerySet[CouncilMembership]:
    """Terms with their last day in a time, and none after it of the same person."""
    later = CouncilMembership.objects.filter(
        council=OuterRef("council"),
        user=OuterRef("user"),
        starts_on__gt=OuterRef("ends_on"),
    )
    return CouncilMembership.objects.filter(
        ~Exists(later), ends_on__range=(since, until)
    ).order_by("ends_on", "user__name", "pk")


@transaction.atomic
def extend(
    term: CouncilMembership, *, last_day: date | None, by: User
) -> CouncilMembership:
    """Give a term a later last day, or None: no end that is known."""
    hold_many([term.user_id])
    term = lock(term)
    if term.ends_on is None:
        raise NotAllowedNow(_("This seat has no last day."))
    if last_day is not None and last_day <= term.ends_on:
        raise NotAllowedNow(_("Choose a day after the last day that it has now."))
    others = CouncilMembership.objects.filter(user=term.user_id, council=term.council)
    if others.exclude(pk=term.pk).overlapping(term.starts_on, last_day).exists():
        raise NotAllowedNow(_("This person already sits on the council."))
    if term.ends_on < timezone.localdate():
        raise NotAllowedNow(_("This seat has ended already. Invite this person again."))
    term.ends_on = last_day
    term.save(update_fields=["ends_on"])
    audit.record("membership.extend", term, by=by, scope=term.council_id)
    tell_last_day(term, by=by)
    return term


# --- Mails -----------------------------------------------------------------------


def remind(now: datetime) -> None:
    """Tell who keeps the list, 12, 6 and 1 months ahead; of what was missed, the
    nearest only. Who set a last day knows it: earlier moments make no mail."""
    today = timezone.localdate(now)
    terms = list(
        ending(today, today.replace(day=1).replace(year=today.year + 1) + 31 * ONE_DAY)
        .filter(starts_on__lte=today)
        .select_related("user", "council")
    )
    set_at = _set_at(terms)
    keepers: dict = {}
    wanted = CouncilMembership.objects.current(today).acting_as(*KEEPERS, on=today)
    councils = {term.council_id for term in terms}
    for keeper in wanted.filter(council__in=councils).select_related("user"):
        keepers.setdefault(keeper.council_id, []).append(keeper.user)
    dues = []
    for term in terms:
        assert term.ends_on  # the query asks for it
        passed = [each for each in MONTHS if _moment(term.ends_on, each) <= now]
        if not passed or set_at.get(term.pk, now) > _moment(term.ends_on, passed[-1]):
            continue
        for user in keepers.get(term.council_id, []):
            dues.append(_due(term, term.ends_on, passed[-1], user))
    post(dues)


def _set_at(terms: list[CouncilMembership]) -> dict:
    """When the last day of each was set: by the newest event of its trail."""
    epoch = moment(date(2000, 1, 1), time.min)
    found = {term.pk: epoch for term in terms}
    events = AuditEvent.objects.filter(
        subject_id__in=list(found), verb__startswith="membership."
    )
    for pk, at in events.order_by("at").values_list("subject_id", "at"):
        found[pk] = at
    return found


def _moment(ends_on: date, months: int) -> datetime:
    return moment(months_before(ends_on, months), AT)


def _due(term: CouncilMembership, ends_on: date, months: int, user: User) -> Due:
    following = [each for each in MONTHS if each < months]
    until = _moment(ends_on, following[0]) if following else None
    return Due(
        "term_ends",
        to=user,
        key=f"term_ends:{term.pk}:{months}:{user.pk}:{ends_on}",
        useless_after=until or moment(ends_on + ONE_DAY, time.min),
        recheck={
            "name": "term_ends",
            "args": {"term": str(term.pk), "user": str(user.pk), "on": str(ends_on)},
        },
        context={
            "person": term.user.name,
            "role": term.get_role_display(),
            "council": term.council.name,
            "deadline": ends_on,
            "link": reverse("councils:council_terms", args=[term.council_id]),
        },
    )


def still_ends(term: str, on: str) -> bool:
    """Whether that term still ends on that day, and nothing follows it."""
    day = date.fromisoformat(on)
    return ending(day, day).filter(pk=term).exists()
