"""How the admin shows reference data: editable, each change in the audit trail."""

from typing import Any, cast

from django.contrib import admin
from django.db import models
from django.db.models import Model, QuerySet
from django.forms import Form
from django.http import HttpRequest
from django.utils.translation import gettext as _

from portal import audit
from portal.models import User


class ReferenceAdmin(admin.ModelAdmin):
    """Rows that administrators keep. What is in use cannot be deleted; the page says
    that and no more, since what uses it may be a council's own."""

    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        self._record("add", request, obj)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        self._record("change", request, obj)
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: QuerySet) -> Any:
        for obj in queryset:
            self._record("delete", request, obj)
        return super().log_deletions(request, queryset)

    def construct_change_message(
        self, request: HttpRequest, form: Form, formsets: Any, add: bool = False
    ) -> Any:
        request._changed = form.changed_data  # type: ignore[attr-defined]
        return super().construct_change_message(request, form, formsets, add)

    def _record(self, verb: str, request: HttpRequest, obj: Model) -> None:
        audit.record(
            f"{obj._meta.model_name}.admin_{verb}",
            obj,
            by=cast(User, request.user),
            fields=getattr(request, "_changed", []),
        )

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        found, counts, needed, protected = super().get_deleted_objects(objs, request)
        if protected:
            return [], {}, needed, [_("It is in use, and therefore stays.")]
        return found, counts, needed, protected
