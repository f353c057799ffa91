import base64
import gc
import io
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pikepdf
import pytest
from django.template.loader import render_to_string

from portal.pdf import pdf_of, pdf_response, watch_pages

PAPER = """{% extends "portal/pdf/base.html" %}
{% block title %}Indiening van {{ council }}{% endblock %}
{% block foot %}Controlecode E3B0{% endblock %}
{% block main %}
<h1>Indiening van {{ council }}</h1>
<p>Zie <a href="https://inbreng.example/indiening">de site</a>.</p>
<h2>Goede zorg</h2>
<blockquote class="own"><p>{{ text }}</p></blockquote>
<ul><li>Een</li><li>Twee</li></ul>
<table><caption>Punten</caption>
<thead><tr><th scope="col">Punt</th><th scope="col">Antwoord</th></tr></thead>
<tbody>{% for row in rows %}<tr><th scope="row">Punt {{ row }}</th><td>Ja {{ row }}</td>
</tr>{% endfor %}</tbody></table>
{% endblock %}"""


@pytest.fixture
def paper(tmp_path, settings):
    """Render a paper from a template that is written here."""
    engine = settings.TEMPLATES[0]
    folders = [*engine["DIRS"], tmp_path]
    settings.TEMPLATES = [{**engine, "DIRS": folders}]

    def render(template=PAPER, **context):
        (tmp_path / "paper.html").write_text(template)
        said = {"council": "Lindehof", "text": "Geen zondag.", "rows": [1]}
        content = pdf_of(render_to_string("paper.html", said | context))
        return pikepdf.open(io.BytesIO(content))

    return render


def tree(pdf) -> Iterator[tuple[str, pikepdf.Dictionary]]:
    """The tags in the order in which they are read aloud."""

    def walk(element):
        if isinstance(element, pikepdf.Dictionary) and "/S" in element:
            yield str(element.S), element
            kids = element.get("/K", [])
            for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
                yield from walk(kid)

    for element in pdf.Root.StructTreeRoot.K:
        yield from walk(element)


def tags(pdf, *names):
    return [element for name, element in tree(pdf) if name in names]


def text_shown(pdf) -> Iterator[tuple[int, str, int | None]]:
    """Each piece of text: its page, its mark, and its number in the tree."""
    for number, page in enumerate(pdf.pages):
        marks = []
        for operands, operator in pikepdf.parse_content_stream(page):
            name = str(operator)
            if name in {"BDC", "BMC"}:
                kind = str(operands[0])
                properties = operands[1] if len(operands) > 1 else {}
                marks.append((kind, properties.get("/MCID")))
            elif name == "EMC":
                marks.pop()
            elif name in {"Tj", "TJ", "'", '"'}:
                assert marks, "text that is neither tagged nor an artifact"
                yield number, *marks[-1]


def test_paper_says_what_it_is_in_dutch(paper):
    pdf = paper()

    assert str(pdf.Root.Lang) == "nl"
    assert pdf.Root.MarkInfo.Marked is True
    assert pdf.Root.ViewerPreferences.DisplayDocTitle is True
    with pdf.open_metadata() as metadata:
        assert metadata["dc:title"] == "Indiening van Lindehof"
        assert metadata["pdfuaid:part"] == "1"


def test_headings_lists_and_quotes_are_tagged_in_order(paper):
    names = [name for name, _ in tree(paper()) if name not in {"/Span", "/NonStruct"}]

    assert names == [
        "/Document",
        *("/H1", "/P", "/Link", "/H2", "/BlockQuote", "/P"),
        *("/L", "/LI", "/Lbl", "/LBody", "/LI", "/Lbl", "/LBody"),
        *("/Table", "/Caption", "/THead", "/TR", "/TH", "/TH"),
        *("/TBody", "/TR", "/TH", "/TD"),
    ]


def test_headers_of_a_table_say_what_they_head(paper):
    pdf = paper(rows=[1, 2])
    headers = {str(cell.ID): str(cell.A.Scope) for cell in tags(pdf, "/TH")}
    listed = list(pdf.Root.StructTreeRoot.IDTree.Names)

    assert list(headers.values()) == ["/Column", "/Column", "/Row", "/Row"]
    assert [str(name) for name in listed[::2]] == sorted(headers)
    assert [str(cell.ID) for cell in listed[1::2]] == sorted(headers)
    for cell in tags(pdf, "/TD"):
        assert [headers[str(name)] for name in cell.A.Headers] == ["/Row", "/Column"]


def test_link_has_a_description(paper):
    pdf = paper()
    (annotation,) = pdf.pages[0].Annots

    assert str(annotation.Contents) == "https://inbreng.example/indiening"
    assert annotation.get("/StructParent") is not None


def test_every_text_is_read_aloud_but_what_repeats_on_each_page(paper):
    pdf = paper(rows=range(80))
    assert len(pdf.pages) > 2
    read = {element.objgen for _, element in tree(pdf)}
    numbers = pdf.Root.StructTreeRoot.ParentTree.Nums
    parents = dict(zip(numbers[::2], numbers[1::2], strict=True))

    artifacts = set()
    for page, kind, number in text_shown(pdf):
        if kind == "/Artifact":
            artifacts.add(page)
            assert number is None
        else:
            parent = parents[int(pdf.pages[page].StructParents)][int(number)]
            assert parent.objgen in read
    assert artifacts == set(range(len(pdf.pages)))


def test_fonts_are_inside_the_paper(paper):
    pdf = paper()
    fonts = pdf.pages[0].Resources.Font

    assert len(fonts) > 0
    for font in fonts.values():
        descriptor = font.DescendantFonts[0].FontDescriptor
        assert {"/FontFile2", "/FontFile3"} & set(descriptor.keys())


@pytest.mark.parametrize(
    "template",
    [
        "<html lang=nl><body><p>Geen titel</p></body></html>",
        "<html><head><title>Geen taal</title></head><body></body></html>",
    ],
)
def test_paper_without_title_or_language_is_not_made(paper, template):
    with pytest.raises(ValueError, match="needs a title and a language"):
        paper(template)


def test_nobody_looks_for_garbage_while_a_paper_is_made(paper):
    looking = []

    with watch_pages(lambda _: looking.append(gc.isenabled())):
        pdf = paper(rows=range(80))

    assert looking == [False] * len(pdf.pages)
    assert gc.isenabled()


@pytest.fixture
def listener():
    """A server that writes down what is asked of it."""
    asked = []

    class Listener(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Listener)
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    "way",
    [
        '<img alt="x" src="{url}">',
        '<link rel="stylesheet" href="{url}">',
        '<link rel="attachment" href="{url}">',
        '<a rel="attachment" href="{url}">x</a>',
        '<object data="{url}"></object>',
        '<embed src="{url}">',
        '<style>@import "{url}";</style>',
        '<style>@font-face {{font-family: x; src: url("{url}")}} p {{font: 9pt x}}'
        "</style>",
        '<p style="background: url({url})">x</p>',
        '<p style="list-style: url({url}); display: list-item">x</p>',
        '<style>p::before {{ content: url("{url}") }}</style>',
        '<svg><image href="{url}" width="9" height="9"></image></svg>',
        '<svg><use href="{url}#a"></use></svg>',
        '<base href="{url}/"><img alt="x" src="a.png">',
        '<img alt="x" src="data:image/svg+xml;base64,{svg}">',
    ],
)
def test_making_a_paper_loads_no_file_and_no_page(paper, listener, tmp_path, way):
    address, asked = listener
    secret = tmp_path / "geheim.txt"
    secret.write_bytes(b"Zeer geheime tekst " * 50)
    for url in (f"{address}/x", secret.as_uri()):
        svg = f'<svg xmlns="http://www.w3.org/2000/svg"><image href="{url}"/></svg>'
        inside = base64.b64encode(svg.encode()).decode()
        piece = way.format(url=url, svg=inside)
        pdf = paper(
            f"<html lang=nl><head><title>T</title></head><body><p>Dag</p>{piece}</body>"
        )
        streams = (each for each in pdf.objects if isinstance(each, pikepdf.Stream))
        assert not any(b"Zeer geheime" in each.read_bytes() for each in streams)
        assert not pdf.attachments

    assert asked == []


def test_text_of_people_stays_text(paper):
    pdf = paper(text="<h1>Nep</h1>")

    assert len(tags(pdf, "/H1")) == 1


def test_process_that_makes_no_pdf_does_not_load_weasyprint():
    code = "import sys, portal.pdf; print('weasyprint' in sys.modules)"

    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert result.stdout == "False\n"


def test_pdf_is_given_to_save():
    response = pdf_response(b"%PDF-1.7", "Indiening Lindehof.pdf")

    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == (
        'attachment; filename="Indiening Lindehof.pdf"'
    )
    assert response["X-Content-Type-Options"] == "nosniff"
