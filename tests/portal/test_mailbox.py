import pytest
from django.core.mail import EmailMessage, get_connection

from portal import mailbox


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


def send(to="truus@raad.example", subject="Begonnen: één ding", body="Beste Truus"):
    message = EmailMessage(subject, body, "inbreng@raad.example", [to])
    message.attach("afspraak.ics", "BEGIN:VCALENDAR", "text/calendar")
    get_connection("portal.mailbox.DemoMailbox").send_messages([message])


def test_what_was_sent_can_be_read_the_newest_first():
    send(subject="Eerst")
    send(subject="Dan één", body="Beste Truus,\n\nKijk:\nhttp://127.0.0.1:8000/x/")

    newest, oldest = mailbox.sent_mails()

    assert (newest.subject, oldest.subject) == ("Dan één", "Eerst")
    assert newest.to == "truus@raad.example"
    assert [block.tag for block in newest.blocks] == ["p", "button"]
    assert newest.attachments == ["afspraak.ics"]


def test_one_person_reads_their_own():
    send("truus@raad.example")
    send("cor@raad.example")

    assert [mail.to for mail in mailbox.sent_mails("cor@raad.example")] == [
        "cor@raad.example"
    ]


def test_the_oldest_go_and_all_can_go(monkeypatch):
    monkeypatch.setattr(mailbox.DemoMailbox, "KEEP", 2)
    for subject in ("een", "twee", "drie"):
        send(subject=subject)

    assert [mail.subject for mail in mailbox.sent_mails()] == ["drie", "twee"]

    mailbox.empty()
    assert mailbox.sent_mails() == []
