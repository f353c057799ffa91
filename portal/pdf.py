"""PDF/UA from a template: tagged, titled and in Dutch, made without loading a thing."""

import threading

from django.http.response import HttpResponseBase
from django.template.loader import render_to_string

from portal.files import attachment
from portal.pdf_tags import mend

_of_this_thread = threading.local()


def render_pdf(template: str, context: dict) -> bytes:
    """Render a template from ``templates/<app>/pdf/`` to a PDF/UA document.

    The page carries its own style sheet and may load nothing: whatever text people
    typed into it, making the PDF reaches no file and no network. It extends
    ``portal/pdf/base.html``, or has a ``lang`` and a title of its own.
    """
    # Loading Pango takes a second; only a process that makes a PDF pays it.
    import weasyprint  # noqa: PLC0415

    html = render_to_string(template, context)
    nothing = weasyprint.urls.URLFetcher(allowed_protocols=["data"])
    document = weasyprint.HTML(string=html, url_fetcher=nothing).render(
        font_config=_fonts()
    )
    if not (document.metadata.title and document.metadata.lang):
        raise ValueError(f"{template} needs a title and a language")
    return document.write_pdf(pdf_variant="pdf/ua-1", finisher=mend)


def pdf_response(content: bytes, filename: str) -> HttpResponseBase:
    return attachment(content, filename, "application/pdf")


def _fonts():
    """The fonts of the system, read once: that is a third of a PDF of one page."""
    from weasyprint.text.fonts import FontConfiguration  # noqa: PLC0415

    if not hasattr(_of_this_thread, "fonts"):
        _of_this_thread.fonts = FontConfiguration()
    return _of_this_thread.fonts
