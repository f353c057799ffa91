"""What happened in a council, for who prepares its papers: its part of the audit trail.

It tells who did what and when, never what somebody wrote. What is its author's alone
stands in the author's own trail; what was closed to the secretary in that of the input
(actions.council_input), which chair and deputy read here and helpers do not.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from councils.models import (
    ActionItem,
    AgendaItem,
    Council,
    CouncilMembership,
    Decision,
    Invitation,
    Openness,
    StandIn,
)
from councils.permissions import Role, can_chair, council_ids
from portal.models import AuditEvent, User
from procurement.models import HELPERS, CouncilInput

# By verb. ``about`` is somebody's name, ``role`` a seat.
WORDS: dict[str, Promise] = {
    "invitation.send": gettext_lazy("invited %(about)s as %(role)s"),
    "invitation.withdraw": gettext_lazy("took back the invitation of %(about)s"),
    "membership.begin": gettext_lazy("%(about)s got a seat: %(role)s"),
    "membership.end": gettext_lazy("a last day for %(about)s"),
    "membership.change_role": gettext_lazy("another role for %(about)s: %(role)s"),
    "membership.extend": gettext_lazy("a later last day for %(about)s"),
    "stand_in.name": gettext_lazy("let %(about)s take the place of the %(role)s"),
    "stand_in.end": gettext_lazy("ended that somebody takes the place of the %(role)s"),
    "council.import": gettext_lazy("added the council from a file"),
    "council_input.pass_on": gettext_lazy("passed on input to the council"),
    "council_input.save_version": gettext_lazy("changed input: version %(version)s"),
    "council_input.put_back": gettext_lazy("put back version %(version)s of input"),
    "council_input.share": gettext_lazy("chose who may read an input"),
    "council_input.close_to_secretary": gettext_lazy(
        "closed an input to the secretary"
    ),
    "council_input.open_to_secretary": gettext_lazy(
        "opened an input to the secretary again"
    ),
    "council_input.withdraw": gettext_lazy("took back an input"),
    "council_input.recognise": gettext_lazy("recognised an input"),
    "council_input.unrecognise": gettext_lazy("no longer recognised an input"),
    "council_input.set_aside": gettext_lazy("said why an input is not used"),
    "council_input.take_up_again": gettext_lazy("took back that an input is not used"),
    "paragraph.add": gettext_lazy("wrote a paragraph"),
    "paragraph.save": gettext_lazy("changed a paragraph"),
    "paragraph.remove": gettext_lazy("removed a paragraph"),
    "paragraph.move": gettext_lazy("changed the order of the paragraphs"),
    "paragraph.show": gettext_lazy("put a paragraph before the local councils"),
    "paragraph.judge": gettext_lazy("said whether your words were used well"),
    "participation.join": gettext_lazy("noted that the council takes part in a round"),
    "participation.change": gettext_lazy("changed how the council takes part"),
    "participation.decline": gettext_lazy(
        "noted that the council does not take part in a round"
    ),
    "participation.leave": gettext_lazy("noted that the council left a round"),
    "suggestion.drop": gettext_lazy("set a suggestion for the agenda aside"),
    "suggestion.bring_back": gettext_lazy("brought back a suggestion for the agenda"),
    "submission.start": gettext_lazy("began a submission"),
    "submission.add_items": gettext_lazy("collected input in the submission"),
    "submission.remove_item": gettext_lazy("took input out of the submission"),
    "submission.reorder": gettext_lazy("changed the order of the submission"),
    "submission.offer": gettext_lazy("offered version %(version)s for signing"),
    "submission.take_back": gettext_lazy("took the submission back to change it"),
    "submission.add_statement": gettext_lazy("added a minority statement"),
    "submission.change_statement": gettext_lazy("changed a minority statement"),
    "submission.withdraw_statement": gettext_lazy("took back a minority statement"),
    "submission.sign": gettext_lazy("signed version %(version)s, and so sent it"),
    "submission.note_reading": gettext_lazy("opened the submission for the first time"),
    "submission.forget": gettext_lazy(
        "deleted the submission for %(year)s: it need not be kept any longer"
    ),
    "response.publish": gettext_lazy("published the answers"),
    "meeting.plan": gettext_lazy("planned a meeting"),
    "meeting.edit": gettext_lazy("changed a meeting"),
    "meeting.move": gettext_lazy("gave a meeting another time or place"),
    "meeting.cancel": gettext_lazy("called a meeting off"),
    "meeting.invite": gettext_lazy("sent invitations to a meeting"),
    "meeting.announce": gettext_lazy("sent the dates of meetings"),
    "meeting.choose_people": gettext_lazy("chose who is asked to a meeting"),
    "meeting.answer": gettext_lazy("said whether to come to a meeting"),
    "meeting.guest_answer": gettext_lazy("heard from a guest who comes or not"),
    "meeting.note_presence": gettext_lazy("noted who was at a meeting"),
    "recess.add": gettext_lazy("noted days on which the council is free"),
    "recess.remove": gettext_lazy("took away days on which the council is free"),
    "council.set_quorum": gettext_lazy("set how many must be there to decide"),
    "work_plan.begin": gettext_lazy("proposed a plan with the board"),
    "work_plan.propose": gettext_lazy(
        "proposed version %(version)s of the plan with the board"
    ),
    "work_plan.agree": gettext_lazy(
        "agreed to version %(version)s of the plan with the board"
    ),
    "work_plan.recompute": gettext_lazy(
        "reckoned the plan with the board anew: version %(version)s"
    ),
    "minutes.save_opening": gettext_lazy("wrote the opening of minutes"),
    "minutes.save_notes": gettext_lazy("wrote in minutes what was said"),
    "minutes.send_round": gettext_lazy("sent minutes round as a draft"),
    "minutes.adopt": gettext_lazy("noted that minutes were adopted"),
    "decision.record": gettext_lazy("recorded decision %(number)s"),
    "decision.change": gettext_lazy("changed decision %(number)s"),
    "decision.remove": gettext_lazy("took back decision %(number)s"),
    "action_item.take_on": gettext_lazy("wrote down an action"),
    "action_item.reword": gettext_lazy("changed the words of an action"),
    "action_item.remove": gettext_lazy("took back an action"),
    "action_item.hand_over": gettext_lazy("gave an action another owner or date"),
    "action_item.finish": gettext_lazy("said that an action is done"),
    "action_item.drop": gettext_lazy("said that an action is no longer needed"),
    "action_item.reopen": gettext_lazy("opened an action again"),
}
WORDS |= {
    "agenda.begin": gettext_lazy("began an agenda with what returns every time"),
    # Without a number: one of which nobody but members heard would be missing.
    "agenda.send": gettext_lazy("sent the agenda, or what changed of it"),
    "agenda_item.add": gettext_lazy("put an item on an agenda"),
    "agenda_item.save": gettext_lazy("changed an item of an agenda"),
    "agenda_item.move": gettext_lazy("changed the order of an agenda"),
    "agenda_item.to_meeting": gettext_lazy("moved an item to another meeting"),
    "agenda_item.to_backlog": gettext_lazy("moved an item to the waiting list"),
    "agenda_item.put_on": gettext_lazy("put a waiting item on an agenda"),
    "agenda_item.carry_over": gettext_lazy("let an item go on in a later meeting"),
    "agenda_item.drop": gettext_lazy("took an item off an agenda"),
    "agenda_item.accept": gettext_lazy("kept a proposal on the waiting list"),
    "agenda_paper.add": gettext_lazy("added a paper to an item"),
    "agenda_paper.save": gettext_lazy("changed what is known of a paper"),
    "agenda_paper.deliver": gettext_lazy("delivered a paper: version %(version)s"),
    "agenda_paper.remove": gettext_lazy("took away a paper that did not come"),
    "standing_items.save": gettext_lazy("changed what returns at every meeting"),
}
OTHER = gettext_lazy("changed something")
# A statement travels without a name, and who recognises is counted, not named.
WITHOUT_NAME = {
    "submission.add_statement",
    "submission.change_statement",
    "submission.withdraw_statement",
    "council_input.recognise",
    "council_input.unrecognise",
}


@dataclass(frozen=True)
class Line:
    """One event as it stands on the page."""

    at: datetime
    who: str
    what: str


def events_for(user: User, council: Council) -> QuerySet[AuditEvent]:
    """The events of a council that ``user`` may know of, the newest first.

    Whoever helps a council finds nothing of what that council closed to its helpers,
    not in the trail of another council either.
    """
    trails = Q(chain__scope=council.pk)
    if can_chair(user, council):
        own = CouncilInput.objects.filter(council=council.pk)
        trails |= Q(chain__scope__in=own.values("pk"))
    helped = council_ids(user, *HELPERS)
    closed = CouncilInput.objects.filter(
        is_closed_to_secretary=True, council__in=helped
    )
    seated = CouncilMembership.objects.filter(pk=OuterRef("subject_id"))
    invited = Invitation.objects.filter(pk=OuterRef("subject_id"))
    standing_in = StandIn.objects.filter(pk=OuterRef("subject_id"))
    return (
        AuditEvent.objects.filter(trails)
        .exclude(subject_id__in=closed.values("pk"))
        .exclude(_of_closed_items(helped))
        .annotate(
            about=Coalesce(
                Subquery(seated.values("user__name")[:1]),
                Subquery(invited.values("name")[:1]),
                Subquery(standing_in.values("deputy__name")[:1]),
            )
        )
        .select_related("actor")
        .order_by("-at", "-position")
    )


def _of_closed_items(helped: list[UUID]) -> Q:
    """What happened to items that only members read, or came of them."""
    found = Q()
    for model in (AgendaItem, Decision, ActionItem):
        closed = model.objects.filter(openness=Openness.MEMBERS, council__in=helped)
        found |= Q(subject_id__in=closed.values("pk"))
    return found


def line_of(event: AuditEvent) -> Line:
    """The event in words: who did what."""
    told = defaultdict(
        str,
        about=getattr(event, "about", None) or _("somebody"),
        role=dict(Role.choices).get(event.data.get("role", ""), ""),
        version=event.data.get("version", ""),
        year=event.data.get("year", ""),
        number=event.data.get("number", ""),
    )
    if event.verb in WITHOUT_NAME:
        who = _("Somebody of the council")
    else:
        who = event.actor.name if event.actor else _("The portal itself")
    return Line(event.at, who, capfirst(str(WORDS.get(event.verb, OTHER)) % told))
