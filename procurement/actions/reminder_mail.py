"""The mails of reminders: names, titles, dates and a link; nothing of any input."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from portal import mail
from portal.models import OutgoingMail, User
from portal.moments import nl_day
from portal.sentences import enumerated
from procurement.actions.reminder_dates import Moment, calendar_of
from procurement.actions.reminder_due import TEMPLATES, Due
from procurement.models import Phase

MINUTES = 20
# Which appointments a mail of this kind brings along.
CLOSES = {Moment.CLOSING}
# These are about the submission itself, once there is one.
SUBMISSION = {Moment.CLOSING, Moment.OVERDUE, Moment.SIGNATURE}
WITHOUT_CALENDAR = {Moment.OVERDUE, Moment.SIGNATURE}


def compose(dues: Sequence[Due], now: datetime) -> OutgoingMail:
    """One mail to one person about one rule and date, for one or several councils."""
    due = dues[0]
    key = _key(dues)
    return mail.address(
        _words(dues, now),
        TEMPLATES[Moment(due.rule.moment)],
        to=due.user,
        key=key,
        recheck={"name": "reminder", "args": {"mail": str(OutgoingMail.id_of(key))}},
        useless_after=_useless_after(due),
        calendar=_calendar(due),
    )


def _words(dues: Sequence[Due], now: datetime) -> mail.Wording:
    """What it says; kept on the phase, since all of a council read the same."""
    due = dues[0]
    kept = vars(due.phase).setdefault("_words", {})
    key = due.rule.pk, due.times, tuple(each.council.pk for each in dues)
    if key not in kept:
        kept[key] = mail.word(
            TEMPLATES[Moment(due.rule.moment)],
            link=_link(due),
            **_fields(dues, now),
        )
    return kept[key]


def home_link() -> str:
    """Where a reminder leads: to what is asked of the reader, with the way on."""
    return reverse("home")


def _link(due: Due) -> str:
    if due.done.submission_id and due.rule.moment in SUBMISSION:
        return reverse("procurement:submission_detail", args=[due.done.submission_id])
    return home_link()


def _key(dues: Sequence[Due]) -> str:
    due = dues[0]
    councils = sha256(
        "".join(sorted(each.council.pk.hex for each in dues)).encode()
    ).hexdigest()[:16]
    return (
        f"reminder:{due.rule.moment}:{due.phase.pk.hex}:{due.user.pk.hex}:"
        f"{due.times.due_at:%Y%m%d%H%M%z}:{councils}"
    )


def _useless_after(due: Due) -> datetime | None:
    is_about_the_past = due.rule.moment in WITHOUT_CALENDAR
    return None if is_about_the_past else due.times.deadline


def whose_dates(due: Due) -> set[str]:
    """The appointments that the mail about ``due`` names."""
    if due.rule.moment in WITHOUT_CALENDAR:
        return set()
    if due.rule.moment in CLOSES:
        return {"closing"}
    return {"local" if due.is_local else "central"}


def _calendar(due: Due) -> str:
    if not (whose := whose_dates(due)):
        return ""
    return phase_calendar(due.phase, whose)


def phase_calendar(phase: Phase, whose: set[str]) -> str:
    """The dates of a phase; kept on the phase, since a whole wave has the same."""
    told = vars(phase)  # read with "changes" and "changed_at"
    kept = told.setdefault("_calendars", {})
    name = "|".join(sorted(whose))
    if name not in kept:
        kept[name] = calendar_of(
            phase,
            whose,
            changes=told["changes"],
            changed_at=told["changed_at"] or phase.cycle.created_at,
            link=settings.SITE_URL + home_link(),
        )
    return kept[name]


def round_title(phase: Phase) -> str:
    """What a mail is about: the step and its round, never a title of input."""
    return f"{phase.get_kind_display()}, {phase.cycle}"


def _fields(dues: Sequence[Due], now: datetime) -> dict[str, Any]:
    due = dues[0]
    phase, office = due.phase, due.phase.cycle.owner
    names = [each.council.name for each in dues]
    at = max(now, due.times.due_at)
    offered = due.done.offered_at
    return {
        "council": enumerated(names),
        "phase": phase.get_kind_display(),
        "title": round_title(phase),
        "year": str(phase.cycle.contract_year),
        "care_office": office.name,
        "care_office_contact": office.name,
        "care_office_phone": office.phone or settings.HELP_PHONE,
        "deadline": due.times.deadline,
        "date": nl_day(due.times.deadline),
        "days": max(
            0,
            (timezone.localdate(due.times.deadline) - timezone.localdate(at)).days,
        ),
        "minutes": MINUTES,
        "next_step": str(due.left.label) if due.left else "",
        "offered_on": timezone.localdate(offered) if offered else "",
    }


def compose_catch_up(dues: Sequence[Due]) -> OutgoingMail:
    """The one mail to a person about all dates that were not told in time."""
    user: User = dues[0].user
    ids = sorted(
        f"{due.rule.pk.hex}{due.phase.pk.hex}{due.council.pk.hex}"
        f"{due.times.due_at:%Y%m%d%H%M%z}"
        for due in dues
    )
    key = f"catch_up:{user.pk.hex}:{sha256(''.join(ids).encode()).hexdigest()[:32]}"
    dates = sorted(
        {(due.times.deadline, round_title(due.phase), due.council.name) for due in dues}
    )
    return mail.prepare(
        "catch_up",
        to=user,
        key=key,
        recheck={"name": "reminder", "args": {"mail": str(OutgoingMail.id_of(key))}},
        useless_after=dates[-1][0],
        count=len(dates),
        is_new=all(due.is_new for due in dues),
        list=[
            {"title": title, "council": council, "date": at}
            for at, title, council in dates
        ],
        link=home_link(),
    )
