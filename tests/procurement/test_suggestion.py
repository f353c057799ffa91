"""What the rounds suggest for an agenda: each comes by what is there, and goes."""

from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains

from councils.models import AgendaItem, ItemGoal, Meeting, Openness
from councils.suggestion import shown, suggestions_for
from portal.dates import AMSTERDAM
from portal.models import AuditEvent
from procurement.actions import submission as submissions
from procurement.actions import suggestion
from procurement.models import (
    Answer,
    DroppedSuggestion,
    Phase,
    PhaseKind,
    Publication,
    Submission,
    SubmittedSource,
    WorkPlanAgreement,
    WorkPlanVersion,
)
from tests.factories import (
    AgendaItemFactory,
    CouncilInputFactory,
    CycleFactory,
    InformationRequestFactory,
    MeetingFactory,
    ParticipationFactory,
    PhaseFactory,
    UserFactory,
    WorkPlanFactory,
)
from tests.procurement.rounds import Summer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def june():
    with time_machine.travel("2027-06-01 10:00+02:00", tick=False):
        yield


@pytest.fixture
def summer() -> Summer:
    return Summer()


def at(day: date, hour: int = 14) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=AMSTERDAM)


def meeting_of(council, day=date(2027, 6, 8), **fields) -> Meeting:
    return MeetingFactory(
        council=council,
        starts_at=at(day),
        ends_at=at(day, 16),
        **fields,
    )


def early_meeting(summer: Summer) -> Meeting:
    """One of the central council that is not the last before its own date."""
    meeting_of(summer.central, date(2027, 6, 22))
    return meeting_of(summer.central)


def chosen(summer: Summer, council=None, **fields) -> None:
    """The council takes part from the registration on: that is not asked any more."""
    council = council or summer.local
    ParticipationFactory(
        council=council, cycle=summer.cycle, from_phase=summer.phase, **fields
    )


def keys(meeting: Meeting, user) -> list[str]:
    """The kinds of what is suggested, dropped ones in brackets."""
    user = type(user).objects.get(pk=user.pk)
    found = suggestions_for(meeting, user)
    return [
        f"({each.key.split(':')[0]})"
        if each.dropped_because
        else each.key.split(":")[0]
        for each in found
    ]


# --- Taking part -----------------------------------------------------------------


def test_the_choice_to_take_part_is_suggested_until_it_is_made(summer):
    member = summer.person()
    meeting = meeting_of(summer.local)
    before = keys(meeting, member)

    chosen(summer)

    assert "choose" in before
    assert "choose" not in keys(meeting, member)


def test_to_choose_comes_too_late_when_the_submission_is_over(summer):
    PhaseFactory(
        cycle=summer.cycle,
        kind=PhaseKind.MONITORING,
        order=13,
        opens_on=date(2027, 1, 1),
        closes_at=at(date(2028, 12, 31)),
        councils_deliver=False,
    )
    Phase.objects.filter(pk=summer.phase.pk).update(closes_at=at(date(2027, 6, 7)))

    assert keys(meeting_of(summer.local), summer.person()) == []


@pytest.mark.parametrize("step", ["decline", "leave"])
def test_who_does_not_take_part_is_suggested_nothing(summer, step):
    InformationRequestFactory(phase=summer.phase, asked=[summer.local])
    ParticipationFactory(
        council=summer.local,
        cycle=summer.cycle,
        from_phase=None,
        step=step,
        level="",
        reason="Geen tijd",
    )

    assert keys(meeting_of(summer.local), summer.person()) == []


def test_who_reads_along_is_not_asked_for_words(summer):
    chosen(summer, level="read_along")
    InformationRequestFactory(phase=summer.phase, asked=[summer.local])

    assert keys(meeting_of(summer.local), summer.person()) == []


def test_steps_before_the_entry_suggest_nothing(summer):
    early = summer.earlier_phase()
    Phase.objects.filter(pk=early.pk).update(
        opens_on=date(2027, 6, 20), closes_at=at(date(2027, 8, 20))
    )
    member, meeting = summer.person(), meeting_of(summer.local)
    before = keys(meeting, member)

    chosen(summer)

    assert "words" in before
    assert keys(meeting, member) == ["share"]


# --- Steps -----------------------------------------------------------------------


def test_the_last_meeting_before_the_councils_own_date_says_so(summer):
    """The local council has until 18 June; the next meeting is on the 22nd."""
    chosen(summer)
    meeting = meeting_of(summer.local)
    meeting_of(summer.local, date(2027, 6, 22))

    (found,) = suggestions_for(meeting, summer.person())

    assert (found.key, found.on) == (f"share:{summer.phase.pk}", date(2027, 6, 18))
    assert found.reason == (
        "De datum van uw raad is vrijdag 18 juni 2027. "
        "Dit is de laatste vergadering daarvóór."
    ).replace("18 juni", "18\N{NO-BREAK SPACE}juni")
    assert (found.goal, found.minutes) == (ItemGoal.DECIDE, 15)
    assert found.openness == Openness.COUNCIL


def test_what_can_wait_for_the_next_meeting_is_not_suggested(summer):
    chosen(summer)
    meeting = meeting_of(summer.local)

    meeting_of(summer.local, date(2027, 6, 15))

    assert keys(meeting, summer.person()) == []


def test_a_meeting_that_was_called_off_is_no_next_one(summer):
    chosen(summer)
    meeting = meeting_of(summer.local)
    meeting_of(summer.local, date(2027, 6, 15), status="cancelled")

    assert keys(meeting, summer.person()) == ["share"]


def test_without_a_next_meeting_six_weeks_are_looked_ahead(summer):
    chosen(summer)
    Phase.objects.update(closes_at=at(date(2027, 9, 10), 17))
    meeting = meeting_of(summer.local)
    before = keys(meeting, summer.person())

    Phase.objects.update(closes_at=at(date(2027, 8, 27), 17))

    assert (before, keys(meeting, summer.person())) == ([], ["share"])


def test_a_step_that_begins_before_the_next_meeting_is_told(summer):
    chosen(summer)
    PhaseFactory(
        cycle=summer.cycle,
        kind=PhaseKind.DIALOGUE,
        order=9,
        opens_on=date(2027, 7, 1),
        closes_at=at(date(2027, 12, 1)),
        councils_deliver=False,
    )
    meeting = meeting_of(summer.local)
    member = summer.person()
    before = keys(meeting, member)

    meeting_of(summer.local, date(2027, 6, 29))

    assert before == ["share", "opens"]
    assert keys(meeting, member) == ["share"]


def test_words_for_a_step_are_suggested_until_the_council_has_them(summer):
    chosen(summer, summer.local)
    analysis = PhaseFactory(
        cycle=summer.cycle,
        kind=PhaseKind.EVALUATION,
        order=8,
        opens_on=date(2027, 6, 1),
        closes_at=at(date(2027, 8, 6)),
    )
    member, meeting = summer.person(), meeting_of(summer.local)
    before = keys(meeting, member)

    CouncilInputFactory(
        council=summer.local,
        cycle=summer.cycle,
        request=InformationRequestFactory(phase=analysis),
    )

    assert before == ["share", "words"]
    assert keys(meeting, member) == ["share"]


def test_sharing_with_the_central_council_is_suggested_until_it_is_done(summer):
    chosen(summer)
    member, meeting = summer.person(), meeting_of(summer.local)
    before = keys(meeting, member)

    CouncilInputFactory(
        council=summer.local, cycle=summer.cycle, for_central_council=True
    )

    assert (before, keys(meeting, member)) == (["share"], [])


# --- Submissions -----------------------------------------------------------------


def offered(summer: Summer, council=None):
    council = council or summer.central
    secretary = summer.person(council, "secretary")
    submission = submissions.start(council, summer.cycle, by=secretary)
    own = CouncilInputFactory(council=council, cycle=summer.cycle, shared=True)
    submissions.add_item(submission, own, by=secretary)
    return submission, submissions.offer(submission, by=secretary)


def test_a_submission_is_to_be_composed_then_signed_and_then_nothing(summer):
    chosen(summer, summer.central)
    meeting = meeting_of(summer.central, date(2027, 7, 6))
    chair = summer.person(summer.central, "chair")
    empty = keys(meeting, chair)
    submission, version = offered(summer)
    (waiting,) = suggestions_for(meeting, chair)

    seen = submissions.signing_code(version, [])
    submissions.sign(submission, by=chair, seen=seen)

    assert empty == ["compose"]
    assert waiting.key == f"sign:{submission.pk}:1"
    assert waiting.subject_id == submission.pk
    assert waiting.subject_type is Submission
    assert waiting.subject_url == submission.get_absolute_url()
    assert keys(meeting, chair) == []


def test_a_text_that_waits_for_a_signature_does_not_wait_for_the_last_meeting(summer):
    chosen(summer, summer.central)
    offered(summer)
    meeting = meeting_of(summer.central)
    meeting_of(summer.central, date(2027, 6, 22))

    assert keys(meeting, summer.person(summer.central)) == ["sign"]


def test_a_text_that_is_offered_anew_is_suggested_anew(summer):
    chosen(summer, summer.central)
    submission, _version = offered(summer)
    meeting = meeting_of(summer.central)
    member = summer.person(summer.central)
    drop(summer.central, f"sign:{submission.pk}:1")
    dropped = keys(meeting, member)
    secretary = summer.person(summer.central, "secretary")
    submissions.take_back(submission, why="Een fout", by=secretary)

    submissions.offer(submission, by=secretary)

    assert (dropped, keys(meeting, member)) == (["(sign)"], ["sign"])


# --- Requests --------------------------------------------------------------------


def test_a_request_is_suggested_until_the_council_said_something(summer):
    chosen(summer, summer.central)
    request = InformationRequestFactory(phase=summer.phase, asked=[summer.central])
    member, meeting = summer.person(summer.central), early_meeting(summer)
    before = keys(meeting, member)

    CouncilInputFactory(council=summer.central, cycle=summer.cycle, request=request)

    assert (before, keys(meeting, member)) == (["request"], [])


def test_a_request_is_suggested_when_it_is_new_and_when_it_cannot_wait(summer):
    """Published on 1 June; the central council has until 16 July."""
    chosen(summer, summer.central)
    InformationRequestFactory(phase=summer.phase, asked=[summer.central])
    member = summer.person(summer.central)
    meeting_of(summer.central, date(2027, 5, 25))
    first, between, last = (
        meeting_of(summer.central, day)
        for day in (date(2027, 6, 8), date(2027, 6, 22), date(2027, 7, 6))
    )
    meeting_of(summer.central, date(2027, 7, 20))

    (new,) = suggestions_for(first, member)

    assert new.reason.startswith("Nieuw sinds de vorige vergadering. De datum van")
    assert keys(between, member) == []
    assert keys(last, member) == ["compose", "request"]


def test_a_request_that_closed_or_was_withdrawn_is_not_suggested(summer):
    chosen(summer, summer.central)
    InformationRequestFactory(
        phase=summer.phase, asked=[summer.central], closes_at=at(date(2027, 6, 7))
    )
    InformationRequestFactory(
        phase=summer.phase, asked=[summer.central], status="withdrawn"
    )

    found = keys(early_meeting(summer), summer.person(summer.central))

    assert found == []


def test_a_helper_does_not_learn_of_words_that_are_closed_to_helpers(summer):
    chosen(summer, summer.central)
    request = InformationRequestFactory(phase=summer.phase, asked=[summer.central])
    CouncilInputFactory(
        council=summer.central,
        cycle=summer.cycle,
        request=request,
        is_closed_to_secretary=True,
    )
    meeting = early_meeting(summer)

    assert keys(meeting, summer.person(summer.central)) == []
    assert keys(meeting, summer.person(summer.central, "secretary")) == ["request"]
    assert keys(meeting, summer.person(summer.central, "supporter")) == ["request"]


# --- Answers ---------------------------------------------------------------------


def answered(summer: Summer, council=None):
    council = council or summer.central
    submission, version = offered(summer, council)
    chair = summer.person(council, "chair")
    seen = submissions.signing_code(version, [])
    submissions.sign(submission, by=chair, seen=seen)
    now = timezone.now()
    item = version.submitted_items.get()
    Answer.objects.create(
        item=item, outcome="taken_up", written_by=UserFactory(), published_at=now
    )
    Publication.objects.create(version=version, by=UserFactory(), at=now)
    return submission, item


def test_answers_are_suggested_until_a_meeting_talked_about_them(summer):
    chosen(summer, summer.central)
    submission, _item = answered(summer)
    member = summer.person(summer.central)
    held = meeting_of(summer.central)
    before = keys(held, member)
    AgendaItemFactory(meeting=held, subject_id=submission.pk)

    with time_machine.travel("2027-07-01 10:00+02:00", tick=False):
        later = keys(meeting_of(summer.central, date(2027, 7, 6)), member)

    assert (before, later) == (["answers"], [])


def test_a_talk_before_the_answers_came_is_no_talk_about_them(summer):
    chosen(summer, summer.central)
    held = meeting_of(summer.central, date(2027, 5, 25))
    submission, _item = answered(summer)
    AgendaItemFactory(meeting=held, subject_id=submission.pk)

    assert keys(meeting_of(summer.central), summer.person(summer.central)) == [
        "answers"
    ]


def test_a_quoted_council_is_suggested_the_answers_unless_closed_to_the_reader(summer):
    chosen(summer)
    own = CouncilInputFactory(
        council=summer.local, cycle=summer.cycle, for_central_council=True
    )
    _submission, item = answered(summer)
    SubmittedSource.objects.create(
        item=item,
        input_version=own.current,
        council=summer.local,
        keep_until=date(2034, 1, 1),
    )
    meeting = meeting_of(summer.local)
    member, secretary = summer.person(), summer.person(role="secretary")
    open_to_all = keys(meeting, member), keys(meeting, secretary)

    own.is_closed_to_secretary = True
    own.save()

    assert open_to_all == (["answers"], ["answers"])
    # The secretary cannot know either that something was shared.
    assert keys(meeting, member) == ["answers"]
    assert keys(meeting, secretary) == ["share"]


@pytest.fixture
def twice(summer):
    """A local council whose own submission was answered on 2 June, and its words in
    that of the central council on 4 June; the publications, the oldest first."""
    chosen(summer)
    words = CouncilInputFactory(
        council=summer.local, cycle=summer.cycle, for_central_council=True
    )
    with time_machine.travel("2027-06-02 10:00+02:00", tick=False):
        own, _item = answered(summer, summer.local)
    with time_machine.travel("2027-06-04 10:00+02:00", tick=False):
        above, item = answered(summer)
    SubmittedSource.objects.create(
        item=item,
        input_version=words.current,
        council=summer.local,
        keep_until=date(2034, 1, 1),
    )
    return own, above


def test_answers_to_own_submission_and_to_words_elsewhere_are_one(summer, twice):
    with time_machine.travel("2027-06-05 10:00+02:00", tick=False):
        (found,) = suggestions_for(meeting_of(summer.local), summer.person())

    own, _above = twice
    assert (found.title, found.reason, found.subject_id, found.subject_url) == (
        "Antwoorden van het zorgkantoor: Zorginkoop 2028",
        "Op wat uw raad indiende, kwam antwoord op woensdag 2\xa0juni 2027. Op woorden "
        "van uw raad in een indiening van een andere raad kwam antwoord op vrijdag "
        "4\xa0juni 2027. U besprak dit nog niet.",
        own.pk,
        reverse("procurement:response_list"),
    )


@pytest.mark.parametrize("talked_about", [0, 1])
def test_a_talk_about_the_one_was_a_talk_about_the_other(summer, twice, talked_about):
    held = meeting_of(summer.local)
    AgendaItemFactory(meeting=held, subject_id=twice[talked_about].pk)
    next_one = meeting_of(summer.local, date(2027, 7, 6))

    with time_machine.travel("2027-06-05 10:00+02:00", tick=False):
        while_on_agenda = keys(held, summer.person())
    with time_machine.travel("2027-07-01 10:00+02:00", tick=False):
        afterwards = keys(next_one, summer.person())

    assert (while_on_agenda, afterwards) == ([], [])


def test_answers_that_came_between_two_talks_are_told_alone(summer, twice):
    own, _above = twice
    AgendaItemFactory(
        meeting=meeting_of(summer.local, date(2027, 6, 3)), subject_id=own.pk
    )

    with time_machine.travel("2027-06-05 10:00+02:00", tick=False):
        (found,) = suggestions_for(meeting_of(summer.local), summer.person())

    assert found.title == "Antwoorden op de woorden van onze raad: Zorginkoop 2028"
    assert found.reason.startswith("Het zorgkantoor antwoordde op vrijdag 4\xa0juni")


def test_both_are_dropped_at_once_and_what_was_dropped_before_is_not_told(
    summer, twice
):
    member, meeting = summer.person(), meeting_of(summer.local)
    pks = [Publication.objects.get(version__submission=s).version_id for s in twice]

    def dropped(pk):
        return DroppedSuggestion.objects.create(
            council=summer.local,
            key=f"answers:{pk}",
            reason="Al besproken",
            dropped_by=member,
        )

    with time_machine.travel("2027-06-05 10:00+02:00", tick=False):
        newer = dropped(pks[1])
        assert keys(meeting, member) == ["(answers)"]
        newer.delete()
        dropped(pks[0])
        (found,) = suggestions_for(meeting, member)
    assert found.reason.startswith("Het zorgkantoor antwoordde op vrijdag 4\xa0juni")


def test_who_may_not_know_of_the_words_reads_of_the_own_submission_alone(summer, twice):
    quoted = SubmittedSource.objects.get(
        item__version__submission=twice[1], council=summer.local
    )
    words = quoted.input_version.council_input
    words.is_closed_to_secretary = True
    words.save()

    with time_machine.travel("2027-06-05 10:00+02:00", tick=False):
        found = suggestions_for(
            meeting_of(summer.local), summer.person(role="secretary")
        )

    (answers,) = [each for each in found if each.key.startswith("answers")]
    assert answers.reason == (
        "Het zorgkantoor antwoordde op woensdag 2\xa0juni 2027. U besprak dit nog niet."
    )


@pytest.mark.parametrize(
    ("which", "openness"),
    [
        # The secretary is told of answers to the submission itself: it says that.
        ("merged", "council"),
        ("words alone", "members"),
    ],
)
def test_what_a_member_takes_over_tells_a_helper_no_more_than_a_suggestion(
    summer, twice, which, openness
):
    own, above = twice
    quoted = SubmittedSource.objects.get(
        item__version__submission=above, council=summer.local
    )
    words = quoted.input_version.council_input
    words.is_closed_to_secretary = True
    words.save()
    if which == "words alone":
        Publication.objects.filter(version__submission=own).delete()
    summer.person(role="secretary")
    summer.person(role="supporter")
    chair, meeting = summer.person(role="chair"), meeting_of(summer.local)

    with time_machine.travel("2027-06-05 10:00+02:00", tick=False):
        (found,) = suggestions_for(meeting, chair)
        item = suggestion.take(meeting, found.key, by=chair)

    assert item.openness == openness
    if which == "merged":
        assert "woorden van uw raad" in found.reason
        assert item.reason == (
            "Het zorgkantoor antwoordde op woensdag 2\xa0juni 2027. U besprak dit nog "
            "niet."
        )


# --- Plans -----------------------------------------------------------------------


def test_a_plan_is_suggested_until_the_council_agreed_and_again_when_it_changed(summer):
    chosen(summer, summer.central)
    Phase.objects.update(closes_at=at(date(2027, 10, 1)))
    plan = WorkPlanFactory(council=summer.central, phase=summer.phase)
    member, meeting = summer.person(summer.central), meeting_of(summer.central)
    first = version(plan, 1)
    before = keys(meeting, member)
    agree(first, "organisation")
    half = keys(meeting, member)
    agree(first, "council")
    done = keys(meeting, member)

    version(plan, 2)

    assert (before, half, done) == (["plan"], ["plan"], [])
    (again,) = suggestions_for(meeting, member)
    assert (
        again.title == "Bekijk de planning met de bestuurder opnieuw: Zorginkoop 2028"
    )


def version(plan, number: int) -> WorkPlanVersion:
    return WorkPlanVersion.objects.create(
        plan=plan,
        number=number,
        deadline=at(date(2027, 10, 1)),
        board_days=14,
        consultation_weeks=4,
        papers_days=14,
    )


def agree(found: WorkPlanVersion, side: str) -> None:
    WorkPlanAgreement.objects.create(version=found, side=side, agreed_by=UserFactory())


# --- On an agenda, dropped, and for whom -----------------------------------------


def drop(council, key: str) -> None:
    DroppedSuggestion.objects.create(
        council=council, key=key, reason="Al besproken", dropped_by=UserFactory()
    )


@pytest.mark.parametrize("is_waiting", [True, False])
def test_what_is_on_a_coming_agenda_or_waits_is_not_suggested_again(summer, is_waiting):
    chosen(summer)
    meeting, member = meeting_of(summer.local), summer.person()
    item = AgendaItemFactory(
        council=summer.local,
        meeting=None if is_waiting else meeting_of(summer.local, date(2027, 7, 6)),
        subject_id=summer.phase.pk,
    )
    Meeting.objects.exclude(pk=meeting.pk).update(kind="working_group")
    there = keys(meeting, member)

    item.dropped_at = timezone.now()
    item.save()

    assert (there, keys(meeting, member)) == ([], ["share"])


def test_an_item_closed_to_helpers_hides_no_suggestion_from_a_helper(summer):
    chosen(summer)
    meeting = meeting_of(summer.local)
    AgendaItemFactory(meeting=meeting, subject_id=summer.phase.pk, openness="members")

    assert keys(meeting, summer.person()) == []
    assert keys(meeting, summer.person(role="secretary")) == ["share"]


def test_a_moved_date_brings_no_dropped_one_back_but_a_new_round_comes(summer):
    chosen(summer)
    meeting, member = meeting_of(summer.local), summer.person()
    drop(summer.local, f"share:{summer.phase.pk}")
    Phase.objects.update(closes_at=at(date(2027, 8, 10)))
    moved = keys(meeting, member)
    again = CycleFactory(care_office=summer.office, contract_year=2029)
    phase = PhaseFactory(cycle=again)

    ParticipationFactory(council=summer.local, from_phase=phase)

    assert moved == ["(share)"]
    assert keys(meeting, member) == ["share", "(share)"]


def test_another_council_does_not_drop_for_this_one(summer):
    chosen(summer)
    drop(summer.central, f"share:{summer.phase.pk}")

    assert keys(meeting_of(summer.local), summer.person()) == ["share"]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("council", ["share", "request"]),
        ("board", []),
        ("care_office", ["request"]),
        ("site_visit", []),
        ("working_group", []),
    ],
)
def test_each_kind_of_meeting_is_suggested_what_fits(summer, kind, expected):
    chosen(summer)
    InformationRequestFactory(phase=summer.phase, asked=[summer.local])

    assert keys(meeting_of(summer.local, kind=kind), summer.person()) == expected


def test_people_of_another_council_and_guests_are_suggested_nothing(summer):
    assert keys(meeting_of(summer.local), summer.person(summer.central)) == []
    assert keys(meeting_of(summer.local), UserFactory()) == []


def test_a_draft_round_and_one_elsewhere_suggest_nothing(summer):
    chosen(summer)
    CouncilInputFactory(
        council=summer.local, cycle=summer.cycle, for_central_council=True
    )
    PhaseFactory(
        cycle__care_office=summer.office,
        cycle__published_at=None,
        cycle__contract_year=2029,
    )
    PhaseFactory()

    assert keys(meeting_of(summer.local), summer.person()) == []


def test_all_suggestions_take_one_query(summer, django_assert_num_queries):
    meeting, member = meeting_of(summer.local), summer.person()
    InformationRequestFactory.create_batch(5, phase=summer.phase, asked=[summer.local])
    council_ids_are_read = summer.person(role="secretary")
    meeting = Meeting.objects.select_related("council").get(pk=meeting.pk)
    member = type(member).objects.get(pk=member.pk)
    suggestions_for(meeting, member)  # reads the seats

    with django_assert_num_queries(1):
        found = suggestions_for(meeting, member)

    assert len(found) == 7
    assert council_ids_are_read != member


def test_a_suggestion_is_told_before_its_day_and_in_order(summer):
    InformationRequestFactory(
        phase=summer.phase,
        asked=[summer.local],
        closes_at=summer.phase.closes_at - timedelta(days=7),
    )

    found = suggestions_for(meeting_of(summer.local), summer.person())

    assert [each.on for each in found] == sorted(each.on for each in found)


# --- Taken over, set aside, brought back -----------------------------------------


class Desk:
    """A local council that shares before 18 June, and its meeting on 8 June."""

    def __init__(self, summer: Summer) -> None:
        chosen(summer)
        self.summer, self.meeting = summer, meeting_of(summer.local)
        self.key = f"share:{summer.phase.pk}"
        self.secretary = summer.person(role="secretary")

    def press(self, client, what: str, user=None, **data):
        client.force_login(user or self.secretary)
        url = reverse(f"procurement:suggestion_{what}", args=[self.meeting.pk])
        return client.post(url, {"key": self.key, **data})


@pytest.fixture
def desk(summer) -> Desk:
    return Desk(summer)


def test_one_press_puts_it_on_the_agenda_with_its_reason(desk, client):
    desk.press(client, "take")

    item = desk.meeting.items.get()
    assert item.origin == AgendaItem.Origin.SUGGESTED
    assert item.title == "Deel onze inbreng met de centrale raad: Zorginkoop 2028"
    assert item.reason.startswith("De datum van uw raad is vrijdag 18")
    assert (item.goal, item.minutes, item.openness) == ("decide", 15, "council")
    assert item.subject_id == desk.summer.phase.pk
    assert item.subject_type.model_class() == Phase
    assert item.subject_url == reverse("procurement:input_list")
    assert item.added_by == desk.secretary


def test_a_second_press_puts_nothing_on_the_agenda(desk, client):
    desk.press(client, "take")

    response = desk.press(client, "take")

    assert response.status_code == 302
    assert desk.meeting.items.count() == 1


def test_what_is_set_aside_needs_a_word_why_and_can_come_back(desk, client):
    refused = desk.press(client, "drop", reason=" ")
    none_yet = DroppedSuggestion.objects.count()
    desk.press(client, "drop", reason="Staat al in ons werkplan")
    aside = keys(desk.meeting, desk.secretary)

    desk.press(client, "restore")

    assertContains(refused, "Zeg in een paar woorden waarom niet.")
    assert (none_yet, aside) == (0, ["(share)"])
    assert keys(desk.meeting, desk.secretary) == ["share"]
    assert list(
        AuditEvent.objects.filter(verb__startswith="suggestion.")
        .order_by("position")
        .values_list("verb", flat=True)
    ) == ["suggestion.drop", "suggestion.bring_back"]


def test_what_was_set_aside_is_not_put_on_the_agenda(desk, client):
    desk.press(client, "drop", reason="Nee")

    desk.press(client, "take")

    assert desk.meeting.items.count() == 0


def test_a_key_that_is_not_suggested_is_not_there(desk, client):
    desk.key = "share:0"
    client.force_login(desk.secretary)
    url = reverse("procurement:suggestion_drop", args=[desk.meeting.pk])

    assert client.get(url, {"key": "share:0"}).status_code == 404
    assert desk.press(client, "drop", reason="Nee").status_code == 302
    assert DroppedSuggestion.objects.count() == 0


@pytest.mark.parametrize("what", ["take", "drop", "restore"])
def test_a_key_that_no_database_can_hold_breaks_nothing(desk, client, what):
    desk.key = "share:\0"

    assert desk.press(client, what, reason="Nee").status_code == 302


@pytest.mark.parametrize("what", ["take", "drop", "restore"])
def test_members_press_nothing_and_others_find_nothing(desk, client, what):
    member = desk.summer.person()
    stranger = desk.summer.person(desk.summer.central, "secretary")

    assert desk.press(client, what, member, reason="x").status_code == 403
    assert desk.press(client, what, stranger, reason="x").status_code == 404
    assert desk.meeting.items.count() == 0


def test_a_meeting_that_was_called_off_takes_nothing(desk, client):
    Meeting.objects.update(status="cancelled")

    response = desk.press(client, "take")

    assert response.status_code == 302
    assert desk.meeting.items.count() == 0


def test_the_list_offers_a_press_and_shows_what_was_set_aside(desk):
    request = InformationRequestFactory(
        phase=desk.summer.phase, asked=[desk.summer.local]
    )
    drop(desk.summer.local, f"request:{request.pk}")
    found = suggestions_for(desk.meeting, desk.secretary)

    page = render_to_string(
        "councils/agenda/_suggestions.html",
        {
            "suggestions": shown(found),
            "meeting": str(desk.meeting.pk),
            "csrf_token": "x",
        },
    )

    assert page.count("Zet op de agenda") == 1
    assert "Weggelegd (1)" in page
    assert "Al besproken" in page
