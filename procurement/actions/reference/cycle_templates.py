"""The two patterns of a year: a procurement round and a quality round."""

from datetime import time
from pathlib import Path

from django.db import transaction

from portal.reference import add_missing, reference_id, rows
from procurement.models import CycleTemplate, PhaseTaskTemplate, PhaseTemplate

DATA = Path(__file__).resolve().parents[2] / "data"
WHOLE_NUMBERS = (
    "opens_year",
    "opens_month",
    "opens_day",
    "closes_year",
    "closes_month",
    "closes_day",
    "organisation_days",
    "central_days",
    "local_days",
)


@transaction.atomic
def load() -> int:
    """Make the templates, their phases and tasks that are not there yet."""
    templates = [
        CycleTemplate(
            pk=reference_id("cycle_template", row["kind"]),
            kind=row["kind"],
            name=row["name"],
        )
        for row in rows(DATA / "cycle_templates.csv")
    ]
    made = add_missing(templates, ("name",))
    known = set(CycleTemplate.objects.values_list("pk", flat=True))
    phases = [phase for phase in _phases() if phase.template_id in known]
    made += add_missing(phases, ("template_id", "kind"))
    known = set(PhaseTemplate.objects.values_list("pk", flat=True))
    tasks = [task for task in _tasks() if task.phase_id in known]
    return made + add_missing(tasks, ("phase_id", "role"))


def _phases() -> list[PhaseTemplate]:
    order: dict[str, int] = {}
    phases = []
    for row in rows(DATA / "phases.csv"):
        order[row["template"]] = order.get(row["template"], 0) + 1
        phases.append(
            PhaseTemplate(
                pk=reference_id("phase_template", row["kind"]),
                template_id=reference_id("cycle_template", row["template"]),
                order=order[row["template"]],
                kind=row["kind"],
                closes_time=time.fromisoformat(row["closes_time"]),
                councils_deliver=row["councils_deliver"] == "yes",
                what_happens=row["what_happens"],
                council_can=row["council_can"],
                **{name: int(row[name]) for name in WHOLE_NUMBERS},
            )
        )
    return phases


def _tasks() -> list[PhaseTaskTemplate]:
    return [
        PhaseTaskTemplate(
            pk=reference_id("phase_task_template", row["phase"], row["role"]),
            phase_id=reference_id("phase_template", row["phase"]),
            role=row["role"],
            what=row["what"],
            why=row["why"],
            minutes=int(row["minutes"]),
        )
        for row in rows(DATA / "tasks.csv")
    ]
