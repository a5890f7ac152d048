"""What of a row has expired or is valid, by the date on which it does: "with an expired passport", "whose license has
expired", "promotions that have expired"."""

from collections.abc import Iterator
from dataclasses import dataclass

from datavalut.catalog.model import Column, Table
from datavalut.filters.model import Age, ColumnValue, Condition, InTime, LastPeriod, OlderThan, TimeUnit
from datavalut.planning.offline import table_dates
from datavalut.planning.offline.abbreviations import name_words
from datavalut.planning.offline.comparisons import before_now, in_time
from datavalut.planning.offline.inflection import american_singular, stem
from datavalut.planning.offline.phrases import Clause, Continuation, all_of, negated
from datavalut.planning.offline.reader import Reader
from datavalut.planning.offline.synonyms import DATE_WORDS
from datavalut.planning.offline.times import TimeReader

_EXPIRING = frozenset({"expir", "end"})
_EXPIRED = frozenset({"expired", "ended", "lapsed"})
_ON = frozenset({"current", "valid", "ongoing"})
_STARTS = frozenset({"start", "begin", "validfrom", "effectfrom", "effect"})
_PASSED = frozenset({"passed", "past", "gone", "elapsed"})
_ITS = frozenset({"its", "their", "the"})
_HAS = frozenset({"has", "have", "is", "are"})
_TO_EXPIRE = frozenset({"expires", "expire", "ends", "end", "lapses", "lapse", "expiring", "ending"})
_RUNNING_OUT = frozenset({"runs", "run", "running"})
_UNTIL = frozenset({"valid", "until", "till", "through"})
_OF_DRIVING = frozenset({"driving", "driver"})
_PAST = (LastPeriod, OlderThan, Age)
_LONGEST = 3  # words of what expires


@dataclass(frozen=True)
class Expiry:
    """Whether `column` has passed, said until `end`."""

    condition: Condition
    meaning: str
    column: Column
    end: int


class ExpiryReader(Reader):
    def read(self, table: Table, position: int) -> Iterator[Expiry]:
        """ "expired" of the row itself: by the one date on which it expires or ends. "current", "valid": begun, and not
        over."""
        dates = table_dates.date_columns(table)
        stems = [table_dates.date_stem(table, column) for column in dates]
        if self._word(position) in _ON:
            yield from self._on(dates, stems, position + 1)
        if self._word(position) != "expired":
            return
        ends = [column for column, one in zip(dates, stems, strict=True) if one == "end"]
        if "expir" not in stems and len(ends) == 1:
            yield Expiry(before_now(ends[0]), f"{ends[0].name} is in the past", ends[0], position + 1)

    def _on(self, dates: list[Column], stems: list[str], end: int) -> Iterator[Expiry]:
        starts = [column for column, one in zip(dates, stems, strict=True) if one in _STARTS]
        ends = [column for column, one in zip(dates, stems, strict=True) if one in _EXPIRING]
        if len(starts) == len(ends) == 1:
            begun = InTime(operand=ColumnValue(column=starts[0].name), window=Age(unit=TimeUnit.DAY, at_least=0))
            condition = all_of((begun, negated(before_now(ends[0]))))
            meaning = f"{starts[0].name} is not in the future and {ends[0].name} not in the past"
            yield Expiry(condition, meaning, ends[0], end)

    def part(self, table: Table, position: int) -> Clause | None:
        """ "(with an) expired passport": of what the row has."""
        at = self._past_articles(position)
        if self._word(at) not in _EXPIRED or (found := self._thing(table, at + 1)) is None:
            return None
        column, end = found
        meaning = f"{table.name.name}.{column.name} is in the past"
        return self._clause(before_now(column), position, end, meaning, Continuation.WITH)

    def past_its_date(self, table: Table, position: int) -> Clause | None:
        """ "(projects) past their deadline", "beyond the due date": the date until when it was due has passed."""
        if self._word(position) not in {"past", "beyond"} or self._word(position + 1) not in _ITS:
            return None
        found = self._date(table, position + 2)
        if found is None:
            return None
        column, end = found
        meaning = f"{table.name.name}.{column.name} is in the past"
        return self._clause(before_now(column), position, end, meaning)

    def _date(self, table: Table, position: int) -> tuple[Column, int] | None:
        """The one date of the row that is named there."""
        own = self._vocabulary.own_columns_at(table, position)
        dates = [column for column in own[0] if column in table_dates.date_columns(table)] if own else []
        return (dates[0], own[1]) if own is not None and len(dates) == 1 else None

    def whose(self, table: Table, position: int) -> Clause | None:
        """ "(whose) passport has expired", "is not expired"."""
        when = self._when(table, position)
        if when is not None:
            return when
        found, over = self._thing(table, position), _EXPIRED
        if found is None:
            found, over = self._date(table, position), _PASSED
        if found is None:
            return None
        column, at = found
        if self._word(at) not in _HAS:
            return None
        at += 1
        is_denied = self._word(at) == "not"
        at += is_denied
        at += self._word(at) == "already"
        if self._word(at) not in over:
            return None
        past = before_now(column)
        meaning = f"{table.name.name}.{column.name} is {'not ' if is_denied else ''}in the past"
        return self._clause(negated(past) if is_denied else past, position, at + 1, meaning)

    def _when(self, table: Table, position: int) -> Clause | None:
        """ "(whose) insurance expires within the next 90 days", "contract runs out in 2027"."""
        found = self._thing(table, position)
        if found is None:
            return None
        column, at = found
        at += self._word(at) in {"will", "is"}
        particle = self._word(at + 1) == "out"
        said = self._word(at)
        if said not in (_RUNNING_OUT if particle else _TO_EXPIRE):
            return None
        times = TimeReader(self._tokens, self._vocabulary.reference_time)
        phrase = times.read(at + 1 + particle)
        if phrase is not None and self._word(phrase.end) in {"or", "and", "but", ","}:
            behind = phrase.end + 1 + (self._word(phrase.end + 1) in {"not", "or", "and"})
            if times.read(behind) or times.read_date(behind) or times.read_relative(behind):
                return None  # a second time would be taken for that of the row
        if phrase is None or any(isinstance(window, _PAST) for window in phrase.windows):
            return None  # "within 30 days" lies behind us elsewhere
        meaning = f"{table.name.name}.{column.name} {phrase.meaning}"
        return self._clause(in_time(ColumnValue(column=column.name), phrase), position, phrase.end, meaning)

    def _thing(self, table: Table, position: int) -> tuple[Column, int] | None:
        """ "passport", of the one date passport_expires_on."""
        for length in range(_LONGEST, 0, -1):
            said = [american_singular(self._word(position + index)) for index in range(length)]
            said = said[1:] if said[0] in _OF_DRIVING and length > 1 else said
            columns = [column for column in table_dates.date_columns(table) if _what_expires(column) == said]
            if len(columns) == 1:
                return columns[0], position + length
        return None


def _what_expires(column: Column) -> list[str]:
    words = [word for word in name_words(column.name) if word not in DATE_WORDS - _UNTIL]
    left = [american_singular(word) for word in words if stem(word) not in _EXPIRING and word not in _UNTIL]
    return left if len(left) < len(words) and words[-1] != "valid" else []
