"""Fields and forms: what they say, what they keep, what they refuse."""

import inspect
from collections.abc import Iterator
from datetime import UTC, date, datetime
from importlib import import_module
from pathlib import Path

import html5lib
import pytest
from django import forms
from django.conf import settings
from django.template import engines

from portal.forms import Form, ModelForm, Radios, end_after_start
from procurement.models import CouncilInput, CouncilInputVersion
from tests.portal.frame_pages import Letter

INVISIBLE = (
    "In uw tekst staat een teken dat wij niet kunnen tonen. Typ dat stuk opnieuw."
)
CLOCK_CHANGE = (
    "Op dit moment gaat de klok een uur voor- of achteruit. "
    "Kies een uur eerder of later."
)
YEAR = "Kijk naar het jaar. Het ligt tussen 1900 en 2200."
FILLED = {"kind": "concern", "text": "Een zin."}


def fragment(html: str):
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    return parser.parseFragment(html)


def by_id(html: str, name: str):
    return next(node for node in fragment(html).iter() if node.get("id") == name)


def test_form_is_valid_html_with_and_without_mistakes():
    fragment(str(Letter()))
    fragment(str(Letter({"text": "te lang " * 9, "day": "30-2-2027"})))


def test_field_tells_label_hint_and_error_to_who_listens():
    html = Letter({"kind": "concern", "text": ""})["text"].as_field_group()

    area = by_id(html, "id_text")
    assert area.get("aria-invalid") == "true"
    assert area.get("aria-describedby") == "id_text_helptext id_text_error"
    assert by_id(html, "id_text_helptext").text == "Eén zin is genoeg."
    assert "Vul dit nog in." in "".join(by_id(html, "id_text_error").itertext())


def test_optional_field_says_so_and_a_required_one_does_not():
    form = Letter()

    assert "(niet verplicht)" in form["day"].as_field_group()
    assert "(niet verplicht)" not in form["text"].as_field_group()


def test_group_of_choices_is_told_as_a_group():
    html = Letter({"text": "x"})["kind"].as_field_group()

    group = next(node for node in fragment(html).iter("fieldset"))
    assert group.get("aria-describedby") == "id_kind_error"
    assert group.find("legend").text.strip() == "Soort"


def test_choice_card_has_icon_word_and_sentence():
    html = str(Letter()["kind"])

    card = next(node for node in fragment(html).iter("label"))
    assert [child.tag.rpartition("}")[2] for child in card] == [
        "svg",
        "b",
        "input",
        "span",
    ]
    assert card.find("b").text == "Een zorg"
    assert card.find("span").text == "Wij merken dat …"


def test_model_field_that_must_be_chosen_shows_no_line_of_dashes():
    class Kind(ModelForm):
        class Meta:
            model = CouncilInputVersion
            fields = ("kind",)
            widgets = {"kind": Radios()}

    html = str(Kind()["kind"])

    assert html.count('type="radio"') == len(CouncilInput.Kind)


def test_summary_leads_to_every_field_and_keeps_count():
    form = Letter({"text": "x" * 21, "closes_at_0": "morgen", "closes_at_1": "17:00"})
    html = (
        engines["django"]
        .from_string(
            '{% include "components/error_summary.html" with form=form only %}'
        )
        .render({"form": form})
    )

    links = [node.get("href") for node in fragment(html).iter("a")]
    assert links == ["#id_kind_0", "#id_text", "#id_closes_at_0"]
    assert "Kijk nog naar 3 dingen. Uw tekst is bewaard." in html
    page = str(form)
    assert [by_id(page, link[1:]).tag for link in links] == [
        "input",
        "textarea",
        "input",
    ]


def test_form_without_mistakes_has_no_summary():
    assert 'class="errors' not in str(Letter(FILLED))


@pytest.mark.parametrize(
    ("name", "typed", "message"),
    [
        ("kind", "", "Maak hier nog een keuze."),
        ("text", " ", "Vul dit nog in."),
        ("text", "x" * 1021, "Uw tekst heeft 1.021 tekens. Er passen er 20 in."),
        (
            "text",
            "a\x00b",
            INVISIBLE,
        ),
        (
            "text",
            "a\x1bb",
            INVISIBLE,
        ),
        ("day", "30-2-2027", "Deze datum bestaat niet. Schrijf dag, maand en jaar."),
        ("day", "0027-07-09", YEAR),
        ("day", "9999-12-31", YEAR),
        ("day", "morgen", "Deze datum bestaat niet. Schrijf dag, maand en jaar."),
    ],
)
def test_mistake_is_told_in_plain_words_and_what_was_typed_stays(name, typed, message):
    form = Letter({**FILLED, name: typed})

    assert form.errors == {name: [message]}
    assert form[name].value() == typed


def test_checkbox_that_must_be_ticked_says_so():
    class Sign(Form):
        read = forms.BooleanField(label="Gelezen")

    assert Sign({}).errors == {"read": ["Zet hier eerst een vinkje."]}


def test_own_message_of_a_form_goes_first():
    class Audience(Form):
        reader = forms.ChoiceField(
            choices=[("a", "a")], error_messages={"required": "Kies wie dit mag lezen."}
        )

    assert Audience({}).errors == {"reader": ["Kies wie dit mag lezen."]}


@pytest.mark.parametrize("end", ["\r\n", "\r", "\v", "\u2028", "\x85"])
def test_every_end_of_a_line_is_one_sign(end):
    form = Letter({**FILLED, "text": f"123456789{end}1234567890"})

    assert form.is_valid()
    assert form.cleaned_data["text"] == "123456789\n1234567890"


@pytest.mark.parametrize(
    "typed", ["2027-07-09", "9-7-2027", "09/07/2027", "9.7.2027", "9 7 2027"]
)
def test_date_may_be_typed_as_people_do(typed):
    form = Letter({**FILLED, "day": typed})

    assert form.is_valid()
    assert form.cleaned_data["day"] == date(2027, 7, 9)


def test_known_date_fills_the_calendar_of_the_browser():
    html = str(Letter(initial={"day": date(2027, 7, 9)})["day"])

    assert 'type="date"' in html
    assert 'value="2027-07-09"' in html


@pytest.mark.parametrize(
    ("day", "clock", "moment"),
    [
        ("2027-08-01", "17:00", datetime(2027, 8, 1, 15, 0, tzinfo=UTC)),
        ("2027-12-01", "17.00", datetime(2027, 12, 1, 16, 0, tzinfo=UTC)),
        ("1-8-2027", "9", datetime(2027, 8, 1, 7, 0, tzinfo=UTC)),
    ],
)
def test_deadline_is_a_day_and_a_time_in_amsterdam(day, clock, moment):
    form = Letter({**FILLED, "closes_at_0": day, "closes_at_1": clock})

    assert form.is_valid()
    assert form.cleaned_data["closes_at"] == moment


@pytest.mark.parametrize(
    ("day", "clock", "message"),
    [
        ("31-6-2027", "17:00", "Deze datum bestaat niet. Schrijf dag, maand en jaar."),
        ("1-8-2027", "25:00", "Deze tijd bestaat niet. Schrijf de tijd als 17:00."),
        ("1-8-2027", "", "Deze tijd bestaat niet. Schrijf de tijd als 17:00."),
        ("", "17:00", "Deze datum bestaat niet. Schrijf dag, maand en jaar."),
        ("0001-01-01", "00:00", YEAR),
        ("9999-12-31", "23:59", YEAR),
        # The hour that is skipped, and the one that comes twice.
        (
            "28-3-2027",
            "02:30",
            CLOCK_CHANGE,
        ),
        (
            "31-10-2027",
            "02:30",
            CLOCK_CHANGE,
        ),
    ],
)
def test_deadline_that_does_not_exist_is_refused(day, clock, message):
    form = Letter({**FILLED, "closes_at_0": day, "closes_at_1": clock})

    assert form.errors == {"closes_at": [message]}


def test_end_before_the_start_is_told_beside_the_end():
    class Phase(Form):
        opens_on = forms.DateField()
        closes_on = forms.DateField()

        def clean(self):
            end_after_start(self, "opens_on", "closes_on")

    form = Phase({"opens_on": "2-6-2027", "closes_on": "1-6-2027"})

    assert form.errors == {
        "closes_on": ["Het einde ligt vóór het begin. Verander één van de twee data."]
    }


def test_browser_is_not_told_to_cut_what_is_pasted():
    html = str(Letter()["text"])

    assert "maxlength" not in html
    assert 'data-maximum="20"' in html
    assert "Er is plaats voor 20 tekens." in html


def form_classes() -> Iterator[type[forms.BaseForm]]:
    """Every form that a module of ours defines."""
    root = Path(settings.BASE_DIR)
    for app in ("portal", "councils", "procurement"):
        for path in (root / app).rglob("forms*"):
            for file in [path] if path.suffix == ".py" else path.rglob("*.py"):
                parts = file.relative_to(root).with_suffix("").parts
                module = import_module(".".join(parts).removesuffix(".__init__"))
                for _, found in inspect.getmembers(module, inspect.isclass):
                    if found.__module__ == module.__name__ and issubclass(
                        found, forms.BaseForm
                    ):
                        yield found


def test_every_form_of_ours_keeps_what_was_typed():
    others = [
        f"{found.__module__}.{found.__name__}"
        for found in form_classes()
        if not issubclass(found, Form | ModelForm)
    ]

    assert others == []
