"""Sending an agenda: nothing is mailed before; what changes later is one mail."""

from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from councils.actions.agenda_rows import hold
from councils.actions.guest_link import agenda_until, guest_link
from councils.actions.meeting_mail import place_in_words, when_in_words
from councils.agenda_changes import Change, changes, snapshot
from councils.agenda_reading import agenda_of, newest_sent
from councils.models import (
    Attendee,
    CareOfficeMembership,
    CouncilMembership,
    Meeting,
    OrganisationMembership,
    SentAgenda,
)
from portal import audit, mail
from portal.errors import NotAllowedNow
from portal.mail_choices import addresses_off, kinds_off, reason_to_skip
from portal.mail_kinds import KINDS
from portal.models import User

SENT, CHANGED = "agenda_sent", "agenda_changed"


class Reader(NamedTuple):
    """Somebody of the meeting, and why no mail goes there; empty when one does."""

    attendee: Attendee
    why_not: str

    @property
    def name(self) -> str:
        return self.attendee.name

    @property
    def is_guest(self) -> bool:
        return self.attendee.is_guest


@transaction.atomic
def send_agenda(meeting: Meeting, *, seen: int | None = None, by: User) -> SentAgenda:
    """Send the agenda to everybody of the meeting, and later what changed of it.

    What is sent is kept as it was. Pressing twice sends once. ``seen`` is the agenda
    that was looked at before; another one now is refused.
    """
    meeting = hold(meeting, seen=seen)
    if meeting.is_over:
        raise NotAllowedNow(_("This meeting is over. Its agenda is not sent any more."))
    agenda = agenda_of(meeting)
    if not agenda.items:
        raise NotAllowedNow(_("There is nothing on the agenda yet."))
    rows, before = snapshot(meeting, agenda), newest_sent(meeting)
    found = changes(before.items, rows) if before else []
    if before and not found:
        raise NotAllowedNow(_("Nothing changed since the agenda was sent."))
    sent = SentAgenda.objects.create(
        meeting=meeting,
        number=before.number + 1 if before else 1,
        items=rows,
        keep_until=localdate(meeting.ends_at) + settings.KEEP_MEETINGS,
        sent_by=by,
    )
    meeting.agenda_sent_at = sent.sent_at
    meeting.save(update_fields=["agenda_sent_at"])
    audit.record(
        "agenda.send", meeting, by=by, scope=meeting.council_id, version=sent.number
    )
    _mail(sent, found)
    return sent


def _mail(sent: SentAgenda, found: list[Change]) -> None:
    meeting = sent.meeting
    kind = CHANGED if sent.number > 1 else SENT
    open_ones = [each for each in found if not each.is_closed]
    for reader in readers_of(meeting, kind):
        if reader.why_not:
            continue
        told = open_ones if reader.is_guest else found
        if kind == CHANGED and not told:
            # Only what is closed changed: nothing for a guest to read anew.
            continue
        _letter(kind, sent, reader.attendee, told)


def _letter(
    kind: str, sent: SentAgenda, attendee: Attendee, told: list[Change]
) -> None:
    meeting, user = sent.meeting, attendee.user
    fields: dict[str, Any] = {
        "useless_after": meeting.ends_at,
        "meeting": meeting.name,
        "council": meeting.council.name,
        "starts_at": meeting.starts_at,
        "when": when_in_words(meeting.starts_at, meeting.ends_at),
        "place": place_in_words(meeting),
        "changes": [str(each) for each in told],
    }
    key = f"{kind}:{meeting.pk}:{sent.number}:{user.pk if user else attendee.pk}"
    if user:
        args = {"meeting": str(meeting.pk), "user": str(user.pk)}
        fields["recheck"] = {"name": "agenda", "args": args}
        fields["link"] = meeting.get_absolute_url()
        mail.queue(kind, to=user, key=key, **fields)
        return
    fields["recheck"] = {"name": "guest_agenda", "args": {"attendee": str(attendee.pk)}}
    fields |= {"link": guest_link(attendee), "until": localdate(agenda_until(meeting))}
    mail.queue_to_address(
        kind, address=attendee.email, name=attendee.name, key=key, **fields
    )


def readers_of(meeting: Meeting, kind: str = SENT) -> list[Reader]:
    """Everybody of a meeting: who gets the mail, and who does not and why."""
    attendees = list(
        meeting.attendees.select_related("user").prefetch_related("user__mail_opt_outs")
    )
    still = _still_here(meeting, attendees)
    off = addresses_off((each.email for each in attendees if not each.user), kind)
    return [
        Reader(each, why_not(each, still, kind, is_off=each.email in off))
        for each in attendees
    ]


def _still_here(meeting: Meeting, attendees: list[Attendee]) -> set[UUID]:
    """Which attendees still have the seat for which they were asked."""
    asked: dict[bool, set[UUID]] = {True: set(), False: set()}
    for each in attendees:
        if each.user_id:
            asked[each.is_guest].add(each.user_id)
    seats = CouncilMembership.objects.filter(council=meeting.council_id)
    staff = OrganisationMembership.objects.filter(
        organisation__councils=meeting.council_id
    )
    wanted = [
        (seats, asked[False]),
        (staff, asked[True]),
        (CareOfficeMembership.objects.all(), asked[True]),
    ]
    return {
        user
        for terms, users in wanted
        if users
        for user in terms.current()
        .filter(user__in=users)
        .values_list("user_id", flat=True)
    }


def why_not(
    attendee: Attendee, still: set[UUID], kind: str, *, is_off: bool = False
) -> str:
    """Why somebody of a meeting gets no mail of its agenda, or ""; ``is_off``: the
    address of a guest without an account wants none."""
    user = attendee.user
    if user and user.pk not in still:
        if attendee.is_guest:
            return _("works there no more")
        return _("has no seat in the council any more")
    if attendee.is_guest and attendee.answer == Attendee.Answer.NO:
        return _("said not to come")
    if attendee.is_guest and attendee.invited_at is None:
        return _("was not invited yet")
    if user:
        is_off = kind in kinds_off(user)
    reason = reason_to_skip(
        KINDS[kind], is_active=user.is_active if user else True, is_off=is_off
    )
    return reason and reason[0].lower() + reason[1:].rstrip(".")
