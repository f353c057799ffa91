"""What somebody who leaves a council has there, handed over to others in one go."""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import Model, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from councils.actions import action_item, agenda, agenda_papers
from councils.actions import stand_in as stand_ins
from councils.models import (
    ActionItem,
    AgendaItem,
    AgendaPaper,
    Council,
    CouncilMembership,
    Meeting,
    Openness,
    StandIn,
    in_reach,
)
from councils.permissions import is_member
from portal import mail
from portal.errors import NotAllowedNow
from portal.models import User
from portal.transitions import lock

# What is held for a handover, in this order.
HELD = (Meeting, AgendaItem, ActionItem, AgendaPaper, CouncilMembership, StandIn)


class Thing(NamedTuple):
    """One thing that somebody has to do; ``key`` names it in a form."""

    key: str
    row: Any
    title: str
    day: date | None
    # Only members may take it over.
    is_closed: bool


def things_of(user: User, council: Council, *, reader: User) -> list[Thing]:
    """What ``user`` has in ``council``, as far as ``reader`` may read it."""
    return [
        *_actions(user, council, reader),
        *_items(user, council, reader),
        *_papers(user, council, reader),
        *_places(user, council, reader),
    ]


def _actions(user: User, council: Council, reader: User) -> list[Thing]:
    rows = ActionItem.objects.visible_to(reader).open()
    return [
        _thing("action", row, row.what, row.due_on, row.openness)
        for row in rows.filter(council=council.pk, owner=user.pk)
    ]


def _ahead(item: str = "") -> Q:
    """Items that wait, or stand on the agenda of a meeting that is to come."""
    waits = Q(**{f"{item}meeting__isnull": True})
    comes = Q(
        **{
            f"{item}meeting__status": Meeting.Status.PLANNED,
            f"{item}meeting__ends_at__gt": timezone.now(),
        }
    )
    return Q(**{f"{item}dropped_at__isnull": True}) & (waits | comes)


def _items(user: User, council: Council, reader: User) -> list[Thing]:
    rows = (
        AgendaItem.objects.visible_to(reader)
        .filter(_ahead(), council=council.pk, introducer=user.pk)
        .select_related("meeting", "council")
        .order_by("meeting__starts_at", "order", "pk")
    )
    return [
        _thing(
            "item",
            row,
            row.title,
            timezone.localdate(row.meeting.starts_at) if row.meeting else None,
            row.openness,
        )
        for row in rows
    ]


def _papers(user: User, council: Council, reader: User) -> list[Thing]:
    rows = (
        AgendaPaper.objects.filter(in_reach(reader, "item__council", "item__openness"))
        .filter(
            _ahead("item__"),
            item__council=council.pk,
            deliverer=user.pk,
            versions__isnull=True,
        )
        .annotate(by_day=Coalesce("due_on", "item__meeting__papers_due_on"))
        .select_related("item__meeting")
        .order_by("by_day", "order", "pk")
    )
    return [
        _thing("paper", row, row.title, row.by_day, row.item.openness) for row in rows
    ]


def _places(user: User, council: Council, reader: User) -> list[Thing]:
    rows = StandIn.objects.filter(
        deputy=user.pk, term__council=council.pk, ends_on__gte=timezone.localdate()
    ).select_related("term__user")
    return [
        _thing(
            "place",
            row,
            _("takes the place of %(name)s") % {"name": row.term.user},
            row.ends_on,
            Openness.OPEN,
        )
        for row in rows
        if is_member(reader, council)
    ]


def _thing(kind: str, row: Any, title: str, day: date | None, openness: str) -> Thing:
    return Thing(f"{kind}-{row.pk}", row, title, day, openness == Openness.MEMBERS)


@transaction.atomic
def hand_over(
    user: User, council: Council, takers: Mapping[str, User], *, by: User
) -> int:
    """Give each thing that is named to its taker; how many went.

    What was done meanwhile, or never was readable for ``by``, is passed over. All is
    held before the first thing goes, since its event holds the trail of the council.
    """
    lock(user)
    _hold_all(things_of(user, council, reader=by))
    given: Counter[User] = Counter()
    for thing in things_of(user, council, reader=by):
        taker = takers.get(thing.key)
        if taker is None:
            continue
        _refuse_wrong_taker(thing, council, taker)
        _give(thing.row, taker, by)
        given[taker] += 1
    for taker, count in given.items():
        if taker != by:
            _tell(taker, count, user, council, by)
    return given.total()


def _hold_all(things: list[Thing]) -> None:
    """Hold what goes, and what that belongs to, in the order of who changes one."""
    rows = [thing.row for thing in things]
    wanted: dict[type[Model], set[UUID]] = {model: set() for model in HELD}
    for row in rows:
        wanted[type(row)].add(row.pk)
        if isinstance(row, ActionItem | AgendaPaper) and row.item_id:
            wanted[AgendaItem].add(row.item_id)
        if isinstance(row, StandIn):
            wanted[CouncilMembership].add(row.term_id)
    items = AgendaItem.objects.filter(pk__in=wanted[AgendaItem], meeting__isnull=False)
    wanted[Meeting] |= set(items.values_list("meeting", flat=True))
    for model, pks in wanted.items():
        held = model._default_manager.select_for_update(of=("self",), no_key=True)
        list(held.filter(pk__in=pks).order_by("pk").values_list("pk"))


def _refuse_wrong_taker(thing: Thing, council: Council, taker: User) -> None:
    openness = Openness.MEMBERS if thing.is_closed else Openness.OPEN
    if taker not in action_item.owners_of(council, openness):
        raise NotAllowedNow(
            _("%(name)s cannot take this over: only members read it.") % {"name": taker}
        )


def _give(row: Any, taker: User, by: User) -> None:
    if isinstance(row, ActionItem):
        action_item.hand_over(row, owner=taker, due_on=row.due_on, by=by)
    elif isinstance(row, AgendaItem):
        row.introducer = taker
        agenda.save_item(row, revision=row.revision, by=by)
    elif isinstance(row, AgendaPaper):
        agenda_papers.hand_over(row, to=taker, by=by)
    else:
        _take_place(row, taker, by)


def _take_place(row: StandIn, taker: User, by: User) -> None:
    follower = StandIn(
        term=row.term,
        deputy=taker,
        starts_on=max(row.starts_on, timezone.localdate()),
        ends_on=row.ends_on,
    )
    stand_ins.end(row, by=by)
    stand_ins.name(follower, by=by)


def _tell(taker: User, count: int, leaver: User, council: Council, by: User) -> None:
    mail.queue(
        "handed_over",
        to=taker,
        key=f"handed_over:{council.pk}:{leaver.pk}:{taker.pk}:{_now()}",
        count=count,
        person=leaver.name,
        giver=by.name,
        council=council.name,
        link=reverse("home"),
    )


def _now() -> str:
    return timezone.now().isoformat()
