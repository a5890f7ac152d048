"""Which moments a time window holds. Needs nothing running."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from datavalut.filters.model import Age, CalendarPeriod, LastPeriod, NextPeriod, OlderThan, TimeRange, TimeUnit
from datavalut.filters.times import Bounds, bounds_of, shift


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "amount", "unit", "expected"),
    [
        ("2026-08-31T10:00", -6, TimeUnit.MONTH, "2026-02-28T10:00"),
        ("2024-02-29T10:00", 1, TimeUnit.YEAR, "2025-02-28T10:00"),
        ("2024-02-29T10:00", 4, TimeUnit.YEAR, "2028-02-29T10:00"),
        ("2026-11-30T10:00", 1, TimeUnit.QUARTER, "2027-02-28T10:00"),
        ("2026-01-15T10:00", -1, TimeUnit.MONTH, "2025-12-15T10:00"),
        ("2026-03-01T10:00", -1, TimeUnit.DAY, "2026-02-28T10:00"),
        ("2026-03-29T01:30", 1, TimeUnit.HOUR, "2026-03-29T02:30"),
    ],
)
def test_a_month_without_the_day_ends_on_its_last(start: str, amount: int, unit: TimeUnit, expected: str) -> None:
    assert shift(moment(start), amount, unit) == moment(expected)


@pytest.mark.parametrize(
    ("unit", "offset", "start", "end"),
    [
        (TimeUnit.DAY, 0, "2026-11-23", "2026-11-24"),
        (TimeUnit.WEEK, 0, "2026-11-23", "2026-11-30"),
        (TimeUnit.WEEK, -1, "2026-11-16", "2026-11-23"),
        (TimeUnit.MONTH, 0, "2026-11-01", "2026-12-01"),
        (TimeUnit.QUARTER, -3, "2026-01-01", "2026-04-01"),
        (TimeUnit.QUARTER, 1, "2027-01-01", "2027-04-01"),
        (TimeUnit.YEAR, -1, "2025-01-01", "2026-01-01"),
    ],
)
def test_calendar_periods_are_whole_and_half_open(unit: TimeUnit, offset: int, start: str, end: str) -> None:
    window = CalendarPeriod.model_validate({"unit": unit, "offset": offset})
    assert bounds_of(window, moment("2026-11-23T14:30")) == Bounds(
        moment(start), moment(end), end_included=False, by_day=False
    )


def test_the_calendar_is_that_of_utc_wherever_the_reference_time_was_read() -> None:
    late = datetime(2026, 11, 1, 1, 0, tzinfo=timezone(timedelta(hours=14)))  # still October in UTC
    bounds = bounds_of(CalendarPeriod(unit=TimeUnit.MONTH, offset=0), late)
    assert bounds.start == moment("2026-10-01")


def test_periods_before_and_after_now_hold_both_ends() -> None:
    now = moment("2026-11-23T14:30")
    last = bounds_of(LastPeriod(amount=6, unit=TimeUnit.MONTH), now)
    assert last == Bounds(moment("2026-05-23T14:30"), now, end_included=True, by_day=True)
    following = bounds_of(NextPeriod(amount=2, unit=TimeUnit.WEEK), now)
    assert following == Bounds(now, moment("2026-12-07T14:30"), end_included=True, by_day=True)


@pytest.mark.parametrize(
    ("born", "at_least", "at_most", "inside"),
    [
        ("2008-11-23", 18, None, True),  # the birthday is today
        ("2008-11-24", 18, None, False),
        ("1995-11-24", 18, 30, True),  # 31 tomorrow
        ("1995-11-23", 18, 30, False),
        ("2026-11-23", 0, 0, True),
        ("2026-11-24", 0, 0, False),  # not born yet
        ("2025-11-24", 0, 0, True),
        ("2025-11-23", 0, 0, False),
    ],
)
def test_an_age_counts_whole_years(born: str, at_least: int, at_most: int | None, inside: bool) -> None:
    age = Age(unit=TimeUnit.YEAR, at_least=at_least, at_most=at_most)
    bounds = bounds_of(age, moment("2026-11-23T14:30"))
    assert bounds.by_day
    assert bounds.end is not None
    day = moment(born).date()
    after = bounds.start is None or (day > bounds.start.date() and not bounds.start_included)
    assert (after and day <= bounds.end.date()) is inside


def test_who_was_born_on_a_leap_day_has_birthdays_in_march() -> None:
    age = Age(unit=TimeUnit.YEAR, at_least=18)
    born = moment("2008-02-29")
    assert bounds_of(age, moment("2026-02-28T12:00")).end < born  # type: ignore[operator]
    assert bounds_of(age, moment("2026-03-01T12:00")).end >= born  # type: ignore[operator]


def test_older_than_ends_where_the_last_period_starts() -> None:
    now = moment("2026-11-23T14:30")
    last = bounds_of(LastPeriod(amount=6, unit=TimeUnit.MONTH), now)
    older = bounds_of(OlderThan(amount=6, unit=TimeUnit.MONTH), now)
    assert older == Bounds(None, last.start, end_included=False, by_day=True)


def test_a_range_reads_times_without_offset_as_utc() -> None:
    window = TimeRange(start="2026-01-01", end="2026-01-01T12:00:00+02:00")
    assert bounds_of(window, moment("2026-11-23")) == Bounds(
        moment("2026-01-01"), moment("2026-01-01T10:00"), end_included=False, by_day=False
    )
