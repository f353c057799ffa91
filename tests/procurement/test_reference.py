from datetime import date

import pytest
from django.core.management import call_command

from councils.models import CareOffice, Concession, Municipality, Region
from procurement.models import (
    CycleTemplate,
    PhaseKind,
    PhaseTaskTemplate,
    PhaseTemplate,
    Theme,
)

pytestmark = pytest.mark.django_db


def load() -> None:
    call_command("load_reference", verbosity=0)


def counts() -> list[int]:
    models = (
        *(Region, CareOffice, Concession, Municipality),
        *(CycleTemplate, PhaseTemplate, PhaseTaskTemplate, Theme),
    )
    return [model.objects.count() for model in models]


def test_the_country_is_there_after_loading():
    load()

    assert Region.objects.count() == 31
    assert Municipality.objects.count() == 355
    assert Concession.objects.current(date(2027, 1, 1)).count() == 31
    assert Municipality.objects.get(name="Zwolle").region.name == "Zwolle"
    assert Municipality.objects.get(name="Wijdemeren").cbs_code == "1696"


def test_both_templates_have_every_phase_with_its_texts_and_tasks():
    load()

    kinds = PhaseTemplate.objects.values_list("kind", flat=True)
    assert sorted(kinds) == sorted(PhaseKind.values)
    procurement = CycleTemplate.objects.get(kind="procurement")
    assert procurement.phases.count() == 14
    assert not PhaseTemplate.objects.filter(what_happens="").exists()
    assert not PhaseTemplate.objects.filter(council_can="").exists()
    without_tasks = PhaseTemplate.objects.filter(tasks__isnull=True)
    assert not without_tasks.exists()


def test_loading_twice_makes_nothing_twice():
    load()
    once = counts()

    load()

    assert counts() == once


def test_loading_again_keeps_what_an_administrator_changed():
    load()
    region = Region.objects.get(code="5515")
    old = region.concessions.get()
    old.ends_on = date(2027, 12, 31)
    old.save()
    other = CareOffice.objects.create(name="Zorgkantoor Grachtengordel")
    Concession.objects.create(
        care_office=other, region=region, starts_on=date(2028, 1, 1)
    )
    CareOffice.objects.filter(name="Menzis Zorgkantoor").update(name="Menzis")
    Theme.objects.filter(name="bejegening").update(name="omgang met cliënten")
    registration = PhaseTemplate.objects.get(kind="registration")
    registration.council_can = "Stuur uw tekst in."
    registration.save()
    before = counts()

    load()

    assert counts() == before
    assert region.concessions.current(date(2028, 1, 1)).get().care_office == other
    assert not CareOffice.objects.filter(name="Menzis Zorgkantoor").exists()
    registration.refresh_from_db()
    assert registration.council_can == "Stuur uw tekst in."


def test_loading_again_brings_back_only_what_is_missing():
    load()
    Theme.objects.get(name="mantelzorg").delete()
    PhaseTaskTemplate.objects.get(phase__kind="registration", role="chair").delete()
    before = counts()

    load()

    assert [new - old for new, old in zip(counts(), before, strict=True)] == [
        *([0] * 6),
        1,
        1,
    ]
