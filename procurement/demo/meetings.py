"""A year of meetings in the demo story: what was said, decided and taken on, and the
agenda that is ready to be built."""

import json
from collections.abc import Iterator
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from councils.actions import (
    action_item,
    agenda,
    agenda_papers,
    agenda_sending,
    decision,
    meeting,
    meeting_roster,
    minutes,
)
from councils.models import (
    ActionItem,
    AgendaItem,
    AgendaPaper,
    Attendee,
    Decision,
    Meeting,
    Minutes,
    Recess,
)
from portal.dates import moment, working_day_on_or_before
from procurement.actions import participation, work_plan
from procurement.actions.work_plan_basis import usual
from procurement.demo.teller import Teller
from procurement.models import Participation, PhaseKind

WORDS = Path(__file__).with_name("meetings.json")
TWO = time(14)
LONG = timedelta(hours=2)
PLACES = {
    "centraal": "De Vlierkade, vergaderzaal 2",
    "wolkenveer": "Huize Wolkenveer, de serre",
}
SECRETARY = "marijke"
# Days from today on which the councils meet, as the roster of the year has it.
COMING = (22, 64, 106, 148, 190)
COMING_AT_WOLKENVEER = (16, 58, 100)
BOARD_MEETING, VISIT, TALK = 36, 50, 92
# Who supports clients from outside, and has no account.
GUEST = ("Noor Havikskruid", "noor@havikskruid.example")


def read_words() -> dict[str, Any]:
    """The words of the meetings, as data."""
    return json.loads(WORDS.read_text())


class Meetings:
    """Tells the meetings, in the order of time; ``words`` may carry marks of a test."""

    def __init__(self, told: Teller, words: dict[str, Any]) -> None:
        self.told, self.words = told, words
        self.secretary = told.world.user(SECRETARY)
        self.meetings: dict[str, Meeting] = {}
        self.decisions: dict[str, Decision] = {}
        # Drafts that the next meeting of the council adopts.
        self.drafts: dict[str, list[Minutes]] = {}

    def tell_held(self) -> None:
        """Each meeting of the past half year, from planning to its minutes."""
        for words in sorted(self.words["held"], key=lambda each: each["days"]):
            held = self._plan(words)
            items = self._fill(words, held)
            self._hold(words, held, items)

    def tell_coming(self) -> None:
        """The meetings to come; the next one of the central council has to be built."""
        self._rest()
        with self.told.on(self.told.today - timedelta(days=15)):
            for council, days in (
                ("centraal", COMING),
                ("wolkenveer", COMING_AT_WOLKENVEER),
            ):
                roster = [self._meeting(council, "council", each) for each in days]
                meeting.plan_many(roster, by=self.secretary)
                self.meetings[f"next-{council}"] = roster[0]
                meeting_roster.announce(roster[0].council, by=self.secretary)
            self._with_others()
        with self.told.on(self.told.today - timedelta(days=2)):
            self._answer(self.meetings["next-centraal"], {"riet": "yes", "joop": "yes"})
            self._ready_to_build()

    # --- Held ------------------------------------------------------------------------

    def _day(self, days: int) -> date:
        """A working day of the councils, and to come none in a school holiday."""
        day = self.told.today + timedelta(days=days)
        zones = ("noord",) if days > 0 else ()
        return working_day_on_or_before(day, zones).day

    def _meeting(self, council: str, kind: str, days: int, **more: Any) -> Meeting:
        starts_at = moment(self._day(days), TWO)
        fields: dict[str, Any] = {"place": PLACES[council], **more}
        return Meeting(
            council=self.told.world.councils[council],
            kind=kind,
            starts_at=starts_at,
            ends_at=starts_at + LONG,
            **fields,
        )

    def _plan(self, words: dict[str, Any]) -> Meeting:
        planned = self._meeting(words["council"], words["kind"], words["days"])
        with self.told.on(self._day(words["days"] - 30)):
            meeting.plan(planned, by=self.secretary)
            meeting.invite(planned, by=self.secretary)
        self.meetings[words["key"]] = planned
        return planned

    def _fill(self, words: dict[str, Any], held: Meeting) -> list[AgendaItem]:
        with self.told.on(self._day(words["days"] - 9)):
            for each in held.attendees.filter(user__isnull=False):
                meeting.answer(each, answer=Attendee.Answer.YES, by=each.user)
            items = [self._add(each, held) for each in words["items"]]
            agenda_sending.send_agenda(held, by=self.secretary)
        return items

    def _add(self, words: dict[str, Any], held: Meeting) -> AgendaItem:
        introducer = self.told.world.user(words["introducer"])
        # What is closed to the secretary was put on by who introduces it.
        by = introducer if words["openness"] == "members" else self.secretary
        return agenda.add_item(
            AgendaItem(
                council=held.council,
                meeting=held,
                introducer=introducer,
                **_of(words),
            ),
            by=by,
        )

    def _hold(
        self, words: dict[str, Any], held: Meeting, items: list[AgendaItem]
    ) -> None:
        with self.told.on(self._day(words["days"]), time(15, 30)):
            present = held.attendees.exclude(user__isnull=True)
            meeting.note_presence(
                held, present={each.pk for each in present}, by=self.secretary
            )
            self._adopt_earlier(words, held)
            if not any("notes" in each for each in words["items"]):
                return
            written = minutes.begin(held, by=self.secretary)
            for each, item in zip(words["items"], items, strict=True):
                self._minute(each, item)
        with self.told.on(self._day(words["days"]) + timedelta(days=2)):
            written = minutes.send_round(written, by=self.secretary)
            if words["kind"] == Meeting.Kind.COUNCIL:
                self.drafts.setdefault(words["council"], []).append(written)
            self._finish(words)

    def _adopt_earlier(self, words: dict[str, Any], held: Meeting) -> None:
        if held.kind != Meeting.Kind.COUNCIL:
            return
        for draft in self.drafts.pop(words["council"], []):
            minutes.adopt(draft, meeting=held, by=self.secretary)

    def _minute(self, words: dict[str, Any], item: AgendaItem) -> None:
        writer = item.introducer or self.secretary
        if item.openness != "members":
            writer = self.secretary
        minutes.save_notes(
            item, words["notes"], revision=item.notes_revision, by=writer
        )
        if "decision" in words:
            votes = dict(zip(VOTES, words.get("votes", [None] * 3), strict=True))
            self.decisions[words.get("key", item.title)] = decision.record(
                Decision(item=item, text=words["decision"], **votes), by=writer
            )
        if "action" in words:
            action_item.take_on(self._action(words, item), by=writer)

    def _action(self, words: dict[str, Any], item: AgendaItem) -> ActionItem:
        held = item.meeting
        assert held is not None  # it was just on its agenda
        due_on = held.starts_at.date() + timedelta(days=21)
        if "due" in words:
            due_on = self.told.today + timedelta(days=words["due"])
        return ActionItem(
            item=item,
            what=words["action"],
            owner=self.told.world.user(words["owner"]),
            due_on=due_on,
        )

    def _finish(self, words: dict[str, Any]) -> None:
        done = {
            each["action"]: each["done"] for each in words["items"] if "done" in each
        }
        council = self.told.world.councils[words["council"]]
        for each in ActionItem.objects.filter(council=council, what__in=done):
            action_item.finish(each, note=done[each.what], by=each.owner)

    # --- To come ---------------------------------------------------------------------

    def _rest(self) -> None:
        """Two weeks between two meetings in which the central council rests."""
        starts_on = self.told.today + timedelta(days=66)
        Recess.objects.create(
            council=self.told.world.councils["centraal"],
            name=self.words["recess"],
            starts_on=starts_on,
            ends_on=starts_on + timedelta(days=13),
        )

    def _with_others(self) -> None:
        """With the board, a visit with the care office, a talk without the board."""
        wolkenveer = self.told.world.locations["Huize Wolkenveer"]
        planned = {
            "board": self._meeting("centraal", "board", BOARD_MEETING),
            "visit": self._meeting(
                "wolkenveer", "site_visit", VISIT, location=wolkenveer
            ),
            "talk": self._meeting(
                "centraal", "care_office", TALK, place="Zorgkantoor Amstelboog"
            ),
        }
        for key, each in planned.items():
            self.meetings[key] = meeting.plan(each, by=self.secretary)
        for key, guests, outsiders in (
            ("board", ["esther", "jeroen"], [GUEST]),
            ("visit", ["fatma"], []),
            ("talk", ["fatma", "pieter"], []),
        ):
            meeting.choose_people(
                planned[key],
                guests=[self.told.world.user(guest) for guest in guests],
                outsiders=outsiders,
                by=self.secretary,
            )
            meeting.invite(planned[key], by=self.secretary)

    # --- What the councils chose, and the plan ---------------------------------------

    def tell_choices(self) -> None:
        """One council advises and one talks along; the others have not chosen yet."""
        round_ = self.told.cycles["this"]
        entry = round_.phases.get(kind=PhaseKind.COUNCIL_CONSULTATION)
        decided = self.decisions.get("instappen")
        for council, person, level, days in (
            ("centraal", SECRETARY, Participation.Level.ADVISE, 60),
            ("pelikaantuin", "truus", Participation.Level.TALK_ALONG, 40),
        ):
            with self.told.on(self.told.today - timedelta(days=days)):
                participation.choose(
                    Participation(
                        council=self.told.world.councils[council],
                        cycle=round_,
                        step=Participation.Step.JOIN,
                        from_phase=entry,
                        level=level,
                        in_region=council == "centraal",
                        decision=decided if council == "centraal" else None,
                    ),
                    seen=0,
                    by=self.told.world.user(person),
                )

    def tell_plan(self) -> None:
        """The secretary made a plan, the executive agreed; the council has yet to."""
        council = self.told.world.councils["centraal"]
        phase = self.told.cycles["this"].phases.get(kind=PhaseKind.REGISTRATION)
        with self.told.on(self.told.today - timedelta(days=12)):
            plan = work_plan.begin(council, usual(council, phase), by=self.secretary)
        with self.told.on(self.told.today - timedelta(days=6)):
            work_plan.agree(
                plan.versions.get(number=1), by=self.told.world.user("esther")
            )

    def _answer(self, planned: Meeting, answers: dict[str, str]) -> None:
        for person, answer in answers.items():
            user = self.told.world.user(person)
            attendee = planned.attendees.get(user=user)
            meeting.answer(attendee, answer=answer, by=user)

    def _ready_to_build(self) -> None:
        """What waits for the next meeting, and what members proposed."""
        for words, where in self._waiting():
            council = self.told.world.councils[words["council"]]
            introducer = words.get("introducer", words["by"])
            item = AgendaItem(
                council=council,
                meeting=where,
                introducer=self.told.world.user(introducer),
                **_of(words),
            )
            agenda.add_item(item, by=self.told.world.user(words["by"]))
            if "paper" in words:
                self._paper(words["paper"], item)
        for words in self.words["proposed"]:
            proposal = AgendaItem(
                council=self.told.world.councils[words["council"]],
                origin=AgendaItem.Origin.PROPOSED,
                **_of(words),
            )
            agenda.add_item(proposal, by=self.told.world.user(words["by"]))

    def _paper(self, words: dict[str, str], item: AgendaItem) -> None:
        """A paper that is there, or that who introduces the item has to deliver."""
        paper = AgendaPaper(
            item=item,
            title=words["title"],
            deliverer=item.introducer,
            due_on=item.meeting.papers_due_on if item.meeting else None,
        )
        agenda_papers.add_paper(paper, upload=None, by=self.secretary)
        if "file" in words:
            content = WORDS.with_name(words["file"]).read_bytes()
            agenda_papers.deliver(
                paper,
                upload=SimpleUploadedFile(words["file"], content),
                by=item.introducer or self.secretary,
            )

    def _waiting(self) -> Iterator[tuple[dict[str, Any], Meeting | None]]:
        for words in self.words["waiting"]:
            yield words, None
        for words in self.words["coming"]:
            yield words, self.meetings[f"next-{words['council']}"]


VOTES = ("votes_for", "votes_against", "votes_abstained")


def _of(words: dict[str, Any]) -> dict[str, Any]:
    """What an item says, of the words of the story."""
    names = ("title", "goal", "minutes", "openness", "explanation")
    return {name: words[name] for name in names}
