"""Pages of the portal beside the floor page, under the same gunicorn and database."""

import socket
import time
from concurrent.futures import ThreadPoolExecutor
from statistics import median, quantiles
from typing import NamedTuple

import psutil
from django.conf import settings
from django.db.models import Count
from django.test import Client
from django.urls import reverse

from councils.models import CareOfficeMembership, CouncilMembership
from portal.models import User
from procurement.models import SubmissionVersion
from tests.bench.agenda import ITEMS, long_agenda
from tests.bench.table import Row, alone, compared
from tests.login import with_two_steps
from tests.servers import Running

WARM_UP = 25
REQUESTS = 60
CONNECTIONS = 4
REQUESTS_PER_CONNECTION = 40
DJANGOS = "django.contrib.auth.backends.ModelBackend"
LIST_MOST, HOME_MOST, RATE_LEAST, MEMORY_MOST = 1.5, 2.0, 0.65, 95


class Page(NamedTuple):
    """A page as one person asks for it, and what is asked of its speed."""

    what: str
    port: int
    request: bytes
    most_p50: float | None = None
    most_p95: float | None = None


class Site(NamedTuple):
    """A gunicorn that runs, and where."""

    program: Running
    port: int


def measured(portal: Site, floor: Site, rounds: int) -> list[Row]:
    """The rows about pages: time, requests a second, memory."""
    first, *pages = _pages(portal, floor)
    for _ in range(WARM_UP):
        for page in (first, *pages):
            fetch(page)
    times = [_round(first, pages) for _ in range(rounds)]
    rows = []
    for page in pages:
        for name, at, most in (("p50", 0, page.most_p50), ("p95", 1, page.most_p95)):
            pairs = [(each[page][at], each[first][at]) for each in times]
            rows.append(compared(f"{page.what}, {name}", pairs, "ms", most=most))
    the_list = pages[1]
    rates = [(rate(the_list), rate(first)) for _ in range(rounds)]
    what = f"requests/s on the input list, {CONNECTIONS} connections"
    rows.append(compared(what, rates, "/s", least=RATE_LEAST))
    what = "memory of a web worker after warm-up"
    rows.append(alone(what, _memory(portal.program), "MiB", most=MEMORY_MOST))
    return rows


def _pages(portal: Site, floor: Site) -> list[Page]:
    """The floor, home, and the pages that people open most or that show most."""
    version = SubmissionVersion.objects.signed().order_by("pk")[0]
    submission = version.submission
    central = submission.council.parent or submission.council
    seats = CouncilMembership.objects.select_related("user")
    secretary = seats.get(council=central, role="secretary").user
    chair = seats.get(council=submission.council, role="chair").user
    lead = (
        CareOfficeMembership.objects.filter(regions=None)
        .annotate(count=Count("care_office__cycles__submissions"))
        .order_by("-count", "pk")[0]
    )
    rows = min(lead.count, 50)
    meeting = long_agenda(central, secretary)

    def page(what: str, path: str, user: User, *most: float) -> Page:
        return Page(what, portal.port, _request(portal.port, path, user), *most)

    return [
        Page("floor", floor.port, _request(floor.port, "/", secretary, DJANGOS)),
        page("home", "/", secretary, HOME_MOST),
        page(
            "input list, 50 rows",
            reverse("procurement:input_list"),
            secretary,
            LIST_MOST,
            LIST_MOST,
        ),
        page("a submission", submission.get_absolute_url(), chair),
        page(
            f"care-office list, {rows} rows",
            reverse("procurement:desk_list"),
            lead.user,
            LIST_MOST,
            LIST_MOST,
        ),
        page(
            f"an agenda of {ITEMS} items, builder",
            reverse("councils:agenda_edit", args=[meeting.pk]),
            secretary,
            LIST_MOST,
            LIST_MOST,
        ),
        page(
            "the meeting with that agenda",
            meeting.get_absolute_url(),
            secretary,
            LIST_MOST,
            LIST_MOST,
        ),
    ]


def _request(port: int, path: str, user: User, backend: str | None = None) -> bytes:
    client = Client()
    client.force_login(user, backend)
    with_two_steps(client, user)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    return (
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
        f"Cookie: {settings.SESSION_COOKIE_NAME}={session}\r\n"
        "Accept: text/html\r\nConnection: close\r\n\r\n"
    ).encode()


def fetch(page: Page) -> float:
    """How many milliseconds the page took; anything but the page is an error."""
    start = time.perf_counter()
    with socket.create_connection(("127.0.0.1", page.port), timeout=30) as connection:
        connection.sendall(page.request)
        answer = bytearray()
        while chunk := connection.recv(65536):
            answer += chunk
    took = (time.perf_counter() - start) * 1000
    if not answer.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(f"{page.what} answered {bytes(answer[:400])!r}")
    return took


def _round(first: Page, pages: list[Page]) -> dict[Page, tuple[float, float]]:
    """p50 and p95 of each page, the pages asked for by turns."""
    took: dict[Page, list[float]] = {page: [] for page in (first, *pages)}
    for _ in range(REQUESTS):
        for page, times in took.items():
            times.append(fetch(page))
    return {
        page: (median(times), quantiles(times, n=20, method="inclusive")[-1])
        for page, times in took.items()
    }


def rate(page: Page) -> float:
    """Requests a second when so many connections ask for it at once."""

    def ask(_: int) -> None:
        for _ in range(REQUESTS_PER_CONNECTION):
            fetch(page)

    start = time.perf_counter()
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        list(pool.map(ask, range(CONNECTIONS)))
    return CONNECTIONS * REQUESTS_PER_CONNECTION / (time.perf_counter() - start)


def _memory(program: Running) -> float:
    """MiB of the largest worker."""
    workers = psutil.Process(program.pid).children()
    return max(worker.memory_info().rss for worker in workers) / 2**20
