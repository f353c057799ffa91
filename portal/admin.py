"""The ground floor for an administrator: people, their second steps, what happened.

No passwords, no secrets, and never what a mail says.
"""

from typing import Any, cast

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from portal import actions_account as actions
from portal import audit
from portal.forms import ModelForm
from portal.models import AuditEvent, OutgoingMail, User

# allauth's own list of addresses stays empty: User.email is the one truth.
admin.site.unregister(EmailAddress)
admin.site.unregister(Authenticator)
# Rights follow from seats; nobody is in a group.
admin.site.unregister(Group)


class PersonForm(ModelForm):
    def clean_email(self) -> str:
        return self.cleaned_data["email"].lower()


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    """Accounts begin with an invitation and end by being closed."""

    form = PersonForm
    fields = ["name", "email", "phone", "is_active", "is_staff", "last_login"]
    readonly_fields = ["last_login"]
    list_display = ["name", "email", "is_active", "is_staff", "last_login"]
    list_filter = ["is_active", "is_staff"]
    search_fields = ["name", "email"]
    ordering = ["name"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(
        self, request: HttpRequest, obj: User | None = None
    ) -> bool:
        return False

    def save_model(
        self, request: HttpRequest, obj: User, form: forms.ModelForm, change: bool
    ) -> None:
        new_address = obj.email
        with transaction.atomic():
            obj.email = form.initial["email"]
            # An administrator of Inbreng may do all that the admin offers.
            obj.is_superuser = obj.is_staff
            super().save_model(request, obj, form, change)
            by = cast(User, request.user)
            audit.record("user.admin_change", obj, by=by, fields=form.changed_data)
            if new_address != obj.email:
                actions.change_address(obj, new_address, by=by)


@admin.register(Authenticator)
class AuthenticatorAdmin(admin.ModelAdmin):
    """Only to take one away, when a telephone or a device is lost."""

    fields = ["user", "type", "created_at", "last_used_at"]
    list_display = ["user", "type", "created_at", "last_used_at"]
    list_select_related = ["user"]
    search_fields = ["user__name", "user__email"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(
        self, request: HttpRequest, obj: Authenticator | None = None
    ) -> bool:
        return False

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        actions.take_away_second_step(obj, by=cast(User, request.user))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet) -> None:
        for authenticator in queryset:
            actions.take_away_second_step(authenticator, by=cast(User, request.user))


class LookOnly(admin.ModelAdmin):
    """A table that is evidence: to be read and not to be changed."""

    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        return False

    def has_delete_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        return False


@admin.register(OutgoingMail)
class OutgoingMailAdmin(LookOnly):
    list_display = ["created_at", "kind", "to", "status", "attempts", "sent_at"]
    list_filter = ["status", "kind"]
    search_fields = ["to"]
    ordering = ["-created_at"]
    fields = [
        "kind",
        "to",
        "status",
        "reason",
        "created_at",
        "send_at",
        "useless_after",
        "attempts",
        "unknown_outcomes",
        "sent_at",
    ]


@admin.register(AuditEvent)
class AuditEventAdmin(LookOnly):
    list_display = ["at", "verb", "subject_label", "actor"]
    list_filter = ["verb"]
    search_fields = ["=subject_id", "verb"]
    list_select_related = ["actor"]
    ordering = ["-at"]
    fields = ["at", "verb", "subject_label", "actor", "data", "position", "hash"]
