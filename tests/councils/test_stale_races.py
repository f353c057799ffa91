"""Two who save the same form at the same moment: one saves, the other is told."""

from datetime import date, timedelta
from functools import partial

import pytest
import time_machine
from django.urls import reverse

from councils.actions import minutes
from councils.models import AgendaPaper, StandingItem
from portal.models import AuditEvent
from tests.factories import (
    ActionItemFactory,
    AgendaItemFactory,
    AttendeeFactory,
    CouncilMembershipFactory,
    DecisionFactory,
    MeetingFactory,
)
from tests.races import side_by_side
from tests.sent import shown

pytestmark = pytest.mark.django_db(transaction=True)
TIMES = 6


@pytest.fixture(autouse=True)
def during():
    """In a meeting that has begun, with another one to come."""
    with time_machine.travel("2027-06-08 15:00+02:00", tick=False):
        yield


@pytest.fixture
def meeting():
    return MeetingFactory()


@pytest.fixture
def secretary(meeting):
    return CouncilMembershipFactory(council=meeting.council, role="secretary").user


@pytest.fixture
def coming(meeting):
    return MeetingFactory(
        council=meeting.council,
        starts_at=meeting.starts_at + timedelta(days=28),
        ends_at=meeting.ends_at + timedelta(days=28),
        agenda_goes_out_on=date(2027, 6, 29),
        papers_due_on=date(2027, 6, 28),
    )


def page(name, row):
    return reverse(f"councils:{name}", args=[row.pk])


@pytest.fixture
def press_at_once(new_client, secretary):
    """The answers to some who look at a page and then all save at once."""

    def press(url, texts):
        presses = []
        for typed in texts:
            client = new_client()
            client.force_login(secretary)
            sent = {**sent_of(client, url), **typed}
            presses.append(partial(client.post, url, sent))
        return side_by_side(*presses)

    return press


def sent_of(client, url):
    context = client.get(url).context
    if "formset" not in context:
        return shown(client, url)
    sign = context["formset"].sign
    return {"seen": sign, "form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "0"}


def one_saved(answers, verb):
    """One went on, and each of the others was told with its own words in sight."""
    told = [answer for answer in answers if answer.status_code == 200]
    assert len(told) == len(answers) - 1
    assert all("Iemand anders" in answer.content.decode() for answer in told)
    assert AuditEvent.objects.filter(verb=verb).count() == 1


def test_a_decision(meeting, secretary, press_at_once):
    minutes.begin(meeting, by=secretary)
    decision = DecisionFactory(item=AgendaItemFactory(meeting=meeting))

    answers = press_at_once(
        page("decision_edit", decision),
        [{"text": f"Besluit {number}."} for number in range(TIMES)],
    )

    one_saved(answers, "decision.change")


def test_an_action(meeting, secretary, press_at_once):
    minutes.begin(meeting, by=secretary)
    action = ActionItemFactory(
        item=AgendaItemFactory(meeting=meeting),
        council=meeting.council,
        owner=secretary,
    )

    answers = press_at_once(
        page("action_edit", action),
        [{"what": f"Actie {number}"} for number in range(TIMES)],
    )

    one_saved(answers, "action_item.reword")


def test_a_meeting(coming, press_at_once):
    answers = press_at_once(
        page("meeting_edit", coming),
        [{"place": f"Zaal {number}"} for number in range(TIMES)],
    )

    one_saved(answers, "meeting.move")
    coming.refresh_from_db()
    assert coming.sequence == 1


def test_guests(coming, press_at_once):
    answers = press_at_once(
        page("meeting_people", coming),
        [
            {"name": f"Gast {number}", "email": f"gast{number}@voorbeeld.nl"}
            for number in range(TIMES)
        ],
    )

    one_saved(answers, "meeting.choose_people")
    assert coming.attendees.count() == 1


def test_who_was_there(meeting, press_at_once):
    rows = [AttendeeFactory(meeting=meeting) for _ in range(TIMES)]

    answers = press_at_once(
        page("meeting_presence", meeting),
        [{"there": [str(row.pk)]} for row in rows],
    )

    one_saved(answers, "meeting.note_presence")
    assert meeting.attendees.present().count() == 1


def test_the_quorum(meeting, press_at_once):
    answers = press_at_once(
        page("recess_quorum", meeting.council),
        [{"quorum": number} for number in range(3, 3 + TIMES)],
    )

    one_saved(answers, "council.set_quorum")


def test_a_paper_that_is_asked(coming, press_at_once):
    paper = AgendaPaper.objects.create(
        item=AgendaItemFactory(meeting=coming), title="Cijfers"
    )

    answers = press_at_once(
        page("paper_edit", paper),
        [{"title": f"Stuk {number}"} for number in range(TIMES)],
    )

    one_saved(answers, "agenda_paper.save")


def test_standing_items(meeting, press_at_once):
    answers = press_at_once(
        page("standing_edit", meeting.council),
        [{"form-0-title": f"Punt {number}"} for number in range(TIMES)],
    )

    one_saved(answers, "standing_items.save")
    assert StandingItem.objects.count() == 1
