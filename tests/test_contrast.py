"""The colours of static/css/tokens.css can be told apart: WCAG 2.2, worked out."""

import re
from pathlib import Path

import pytest
from django.conf import settings

TOKENS = Path(settings.BASE_DIR, "static/css/tokens.css")
COLOURS = {
    **dict(re.findall(r"--([a-z-]+):\s*(#[0-9a-f]{3,6})", TOKENS.read_text())),
    "white": "#fff",
}
SURFACES = ("paper", "linen", "mist", "green-tint", "yellow-tint", "red-tint")

# Running text asks 7:1 for readers of age; a border or a sign asks 3:1.
PAIRS = [
    *(("ink", surface, 7) for surface in (*SURFACES, "blue-tint", "yellow")),
    *(
        ("soft", surface, 7)
        for surface in ("paper", "linen", "mist", "yellow-tint", "blue-tint")
    ),
    *(("green", surface, 7) for surface in (*SURFACES, "blue-tint")),
    *(
        ("green-dark", surface, 7)
        for surface in ("paper", "linen", "green-tint", "mist")
    ),
    *(("red", surface, 7) for surface in ("paper", "linen", "red-tint")),
    *(("blue", surface, 4.5) for surface in ("paper", "blue-tint")),
    *(("white", surface, 7) for surface in ("green", "green-dark")),
    *(
        ("line", surface, 3)
        for surface in ("paper", "linen", "mist", "green-tint", "yellow-tint")
    ),
    ("yellow", "green-dark", 3),
]


def luminance(name: str) -> float:
    digits = COLOURS[name].removeprefix("#")
    digits = "".join(digit * 2 for digit in digits) if len(digits) == 3 else digits
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4))
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(("text", "surface", "needed"), PAIRS)
def test_colours_can_be_told_apart(text, surface, needed):
    assert contrast(text, surface) >= needed
