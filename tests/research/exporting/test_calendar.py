"""Deadlines that a calendar imports: once, on their day, and whatever their words are."""

import datetime
from typing import Any

import pytest
from icalendar import Calendar
from pydantic import ValidationError

from elenchus.research.exporting.papers.errors import NoEvents
from elenchus.research.exporting.papers.schemas import Event
from tests.research.exporting.support import paper, written

NOTICE = {"title": "Give notice", "at": "2026-12-31", "key": "lease/notice"}
HOSTILE = (
    'a; b, c\\ d: "e"\nBEGIN:VEVENT\r\nUID:evil\u2028END:VCALENDAR\u2029\x0bATTACH:http://evil.example\x85x\x00\u202e'
)


async def events(*given: dict[str, Any]) -> list[Any]:
    return list(Calendar.from_ical(await written(paper(events=[*given]), "ics")).walk("VEVENT"))


class TestDays:
    async def test_a_day_is_a_whole_one_and_keeps_nobody_busy(self):
        [event] = await events(NOTICE)
        assert (event.decoded("dtstart"), event.decoded("dtend")) == (
            datetime.date(2026, 12, 31),
            datetime.date(2027, 1, 1),
        )
        assert event["dtstart"].params["VALUE"] == "DATE"
        assert event["transp"] == "TRANSPARENT"

    async def test_an_instant_is_one_in_utc(self):
        [event] = await events(NOTICE | {"at": "2026-12-31T10:00:00+01:00"})
        assert event.decoded("dtstart") == datetime.datetime(2026, 12, 31, 9, tzinfo=datetime.UTC)
        assert event["dtstart"].to_ical() == b"20261231T090000Z"

    @pytest.mark.parametrize("at", ["2026-12-31T10:00:00", 1_780_000_000, "soon", None, "2026-02-30"])
    def test_what_is_neither_is_refused(self, at):
        with pytest.raises(ValidationError):
            Event.model_validate({"title": "x", "at": at})

    async def test_a_reminder_comes_days_before(self):
        [event] = await events(NOTICE | {"remind_days_before": 7})
        [alarm] = event.walk("VALARM")
        assert alarm.decoded("trigger") == datetime.timedelta(days=-7)
        assert alarm["action"] == "DISPLAY"
        assert not (await events(NOTICE))[0].walk("VALARM")


class TestOnce:
    async def test_the_same_key_is_the_same_event_in_every_file(self):
        [first] = await events(NOTICE)
        [again] = await events(NOTICE | {"title": "Give notice now", "at": "2027-01-31"})
        assert first["uid"] == again["uid"]
        assert first["uid"].endswith("@elenchus")

    async def test_without_a_key_its_words_and_its_day_are(self):
        bare = {"title": "Notice", "at": "2026-12-31"}
        first, other = await events(bare, bare | {"at": "2027-12-31"})
        [again] = await events(bare)
        assert first["uid"] == again["uid"] != other["uid"]

    async def test_two_of_one_key_in_a_file_are_two(self):
        assert len({event["uid"] for event in await events(NOTICE, NOTICE, NOTICE)}) == 3

    async def test_each_says_when_it_was_made(self):
        [event] = await events(NOTICE)
        stamp = event.decoded("dtstamp")
        assert stamp.utcoffset() == datetime.timedelta(0)


class TestWords:
    async def test_hostile_ones_stay_words(self):
        content = await written(
            paper(title=HOSTILE, events=[NOTICE | {"title": HOSTILE, "description": HOSTILE, "source": HOSTILE}]), "ics"
        )
        lines = content.split(b"\r\n")
        assert [line for line in lines if line.startswith((b"BEGIN", b"UID", b"ATTACH", b"END"))] == [
            b"BEGIN:VCALENDAR", b"BEGIN:VEVENT", lines[[line.startswith(b"UID") for line in lines].index(True)],
            b"END:VEVENT", b"END:VCALENDAR",
        ]  # fmt: skip
        assert len(content.decode().splitlines()) == len(lines) - 1  # for readers that know more ends of a line
        [event] = Calendar.from_ical(content).walk("VEVENT")
        assert event["summary"].startswith('a; b, c\\ d: "e" BEGIN:VEVENT')
        assert event["description"].startswith('a; b, c\\ d: "e"\nBEGIN:VEVENT\nUID:evil\nEND:VCALENDAR\n')
        assert "\n\nSource: a; b" in event["description"]

    async def test_lines_are_folded_between_letters(self):
        words = "überfällig 😀 " * 60
        content = await written(paper(events=[NOTICE | {"description": words}]), "ics")
        assert max(map(len, content.split(b"\r\n"))) <= 75
        for line in content.split(b"\r\n"):
            line.decode()
        [event] = Calendar.from_ical(content).walk("VEVENT")
        assert event["description"] == words

    async def test_every_line_ends_as_the_standard_has_it(self):
        content = await written(paper(events=[NOTICE]), "ics")
        assert content.endswith(b"END:VCALENDAR\r\n")
        assert content.replace(b"\r\n", b"").count(b"\n") == 0
        calendar = Calendar.from_ical(content)
        assert (calendar["version"], calendar["x-wr-calname"]) == ("2.0", "Lease review")


async def test_a_calendar_without_any_is_refused():
    with pytest.raises(NoEvents):
        await written(paper(), "ics")


def test_midnight_somewhere_is_an_instant_and_no_day():
    """Its zone says which."""
    event = Event.model_validate({"title": "Closing", "at": "2026-03-01T00:00:00-05:00"})
    assert isinstance(event.at, datetime.datetime)
    assert not isinstance(Event.model_validate({"title": "Closing", "at": "2026-03-01"}).at, datetime.datetime)
