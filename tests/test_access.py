"""Every route, for everybody: closed unless named, and no word where it should not be.

A route without a verdict here fails. The readers come from ``tests.marked_story``,
which states the rules anew; what one may not see must answer 404, like what is not.
"""

import html
import subprocess
import uuid
from collections.abc import Iterator
from shutil import which

import pytest
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from portal.models import AuditEvent, OutgoingMail
from tests.login import with_two_steps
from tests.marked_story import (
    AMSTELBOOG,
    COUNCILS,
    EVERYBODY,
    STRANGERS,
    VLIERKADE,
    Marked,
    tell,
)

pytestmark = pytest.mark.django_db

# Pages for who is not logged in; every other one leads to the login.
OPEN = {
    "about",
    "accessibility",
    "demo",
    "demo_mails",
    "demo_step_in",
    "glossary",
    "healthz",
    "councils:meeting_guest",
    "councils:meeting_guest_agenda",
    "councils:meeting_guest_minutes",
    "councils:meeting_guest_paper",
    "councils:meeting_rsvp",
    "invitation_accept",
    "mail_unsubscribe",
    "privacy",
    "procurement:submission_verify",
    "procurement:feed_read",
    "procurement:submission_verify_code",
    "readyz",
    "verify",
    "verify_code",
}
# The door itself, whose own tests say what it lets through.
DOOR = ("account_", "mfa_")
# Pages that everybody who is logged in has, each with what is the reader's own.
OWN = {
    "home",
    "mail_settings",
    "switch_council",
    "councils:directory",
    "councils:directory_organisations",
    "councils:directory_care_offices",
    "councils:meeting_list",
    "councils:action_list",
    "councils:decision_list",
    "councils:paper_list",
    "councils:meeting_where",
    "councils:backlog_own",
    # Reference data: for everybody the same.
    "councils:ready_item_list",
    "councils:ready_item_detail",
    "councils:ready_item_take",
    "procurement:input_list",
    "procurement:input_where",
    "procurement:request_list",
    "procurement:request_create",
    "procurement:cycle_list",
    "procurement:cycle_create",
    "procurement:composition_list",
    "procurement:used_list",
    "procurement:desk_list",
    "procurement:response_list",
    "procurement:submission_list",
    "procurement:calendar_now",
    "procurement:calendar_month",
    "procurement:calendar_year_pdf",
    "procurement:feed_show",
    "procurement:feed_make",
    "procurement:feed_withdraw",
    "procurement:reminder_list",
    "procurement:work_plan_list",
}
# What is in the address of some of these; the same for everybody.
WITH = {
    "procurement:calendar_month": [2027, 6],
    "procurement:calendar_year_pdf": [2027],
}
# Pages of an administrator alone.
ADMINISTRATOR = {
    "councils:import",
    "councils:import_confirm",
    "councils:import_preview",
    "councils:import_example",
    "mail_queue",
    "mail_send_again",
    "mail_send_all_again",
}
# Of which sort of object a route speaks, by the beginning of its name.
SORTS = {
    "councils:council_": "council",
    "councils:organisation_": "organisation",
    "councils:care_office_": "office",
    "councils:meeting_create": "trail",
    "councils:meeting_": "meeting",
    "councils:minutes_": "meeting",
    "councils:agenda_": "meeting",
    "councils:item_": "item",
    "councils:paper_file": "paper_version",
    "councils:paper_": "paper",
    "councils:backlog": "trail",
    "councils:standing_": "trail",
    "councils:decision_": "decision",
    "councils:action_": "action",
    "councils:recess_remove": "recess",
    "councils:recess_": "trail",
    "councils:roster_": "trail",
    "councils:term_": "term",
    "councils:stand_in_create": "term",
    "councils:stand_in_end": "stand_in",
    "councils:invitation_": "invitation",
    "procurement:cycle_": "cycle",
    "procurement:request_": "request",
    "procurement:input_": "input",
    "procurement:paragraph_": "paragraph",
    "procurement:used_": "part",
    "procurement:submission_": "submission",
    "procurement:desk_": "submission",
    "procurement:response_": "answer",
    "procurement:trail_": "trail",
    "procurement:suggestion_": "meeting",
    "procurement:work_plan_": "work_plan",
}
# For these the readers of the object are not those of the route.
ONLY = {
    "procurement:desk_detail": AMSTELBOOG,
    "procurement:desk_answer": AMSTELBOOG,
    "procurement:desk_publish": AMSTELBOOG,
    # One page for all, without an object of its own.
    "procurement:submission_verify": None,
    "procurement:submission_verify_code": None,
    "procurement:input_set_aside": COUNCILS["centraal"],
}
# Routes of a round and a council together: for the people of that council.
PAIRS = {
    "procurement:input_create",
    "procurement:participation_choose",
    "procurement:participation_leave",
    "procurement:submission_start",
    "procurement:composition_detail",
    "procurement:composition_coverage",
    "procurement:paragraph_create",
    "procurement:work_plan_create",
}
FEW = ["riet", "soenita", "cor", "marijke", "esther", "fatma", "henk", "vroeger"]


def routes() -> Iterator[tuple[str, URLPattern]]:
    """Every route of the site but those of Django's admin, with its full name."""

    def walk(resolver: URLResolver, space: str) -> Iterator[tuple[str, URLPattern]]:
        for pattern in resolver.url_patterns:
            if isinstance(pattern, URLResolver):
                if pattern.namespace == "admin":
                    continue
                inner = f"{pattern.namespace}:" if pattern.namespace else ""
                yield from walk(pattern, space + inner)
            elif pattern.name:
                yield f"{space}{pattern.name}", pattern

    yield from walk(get_resolver(), "")


def sort_of(name: str) -> str | None:
    return next((SORTS[start] for start in SORTS if name.startswith(start)), None)


def has_verdict(name: str) -> bool:
    return (
        name in OPEN | OWN | ADMINISTRATOR | PAIRS | ONLY.keys()
        or name.startswith(DOOR)
        or name == "procurement:phase_edit"
        or sort_of(name) is not None
    )


def addresses(
    name: str, marked: Marked, most: int = 3
) -> Iterator[tuple[str, set[str] | None]]:
    """Addresses of a route over the story, each with for whom it may exist: at most
    ``most`` per route, spread over the objects."""
    story = marked.story
    if name in {"mail_send_again", "councils:import_example"}:
        # Its own tests give it a mail or a kind; here there is none to speak of.
        return
    if name in PAIRS:
        cycle = story.cycles["this"]
        for key, council in story.world.councils.items():
            url = reverse(name, args=[cycle.pk, council.pk])
            # A plan is made by council and board together.
            board = VLIERKADE if name == "procurement:work_plan_create" else set()
            yield url, COUNCILS[key] | (board if key != "maanwater" else set())
        return
    if name == "procurement:phase_edit":
        phase = story.cycles["this"].phases.first()
        yield reverse(name, args=[phase.pk]), None
        return
    if name == "procurement:input_set_aside":
        council = story.world.councils["centraal"]
        for number in (2, 14, 20):
            yield reverse(name, args=[council.pk, story.inputs[number].pk]), ONLY[name]
        return
    sort = sort_of(name)
    if sort is None or name in OWN | OPEN:
        try:
            yield reverse(name, args=WITH.get(name)), None
        except NoReverseMatch:
            return
        return
    objects = marked.objects[sort]
    for each, readers in objects[:: max(1, len(objects) // most)][:most]:
        yield from _of_object(name, each, ONLY.get(name, readers))


def _of_object(name, each, readers) -> Iterator[tuple[str, set[str] | None]]:
    extra: list = []
    if name == "procurement:input_put_back":
        extra = [each.current_id]
    elif name in {"procurement:submission_version", "procurement:work_plan_version"}:
        extra = [1]
    elif name == "procurement:desk_answer":
        extra = [each.versions.get().submitted_items.first().pk]
    elif name.startswith("procurement:submission_item_") and name.endswith(
        ("_move", "_remove")
    ):
        extra = [uuid.uuid4()]
    yield reverse(name, args=[each.pk, *extra]), readers


def text_of(response) -> str:
    """What a reader can find in an answer: a page's text, or that of a paper."""
    if response.streaming:
        content = b"".join(response.streaming_content)
    else:
        content = response.content
    if content.startswith(b"%PDF-"):
        shown = subprocess.run(
            [which("pdftotext") or "pdftotext", "-q", "-", "-"],
            input=content,
            capture_output=True,
            check=True,
        )
        return shown.stdout.decode() + content.decode("latin-1")
    return html.unescape(content.decode())


def client_of(marked: Marked, person: str) -> Client:
    client = Client()
    client.force_login(marked.people[person])
    with_two_steps(client, marked.people[person])
    return client


def faults_of(marked: Marked, person: str, most: int = 3) -> list[str]:
    """Whatever one person gets to see, on any route, that is not for that person."""
    client, faults = client_of(marked, person), []
    foreign = [sign for sign, readers in marked.marks.items() if person not in readers]
    for name, _pattern in routes():
        if name.startswith(DOOR) or name in OPEN:
            continue
        for url, readers in addresses(name, marked, most):
            response = client.get(url)
            status = response.status_code
            if status >= 500:
                faults.append(f"{person} {name}: {status}")
            hidden = readers is not None and person not in readers
            if hidden and status not in _refusals(name):
                leads_to = client.get(url, follow=True).status_code
                if status != 302 or leads_to != 404:
                    faults.append(f"{person} {name} {url}: {status}, not 404")
            if name in ADMINISTRATOR and person != "ineke" and status == 200:
                faults.append(f"{person} {name}: open")
            if status == 200:
                text = text_of(response)
                found = [sign for sign in foreign if sign in text]
                if found:
                    faults.append(f"{person} {name} {url} reads {found}")
    return faults


def _refusals(name: str) -> set[int]:
    """How a route refuses: as what is not there; 405 where it only takes a press; and
    403 where round and council are no secret, only the pen is not yours."""
    return {403, 404, 405} if name in PAIRS else {404, 405}


def test_every_route_has_a_verdict():
    assert [name for name, _pattern in routes() if not has_verdict(name)] == []


def test_without_a_login_only_the_named_pages_open():
    marked = tell()
    client = Client()
    opened = set()
    for name, _pattern in routes():
        if name.startswith(DOOR):
            continue
        for url, _readers in addresses(name, marked):
            response = client.get(url)
            if response.status_code == 302:
                leads_to = response["Location"]
                if not leads_to.startswith("/inloggen/"):
                    # A form whose page has gone leads back to one behind the login.
                    leads_to = client.get(leads_to)["Location"]
                assert leads_to.startswith("/inloggen/"), url
            else:
                opened.add(name)

    assert opened <= OPEN


def test_nobody_reads_what_is_not_for_them():
    marked = tell()

    assert [fault for person in FEW for fault in faults_of(marked, person)] == []


@pytest.mark.prove
@pytest.mark.parametrize("person", sorted(EVERYBODY))
def test_not_one_of_all_people_reads_what_is_not_for_them(person):
    assert faults_of(tell(), person, most=30) == []


def test_the_marks_are_found_by_those_for_whom_they_are():
    """The search above would find a mark: the readers do."""
    marked = tell()
    client = client_of(marked, "harm")

    page = text_of(client.get(marked.story.inputs[1].get_absolute_url()))

    assert "Mrkte01q" in page
    submission = marked.story.cycles["last"].submissions.get(
        council=marked.story.world.councils["wolkenveer"]
    )
    paper = client.get(reverse("procurement:submission_pdf", args=[submission.pk]))
    assert "Mrkte01q" in text_of(paper)


@pytest.mark.parametrize("person", ["lotte", "vroeger", "niemand", "henk"])
def test_a_press_by_a_stranger_changes_nothing(person):
    marked = tell()
    client = client_of(marked, person)
    before = AuditEvent.objects.count()
    faults = []
    for name, _pattern in routes():
        if name.startswith(DOOR) or name in OPEN | OWN:
            continue
        for url, readers in addresses(name, marked):
            if readers is not None and person in readers:
                continue
            status = client.post(url, {"save": "1", "sign": "1"}).status_code
            if status not in {403, 404, 405}:
                faults.append(f"{name} {url}: {status}")

    assert faults == []
    assert AuditEvent.objects.count() == before


def test_no_mail_holds_a_word_of_anybody():
    marked = tell()
    mails = OutgoingMail.objects.all()
    signs = [sign for sign in marked.marks if not sign.startswith("Mrkrq")]

    assert mails
    assert [
        (mail.kind, sign)
        for mail in mails
        for sign in signs
        if sign in mail.subject + mail.body + mail.footer + mail.calendar
    ] == []


def test_strangers_are_strangers():
    """A former member and somebody without a seat see no more than what is open."""
    marked = tell()
    for person in STRANGERS:
        client = client_of(marked, person)
        for number in (1, 14):
            url = marked.story.inputs[number].get_absolute_url()
            assert client.get(url).status_code == 404
