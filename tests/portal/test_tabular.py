import csv
import io
from datetime import UTC, date, datetime, time
from decimal import Decimal

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st

from portal import tabular
from portal.tabular import csv_response, read_table, safe_text, xlsx_response

FORMULAS = [
    '=HYPERLINK("http://x","klik")',
    "+31 20 700 12 34",
    "-Geen zondag",
    "@raad",
    "\tTab",
    "\rRegel",
    "\nRegel",
    "   =1+1",
    "\u00a0=1+1",
    "\uff1d1+1",
]
NOT_CSV = (
    "Dit is geen CSV-bestand. Open het in uw rekenprogramma en sla het op als CSV."
)
ODD_SIGNS = (
    "In het bestand staan tekens die wij niet kunnen lezen. Sla het op als CSV UTF-8."
)


def workbook(response):
    return openpyxl.load_workbook(io.BytesIO(response.content)).active


def cells(sheet):
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def upload(content, name="leden.csv"):
    if isinstance(content, str):
        content = content.encode()
    return SimpleUploadedFile(name, content)


def refusal(content):
    with pytest.raises(ValidationError) as error:
        read_table(upload(content))
    return error.value.messages


def test_csv_opens_well_in_a_dutch_excel():
    response = csv_response(
        "inbreng.csv", ["Raad", "Zorg"], [["Lindehof", 'Een "zorg"; twee']]
    )

    assert response.content == (
        '\ufeff"Raad";"Zorg"\r\n"Lindehof";"Een ""zorg""; twee"\r\n'.encode()
    )
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="inbreng.csv"'
    assert response["X-Content-Type-Options"] == "nosniff"


def test_csv_writes_days_moments_and_numbers_as_people_read_them():
    rows = [
        [
            date(2027, 7, 16),
            datetime(2027, 7, 16, 15, tzinfo=UTC),
            time(9, 5),
            -3,
            1.5,
            Decimal("-2.25"),
            True,
            None,
        ]
    ]

    response = csv_response("a.csv", ["a"] * 8, rows)

    assert response.content.decode("utf-8-sig").splitlines()[1] == (
        '"2027-07-16";"2027-07-16 17:00";"09:05";-3;"1,5";"-2,25";"ja";""'
    )


def test_workbook_keeps_days_and_numbers():
    rows = [
        [
            date(2027, 7, 16),
            datetime(2027, 7, 16, 15, 0, 30, tzinfo=UTC),
            -3,
            False,
            None,
            "Lindehof",
        ]
    ]

    sheet = workbook(xlsx_response("a.xlsx", ["a"] * 6, rows, title="Inbreng: 2027/28"))

    assert sheet.title == "Inbreng- 2027-28"
    assert cells(sheet)[1] == [
        datetime(2027, 7, 16),  # noqa: DTZ001
        datetime(2027, 7, 16, 17),  # noqa: DTZ001
        -3,
        "nee",
        None,
        "Lindehof",
    ]


@pytest.mark.parametrize("text", FORMULAS)
def test_spreadsheet_runs_no_text_of_people(text):
    header, row = [text, "b"], ["x", text]

    sheet = workbook(xlsx_response("a.xlsx", header, [row]))
    content = csv_response("a.csv", header, [row]).content.decode("utf-8-sig")
    in_csv = list(csv.reader(io.StringIO(content, newline=""), delimiter=";"))

    assert cells(sheet)[0][0].startswith("'")
    assert cells(sheet)[1][1].startswith("'")
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} == {"s"}
    assert in_csv == [[f"'{text}", "b"], ["x", f"'{text}"]]


@pytest.mark.parametrize("text", ["'t Is stil", "a=b", "5 - 3", "", "één", "(=)"])
def test_harmless_text_stays_as_it_is(text):
    assert safe_text(text) == text


@given(st.text())
def test_safe_text_drops_no_sign_and_never_begins_a_formula(text):
    safe = safe_text(text)

    assert safe in {text, f"'{text}"}
    assert not safe.lstrip().startswith(("=", "+", "-", "@"))
    assert not safe.startswith(("\t", "\r", "\n"))


def test_workbook_takes_any_sign_and_shows_where_a_text_was_cut():
    row = ["a\x00b\x1f\ud800", "a" * 40_000]

    sheet = workbook(xlsx_response("a.xlsx", ["a", "b"], [row]))

    odd, long = cells(sheet)[1]
    assert odd == "a\ufffdb\ufffd\ufffd"
    assert long == "a" * 32_766 + "…"


def test_csv_takes_any_sign():
    response = csv_response("a.csv", ["a"], [["a\x00b\ud800"]])

    assert response.content.decode("utf-8-sig").splitlines()[1] == '"a\ufffdb?"'


def test_table_without_rows_has_its_headings():
    assert cells(workbook(xlsx_response("a.xlsx", ["a", "b"], []))) == [["a", "b"]]
    assert csv_response("a.csv", ["a", "b"], []).content.endswith(b'"a";"b"\r\n')


@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le-bom"]
)
def test_csv_of_any_spreadsheet_is_read(separator, encoding):
    text = f"Naam{separator}Rol\r\nZoë{separator}voorzitter\r\n"
    if encoding == "utf-16-le-bom":
        content = b"\xff\xfe" + text.encode("utf-16-le")
    else:
        content = text.encode(encoding)

    assert read_table(upload(content)) == (["Naam", "Rol"], [["Zoë", "voorzitter"]])


def test_line_that_names_the_separator_is_believed():
    assert read_table(upload("sep=|\nNaam|E-mail, werk\nAns|a@b.nl\n")) == (
        ["Naam", "E-mail, werk"],
        [["Ans", "a@b.nl"]],
    )


def test_separator_inside_quotation_marks_does_not_count():
    content = '"Naam, achternaam, voorletter";Rol\n"Bakker, A.";lid\n'

    assert read_table(upload(content)) == (
        ["Naam, achternaam, voorletter", "Rol"],
        [["Bakker, A.", "lid"]],
    )


def test_short_and_empty_lines_are_filled_and_passed_over():
    content = "Naam;Rol;\n\n;;\nAns\n Bo ;lid;;\n"

    assert read_table(upload(content)) == (
        ["Naam", "Rol"],
        [["Ans", ""], ["Bo", "lid"]],
    )


def test_cell_may_hold_several_lines():
    assert read_table(upload('Naam;Tekst\nAns;"Een\r\nTwee"\n')) == (
        ["Naam", "Tekst"],
        [["Ans", "Een\nTwee"]],
    )


def test_one_column_needs_no_separator():
    assert read_table(upload("E-mail\na@b.nl\n")) == (["E-mail"], [["a@b.nl"]])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "Het bestand is leeg."),
        (b"\xef\xbb\xbf\r\n;;\r\n", "Het bestand is leeg."),
        (b"PK\x03\x04rest", NOT_CSV),
        (b"\x89PNG\r\n\x1a\n", NOT_CSV),
        (b"%PDF-1.7", NOT_CSV),
        (b"\xd0\xcf\x11\xe0\xa1", NOT_CSV),
        (b"Naam;Rol\nA\x00ns;lid", ODD_SIGNS),
        ("Naam;Rol".encode("utf-16-le"), ODD_SIGNS),
        (b"\xff\xfeN", ODD_SIGNS),
        (b"Naam\n\x81\x8d", ODD_SIGNS),
        (b"Naam;Naam\nAns;lid", "Geef in de eerste regel elke kolom een eigen naam."),
        (b"Naam;;Rol\nAns;lid", "Geef in de eerste regel elke kolom een eigen naam."),
        (
            b"Naam;Rol\nAns;lid\n\nBo;lid;extra",
            "Regel 4 heeft meer cellen dan de eerste regel.",
        ),
        (
            b"sep=;\nNaam;Rol\nAns;lid;extra",
            "Regel 3 heeft meer cellen dan de eerste regel.",
        ),
        (
            b'Naam;Rol\nAns;"lid"x\n',
            "Regel 2 van het bestand kunnen wij niet lezen. Kijk daar naar de"
            " aanhalingstekens.",
        ),
        (
            b"Naam;Rol\nAns;" + b"x" * 200_000,
            "Regel 2 van het bestand kunnen wij niet lezen. Kijk daar naar de"
            " aanhalingstekens.",
        ),
        (
            b"Naam\n" + b"x\n" * 50_000,
            "Het bestand heeft meer dan 50.000 regels. Maak er kleinere bestanden van.",
        ),
        (b"x" * (5 * 1024 * 1024 + 1), "Het bestand is 5,1 MB. Het mag 5 MB zijn."),
    ],
)
def test_file_that_cannot_be_read_is_refused_with_what_to_do(content, message):
    assert refusal(content) == [message]


def test_workbook_under_the_name_of_a_csv_is_refused():
    book = xlsx_response("a.xlsx", ["Naam"], [["Ans"]]).content

    assert refusal(book) == [NOT_CSV]


def test_as_many_lines_as_allowed_are_read():
    header, rows = read_table(upload("Naam\n" + "x\n" * (tabular.MOST_LINES - 1)))

    assert len(rows) == 49_999


@given(st.binary(max_size=400))
def test_no_content_whatever_breaks_the_reader(content):
    try:
        header, rows = read_table(upload(content))
    except ValidationError:
        return
    assert all(len(row) == len(header) for row in rows)


TEXTS = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"])).map(
    str.strip
)


@given(st.lists(st.lists(TEXTS, min_size=2, max_size=2).filter(any)))
def test_what_went_out_comes_back_the_same(rows):
    content = csv_response("a.csv", ["Naam", "Tekst"], rows).content

    assert read_table(upload(content)) == (["Naam", "Tekst"], rows)


@pytest.mark.parametrize("text", ["'=1", "=1", "''=1", "'t is", "-3"])
def test_text_that_was_made_safe_comes_back_as_it_was(text):
    content = csv_response("a.csv", ["Naam"], [[text]]).content

    assert read_table(upload(content))[1] == [[text]]
