"""A question of a care office: drafted together, put to all at once, taken back."""

from datetime import date, datetime

import pytest
import time_machine
from django.conf import settings
from django.utils.module_loading import import_string

from portal.dates import AMSTERDAM
from portal.errors import NotAllowedNow, StaleText
from portal.models import AuditEvent, OutgoingMail
from procurement.actions import request as actions
from procurement.actions.request import Choice
from procurement.models import InformationRequest, RequestCouncil
from tests.factories import (
    CareOfficeFactory,
    CareOfficeMembershipFactory,
    ConcessionFactory,
    CouncilFactory,
    CouncilMembershipFactory,
    InformationRequestFactory,
    PhaseFactory,
    UserFactory,
)
from tests.procurement.asking import NOBODY, Office
from tests.races import at_once

pytestmark = pytest.mark.django_db

Status = InformationRequest.Status


@pytest.fixture(autouse=True)
def june():
    with time_machine.travel("2027-06-15 10:00+02:00", tick=False):
        yield


@pytest.fixture
def office() -> Office:
    return Office()


def asked(request: InformationRequest) -> set[str]:
    return set(request.asked.values_list("council__name", flat=True))


def verbs() -> list[str]:
    return list(AuditEvent.objects.order_by("at").values_list("verb", flat=True))


# --- To whom it goes -------------------------------------------------------------


def test_all_councils_of_the_sector_are_asked_and_nobody_else(office):
    request = actions.publish(office.draft(selection="sector"), by=office.buyer)

    assert asked(request) == {"Centrale raad", "Raad West", "Raad Oost"}


def test_councils_of_the_chosen_regions_are_asked(office):
    draft = office.draft(Choice([office.east], []), selection="region")

    assert asked(actions.publish(draft, by=office.buyer)) == {"Raad Oost"}


def test_chosen_councils_are_asked_within_the_reach_of_the_office(office):
    choice = Choice([], [office.local, office.elsewhere, office.of_disability_care])

    draft = office.draft(choice, selection="chosen")

    assert asked(actions.publish(draft, by=office.buyer)) == {"Raad West"}


def test_buyer_of_one_region_asks_there_only(office):
    seat = CareOfficeMembershipFactory(care_office=office.office)
    seat.regions.set([office.east])

    request = actions.publish(office.draft(selection="sector"), by=seat.user)

    assert asked(request) == {"Raad Oost"}


def test_who_is_asked_is_frozen_when_it_is_published(office):
    request = actions.publish(office.draft(selection="sector"), by=office.buyer)
    late = CouncilFactory(organisation=office.central.organisation)
    member = CouncilMembershipFactory(council=late).user

    assert late.name not in asked(request)
    assert not InformationRequest.objects.visible_to(member).exists()


def test_office_that_buys_from_next_year_reaches_its_new_region(office):
    concession = office.office.concessions.get(region=office.west)
    concession.ends_on = date(2027, 12, 31)
    concession.save()
    next_office = CareOfficeFactory(concession=None)
    ConcessionFactory(
        care_office=next_office, region=office.west, starts_on=date(2028, 1, 1)
    )
    phase = PhaseFactory(cycle__care_office=next_office)

    reach = InformationRequestFactory.build(phase=phase).reach()

    assert set(reach) == {office.central, office.local}
    assert set(office.draft().reach()) == {office.other}


# --- Publishing ------------------------------------------------------------------


def test_members_and_secretary_hear_of_it_with_the_date_of_their_council(office):
    CouncilMembershipFactory(council=office.central, role="chair", user__name="Riet")
    CouncilMembershipFactory(council=office.local, user__name="Soenita")
    CouncilMembershipFactory(council=office.local, role="supporter", user__name="Bas")
    gone = CouncilMembershipFactory(council=office.local, user__name="Weg")
    gone.ends_on = date(2027, 6, 14)
    gone.save()
    secretary = UserFactory(name="Marijke")
    for council in (office.central, office.local):
        CouncilMembershipFactory(council=council, role="secretary", user=secretary)

    actions.publish(office.draft(), by=office.buyer)

    mails = OutgoingMail.objects.filter(kind="request_published")
    names = mails.values_list("user__name", flat=True)
    assert sorted(names) == ["Marijke", "Marijke", "Riet", "Soenita"]
    of_riet = mails.get(user__name="Riet").body.replace("\N{NO-BREAK SPACE}", " ")
    assert "vrijdag 16 juli 2027 om 17.00 uur" in of_riet
    of_soenita = mails.get(user__name="Soenita").body.replace("\N{NO-BREAK SPACE}", " ")
    assert "vrijdag 18 juni 2027 om 17.00 uur" in of_soenita
    assert "Vertel wat er verandert" not in of_soenita
    assert verbs() == ["request.add", "request.publish"]


def test_who_wants_no_such_mail_gets_none_and_it_says_why(office):
    person = CouncilMembershipFactory(council=office.local).user
    person.mail_opt_outs.create(kind="request_published")

    actions.publish(office.draft(), by=office.buyer)

    mail = OutgoingMail.objects.get()
    assert (mail.status, bool(mail.reason)) == ("cancelled", True)


def test_mail_is_asked_once_more_before_it_leaves(office):
    seat = CouncilMembershipFactory(council=office.local)
    request = actions.publish(office.draft(), by=office.buyer)
    recheck = OutgoingMail.objects.get().recheck
    ask = import_string(settings.MAIL_RECHECKS[recheck["name"]])

    assert ask(**recheck["args"]) == ""
    seat.ends_on = date(2027, 6, 14)
    seat.save()
    assert "geen plek meer" in ask(**recheck["args"])
    actions.withdraw(request, reason="Onduidelijk.", by=office.buyer)
    assert ask(**recheck["args"]) == "De uitvraag is ingetrokken."


@pytest.mark.parametrize("count", [1, 50])
def test_asking_many_takes_no_more_queries(
    office, django_assert_max_num_queries, count
):
    CouncilMembershipFactory.create_batch(count, council=office.local)
    draft = office.draft()

    with django_assert_max_num_queries(30):
        actions.publish(draft, by=office.buyer)

    assert OutgoingMail.objects.count() == count


@pytest.mark.parametrize("field", ["what", "why", "use", "readers"])
def test_question_without_its_whole_purpose_is_not_published(office, field):
    draft = office.draft(**{field: "  "})

    with pytest.raises(NotAllowedNow, match="Nog leeg"):
        actions.publish(draft, by=office.buyer)

    assert not OutgoingMail.objects.exists()


def test_question_in_a_draft_round_is_not_published(office):
    office.phase.cycle.published_at = None
    office.phase.cycle.save()

    with pytest.raises(NotAllowedNow, match="Publiceer eerst de ronde"):
        actions.publish(office.draft(), by=office.buyer)


def test_question_whose_closing_has_passed_is_not_published(office):
    draft = office.draft(closes_at=datetime(2027, 6, 15, 9, tzinfo=AMSTERDAM))

    with pytest.raises(NotAllowedNow, match="voorbij"):
        actions.publish(draft, by=office.buyer)


def test_question_to_nobody_is_not_published(office):
    with pytest.raises(NotAllowedNow, match="nog geen raad gekozen"):
        actions.publish(office.draft(selection="chosen"), by=office.buyer)

    assert InformationRequest.objects.get().status == Status.DRAFT


@pytest.mark.django_db(transaction=True)
def test_twenty_who_publish_at_once_ask_once():
    office = Office()
    CouncilMembershipFactory(council=office.local)
    CouncilMembershipFactory(council=office.central, role="secretary")
    draft = office.draft()

    results = at_once(lambda: actions.publish(draft, by=office.buyer), times=20)

    assert sum(result is not None for result in results) == 1
    assert RequestCouncil.objects.count() == 3
    assert OutgoingMail.objects.count() == 2
    assert verbs() == ["request.add", "request.publish"]


# --- Writing together ------------------------------------------------------------


def test_second_save_of_two_overwrites_nothing_and_is_kept_aside(office):
    draft = office.draft()
    mine, theirs = (InformationRequest.objects.get(pk=draft.pk) for _ in range(2))
    theirs.why = "Hun reden."
    colleague = CareOfficeMembershipFactory(care_office=office.office).user
    actions.edit(theirs, NOBODY, by=colleague)
    mine.why = "Mijn reden."

    with pytest.raises(StaleText) as stale:
        actions.edit(mine, NOBODY, by=office.buyer)
    actions.set_aside(mine, by=office.buyer)

    assert stale.value.current.why == "Hun reden."
    draft.refresh_from_db()
    assert draft.why == "Hun reden."
    kept = draft.versions.get(is_aside=True)
    assert (kept.words["why"], kept.saved_by) == ("Mijn reden.", office.buyer)


def test_every_save_of_a_draft_stays_readable(office):
    draft = office.draft(why="Eerste reden.")
    draft.why = "Tweede reden."

    actions.edit(draft, NOBODY, by=office.buyer)

    words = [version.words["why"] for version in draft.versions.all()]
    assert words == ["Eerste reden.", "Tweede reden."]


def test_what_councils_read_is_not_edited_any_more(office):
    request = actions.publish(office.draft(), by=office.buyer)

    with pytest.raises(NotAllowedNow):
        actions.edit(request, NOBODY, by=office.buyer)


# --- Taking it back --------------------------------------------------------------


def test_withdrawn_question_stays_readable_with_its_reason(office):
    member = CouncilMembershipFactory(council=office.local).user
    request = actions.publish(office.draft(), by=office.buyer)

    actions.withdraw(request, reason=" De vraag was onduidelijk. ", by=office.buyer)

    seen = InformationRequest.objects.visible_to(member).get()
    assert seen.withdrawn_reason == "De vraag was onduidelijk."
    assert not InformationRequest.objects.asked_of([office.local]).exists()
    with pytest.raises(NotAllowedNow):
        actions.withdraw(request, reason="Nog eens.", by=office.buyer)
    with pytest.raises(NotAllowedNow):
        actions.publish(request, by=office.buyer)


def test_question_is_not_withdrawn_without_a_reason(office):
    request = actions.publish(office.draft(), by=office.buyer)

    with pytest.raises(NotAllowedNow):
        actions.withdraw(request, reason="  ", by=office.buyer)


# --- Who sees it -----------------------------------------------------------------


def test_council_sees_what_it_is_asked_and_no_draft(office):
    member = CouncilMembershipFactory(council=office.local).user
    outsider = CouncilMembershipFactory(council=office.elsewhere).user
    request = actions.publish(office.draft(), by=office.buyer)
    office.draft(Choice([], [office.local]), selection="chosen")

    assert list(InformationRequest.objects.visible_to(member)) == [request]
    assert not InformationRequest.objects.visible_to(outsider).exists()
    assert InformationRequest.objects.visible_to(office.buyer).count() == 2
    other = CareOfficeMembershipFactory().user
    assert not InformationRequest.objects.visible_to(other).exists()
