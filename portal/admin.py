"""People and their second steps, for an administrator; no passwords, no secrets."""

from typing import Any, cast

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from portal import actions_account as actions
from portal import audit
from portal.forms import ModelForm
from portal.models import User

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
