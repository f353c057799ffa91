"""The demo story with a mark of its own in every text, and who may read each mark.

The oracle below is written from the rules in words (who sits where, who was chosen as
a reader) and not from the querysets that it judges.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

from django.core.management import call_command
from django.utils import timezone

from councils.actions import invitation as invitations
from councils.models import (
    ActionItem,
    AgendaItem,
    AgendaPaper,
    AgendaPaperVersion,
    CouncilMembership,
    Decision,
    Invitation,
    Meeting,
    Recess,
    StandIn,
)
from portal.models import User
from procurement.actions import work_plan as work_plans
from procurement.actions.work_plan_basis import usual
from procurement.demo import world as demo_world
from procurement.demo.build import Story
from procurement.models import (
    Answer,
    Paragraph,
    Phase,
    ShowingPart,
    Submission,
    SubmittedItem,
    WorkPlan,
)
from tests.unfinished import lay_papers

COUNCILS = {
    "centraal": {"riet", "joop", "marijke"},
    "wolkenveer": {"harm", "soenita", "marijke"},
    "pelikaantuin": {"truus", "ahmed"},
    "thuis": {"willemien", "cor", "bas"},
    "maanwater": {"henk"},
}
VLIERKADE = {"esther", "jeroen"}
AMSTELBOOG = {"fatma", "pieter"}
SCHELPENRUG = {"lotte"}
# Secretary and supporter, who work for councils and are no members.
HELPERS = {"marijke", "bas"}
# Somebody whose seat has ended, and somebody who never had one.
STRANGERS = {"vroeger", "niemand"}
EVERYBODY = {
    *(person for people in COUNCILS.values() for person in people),
    *VLIERKADE,
    *AMSTELBOOG,
    *SCHELPENRUG,
    *STRANGERS,
    "ineke",
}
ASKED = {
    1: {"centraal", "wolkenveer", "pelikaantuin", "thuis"},
    2: {"centraal", "thuis"},
    3: {"centraal"},
    4: {"wolkenveer", "pelikaantuin", "thuis"},
}


@dataclass
class Marked:
    """The story as told, with its people, its marks and the readers of each object."""

    story: Story
    people: dict[str, User]
    # A mark -> who may ever read it.
    marks: dict[str, set[str]] = field(default_factory=dict)

    @cached_property
    def objects(self) -> dict[str, list[tuple[object, set[str]]]]:
        return objects_of(self)

    def council_key(self, council_id) -> str:
        councils = self.story.world.councils
        return next(key for key, each in councils.items() if each.pk == council_id)

    def readers_of_input(self, number: int) -> set[str]:
        """Its council; whom it was opened to; and the care office once submitted."""
        words = self._words(number)
        readers = set(COUNCILS[words["council"]])
        if words["central"]:
            readers |= COUNCILS["centraal"]
        if words["organisation"]:
            readers |= VLIERKADE
        return readers

    def _words(self, number: int) -> dict:
        return next(
            each for each in self.story.words["inputs"] if each["number"] == number
        )

    def number_of(self, pk) -> int:
        return next(
            number for number, each in self.story.inputs.items() if each.pk == pk
        )

    def readers_of_submission(self, submission: Submission) -> set[str]:
        readers = COUNCILS[self.council_key(submission.council_id)] | AMSTELBOOG
        items = SubmittedItem.objects.filter(version__submission=submission)
        if any(self._is_for_organisation(item) for item in items):
            readers = readers | VLIERKADE
        return readers

    def _is_for_organisation(self, item: SubmittedItem) -> bool:
        if item.council_input_id:
            return self._words(self.number_of(item.council_input_id))["organisation"]
        return False  # the composed paragraph of last year rests on closed words

    def readers_of_meeting(self, meeting: Meeting) -> set[str]:
        """The people of its council, and the guests who were invited to it."""
        rows = meeting.attendees.filter(is_guest=True, invited_at__isnull=False)
        guests = set(rows.values_list("user", flat=True))
        own = COUNCILS[self.council_key(meeting.council_id)]
        return own | {key for key, user in self.people.items() if user.pk in guests}

    def readers_in_council(self, each: Decision | ActionItem | AgendaItem) -> set[str]:
        """The people of its council; without its helpers when only members read it."""
        readers = COUNCILS[self.council_key(each.council_id)]
        return readers - HELPERS if each.openness == "members" else set(readers)

    def readers_of_plan(self, plan: WorkPlan) -> set[str]:
        """Its council, the local ones under it, and the board; no care office."""
        readers = set(COUNCILS[self.council_key(plan.council_id)])
        if plan.council_id == self.story.world.councils["centraal"].pk:
            for key in ("wolkenveer", "pelikaantuin", "thuis"):
                readers |= COUNCILS[key]
        return readers | VLIERKADE

    def readers_of_version(self, version: AgendaPaperVersion) -> set[str]:
        """Who reads its item, and guests of a meeting to whom it was sent last."""
        readers = self.readers_in_council(version.paper.item)
        for meeting in Meeting.objects.filter(sent_agendas__isnull=False).distinct():
            sent = meeting.sent_agendas.order_by("number").last()
            for row in sent.items if sent else []:
                papers = {each["version_id"] for each in row["papers"]}
                if row["openness"] == "open" and str(version.pk) in papers:
                    readers = readers | self.readers_of_meeting(meeting)
        return readers

    def readers_of_answer(self, answer: Answer) -> set[str]:
        item = answer.item
        readers = set(COUNCILS[self.council_key(item.version.submission.council_id)])
        for source in item.sources.all():
            readers |= COUNCILS[self.council_key(source.council_id)]
        if self._is_for_organisation(item):
            readers |= VLIERKADE
        return readers


def mark(story: Story) -> dict[str, set[str]]:
    """Put a mark in every text before it is told; return the readers of each."""
    marks: dict[str, set[str]] = {}
    answered = {each["input"]: each for each in story.words["answers"]}
    for words in story.words["inputs"]:
        number = words["number"]
        readers = set(COUNCILS[words["council"]])
        if words["central"]:
            readers |= COUNCILS["centraal"]
        if words["organisation"]:
            readers |= VLIERKADE
        if words["year"] == "last":
            readers |= AMSTELBOOG
        for name in ("title", "text", "consulted_how"):
            sign = f"Mrk{name[:2]}{number:02}q"
            words[name] += f" {sign}"
            marks[sign] = readers
        if number in answered:
            sign = f"Mrkan{number:02}q"
            answered[number]["reason"] += f" {sign}"
            marks[sign] = set(COUNCILS[words["council"]]) | AMSTELBOOG
            if words["organisation"]:
                marks[sign] |= VLIERKADE
    for words in story.words["requests"]:
        number = words["number"]
        councils = ASKED[number] | {"maanwater"}
        readers = AMSTELBOOG.union(*(COUNCILS[key] for key in councils))
        if number in {1, 2, 3}:  # last year these went to every council of De Vlierkade
            readers = readers.union(*COUNCILS.values())
        for name in ("what", "why", "use", "readers", "not_asked"):
            sign = f"Mrkrq{name[:3]}{number}q"
            words[name] += f" {sign}"
            marks[sign] = readers
    return marks


def mark_meetings(words: dict) -> dict[str, set[str]]:
    """A mark in every text of the meetings. Guests of a meeting read what was sent of
    open items; what only members read, no helper does."""
    marks: dict[str, set[str]] = {}
    guests = {"board": VLIERKADE}
    found = [
        (meeting["council"], guests.get(meeting["kind"], set()), item)
        for meeting in words["held"]
        for item in meeting["items"]
    ]
    loose = ("waiting", "proposed", "coming")
    found += [(item["council"], set(), item) for key in loose for item in words[key]]
    for number, (council, invited, item) in enumerate(found):
        own = COUNCILS[council]
        readers = own - HELPERS if item["openness"] == "members" else set(own)
        if item["openness"] == "open":
            readers |= invited
        for name in ("title", "explanation", "notes", "decision", "action", "done"):
            if name in item:
                sign = f"Mrkv{name[:2]}{number:02}q"
                item[name] += f" {sign}"
                marks[sign] = readers
    return marks


def tell() -> Marked:
    """Load the story with its marks, and the two strangers."""
    call_command("load_reference", verbosity=0)
    today = timezone.localdate()
    world = demo_world.build(seed=3, today=today)
    story = Story(world, today)
    marks = mark(story) | mark_meetings(story.meeting_words)
    story.tell()
    people = {key: persona.user for key, persona in world.personas.items()}
    people["vroeger"] = User.objects.create_user("vroeger@vlierkade.example", "Vroeger")
    CouncilMembership.objects.create(
        user=people["vroeger"],
        council=world.councils["wolkenveer"],
        role="chair",
        starts_on=date(2020, 1, 1),
        ends_on=today - timedelta(days=1),
    )
    people["niemand"] = User.objects.create_user("niemand@ergens.example", "Niemand")
    invitations.invite(
        Invitation(
            council=world.councils["wolkenveer"],
            name="Nieuw",
            email="nieuw@vlierkade.example",
            role="member",
        ),
        by=people["marijke"],
    )
    _name_a_stand_in(people, world, today)
    _plan_with_the_board(story, people["marijke"])
    central = COUNCILS["centraal"]
    for sign, openness in lay_papers().items():
        marks[sign] = central - HELPERS if openness == "members" else set(central)
    return Marked(story, people, marks)


def _plan_with_the_board(story: Story, secretary: User) -> None:
    """A plan of the central council, unless the story itself has one."""
    council, cycle = story.world.councils["centraal"], story.cycles["this"]
    if WorkPlan.objects.filter(council=council, cycle=cycle).exists():
        return
    phase = Phase.objects.submission_phase(cycle).select_related("cycle").get()
    work_plans.begin(council, usual(council, phase), by=secretary)


def _name_a_stand_in(people: dict[str, User], world, today: date) -> None:
    """The chair of a local council is away for a week; nobody reads more by it."""
    StandIn.objects.create(
        term=world.councils["wolkenveer"].memberships.get(
            user=people["harm"], role="chair"
        ),
        deputy=people["soenita"],
        starts_on=today,
        ends_on=today + timedelta(days=7),
        named_by=people["harm"],
    )


def objects_of(marked: Marked) -> dict[str, list[tuple[object, set[str]]]]:
    """Per sort of object: each with the people for whom it exists."""
    story = marked.story
    here = EVERYBODY - STRANGERS - SCHELPENRUG - {"ineke"}
    cycles = [
        (story.cycles["this"], here),
        (story.cycles["last"], here),
        (story.cycles["other"], SCHELPENRUG | COUNCILS["maanwater"]),
    ]
    requests = [
        (
            each,
            AMSTELBOOG.union(
                *(
                    COUNCILS[key]
                    for key in (
                        ASKED[number] | {"maanwater"} if year == "this" else ASKED[1]
                    )
                )
            ),
        )
        for (year, number), each in story.requests.items()
    ]
    return {
        "cycle": cycles,
        "request": requests,
        "input": [
            (each, marked.readers_of_input(number))
            for number, each in story.inputs.items()
        ],
        "paragraph": [(each, COUNCILS["centraal"]) for each in Paragraph.objects.all()],
        "part": [
            (each, COUNCILS[marked.council_key(each.council_id)])
            for each in ShowingPart.objects.all()
        ],
        "submission": [
            (each, marked.readers_of_submission(each))
            for each in Submission.objects.all()
        ],
        "answer": [
            (each, marked.readers_of_answer(each))
            for each in Answer.objects.select_related("item__version__submission")
        ],
        "meeting": [
            (each, marked.readers_of_meeting(each))
            for each in Meeting.objects.order_by("starts_at", "pk")
        ],
        "decision": [
            (each, marked.readers_in_council(each)) for each in Decision.objects.all()
        ],
        "action": [
            (each, marked.readers_in_council(each))
            for each in ActionItem.objects.order_by("due_on", "pk")
        ],
        "work_plan": [
            (each, marked.readers_of_plan(each)) for each in WorkPlan.objects.all()
        ],
        "recess": [
            (each, COUNCILS[marked.council_key(each.council_id)])
            for each in Recess.objects.all()
        ],
        "item": [
            (each, marked.readers_in_council(each))
            for each in AgendaItem.objects.order_by("created_at", "pk")
        ],
        "paper": [
            (each, marked.readers_in_council(each.item))
            for each in AgendaPaper.objects.select_related("item").order_by("pk")
        ],
        "paper_version": [
            (each, marked.readers_of_version(each))
            for each in AgendaPaperVersion.objects.select_related("paper__item")
        ],
        "council": [(each, EVERYBODY) for each in story.world.councils.values()],
        "trail": [(each, COUNCILS[key]) for key, each in story.world.councils.items()],
        "organisation": [
            (each, EVERYBODY) for each in story.world.organisations.values()
        ],
        "office": [(each, EVERYBODY) for each in story.world.offices.values()],
        "term": [
            (each, COUNCILS[marked.council_key(each.council_id)] | {"ineke"})
            for each in CouncilMembership.objects.all()
        ],
        "stand_in": [
            (each, COUNCILS[marked.council_key(each.term.council_id)] | {"ineke"})
            for each in StandIn.objects.select_related("term")
        ],
        "invitation": [
            (each, COUNCILS["wolkenveer"] | {"ineke"})
            for each in Invitation.objects.all()
        ],
    }
