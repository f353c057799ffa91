"""PDFs of others: what can be bound, and what would take a server down."""

import io
import resource
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


def of_one_page(*parts: bytes, catalog: bytes = b"", page: bytes = b"") -> bytes:
    """A file of one page, with ``parts`` as objects 4 and on."""
    things = [
        b"<</Type/Catalog/Pages 2 0 R%b>>" % catalog,
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]%b>>" % page,
        *parts,
    ]
    content, at = b"%PDF-1.7\n", []
    for number, thing in enumerate(things, 1):
        at.append(len(content))
        content += b"%d 0 obj\n%b\nendobj\n" % (number, thing)
    rows = b"".join(b"%010d 00000 n \n" % each for each in at)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(things) + 1)
    tail = b"trailer<</Size %d/Root 1 0 R>>\n" % (len(things) + 1)
    return content + head + rows + tail + b"startxref\n%d\n%%%%EOF" % len(content)


def with_a_million_fields() -> bytes:
    form = b"/AcroForm<</NeedAppearances true/Fields[%b]>>" % (b"4 0 R " * 1_500_000)
    return of_one_page(b"<</T(a)/FT/Tx/V(b)>>", catalog=form)


def with_a_million_pages() -> bytes:
    one = b"/Kids[3 0 R]"
    return of_one_page().replace(one, b"/Kids[%b]" % (b"3 0 R " * 1_500_000))


def with_pages_under_pages() -> bytes:
    deep = [
        b"<</Type/Pages/Count 1/Kids[%d 0 R]>>" % (number + 1)
        for number in range(4, 100_000)
    ]
    last = b"<</Type/Page/MediaBox[0 0 9 9]>>"
    return of_one_page(*deep, last).replace(b"/Kids[3 0 R]", b"/Kids[4 0 R]")


def test_what_fits_is_flat_behind_its_sheet_and_none_of_it_acts():
    counts = []
    sheet = with_fields(0)

    bound = pdf_behind.bind(sheet, [with_fields(3)], counts.append)

    with pikepdf.open(io.BytesIO(bound)) as pdf:
        assert len(pdf.pages) == 2
        assert "/Annots" not in pdf.pages[1]
    assert counts == [2]
    assert pdf_behind.look_at(with_fields(3), "stuk.pdf") == Seen(Fit.FITS, 1)


def test_what_cannot_be_bound_says_which_it_is():
    with pytest.raises(pdf_behind.DoesNotFitError) as error:
        pdf_behind.bind(with_fields(0), [with_fields(1), b"%PDF-1.7"], print)

    assert (error.value.number, error.value.seen) == (1, Seen(Fit.BROKEN))


@pytest.mark.parametrize(
    "made", [with_a_million_fields, with_a_million_pages, with_pages_under_pages]
)
def test_what_would_fill_the_memory_or_keep_a_server_busy_is_stopped(made):
    begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    assert pdf_behind.look_at(made(), "stuk.pdf") == Seen(Fit.BROKEN)

    # In kilobytes.
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - begun < 200 * 1024


def test_what_opens_files_of_others_has_none_of_our_secrets(monkeypatch, tmp_path):
    spy = tmp_path / "spy.py"
    spy.write_text("import os; print('seen', 'fits', len(os.environ.get('S', '')))")
    monkeypatch.setenv("S", "geheim")
    monkeypatch.setattr(pdf_behind, "APART", spy)

    assert pdf_behind.look_at(with_fields(0), "stuk.pdf") == Seen(Fit.FITS, 0)


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
