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
from datavalut.planning.offline.lengths import read_length
from datavalut.planning.offline.quantities import GREATER, read_number
from datavalut.planning.offline.spans import MONTHS, SpanReader, months_of
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
_PREPOSITIONS = frozenset({"in", "during", "within", "over", "from", "of", "for", "on", "throughout", "through"})
_PAST = frozenset({"last", "past", "previous", "preceding", "prior"})
_DENIALS = frozenset({"no", "not", "never", "without", "nobody", "none"})
_PHRASE_STARTS = frozenset({",", ";", "and", "or", "but", "who", "that", "which", "whose", "with"})
_FUTURE = frozenset({"next", "coming", "following"})


@dataclass(frozen=True)
class TimePhrase:
    """The time lies in one of `windows` (mostly there is only one). `of_silence`: "in 6 months", said of what was not
    done in the last of them."""

    windows: tuple[TimeWindow, ...]
    end: int
    meaning: str
    of_silence: bool = False

    @property
    def lasts_until_now(self) -> bool:
        return all(
            isinstance(window, LastPeriod)
            or (isinstance(window, TimeRange) and window.end is None)
            or (isinstance(window, CalendarPeriod) and window.offset == 0)
            for window in self.windows
        )


class TimeReader:
    """With a reference time, the meanings of windows relative to it carry their days."""

    def __init__(self, tokens: tuple[Token, ...], reference_time: datetime | None = None) -> None:
        self._tokens = tokens
        self._reference_time = reference_time
        self._spans = SpanReader(tokens)

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
            or self._read_silence(position)
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

    def read_relative(self, position: int) -> TimePhrase | None:
        """ "Yesterday", "last month", "this year" without preposition."""
        return self._read_relative(position)

    # Words

    def _word(self, position: int) -> str:
        return self._tokens[position].lower if 0 <= position < len(self._tokens) else ""

    def _words(self, position: int, *words: str) -> bool:
        return all(self._word(position + index) == word for index, word in enumerate(words))

    # "since March 2024", "before 2020", "after 2024-05-01"

    def _read_months(self, position: int) -> TimePhrase | None:
        """ "in January or February 2026", "in Q1 and Q2 2025": several parts of one year."""
        if self._word(position) not in _PREPOSITIONS:
            return None
        parts: list[tuple[int, int, str]] = []
        at = end = position + 1
        while (part := self._spans.part_of_a_year(at)) is not None:
            parts.append(part[0])
            at = end = part[1]
            if self._word(at) == ",":
                at += 1
            if self._word(at) in {"or", "and"}:
                at += 1
            if at == end:
                break
        year = self._spans.year(at)
        if len(parts) < 2 or year is None:
            return None
        spans = [months_of(year, part, at + 1) for part in parts]
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
            span = self._spans.read(position + (1 if word in {"before", "<"} else 2))
            return _range(None, span.start, span.end, f"before {span.name}") if span else None
        if word == "by" and not self._words(position + 1, "the", "end", "of"):
            return None
        if word in {"until", "till", "by"} or self._words(position, "up", "to") or self._words(position, "through"):
            at = position + (2 if word == "up" else 1)
            if self._words(at, "the", "end", "of"):
                at += 3
            span = self._spans.read(at)
            return _range(None, span.stop, span.end, f"until {span.name}, included") if span else None
        if word in {"after", ">"} or self._words(position, "later", "than"):
            span = self._spans.read(position + (1 if word in {"after", ">"} else 2))
            return _range(span.stop, None, span.end, f"after {span.name}") if span else None
        if word in {">=", "<=", "="}:
            return self._read_sign(word, position)
        if self._words(position, "on", "or"):
            span = self._spans.read(position + 3)
            if span and self._word(position + 2) == "after":
                return _range(span.start, None, span.end, f"on or after {span.name}")
            if span and self._word(position + 2) == "before":
                return _range(None, span.stop, span.end, f"on or before {span.name}")
            return None
        if word in {"from", "in"}:
            span = self._spans.read(position + 1)
            after = span.end if span else 0
            if span and (now := self._past_now(after)) is not None:
                return _range(span.start, None, now, f"since {span.name}")
            if span and self._word(after) in {"on", "onward", "onwards", "forward"}:
                return _range(span.start, None, after + 1, f"since {span.name}")
            newer = self._word(after + 1) in {"later", "newer"}
            if span and newer and self._word(after) in {"or", "and"}:
                return _range(span.start, None, after + 2, f"since {span.name}")
        return None

    def _past_now(self, position: int) -> int | None:
        """Behind "until now", "to date", "to today"."""
        until = position + 2 if self._words(position, "up", "to") else position + 1
        said = self._word(position) in {"until", "till", "to", "up", "through"}
        return until + 1 if said and self._word(until) in {"now", "date", "today", "present"} else None

    def _read_since(self, position: int) -> TimePhrase | None:
        if self._word(position) == "the" and self._word(position + 1) in {"beginning", "start"}:
            position += 3 if self._word(position + 2) == "of" else 0
        span = self._spans.read(position)
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
        span = self._spans.read(position + 1)
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
            return self._read_years(position)
        joiners = {"and"} if word == "between" else {"to", "until", "till", "through", "-"}
        partial = self._spans.read_partial(position + 1)
        first = self._spans.read(position + 1)
        if first and self._word(first.end) in joiners:
            last = self._spans.read(first.end + 1)
        elif partial and self._word(partial.end) in joiners:
            last = self._spans.read(partial.end + 1)
            first = last and partial.in_year(last.start.year, partial.end)
        else:
            return None
        if first is None or last is None or first.start > last.start:
            return None
        return _range(first.start, last.stop, last.end, f"from {first.name} to {last.name}, both included")

    def _read_years(self, position: int) -> TimePhrase | None:
        """ "(in) 2023-2025"."""
        at = position + 1 if self._word(position) in {"in", "during"} else position
        first, last = self._spans.year(at), self._spans.year(at + 2)
        if first is None or last is None or self._word(at + 1) != "-" or first >= last:
            return None
        meaning = f"from {first} to {last}, both included"
        return _range(date(first, 1, 1), date(last + 1, 1, 1), at + 3, meaning)

    # "older than 2 years", "more than 3 months ago"

    def _read_age(self, position: int) -> TimePhrase | None:
        if self._word(position) in {"no", "not"} and self._words(position + 1, "older", "than"):
            read = self._read_duration(position + 3)
            return read and TimePhrase(
                (LastPeriod(amount=read[0], unit=read[1]),), read[2], f"within the last {_plural(read[0], read[1])}"
            )
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
            return self._read_ago(position)
        if read is None:
            return None
        amount, unit, _ = read
        if older:
            return TimePhrase((OlderThan(amount=amount, unit=unit),), end, f"more than {amount} {unit}s ago")
        return TimePhrase((LastPeriod(amount=amount, unit=unit),), end, f"within the last {amount} {unit}s")

    def _read_ago(self, position: int) -> TimePhrase | None:
        """ "at least 30 days ago", "2 to 5 years ago", "5+ years old"."""
        length = read_length(self._tokens, position)
        if length is None or length.bare or self._word(length.end) not in {"ago", "old"}:
            return None
        window = length.until_now()
        return TimePhrase((window,), length.end + 1, f"{length.meaning} ago") if window else None

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
        span = self._spans.read(position)
        return _range(span.start, span.stop, span.end, f"in {span.name}") if span else None

    def _read_bare(self, position: int) -> TimePhrase | None:
        """Without a preposition a year alone is only a number."""
        span = self._spans.read(position)
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
            if self._word(end) == "of" and self._names_a_time(end + 1):
                return None
            return _up_to_now(amount, unit, end) if word in _PAST else _from_now(amount, unit, end)
        unit = self._unit(at + 1, singular_only=True)
        if unit is None:
            return None
        end = at + 2
        if self._word(end) == "of" and self._names_a_time(end + 1):
            return None  # "the last quarter of 2025"
        running = word == "past" or (article and word in {"last", "next", "coming"})
        if running or unit not in _CALENDAR_UNITS:
            return _up_to_now(1, unit, end) if word in _PAST else _from_now(1, unit, end)
        return _calendar_periods(
            unit, (-1 if word in _PAST else 1,), end, f"the calendar {unit} {_side(word)} this one"
        )

    def _read_silence(self, position: int) -> TimePhrase | None:
        """ "(no orders) in 6 months", "(have not logged in) for over a year": in those up to now."""
        if self._word(position) not in {"in", "for"} or not self._is_denied(position):
            return None
        length = read_length(self._tokens, position + 1)
        if length is None or length.amount < 1 or not (length.bare or length.operator is GREATER):
            return None
        return replace(_up_to_now(length.amount, length.unit, length.end), of_silence=True)

    def _is_denied(self, position: int) -> bool:
        """Is there a "no" or "not" before it, in the same phrase?"""
        for before in range(position - 1, -1, -1):
            if self._word(before) in _DENIALS:
                return True
            if self._word(before) in _PHRASE_STARTS:
                return False
        return False

    def _names_a_time(self, position: int) -> bool:
        at = position + 1 if self._word(position) == "the" else position
        words = {"year", "month", "quarter", "last", "this", "next", "previous", "current", *MONTHS}
        return self._spans.read(at) is not None or self._word(at) in words


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
