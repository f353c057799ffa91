"""Meetings: planning one or a year of them, moving, calling off, inviting, coming."""

from collections.abc import Collection, Iterable
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from councils.actions import agenda_rows, meeting_mail, meeting_people, standing
from councils.actions.meeting_people import day_of, quorum_of
from councils.models import Attendee, Council, Meeting, Minutes
from portal import audit, mail
from portal.dates import ONE_DAY, working_day_on_or_before
from portal.errors import NotAllowedNow
from portal.models import User
from portal.transitions import lock
from portal.transitions import move as move_status

AGENDA_AHEAD = timedelta(days=7)
# What a calendar, and who was told, must hear of.
TIME_AND_PLACE = ["starts_at", "ends_at", "place", "video_link", "location_id"]
FIELDS = [
    "kind",
    "title",
    "starts_at",
    "ends_at",
    "place",
    "video_link",
    "location",
    "with_board",
    "agenda_goes_out_on",
    "papers_due_on",
]


def usual_days(day: date) -> tuple[date, date]:
    """When the agenda of a meeting on ``day`` goes out, and until when papers come.

    A week ahead, rolled back to a working day, and the working day before that; of a
    meeting that is near: today.
    """
    today = timezone.localdate()
    agenda = working_day_on_or_before(day - AGENDA_AHEAD).day
    papers = working_day_on_or_before(agenda - ONE_DAY).day
    if day < today:
        return agenda, papers
    return max(agenda, today), max(papers, today)


@transaction.atomic
def plan(
    meeting: Meeting, *, attendees: Iterable[Attendee] | None = None, by: User
) -> Meeting:
    """Save a meeting, with the council's people of today as its attendees.

    ``attendees`` are its guests; without it those whom its kind asks for. Nobody is
    told before ``invite``. The same meeting twice (a double press) is one.
    """
    council = lock(meeting.council)
    meeting.council = council
    return _plan(meeting, attendees, by)


@transaction.atomic
def plan_many(meetings: Iterable[Meeting], *, by: User) -> list[Meeting]:
    """The same for a roster; those that are there already are not made again.

    Returns the ones that were made.
    """
    in_order = sorted(meetings, key=lambda each: each.starts_at)
    for council in {each.council for each in in_order}:
        lock(council)
    return [each for each in in_order if _plan(each, None, by) is each]


def _plan(meeting: Meeting, guests: Iterable[Attendee] | None, by: User) -> Meeting:
    there = Meeting.objects.planned().filter(
        council=meeting.council,
        kind=meeting.kind,
        title=meeting.title,
        starts_at=meeting.starts_at,
    )
    if same := there.first():
        return same
    agenda, papers = usual_days(day_of(meeting))
    meeting.agenda_goes_out_on = meeting.agenda_goes_out_on or agenda
    meeting.papers_due_on = meeting.papers_due_on or min(
        papers, meeting.agenda_goes_out_on
    )
    meeting.planned_by = by
    meeting.save(force_insert=True)
    meeting_people.take_in_council([meeting])
    if guests is None:
        guests = meeting_people.guests_by_nature(meeting)
    for each in guests:
        each.meeting = meeting
        each.is_guest = True
    Attendee.objects.bulk_create(guests)
    standing.begin(meeting, by=by)
    audit.record("meeting.plan", meeting, by=by, scope=meeting.council_id)
    return meeting


@transaction.atomic
def move(meeting: Meeting, *, by: User) -> Meeting:
    """Save what was changed of a meeting; tell who was told another time or place.

    An answer to another time says nothing of the new one, and is asked anew.
    """
    old = _planned(lock(meeting))
    if old.is_over:
        raise NotAllowedNow(_("This meeting is over. It can no longer be changed."))
    has_moved = any(
        getattr(meeting, name) != getattr(old, name) for name in TIME_AND_PLACE
    )
    _follow(meeting, old)
    fields = list(FIELDS)
    if has_moved:
        meeting.sequence, meeting.changed_at = old.sequence + 1, timezone.now()
        fields += ["sequence", "changed_at"]
    meeting.save(update_fields=fields)
    meeting_people.take_in_council([meeting])
    if has_moved:
        _tell_move(meeting, old)
    verb = "meeting.move" if has_moved else "meeting.edit"
    audit.record(verb, meeting, by=by, scope=meeting.council_id)
    return meeting


def _follow(meeting: Meeting, old: Meeting) -> None:
    """The days of the agenda go along with the day, unless they were set too."""
    if day_of(meeting) != day_of(old):
        agenda, papers = usual_days(day_of(meeting))
        if meeting.agenda_goes_out_on == old.agenda_goes_out_on:
            meeting.agenda_goes_out_on = agenda
        if meeting.papers_due_on == old.papers_due_on:
            meeting.papers_due_on = papers
    agenda_rows.move_paper_days(meeting.items.all(), old, meeting)


def _tell_move(meeting: Meeting, old: Meeting) -> None:
    told = _told(meeting)
    mail.queue_all(meeting_mail.moved(told, meeting_mail.where(old)))
    rows = Attendee.objects.filter(pk__in=[each.pk for each in told])
    rows.update(told_sequence=meeting.sequence)
    if (meeting.starts_at, meeting.ends_at) != (old.starts_at, old.ends_at):
        rows.update(answer=Attendee.Answer.NONE, answered_at=None)


@transaction.atomic
def cancel(meeting: Meeting, *, reason: str, by: User) -> Meeting:
    """Call a meeting off; who was told hears it. What was on its agenda waits."""
    meeting = lock(meeting)
    if meeting.is_over:
        raise NotAllowedNow(_("This meeting is over. It can no longer be called off."))
    move_status(meeting, Meeting.Status.CANCELLED)
    agenda_rows.let_wait(meeting)
    meeting.cancelled_because, meeting.changed_at = reason, timezone.now()
    meeting.sequence += 1
    meeting.save(
        update_fields=["status", "cancelled_because", "sequence", "changed_at"]
    )
    mail.queue_all(meeting_mail.cancelled(_told(meeting), is_off=True))
    audit.record("meeting.cancel", meeting, by=by, scope=meeting.council_id)
    return meeting


@transaction.atomic
def invite(meeting: Meeting, *, by: User | None, only_council: bool = False) -> Meeting:
    """Send the invitation to everybody who did not get it yet.

    ``by`` is None, and guests are left alone, when the portal itself invites who took
    a seat after the others were invited.
    """
    meeting = _planned(lock(meeting))
    if meeting.is_over:
        raise NotAllowedNow(_("This meeting is over."))
    meeting_people.take_in_council([meeting])
    new = [
        each
        for each in _attendees(meeting)
        if each.invited_at is None
        and not each.came_unasked
        and not (only_council and each.is_guest)
    ]
    if not new:
        raise NotAllowedNow(_("Everybody has been invited already."))
    mail.queue_all(meeting_mail.invitations(new))
    Attendee.objects.filter(pk__in=[each.pk for each in new]).update(
        invited_at=timezone.now(), told_sequence=meeting.sequence
    )
    audit.record(
        "meeting.invite", meeting, by=by, scope=meeting.council_id, count=len(new)
    )
    return meeting


@transaction.atomic
def choose_people(
    meeting: Meeting,
    *,
    guests: Collection[User],
    outsiders: Iterable[tuple[str, str]] = (),
    members: Collection[UUID] | None = None,
    by: User,
) -> Meeting:
    """Who comes beside the council; of a working group also who of the council.

    ``outsiders`` are names and addresses. Who was told and is not asked any more
    hears so.
    """
    meeting = _planned(lock(meeting))
    if meeting.is_over:
        raise NotAllowedNow(_("This meeting is over."))
    wanted = {user.pk for user in guests}
    addresses = {address.strip().lower(): name for name, address in outsiders}
    rows = [row for row in _attendees(meeting) if not row.came_unasked]
    gone = [each for each in rows if not _is_wanted(each, wanted, addresses, members)]
    _let_go(gone)
    there = {each.user_id or each.email for each in rows if each.is_guest}
    new = [
        each
        for each in _guests(meeting, guests, addresses)
        if (each.user_id or each.email) not in there
    ]
    Attendee.objects.bulk_create(new)
    _put_back_members(meeting, members)
    audit.record(
        "meeting.choose_people",
        meeting,
        by=by,
        scope=meeting.council_id,
        added=len(new),
        removed=len(gone),
    )
    return meeting


def _guests(
    meeting: Meeting, guests: Collection[User], addresses: dict[str, str]
) -> list[Attendee]:
    """A row for each: with an account, or with a name and an address alone."""
    people = {user.pk: user for user in guests}.values()
    return [meeting_people.guest(meeting, user) for user in people] + [
        Attendee(meeting=meeting, name=name, email=address, is_guest=True)
        for address, name in addresses.items()
    ]


def _is_wanted(
    row: Attendee,
    guests: set[UUID],
    addresses: dict[str, str],
    members: Collection[UUID] | None,
) -> bool:
    if not row.is_guest:
        return members is None or row.user_id in members
    return row.user_id in guests if row.user_id else row.email in addresses


def _let_go(rows: list[Attendee]) -> None:
    # Who works there no more gets no more mail either.
    told = [
        each
        for each in rows
        if each.invited_at and meeting_people.is_still_expected(each)
    ]
    mail.queue_all(meeting_mail.cancelled(told, is_off=False))
    Attendee.objects.filter(pk__in=[each.pk for each in rows]).delete()


def _put_back_members(meeting: Meeting, members: Collection[UUID] | None) -> None:
    if members is None:
        return
    chosen = meeting_people.people_of(meeting)
    Attendee.objects.bulk_create(
        [
            Attendee(meeting=meeting, user=user, name=user.name, votes=votes)
            for user, votes in chosen.items()
            if user.pk in members
        ],
        ignore_conflicts=True,
    )


@transaction.atomic
def answer(attendee: Attendee, *, answer: str, by: User | None) -> Attendee:
    """Say whether one comes; one may change one's mind until the meeting is over.

    ``by`` is None for a guest without an account, who answers by the link alone.
    """
    attendee = lock(attendee)
    meeting = _planned(attendee.meeting)
    if meeting.is_over:
        raise NotAllowedNow(_("This meeting is over."))
    if not meeting_people.is_still_expected(attendee):
        raise NotAllowedNow(_("You no longer belong to this meeting."))
    if attendee.answer == answer:
        return attendee
    attendee.answer, attendee.answered_at = answer, timezone.now()
    attendee.save(update_fields=["answer", "answered_at"])
    verb = "meeting.answer" if by else "meeting.guest_answer"
    audit.record(verb, attendee, by=by, scope=meeting.council_id)
    return attendee


@transaction.atomic
def note_presence(
    meeting: Meeting,
    *,
    present: Collection[UUID],
    unasked: Collection[UUID] = (),
    names: Iterable[str] = (),
    by: User,
) -> list[Attendee]:
    """Write down who was there; ``present`` are ids of attendees.

    Who came without being on the list is put on it: ``unasked`` of the council, by the
    ids of people, and guests by their ``names`` alone. A name twice is one guest.
    """
    meeting = _planned(lock(meeting))
    if meeting.starts_at > timezone.now():
        raise NotAllowedNow(_("This meeting has not begun yet."))
    adopted = Minutes.objects.filter(status=Minutes.Status.ADOPTED)
    if adopted.filter(meeting=meeting).exists():
        raise NotAllowedNow(
            _("These minutes were adopted. Nothing in them changes any more.")
        )
    rows = _attendees(meeting)
    asked = [each for each in rows if not each.came_unasked]
    came = _came_unasked(meeting, unasked, names)
    there = [each for each in rows if each.came_unasked]
    for each in asked:
        each.was_present = each.pk in present or bool(_who(each) & came.keys())
    Attendee.objects.bulk_update(asked, ["was_present"])
    gone = [each.pk for each in there if not _who(each) & came.keys()]
    Attendee.objects.filter(pk__in=gone).delete()
    known = {who for each in rows for who in _who(each)}
    new = [each for who, each in came.items() if who not in known]
    Attendee.objects.bulk_create(new)
    audit.record("meeting.note_presence", meeting, by=by, scope=meeting.council_id)
    return _attendees(meeting)


def _came_unasked(
    meeting: Meeting, unasked: Collection[UUID], names: Iterable[str]
) -> dict[str, Attendee]:
    """A row for each who was there and not on the list; only who votes counts."""
    people = meeting_people.people_unasked(meeting)
    council = [
        Attendee(meeting=meeting, user=user, name=user.name, votes=votes)
        for user, votes in people.items()
        if user.pk in unasked
    ]
    guests = [Attendee(meeting=meeting, name=name, is_guest=True) for name in names]
    rows = council + guests
    for each in rows:
        each.came_unasked = each.was_present = True
    # Of a name that stands there twice the first.
    return {str(row.user_id or row.name.casefold()): row for row in reversed(rows)}


def _who(attendee: Attendee) -> set[str]:
    """By what somebody on the list is known: the person, and the name."""
    return {str(attendee.user_id), attendee.name.casefold()}


def has_quorum(meeting: Meeting) -> bool:
    """Whether enough of those who vote were there to decide."""
    return quorum_of(meeting.council, meeting.attendees.all()).is_met


@transaction.atomic
def set_quorum(council: Council, *, quorum: int | None, by: User) -> Council:
    """How many must be there to decide; None: more than half of who votes."""
    council = lock(council)
    council.quorum = quorum
    council.save(update_fields=["quorum"])
    audit.record("council.set_quorum", council, by=by, scope=council.pk)
    return council


def _planned(meeting: Meeting) -> Meeting:
    if meeting.is_cancelled:
        raise NotAllowedNow(_("This meeting is called off."))
    return meeting


def _attendees(meeting: Meeting) -> list[Attendee]:
    rows = list(meeting.attendees.select_related("user"))
    for each in rows:
        each.meeting = meeting
    return rows


def _told(meeting: Meeting) -> list[Attendee]:
    return [each for each in _attendees(meeting) if each.invited_at]
