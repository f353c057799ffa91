"""PDF/UA from HTML: tagged, titled and in Dutch, made without loading a thing."""

import gc
import logging
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.http.response import HttpResponseBase
from django.utils.html import escape

from portal.files import attachment
from portal.pdf_tags import mend

_of_this_thread = threading.local()


def pdf_of(html: str) -> bytes:
    """Make a PDF/UA document of what a template in ``templates/<app>/pdf/`` gave.

    The page carries its own style sheet and may load nothing: whatever text people
    typed into it, making the PDF reaches no file and no network. It extends
    ``portal/pdf/base.html``, or has a ``lang`` and a title of its own.
    """
    with _all_kept():
        content = _pdf(html)
    if content is None:
        raise ValueError("A PDF needs a title and a language")
    return content


def _pdf(html: str) -> bytes | None:
    # Loading Pango takes a second; only a process that makes a PDF pays it.
    import weasyprint  # noqa: PLC0415

    nothing = weasyprint.urls.URLFetcher(allowed_protocols=["data"])
    document = weasyprint.HTML(string=html, url_fetcher=nothing).render(
        font_config=_fonts()
    )
    if not (document.metadata.title and document.metadata.lang):
        return None
    return document.write_pdf(pdf_variant="pdf/ua-1", finisher=mend)


@contextmanager
def _all_kept() -> Iterator[None]:
    """Do not look for garbage: what a PDF is made of is needed until its end.

    Looking is a tenth of the time. Afterwards all of it goes at once.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@contextmanager
def watch_pages(tell: Callable[[int], None]) -> Iterator[None]:
    """Tell how many pages there are so far of what is made in this thread."""
    logger = logging.getLogger("weasyprint.progress")
    watcher = _Watcher(tell)
    before = logger.level, logger.propagate
    logger.addHandler(watcher)
    logger.setLevel(logging.INFO)
    # A line for each page is not for our own log.
    logger.propagate = False
    try:
        yield
    finally:
        logger.setLevel(before[0])
        logger.propagate = before[1]
        logger.removeHandler(watcher)


class _Watcher(logging.Handler):
    """Reads from WeasyPrint's own log how far it is."""

    def __init__(self, tell: Callable[[int], None]) -> None:
        super().__init__(logging.INFO)
        self.tell, self.most = tell, 0
        self.of_thread = threading.get_ident()

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread != self.of_thread or "Page %d" not in str(record.msg):
            return
        page = record.args[0] if isinstance(record.args, tuple) else 0
        if isinstance(page, int) and page > self.most:
            self.most = page
            self.tell(page)


def watermark(word: str) -> str:
    """A word across the page, for its background: no part of the text that is read
    aloud, which has to say the same in words of its own."""
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 190 250">'
        '<text x="95" y="135" transform="rotate(-52 95 125)" text-anchor="middle" '
        'font-family="Noto Sans, DejaVu Sans, sans-serif" font-size="48" '
        f'fill="#e9ece9">{escape(word)}</text></svg>'
    )
    return f"data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}"


def pdf_response(content: bytes, filename: str) -> HttpResponseBase:
    return attachment(content, filename, "application/pdf")


def _fonts():
    """The fonts of the system, read once: that is a third of a PDF of one page."""
    from weasyprint.text.fonts import FontConfiguration  # noqa: PLC0415

    if not hasattr(_of_this_thread, "fonts"):
        _of_this_thread.fonts = FontConfiguration()
    return _of_this_thread.fonts
