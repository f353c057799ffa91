"""Who is who as reference data.

Seats and invitations are absent: they begin and end by their actions, which know the
rules and write down who did what.
"""

from django.contrib import admin

from councils.forms.council import CouncilForm
from councils.models import (
    CareOffice,
    CareOfficeContact,
    CareOrganisation,
    Concession,
    Council,
    Location,
    Municipality,
    OrganisationSector,
    ReadyItem,
    Region,
)
from portal.reference_admin import ReferenceAdmin


class ConcessionInline(admin.TabularInline):
    model = Concession
    autocomplete_fields = ["region"]
    extra = 0


class ContactInline(admin.StackedInline):
    model = CareOfficeContact
    extra = 0


@admin.register(CareOffice)
class CareOfficeAdmin(ReferenceAdmin):
    """A care office, since when it serves which regions, and whom to call."""

    fields = ["name", "website", "phone", "email", "note"]
    inlines = [ConcessionInline, ContactInline]
    search_fields = ["name"]


@admin.register(Region)
class RegionAdmin(ReferenceAdmin):
    list_display = ["name", "code", "school_holiday_zones"]
    search_fields = ["name", "code"]


@admin.register(Municipality)
class MunicipalityAdmin(ReferenceAdmin):
    list_display = ["name", "province", "region", "school_holiday_zone"]
    list_filter = ["province", "school_holiday_zone"]
    list_select_related = ["region"]
    search_fields = ["name", "cbs_code"]


class SectorInline(admin.TabularInline):
    model = OrganisationSector
    extra = 0


@admin.register(CareOrganisation)
class CareOrganisationAdmin(ReferenceAdmin):
    fields = ["name", "website", "phone", "regions"]
    filter_horizontal = ["regions"]
    inlines = [SectorInline]
    search_fields = ["name"]


@admin.register(Location)
class LocationAdmin(ReferenceAdmin):
    list_display = ["name", "organisation", "municipality", "care_setting"]
    list_filter = ["care_setting"]
    list_select_related = ["organisation", "municipality"]
    search_fields = ["name", "organisation__name"]
    autocomplete_fields = ["organisation", "municipality"]


@admin.register(Council)
class CouncilAdmin(ReferenceAdmin):
    """A council and its place in the tree; who sits in it is on its own page."""

    form = CouncilForm
    fields = ["organisation", "name", "kind", "parent", "locations", "phone"]
    list_display = ["name", "organisation", "kind", "parent"]
    list_filter = ["kind"]
    list_select_related = ["organisation", "parent"]
    search_fields = ["name", "organisation__name"]
    autocomplete_fields = ["organisation", "parent", "locations"]


@admin.register(ReadyItem)
class ReadyItemAdmin(ReferenceAdmin):
    """A subject with help that every council can take over; the help is Markdown."""

    fields = [
        "title",
        "why",
        "goal",
        "minutes",
        "openness",
        "help",
        "order",
        "is_active",
    ]
    list_display = ["title", "goal", "minutes", "order", "is_active"]
    search_fields = ["title"]
