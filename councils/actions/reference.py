"""The regions of the country, who buys care there, their municipalities; and the
ready items that every council can take over."""

from datetime import date
from pathlib import Path

from django.db import transaction

from councils.models import CareOffice, Concession, Municipality, ReadyItem, Region
from portal.reference import add_missing, reference_id, rows

DATA = Path(__file__).resolve().parent.parent / "data"


@transaction.atomic
def load() -> int:
    """Make the regions, care offices and municipalities that are not there yet.

    A region that is there keeps whatever concessions an administrator gave it.
    """
    return _regions() + _municipalities()


def _regions() -> int:
    known = set(Region.objects.values_list("code", flat=True))
    offices = set(CareOffice.objects.values_list("pk", flat=True))
    made = 0
    for row in rows(DATA / "care_office_regions.csv"):
        if row["code"] in known:
            continue
        region = Region.objects.create(
            pk=reference_id("region", row["code"]),
            code=row["code"],
            name=row["region"],
            school_holiday_zones=row["school_holiday_zones"],
            note=row["note"],
        )
        office_id = reference_id("care_office", row["care_office"])
        if office_id not in offices:
            CareOffice.objects.create(pk=office_id, name=row["care_office"])
            offices.add(office_id)
        Concession.objects.create(
            care_office_id=office_id,
            region=region,
            starts_on=date.fromisoformat(row["serves_since"]),
        )
        made += 1
    return made


def _municipalities() -> int:
    regions = dict(Region.objects.values_list("code", "pk"))
    codes = {
        row["region"]: row["code"] for row in rows(DATA / "care_office_regions.csv")
    }
    wanted = [
        Municipality(
            pk=reference_id("municipality", row["cbs_code"]),
            name=row["municipality"],
            cbs_code=row["cbs_code"],
            province=row["province"],
            region_id=regions[codes[row["region"]]],
            school_holiday_zone=row["school_holiday_zone"],
            note=row["note"],
        )
        for row in rows(DATA / "municipalities.csv")
    ]
    return add_missing(wanted, ("cbs_code",))


@transaction.atomic
def load_ready_items() -> int:
    """Make the ready items that are not there yet; who changed one keeps that."""
    wanted = [
        ReadyItem(
            pk=reference_id("ready_item", row["name"]),
            title=row["title"],
            goal=row["goal"],
            minutes=int(row["minutes"]),
            openness=row["openness"],
            why=row["why"],
            help=(DATA / "ready_items" / f"{row['name']}.md").read_text("utf-8"),
            order=number,
        )
        for number, row in enumerate(rows(DATA / "ready_items.csv"), start=1)
    ]
    return add_missing(wanted, ("title",))
