from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.fields import random_id


class CycleKind(models.TextChoices):
    """What the phases of a cycle are about."""

    PROCUREMENT = "procurement", _("procurement round")
    QUALITY_PLAN = "quality_plan", _("quality round")


class PhaseKind(models.TextChoices):
    """The 14 phases of a procurement year and the 4 of a quality plan."""

    ORIENTATION = "orientation", _("Orientation and contours")
    COUNCIL_CONSULTATION = "council_consultation", _("Consult the constituency")
    POLICY_PUBLICATION = "policy_publication", _("Policy published")
    CLARIFICATION = "clarification", _("Questions and clarification")
    SELF_ANALYSIS = "self_analysis", _("Self-analysis")
    DEVELOPMENT_PLAN = "development_plan", _("Development plan")
    REGISTRATION = "registration", _("Registration")
    PROVISIONAL_AWARD = (
        "provisional_award",
        _("Assessment and provisional outcome"),
    )
    DIALOGUE = "dialogue", _("Dialogue")
    FINAL_AWARD = "final_award", _("Final outcome")
    CONTRACT_SIGNING = "contract_signing", _("Contract and budget")
    RESHUFFLE = "reshuffle", _("Reshuffle of this year")
    MONITORING = "monitoring", _("Delivery and monitoring")
    EVALUATION = "evaluation", _("Evaluation")
    PLAN_DRAFTING = "plan_drafting", _("Drafting the plan")
    PLAN_ADOPTION = "plan_adoption", _("Adopting the plan")
    PLAN_MONITORING = "plan_monitoring", _("Monitoring of the plan")
    PLAN_EVALUATION = "plan_evaluation", _("Evaluation of the plan")


class PhaseRole(models.TextChoices):
    """For whom a phase asks something."""

    MEMBER = "member", _("council member")
    CHAIR = "chair", _("chair")
    SECRETARY = "secretary", _("council secretary")
    ORGANISATION = "organisation", _("care organisation")
    CARE_OFFICE = "care_office", _("care office")


class CycleTemplate(models.Model):
    """A pattern of phases from which a care office starts a cycle."""

    id = random_id()
    name = models.CharField(_("name"), max_length=120, unique=True)
    kind = models.CharField(_("kind"), max_length=15, choices=CycleKind)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("cycle template")
        verbose_name_plural = _("cycle templates")
        ordering = ["name"]

    def __str__(self):
        return self.name


class PhaseTemplate(models.Model):
    """A phase of a template: its window as days of a year around the contract year.

    ``opens_year`` and ``closes_year`` count from the contract year: -1 is the year
    before it. Days are month and day; a deadline has a time of day in Amsterdam.
    """

    id = random_id()
    template = models.ForeignKey(
        CycleTemplate, models.CASCADE, related_name="phases", verbose_name=_("template")
    )
    order = models.PositiveSmallIntegerField(_("order"))
    kind = models.CharField(_("phase"), max_length=25, choices=PhaseKind)
    opens_year = models.SmallIntegerField(_("opens in year"), default=-1)
    opens_month = models.PositiveSmallIntegerField(_("opens in month"))
    opens_day = models.PositiveSmallIntegerField(_("opens on day"))
    closes_year = models.SmallIntegerField(_("closes in year"), default=-1)
    closes_month = models.PositiveSmallIntegerField(_("closes in month"))
    closes_day = models.PositiveSmallIntegerField(_("closes on day"))
    closes_time = models.TimeField(_("closes at"))
    organisation_days = models.PositiveSmallIntegerField(
        _("days for the organisation"), default=0
    )
    central_days = models.PositiveSmallIntegerField(
        _("days for the central council"), default=14
    )
    local_days = models.PositiveSmallIntegerField(
        _("days for local councils"), default=28
    )
    # Whether councils hand something in, and so have dates of their own.
    councils_deliver = models.BooleanField(
        _("councils hand something in"), default=True
    )
    what_happens = models.TextField(_("what happens"), blank=True)
    council_can = models.TextField(_("what your council can do"), blank=True)

    class Meta:
        verbose_name = _("phase of a template")
        verbose_name_plural = _("phases of templates")
        ordering = ["template", "order"]
        constraints = [
            models.UniqueConstraint(
                name="phase_template_once", fields=["template", "kind"]
            ),
            models.CheckConstraint(
                name="phase_template_councils_come_first",
                condition=Q(central_days__gte=1, local_days__gte=1),
                violation_error_message=_("Councils need one day or more."),
            ),
        ]

    def __str__(self):
        return self.get_kind_display()


class PhaseTaskTemplate(models.Model):
    """What a phase of a template asks of one role."""

    id = random_id()
    phase = models.ForeignKey(PhaseTemplate, models.CASCADE, related_name="tasks")
    role = models.CharField(_("role"), max_length=15, choices=PhaseRole)
    what = models.CharField(_("what is asked"), max_length=250)
    why = models.CharField(_("why"), max_length=250)
    minutes = models.PositiveSmallIntegerField(_("minutes needed"))

    class Meta:
        verbose_name = _("task of a template")
        verbose_name_plural = _("tasks of templates")
        constraints = [
            models.UniqueConstraint(
                name="phase_task_template_once", fields=["phase", "role"]
            ),
        ]

    def __str__(self):
        return self.what
