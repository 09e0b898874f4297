"""Which moments a schedule names."""

from datetime import UTC, datetime

import pytest

from elenchus.workflows.scheduling.cron import checked, following, passed


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "wrong", ["* * * * *", "*/4 * * * *", "0 9 * *", "0 9 * * * *", "0 25 * * *", "@daily", "0 0 30 2 *", ""]
)
def test_what_is_no_schedule_or_too_often_is_refused(wrong):
    with pytest.raises(ValueError, match=r"\.$"):
        checked(wrong)


@pytest.mark.parametrize("right", ["*/5 * * * *", "0  9 * * MON-FRI", "30 6 1 */3 *", "0 0 29 2 *", "0 12 L * *"])
def test_what_is_one_is_taken(right):
    assert checked(right) == " ".join(right.split())


def test_it_goes_by_the_clock_of_its_time_zone():
    nine = "0 9 * * *"
    assert following(nine, "Europe/Berlin", utc("2026-07-01T00:00")) == utc("2026-07-01T07:00")
    assert following(nine, "Europe/Berlin", utc("2026-12-01T00:00")) == utc("2026-12-01T08:00")
    assert following(nine, "America/New_York", utc("2026-12-01T00:00")) == utc("2026-12-01T14:00")


def test_an_hour_that_is_left_out_is_made_up_and_one_that_comes_twice_is_once():
    half_past_two = "30 2 * * *"
    assert following(half_past_two, "Europe/Berlin", utc("2026-03-28T12:00")) == utc("2026-03-29T01:00")
    first = following(half_past_two, "Europe/Berlin", utc("2026-10-24T12:00"))
    assert first == utc("2026-10-25T00:30")
    assert following(half_past_two, "Europe/Berlin", first) == utc("2026-10-26T01:30")


def test_what_was_missed_is_counted_and_the_last_of_it_is_due():
    due = utc("2026-11-01T09:00")
    assert passed("0 9 * * *", "UTC", due, utc("2026-11-01T09:00")) == (due, 0)
    assert passed("0 9 * * *", "UTC", due, utc("2026-11-04T08:59")) == (utc("2026-11-03T09:00"), 2)
