"""Sending an agenda: nothing is mailed before; what changes later is one mail."""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import Model
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from councils.actions.agenda_rows import hold
from councils.actions.forgetting import kept_until
from councils.actions.guest_link import agenda_until, guest_link
from councils.actions.meeting_mail import place_in_words, when_in_words
from councils.agenda_changes import Change, changes, for_helpers, snapshot
from councils.agenda_reading import agenda_of, newest_sent
from councils.models import (
    VOTING_ROLES,
    Attendee,
    CareOfficeMembership,
    CouncilMembership,
    Meeting,
    Openness,
    OrganisationMembership,
    SentAgenda,
)
from councils.permissions import is_voting_member
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
    # Also what is for members alone.
    reads_all: bool

    @property
    def name(self) -> str:
        return self.attendee.name

    @property
    def is_guest(self) -> bool:
        return self.attendee.is_guest

    def told(self, found: Sequence[Change]) -> list[Change]:
        """What of these changes this person may hear."""
        if self.is_guest:
            return [each for each in found if not each.is_closed]
        return list(found) if self.reads_all else for_helpers(found)


@transaction.atomic
def send_agenda(meeting: Meeting, *, seen: int | None = None, by: User) -> SentAgenda:
    """Send the agenda to everybody of the meeting, and later what changed of it.

    What is sent is kept as it was. Pressing twice sends once. ``seen`` is the agenda
    that was looked at before; another one now is refused. To whom an item is closed
    its words and papers did not change.
    """
    meeting = hold(meeting, seen=seen)
    if meeting.is_over:
        raise NotAllowedNow(_("This meeting is over. Its agenda is not sent any more."))
    agenda = agenda_of(meeting)
    if not agenda.items:
        raise NotAllowedNow(_("There is nothing on the agenda yet."))
    rows, before = snapshot(meeting, agenda), newest_sent(meeting)
    found = changes(before.items, rows) if before else []
    known = found if is_voting_member(by, meeting.council) else for_helpers(found)
    if before and not known:
        raise NotAllowedNow(_("Nothing changed since the agenda was sent."))
    sent = SentAgenda.objects.create(
        meeting=meeting,
        number=before.number + 1 if before else 1,
        items=rows,
        keep_until=kept_until(meeting),
        sent_by=by,
    )
    meeting.agenda_sent_at = sent.sent_at
    meeting.save(update_fields=["agenda_sent_at"])
    about: Model | None = meeting
    if before and not for_helpers(found):
        # Nothing but what is closed to helpers: nor does the trail tell them.
        about = meeting.items.filter(openness=Openness.MEMBERS).first()
    audit.record(
        "agenda.send",
        about or meeting,
        by=by,
        scope=meeting.council_id,
        version=sent.number,
    )
    _mail(sent, found if before else None)
    return sent


def _mail(sent: SentAgenda, found: list[Change] | None) -> None:
    for reader in readers_of(sent.meeting, found):
        if not reader.why_not:
            _letter(CHANGED if found else SENT, sent, reader, reader.told(found or []))


def _letter(kind: str, sent: SentAgenda, reader: Reader, told: list[Change]) -> None:
    meeting, attendee, user = sent.meeting, reader.attendee, reader.attendee.user
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
    # Which it names: while it waits to go, one of them may be closed to this person.
    named: dict[str, Any] = {"items": [each.item for each in told if each.title]}
    if user:
        args = {"meeting": str(meeting.pk), "user": str(user.pk), **named}
        if told != for_helpers(told):
            args["for_members"] = True
        fields["recheck"] = {"name": "agenda", "args": args}
        fields["link"] = meeting.get_absolute_url()
        mail.queue(kind, to=user, key=key, **fields)
        return
    fields["recheck"] = {
        "name": "guest_agenda",
        "args": {"attendee": str(attendee.pk), **named},
    }
    fields |= {"link": guest_link(attendee), "until": localdate(agenda_until(meeting))}
    mail.queue_to_address(
        kind, address=attendee.email, name=attendee.name, key=key, **fields
    )


def readers_of(meeting: Meeting, found: Sequence[Change] | None = None) -> list[Reader]:
    """Everybody of a meeting: who gets the mail, and who does not and why.

    ``found`` is what changed; without it the agenda is sent for the first time.
    """
    kind = SENT if found is None else CHANGED
    attendees = list(
        meeting.attendees.select_related("user").prefetch_related("user__mail_opt_outs")
    )
    still = _still_here(meeting, attendees)
    off = addresses_off((each.email for each in attendees if not each.user), kind)
    readers = [
        Reader(
            each,
            why_not(each, still.keys(), kind, is_off=each.email in off),
            not each.is_guest and still.get(each.user_id) in VOTING_ROLES,
        )
        for each in attendees
    ]
    if found is None:
        return readers
    return [_if_told(each, found) for each in readers]


def _if_told(reader: Reader, found: Sequence[Change]) -> Reader:
    if reader.why_not or reader.told(found):
        return reader
    return reader._replace(why_not=_("nothing changed that this person reads"))


def _still_here(meeting: Meeting, attendees: list[Attendee]) -> dict[UUID | None, str]:
    """The role of those attendees who still have the seat for which they were asked."""
    asked: dict[bool, set[UUID]] = {True: set(), False: set()}
    for each in attendees:
        if each.user_id:
            asked[each.is_guest].add(each.user_id)
    seats = CouncilMembership.objects.filter(council=meeting.council_id)
    staff = OrganisationMembership.objects.filter(
        organisation__councils=meeting.council_id
    )
    wanted: list[tuple[Any, set[UUID]]] = [
        (seats, asked[False]),
        (staff, asked[True]),
        (CareOfficeMembership.objects.all(), asked[True]),
    ]
    return {
        user: role
        for terms, users in wanted
        if users
        for user, role in terms.current()
        .filter(user__in=users)
        .values_list("user_id", "role")
    }


def why_not(
    attendee: Attendee,
    still: Collection[UUID | None],
    kind: str,
    *,
    is_off: bool = False,
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
