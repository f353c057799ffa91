"""PDFs of others: what can be bound, and what would take a server down."""

import io
import zlib

import pikepdf
import pytest
from pikepdf import Name

from portal import pdf_behind
from portal.pdf_behind import Fit, Seen


def saved(pdf: pikepdf.Pdf) -> bytes:
    kept = io.BytesIO()
    pdf.save(kept)
    return kept.getvalue()


def with_fields(count: int) -> bytes:
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page()
        page.Annots = pikepdf.Array(
            pdf.make_indirect(
                pikepdf.Dictionary(
                    Type=Name.Annot,
                    Subtype=Name.Widget,
                    FT=Name.Tx,
                    T=f"veld {number}",
                    Rect=[0, 0, 9, 9],
                )
            )
            for number in range(count)
        )
        pdf.Root.AcroForm = pikepdf.Dictionary(Fields=page.Annots)
        return saved(pdf)


def that_leads_to_itself() -> bytes:
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.Root.Pages.Kids.append(pdf.Root.Pages)
        return saved(pdf)


def that_unpacks_to(size: int) -> bytes:
    """A file of which the pages lie in a part that is packed very small."""
    pages = b"3 0 << /Type /Pages /Kids [] /Count 0 >>" + b" " * size
    packed = zlib.compress(pages, 1)
    at, content = {}, b"%PDF-1.5\n"
    head = b"<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >>"
    for number, thing in (
        (1, b"<< /Type /Catalog /Pages 3 0 R >>"),
        (2, head % len(packed) + b"stream\n" + packed + b"\nendstream"),
    ):
        at[number] = len(content)
        content += b"%d 0 obj\n%b\nendobj\n" % (number, thing)
    start = len(content)
    rows = [(0, 0, 0), (1, at[1], 0), (1, at[2], 0), (2, 2, 0), (1, start, 0)]
    table = b"".join(
        bytes([kind]) + where.to_bytes(4, "big") + bytes([0, which])
        for kind, where, which in rows
    )
    head = b"<< /Type /XRef /Size 5 /W [1 4 2] /Root 1 0 R /Length %d >>" % len(table)
    content += b"4 0 obj\n%bstream\n%b\nendstream\nendobj\n" % (head, table)
    return content + b"startxref\n%d\n%%%%EOF" % start


def test_what_is_made_flat_opens_again():
    found = pdf_behind.made_flat(with_fields(3), "stuk.pdf")

    assert len(found.pages) == 1
    assert "/Annots" not in found.pages[0]
    assert pdf_behind.seen(found) == Seen(Fit.FITS, 1)


@pytest.mark.parametrize(
    ("content", "fit"),
    [
        (b"", Fit.BROKEN),
        (with_fields(3)[:-100], Fit.BROKEN),
        (that_leads_to_itself(), Fit.BROKEN),
        (with_fields(3001), Fit.BROKEN),
        (that_unpacks_to(101 * 1024 * 1024), Fit.BROKEN),
    ],
    ids=["empty", "cut off", "a loop", "too many fields", "a bomb"],
)
def test_what_cannot_be_bound_is_seen(content, fit):
    assert pdf_behind.look_at(content, "stuk.pdf") == Seen(fit)


def test_what_is_no_pdf_by_its_name_is_not_opened():
    assert pdf_behind.look_at(with_fields(0), "stuk.docx") == Seen(Fit.OTHER_KIND)


def test_no_part_is_unpacked_to_more_than_a_server_can_bear():
    pdf_behind.look_at(with_fields(0), "stuk.pdf")

    limits = pikepdf.settings.get_qpdf_limits()
    assert limits["flate_max_memory"] == 100 * 1024 * 1024
