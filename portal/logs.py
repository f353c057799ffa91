"""Logs as lines of JSON: what happened and where, never who or what was written."""

import json
import logging
import re
import traceback
from datetime import UTC, datetime

# What names a person or lets somebody in: addresses, and the secret part of a link.
_PRIVATE = re.compile(
    r"[^\s<>\"'@(),;:]+@[^\s<>\"'@(),;:]+"
    r"|\b\d{1,3}(?:\.\d{1,3}){3}\b"
    r"|\b[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){3,7}\b"
    r"|(?<=/)(?![0-9a-f]{8}-[0-9a-f]{4}-)(?=[^/\s]*[0-9A-Z:])[\w:=%.-]{16,}(?=[/\s?]|$)"
)


class JsonFormatter(logging.Formatter):
    """One JSON object a line.

    An exception is told by its kind and its place in the code: its message and the
    values in its frames may hold what people typed.
    """

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC)
        line: dict[str, object] = {
            "at": at.isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _PRIVATE.sub("…", _message(record)),
        }
        if record.exc_info and record.exc_info[0]:
            kind, _, trace = record.exc_info
            line["exception"] = f"{kind.__module__}.{kind.__qualname__}"
            line["at_code"] = [
                f"{frame.filename}:{frame.lineno} {frame.name}"
                for frame in traceback.extract_tb(trace)[-8:]
            ]
        return json.dumps(line, ensure_ascii=False)


def _message(record: logging.LogRecord) -> str:
    """What the line says, without the words of its exception: Celery writes those in
    the line of a task that failed as well."""
    message = record.getMessage()
    if record.exc_info and record.exc_info[1]:
        error = record.exc_info[1]
        for words in filter(None, (repr(error), str(error))):
            message = message.replace(words, type(error).__name__)
    return message
