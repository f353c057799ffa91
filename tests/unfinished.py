"""What the demo story has no page of: drafts, and what waits for somebody."""

import io
import re

import pikepdf
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from councils.actions import agenda_papers as paper_actions
from councils.actions import invitation as invitation_actions
from councils.actions import meeting_mail
from councils.actions.guest_link import guest_link
from councils.models import (
    AgendaItem,
    AgendaPaper,
    Attendee,
    Council,
    Invitation,
    Meeting,
)
from portal.mail_choices import unsubscribe_link
from portal.mail_kinds import KINDS
from portal.models import OutgoingMail, User
from procurement.actions import council_input as input_actions
from procurement.actions import cycle as cycle_actions
from procurement.actions import request as request_actions
from procurement.actions import response as response_actions
from procurement.actions import submission as actions
from procurement.actions.request import Choice
from procurement.models import (
    Answer,
    CouncilInput,
    Cycle,
    InformationRequest,
    PhaseKind,
    Submission,
)


def person(name: str) -> User:
    return User.objects.get(name=name)


class Unfinished:
    """Goes on with the story where others would: some begin, some wait."""

    def __init__(self) -> None:
        office = {"care_office__name": "Zorgkantoor Amstelboog"}
        rounds = Cycle.objects.filter(**office).order_by("-contract_year")
        self.cycle = rounds[0]
        self.buyer = person("Fatma Yıldızlı")

    def add(self) -> None:
        """A draft of each thing, and a submission in each of its states."""
        self._submission("Huize Wolkenveer", "Marijke Tuinfluiter")
        offered = self._submission("De Pelikaantuin", "Truus van Hazelveld")
        self._offer(offered, "Truus van Hazelveld", "Ahmed Benzaïri")
        sent = self._submission("Vlierkade Thuis", "Willemien Plompaard")
        self._sign(sent, "Willemien Plompaard")
        self._answer(sent)
        self._request()
        cycle_actions.copy_last_year(self.cycle, by=self.buyer)
        lay_papers()

    def _submission(self, council: str, by: str) -> Submission:
        who = person(by)
        found = Council.objects.get(name__startswith=f"Cliëntenraad {council}")
        submission = actions.start(found, self.cycle, by=who)
        inputs = CouncilInput.objects.filter(
            council=found, cycle=self.cycle, status="passed_on"
        ).order_by("number")
        for each in inputs[:3]:
            readers = each.audiences | {"care_office"}
            version = each.newest.number
            input_actions.share(each, readers, version_number=version, by=who)
        # All but the last, which can still be added.
        shared = list(inputs[:3])[:-1]
        things = [CouncilInput.objects.get(pk=each.pk) for each in shared]
        actions.add_items(submission, things, by=who)
        return submission

    def _offer(self, submission: Submission, by: str, other: str = "") -> None:
        version = actions.offer(submission, by=person(by))
        if other:
            actions.add_statement(version, "Ik zie dit anders.", by=person(other))

    def _sign(self, submission: Submission, chair: str) -> None:
        self._offer(submission, chair)
        version = submission.versions.get()
        seen = actions.signing_code(version, [])
        actions.sign(submission, by=person(chair), seen=seen)

    def _answer(self, submission: Submission) -> None:
        """Every point has an answer in draft."""
        for item in submission.versions.get().submitted_items.all():
            response_actions.write(
                item,
                outcome=Answer.Outcome.TAKEN_UP,
                reason="Dat nemen wij over.",
                study_until=None,
                seen=0,
                by=self.buyer,
            )

    def _request(self) -> None:
        phase = self.cycle.phases.get(kind=PhaseKind.REGISTRATION)
        draft = InformationRequest(
            phase=phase,
            title="Hoe gaat het in het weekend?",
            what="Vertel wat er in het weekend anders is.",
            why="Wij kopen zorg in voor alle dagen.",
            use="Wij bespreken het met elke aanbieder.",
            readers="De zorginkopers van onze regio.",
            closes_at=phase.closes_at,
            contact=self.buyer,
        )
        councils = Council.objects.filter(name__contains="Vlierkade")
        request_actions.add(draft, Choice([], list(councils)), by=self.buyer)


def lay_papers() -> dict[str, str]:
    """At an item of the next agenda that all read, and at one of the members alone: a
    paper that is there and one that is awaited. The openness of each, by its title."""
    chair = person("Riet Zomerdijk")
    items = AgendaItem.objects.filter(meeting=_next_meeting(), dropped_at=None)
    titles = {}
    for openness in ("open", "members"):
        item = items.filter(openness=openness).earliest("created_at", "pk")
        here = AgendaPaper(item=item, title=f"Mrkphr{openness}q rooster")
        file = SimpleUploadedFile(f"Mrkpfl{openness}q.pdf", _empty_paper())
        paper_actions.add_paper(here, upload=file, by=chair)
        awaited = AgendaPaper(item=item, title=f"Mrkpaw{openness}q cijfers")
        awaited.deliverer = person("Joop Kwikstaart")
        paper_actions.add_paper(awaited, upload=None, by=chair)
        titles |= {f"Mrkp{each}{openness}q": openness for each in ("hr", "fl", "aw")}
    return titles


def _empty_paper() -> bytes:
    """A sheet without a word."""
    found = io.BytesIO()
    with pikepdf.new() as paper:
        paper.add_blank_page()
        paper.save(found)
    return found.getvalue()


def _next_meeting() -> Meeting:
    """Of the central council."""
    return Meeting.objects.filter(
        council__name__startswith="Centrale",
        status="planned",
        starts_at__gt=timezone.now(),
    ).earliest("starts_at")


def links_of_mails() -> list[str]:
    """Where a mail leads somebody who is not logged in."""
    chair = person("Riet Zomerdijk")
    invitation = Invitation(
        email="nieuw@example.nl",
        name="Nieuw Lid",
        council=Council.objects.get(name__startswith="Centrale"),
        role="member",
    )
    invitation_actions.invite(invitation, by=chair)
    mail = OutgoingMail.objects.get(to=invitation.email)
    [accept] = re.findall(r"/uitnodiging/[^/]+/", mail.body)
    asked = Attendee.objects.filter(
        meeting__starts_at__gt=timezone.now(), invited_at__isnull=False
    ).earliest("meeting__starts_at", "pk")
    switch_off = unsubscribe_link(chair.pk, KINDS["phase_opens"])
    answer = meeting_mail.answer_link(asked)
    read = guest_link(_guest_of(last_meeting()))
    return [accept, switch_off.removeprefix(settings.SITE_URL), answer, read]


def _guest_of(meeting: Meeting) -> Attendee:
    """Somebody with a name and an address alone."""
    return Attendee.objects.create(
        meeting=meeting,
        name="Gast van Buiten",
        email="gast@example.nl",
        is_guest=True,
        invited_at=meeting.starts_at,
    )


def last_meeting() -> Meeting:
    """Of the central council, the last of which the agenda was sent."""
    return Meeting.objects.filter(
        council__name__startswith="Centrale",
        status="planned",
        agenda_sent_at__isnull=False,
        ends_at__lt=timezone.now(),
    ).latest("starts_at")
