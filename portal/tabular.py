"""Tables for a spreadsheet: CSV and XLSX out, CSV in.

People type these texts, some of them without an account, and a spreadsheet runs what
begins like a formula: every text cell is made safe here, and so are the headings.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal

import tablib
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http.response import HttpResponseBase
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from portal.dates import AMSTERDAM
from portal.files import MEGABYTE, attachment, check_size

MOST_BYTES = 5 * MEGABYTE
MOST_LINES = 50_000

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# What Excel and LibreOffice take for the start of a formula, wide forms included, also
# behind blanks. A tab or a line end at the start makes some of them look further.
# Apostrophes before it count too, so that reading a table back gives the same text.
_FORMULA = re.compile(r"'*([\t\r\n]|\s*[=+\-@\uff1d\uff0b\uff0d\uff20])")
# XML has no place for these.
_NOT_IN_TEXT = re.compile("[\x00-\x08\x0e-\x1f]")
_NOT_IN_XLSX = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LONGEST_IN_XLSX = 32_767
_WIDTH = 28

type_of_cell = str | int | float | Decimal | date | datetime | time | bool | None
Row = Sequence[type_of_cell]
# The number of a line in a file, and its cells.
Line = tuple[int, list[str]]

# --- Out -------------------------------------------------------------------------


def csv_response(
    filename: str, header: Sequence[str], rows: Iterable[Row]
) -> HttpResponseBase:
    """Give a table as CSV that Excel opens well in Dutch.

    Semicolons, because a Dutch Excel has the comma for fractions; a mark of UTF-8 at
    the start, because it takes the file for Windows-1252 without.
    """
    table = _dataset(header, ([_csv_value(cell) for cell in row] for row in rows))
    text = table.export("csv", delimiter=";", quoting=csv.QUOTE_NONNUMERIC)
    return attachment(
        text.encode("utf-8-sig", "replace"), filename, "text/csv; charset=utf-8"
    )


def xlsx_response(
    filename: str, header: Sequence[str], rows: Iterable[Row], *, title: str = ""
) -> HttpResponseBase:
    """Give a table as a workbook of one sheet; days and numbers stay what they are."""
    table = _dataset(header, ([_xlsx_value(cell) for cell in row] for row in rows))
    table.title = title or filename.removesuffix(".xlsx")
    return attachment(table.export("xlsx", column_width=_WIDTH), filename, XLSX)


def safe_text(text: str) -> str:
    """The text, behind an apostrophe if a spreadsheet would run it."""
    return f"'{text}" if _FORMULA.match(text) else text


def _as_typed(text: str) -> str:
    """What `safe_text` made safe, as it was."""
    is_safe = text.startswith("'") and _FORMULA.match(text)
    return text[1:] if is_safe else text


def _dataset(header: Sequence[str], rows: Iterable[list]) -> tablib.Dataset:
    heads = [_xlsx_value(str(name)) for name in header]
    return tablib.Dataset(*rows, headers=heads)


def _csv_value(value: type_of_cell) -> str | int:
    match value:
        case bool():
            return _yes_or_no(value)
        case int():
            return value
        case float() | Decimal():
            return str(value).replace(".", ",")
        case datetime():
            return f"{_clock(value):%Y-%m-%d %H:%M}"
        case date():
            return value.isoformat()
        case time():
            return f"{value:%H:%M}"
        case None:
            return ""
    return safe_text(str(value).replace("\x00", "\ufffd"))


def _xlsx_value(value: type_of_cell) -> type_of_cell:
    match value:
        case bool():
            return _yes_or_no(value)
        case datetime():
            return _clock(value).replace(second=0, microsecond=0)
        case int() | float() | Decimal() | date() | time() | None:
            return value
    text = safe_text(_NOT_IN_XLSX.sub("\ufffd", str(value)))
    if len(text) > _LONGEST_IN_XLSX:
        text = text[: _LONGEST_IN_XLSX - 1] + "…"
    return text


def _clock(value: datetime) -> datetime:
    """A moment as the clock in Amsterdam shows it; a spreadsheet knows no zones."""
    return value.astimezone(AMSTERDAM).replace(tzinfo=None) if value.tzinfo else value


def _yes_or_no(value: bool) -> str:
    return _("yes") if value else _("no")


# --- In --------------------------------------------------------------------------


def read_table(upload: UploadedFile) -> tuple[list[str], list[list[str]]]:
    """The headings and the rows of a CSV file that somebody chose.

    Every row has a cell for every heading. What cannot be read is refused with a
    ValidationError that says what to do about it.
    """
    header, lines = read_lines(upload)
    return header, [cells for _number, cells in lines]


def read_lines(upload: UploadedFile) -> tuple[list[str], list[Line]]:
    """As `read_table`; every row has the number of its line in the file."""
    check_size(upload, MOST_BYTES)
    upload.seek(0)
    text = _text(upload.read())
    first, _end, rest = text.partition("\n")
    if named := re.fullmatch(r'"?sep=(.)"?\s*', first):
        # The empty line stays, so that the numbers of lines are those on the screen.
        text, separator = f"\n{rest}", named[1]
    else:
        separator = _separator(text)
    lines = _lines(text, separator)
    number, header = next(lines, (0, []))
    while header and not header[-1]:
        header.pop()
    if not header:
        raise ValidationError(_("The file is empty."))
    if "" in header or len(set(header)) < len(header):
        raise ValidationError(
            _("Give every column a name of its own in the first line.")
        )
    rows = []
    for number, cells in lines:
        if any(cells[len(header) :]):
            raise ValidationError(
                _("Line %(line)s has more cells than the first line."),
                params={"line": number},
            )
        missing = [""] * (len(header) - len(cells))
        rows.append((number, cells[: len(header)] + missing))
    return header, rows


def _text(content: bytes) -> str:
    # A zip (xlsx, ods, docx), an old xls, a PDF and pictures, whatever the name says.
    others = (b"PK", b"\xd0\xcf\x11\xe0", b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8")
    if content.startswith(others):
        raise ValidationError(
            _("This is not a CSV file. Open it in your spreadsheet and save it as CSV.")
        )
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not _NOT_IN_TEXT.search(text):
            return text.replace("\r\n", "\n").replace("\r", "\n")
    raise ValidationError(
        _("There are signs in the file that we cannot read. Save it as CSV UTF-8.")
    )


def _separator(text: str) -> str:
    """The sign that divides the first line into the most columns."""

    def columns(separator: str) -> int:
        try:
            return len(next(csv.reader(io.StringIO(text), delimiter=separator), []))
        except csv.Error:
            return 0

    return max(";,\t", key=columns)


def _lines(text: str, separator: str) -> Iterator[Line]:
    """The lines that hold something, with their numbers."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise ValidationError(
                _(
                    "We cannot read line %(line)s of the file."
                    " Look at the quotation marks there."
                ),
                params={"line": reader.line_num},
            ) from error
        if cells is None:
            return
        if reader.line_num > MOST_LINES:
            raise ValidationError(
                _(
                    "The file has more than %(maximum)s lines."
                    " Make it into smaller files."
                ),
                params={"maximum": number_format(MOST_LINES, force_grouping=True)},
            )
        cells = [_as_typed(cell).strip() for cell in cells]
        if any(cells):
            yield reader.line_num, cells
