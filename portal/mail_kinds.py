"""The kinds of mail: what each is called, whom it is for, and whether it can be off."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class MailKind:
    """One kind of mail; its text is ``templates/mail/<name>.txt``.

    ``required`` says in a sentence why it cannot be switched off, and is empty for a
    kind that can. ``parties`` are those whose seats may get it (portal.seats).
    """

    name: str
    label: Promise
    parties: frozenset[str] = frozenset({"council"})
    required: Promise | str = ""
    has_footer: bool = True

    @property
    def is_optional(self) -> bool:
        return not self.required


ANYONE = frozenset({"council", "organisation", "care_office"})
CARE_OFFICE = frozenset({"care_office"})
BOTH_SIDES = frozenset({"council", "organisation"})
_NO_SIGNATURE = _("Without your signature the text cannot go out.")

KINDS = {
    kind.name: kind
    for kind in (
        MailKind("phase_opens", _("a new step begins")),
        MailKind("agenda_sent", _("the agenda of a meeting is ready"), ANYONE),
        MailKind("agenda_changed", _("an agenda that was sent has changed"), ANYONE),
        MailKind("request_published", _("a new request of the care office")),
        MailKind("council_date_near", _("the date of your council comes near")),
        MailKind("phase_closes", _("a step closes and nothing was submitted yet")),
        MailKind("date_passed", _("a date has passed")),
        MailKind("catch_up", _("reminders that came late, in one mail"), ANYONE),
        MailKind("words_used", _("words of your council were used")),
        MailKind("answers_published", _("the care office has answered")),
        MailKind("meeting_answer", _("you have not said yet whether you come"), ANYONE),
        MailKind("minutes_sent", _("the minutes of a meeting"), ANYONE),
        MailKind("minutes_missing", _("a meeting has no minutes yet")),
        MailKind("action_near", _("the date of your action comes near")),
        MailKind("action_late", _("the date of your action has passed")),
        MailKind("paper_asked", _("a paper is asked of you")),
        MailKind("paper_near", _("the last day for your paper comes near")),
        MailKind("paper_today", _("today is the last day for your paper")),
        MailKind("paper_not_needed", _("a paper is not asked of you any more")),
        MailKind(
            "plan_to_agree", _("a plan of council and board to agree to"), BOTH_SIDES
        ),
        MailKind(
            "plan_changed", _("a plan of council and board has changed"), BOTH_SIDES
        ),
        MailKind("plan_agreed", _("a plan of council and board is agreed"), BOTH_SIDES),
        MailKind("plan_step", _("a date of the agreed plan comes near"), BOTH_SIDES),
        MailKind("submission_received", _("a submission has come in"), CARE_OFFICE),
        MailKind("ready_to_sign", _("a text is ready to sign"), required=_NO_SIGNATURE),
        MailKind(
            "signature_missing", _("a signature is missing"), required=_NO_SIGNATURE
        ),
        MailKind(
            "date_moved",
            _("a date has moved"),
            ANYONE,
            required=_("An earlier mail named a date that is different now."),
        ),
        MailKind(
            "meeting_invitation",
            _("you are invited to a meeting"),
            ANYONE,
            required=_("Without it you do not know when and where the meeting is."),
        ),
        MailKind(
            "meeting_dates",
            _("the dates of the meetings of a year"),
            ANYONE,
            required=_("Without it you do not know when and where the meetings are."),
        ),
        MailKind(
            "meeting_moved",
            _("a meeting has another time or place"),
            ANYONE,
            required=_("An earlier mail named a time or place that is different now."),
        ),
        MailKind(
            "meeting_cancelled",
            _("a meeting is called off"),
            ANYONE,
            required=_("An earlier mail invited you to it."),
        ),
        MailKind(
            "chair_hears_of_invitation",
            _("somebody was invited to your council"),
            required=_("The chair hears of every invitation."),
        ),
        MailKind(
            "stand_in",
            _("you take the place of somebody"),
            required=_("Others count on you on those days."),
        ),
        MailKind("term_ends", _("a term ends")),
        MailKind(
            "seat_last_day",
            _("your seat has another last day"),
            required=_("Without it you do not know until when you have access."),
        ),
        MailKind(
            "handed_over",
            _("work that was handed over to you"),
            required=_("Others count on you to do it."),
        ),
        MailKind(
            "invitation",
            _("an invitation"),
            ANYONE,
            required=_("It comes once."),
            has_footer=False,
        ),
        MailKind(
            "security",
            _("a code to log in, or a change in how you log in"),
            ANYONE,
            required=_("It keeps your account safe."),
            has_footer=False,
        ),
    )
}
