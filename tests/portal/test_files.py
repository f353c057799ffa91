import io
import struct
import zipfile
import zlib

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from django.db.models.fields.files import FieldFile, FileField
from django.http import Http404
from hypothesis import given
from hypothesis import strategies as st

from portal import files
from portal.files import (
    KINDS,
    UploadField,
    attachment,
    check_upload,
    clean_name,
    content_type,
    extension,
    file_response,
    private_path,
)

WRONG_KIND = (
    "U kunt deze soorten bestanden toevoegen: pdf, docx, xlsx, pptx, odt, ods, odp,"
    " jpg, jpeg, png."
)
WRONG_CONTENT = (
    "De inhoud past niet bij de naam. Sla het bestand opnieuw op en probeer het nog"
    " eens."
)


def zipped(parts, method=zipfile.ZIP_DEFLATED):
    result = io.BytesIO()
    with zipfile.ZipFile(result, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return result.getvalue()


def office(part, **more):
    return zipped({"[Content_Types].xml": "<Types/>", part: "<x/>", **more})


def open_document(kind, **more):
    mimetype = f"application/vnd.oasis.opendocument.{kind}"
    return zipped({"mimetype": mimetype, "content.xml": "<x/>", **more})


PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\nstartxref\n9\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(30)
JPEG = b"\xff\xd8\xff\xe0" + bytes(30)
DOCX = office("word/document.xml")
GOOD = {
    "pdf": PDF,
    "docx": DOCX,
    "xlsx": office("xl/workbook.xml"),
    "pptx": office("ppt/presentation.xml"),
    "odt": open_document("text"),
    "ods": open_document("spreadsheet"),
    "odp": open_document("presentation"),
    "jpg": JPEG,
    "jpeg": JPEG,
    "png": PNG,
}


def refusal(content, name):
    try:
        check_upload(SimpleUploadedFile(name, content))
    except ValidationError as error:
        return error.messages
    return []


def test_every_kind_has_an_example_here():
    assert set(GOOD) == set(KINDS)


@pytest.mark.parametrize("name", KINDS)
def test_file_that_is_what_it_says_is_accepted(name):
    assert refusal(GOOD[name], f"Verslag.{name.upper()}") == []


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("other", KINDS)
def test_file_under_the_name_of_another_kind_is_refused(name, other):
    if content_type(f"a.{name}") != content_type(f"a.{other}"):
        assert refusal(GOOD[other], f"Verslag.{name}") == [WRONG_CONTENT]


@pytest.mark.parametrize(
    "name", ["virus.exe", "pagina.html", "beeld.svg", "verslag", "pdf", "a.pdf.js"]
)
def test_other_kinds_are_refused_with_what_is_possible(name):
    assert refusal(PDF, name) == [WRONG_KIND]


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("content", [b"", b"x", b"<html><script>", b"PK\x03\x04"])
def test_rubbish_under_any_name_is_refused(name, content):
    assert refusal(content, f"Verslag.{name}") == [WRONG_CONTENT]


def test_file_over_ten_megabytes_is_refused_with_its_size():
    content = PDF + bytes(10 * 1024 * 1024)

    assert refusal(content, "Verslag.pdf") == [
        "Het bestand is 10,1 MB. Het mag 10 MB zijn."
    ]


def test_half_a_pdf_is_refused():
    assert refusal(PDF[:20], "Verslag.pdf") == [WRONG_CONTENT]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("docx", office("word/document.xml", **{"word/vbaProject.bin": "x"})),
        ("xlsx", office("xl/workbook.xml", **{"xl/VBAProject.bin": "x"})),
        ("odt", open_document("text", **{"Basic/Standard/Module1.xml": "x"})),
    ],
)
def test_document_with_macros_is_refused(name, content):
    assert refusal(content, f"Verslag.{name}") == [WRONG_CONTENT]


def test_zip_that_unpacks_to_far_more_is_refused():
    bomb = office("word/document.xml", **{"word/media/leeg.bin": bytes(50_000_000)})
    assert len(bomb) < 100_000

    assert refusal(bomb, "Verslag.docx") == [WRONG_CONTENT]


def test_zip_that_unpacks_to_more_than_the_limit_is_refused(monkeypatch):
    monkeypatch.setattr(files, "MOST_UNPACKED", 1000)
    content = office("word/document.xml", **{"word/a.txt": "abcdefghij" * 101})

    assert refusal(content, "Verslag.docx") == [WRONG_CONTENT]


def test_zip_with_too_many_parts_is_refused(monkeypatch):
    monkeypatch.setattr(files, "MOST_ENTRIES", 2)

    assert refusal(DOCX, "Verslag.docx") == []
    content = office("word/document.xml", **{"word/a.txt": "a"})
    assert refusal(content, "Verslag.docx") == [WRONG_CONTENT]


def test_zip_that_lies_about_its_size_is_refused():
    content = bytearray(
        office("word/document.xml", **{"word/leeg.bin": bytes(5_000_000)})
    )
    real, small = struct.pack("<L", 5_000_000), struct.pack("<L", 5_000)
    assert content.count(real) == 2  # in the entry itself and in the list at the end

    assert refusal(bytes(content.replace(real, small)), "Verslag.docx") == [
        WRONG_CONTENT
    ]


def test_locked_zip_is_refused():
    content = bytearray(DOCX)
    at = content.rindex(b"PK\x01\x02")
    content[at + 8] |= 1

    assert refusal(bytes(content), "Verslag.docx") == [WRONG_CONTENT]


def test_damaged_zip_is_refused():
    content = office("word/document.xml", **{"word/a.txt": "abc" * 1000})
    packed = zlib.compress(b"abc" * 1000)[2:-4]
    assert packed[:4] in content

    damaged = content.replace(packed[:4], b"\xff\xff\xff\xff")

    assert refusal(damaged, "Verslag.docx") == [WRONG_CONTENT]


@given(st.binary(max_size=300), st.sampled_from(sorted(KINDS)))
def test_no_content_whatever_breaks_the_check(content, name):
    refusal(GOOD[name][:150] + content, f"a.{name}")
    refusal(content + GOOD[name], f"a.{name}")


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("Verslag juni.PDF", "Verslag juni.pdf"),
        ("../../etc/passwd", "passwd"),
        (r"C:\Users\Ans\Verslag.pdf", "Verslag.pdf"),
        ("Verslag\r\nSet-Cookie: a=b.pdf", "Verslag Set-Cookie a=b.pdf"),
        ("Verslag\u202efdp.exe", "Verslagfdp.exe"),
        ("a\u0301.pdf", "\u00e1.pdf"),
        ('"Zo" is het?.docx', "Zo is het.docx"),
        ("Vragen over de 3. ronde", "Vragen over de 3. ronde"),
        (".pdf", "bestand.pdf"),
        ("...", "bestand"),
        ("", "bestand"),
    ],
)
def test_names_are_made_safe(name, clean):
    assert clean_name(name) == clean


@given(st.text())
def test_clean_name_is_short_plain_and_stable(name):
    clean = clean_name(name)

    assert 0 < len(clean) <= files.LONGEST_NAME
    assert not set(clean) & set('/\\\r\n\0"')
    assert clean_name(clean) == clean


def test_place_on_the_disk_tells_nothing():
    one, other = private_path(None, "Klacht van Ans.pdf"), private_path(None, "a.pdf")

    assert one != other
    assert one.endswith(".pdf")
    assert "Ans" not in one


class UploadForm(forms.Form):
    file = UploadField()


def test_form_tells_beside_the_field_what_is_wrong():
    form = UploadForm({}, {"file": SimpleUploadedFile("a.pdf", DOCX)})

    assert form.errors == {"file": [WRONG_CONTENT]}


def test_form_gives_a_clean_name_and_a_file_at_its_start():
    form = UploadForm({}, {"file": SimpleUploadedFile("Verslag <1>.PDF", PDF)})

    assert form.is_valid()
    assert form.cleaned_data["file"].name == "Verslag 1.pdf"
    assert form.cleaned_data["file"].read() == PDF


def test_big_file_that_django_keeps_on_disk_is_checked_too():
    upload = TemporaryUploadedFile("a.docx", "", len(DOCX), None)
    upload.write(DOCX)

    check_upload(upload)

    assert upload.read() == DOCX
    upload.close()


def test_chooser_of_files_offers_the_right_kinds():
    assert 'accept=".pdf,.docx,' in str(UploadForm()["file"])


@pytest.fixture
def stored(tmp_path):
    storage = FileSystemStorage(tmp_path)
    name = storage.save("ab/abc.pdf", ContentFile(PDF))
    return FieldFile(None, FileField(storage=storage, name="file"), name)


@pytest.mark.django_db
def test_stored_file_is_given_to_save_and_never_shown(stored):
    response = file_response(stored, "Reactie één.pdf")

    assert b"".join(response.streaming_content) == PDF
    response.close()
    assert dict(response.items()) == {
        "Content-Type": "application/pdf",
        "Content-Length": str(len(PDF)),
        "Content-Disposition": (
            "attachment; filename*=utf-8''Reactie%20%C3%A9%C3%A9n.pdf"
        ),
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }


def test_file_that_is_gone_from_the_disk_is_not_found(stored):
    stored.storage.delete(stored.name)

    with pytest.raises(Http404):
        file_response(stored, "Reactie.pdf")


def test_content_made_now_is_given_to_save():
    response = attachment(b"abc", "a/b.csv", "text/csv")

    assert response.content == b"abc"
    assert response["Content-Disposition"] == 'attachment; filename="b.csv"'
    assert response["X-Content-Type-Options"] == "nosniff"


def test_name_that_is_unknown_has_a_neutral_type():
    assert content_type("a.html") == "application/octet-stream"
    assert extension("A.PDF") == "pdf"
