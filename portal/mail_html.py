"""A plain text as the HTML of a mail, without templates: a wave makes it for each."""

import re
from functools import lru_cache
from typing import NamedTuple

from django.conf import settings
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe


class Line(NamedTuple):
    """A line of a paragraph; with an address it is a link."""

    text: str
    address: str = ""


class Block(NamedTuple):
    """A paragraph, or the items of a list ("ul", "ol"), or one link as a "button"."""

    tag: str
    lines: list[Line]


# Mail programs know no style sheets: each element carries its own look.
_PARAGRAPH = '<p style="margin:0 0 16px">{}</p>\n'
_LINK = '<a href="{}" style="color:#0b5241">{}</a>'
_LIST = '<{tag} style="margin:0 0 16px;padding-left:24px">{items}</{tag}>\n'
_BUTTON = (
    '<p style="margin:20px 0"><a href="{}" style="display:inline-block;'
    "padding:12px 20px;background:#0b5241;color:#ffffff;font-weight:bold;"
    'text-decoration:none;border-radius:4px">{}</a></p>\n'
)

_ITEM = {"ul": re.compile(r"- (.+)"), "ol": re.compile(r"\d+\. (.+)")}


def as_html(text: str, *, is_secret: bool = False) -> SafeString:
    if is_secret:
        return mark_safe(_paragraphs(text, settings.SITE_URL))
    # Most of a mail is the same as in the one before it.
    parts = [_kept(part, settings.SITE_URL) for part in text.split("\n\n")]
    return mark_safe("".join(parts))


def _paragraphs(text: str, site: str) -> str:
    return "".join(_html(block) for block in blocks(text, site))


_kept = lru_cache(maxsize=256)(_paragraphs)


def blocks(text: str, site: str = "") -> list[Block]:
    """The paragraphs of a plain text.

    An address of this site on a line of its own becomes a button with the words of the
    line above it; one at the end of a line becomes a link with the words before it.
    """
    site = site or settings.SITE_URL
    found: list[Block] = []
    for paragraph in text.split("\n\n"):
        for line in paragraph.split("\n"):
            _add(line, found, site)
        found.append(Block("", []))
    return [block for block in found if any(line.text for line in block.lines)]


def _add(line: str, found: list[Block], site: str) -> None:
    words, _space, address = line.rpartition(" ")
    if not address.startswith(f"{site}/"):
        words, address = line, ""
    last = found[-1] if found else Block("", [])
    if address and not words:
        label = last.lines.pop().text if last.tag == "p" and last.lines else address
        found.append(Block("button", [Line(label.rstrip(":"), address)]))
        return
    tag, text = "p", words.rstrip(":") if address else words
    for name, pattern in _ITEM.items():
        if match := pattern.fullmatch(line):
            tag, text = name, match[1]
    if last.tag == tag:
        last.lines.append(Line(text, address))
    else:
        found.append(Block(tag, [Line(text, address)]))


def _html(block: Block) -> str:
    lines = [
        _LINK.format(escape(line.address), escape(line.text))
        if line.address
        else escape(line.text)
        for line in block.lines
    ]
    if block.tag == "button":
        line = block.lines[0]
        return _BUTTON.format(escape(line.address), escape(line.text))
    if block.tag == "p":
        return _PARAGRAPH.format("<br>".join(lines))
    items = "".join(f"<li>{line}</li>" for line in lines)
    return _LIST.format(tag=block.tag, items=items)
