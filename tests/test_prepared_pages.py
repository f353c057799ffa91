"""Pages whose queries are written once read what the queries themselves would give.

For everybody of the demo story, so that what one reader is given can never be the
answer to another: each result is compared with that of the query as written anew.
"""

from collections import Counter
from typing import Any

import pytest
from django.db.models import Model
from django.urls import reverse

from portal import prepared
from portal.models import User
from tests.marked_story import EVERYBODY, Marked, tell
from tests.test_access import client_of

pytestmark = pytest.mark.django_db

PAGES = [
    reverse("home"),
    reverse("councils:directory"),
    reverse("procurement:input_list"),
    reverse("procurement:input_list") + "?ronde=alle",
    reverse("procurement:input_list") + "?ronde=alle&pagina=2&van=eigen-raad",
]
DESK = [
    reverse("procurement:desk_list") + query
    for query in ("", "?stand=wacht", "?stand=concept", "?stand=beantwoord")
]


def plain(row: Any) -> Any:
    """A row as values: a model with its annotations and what it was joined with."""
    if not isinstance(row, Model):
        return row
    values = {name: plain(value) for name, value in vars(row).items() if name[0] != "_"}
    joined = row._state.fields_cache
    return values | {name: plain(value) for name, value in joined.items()}


@pytest.fixture
def compared(monkeypatch) -> Counter:
    """Every query that is written once is asked anew too; how often, by its name."""
    seen: Counter = Counter()
    run = prepared._run

    def both(build, user_id, seats, given, more):
        rows = run(build, user_id, seats, given, more)
        reader = [] if user_id is None else [User.objects.get(pk=user_id)]
        expected = build(*reader, *given, **more)
        found, told = [*map(plain, rows)], [*map(plain, expected)]
        if not expected.ordered:
            found.sort(key=repr)
            told.sort(key=repr)
        assert found == told, build.__qualname__
        seen[build.__qualname__] += 1
        return rows

    monkeypatch.setattr(prepared, "_run", both)
    return seen


def visit(marked: Marked, person: str, pages: list[str]) -> set[int]:
    client = client_of(marked, person)
    return {client.get(page).status_code for page in pages}


def visit_submissions(marked: Marked) -> None:
    """Each of them opens for its readers and is not there for anybody else."""
    for person in EVERYBODY:
        client = client_of(marked, person)
        for submission, readers in marked.objects["submission"]:
            status = client.get(submission.get_absolute_url()).status_code
            assert status in ({200, 302} if person in readers else {404})


def test_everybody_reads_on_each_page_what_the_query_gives(compared):
    marked = tell()

    answers = {person: visit(marked, person, PAGES) for person in EVERYBODY}
    for person in ("fatma", "pieter", "lotte"):
        answers[person] |= visit(marked, person, DESK)

    assert answers == dict.fromkeys(EVERYBODY, {200})
    visit_submissions(marked)
    assert set(compared) == {
        "_rows",
        "_facets",
        "_inputs",
        "_lines",
        "_of_meeting",
        "_parts",
        "_person",
        "_phases",
        "_regions",
        "_rounds",
        "_session",
        "_submission",
        "_submissions",
        "_terms",
        "_waiting",
    }
