"""Time in words, as windows. The planner has no clock: a window is absolute, or relative to the reference time.

Rules: "last month" is the calendar month before this one, "the last month" and "past month" the month up to now.
"after March 2024" begins when March has ended, "before" ends when it begins. A year that is not said is not guessed.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from datavalut.filters.model import (
    CalendarPeriod,
    LastPeriod,
    NextPeriod,
    OlderThan,
    TimeRange,
    TimeUnit,
    TimeWindow,
)
from datavalut.filters.times import bounds_of
from datavalut.planning.offline.inflection import singular
from datavalut.planning.offline.quantities import read_number
from datavalut.planning.offline.tokens import Token, TokenKind

_UNITS = {unit.value: unit for unit in TimeUnit} | {
    "min": TimeUnit.MINUTE,
    "hr": TimeUnit.HOUR,
    "wk": TimeUnit.WEEK,
    "yr": TimeUnit.YEAR,
    "y": TimeUnit.YEAR,
    "mo": TimeUnit.MONTH,
    "mth": TimeUnit.MONTH,
    "w": TimeUnit.WEEK,
    "d": TimeUnit.DAY,
    "h": TimeUnit.HOUR,
}
_CALENDAR_UNITS = (TimeUnit.DAY, TimeUnit.WEEK, TimeUnit.MONTH, TimeUnit.QUARTER, TimeUnit.YEAR)
_MONTH_NAMES = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES, start=1)}
_MONTHS |= {name[:3]: number for name, number in _MONTHS.items()} | {"sept": 9}
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4}
_PREPOSITIONS = frozenset({"in", "during", "within", "over", "from", "of", "for", "on", "throughout", "through"})
_PAST = frozenset({"last", "past", "previous", "preceding", "prior"})
_FUTURE = frozenset({"next", "coming", "following"})


@dataclass(frozen=True)
class TimePhrase:
    """The time lies in one of `windows` (mostly there is only one)."""

    windows: tuple[TimeWindow, ...]
    end: int
    meaning: str


@dataclass(frozen=True)
class _Span:
    """Days from `start` until before `stop`. `name`, as the user could have said it."""

    start: date
    stop: date
    name: str
    end: int


@dataclass(frozen=True)
class _Partial:
    """A day or month whose year is said later: "between 1 May and 30 June 2025"."""

    month: int
    day: int | None
    end: int

    def in_year(self, year: int, end: int) -> _Span | None:
        return _day(year, self.month, self.day, end) if self.day else _month(year, self.month, end)


class TimeReader:
    """With a reference time, the meanings of windows relative to it carry their days."""

    def __init__(self, tokens: tuple[Token, ...], reference_time: datetime | None = None) -> None:
        self._tokens = tokens
        self._reference_time = reference_time

    def read(self, position: int) -> TimePhrase | None:
        """The time phrase at `position`, with its preposition."""
        phrase = self._read(position)
        if phrase is None or self._reference_time is None:
            return phrase
        days = " or ".join(filter(None, (_days_of(window, self._reference_time) for window in phrase.windows)))
        return replace(phrase, meaning=f"{phrase.meaning} ({days})") if days else phrase

    def _read(self, position: int) -> TimePhrase | None:
        return (
            self._read_months(position)
            or self._read_bounds(position)
            or self._read_range(position)
            or self._read_age(position)
            or self._read_period(position)
            or self._read_of(position)
        )

    def _read_of(self, position: int) -> TimePhrase | None:
        """ "(check-ins) of September 2026", "of last month". "Of 2000" is an amount as well, and no time."""
        if self._word(position) != "of" or self._read_of_nothing_but_a_year(position + 1):
            return None
        return self._read_named(position + 1) or self._read_period(position + 1)

    def _read_of_nothing_but_a_year(self, position: int) -> bool:
        span = self._read_named(position)
        return span is not None and span.end == position + 1

    def read_date(self, position: int) -> TimePhrase | None:
        """A day, month, quarter or year said without preposition, as a column's value: "order date 2024-05-01"."""
        return self._read_named(position)

    # Words

    def _word(self, position: int) -> str:
        return self._tokens[position].lower if 0 <= position < len(self._tokens) else ""

    def _words(self, position: int, *words: str) -> bool:
        return all(self._word(position + index) == word for index, word in enumerate(words))

    # "since March 2024", "before 2020", "after 2024-05-01"

    def _read_months(self, position: int) -> TimePhrase | None:
        """ "in January or February 2026": several months of one year."""
        if self._word(position) not in _PREPOSITIONS:
            return None
        partials = []
        at = position + 1
        while (partial := self._read_partial(at)) is not None and not partial.day:
            partials.append(partial)
            at = partial.end
            if self._word(at) == ",":
                at += 1
            if self._word(at) in {"or", "and"}:
                at += 1
            if at == partial.end:
                break
        year = self._year(at)
        if len(partials) < 2 or year is None:
            return None
        spans = [_month(year, partial.month, at + 1) for partial in partials]
        windows = tuple(TimeRange(start=span.start.isoformat(), end=span.stop.isoformat()) for span in spans)
        return TimePhrase(windows, at + 1, "in " + " or ".join(span.name for span in spans))

    def _read_bounds(self, position: int) -> TimePhrase | None:
        """One bound, or both: "after 2015 and before 2020"."""
        first = self._read_bound(position)
        if first is None or self._word(first.end) not in {"and", "but", "until", "till"}:
            return first
        second = self._read_bound(first.end if self._word(first.end) in {"until", "till"} else first.end + 1)
        if second is None or len(first.windows) != 1 or len(second.windows) != 1:
            return first
        windows = (first.windows[0], second.windows[0])
        if not all(isinstance(window, TimeRange) for window in windows):
            return first
        starts = [window.start for window in windows if isinstance(window, TimeRange) and window.start]
        ends = [window.end for window in windows if isinstance(window, TimeRange) and window.end]
        if len(starts) != 1 or len(ends) != 1:
            return first
        both = TimeRange(start=starts[0], end=ends[0])
        return TimePhrase((both,), second.end, f"{first.meaning} and {second.meaning}")

    def _read_bound(self, position: int) -> TimePhrase | None:
        word = self._word(position)
        if word in {"since", "starting"} or self._words(position, "as", "of"):
            start = position + (2 if word == "as" else 1)
            if self._word(start) in {"from", "in"}:
                start += 1
            return self._read_since(start)
        if word in {"before", "<"} or self._words(position, "prior", "to") or self._words(position, "earlier", "than"):
            span = self._read_span(position + (1 if word in {"before", "<"} else 2))
            return _range(None, span.start, span.end, f"before {span.name}") if span else None
        if word == "by" and not self._words(position + 1, "the", "end", "of"):
            return None
        if word in {"until", "till", "by"} or self._words(position, "up", "to") or self._words(position, "through"):
            at = position + (2 if word == "up" else 1)
            if self._words(at, "the", "end", "of"):
                at += 3
            span = self._read_span(at)
            return _range(None, span.stop, span.end, f"until {span.name}, included") if span else None
        if word in {"after", ">"} or self._words(position, "later", "than"):
            span = self._read_span(position + (1 if word in {"after", ">"} else 2))
            return _range(span.stop, None, span.end, f"after {span.name}") if span else None
        if word in {">=", "<=", "="}:
            return self._read_sign(word, position)
        if self._words(position, "on", "or"):
            span = self._read_span(position + 3)
            if span and self._word(position + 2) == "after":
                return _range(span.start, None, span.end, f"on or after {span.name}")
            if span and self._word(position + 2) == "before":
                return _range(None, span.stop, span.end, f"on or before {span.name}")
            return None
        if word in {"from", "in"}:
            span = self._read_span(position + 1)
            after = span.end if span else 0
            if span and self._word(after) in {"on", "onward", "onwards", "forward"}:
                return _range(span.start, None, after + 1, f"since {span.name}")
            if span and (self._words(after, "or", "later") or self._words(after, "and", "later")):
                return _range(span.start, None, after + 2, f"since {span.name}")
        return None

    def _read_since(self, position: int) -> TimePhrase | None:
        if self._word(position) == "the" and self._word(position + 1) in {"beginning", "start"}:
            position += 3 if self._word(position + 2) == "of" else 0
        span = self._read_span(position)
        if span:
            return _range(span.start, None, span.end, f"since {span.name}")
        word = self._word(position)
        if word in {"today", "yesterday"}:
            offsets = (0,) if word == "today" else (-1, 0)
            return _calendar_periods(TimeUnit.DAY, offsets, position + 1, f"since {word}")
        unit = self._unit(position + 1, singular_only=True)
        begun = self._word(position - 1) == "of"  # "since the start of the year"
        if (word in {"last", "previous", "this"} or (word == "the" and begun)) and unit in _CALENDAR_UNITS:
            offsets = (0,) if word in {"this", "the"} else (-1, 0)
            return _calendar_periods(unit, offsets, position + 2, f"since the beginning of {word} {unit}")
        return None

    def _read_sign(self, sign: str, position: int) -> TimePhrase | None:
        span = self._read_span(position + 1)
        if span is None:
            return None
        if sign == ">=":
            return _range(span.start, None, span.end, f"since {span.name}")
        if sign == "<=":
            return _range(None, span.stop, span.end, f"until {span.name}, included")
        return _range(span.start, span.stop, span.end, f"in {span.name}")

    # "between 1 May and 30 June 2025", "from March to May 2024"

    def _read_range(self, position: int) -> TimePhrase | None:
        word = self._word(position)
        if word not in {"between", "from"}:
            return None
        joiners = {"and"} if word == "between" else {"to", "until", "till", "through", "-"}
        partial = self._read_partial(position + 1)
        first = self._read_span(position + 1)
        if first and self._word(first.end) in joiners:
            last = self._read_span(first.end + 1)
        elif partial and self._word(partial.end) in joiners:
            last = self._read_span(partial.end + 1)
            first = last and partial.in_year(last.start.year, partial.end)
        else:
            return None
        if first is None or last is None or first.start > last.start:
            return None
        return _range(first.start, last.stop, last.end, f"from {first.name} to {last.name}, both included")

    # "older than 2 years", "more than 3 months ago"

    def _read_age(self, position: int) -> TimePhrase | None:
        words = (self._word(position), self._word(position + 1))
        if words in {("older", "than"), ("newer", "than"), ("younger", "than")}:
            older = words[0] == "older"
            read = self._read_duration(position + 2)
            end = read[2] if read else 0
        elif words in {("more", "than"), ("longer", "than"), ("less", "than")} or words[0] == "over":
            older = words[0] != "less"
            read = self._read_duration(position + (1 if words[0] == "over" else 2))
            if read is None or self._word(read[2]) not in {"ago", "old"}:
                return None
            end = read[2] + 1
        else:
            return None
        if read is None:
            return None
        amount, unit, _ = read
        if older:
            return TimePhrase((OlderThan(amount=amount, unit=unit),), end, f"more than {amount} {unit}s ago")
        return TimePhrase((LastPeriod(amount=amount, unit=unit),), end, f"within the last {amount} {unit}s")

    def _read_duration(self, position: int) -> tuple[int, TimeUnit, int] | None:
        if self._words(position, "couple", "of") or self._words(position, "a", "couple", "of"):
            at = position + (2 if self._word(position) == "couple" else 3)
            unit = self._unit(at)
            return (2, unit, at + 1) if unit else None
        if self._word(position) in {"a", "an"}:
            unit = self._unit(position + 1, singular_only=True)
            return (1, unit, position + 2) if unit else None
        number = read_number(self._tokens, position)
        if number is None or number.value != int(number.value) or not 1 <= number.value <= 1_000_000:
            return None
        unit = self._unit(number.end)
        return (int(number.value), unit, number.end + 1) if unit else None

    def _unit(self, position: int, *, singular_only: bool = False) -> TimeUnit | None:
        word = self._word(position)
        short = word[:-1] if word[:-1] in _UNITS else word  # "yrs", which no rule for plurals makes
        return _UNITS.get(word if singular_only else singular(short))

    # "last 6 months", "this year", "Q2 2024", "yesterday"

    def _read_period(self, position: int) -> TimePhrase | None:
        preposition = self._word(position) in _PREPOSITIONS
        start = position + 1 if preposition else position
        relative = self._read_relative(start)
        if relative is not None:
            return relative
        # "over 2000" is an amount; what happens over a year is said of its name: "over the year 2000".
        named = preposition and self._word(position) not in {"over", "on", "for", "through"}
        return self._read_named(start) if named else self._read_bare(start)

    def _read_named(self, position: int) -> TimePhrase | None:
        span = self._read_span(position)
        return _range(span.start, span.stop, span.end, f"in {span.name}") if span else None

    def _read_bare(self, position: int) -> TimePhrase | None:
        """Without a preposition a year alone is only a number."""
        span = self._read_span(position)
        if span is None or (span.end == position + 1 and self._tokens[position].kind is TokenKind.NUMBER):
            return None
        return _range(span.start, span.stop, span.end, f"in {span.name}")

    def _read_relative(self, position: int) -> TimePhrase | None:
        if self._words(position + 1, "to", "date") or self._words(position, "so", "far", "this"):
            at = position if self._word(position + 1) == "to" else position + 3
            unit = self._unit(at, singular_only=True)
            end = at + (3 if at == position else 1)
            return _calendar_periods(unit, (0,), end, f"this {unit}") if unit in _CALENDAR_UNITS else None
        days = {"today": 0, "yesterday": -1, "tomorrow": 1}
        if self._word(position) in days:
            word = self._word(position)
            return _calendar_periods(TimeUnit.DAY, (days[word],), position + 1, word)
        article = self._word(position) in {"the", "this", "our"} and self._word(position) == "the"
        at = position + 1 if article else position
        word = self._word(at)
        if word in {"this", "current"}:
            unit = self._unit(at + 1, singular_only=True)
            return _calendar_periods(unit, (0,), at + 2, f"this {unit}") if unit in _CALENDAR_UNITS else None
        if word not in _PAST | _FUTURE:
            return None
        duration = self._read_duration(at + 1)
        if duration is not None:
            amount, unit, end = duration
            return _up_to_now(amount, unit, end) if word in _PAST else _from_now(amount, unit, end)
        unit = self._unit(at + 1, singular_only=True)
        if unit is None:
            return None
        end = at + 2
        running = word == "past" or (article and word in {"last", "next", "coming"})
        if running or unit not in _CALENDAR_UNITS:
            return _up_to_now(1, unit, end) if word in _PAST else _from_now(1, unit, end)
        return _calendar_periods(
            unit, (-1 if word in _PAST else 1,), end, f"the calendar {unit} {_side(word)} this one"
        )

    # Days, months, quarters and years by name

    def _read_span(self, position: int) -> _Span | None:
        if self._word(position) == "the":
            position += 1
        if self._words(position, "month", "of"):
            position += 2
        return (
            self._read_iso_day(position)
            or self._read_quarter(position)
            or self._read_day(position)
            or self._read_month(position)
            or self._read_decade(position)
            or self._read_year(position)
        )

    def _year(self, position: int) -> int | None:
        if not 0 <= position < len(self._tokens):
            return None
        token = self._tokens[position]
        digits = token.kind is TokenKind.NUMBER and token.text.isdecimal() and len(token.text) == 4
        return int(token.text) if digits and 1700 <= int(token.text) <= 2199 else None

    def _read_decade(self, position: int) -> _Span | None:
        """1990s; 90s for that before 2000."""
        word = self._word(position)
        if not (word.endswith("0s") and word[:-1].isdecimal() and len(word) in {3, 5}):
            return None
        first = int(word[:-1]) if len(word) == 5 else 1900 + int(word[:-1])
        return _Span(date(first, 1, 1), date(first + 10, 1, 1), f"the {first}s", position + 1)

    def _read_year(self, position: int) -> _Span | None:
        year = self._year(position)
        if year is None and self._words(position, "year"):
            year, position = self._year(position + 1), position + 1
        return _Span(date(year, 1, 1), date(year + 1, 1, 1), str(year), position + 1) if year else None

    def _read_iso_day(self, position: int) -> _Span | None:
        if position >= len(self._tokens) or self._tokens[position].kind is not TokenKind.DATE:
            return None
        year, month, *day = (int(part) for part in self._tokens[position].lower.split("-"))
        if not day:
            return _month(year, month, position + 1) if 1 <= month <= 12 else None
        return _day(year, month, day[0], position + 1)

    def _read_quarter(self, position: int) -> _Span | None:
        """Q2 2024, 2024 Q2, the second quarter of 2024, H1 2024, the first half of 2024."""
        year = self._year(position)
        if year is not None:
            part = _part_of_year(self._word(position + 1))
            return part and _months(year, part, position + 2)
        part = _part_of_year(self._word(position))
        end = position + 1
        if part is None and self._word(position) in _ORDINALS and self._word(position + 1) in {"quarter", "half"}:
            part = _part_of_year(f"{self._word(position + 1)[0]}{_ORDINALS[self._word(position)]}")
            end = position + 2
        if part is None:
            return None
        if self._word(end) == "of":
            end += 1
        year = self._year(end)
        return _months(year, part, end + 1) if year else None

    def _read_partial(self, position: int) -> _Partial | None:
        """1 May, 1st of May, May 1, May 1st, May."""
        if self._word(position) == "the":
            position += 1
        day = self._day_number(position)
        if day is not None:
            at = position + 2 if self._word(position + 1) == "of" else position + 1
            month = _MONTHS.get(self._word(at))
            return _Partial(month, day, at + 1) if month else None
        month = _MONTHS.get(self._word(position))
        if month is None:
            return None
        day = self._day_number(position + 1)
        return _Partial(month, day, position + 2 if day else position + 1)

    def _day_number(self, position: int) -> int | None:
        word = self._word(position)
        digits = word[:-2] if word[-2:] in {"st", "nd", "rd", "th"} else word
        return int(digits) if digits.isdecimal() and len(digits) <= 2 and 1 <= int(digits) <= 31 else None

    def _read_day(self, position: int) -> _Span | None:
        partial = self._read_partial(position)
        return self._with_year(partial) if partial and partial.day else None

    def _read_month(self, position: int) -> _Span | None:
        partial = self._read_partial(position)
        return self._with_year(partial) if partial and not partial.day else None

    def _with_year(self, partial: _Partial) -> _Span | None:
        at = partial.end + 1 if self._word(partial.end) in {",", "of"} else partial.end
        year = self._year(at)
        return partial.in_year(year, at + 1) if year else None


def _days_of(window: TimeWindow, reference_time: datetime) -> str:
    """The first and the last day of a window that is relative to the reference time; "" for another."""
    if isinstance(window, TimeRange):
        return ""
    bounds = bounds_of(window, reference_time)
    end = bounds.end
    if end is not None and not bounds.end_included and isinstance(window, CalendarPeriod):
        end -= timedelta(days=1)
    if bounds.start is None:
        return f"before {end:%Y-%m-%d}" if end else ""
    return f"{bounds.start:%Y-%m-%d} to {end:%Y-%m-%d}" if end else f"since {bounds.start:%Y-%m-%d}"


def _part_of_year(word: str) -> tuple[int, int, str] | None:
    """First month, number of months and name of q1 to q4, h1 and h2."""
    if len(word) == 2 and word[0] == "q" and word[1] in "1234":
        return 3 * int(word[1]) - 2, 3, word.upper()
    if len(word) == 2 and word[0] == "h" and word[1] in "12":
        return 6 * int(word[1]) - 5, 6, word.upper()
    return None


def _months(year: int, part: tuple[int, int, str], end: int) -> _Span:
    first, count, name = part
    return _Span(date(year, first, 1), _next_month(year, first + count - 1), f"{name} {year}", end)


def _month(year: int, month: int, end: int) -> _Span:
    return _Span(date(year, month, 1), _next_month(year, month), f"{_MONTH_NAMES[month - 1].title()} {year}", end)


def _next_month(year: int, month: int) -> date:
    return date(year + 1, 1, 1) if month == 12 else date(year, month + 1, 1)


def _day(year: int, month: int, day: int, end: int) -> _Span | None:
    try:
        start = date(year, month, day)
    except ValueError:
        return None
    return _Span(start, start + timedelta(days=1), start.isoformat(), end)


def _range(start: date | None, stop: date | None, end: int, meaning: str) -> TimePhrase:
    window = TimeRange(start=start.isoformat() if start else None, end=stop.isoformat() if stop else None)
    return TimePhrase((window,), end, meaning)


def _calendar_periods(unit: TimeUnit, offsets: tuple[int, ...], end: int, meaning: str) -> TimePhrase:
    return TimePhrase(tuple(_calendar_period(unit, offset) for offset in offsets), end, meaning)


def _calendar_period(unit: TimeUnit, offset: int) -> CalendarPeriod:
    return CalendarPeriod.model_validate({"unit": unit, "offset": offset})


def _up_to_now(amount: int, unit: TimeUnit, end: int) -> TimePhrase:
    return TimePhrase((LastPeriod(amount=amount, unit=unit),), end, f"within the last {_plural(amount, unit)}")


def _from_now(amount: int, unit: TimeUnit, end: int) -> TimePhrase:
    return TimePhrase((NextPeriod(amount=amount, unit=unit),), end, f"within the next {_plural(amount, unit)}")


def _plural(amount: int, unit: TimeUnit) -> str:
    return f"{amount} {unit}" + ("s" if amount > 1 else "")


def _side(word: str) -> str:
    return "before" if word in _PAST else "after"
