from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from councils.models import Council
from portal.fields import random_id
from portal.models import OutgoingMail
from procurement.models.cycle import Phase
from procurement.models.cycle_template import PhaseKind, PhaseRole


class ReminderRule(models.Model):
    """When which role is reminded of a kind of phase, while something is left to do."""

    class Moment(models.TextChoices):
        OPENING = "opening", _("when the phase opens")
        COUNCIL_DATE = "council_date", _("before the council's date")
        CLOSING = "closing", _("before the phase closes")
        OVERDUE = "overdue", _("after the phase closed")
        SIGNATURE = "signature", _("after the text was offered for signing")
        ANSWERS = "answers", _("when answers are published")

    id = random_id()
    phase_kind = models.CharField(_("phase"), max_length=25, choices=PhaseKind)
    role = models.CharField(_("role"), max_length=15, choices=PhaseRole)
    moment = models.CharField(_("moment"), max_length=12, choices=Moment)
    days = models.PositiveSmallIntegerField(_("number of days"), default=0)
    at = models.TimeField(_("time of day"))
    is_active = models.BooleanField(_("in use"), default=True)
    # What was due before this day was never promised, and is not sent afterwards.
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("reminder rule")
        verbose_name_plural = _("reminder rules")
        ordering = ["phase_kind", "moment", "-days", "role"]
        constraints = [
            models.UniqueConstraint(
                name="reminder_rule_once",
                fields=["phase_kind", "role", "moment", "days"],
                violation_error_message=_("This rule exists already."),
            ),
            models.CheckConstraint(
                name="reminder_rule_is_for_councils",
                condition=Q(role__in=["member", "chair", "secretary"]),
                violation_error_message=_("Only people of a council are reminded."),
            ),
            models.CheckConstraint(
                name="reminder_rule_tells_of_answers_at_once",
                condition=~Q(moment="answers") | Q(days=0),
                violation_error_message=_(
                    "Answers are told at once: fill in 0 for the number of days."
                ),
            ),
        ]

    def __str__(self):
        return (
            f"{self.get_phase_kind_display()}, {self.get_moment_display()}, "
            f"{self.get_role_display()}"
        )


class Reminder(models.Model):
    """What became of one reminder: claim, memory and proof in one row.

    The key is rule x phase x party x person x due moment, so a date that moves is
    worth a new reminder. ``reason`` says in words why it was not sent.
    """

    class Status(models.TextChoices):
        QUEUED = "queued", _("on its way")
        SENT = "sent", _("sent")
        CANCELLED = "cancelled", _("cancelled")
        MISSED = "missed", _("missed")
        HELD = "held", _("held for a person")

    # A mail that was held can be let go, and one that a clock ahead missed taken back.
    MAY_LEAVE = (Status.QUEUED, Status.HELD, Status.MISSED)

    id = random_id()
    rule = models.ForeignKey(ReminderRule, models.PROTECT, related_name="reminders")
    phase = models.ForeignKey(Phase, models.CASCADE, related_name="reminders")
    # The council, organisation or care office on whose behalf the person is reminded.
    party_id = models.UUIDField()
    council = models.ForeignKey(
        Council, models.PROTECT, null=True, related_name="reminders"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="reminders"
    )
    due_at = models.DateTimeField()
    status = models.CharField(max_length=10, choices=Status, default=Status.QUEUED)
    reason = models.CharField(max_length=200, blank=True)
    mail = models.ForeignKey(
        OutgoingMail, models.SET_NULL, null=True, related_name="reminders"
    )
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        constraints = [
            models.UniqueConstraint(
                name="reminder_once",
                fields=["rule", "phase", "party_id", "user", "due_at"],
            ),
        ]
        indexes = [models.Index(fields=["phase", "council"], name="reminder_of_phase")]

    def __str__(self):
        return f"reminder {str(self.pk)[:8]}"
