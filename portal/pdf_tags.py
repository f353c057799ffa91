"""What WeasyPrint leaves out of the tags that a screen reader goes by.

It tags headings, lists and tables. Missing are the direction of a table's headers (its
issue 2508) and the mark that what repeats on each page is no text (its issue 1836).
"""

from collections.abc import Iterator
from typing import Any

import pydyf

# A pydyf.Dictionary, which is a dict with a reference.
Element = Any


def mend(_document: object, pdf: pydyf.PDF) -> None:
    """Complete the tags of a document that is about to be written (a ``finisher``)."""
    _say_what_headers_head(pdf)
    _list_headers_by_id(pdf)
    _make_margins_artifacts(pdf)


def _say_what_headers_head(pdf: pydyf.PDF) -> None:
    """Give each header cell its direction: down in the head of a table, else right."""
    for cell in _elements(pdf, "/TH"):
        row = _object(pdf, cell["P"])
        group = _object(pdf, row["P"])
        is_column = group["S"] == "/THead"
        cell["A"]["Scope"] = "/Column" if is_column else "/Row"


def _list_headers_by_id(pdf: pydyf.PDF) -> None:
    """Cells name their headers by id: a reader finds those through this list."""
    cells = {cell["ID"].string: cell for cell in _elements(pdf, "/TH") if "ID" in cell}
    names = pydyf.Array()
    for key in sorted(cells):
        names += [cells[key]["ID"], cells[key].reference]
    _root(pdf)["IDTree"] = pydyf.Dictionary({"Names": names})


def _make_margins_artifacts(pdf: pydyf.PDF) -> None:
    """Mark what stands in the margins of pages (a number) as no part of the text."""
    read = {id(element) for element in _read_aloud(pdf)}
    numbers = _object(pdf, _root(pdf)["ParentTree"])["Nums"]
    for element in _elements(pdf):
        if id(element) in read:
            continue
        for mark in element["K"]:
            if isinstance(mark, int):
                page = _object(pdf, element["Pg"])
                _make_artifact(pdf, page, mark)
                numbers[2 * page["StructParents"] + 1][mark] = "null"


def _make_artifact(pdf: pydyf.PDF, page: Element, mark: int) -> None:
    content = _object(pdf, page["Contents"]).stream
    for at, part in enumerate(content):
        if isinstance(part, dict) and part.get("MCID") == mark:
            content[at - 1] = "/Artifact"
            part.clear()
            part["Type"] = "/Pagination"


def _read_aloud(pdf: pydyf.PDF) -> Iterator[Element]:
    """The elements that hang on the tree, from its root down."""
    waiting = list(_root(pdf)["K"])
    while waiting:
        element = waiting.pop()
        if isinstance(element, bytes):
            element = _object(pdf, element)
            yield element
            waiting += element.get("K", [])


def _elements(pdf: pydyf.PDF, tag: str = "") -> Iterator[Element]:
    for each in pdf.objects:
        if isinstance(each, dict) and each.get("Type") == "/StructElem":  # noqa: SIM102
            if not tag or each["S"] == tag:
                yield each


def _root(pdf: pydyf.PDF) -> Element:
    return _object(pdf, pdf.catalog["StructTreeRoot"])


def _object(pdf: pydyf.PDF, reference: bytes) -> Any:
    return pdf.objects[int(reference.split()[0])]
