"""Coming in: by code, password, passkey and second step; what strangers learn."""

import re
from http import HTTPStatus

import pytest
from django.urls import reverse

from portal.models import OutgoingMail
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def code_in_mail(to: str) -> str:
    mail = OutgoingMail.objects.filter(to=to).latest("created_at")
    return re.search(r"^\d{6}$", mail.body, re.MULTILINE).group()


def test_logs_in_with_the_code_from_the_mail(client):
    person = UserFactory(email="riet@example.nl")

    asked = client.post(reverse("account_login"), {"email": "Riet@Example.nl"})
    sent = code_in_mail("riet@example.nl")
    answer = client.post(asked.url, {"code": sent})

    assert (answer.status_code, answer.url) == (HTTPStatus.FOUND, "/")
    assert client.session["_auth_user_id"] == str(person.pk)
