"""The outbox beside a plain loop, and what telling Celery of a wave costs."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string

from portal import mail, wake
from portal.celery import app
from portal.mail_html import as_html
from portal.models import OutgoingMail, User
from tests.bench.sender import deliver_all
from tests.bench.table import Row, alone, compared
from tests.servers import ROOT

MAILS = 400
# So long a wave that two senders are busy for a while: this many mails to each person.
TIMES = 4
WAVE = 500
# 45,000 members in 5,000 councils.
COUNCIL = 9
IN_THE_QUEUE = 50_000
ONE_LEAST, TWO_LEAST, CELERY_MOST = 1.2, 2.5, 1.0
LINK = "/inkoop/rondes/"
FIELDS = {
    "care_office": "Zorgkantoor",
    "council": "Raad 0001-1",
    "deadline": "vrijdag 16 juli 2027, 17.00 uur",
    "minutes": 20,
    "phase": "Zelfanalyse",
    "title": "Zorginkoop 2028",
    "year": 2028,
}


def measured(environment: dict[str, str], rounds: int) -> list[Row]:
    """The rows about mail."""
    people = list(User.objects.filter(is_active=True).order_by("pk")[:MAILS])
    one, two = [], []
    with _senders(environment) as senders:
        for number in range(rounds):
            floor = len(people) / _seconds(lambda: _plain_loop(people))
            one.append((_one_process(people, f"one-{number}"), floor))
            two.append((_two_senders(people, f"two-{number}", senders), floor))
    return [
        compared("mails/s, one process: queue and send", one, "/s", least=ONE_LEAST),
        compared("mails/s, two senders at the queue", two, "/s", least=TWO_LEAST),
        alone(
            f"what Celery costs when {IN_THE_QUEUE:,} mails are queued",
            _celery_seconds(people[0]),
            "s",
            most=CELERY_MOST,
        ),
    ]


def _seconds(function) -> float:
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def _plain_loop(people: list[User]) -> None:
    """As one writes it first: render, connect, send, once for each person."""
    for person in people:
        fields = {**FIELDS, "name": person.name, "link": settings.SITE_URL + LINK}
        text = render_to_string("mail/phase_opens.txt", fields, using="text").strip()
        subject, _line, body = text.partition("\n")
        html = render_to_string(
            "mail/layout.html", {"subject": subject, "body": as_html(body)}
        )
        message = EmailMultiAlternatives(subject, body, None, [person.email])
        message.attach_alternative(html, "text/html")
        message.send()


def _queue(people: list[User], name: str) -> None:
    """As procurement.actions.reminder_mail does it: a council shares its words."""
    for start in range(0, len(people), WAVE):
        wave = people[start : start + WAVE]
        mails = []
        for first in range(0, len(wave), COUNCIL):
            words = mail.word("phase_opens", link=LINK, **FIELDS)
            mails += [
                mail.address(
                    words, "phase_opens", to=person, key=f"bench:{name}:{person.pk}"
                )
                for person in wave[first : first + COUNCIL]
            ]
        with transaction.atomic():
            mail.queue_all(mails)


def _check(people: list[User], name: str) -> None:
    mails = OutgoingMail.objects.filter(key__startswith=f"bench:{name}:")
    sent = mails.filter(status=OutgoingMail.Status.SENT).count()
    if sent != len(people):
        raise RuntimeError(f"{sent} of {len(people)} mails were sent")


def _one_process(people: list[User], name: str) -> float:
    def work() -> None:
        _queue(people, name)
        deliver_all()

    took = _seconds(work)
    _check(people, name)
    return len(people) / took


# --- Two senders -----------------------------------------------------------------


@contextmanager
def _senders(environment: dict[str, str]) -> Iterator[list[subprocess.Popen]]:
    command = [sys.executable, "-m", "tests.bench.sender"]
    senders = [
        subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    try:
        for sender in senders:
            _heard(sender, "ready")
        yield senders
    finally:
        for sender in senders:
            sender.communicate(timeout=30)


def _heard(sender: subprocess.Popen, word: str) -> None:
    said = sender.stdout.readline().strip() if sender.stdout else ""
    if said != word:
        raise RuntimeError(f"a sender said {said!r}")


def _two_senders(
    people: list[User], name: str, senders: list[subprocess.Popen]
) -> float:
    """Two senders at a queue that is full, as a long wave leaves it."""
    names = [f"{name}-{number}" for number in range(TIMES)]
    for each in names:
        _queue(people, each)

    def work() -> None:
        for sender in senders:
            assert sender.stdin
            sender.stdin.write("go\n")
            sender.stdin.flush()
        for sender in senders:
            _heard(sender, "done")

    took = _seconds(work)
    for each in names:
        _check(people, each)
    return len(people) * TIMES / took


# --- What Celery costs -----------------------------------------------------------


def _celery_seconds(person: User) -> float:
    """Seconds spent on telling the broker while a great wave is queued."""
    queue = app.connection_for_write().default_channel.client
    queue.delete("celery")
    tell, spent = wake._tell, []

    def timed(*arguments) -> None:
        spent.append(_seconds(lambda: tell(*arguments)))

    wake._tell = timed
    try:
        for start in range(0, IN_THE_QUEUE, WAVE):
            with transaction.atomic():
                mail.queue_all(
                    [
                        OutgoingMail(
                            key=f"bench:queue:{number}",
                            kind="phase_opens",
                            user=person,
                            to=person.email,
                            subject="Begonnen: Zelfanalyse",
                            body="Uw raad kan nu iets doen.",
                        )
                        for number in range(start, start + WAVE)
                    ]
                )
    finally:
        wake._tell = tell
    told = queue.llen("celery")
    if not told or told != len(spent):
        raise RuntimeError(f"the broker was told {told} times, not {len(spent)}")
    return sum(spent)
