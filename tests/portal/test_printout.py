"""A short PDF is made at once, a long one by a worker that may die, for its reader."""

import io
import re
import subprocess
from datetime import timedelta

import pikepdf
import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.middleware.csrf import get_token
from django.test import RequestFactory

from portal import printout
from portal.files import MEGABYTE
from portal.models import Printout
from portal.printout import Outdated, Sheet
from portal.tasks import make_printout, make_waiting_printouts
from portal.views_printout import answer
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

Status = Printout.Status


def html_of(words: str) -> str:
    return f"<html lang=nl><head><title>Stuk</title></head><body><p>{words}</p></body>"


def sheet(words: str = "Dag", pages: int = 21, behind: tuple[str, ...] = ()) -> Sheet:
    return Sheet(html_of(words), "stuk.pdf", pages, behind)


def look(written: Sheet, method: str = "get", user=None, **headers: str):
    """What the page answers to who may read ``written``."""
    request = getattr(RequestFactory(), method)("/stuk/pdf/?versie=2", headers=headers)
    request.user = user or UserFactory.build()
    request.session = SessionStore()
    get_token(request)
    return answer(request, lambda: written, [("Stukken", "/stukken/")])


def said(response) -> str:
    assert response["Content-Type"] == "application/pdf"
    command = ["pdftotext", "-", "-"]
    read = subprocess.run(command, input=response.content, capture_output=True)
    return " ".join(read.stdout.decode().split())


def shown(response) -> str:
    assert response["Content-Type"].startswith("text/html")
    return re.sub(r"\s+", " ", response.content.decode())


def test_a_short_one_is_made_at_once():
    assert said(look(sheet("Kort", pages=20))) == "Kort"

    assert Printout.objects.count() == 0


@pytest.mark.parametrize(
    ("size", "asked"), [(10 * MEGABYTE, 0), (10 * MEGABYTE + 1, 1)]
)
def test_a_short_one_with_big_files_behind_it_is_made_by_a_worker(size, asked):
    response = look(sheet("Zwaar", pages=2)._replace(size=size))

    assert Printout.objects.count() == asked
    assert response["Content-Type"].startswith(["application/pdf", "text/html"][asked])


def test_a_long_one_has_a_page_that_says_how_far_it_is_until_it_is_there():
    page = shown(look(sheet("Lang")))
    assert "0 van ongeveer 21 pagina’s" in page
    assert 'hx-get="/stuk/pdf/?versie=2"' in page
    # The same by a link, for who has no JavaScript.
    assert 'href="/stuk/pdf/?versie=2"' in page

    claimed = printout.claim(Printout.objects.get().pk)
    printout.note_progress(claimed, 7)
    assert "7 van ongeveer 21 pagina’s" in shown(look(sheet("Lang")))
    printout.fail(claimed)
    make_printout(str(claimed.pk))

    assert said(look(sheet("Lang"))) == "Lang"
    polled = shown(look(sheet("Lang"), **{"HX-Request": "true"}))
    assert "De PDF is klaar." in polled
    assert "hx-get" not in polled


def test_who_would_read_something_else_never_gets_it():
    look(sheet("Alles, ook punt 4"))
    make_waiting_printouts()

    assert "Uw PDF wordt gemaakt" in shown(look(sheet("Punt 4: besloten")))
    make_waiting_printouts()

    assert said(look(sheet("Punt 4: besloten"))) == "Punt 4: besloten"


def test_other_files_behind_the_same_words_make_another_one():
    one, other = sheet(behind=("a",)), sheet(behind=("b",))

    assert len({sheet().key, one.key, other.key}) == 3


def test_it_is_made_once_for_all_who_read_the_same():
    for _reader in range(3):
        look(sheet("Samen"))

    assert Printout.objects.count() == 1


def test_what_was_made_from_is_not_kept():
    look(sheet("Geheim"))
    make_waiting_printouts()

    assert Printout.objects.get().html == ""


def test_one_worker_makes_it():
    asked = printout.ask(sheet())

    assert printout.claim(asked.pk) is not None
    assert printout.claim(asked.pk) is None


def test_that_of_a_dead_worker_is_made_by_the_next(monkeypatch):
    monkeypatch.setattr(printout, "LEASE", -printout.LEASE)
    asked = printout.ask(sheet())
    dead = printout.claim(asked.pk)

    make_waiting_printouts()
    printout.finish(dead, b"Van een worker die te laat is.")

    asked.refresh_from_db()
    assert asked.status == Status.DONE
    assert bytes(asked.content).startswith(b"%PDF-")


def test_one_over_which_workers_die_is_given_up(monkeypatch):
    monkeypatch.setattr(printout, "LEASE", -printout.LEASE)
    asked = printout.ask(sheet())
    for _death in range(3):
        assert printout.claim(asked.pk) is not None

    make_waiting_printouts()

    asked.refresh_from_db()
    assert asked.status == Status.FAILED


def test_one_that_cannot_be_made_is_given_up_and_the_page_says_so(monkeypatch):
    without_title = sheet()._replace(html="<html lang=nl><body><p>Dag</p></body>")
    look(without_title)
    for _attempt in range(4):
        make_waiting_printouts()
    made = Printout.objects.get()
    assert (made.status, made.attempts) == (Status.FAILED, 3)

    page = shown(look(without_title))

    assert "De PDF kon niet worden gemaakt." in page
    assert "hx-get" not in page
    # Looking changes nothing; a press lets it be tried again.
    assert Printout.objects.get().status == Status.FAILED
    again = look(without_title, "post")
    assert (again.status_code, again["Location"]) == (302, "/stuk/pdf/?versie=2")
    made.refresh_from_db()
    assert (made.status, made.attempts) == (Status.WAITING, 0)


def test_one_that_cannot_be_made_does_not_keep_the_next_waiting():
    printout.ask(sheet()._replace(html="<html lang=nl><body><p>Dag</p></body>"))
    printout.ask(sheet("Goed"))

    make_waiting_printouts()

    assert said(look(sheet("Goed"))) == "Goed"


def outdated(*_arguments: object) -> bytes:
    raise Outdated


def test_one_that_is_outdated_when_it_is_made_goes(settings):
    settings.BIND_BEHIND = f"{__name__}.outdated"
    printout.ask(sheet(behind=("a",)))

    make_waiting_printouts()

    assert Printout.objects.count() == 0


def test_they_are_forgotten_after_a_day():
    with time_machine.travel("2027-07-01 10:00+02:00", tick=False) as clock:
        printout.ask(sheet())
        make_waiting_printouts()
        clock.shift(timedelta(days=1))
        make_waiting_printouts()
        assert Printout.objects.count() == 1

        clock.shift(timedelta(minutes=1))
        make_waiting_printouts()

    assert Printout.objects.count() == 0


def test_one_that_failed_is_asked_for_anew_after_an_hour():
    with time_machine.travel("2027-07-01 10:00+02:00", tick=False) as clock:
        printout.ask(sheet())
        Printout.objects.update(status=Status.FAILED)
        clock.shift(timedelta(minutes=61))
        make_waiting_printouts()

        assert "0 van ongeveer 21 pagina’s" in shown(look(sheet()))


def test_without_a_login_one_looks_by_hand():
    page = shown(look(sheet(), user=AnonymousUser()))

    assert "hx-get" not in page
    assert "Kijk of hij klaar is" in page


@pytest.mark.parametrize("times", [1, 30, 120])
def test_how_many_pages_there_are_is_told_beforehand(times):
    piece = f"<h2>Punt</h2><p>{'Op zondag is er geen koffie. ' * 20}</p><p>Kort.</p>"
    html = f"<html lang=nl><head><title>T</title></head><body>{piece * times}</body>"
    style = "<style>@page { size: A4; margin: 22mm } html { font-size: 11.5pt }</style>"

    content = printout.content_of(html.replace("</head>", f"{style}</head>"), [])

    pages = len(pikepdf.open(io.BytesIO(content)).pages)
    assert abs(printout.pages_in(html) - pages) <= max(1, pages // 4)
