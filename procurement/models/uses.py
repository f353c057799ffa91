"""What became of an input, for the council that wrote it."""

from typing import NamedTuple
from uuid import UUID

from django.db.models import CharField, F, QuerySet, Value
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.models import User
from procurement.models.composition import Disuse, ShowingPart
from procurement.models.council_input import CouncilInput
from procurement.models.response import Answer


class Use(NamedTuple):
    """One thing that was done with an input: where it leads, and how it stands."""

    label: str
    url: str
    state: str


def uses_of(council_input: CouncilInput, user: User) -> list[Use]:
    """Where words of this input went: texts that were put before its council, answers
    of a care office, and why it was not used. One query."""
    parts = (
        ShowingPart.objects.newest()
        .visible_to(user)
        .filter(
            council=council_input.council_id,
            showing__paragraph__passages__source_links__version__council_input=(
                council_input
            ),
        )
        .distinct()
    )
    answers = (
        Answer.objects.visible_to(user)
        .filter(item__sources__input_version__council_input=council_input)
        .distinct()
    )
    why = Disuse.objects.filter(council_input=council_input)
    paragraph, sent = "showing__paragraph", "item__version__submission"
    rows = _rows(
        parts, "part", f"{paragraph}__council__name", f"{paragraph}__title", "verdict"
    ).union(
        _rows(
            answers,
            "answer",
            f"{sent}__cycle__care_office__name",
            f"{sent}__council__name",
            "outcome",
        ),
        _rows(why, "disuse", "council__name", "council__name", "reason"),
        all=True,
    )
    return [_use(*row) for row in rows]


def _rows(found: QuerySet, sort: str, whose: str, what: str, state: str) -> QuerySet:
    return (
        found.order_by()
        .annotate(
            use_sort=Value(sort, output_field=CharField()),
            use_whose=Cast(F(whose), CharField()),
            use_what=Cast(F(what), CharField()),
            use_state=Cast(F(state), CharField()),
        )
        .values_list("use_sort", "pk", "use_whose", "use_what", "use_state")
    )


def _use(sort: str, pk: UUID, whose: str, what: str, state: str) -> Use:
    if sort == "part":
        verdict = dict(ShowingPart.Verdict.choices).get(state)
        return Use(
            _("Used in the text of %(council)s: %(title)s")
            % {"council": whose, "title": what},
            reverse("procurement:used_detail", args=[pk]),
            str(verdict or _("Waits for your council")),
        )
    if sort == "answer":
        return Use(
            _("Answer of %(care_office)s to %(council)s")
            % {"care_office": whose, "council": what},
            reverse("procurement:response_detail", args=[pk]),
            str(dict(Answer.Outcome.choices)[state]),
        )
    return Use(_("Not used in the text of %(council)s") % {"council": whose}, "", state)
