"""Deadlines as a calendar, which Outlook, Google and Apple import (RFC 5545)."""

import datetime
from collections import Counter
from collections.abc import Sequence
from typing import Any

from elenchus.core.clock import now
from elenchus.core.ids import derived_id
from elenchus.research.exporting.papers.errors import NoEvents
from elenchus.research.exporting.papers.schemas import Event, Paper

MAKER = "-//Elenchus//Deadlines//EN"


def calendar(paper: Paper) -> bytes:
    """In a thread, since the first one brings icalendar (0.1 s). Raises `NoEvents`."""
    from icalendar import Calendar

    if not paper.events:
        raise NoEvents
    made = Calendar()
    for name, value in (("prodid", MAKER), ("version", "2.0"), ("calscale", "GREGORIAN"), ("method", "PUBLISH")):
        made.add(name, value)
    made.add("x-wr-calname", _text(paper.title))
    for uid, event in zip(_uids(paper.events), paper.events, strict=True):
        made.add_component(_entry(event, uid))
    written: bytes = made.to_ical()
    return written


def _uids(events: Sequence[Event]) -> list[str]:
    """Two events of one key in one file are two; the first keeps the key's own."""
    seen = Counter[str]()
    found = []
    for event in events:
        key = event.key or f"{event.title}\x1f{event.at.isoformat()}"
        seen[key] += 1
        parts = (key,) if seen[key] == 1 else (key, seen[key])
        found.append(f"{derived_id('calendar event', *parts)}@elenchus")
    return found


def _entry(event: Event, uid: str) -> Any:
    from icalendar import Event as Entry

    made = Entry()
    made.add("uid", uid)
    made.add("dtstamp", now().replace(microsecond=0))
    made.add("summary", _text(event.title))
    if isinstance(event.at, datetime.datetime):
        made.add("dtstart", event.at.astimezone(datetime.UTC).replace(microsecond=0))
    else:
        made.add("dtstart", event.at)
        made.add("dtend", event.at + datetime.timedelta(days=1))  # the day after, as the standard has it
        made.add("transp", "TRANSPARENT")  # a deadline does not make its day busy
    description = "\n\n".join(filter(None, (event.description, event.source and f"Source: {event.source}")))
    if description:
        made.add("description", _text(description))
    if event.remind_days_before is not None:
        made.add_component(_alarm(event))
    return made


def _alarm(event: Event) -> Any:
    from icalendar import Alarm

    made = Alarm()
    made.add("action", "DISPLAY")
    made.add("description", _text(event.title))
    made.add("trigger", -datetime.timedelta(days=event.remind_days_before or 0))
    return made


def _text(text: str) -> str:
    """Some readers take these for the end of a line, behind which a text could begin a property of its own."""
    return text.replace("\u2028", "\n").replace("\u2029", "\n").replace("\v", "\n")
