"""Days, months, quarters, years and decades by their names, as the days that they hold."""

from dataclasses import dataclass
from datetime import date, timedelta

from datavalut.planning.offline.inflection import singular
from datavalut.planning.offline.quantities import read_number
from datavalut.planning.offline.tokens import Token, TokenKind

_MONTH_NAMES = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES, start=1)}
MONTHS |= {name[:3]: number for name, number in MONTHS.items()} | {"sept": 9}
_MONTHS_IN = {"month": 1, "quarter": 3, "half": 6}
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4}


@dataclass(frozen=True)
class Span:
    """Days from `start` until before `stop`. `name`, as the user could have said it."""

    start: date
    stop: date
    name: str
    end: int


@dataclass(frozen=True)
class Partial:
    """A day or month whose year is said later: "between 1 May and 30 June 2025"."""

    month: int
    day: int | None
    end: int

    def in_year(self, year: int, end: int) -> Span | None:
        return _day(year, self.month, self.day, end) if self.day else _month(year, self.month, end)


class SpanReader:
    def __init__(self, tokens: tuple[Token, ...]) -> None:
        self._tokens = tokens

    def _word(self, position: int) -> str:
        return self._tokens[position].lower if 0 <= position < len(self._tokens) else ""

    def _words(self, position: int, *words: str) -> bool:
        return all(self._word(position + index) == word for index, word in enumerate(words))

    def read(self, position: int) -> Span | None:
        """The day, month, part of a year, year or decade that is named at `position`."""
        if self._word(position) == "the":
            position += 1
        if self._words(position, "month", "of"):
            position += 2
        return (
            self._read_iso_day(position)
            or self._read_quarter(position)
            or self._read_edge(position)
            or self._read_day(position)
            or self._read_month(position)
            or self._read_decade(position)
            or self._read_year(position)
        )

    def year(self, position: int) -> int | None:
        """A number of four digits that can be a year."""
        if not 0 <= position < len(self._tokens):
            return None
        token = self._tokens[position]
        digits = token.kind is TokenKind.NUMBER and token.text.isdecimal() and len(token.text) == 4
        return int(token.text) if digits and 1700 <= int(token.text) <= 2199 else None

    def _read_decade(self, position: int) -> Span | None:
        """1990s; 90s for that before 2000."""
        word = self._word(position)
        if not (word.endswith("0s") and word[:-1].isdecimal() and len(word) in {3, 5}):
            return None
        first = int(word[:-1]) if len(word) == 5 else 1900 + int(word[:-1])
        return Span(date(first, 1, 1), date(first + 10, 1, 1), f"the {first}s", position + 1)

    def _read_year(self, position: int) -> Span | None:
        year = self.year(position)
        if year is None and self._words(position, "year"):
            year, position = self.year(position + 1), position + 1
        return Span(date(year, 1, 1), date(year + 1, 1, 1), str(year), position + 1) if year else None

    def _read_iso_day(self, position: int) -> Span | None:
        if position >= len(self._tokens) or self._tokens[position].kind is not TokenKind.DATE:
            return None
        year, month, *day = (int(part) for part in self._tokens[position].lower.split("-"))
        if not day:
            return _month(year, month, position + 1) if 1 <= month <= 12 else None
        return _day(year, month, day[0], position + 1)

    def _read_quarter(self, position: int) -> Span | None:
        """Q2 2024, 2024 Q2, the second quarter of 2024, H1 2024, the first half of 2024."""
        year = self.year(position)
        if year is not None:
            part = _part_of_year(self._word(position + 1))
            return part and months_of(year, part, position + 2)
        part = _part_of_year(self._word(position))
        end = position + 1
        if part is None and self._word(position) in _ORDINALS and self._word(position + 1) in {"quarter", "half"}:
            part = _part_of_year(f"{self._word(position + 1)[0]}{_ORDINALS[self._word(position)]}")
            end = position + 2
        if part is None:
            return None
        if self._word(end) == "of":
            end += 1
        year = self.year(end)
        return months_of(year, part, end + 1) if year else None

    def _read_edge(self, position: int) -> Span | None:
        """ "(the) first 6 months of 2024", "last quarter of 2025"."""
        side = self._word(position)
        if side not in {"first", "last", "final"}:
            return None
        number = read_number(self._tokens, position + 1)
        at = number.end if number else position + 1
        months = _MONTHS_IN.get(singular(self._word(at)))
        year = self.year(at + 2) if self._word(at + 1) == "of" else None
        count = int((number.value if number else 1) * months) if months else 0
        if year is None or not 1 <= count <= 12:
            return None
        name = f"the {side} {count} month{'s' if count > 1 else ''} of {year}"
        first = 1 if side == "first" else 13 - count
        return Span(date(year, first, 1), _next_month(year, first + count - 1), name, at + 3)

    def read_partial(self, position: int) -> Partial | None:
        """1 May, 1st of May, May 1, May 1st, May."""
        if self._word(position) == "the":
            position += 1
        day = self._day_number(position)
        if day is not None:
            at = position + 2 if self._word(position + 1) == "of" else position + 1
            month = MONTHS.get(self._word(at))
            return Partial(month, day, at + 1) if month else None
        month = MONTHS.get(self._word(position))
        if month is None:
            return None
        day = self._day_number(position + 1)
        return Partial(month, day, position + 2 if day else position + 1)

    def _day_number(self, position: int) -> int | None:
        word = self._word(position)
        digits = word[:-2] if word[-2:] in {"st", "nd", "rd", "th"} else word
        return int(digits) if digits.isdecimal() and len(digits) <= 2 and 1 <= int(digits) <= 31 else None

    def _read_day(self, position: int) -> Span | None:
        partial = self.read_partial(position)
        return self._with_year(partial) if partial and partial.day else None

    def _read_month(self, position: int) -> Span | None:
        partial = self.read_partial(position)
        return self._with_year(partial) if partial and not partial.day else None

    def _with_year(self, partial: Partial) -> Span | None:
        at = partial.end + 1 if self._word(partial.end) in {",", "of"} else partial.end
        year = self.year(at)
        return partial.in_year(year, at + 1) if year else None

    def part_of_a_year(self, position: int) -> tuple[tuple[int, int, str], int] | None:
        """A month or quarter without its year, and where it ends."""
        if (part := _part_of_year(self._word(position))) is not None:
            return part, position + 1
        partial = self.read_partial(position)
        if partial is None or partial.day:
            return None
        return (partial.month, 1, _MONTH_NAMES[partial.month - 1].title()), partial.end


def _part_of_year(word: str) -> tuple[int, int, str] | None:
    """First month, number of months and name of q1 to q4, h1 and h2."""
    if len(word) == 2 and word[0] == "q" and word[1] in "1234":
        return 3 * int(word[1]) - 2, 3, word.upper()
    if len(word) == 2 and word[0] == "h" and word[1] in "12":
        return 6 * int(word[1]) - 5, 6, word.upper()
    return None


def months_of(year: int, part: tuple[int, int, str], end: int) -> Span:
    """A part of the year: its first month, how many there are, and its name."""
    first, count, name = part
    return Span(date(year, first, 1), _next_month(year, first + count - 1), f"{name} {year}", end)


def _month(year: int, month: int, end: int) -> Span:
    return Span(date(year, month, 1), _next_month(year, month), f"{_MONTH_NAMES[month - 1].title()} {year}", end)


def _next_month(year: int, month: int) -> date:
    return date(year + 1, 1, 1) if month == 12 else date(year, month + 1, 1)


def _day(year: int, month: int, day: int, end: int) -> Span | None:
    try:
        start = date(year, month, day)
    except ValueError:
        return None
    return Span(start, start + timedelta(days=1), start.isoformat(), end)
