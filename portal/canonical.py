"""One text for one value, its fingerprint, and the code that people type over."""

import hashlib
import json
import re
from datetime import UTC, date, datetime
from uuid import UUID

# What people make of figures when they type over a code.
_LOOKALIKES = str.maketrans("oil", "011")
_SHORT = 16


def canonical_json(value: object) -> str:
    """The one JSON text of ``value``: sorted keys, no blanks, people's text as given.

    Only what has a single spelling gets in: no fractions, no times without a zone, no
    type that this does not know. Moments are written in UTC.
    """
    return json.dumps(
        _plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )


def fingerprint(text: str) -> str:
    """The SHA-256 of ``text``, as 64 figures and letters."""
    return hashlib.sha256(text.encode()).hexdigest()


def short_code(digest: str) -> str:
    """The first sixteen figures of a fingerprint, in groups to read aloud."""
    start = digest[:_SHORT].upper()
    return " ".join(start[at : at + 4] for at in range(0, len(start), 4))


def normalise_code(typed: str) -> str:
    """What somebody typed over from paper, as the start of a fingerprint.

    Blanks, dashes and capitals do not matter. An empty text when it cannot be a code:
    one that is shorter than `short_code` gives is not enough to go by.
    """
    code = re.sub(r"[\s.\-\u2010-\u2015]", "", typed).lower().translate(_LOOKALIKES)
    return code if re.fullmatch(r"[0-9a-f]{16,64}", code) else ""


def _plain(value):
    match value:
        case None | bool() | int():
            return value
        case str():
            # A lone surrogate has no UTF-8; better refused here than at hashing.
            value.encode()
            return str(value)
        case datetime():
            if value.tzinfo is None:
                raise TypeError("a moment without a zone has no single meaning")
            return value.astimezone(UTC).isoformat()
        case date():
            return value.isoformat()
        case UUID():
            return str(value)
        case list() | tuple():
            return [_plain(item) for item in value]
        case dict():
            if not all(isinstance(key, str) for key in value):
                raise TypeError("keys are texts")
            return {_plain(key): _plain(item) for key, item in value.items()}
    raise TypeError(f"{type(value).__name__} has no canonical text")
