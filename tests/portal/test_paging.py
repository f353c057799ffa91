import pytest
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from portal.models import User
from portal.paging import paginate


@pytest.fixture
def people(db):
    User.objects.bulk_create(
        User(email=f"p{number:03}@example.nl", name=f"Persoon {number:03}")
        for number in range(1, 108)
    )
    return User.objects.order_by("email")


def ask(query=""):
    return RequestFactory().get(f"/lijst/{query}")


def test_first_page_has_fifty_rows_and_says_so(people):
    page = paginate(ask(), people)

    assert [user.email for user in page][::49] == ["p001@example.nl", "p050@example.nl"]
    assert page.label() == "1 tot en met 50 van 107"
    assert page.next_label() == "Volgende 50"
    assert not page.has_previous()


def test_last_page_has_the_rest(people):
    page = paginate(ask("?pagina=3"), people)

    assert len(page) == 7
    assert page.label() == "101 tot en met 107 van 107"
    assert page.previous_label() == "Vorige 50"
    assert not page.has_next()


def test_last_page_is_read_as_any_other_page_and_an_empty_list_not_at_all(
    people, django_assert_num_queries
):
    with CaptureQueriesContext(connection) as asked:
        list(paginate(ask("?pagina=3"), people))

    assert asked.captured_queries[-1]["sql"].endswith("LIMIT 50 OFFSET 100")
    with django_assert_num_queries(1):
        list(paginate(ask(), people.filter(email="")))


def test_link_forward_promises_no_more_than_there_is(people):
    assert paginate(ask("?pagina=2"), people).next_label() == "Volgende 7"


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("", 1),
        ("0", 1),
        ("-3", 1),
        ("+2", 1),
        ("twee", 1),
        ("2.5", 1),
        ("%C2%B2", 1),  # ²
        ("%D9%A2", 1),  # an Arabic 2
        ("2", 2),
        ("4", 3),
        ("9" * 5000, 3),
    ],
)
def test_odd_page_numbers_give_a_page(people, typed, number):
    assert paginate(ask(f"?pagina={typed}"), people).number == number


def test_count_and_page_are_the_only_two_queries(people, django_assert_num_queries):
    with django_assert_num_queries(2):
        page = paginate(ask("?pagina=2"), people)
        page.label()
        page.next_label()
        assert len(list(page)) == len(page) == 50


@pytest.mark.django_db
def test_empty_list_is_a_page_too():
    page = paginate(ask("?pagina=9"), User.objects.order_by("email"))

    assert list(page) == []
    assert page.label() == "0 resultaten"


def test_short_list_says_how_many_there_are(people):
    assert paginate(ask(), people.filter(email="p007@example.nl")).label() == (
        "1 resultaat"
    )
