"""How far a submission is, as the steps on top of its page."""

from datetime import datetime
from typing import NamedTuple

from django.utils.translation import gettext as _

from portal.moments import nl_short_date, nl_time
from procurement.models import Submission, SubmissionVersion


class Step(NamedTuple):
    """One step: done, now or to come, with the lines under its name."""

    label: str
    state: str
    lines: list[str]


def steps_of(submission: Submission, version: SubmissionVersion | None) -> list[Step]:
    """Collecting, offering, signing with sending, and the answer.

    ``version`` is the one that stands for this reader; a draft has none. Nothing of
    what became of the submission after that version is told.
    """
    signature = version.signature if version and version.is_signed else None
    publication = getattr(version, "publication", None)
    return [
        _collecting(submission, version),
        _offering(version),
        _signing(submission, version),
        Step(
            _("Answered") if publication else _("Answering"),
            "done" if publication else "now" if signature else "",
            [nl_short_date(publication.at)]
            if publication
            else [_("By %(date)s") % {"date": nl_short_date(signature.answer_by)}]
            if signature
            else [],
        ),
    ]


def _collecting(submission: Submission, version: SubmissionVersion | None) -> Step:
    if version is None:
        return Step(_("Collecting"), "now", _until(submission.council_date))
    return Step(_("Collected"), "done", [])


def _offering(version: SubmissionVersion | None) -> Step:
    if version is None:
        return Step(_("Offering"), "", [])
    return Step(
        _("Offered"), "done", [_moment(version.offered_at), version.offered_by.name]
    )


def _signing(submission: Submission, version: SubmissionVersion | None) -> Step:
    if version is None or not version.is_signed:
        state = "now" if version else ""
        return Step(_("Signing and sending"), state, _until(submission.closes_at))
    signature = version.signature
    lines = [_moment(signature.signed_at), signature.signed_by.name]
    if signature.is_late:
        lines.append(_("after closing"))
    return Step(_("Signed and sent"), "done", lines)


def _until(moment: datetime | None) -> list[str]:
    if moment is None:
        return []
    return [_("Until %(deadline)s") % {"deadline": _moment(moment)}]


def _moment(moment: datetime) -> str:
    return f"{nl_short_date(moment)}, {nl_time(moment)}"
