"""Somebody who follows every link, from home on, and reads each page strictly."""

from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import pairwise
from urllib.parse import urljoin, urlsplit

import html5lib
from django.test import Client
from django.urls import Resolver404, resolve

# Django's own pages, which have no link to a page of ours but home.
NOT_OURS = "/beheer/"
OURS_AFTER_ALL = "/beheer/mail/"
# One page leads to the next for eighty years; so many of them tell enough.
LONG_ROWS = {"procurement:calendar_month": 12}
# What of a tag decides whether it is a barrier.
SHAPING = {"class", "role", "type", "scope", "tabindex", "open", "disabled"}

# What leads to another page: a link, and a button that takes along what was typed.
LEADING = {"a": "href", "button": "formaction"}


@dataclass(frozen=True)
class Visit:
    """One page as one person got it."""

    person: str
    address: str
    status: int
    body: bytes = field(repr=False)
    templates: tuple[str, ...] = field(repr=False)

    @property
    def is_page(self) -> bool:
        """Whether it is a whole page, and no file to download."""
        return self.body[:100].lstrip().lower().startswith(b"<!doctype html")

    @property
    def template(self) -> str:
        """The template that gives the page its name: the first that was asked for."""
        return self.templates[0]

    def links(self) -> Iterator[str]:
        for link in _Reader.of(self.body.decode()).found:
            there = urlsplit(urljoin(self.address, link))
            if not there.scheme and not there.netloc and is_ours(there.path):
                yield there._replace(fragment="").geturl()

    def faults(self) -> list[str]:
        """What a strict reader of HTML has against it, and the number of its titles."""
        parser = html5lib.HTMLParser(namespaceHTMLElements=False)
        document = parser.parse(self.body)
        found = [f"{code} at {place}" for place, code, _data in parser.errors]
        titles = len(list(document.iter("h1")))
        return found if titles == 1 else [*found, f"{titles} h1"]

    def joints(self) -> frozenset[tuple[str, str]]:
        """How the page is built, without its words: which tag follows which, each with
        its class, role and state. A longer list has the joints of a shorter one."""
        return frozenset(pairwise(_Reader.of(self.body.decode()).shape))


class _Reader(HTMLParser):
    """Gathers where the links of a page lead, and how it is built."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.shape: list[str] = []

    def handle_starttag(self, tag, attrs) -> None:
        kinds = [f"{n}={v}" for n, v in attrs if n in SHAPING]
        self.shape.append(" ".join([tag, *kinds]))
        if where := LEADING.get(tag):
            self.found += [value for name, value in attrs if name == where and value]

    @classmethod
    def of(cls, text: str) -> "_Reader":
        reader = cls()
        reader.feed(text)
        return reader


def is_ours(path: str) -> bool:
    return path.startswith(OURS_AFTER_ALL) or not path.startswith((NOT_OURS, "/static"))


def visit(client: Client, person: str, address: str) -> Visit:
    """The page at ``address``, at the address where it turned out to be."""
    answer = client.get(address, follow=True)
    chain = getattr(answer, "redirect_chain", None)
    there = urlsplit(urljoin(address, chain[-1][0]) if chain else address)
    body = b"".join(answer) if answer.streaming else answer.content
    names = tuple(each.name for each in answer.templates if each.name)
    return Visit(
        person, there._replace(fragment="").geturl(), answer.status_code, body, names
    )


def wander(
    client: Client,
    person: str,
    start: Iterable[str] = ("/",),
    *,
    at_most: int | None = None,
) -> list[Visit]:
    """Every page that links lead to, each once; ``at_most`` so many of each route."""
    to_see, seen, found = deque(start), set(start), {}
    routes: Counter[str] = Counter()
    while to_see:
        address = to_see.popleft()
        route = route_of(address)
        limit = LONG_ROWS.get(route) if at_most is None else at_most
        if limit is not None and routes[route] >= limit:
            continue
        routes[route] += 1
        page = visit(client, person, address)
        if page.address in found:
            continue
        found[page.address] = page
        if page.is_page:
            new = [link for link in page.links() if link not in seen]
            seen.update(new)
            to_see.extend(dict.fromkeys(new))
    return list(found.values())


def route_of(address: str) -> str:
    try:
        return resolve(urlsplit(address).path).view_name
    except Resolver404:
        return address
