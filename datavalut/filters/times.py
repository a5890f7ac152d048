"""Which moments a time window holds, reckoned in UTC from the reference time."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from datavalut.filters.literals import moment_of
from datavalut.filters.model import (
    Age,
    CalendarPeriod,
    LastPeriod,
    NextPeriod,
    OlderThan,
    TimeRange,
    TimeUnit,
    TimeWindow,
)

MONTHS = {TimeUnit.MONTH: 1, TimeUnit.QUARTER: 3, TimeUnit.YEAR: 12}
SPANS = {
    TimeUnit.MINUTE: timedelta(minutes=1),
    TimeUnit.HOUR: timedelta(hours=1),
    TimeUnit.DAY: timedelta(days=1),
    TimeUnit.WEEK: timedelta(weeks=1),
}


@dataclass(frozen=True)
class Bounds:
    """From `start` to `end`, if there are any, which are part of it if so said. Both are aware, in UTC.

    `by_day` windows are relative to the reference time: a date lies in one if its day lies between the days of the
    bounds. Other windows hold a date if they hold its midnight.
    """

    start: datetime | None
    end: datetime | None
    end_included: bool
    by_day: bool
    start_included: bool = True


def bounds_of(window: TimeWindow, reference_time: datetime) -> Bounds:
    reference = reference_time.astimezone(UTC)
    match window:
        case LastPeriod():
            return Bounds(shift(reference, -window.amount, window.unit), reference, end_included=True, by_day=True)
        case NextPeriod():
            return Bounds(reference, shift(reference, window.amount, window.unit), end_included=True, by_day=True)
        case OlderThan():
            return Bounds(None, shift(reference, -window.amount, window.unit), end_included=False, by_day=True)
        case Age():
            # Who turns 31 today is 30 no more: the day that is 31 years ago is outside.
            limit = None if window.at_most is None else shift(reference, -window.at_most - 1, window.unit)
            youngest = shift(reference, -window.at_least, window.unit)
            return Bounds(limit, youngest, end_included=True, by_day=True, start_included=False)
        case CalendarPeriod():
            start = shift(_start_of(reference.date(), window.unit), window.offset, window.unit)
            return Bounds(start, shift(start, 1, window.unit), end_included=False, by_day=False)
        case TimeRange():
            start_text, end_text = window.start, window.end
            return Bounds(
                moment_of(start_text) if start_text is not None else None,
                moment_of(end_text) if end_text is not None else None,
                end_included=False,
                by_day=False,
            )


def shift(moment: datetime, amount: int, unit: TimeUnit) -> datetime:
    """`amount` units later, as PostgreSQL adds an interval: a day that the month does not have becomes its last."""
    if unit in SPANS:
        return moment + amount * SPANS[unit]
    months = moment.year * 12 + moment.month - 1 + amount * MONTHS[unit]
    year, month = months // 12, months % 12 + 1
    return moment.replace(year=year, month=month, day=min(moment.day, monthrange(year, month)[1]))


def _start_of(day: date, unit: TimeUnit) -> datetime:
    match unit:
        case TimeUnit.WEEK:
            day -= timedelta(days=day.weekday())
        case TimeUnit.MONTH:
            day = day.replace(day=1)
        case TimeUnit.QUARTER:
            day = day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
        case TimeUnit.YEAR:
            day = day.replace(month=1, day=1)
        case _:
            pass
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
