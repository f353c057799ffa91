"""The demo story loads on any day, and the showing steps in without a login."""

import json
from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from pytest_django.asserts import assertContains

from portal.audit import first_broken
from portal.models import AuditChain, OutgoingMail, User
from procurement.demo.teller import deadline_after
from procurement.demo.world import PEOPLE
from procurement.models import (
    Answer,
    CouncilInput,
    InformationRequest,
    Phase,
    ShowingPart,
    Submission,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def loaded(tmp_path):
    """The story with what the command writes to its file."""
    file = tmp_path / "people.json"
    call_command("seed_demo", seed=7, json=file, verbosity=0)
    return json.loads(file.read_text())


def test_the_story_has_everything_that_it_tells(loaded):
    assert User.objects.count() == len(PEOPLE) == 17
    assert CouncilInput.objects.count() == 24
    assert InformationRequest.objects.published().count() == 7
    assert Submission.objects.filter(status="submitted").count() == 4
    assert Answer.objects.published().count() == 9
    phases = Phase.objects.filter(cycle=loaded["cycles"]["this"])
    assert {phase.state for phase in phases} == {"past", "now", "coming"}
    verdicts = ShowingPart.objects.newest().values_list("verdict", flat=True)
    assert sorted(verdicts) == ["", "", "agreed", "agreed", "agreed"]


def test_no_mail_of_the_past_waits_to_be_sent(loaded):
    assert OutgoingMail.objects.exists()
    assert not OutgoingMail.objects.filter(status="queued").exists()


def test_every_trail_of_the_story_holds(loaded):
    assert AuditChain.objects.exists()
    assert [first_broken(chain) for chain in AuditChain.objects.all()] == [
        None for _chain in AuditChain.objects.all()
    ]


def test_a_second_loading_changes_nothing(loaded, tmp_path):
    call_command("seed_demo", verbosity=0)

    assert CouncilInput.objects.count() == 24
    with pytest.raises(CommandError):
        call_command("seed_demo", json=tmp_path / "again.json")


@pytest.mark.parametrize(
    ("today", "closing"),
    [
        ("2027-06-12", "2027-08-01"),  # fifty days ahead
        ("2027-06-13", "2028-08-01"),  # forty-nine
        ("2027-08-02", "2028-08-01"),
        ("2028-02-29", "2028-08-01"),
    ],
)
def test_the_closing_is_the_first_of_august_at_least_fifty_days_ahead(today, closing):
    deadline = deadline_after(date.fromisoformat(today))

    assert f"{deadline:%Y-%m-%d %H:%M}" == f"{closing} 17:00"


@pytest.mark.parametrize("today", ["2027-06-13", "2027-03-28", "2028-02-29"])
def test_the_story_loads_on_any_day(today):
    call_command("seed_demo", on=date.fromisoformat(today), verbosity=0)

    assert Answer.objects.published().count() == 9


def test_the_same_seed_gives_the_same_secrets(loaded):
    by_key = {each["key"]: each for each in loaded["people"]}

    assert by_key["riet"]["totp_secret"] is None
    assert len(by_key["marijke"]["totp_secret"]) == 32
    assert User.objects.get(pk=by_key["riet"]["id"]).check_password(
        by_key["riet"]["password"]
    )


def test_each_person_of_the_story_can_be_stepped_into(loaded, client, settings):
    settings.DEMO = True

    for key, name, _role in PEOPLE:
        response = client.post(reverse("demo_step_in", args=[key]), follow=True)

        assertContains(response, name)


def test_who_looks_around_is_led_to_the_next_person(loaded, client, settings):
    settings.DEMO = True
    client.post(reverse("demo_step_in", args=["riet"]))

    response = client.get("/")

    assertContains(response, 'href="/demo/"')


def test_outside_a_showing_nobody_is_stepped_into(loaded, client):
    response = client.post(reverse("demo_step_in", args=["marijke"]))

    assert response.status_code == 404
    assert "_auth_user_id" not in client.session
    assert client.get(reverse("demo")).status_code == 404
    assert client.get(reverse("demo_mails")).status_code == 404


def test_the_mails_of_the_showing_say_how_many_still_wait(loaded, client, settings):
    settings.DEMO = True
    OutgoingMail.objects.create(key="1", kind="phase_opens", to="riet@raad.example")

    page = client.get(reverse("demo_mails"))

    assertContains(page, "1 mail wacht tot het tijd is om te vertrekken.")


def test_looking_around_takes_a_press_and_no_mere_visit(loaded, client, settings):
    settings.DEMO = True

    assert client.get(reverse("demo_step_in", args=["riet"])).status_code == 405
