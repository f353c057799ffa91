"""What waits of meetings, minutes, actions, proposals and terms."""

from datetime import datetime, timedelta

from django.db.models import (
    BooleanField,
    Case,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.utils import timezone

from councils.models import (
    ActionItem,
    AgendaItem,
    AgendaPaper,
    Attendee,
    CouncilMembership,
    Invitation,
    Meeting,
    Minutes,
)
from councils.permissions import KEEPERS, Role
from portal.models import User
from procurement.expected.row import kept_by, part

# An agenda is asked for so long before it goes out.
AGENDA_AHEAD = timedelta(days=14)
# An action, a plan's date and the end of a term are told so long before.
ACTIONS_AHEAD = timedelta(days=30)
TERMS_AHEAD = timedelta(days=31)
# What a task tells of its meeting.
OF_MEETING = {
    "pk": F("pk"),
    "council_id": F("council_id"),
    "title": F("title"),
    "detail": F("kind"),
    "at": F("starts_at"),
}


# --- Meetings --------------------------------------------------------------------


def meetings(user: User, now: datetime, ahead: datetime) -> QuerySet:
    """Meetings to which the person may come, and whether that was answered."""
    return part(
        "meeting",
        Attendee.objects.expected().filter(
            user=user.pk,
            invited_at__isnull=False,
            meeting__status=Meeting.Status.PLANNED,
            meeting__starts_at__gt=now,
            meeting__starts_at__lt=ahead,
        ),
        pk=F("meeting_id"),
        council_id=F("meeting__council_id"),
        title=F("meeting__title"),
        detail=F("meeting__kind"),
        at=F("meeting__starts_at"),
        is_done=Case(
            When(answer=Attendee.Answer.YES, then=Value(True)),
            default=Value(False),
            output_field=BooleanField(),
        ),
    )


def agendas(user: User, now: datetime) -> QuerySet:
    """Agendas that go out soon, of councils whose papers the person prepares."""
    until = timezone.localdate() + AGENDA_AHEAD
    return part(
        "agenda",
        Meeting.objects.filter(
            council__in=kept_by(user, *KEEPERS),
            status=Meeting.Status.PLANNED,
            starts_at__gt=now,
            agenda_sent_at__isnull=True,
            agenda_goes_out_on__lte=until,
        ).filter(_is_for_keeper(user)),
        **OF_MEETING,
        day=F("agenda_goes_out_on"),
    )


def minutes(user: User, now: datetime, long_ago: datetime) -> QuerySet:
    """Meetings with an agenda of which no minutes went round yet."""
    there = Minutes.objects.filter(meeting=OuterRef("pk")).exclude(
        status=Minutes.Status.WRITING
    )
    return part(
        "minutes",
        Meeting.objects.filter(
            ~Exists(there),
            council__in=kept_by(user, *KEEPERS),
            status=Meeting.Status.PLANNED,
            ends_at__lte=now,
            ends_at__gt=long_ago,
            agenda_sent_at__isnull=False,
        ).filter(_is_for_keeper(user)),
        **OF_MEETING,
    )


def closed_minutes(user: User, now: datetime, long_ago: datetime) -> QuerySet:
    """Meetings of which the chair still has to write what the secretary may not read:
    items for members alone. Without a chair they are the deputy's."""
    empty = AgendaItem.objects.visible_to(user).closed_and_empty()
    final = Minutes.objects.filter(
        meeting=OuterRef("pk"), status=Minutes.Status.ADOPTED
    )
    return part(
        "closed_minutes",
        Meeting.objects.filter(
            _is_for_chair(user),
            Exists(empty.filter(meeting=OuterRef("pk"))),
            ~Exists(final),
            Exists(_seat(Role.SECRETARY)),
            status=Meeting.Status.PLANNED,
            ends_at__lte=now,
            ends_at__gt=long_ago,
            agenda_sent_at__isnull=False,
        ).exclude(council__in=kept_by(user, Role.SECRETARY)),
        **OF_MEETING,
    )


def _is_for_chair(user: User) -> Q:
    chairs = Q(council__in=kept_by(user, Role.CHAIR))
    deputies = Q(council__in=kept_by(user, Role.DEPUTY_CHAIR))
    return chairs | deputies & Q(~Exists(_seat(Role.CHAIR)))


def _seat(role: str) -> QuerySet:
    """Whoever has this role in the council of a row today."""
    seats = CouncilMembership.objects.current()
    return seats.filter(council=OuterRef("council"), role=role)


def _is_for_keeper(user: User) -> Q:
    """Papers are the secretary's; without one they are the chair's."""
    without = Q(~Exists(_seat(Role.SECRETARY)))
    return Q(council__in=kept_by(user, Role.SECRETARY)) | without


def actions(user: User) -> QuerySet:
    """What the person took on, when its day comes near or has passed."""
    return part(
        "action",
        ActionItem.objects.visible_to(user).filter(
            owner=user.pk,
            status=ActionItem.Status.OPEN,
            due_on__lte=timezone.localdate() + ACTIONS_AHEAD,
        ),
        pk=F("pk"),
        council_id=F("council_id"),
        title=F("what"),
        at=F("item__meeting__starts_at"),
        day=F("due_on"),
    )


def papers(user: User, now: datetime) -> QuerySet:
    """What the person was asked to deliver for an agenda, and did not deliver yet."""
    return part(
        "paper",
        AgendaPaper.objects.asked_of(user, now),
        pk=F("pk"),
        council_id=F("item__council_id"),
        title=F("title"),
        at=F("item__meeting__starts_at"),
        day=F("due_day"),
    )


def proposals(user: User) -> QuerySet:
    """What members proposed for an agenda and nobody has decided about yet."""
    return part(
        "proposal",
        AgendaItem.objects.visible_to(user)
        .filter(
            council__in=kept_by(user, *KEEPERS),
            origin=AgendaItem.Origin.PROPOSED,
            meeting__isnull=True,
            accepted_at__isnull=True,
            dropped_at__isnull=True,
        )
        .exclude(added_by=user.pk)
        .filter(_is_for_keeper(user)),
        pk=F("pk"),
        council_id=F("council_id"),
    )


# --- The council itself ----------------------------------------------------------


def terms(user: User) -> QuerySet:
    """Seats that end within a month, of whom nobody was asked to take over."""
    today = timezone.localdate()
    later = CouncilMembership.objects.filter(
        council=OuterRef("council"), user=OuterRef("user"), ends_on__isnull=True
    )
    successor = Invitation.objects.filter(
        council=OuterRef("council"),
        role=OuterRef("role"),
        withdrawn_at__isnull=True,
        starts_on__gte=OuterRef("ends_on"),
    )
    return part(
        "term",
        CouncilMembership.objects.current().filter(
            ~Exists(later),
            ~Exists(successor),
            council__in=kept_by(user, *KEEPERS),
            ends_on__gte=today,
            ends_on__lte=today + TERMS_AHEAD,
        ),
        pk=F("pk"),
        council_id=F("council_id"),
        title=F("user__name"),
        day=F("ends_on"),
    )
