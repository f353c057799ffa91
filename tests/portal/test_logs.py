import json
import logging
import sys

import pytest

from portal.logs import JsonFormatter


def line(message: str, *args: object, exc_info=None) -> dict:
    record = logging.LogRecord("portal", 30, "x.py", 1, message, args, exc_info)
    return json.loads(JsonFormatter().format(record))


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Refused for truus@raad.example: 550", "Refused for …: 550"),
        ("Login from 192.0.2.14 failed", "Login from … failed"),
        ("Login from 2001:db8:0:1:2:3:4:5 failed", "Login from … failed"),
        (
            "Not Found: /mail/afmelden/eyJrIjoxfQ:1tXyZ2:Qx9-a/",
            "Not Found: /mail/afmelden/…/",
        ),
        (
            "Not Found: /inkoop/0b54a1c2-11d2-4f7e-9a55-0242ac120002/ondertekenen/",
            "Not Found: /inkoop/0b54a1c2-11d2-4f7e-9a55-0242ac120002/ondertekenen/",
        ),
        (
            "Task portal.tasks.deliver_waiting_mail took 12.5 s at 09:30:15",
            "Task portal.tasks.deliver_waiting_mail took 12.5 s at 09:30:15",
        ),
    ],
)
def test_a_log_line_names_no_person_and_no_secret(said, kept):
    assert line("%s", said)["message"] == kept


def test_an_exception_is_told_without_what_it_says():
    try:
        raise ValueError("Key (email)=(truus@raad.example) exists")
    except ValueError:
        said = line("It failed", exc_info=sys.exc_info())

    assert said["exception"] == "builtins.ValueError"
    assert "truus" not in json.dumps(said)
    assert said["at_code"][-1].endswith(
        "test_an_exception_is_told_without_what_it_says"
    )


def test_the_line_of_a_task_that_failed_does_not_repeat_what_the_exception_says():
    try:
        raise ValueError("De bel rinkelt lang in de nacht")
    except ValueError as error:
        said = line("Task raised unexpected: %r", error, exc_info=sys.exc_info())

    assert said["message"] == "Task raised unexpected: ValueError"
