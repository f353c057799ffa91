"""A question of a care office: drafted together, published at once, withdrawn."""

from collections.abc import Collection, Iterable
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from councils.models import (
    CareOfficeMembership,
    Council,
    CouncilMembership,
    Region,
)
from portal import audit, mail
from portal.errors import NotAllowedNow, StaleText
from portal.mail_choices import kinds_off, reason_to_skip
from portal.mail_kinds import KINDS
from portal.models import User
from portal.transitions import lock, move
from procurement.models import InformationRequest, RequestCouncil, RequestVersion

Status = InformationRequest.Status
Role = CouncilMembership.Role

KIND = KINDS["request_published"]
# What must be said before councils are asked anything.
PURPOSE = ("title", "what", "why", "use", "readers")
WORDS = (*PURPOSE, "not_asked", "legal_note")
FIELDS = (*WORDS, "phase", "right", "closes_at", "selection", "contact")
# Secretary and members hear of a question; who supports them hears it from them.
TOLD = (Role.MEMBER, Role.CHAIR, Role.DEPUTY_CHAIR, Role.SECRETARY)


class Choice(NamedTuple):
    """To whom a draft will go: regions, or councils picked one by one."""

    regions: Collection[Region]
    councils: Collection[Council]


@transaction.atomic
def add(request: InformationRequest, choice: Choice, *, by: User) -> InformationRequest:
    """Save a new draft; only colleagues of the care office see it."""
    request.cycle = request.phase.cycle
    request.created_by = by
    request.revision = 1
    request.save(force_insert=True)
    _choose(request, choice)
    _keep(request, by=by)
    audit.record("request.add", request, by=by, scope=request.cycle.owner.pk)
    return request


@transaction.atomic
def edit(typed: InformationRequest, choice: Choice, *, by: User) -> InformationRequest:
    """Save a draft as typed, unless a colleague saved since.

    Then nothing is overwritten: the typed words are kept aside, and both are shown.
    """
    request = lock(typed)
    if request.status != Status.DRAFT:
        raise NotAllowedNow(
            _("Councils read this already. Withdraw it, and write a new one.")
        )
    if request.revision != typed.revision:
        raise StaleText(_("A colleague changed this text too."), current=request)
    for name in FIELDS:
        setattr(request, name, getattr(typed, name))
    request.cycle = request.phase.cycle
    request.revision += 1
    request.save(update_fields=[*FIELDS, "cycle", "revision"])
    _choose(request, choice)
    _keep(request, by=by)
    audit.record("request.edit", request, by=by, scope=request.cycle.owner.pk)
    return request


@transaction.atomic
def set_aside(typed: InformationRequest, *, by: User) -> RequestVersion:
    """Keep words that came second, beside the draft."""
    lock(typed)
    return _keep(typed, by=by, is_aside=True)


@transaction.atomic
def publish(request: InformationRequest, *, by: User) -> InformationRequest:
    """Put the question to its councils, now, and write their members and secretaries.

    Who is asked is frozen here: a council that comes later is not asked by itself.
    """
    request = lock(request)
    move(request, Status.PUBLISHED)
    reasons = what_is_missing(request)
    councils = list(request.chosen(region_ids(by, request)))
    if not councils:
        reasons.append(_("No council is chosen yet."))
    if reasons:
        raise NotAllowedNow(" ".join(reasons))
    _freeze(request, councils)
    request.published_at = timezone.now()
    request.save(update_fields=["status", "published_at"])
    audit.record(
        "request.publish",
        request,
        by=by,
        scope=request.cycle.owner.pk,
        councils=len(councils),
    )
    _tell(request, councils)
    return request


@transaction.atomic
def withdraw(
    request: InformationRequest, *, reason: str, by: User
) -> InformationRequest:
    """Take a question back; councils keep reading it, with the reason."""
    request = lock(request)
    move(request, Status.WITHDRAWN)
    if not reason.strip():
        raise NotAllowedNow(_("Give your reason. The council wants to know why."))
    request.withdrawn_reason = reason.strip()
    request.save(update_fields=["status", "withdrawn_reason"])
    audit.record("request.withdraw", request, by=by, scope=request.cycle.owner.pk)
    return request


def what_is_missing(request: InformationRequest) -> list[str]:
    """Why a draft cannot be published yet, in sentences."""
    missing = []
    empty = [
        str(request._meta.get_field(name).verbose_name)
        for name in PURPOSE
        if not getattr(request, name).strip()
    ]
    if empty:
        missing.append(_("Still empty: %(fields)s") % {"fields": " ".join(empty)})
    if not request.cycle.is_published:
        missing.append(
            _("Councils do not see this round yet. Publish the round first.")
        )
    if request.closes_at <= timezone.now():
        missing.append(_("The closing date has passed. Choose a later date."))
    return missing


def region_ids(user: User, request: InformationRequest) -> list[UUID] | None:
    """The regions in which ``user`` may ask; None for all of the care office."""
    terms = CareOfficeMembership.objects.current().filter(
        user=user, care_office=request.cycle.care_office_id
    )
    found = list(terms.values_list("regions", flat=True))
    return None if None in found else found


def _choose(request: InformationRequest, choice: Choice) -> None:
    request.regions.set(choice.regions)
    wanted = {council.pk for council in choice.councils}
    request.asked.exclude(council__in=wanted).delete()
    _ask(request, wanted - set(request.asked.values_list("council", flat=True)))


def _freeze(request: InformationRequest, councils: Iterable[Council]) -> None:
    request.asked.all().delete()
    _ask(request, [council.pk for council in councils])


def _ask(request: InformationRequest, council_ids: Iterable[UUID]) -> None:
    RequestCouncil.objects.bulk_create(
        RequestCouncil(request=request, council_id=pk) for pk in council_ids
    )


def _keep(
    request: InformationRequest, *, by: User, is_aside: bool = False
) -> RequestVersion:
    return RequestVersion.objects.create(
        request_id=request.pk,
        revision=request.revision,
        words={name: getattr(request, name) for name in WORDS},
        is_aside=is_aside,
        saved_by=by,
    )


def _tell(request: InformationRequest, councils: list[Council]) -> None:
    """One mail per council and person, all of them put in the outbox at once."""
    by_id = {council.pk: council for council in councils}
    terms = CouncilMembership.objects.current().with_role(*TOLD)
    terms = terms.filter(council__in=by_id).select_related("user")
    dates, link = request.dates, request.get_absolute_url()
    mails = []
    for term in terms.prefetch_related("user__mail_opt_outs"):
        council, person = by_id[term.council_id], term.user
        who = {"council": str(council.pk), "user": str(person.pk)}
        letter = mail.prepare(
            KIND.name,
            to=person,
            key=f"{KIND.name}:{request.pk}:{council.pk}:{person.pk}",
            useless_after=request.closes_at,
            recheck={"name": KIND.name, "args": {"request": str(request.pk), **who}},
            request=request.title,
            care_office=request.cycle.owner.name,
            council=council.name,
            deadline=dates.for_kind(council.kind, council.parent_id is not None),
            link=link,
        )
        letter.reason = reason_to_skip(
            KIND, is_active=person.is_active, is_off=KIND.name in kinds_off(person)
        )
        if letter.reason:
            letter.status = letter.Status.CANCELLED
        mails.append(letter)
    mail.queue_all(mails)
