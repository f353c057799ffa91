"""Fills in the forms of a page as a browser would: what stands there goes along."""

from typing import Any
from urllib.parse import urljoin
from xml.etree.ElementTree import Element

import html5lib
from django.http import HttpResponse
from django.test import Client


class Page:
    """A page that somebody looks at; its buttons are pressed by the words on them."""

    def __init__(self, client: Client, url: str):
        self.client = client
        self._show(client.get(url, follow=True), url)

    def _show(self, response: HttpResponse, url: str) -> None:
        chain = getattr(response, "redirect_chain", [])
        self.url = chain[-1][0] if chain else url
        self.status = response.status_code
        self.text = response.content.decode()
        self.tree = html5lib.parse(self.text, namespaceHTMLElements=False)

    @property
    def problems(self) -> str:
        """What the page says is still wrong; empty when nothing is."""
        found = [each for each in self.tree.iter() if "data-errors" in each.attrib]
        found += [
            each
            for each in self.tree.iter()
            if "notice--wrong" in each.get("class", "")
        ]
        return " ".join(_words(each) for each in found)

    def link(self, words: str) -> str:
        """Where the first link with these words leads."""
        for each in self.tree.iter("a"):
            if words in _words(each):
                return urljoin(self.url, each.get("href"))
        raise AssertionError(f"No link “{words}” on {self.url}")

    def follow(self, words: str) -> "Page":
        return Page(self.client, self.link(words))

    def press(self, button: str, **typed: Any) -> "Page":
        """Press the button with these words, with what was typed in its form.

        A list ticks those values; True and False tick a box or take the tick away.
        """
        form, pressed = self._form(button)
        data = _fields(form, self.tree)
        for name, value in typed.items():
            assert name in data or _is_there(form, name), f"No field {name}"
            data[name] = _as_typed(value, form, name)
            if value is False:
                del data[name]
        if pressed.get("name"):
            data[pressed.get("name")] = [pressed.get("value", "")]
        action = pressed.get("formaction") or form.get("action") or ""
        url = urljoin(self.url, action).partition("#")[0]
        if form.get("method", "get").lower() == "post":
            self._show(self.client.post(url, data, follow=True), url)
            assert not self.problems, self.problems
        else:
            self._show(self.client.get(url, data, follow=True), url)
        return self

    def _form(self, words: str) -> tuple[Element, Element]:
        forms = list(self.tree.iter("form"))
        for form in forms:
            for each in form.iter("button"):
                if words in _words(each):
                    return form, each
        for each in self.tree.iter("button"):
            if words in _words(each) and each.get("form"):
                named = [form for form in forms if form.get("id") == each.get("form")]
                return named[0], each
        raise AssertionError(f"No button “{words}” on {self.url}: {self.status}")


def _words(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


def _is_there(form: Element, name: str) -> bool:
    return any(each.get("name") == name for each in form.iter())


def _as_typed(value: Any, form: Element, name: str) -> list[str]:
    if value is True:
        boxes = [each for each in form.iter("input") if each.get("name") == name]
        return [boxes[0].get("value", "on")]
    if isinstance(value, list):
        return [str(each) for each in value]
    return [str(value)]


def _fields(form: Element, tree: Element) -> dict[str, list[str]]:
    data: dict[str, list[str]] = {}
    parts = [*form.iter()]
    if form.get("id"):
        parts += [each for each in tree.iter() if each.get("form") == form.get("id")]
    for each in parts:
        name = each.get("name")
        if not name or each.get("disabled") is not None:
            continue
        if each.tag == "textarea":
            data.setdefault(name, []).append((each.text or "").removeprefix("\n"))
        elif each.tag == "select":
            chosen = [o for o in each.iter("option") if o.get("selected") is not None]
            if not chosen and each.get("multiple") is None:
                chosen = list(each.iter("option"))[:1]
            values = [option.get("value", option.text) for option in chosen]
            data.setdefault(name, []).extend(values)
        elif each.tag == "input" and each.get("type") in {"checkbox", "radio"}:
            if each.get("checked") is not None:
                data.setdefault(name, []).append(each.get("value", "on"))
        elif each.tag == "input":
            data.setdefault(name, []).append(each.get("value", ""))
    return data
