"""Files that people hand in and get back: checked at the door, private on the disk.

There is no address for a file itself. A view asks who may have it and answers with
`file_response()`: always to be saved, never shown by the browser.
"""

import math
import re
import unicodedata
import uuid
import zipfile
import zlib
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import IO, NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import models
from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.formats import number_format
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

MEGABYTE = 1024 * 1024
MOST_BYTES = 10 * MEGABYTE
LONGEST_NAME = 120

# A document is a zip of texts and pictures. Text packs well, but not a hundredfold.
MOST_UNPACKED = 100 * MEGABYTE
MOST_TIMES_SMALLER = 100
MOST_ENTRIES = 5_000

_OFFICE = "application/vnd.openxmlformats-officedocument."
_OPEN = "application/vnd.oasis.opendocument."
# Signs that change how a name reads, and what file systems or headers trip over.
_NOT_IN_NAMES = re.compile(r'[<>:"/\\|?*;\x00-\x1f\x7f-\x9f]')


class Kind(NamedTuple):
    """A kind of file that is accepted: its type, and whether a content is one."""

    content_type: str
    holds: Callable[[IO[bytes]], bool]


# --- What a file is --------------------------------------------------------------


def _is_pdf(file: IO[bytes]) -> bool:
    start = file.read(8)
    file.seek(0, 2)
    file.seek(max(0, file.tell() - 2048))
    return bool(re.match(rb"%PDF-[12]\.\d", start)) and b"%%EOF" in file.read()


def _is_png(file: IO[bytes]) -> bool:
    return file.read(16) == b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"


def _is_jpeg(file: IO[bytes]) -> bool:
    return file.read(3) == b"\xff\xd8\xff"


def _is_office(main_part: str) -> Callable[[IO[bytes]], bool]:
    """A document of Word, Excel or PowerPoint, without macros."""

    def holds(file: IO[bytes]) -> bool:
        with zipfile.ZipFile(file) as parts:
            names = set(parts.namelist())
            return (
                _is_sound(parts)
                and {"[Content_Types].xml", main_part} <= names
                and not any(name.lower().endswith("vbaproject.bin") for name in names)
            )

    return holds


def _is_open_document(kind: str) -> Callable[[IO[bytes]], bool]:
    def holds(file: IO[bytes]) -> bool:
        with zipfile.ZipFile(file) as parts:
            return (
                _is_sound(parts)
                and "content.xml" in parts.namelist()
                and parts.read("mimetype") == f"{_OPEN}{kind}".encode()
                and not any(name.startswith("Basic/") for name in parts.namelist())
            )

    return holds


def _is_sound(parts: zipfile.ZipFile) -> bool:
    """Whether a zip is no bomb: what it says it unpacks to is modest, and true."""
    entries = parts.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    return (
        len(entries) <= MOST_ENTRIES
        and unpacked <= MOST_UNPACKED
        and unpacked <= max(packed, 1) * MOST_TIMES_SMALLER
        and not any(entry.flag_bits & 0x1 for entry in entries)
        # Reads every part no further than it said: one that lies fails its checksum.
        and parts.testzip() is None
    )


KINDS = {
    "pdf": Kind("application/pdf", _is_pdf),
    "docx": Kind(
        f"{_OFFICE}wordprocessingml.document", _is_office("word/document.xml")
    ),
    "xlsx": Kind(f"{_OFFICE}spreadsheetml.sheet", _is_office("xl/workbook.xml")),
    "pptx": Kind(
        f"{_OFFICE}presentationml.presentation", _is_office("ppt/presentation.xml")
    ),
    "odt": Kind(f"{_OPEN}text", _is_open_document("text")),
    "ods": Kind(f"{_OPEN}spreadsheet", _is_open_document("spreadsheet")),
    "odp": Kind(f"{_OPEN}presentation", _is_open_document("presentation")),
    "jpg": Kind("image/jpeg", _is_jpeg),
    "jpeg": Kind("image/jpeg", _is_jpeg),
    "png": Kind("image/png", _is_png),
}

# --- In --------------------------------------------------------------------------


def check_size(upload: UploadedFile, most: int = MOST_BYTES) -> None:
    size = upload.size or 0
    if size > most:
        raise ValidationError(
            _("The file is %(size)s MB. The most is %(maximum)s MB."),
            code="size",
            params={
                # Upwards: a file just over the limit must not look just within it.
                "size": number_format(math.ceil(size / MEGABYTE * 10) / 10, 1),
                "maximum": most // MEGABYTE,
            },
        )


def check_upload(upload: UploadedFile) -> None:
    """Refuse a file that is too big, of another kind, or not what its name says."""
    check_size(upload)
    kind = KINDS.get(extension(upload.name or ""))
    if kind is None:
        raise ValidationError(
            _("We accept these kinds of files: %(kinds)s."),
            code="kind",
            params={"kinds": ", ".join(KINDS)},
        )
    if not _holds(kind, upload):
        raise ValidationError(
            _(
                "The content does not match the name."
                " Save the file again and try once more."
            ),
            code="content",
        )


def _holds(kind: Kind, upload: UploadedFile) -> bool:
    upload.seek(0)
    assert upload.file is not None
    try:
        return kind.holds(upload.file)
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        zlib.error,
        EOFError,
        KeyError,
        NotImplementedError,
        OSError,
        RuntimeError,
        ValueError,
    ):
        return False
    finally:
        upload.seek(0)


class UploadField(forms.FileField):
    """A checked file, with a name that can be shown and saved anywhere."""

    default_error_messages = {
        "empty": gettext_lazy(
            "The content does not match the name."
            " Save the file again and try once more."
        )
    }

    def to_python(self, data):
        upload = super().to_python(data)
        if upload is not None:
            upload.name = clean_name(upload.name or "")
            check_upload(upload)
        return upload

    def widget_attrs(self, widget):
        return {
            **super().widget_attrs(widget),
            "accept": ",".join(f".{name}" for name in KINDS),
        }


def clean_name(name: str) -> str:
    """A file name to show and to save: no folders, no hidden signs, not too long."""
    name = unicodedata.normalize("NFC", name)
    name = re.split(r"[/\\]", name.rstrip("/\\"))[-1]
    name = _NOT_IN_NAMES.sub(" ", name)
    # Signs without a shape of their own can turn "exe.pdf" around on the screen.
    name = "".join(sign for sign in name if unicodedata.category(sign) not in {"Cf"})
    name = " ".join(name.split())
    stem, dot, suffix = name.rpartition(".")
    if not (dot and re.fullmatch(r"[0-9A-Za-z]{1,10}", suffix)):
        stem, suffix = name, ""
    stem = stem.strip(" .")[: LONGEST_NAME - 11].rstrip() or _("file")
    return f"{stem}.{suffix.lower()}" if suffix else stem


def extension(name: str) -> str:
    return PurePosixPath(clean_name(name)).suffix.removeprefix(".")


def private_path(_instance: models.Model, filename: str) -> str:
    """Where a file lies: under a random name that tells nothing (``upload_to``)."""
    folder = uuid.uuid4().hex
    return f"{folder[:2]}/{folder}.{extension(filename)}"


# --- Out -------------------------------------------------------------------------


def file_response(file: FieldFile, filename: str) -> HttpResponseBase:
    """Give a stored file to save, under the name that people know it by."""
    try:
        stored = file.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    name = clean_name(filename)
    return _to_save(FileResponse(stored, content_type=content_type(name)), name)


def attachment(
    content: bytes | str, filename: str, content_type: str
) -> HttpResponseBase:
    """Give something made just now to save: a PDF, a table, a calendar."""
    response = HttpResponse(content, content_type=content_type)
    return _to_save(response, clean_name(filename))


def content_type(filename: str) -> str:
    kind = KINDS.get(extension(filename))
    return kind.content_type if kind else "application/octet-stream"


def _to_save(response: HttpResponseBase, filename: str) -> HttpResponseBase:
    response["Content-Disposition"] = content_disposition_header(True, filename)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    # Should a browser show it all the same, then as a page that can do nothing.
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
