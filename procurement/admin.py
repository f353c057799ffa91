from django.contrib import admin

from procurement.models import ReminderRule


@admin.register(ReminderRule)
class ReminderRuleAdmin(admin.ModelAdmin):
    """When people of councils are reminded; a rule that was used is set aside, not
    deleted."""

    list_display = ["phase_kind", "moment", "days", "role", "at", "is_active"]
    list_filter = ["phase_kind", "moment", "role", "is_active"]
