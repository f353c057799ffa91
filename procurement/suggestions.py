"""What a council should deal with in a meeting, by its rounds: one query for all.

Nothing is kept but what was dropped: a suggestion comes by what is there, and goes when
it is done, on an agenda, or past.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from councils.actions.suggestion import Suggestion
from councils.models import ItemGoal, Meeting, Openness
from councils.permissions import council_ids
from portal.models import User
from portal.moments import nl_date
from procurement.expected.task import address
from procurement.facts import has_words
from procurement.models import (
    Cycle,
    InformationRequest,
    Phase,
    PhaseKind,
    Submission,
    WorkPlan,
)
from procurement.suggestion_making import Making, page_of
from procurement.suggestion_rows import Found, Source, found_for

# A council's own meeting is suggested everything, these some things, others nothing.
FOR_KIND = {
    Meeting.Kind.BOARD: {"opens", "plan"},
    Meeting.Kind.CARE_OFFICE: {"answers", "request"},
}


def for_meeting(meeting: Meeting, user: User) -> list[Suggestion]:
    """What ``user`` may put on the agenda, the nearest date first.

    Those that were dropped come last. Nothing for who has no seat in the council, nor
    anything by which a helper learns of what is closed to helpers.
    """
    if meeting.kind not in {Meeting.Kind.COUNCIL, *FOR_KIND}:
        return []
    if meeting.council_id not in council_ids(user) or meeting.is_over:
        return []
    found = _Maker(meeting, found_for(meeting, user)).all()
    return sorted(found, key=lambda each: (each.is_dropped, each.on))


class _Maker(Making):
    """Makes suggestions of what was found, each with its reason in words."""

    def all(self) -> Iterator[Suggestion]:
        """Of one subject one: what must be done goes before what only begins."""
        made = [
            *self._choices(),
            *self._openings(),
            *map(self._answers, self._answered()),
            *self._words(),
            *self._submissions(),
            *map(self._request, self._requests()),
            *map(self._plan, self._plans()),
        ]
        by_subject = {each.subject_id: each for each in made if self._fits(each)}
        return (each for pk, each in by_subject.items() if pk not in self.on_agenda)

    def _fits(self, suggestion: Suggestion) -> bool:
        """Whether it belongs in this kind of meeting."""
        kind = Meeting.Kind(self.meeting.kind)
        if kind == Meeting.Kind.COUNCIL:
            return True
        return suggestion.key.split(":")[0] in FOR_KIND[kind]

    # --- Rounds ------------------------------------------------------------------

    def _phases(self, wanted: Callable[[Found], bool]) -> Iterator[Found]:
        """The steps that are not past then and ask something of the council."""
        for row in self.of[Source.PHASE]:
            if row.closes_at > self.meeting.starts_at and wanted(row):
                yield row

    def _choices(self) -> Iterator[Suggestion]:
        """Rounds in which the council has not said whether it takes part."""
        rounds: dict[UUID, list[Found]] = {}
        settled = {*self.choice_of, *self._handed_in()}
        for row in self.of[Source.PHASE]:
            if row.cycle_id and row.cycle_id not in settled:
                rounds.setdefault(row.cycle_id, []).append(row)
        for pk, rows in rounds.items():
            first = min(rows, key=lambda row: row.opens_on)
            if first.opens_on >= timezone.localdate(self.until):
                continue
            began = first.opens_on <= self.day
            reason = (
                _("This round runs, and your council has not chosen yet.")
                if began
                else _("This round starts on %(date)s and your council chooses itself.")
                % {"date": nl_date(first.opens_on)}
            )
            yield self._make(
                "choose",
                Cycle,
                pk,
                title=_("Choose whether and how we take part: %(round)s")
                % {"round": self._round(first)},
                reason=reason,
                on=max(first.opens_on, self.day),
                goal=ItemGoal.DECIDE,
                minutes=15,
                url=address(
                    ("procurement:participation_choose", pk, self.council.pk),
                    ("procurement:cycle_detail", pk),
                ),
            )

    def _handed_in(self) -> set[UUID | None]:
        """Rounds of which the submission is over: to choose comes too late."""
        return {
            row.cycle_id
            for row in self.of[Source.PHASE]
            if row.pk in self.due and row.closes_at <= self.meeting.starts_at
        }

    def _openings(self) -> Iterator[Suggestion]:
        until = timezone.localdate(self.until)
        for row in self._phases(self._is_asked):
            if not self.day <= row.opens_on < until:
                continue
            yield self._make(
                "opens",
                Phase,
                row.pk,
                title=_("%(phase)s: what do we do?")
                % {"phase": PhaseKind(row.kind).label},
                reason=_(
                    "This step begins on %(date)s. This is the last meeting before it."
                )
                % {"date": nl_date(row.opens_on)},
                on=row.opens_on,
                goal=ItemGoal.INFORM,
                minutes=10,
                openness=Openness.OPEN,
                url=page_of(row),
            )

    def _words(self) -> Iterator[Suggestion]:
        """Steps that ask for words, of which this council has none there."""
        by_request = {row.phase_pk for row in self._requests()}
        for row in self._phases(self._is_asked_for_words):
            if not row.flag or row.pk in self.due or row.pk in by_request:
                continue
            if has_words(row, self.words[row.cycle_id]):
                continue
            if self._date_of(row) < self.until:
                yield self._before_own_date(
                    "words",
                    row,
                    title=_("Our input for “%(phase)s”")
                    % {"phase": PhaseKind(row.kind).label},
                    goal=ItemGoal.DISCUSS,
                    minutes=20,
                )

    def _submissions(self) -> Iterator[Suggestion]:
        """What is to be shared, composed or signed for the submission of a round."""
        for row in self._phases(self._is_asked_for_words):
            if row.pk not in self.due:
                continue
            there = self.submission_of.get(row.cycle_id)
            if there and there.word == Submission.Status.OFFERED:
                yield self._to_sign(row, there)
            elif self._date_of(row) >= self.until:
                continue
            elif there is None and self._has_one_above():
                if not self.words[row.cycle_id].is_shared:
                    yield self._to_share(row)
            elif there is None or there.word != Submission.Status.SUBMITTED:
                yield self._to_compose(row, there)

    def _has_one_above(self) -> bool:
        return self.council.parent_id is not None and not self.council.is_central

    def _to_sign(self, row: Found, submission: Found) -> Suggestion:
        return self._make(
            "sign",
            Submission,
            submission.pk,
            number=submission.number,
            title=_("Sign the submission: %(round)s") % {"round": self._round(row)},
            reason=_("The text waits for a signature since %(date)s.")
            % {"date": nl_date(submission.at and timezone.localdate(submission.at))},
            on=self._own_date(row),
            goal=ItemGoal.DECIDE,
            minutes=15,
            url=address(("procurement:submission_detail", submission.pk)),
        )

    def _to_share(self, row: Found) -> Suggestion:
        return self._before_own_date(
            "share",
            row,
            title=_("Share our input with the central council: %(round)s")
            % {"round": self._round(row)},
            goal=ItemGoal.DECIDE,
            minutes=15,
            url=address(("procurement:input_list",)),
        )

    def _to_compose(self, row: Found, submission: Found | None) -> Suggestion:
        pages: list[tuple] = [("procurement:submission_list",)]
        if submission:
            pages.insert(0, ("procurement:submission_detail", submission.pk))
        elif self.council.is_central:
            key = row.cycle_id, self.council.pk
            pages.insert(0, ("procurement:composition_detail", *key))
        return self._before_own_date(
            "compose",
            row,
            title=_("What do we hand in? %(round)s") % {"round": self._round(row)},
            goal=ItemGoal.DECIDE,
            minutes=30,
            url=address(*pages),
        )

    def _before_own_date(self, kind: str, row: Found, **words: Any) -> Suggestion:
        """One that matters by the council's own date of a step."""
        words.setdefault("url", page_of(row))
        return self._make(
            kind,
            Phase,
            row.pk,
            reason=self._by_own_date(self._date_of(row)),
            on=self._own_date(row),
            **words,
        )

    # --- Requests, answers, plans ------------------------------------------------

    def _requests(self) -> list[Found]:
        """Open questions to which the council has said nothing: those that are new,
        and those that cannot wait for another meeting."""
        return [
            row
            for row in self.of[Source.REQUEST]
            if row.pk not in self.answered
            and self._is_asked_for_words(row)
            and (self._is_new(row) or self._date_of(row) < self.until)
        ]

    def _is_new(self, row: Found) -> bool:
        """Whether no meeting of the council came between."""
        return self.since is None or (row.at is not None and row.at > self.since)

    def _request(self, row: Found) -> Suggestion:
        due = self._date_of(row)
        reason = self._by_own_date(due)
        if due >= self.until:
            reason = " ".join([_("New since the last meeting."), reason])
        return self._make(
            "request",
            InformationRequest,
            row.pk,
            title=_("The care office asks: %(request)s") % {"request": row.word},
            reason=reason,
            on=timezone.localdate(due),
            goal=ItemGoal.DISCUSS,
            minutes=20,
            url=address(("procurement:request_detail", row.pk)),
        )

    def _answered(self) -> Iterator[list[Found]]:
        """Of each round the answers that were there at none of the meetings since, the
        newest first: to what the council handed in, and to its words elsewhere.

        A talk about the one was a talk about the other: they are suggested as one.
        """
        rounds: dict[UUID | None, list[Found]] = defaultdict(list)
        for row in self.of[Source.ANSWERS]:
            rounds[row.cycle_id].append(row)
        for rows in rounds.values():
            subjects = {row.pk for row in rows}
            held = [
                item.at
                for item in self.of[Source.ITEM]
                if item.at and not item.flag and item.pk in subjects
            ]
            new = [row for row in rows if not any(at > _moment(row) for at in held)]
            if new and not subjects & self.on_agenda:
                yield self._not_dropped(sorted(new, key=self._by_age, reverse=True))

    def _by_age(self, row: Found) -> tuple[datetime, bool]:
        return _moment(row), row.council_id == self.council.pk

    def _not_dropped(self, rows: list[Found]) -> list[Found]:
        """Without what was dropped before the newest came; that one is named after."""
        newest, *older = rows
        return [
            newest,
            *(r for r in older if f"answers:{r.other_pk}" not in self.dropped),
        ]

    def _answers(self, rows: list[Found]) -> Suggestion:
        own = next((r for r in rows if r.council_id == self.council.pk), None)
        words = next((r for r in rows if r.council_id != self.council.pk), None)
        newest, row = rows[0], own or rows[0]
        said = (
            _("The answers of the care office: %(round)s")
            if own
            else _("The answers to the words of our council: %(round)s")
        )
        pages: list[tuple] = [("procurement:response_list",)]
        if own and not words:
            pages.insert(0, ("procurement:submission_detail", own.pk))
        return self._make(
            "answers",
            Submission,
            row.pk,
            key_pk=newest.other_pk,
            title=said % {"round": self._round(row)},
            reason=_why_answers(own, words),
            on=max(timezone.localdate(_moment(newest)), self.day),
            goal=ItemGoal.DISCUSS,
            minutes=20,
            url=address(*pages),
        )

    def _plans(self) -> list[Found]:
        """Of rounds in which the council takes part, or has not said that it does."""
        return [
            row
            for row in self.of[Source.PLAN]
            if row.cycle_id not in self.choice_of
            or self.choice_of[row.cycle_id].takes_part
        ]

    def _plan(self, row: Found) -> Suggestion:
        is_first = row.number == 1
        said = _("Agree the plan with the board: %(round)s")
        reason = _("The plan counts only when both sides agree.")
        if not is_first:
            said = _("Look at the plan with the board again: %(round)s")
            reason = _("The plan was changed: version %(number)s.") % {
                "number": row.number
            }
        return self._make(
            "plan",
            WorkPlan,
            row.pk,
            key_pk=row.other_pk,
            title=said % {"round": self._round(row)},
            reason=reason,
            on=max(timezone.localdate(row.at), self.day),
            goal=ItemGoal.DECIDE,
            minutes=10,
            openness=Openness.OPEN,
            url=address(
                ("procurement:work_plan_detail", row.pk),
                ("procurement:cycle_detail", row.cycle_id),
            ),
        )


def _moment(row: Found) -> datetime:
    """When answers were published."""
    assert row.at is not None  # the query asks for it
    return row.at


def _why_answers(own: Found | None, words: Found | None) -> str:
    """That there are answers, to what and since when."""
    days = [
        nl_date(timezone.localdate(row.at)) for row in (own, words) if row and row.at
    ]
    if own is None or words is None:
        said = _("The care office answered on %(date)s. Not discussed yet.")
        return said % {"date": days[0]}
    return " ".join(
        [
            _("What your council handed in was answered on %(date)s.")
            % {"date": days[0]},
            _("Its words in what another council handed in were answered on %(date)s.")
            % {"date": days[1]},
            _("Not discussed yet."),
        ]
    )
