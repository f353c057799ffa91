"""Tags and filters that every template has, without ``{% load %}``."""

from collections.abc import Hashable, Iterable
from functools import cache, lru_cache
from importlib import import_module
from itertools import count
from secrets import token_hex
from typing import Any, NamedTuple

from django import template
from django.conf import settings
from django.forms import BaseForm
from django.forms.boundfield import BoundField
from django.http import HttpRequest
from django.template.loader import get_template
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.html import escape, format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst, normalize_newlines
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from portal import moments
from portal.icons import ICONS
from portal.paging import Page
from portal.sentences import enumerated
from portal.words import WORDS

register = template.Library()

# --- What is the same on every page ----------------------------------------------


@cache
def _constant(name: str, language: str) -> str:
    return get_template(name).render(
        {
            "help_phone": settings.HELP_PHONE,
            "help_phone_link": "tel:" + settings.HELP_PHONE.replace(" ", ""),
        }
    )


@register.simple_tag
def constant(name: str) -> str:
    """A part that is the same for everybody, drawn once in the life of a process."""
    return _constant(name, get_language() or settings.LANGUAGE_CODE)


# Stands for the secret of a form, which differs at each request.
_FORM_SECRET = token_hex(16)


# Equal only to what looks the same.
_PLAIN = {str, int, bool, type(None)}


@lru_cache(maxsize=1500)
def _drawn(name: str, language: str, values: tuple[tuple[str, Hashable], ...]) -> str:
    _require_plain(values)
    return get_template(name).render({**dict(values), "csrf_token": _FORM_SECRET})


def _require_plain(values: tuple) -> None:
    """A row equals what it was before it changed, and text that is marked as safe the
    same words as somebody typed them: of those the wrong one could be shown."""
    for value in values:
        if isinstance(value, tuple):
            _require_plain(value)
        elif type(value) not in _PLAIN:
            raise TypeError(f"A part that is kept is not made of {type(value)}.")


@register.simple_tag(takes_context=True)
def drawn(context: template.Context, name: str, **values: Hashable) -> SafeString:
    """A part made of these values alone, drawn once for the same values.

    The part knows nothing else, not even who reads it or what day it is; a form in it
    gets the reader's own ``csrf_token``. Values are plain text, numbers and tuples of
    these. What was drawn least lately goes first.
    """
    html = _drawn(name, get_language() or "", tuple(values.items()))
    return _with_form_secret(html, context)


@register.simple_tag(takes_context=True)
def drawn_each(
    context: template.Context, name: str, **values: Iterable[Hashable]
) -> SafeString:
    """``drawn`` for each of them: ``{% drawn_each "_line.html" line=page %}``."""
    language = get_language() or ""
    ((key, each_of),) = values.items()
    parts = (_drawn(name, language, ((key, value),)) for value in each_of)
    return _with_form_secret("".join(parts), context)


def _with_form_secret(html: str, context: template.Context) -> SafeString:
    if _FORM_SECRET in html:
        html = html.replace(_FORM_SECRET, str(context["csrf_token"]))
    return mark_safe(html)


# --- Icons and states ------------------------------------------------------------

_SVG = (
    '<svg class="icon" viewBox="0 0 20 20" aria-hidden="true" focusable="false">'
    '<path d="{}"/></svg>'
)
# Made once: a list of fifty rows draws a hundred of them.
_ICONS = {name: mark_safe(_SVG.format(path)) for name, path in ICONS.items()}
_ICON_OF_TONE = {
    "": "circle",
    "now": "play",
    "done": "check",
    "late": "warning",
    "wait": "hourglass",
}


@register.simple_tag
def icon(name: str) -> SafeString:
    """The drawing ``name`` of ``portal.icons``; always beside a word."""
    return _ICONS[name]


class Badge(NamedTuple):
    """A state in a part that is kept: what ``status_badge`` needs to draw it."""

    word: str
    tone: str = ""
    icon: str = ""


@register.simple_tag
def status_badge(word: str, tone: str = "", icon: str = "") -> SafeString:
    """A state: an icon and a word, with a tint for now, done, late or wait."""
    return format_html(
        '<span class="badge{}">{}{}</span>',
        f" badge--{tone}" if tone else "",
        _ICONS[icon or _ICON_OF_TONE[tone]],
        capfirst(word),
    )


# --- Dates -----------------------------------------------------------------------

for _filter in (
    moments.nl_date,
    moments.nl_day,
    moments.nl_day_month,
    moments.nl_short_date,
    moments.nl_weekday,
    moments.nl_time,
    moments.nl_datetime,
    moments.nl_moment,
    moments.days_left,
    moments.is_past,
    moments.until,
):
    register.filter(_filter.__name__, _filter)
register.simple_tag(moments.nl_period)

# --- Words of people -------------------------------------------------------------

_MARKDOWN_TAGS = {"p", "ul", "ol", "li", "strong", "em", "a", "br", "h3", "h4", "hr"}


@cache
def _markdown() -> Any:
    """Read when a page first needs it, as is nh3: four megabytes in every worker."""
    reader = import_module("markdown_it").MarkdownIt
    return reader("commonmark", {"html": False})


@register.filter
def paragraphs(value: str | None) -> SafeString:
    """Somebody's own words: escaped, an empty line makes a paragraph."""
    blocks = normalize_newlines(value or "").strip().split("\n\n")
    lines = (escape(block.strip("\n")).replace("\n", "<br>") for block in blocks)
    return mark_safe("".join(f"<p>{line}</p>" for line in lines if line))


@register.filter
def markdown(value: str | None) -> SafeString:
    """An editable reference text; never for what somebody typed in a form."""
    html = _markdown().render(value or "")
    return mark_safe(
        import_module("nh3").clean(
            html,
            tags=_MARKDOWN_TAGS,
            attributes={"a": {"href"}},
            url_schemes={"https", "mailto", "tel"},
        )
    )


register.filter(enumerated)


@register.filter
def initials(value: str | None) -> str:
    """The first letters of a name, for a tile: De Watergang becomes DW."""
    words = [word for word in str(value or "").split() if word[0].isalnum()]
    return "".join(word[0] for word in words[-2:]).upper()


# Every explanation on a page needs a name of its own.
_numbers = count(1)


@register.simple_tag
def term(key: str, shown: str = "") -> SafeString:
    """A word of ``portal.words`` that explains itself; for where it first stands.

    ``shown`` is the word as the sentence has it, when that is not its plain form.
    """
    word = WORDS[key]
    return format_html(
        '<span class="term"><button type="button" class="term__word" '
        'popovertarget="{id}">{shown}</button><span class="term__meaning" '
        'id="{id}" popover><strong>{word}</strong> {meaning} '
        '<a href="{glossary}">{all}</a></span></span>',
        id=f"term-{next(_numbers)}",
        shown=shown or word.word,
        word=word.word,
        meaning=word.meaning,
        glossary=f"{reverse('glossary')}#{key}",
        all=_("All words explained"),
    )


# --- Addresses -------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def query_string(context: template.Context, **changes: object) -> str:
    """This page's query with some keys changed; None takes a key away.

    The page number goes unless it is given: another filter begins at page 1.
    """
    request: HttpRequest = context["request"]
    query = dict(request.GET.lists())
    for key, value in {"pagina": None, **changes}.items():
        query.pop(key, None)
        if value is not None:
            query[key] = [str(value)]
    return f"?{urlencode(query, doseq=True)}"


@register.simple_tag(takes_context=True)
def pager(context: template.Context, page: Page) -> SafeString:
    """Under a long list: which rows these are, and the ways back and on."""
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    if page.has_previous():
        address = query_string(context, pagina=page.previous_page_number())
        before = address, page.previous_label()
    if page.has_next():
        address = query_string(context, pagina=page.next_page_number())
        after = address, page.next_label()
    label = page.label() if page.total else ""
    return drawn(
        context, "components/pager.html", label=label, before=before, after=after
    )


# --- Forms -----------------------------------------------------------------------


class Problem(NamedTuple):
    """One line of the summary above a form."""

    anchor: str
    label: str
    text: str


@register.filter
def problems(form: BaseForm) -> list[Problem]:
    """What is wrong with a form, in the order of its fields."""
    found = [Problem("", "", str(text)) for text in form.non_field_errors()]
    for field in form:
        anchor, label = _anchor(field), str(field.label)
        found += [Problem(anchor, label, str(text)) for text in field.errors]
    return found


def _anchor(field: BoundField) -> str:
    # A group of choices or of parts has no element of its own: go to its first.
    if field.use_fieldset:
        return f"{field.auto_id}_0"
    return field.id_for_label


@register.filter
def grouped(value: int | str) -> str:
    """4.000"""
    return number_format(value, force_grouping=True)
