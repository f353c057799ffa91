"""What rounds are made from: themes, templates and rules. What councils and care
offices write is absent, and so is whatever becomes of it."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from portal.reference_admin import ReferenceAdmin
from procurement.models import (
    CycleTemplate,
    PhaseTaskTemplate,
    PhaseTemplate,
    ReminderRule,
    Theme,
)


@admin.register(ReminderRule)
class ReminderRuleAdmin(ReferenceAdmin):
    """When people of councils are reminded; a rule that was used is set aside, not
    deleted."""

    list_display = ["phase_kind", "moment", "days", "role", "at", "is_active"]
    list_filter = ["phase_kind", "moment", "role", "is_active"]


@admin.register(Theme)
class ThemeAdmin(ReferenceAdmin):
    """What input is about; a theme that was used is set aside, not deleted."""

    list_display = ["name", "is_active"]
    search_fields = ["name"]


class PhaseInline(admin.TabularInline):
    """The phases in short; each has a page of its own."""

    model = PhaseTemplate
    fields = ["order", "kind", "councils_deliver"]
    show_change_link = True
    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(CycleTemplate)
class CycleTemplateAdmin(ReferenceAdmin):
    list_display = ["name", "kind", "is_active"]
    inlines = [PhaseInline]


class TaskInline(admin.StackedInline):
    model = PhaseTaskTemplate
    extra = 0


@admin.register(PhaseTemplate)
class PhaseTemplateAdmin(ReferenceAdmin):
    """A phase of a template with what it asks of whom."""

    list_display = ["template", "order", "kind", "councils_deliver"]
    list_display_links = ["kind"]
    list_filter = ["template"]
    list_select_related = ["template"]
    inlines = [TaskInline]
