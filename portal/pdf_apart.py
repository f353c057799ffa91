"""Opens PDFs of others in a process of its own: with little memory and time, and none
of our secrets.

`portal.pdf_behind` runs this file. It reads ``0.pdf``, ``1.pdf`` and so on in a folder
and tells line by line what it finds; what it cannot bear, it dies of alone.
"""

import resource
import sys
from io import BytesIO
from pathlib import Path

import pikepdf

MEGABYTE = 1024 * 1024
# Nobody reads more of one paper behind an agenda; a page itself weighs next to nothing.
MOST_PAGES = 1000
# Fields and notes, of which making them flat takes time by their square; and bytes that
# a part may unpack to.
MOST_MARKS, MOST_UNPACKED = 3000, 100 * MEGABYTE
# Of memory, to look at one file and to bind many; and of seconds for each.
MOST_TO_LOOK, MOST_TO_BIND, MOST_SECONDS = 320 * MEGABYTE, 480 * MEGABYTE, 12


def made_flat(content: bytes) -> pikepdf.Pdf | str:
    """The document, flat and without anything that acts; or why there is none."""
    try:
        with pikepdf.open(BytesIO(content)) as document:
            pages = len(document.pages)
            if pages > MOST_PAGES:
                return "long"
            marks = sum(len(page.get("/Annots", [])) for page in document.pages)
            if marks > MOST_MARKS:
                return "broken"
            kept = _flat(document)
            _refuse_what_lost_something(document)
        flat = pikepdf.open(kept)
    except pikepdf.PasswordError:
        return "locked"
    except Exception:
        # Whatever others' programs did to it, it is a file that does not open.
        return "broken"
    return flat if pages == len(flat.pages) > 0 else "broken"


def _flat(document: pikepdf.Pdf) -> BytesIO:
    # What somebody filled in becomes part of the page.
    document.generate_appearance_streams()
    document.flatten_annotations("all")
    for page in document.pages:
        for name in ("/Annots", "/AA", "/StructParents"):
            if name in page.obj:
                del page.obj[name]
    kept = BytesIO()
    document.save(kept)
    return kept


def _refuse_what_lost_something(*documents: pikepdf.Pdf) -> None:
    """Where memory runs out qpdf leaves a part away, and only warns."""
    for document in documents:
        if any("bad_alloc" in str(warning) for warning in document.get_warnings()):
            raise MemoryError


def bind(front: Path, documents: list[pikepdf.Pdf], bound: Path) -> None:
    """Put each document behind its sheet: the last pages of ``front``, one for each."""
    with pikepdf.open(front) as whole:
        place = len(whole.pages) - len(documents)
        for document in documents:
            place += 1
            for page in document.pages:
                whole.pages.insert(place, page)
                place += 1
            _tell("pages", len(whole.pages))
        with whole.open_metadata(set_pikepdf_as_editor=False) as told:
            for name in ("pdfuaid:part", "pdfuaid:rev", "pdfuaid:amd"):
                if name in told:
                    del told[name]
        written = bound.with_suffix(".new")
        whole.save(written)
        _refuse_what_lost_something(whole, *documents)
    written.rename(bound)


def limit(memory: int) -> None:
    """From here on take no more memory than this, and a while for what comes next."""
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    pikepdf.settings.set_qpdf_limits(flate_max_memory=MOST_UNPACKED)
    begin()


def begin() -> None:
    """A next file, with as much time as each has."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    until = int(used.ru_utime + used.ru_stime) + 1 + MOST_SECONDS
    most = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (until, most))


def look(folder: Path, number: int) -> pikepdf.Pdf | str:
    """Look at one file, and tell whether it fits and with how many pages."""
    begin()
    found = made_flat((folder / f"{number}.pdf").read_bytes())
    if isinstance(found, str):
        _tell("seen", found, 0)
    else:
        _tell("seen", "fits", len(found.pages))
    return found


def _tell(*words: object) -> None:
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def run(folder: Path, count: int) -> None:
    """Look at each file; if there is something to put them behind, and all fit, bind
    them."""
    front, documents = folder / "front.pdf", []
    limit(MOST_TO_BIND if front.exists() else MOST_TO_LOOK)
    for number in range(count):
        found = look(folder, number)
        if not isinstance(found, str):
            documents.append(found)
    if front.exists() and len(documents) == count:
        begin()
        bind(front, documents, folder / "bound.pdf")


if __name__ == "__main__":
    run(Path(sys.argv[1]), int(sys.argv[2]))
