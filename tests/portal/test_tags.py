"""The tags and filters that every template has."""

import pytest
from django.template import engines
from django.test import RequestFactory
from django.utils.safestring import mark_safe

from portal.choice import Choice
from portal.icons import ICONS
from portal.models import User
from portal.words import WORDS


def render(text: str, **context: object) -> str:
    return engines["django"].from_string(text).render(context)


@pytest.mark.parametrize("name", ICONS)
def test_icon_is_hidden_from_who_listens(name):
    drawn = render("{% icon name %}", name=name)

    assert 'aria-hidden="true"' in drawn
    assert ICONS[name] in drawn


def test_state_is_an_icon_and_a_word():
    drawn = render('{% status_badge word "done" %}', word="<Klaar>")

    assert drawn == (
        '<span class="badge badge--done">'
        + render('{% icon "check" %}')
        + "&lt;Klaar&gt;</span>"
    )


CHOICE = '{% drawn "components/choice_list.html" choice=choice %}'


def test_kept_part_is_escaped_each_time():
    typed = Choice("thema", "<b>Thema</b>", (("1", "Eten & drinken"),), "1")

    for _ in range(2):
        drawn = render(CHOICE, choice=typed)
        assert "&lt;b&gt;Thema&lt;/b&gt;" in drawn
        assert '<option value="1" selected>Eten &amp; drinken</option>' in drawn


@pytest.mark.parametrize(
    "mark", [mark_safe, lambda text: User(name=text), float.fromhex]
)
def test_kept_part_takes_no_value_that_equals_another(mark):
    for choice in (
        Choice("stand", mark("1"), (), ""),
        Choice("stand", "Stand", (("1", mark("1")),), ""),
    ):
        with pytest.raises(TypeError):
            render(CHOICE, choice=choice)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Eén zin.", "<p>Eén zin.</p>"),
        ("Een\r\n\r\ntwee\ndrie", "<p>Een</p><p>twee<br>drie</p>"),
        ("\n\n\n", ""),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
        ("a & b 😀", "<p>a &amp; b 😀</p>"),
        (None, ""),
    ],
)
def test_own_words_stay_as_they_were_typed(typed, shown):
    assert render("{{ typed|paragraphs }}", typed=typed) == shown


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Een *goed* **idee**", "<p>Een <em>goed</em> <strong>idee</strong></p>\n"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n"),
        (
            "[a](https://example.nl)",
            '<p><a href="https://example.nl" rel="noopener noreferrer">a</a></p>\n',
        ),
        ("[a](javascript:alert(1))", "<p>[a](javascript:alert(1))</p>\n"),
        ("<img src=x onerror=y>", "<p>&lt;img src=x onerror=y&gt;</p>\n"),
    ],
)
def test_reference_text_keeps_only_plain_markup(written, shown):
    assert render("{{ written|markdown }}", written=written) == shown


@pytest.mark.parametrize(
    ("name", "letters"),
    [("De Watergang", "DW"), ("Riet van Dalen", "VD"), ("(Z)", ""), ("", "")],
)
def test_tile_has_the_letters_of_a_name(name, letters):
    assert render("{{ name|initials }}", name=name) == letters


@pytest.mark.parametrize(
    ("address", "tag", "query"),
    [
        (
            "/?thema=3&pagina=2",
            '{% query_string soort="zorg" %}',
            "?thema=3&soort=zorg",
        ),
        ("/?thema=3&pagina=2", "{% query_string pagina=3 %}", "?thema=3&pagina=3"),
        ("/?thema=3", "{% query_string thema=None %}", "?"),
        ("/?q=a%26b", "{% query_string %}", "?q=a%26b"),
    ],
)
def test_another_filter_begins_at_the_first_page(address, tag, query):
    request = RequestFactory().get(address)

    assert (
        render("{% autoescape off %}" + tag + "{% endautoescape %}", request=request)
        == query
    )


def test_word_explains_itself_where_it_stands():
    drawn = render('{% term "care_office" "zorgkantoren" %}')

    assert ">zorgkantoren</button>" in drawn
    assert "De instelling die in uw regio langdurige zorg koopt" in drawn
    assert 'href="/woorden/#care_office"' in drawn


def test_two_explanations_on_a_page_have_their_own_names():
    drawn = render('{% term "council" %}|{% term "council" %}')

    first, second = drawn.split("|")
    assert first != second


def test_every_word_has_its_dutch():
    assert len(WORDS) == 54
    assert str(WORDS["constituency"].word) == "achterban"
    assert str(WORDS["wmcz"].meaning) == (
        "De wet die zegt waarover een cliëntenraad mag meepraten."
    )
