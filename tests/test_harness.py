"""The tests' own tools do what the tests rely on."""

import smtplib
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.template import Context, engines
from django.urls import reverse
from redis import Redis

from portal.models import User
from tests import commit_page
from tests.factories import UserFactory
from tests.mailserver import MailServer


def a_mail() -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"] = "van@example.nl", "aan@example.nl"
    message["Subject"] = "Dag"
    message.set_content("Beste lezer")
    return message


def send(server: MailServer, timeout: float = 5) -> None:
    with smtplib.SMTP("127.0.0.1", server.port, timeout=timeout) as smtp:
        smtp.send_message(a_mail())


def test_the_database_is_the_one_that_was_asked_for():
    assert connection.vendor == ("postgresql" if settings.ON_POSTGRES else "sqlite")


@pytest.mark.django_db(transaction=True)
def test_two_threads_see_one_database():
    person = UserFactory(name="Ans")

    def rename(_):
        try:
            with transaction.atomic():
                row = User.objects.select_for_update().get(pk=person.pk)
                row.name += "!"
                row.save(update_fields=["name"])
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(rename, range(8)))

    person.refresh_from_db()
    assert person.name == "Ans!!!!!!!!"


@pytest.mark.django_db
def test_client_runs_what_waits_for_the_commit(client, settings):
    settings.ROOT_URLCONF = "tests.commit_page"
    settings.MIDDLEWARE = []

    response = client.get("/")

    assert response.content == b"0 done at the time of the answer"
    assert commit_page.done == ["after the commit"]


@pytest.mark.parametrize("engine", ["django", "text"])
def test_undefined_variable_in_a_template_of_ours_fails(engine):
    template = engines[engine].from_string("{{ nobody }}").template
    ours = Path(settings.BASE_DIR, "templates", "mail", "some.txt")
    for node in template.nodelist:
        node.origin.name = str(ours)

    with pytest.raises(pytest.fail.Exception, match=r"some\.txt uses nobody"):
        template.render(Context())


def test_undefined_variable_in_a_template_of_others_is_empty():
    assert engines["django"].from_string("a{{ nobody }}b").render() == "ab"


def test_mail_server_accepts(mail_server):
    send(mail_server)

    assert [mail["Subject"] for mail in mail_server.accepted] == ["Dag"]
    assert mail_server.recipients == ["aan@example.nl"]


@pytest.mark.parametrize("code", [451, 550])
def test_mail_server_refuses(mail_server, code):
    mail_server.behaviour = str(code)

    with pytest.raises(smtplib.SMTPDataError) as refused:
        send(mail_server)

    assert (refused.value.smtp_code, mail_server.accepted) == (code, [])


@pytest.mark.parametrize(("behaviour", "kept"), [("stall", 0), ("accept late", 1)])
def test_mail_server_leaves_the_sender_waiting(mail_server, behaviour, kept):
    mail_server.behaviour = behaviour

    with pytest.raises((TimeoutError, smtplib.SMTPException)):
        send(mail_server, timeout=0.5)

    assert len(mail_server.accepted) == kept


def test_redis_is_real(redis):
    with Redis.from_url(redis) as client:
        client.set("a", "b")

        assert client.get("a") == b"b"


@pytest.mark.browser
def test_browser_meets_what_keeps_people_out(page, barriers):
    page.set_content(
        '<html lang="nl"><title>Dag</title><main><h1>Dag</h1><img src=""></main>'
    )

    assert barriers(page) == ["image-alt: img"]


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_browser_reads_what_this_process_serves(live_server, page):
    response = page.goto(f"{live_server.url}{reverse('account_login')}")

    assert response.status == 200
    assert page.locator("h1").count() == 1
