"""What every suggestion for a meeting needs: its dates, its reason and its key."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db.models import Model
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from councils.actions.suggestion import Suggestion
from councils.models import Meeting, Openness
from portal.moments import nl_date
from procurement.expected.task import address
from procurement.facts import Words, submission_among
from procurement.models import CycleKind, dates_before, title_of
from procurement.suggestion_rows import Found, Source
from procurement.taking_part import asked, asked_for_words, read_text

# Without a next meeting, what falls within six weeks after this one counts.
HORIZON = timedelta(weeks=6)
LONGEST_TITLE = 150


class Making:
    """What was found for one meeting, and how a suggestion is made of it."""

    def __init__(self, meeting: Meeting, found: list[Found]) -> None:
        self.meeting, self.council = meeting, meeting.council
        self.day = timezone.localdate(meeting.starts_at)
        self.of: dict[str, list[Found]] = {source: [] for source in Source.values}
        for row in found:
            self.of[row.source].append(row)
        starts_at, others = meeting.starts_at, self.of[Source.MEETING]
        # Until then this is the last meeting; since then it is the first.
        later = [row.at for row in others if row.at and row.at > starts_at]
        earlier = [row.at for row in others if row.at and row.at < starts_at]
        self.until = min(later, default=starts_at + HORIZON)
        self.since = max(earlier, default=None)
        self.words, self.answered = self._words_by_round()
        self.submission_of = {row.cycle_id: row for row in self.of[Source.SUBMISSION]}
        self.choice_of = {
            row.cycle_id: choice
            for row in self.of[Source.CHOICE]
            if (choice := read_text(row.word))
        }
        self.due = self._submission_phases()
        self.dropped = {row.word: row.more for row in self.of[Source.DROPPED]}
        self.on_agenda = {row.pk for row in self.of[Source.ITEM] if row.flag}

    def _words_by_round(self) -> tuple[dict[UUID | None, Words], set[UUID | None]]:
        """What the council passed on in each round, and the requests that it was to."""
        words: dict[UUID | None, Words] = defaultdict(Words)
        answered = set()
        for row in self.of[Source.WORDS]:
            if row.at:
                words[row.cycle_id].add(row.phase_pk, row.at, row.flag)
            answered.add(row.other_pk)
        return words, answered

    def _submission_phases(self) -> set[UUID | None]:
        """The steps before whose closing councils hand in, one of each round."""
        rounds: dict[UUID | None, list[Found]] = defaultdict(list)
        for row in self.of[Source.PHASE]:
            if row.cycle_kind == CycleKind.PROCUREMENT:
                rounds[row.cycle_id].append(row)
        return {row.pk for row in map(submission_among, rounds.values()) if row}

    def _is_asked(self, row: Found) -> bool:
        """Whether a step asks anything of the council."""
        return asked(self.choice_of.get(row.cycle_id), row)

    def _is_asked_for_words(self, row: Found) -> bool:
        return asked_for_words(self.choice_of.get(row.cycle_id), row)

    def _date_of(self, row: Found) -> datetime:
        """The council's own date of a step."""
        has_parent = self.council.parent_id is not None
        days = row.organisation_days, row.central_days, row.local_days
        return _dates(row.closes_at, *days).for_kind(self.council.kind, has_parent)

    def _own_date(self, row: Found) -> date:
        return timezone.localdate(self._date_of(row))

    def _by_own_date(self, due: datetime) -> str:
        told = {"date": nl_date(timezone.localdate(due))}
        if due <= self.meeting.starts_at:
            return _("Your council's date was %(date)s. You can still do this.") % told
        if due < self.until:
            return (
                _(
                    "Your council's date is %(date)s. This is the last meeting "
                    "before it."
                )
                % told
            )
        return _("Your council's date is %(date)s.") % told

    def _round(self, row: Found) -> str:
        """What the round of a row is called."""
        return title_of(row.cycle_kind, row.year)

    def _make(
        self,
        kind: str,
        subject: type[Model],
        pk: UUID,
        *,
        title: str,
        url: str,
        key_pk: UUID | None = None,
        number: int = 0,
        openness: Openness = Openness.COUNCIL,
        **rest: Any,
    ) -> Suggestion:
        key = f"{kind}:{key_pk or pk}"
        if number:
            key = f"{key}:{number}"
        return Suggestion(
            key=key,
            title=_shortened(title),
            openness=openness,
            subject_type=subject,
            subject_id=pk,
            subject_url=url,
            dropped_because=self.dropped.get(key, ""),
            **rest,
        )


def _shortened(title: str) -> str:
    if len(title) <= LONGEST_TITLE:
        return title
    return Truncator(title).chars(LONGEST_TITLE)


# The same steps are looked at for every council and at every visit.
_dates = lru_cache(maxsize=512)(dates_before)


def page_of(step: Found) -> str:
    """The step on the page of its round."""
    page = address(("procurement:cycle_detail", step.cycle_id))
    return f"{page}#{step.kind}"
