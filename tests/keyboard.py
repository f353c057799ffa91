"""Somebody at a keyboard without a mouse: goes by Tab, and sees where the focus is."""

import re

from playwright.sync_api import Locator, Page

# No page may ask for more than this before what one looks for comes by.
MOST_STOPS = 250

# What shows the focus: an outline around the thing, on the screen and not beside it.
SHOWS_FOCUS = """() => {
    const at = document.activeElement, style = getComputedStyle(at);
    const box = at.getBoundingClientRect();
    return {
        outline: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
        inSight: box.bottom > 0 && box.top < innerHeight
            && box.right > 0 && box.left < innerWidth,
        name: at.localName + " " + (at.name || at.textContent.trim().slice(0, 40)),
    };
}"""


class Keyboard:
    """Walks over a page by key alone and notes each stop whose focus cannot be seen."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.unseen: list[str] = []

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)

    def to(self, role: str, name: str, *, exact: bool = True) -> None:
        """Press Tab until the focus is on the thing of this role and name."""
        wanted = self.page.get_by_role(role, name=name, exact=exact)
        for _stop in range(MOST_STOPS):
            self.press("Tab")
            self._look()
            if _has_focus(wanted):
                return
        raise AssertionError(f"no {role} {name!r} by Tab on {self.page.url}")

    def follow(self, role: str, name: str, *, exact: bool = True) -> None:
        """Go to a link or button, press it, and wait for the page after it."""
        self.to(role, name, exact=exact)
        with self.page.expect_navigation():
            self.press("Enter")

    def write(self, name: str, text: str, *, exact: bool = True) -> None:
        self.to("textbox", name, exact=exact)
        self.page.keyboard.type(text)

    def tick(self, name: str) -> None:
        self.to("checkbox", name, exact=False)
        self.press("Space")

    def choose(self, first: str, chosen: str) -> None:
        """Pick ``chosen`` from the radios of which Tab reaches ``first``."""
        self.to("radio", first, exact=False)
        self.press("Space")
        wanted = self.page.get_by_role("radio", name=chosen)
        while not _has_focus(wanted):
            self.press("ArrowDown")
            self._look()
            if _has_focus(self.page.get_by_role("radio", name=first)):
                raise AssertionError(f"no radio {chosen!r} after {first!r}")

    def select(self, name: str, typed: str) -> None:
        """Type the first letters of an option of a list."""
        self.to("combobox", name, exact=False)
        self.page.keyboard.type(typed)

    def title(self) -> str:
        return re.sub(r"\s+", " ", self.page.locator("h1").inner_text())

    def _look(self) -> None:
        if not self.page.evaluate("document.activeElement !== document.body"):
            return
        seen = self.page.evaluate(SHOWS_FOCUS)
        if not (seen["outline"] and seen["inSight"]):
            self.unseen.append(f"{self.page.url}: {seen}")


def _has_focus(things: Locator) -> bool:
    return things.evaluate_all(
        "things => things.some(thing => thing === document.activeElement)"
    )
