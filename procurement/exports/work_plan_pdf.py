"""A plan of a council and its board on paper: dates, who, why, and who agreed."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.utils.text import slugify
from django.utils.translation import gettext as _

from portal.printout import Sheet, sheet_of
from procurement.models import Side, WorkPlan, WorkPlanAgreement, WorkPlanVersion

TEMPLATE = "procurement/pdf/work_plan.html"


class Paper(NamedTuple):
    """What one reader gets: the lines of a version, what to note, and who agreed to it.

    ``decision`` is the council's, or empty for who may not read it; ``changes`` are
    from the version before.
    """

    plan: WorkPlan
    version: WorkPlanVersion
    lines: Sequence[Any]
    notes: Sequence[str]
    agreements: Mapping[str, WorkPlanAgreement]
    decision: str
    changes: Sequence[str]


def sheet(paper: Paper) -> Sheet:
    return sheet_of(TEMPLATE, context(paper), filename(paper))


def context(paper: Paper) -> dict[str, Any]:
    plan = paper.plan
    title = _("Plan of %(council)s and the board, %(round)s") % {
        "council": plan.council.name,
        "round": plan.cycle.title,
    }
    return {
        "title": title,
        "plan": plan,
        "version": paper.version,
        "lines": paper.lines,
        "notes": paper.notes,
        "of_council": paper.agreements.get(Side.COUNCIL),
        "of_organisation": paper.agreements.get(Side.ORGANISATION),
        "is_agreed": len(paper.agreements) == len(Side),
        "decision": paper.decision,
        "changes": paper.changes,
    }


def filename(paper: Paper) -> str:
    parts = [
        "planning",
        str(paper.plan.cycle.contract_year),
        paper.plan.council.name,
        f"versie {paper.version.number}",
    ]
    return slugify(" ".join(parts)) + ".pdf"
