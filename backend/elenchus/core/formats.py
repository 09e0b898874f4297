"""The formats of texts that forms ask for, each really checked: `jsonschema` leaves most of them to other libraries."""

import re
from collections.abc import Callable
from datetime import date, datetime

DOCUMENT_ID = "document-id"
_LONGEST = 320
_ID = re.compile(r"[0-9a-f]{24}")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,6})?(?:Z|[+-]\d{2}:\d{2})", re.ASCII)
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(?:\.[^@\s.]+)+")


def is_document_id(text: str) -> bool:
    return _ID.fullmatch(text) is not None


def _is_date(text: str) -> bool:
    return _DATE.fullmatch(text) is not None and _reads(date.fromisoformat, text)


def _is_time(text: str) -> bool:
    return _TIME.fullmatch(text) is not None and _reads(datetime.fromisoformat, text)


def _is_email(text: str) -> bool:
    return _EMAIL.fullmatch(text) is not None


def _reads(read: Callable[[str], object], text: str) -> bool:
    try:
        read(text)
    except ValueError:
        return False
    return True


#: With what is said of a text that is none.
FORMATS: dict[str, tuple[Callable[[str], bool], str]] = {
    DOCUMENT_ID: (is_document_id, "Choose a document: its id is 24 characters, 0-9 and a-f."),
    "date": (_is_date, "This should be a date that exists, such as 2026-01-31."),
    "date-time": (_is_time, "This should be a date and time with its zone, such as 2026-01-31T09:30:00Z."),
    "email": (_is_email, "This should be an e-mail address."),
}


def is_formatted(name: str, text: str) -> bool:
    """`name` is one of `FORMATS`."""
    return len(text) <= _LONGEST and FORMATS[name][0](text)
