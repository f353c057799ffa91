"""The one table that comes out of it."""

from statistics import median
from typing import NamedTuple

HEADS = ("what", "measured", "floor", "ratio", "target", "")


class Row(NamedTuple):
    """One thing that was measured, each field in words."""

    what: str
    measured: str
    floor: str = ""
    ratio: str = ""
    target: str = ""
    verdict: str = ""


def compared(
    what: str,
    pairs: list[tuple[float, float]],
    unit: str,
    *,
    most: float | None = None,
    least: float | None = None,
) -> Row:
    """A row of (measured, floor), a pair for each round; the ratio is the median of
    the rounds' own ratios."""
    ratio = median(measured / floor for measured, floor in pairs)
    measured, floor = (median(column) for column in zip(*pairs, strict=True))
    return Row(
        what,
        f"{measured:.1f} {unit}",
        f"{floor:.1f} {unit}",
        f"{ratio:.2f}",
        *_judged(ratio, most, least),
    )


def alone(what: str, measured: float, unit: str, *, most: float) -> Row:
    """A row with a target of its own, and no floor."""
    return Row(what, f"{measured:.1f} {unit}", "", "", *_judged(measured, most, None))


def _judged(value: float, most: float | None, least: float | None) -> tuple[str, str]:
    if most is not None:
        return f"<= {most:g}", "ok" if value <= most else "not ok"
    if least is not None:
        return f">= {least:g}", "ok" if value >= least else "not ok"
    return "", ""


def drawn(rows: list[Row]) -> str:
    """The table as text, which is a table in Markdown too."""
    lines = [HEADS, *rows]
    widths = [max(len(line[at]) for line in lines) for at in range(len(HEADS))]
    rule = tuple("-" * max(3, width) for width in widths)
    return "\n".join(
        "| "
        + " | ".join(
            cell.ljust(max(3, width)) for cell, width in zip(line, widths, strict=True)
        )
        + " |"
        for line in (lines[0], rule, *lines[1:])
    )
