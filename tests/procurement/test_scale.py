"""The invented country for measuring is the same each time, and can be read."""

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.urls import reverse

from councils.models import CareOfficeMembership, Council, CouncilMembership
from portal.models import User
from procurement.models import (
    CouncilInputVersion,
    Phase,
    PhaseTask,
    Signature,
    SubmissionVersion,
    SubmittedItem,
    SubmittedSource,
)

pytestmark = pytest.mark.django_db


def seed(seed: int = 1) -> None:
    call_command("seed_scale", share=0.002, seed=seed, year=2028, verbosity=0)


def fingerprint(seed_number: int) -> list[list]:
    """Everything of a country, made and taken away again."""
    with transaction.atomic():
        seed(seed_number)
        seen = [
            list(model.objects.order_by("pk").values_list("pk", flat=True))
            for model in (User, Council, CouncilMembership, Phase, PhaseTask)
        ]
        seen.append(list(CouncilInputVersion.objects.order_by("pk").values_list()))
        seen.append(list(SubmittedItem.objects.order_by("pk").values_list()))
        seen.append(
            list(
                Signature.objects.order_by("pk").values_list(
                    "sha256", "version__sha256"
                )
            )
        )
        transaction.set_rollback(True)
    return seen


def test_the_same_seed_makes_the_same_rows():
    first, again, other = fingerprint(1), fingerprint(1), fingerprint(2)

    assert first == again
    assert first[0] != other[0]
    assert not User.objects.exists()


def test_the_share_says_how_many_there_are():
    seed()

    # 0.002 of 1,500 organisations, with three, three and four councils.
    assert Council.objects.count() == 10
    assert User.objects.filter(email__startswith="raad-").count() == 90
    assert CouncilInputVersion.objects.count() == 500
    assert SubmissionVersion.objects.signed().count() == 2
    assert SubmittedSource.objects.count() == 20


def test_its_pages_open(client, time_machine):
    time_machine.move_to("2027-03-01 10:00+01:00")
    seed()
    version = SubmissionVersion.objects.signed().order_by("pk")[0]
    submission = version.submission
    chair = CouncilMembership.objects.get(council=submission.council, role="chair").user
    buyer = CareOfficeMembership.objects.get(
        care_office=submission.cycle.care_office, regions=None
    ).user
    council_pages = [
        reverse("home"),
        reverse("procurement:input_list"),
        reverse("procurement:request_list"),
        submission.cycle.get_absolute_url(),
        submission.get_absolute_url(),
    ]
    desk = [
        reverse("procurement:desk_list"),
        reverse("procurement:desk_detail", args=[submission.pk]),
    ]

    for user, paths in ((chair, council_pages), (buyer, desk)):
        client.force_login(user)
        answers = {path: client.get(path).status_code for path in paths}
        assert answers == dict.fromkeys(paths, 200)


def test_a_database_with_rounds_is_left_alone():
    seed()

    with pytest.raises(CommandError, match="already"):
        seed()
