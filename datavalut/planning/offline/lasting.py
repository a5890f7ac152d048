"""States that last, where a date says since when or until when, or a number: "former employees", "open claims", "out of
stock"."""

from collections.abc import Iterator
from dataclasses import dataclass

from datavalut.catalog.model import Column, Table
from datavalut.filters.model import (
    ColumnValue,
    Comparison,
    Condition,
    InTime,
    IsNull,
    LiteralValue,
    OlderThan,
    TimeUnit,
)
from datavalut.planning.offline import synonyms, table_dates, table_names
from datavalut.planning.offline.abbreviations import head_word, name_words
from datavalut.planning.offline.comparisons import before_now
from datavalut.planning.offline.inflection import singular, stem
from datavalut.planning.offline.phrases import negated
from datavalut.planning.offline.quantities import EQUAL, GREATER, read_quantity
from datavalut.planning.offline.reader import Reader
from datavalut.planning.offline.type_categories import NUMBER_CATEGORIES

_LEFT = frozenset({"left", "departed", "resigned", "quit"})  # "(who) left"
_FORMER = frozenset({"former", "ex"}) | _LEFT
_LEAVING = frozenset(
    stem(word)
    for word in ("left", "terminated", "termination", "term", "exit", "resigned", "departed", "quit", "separation")
)
_CLOSING = frozenset({"clos", "resolv", "settl"})
_UNITS = {unit.value: unit for unit in (TimeUnit.DAY, TimeUnit.WEEK, TimeUnit.MONTH, TimeUnit.YEAR)}


@dataclass(frozen=True)
class Lasting:
    """A state that is read from `column`, until `end`."""

    condition: Condition
    meaning: str
    column: Column
    end: int


class LastingReader(Reader):
    def read(self, table: Table, position: int) -> Iterator[Lasting]:
        word = self._word(position)
        if word in _FORMER | {"current"} and table_names.is_of(table, synonyms.JOINERS):
            yield from self._of_those_who_leave(table, position, has_left=word in _FORMER)
        if word == "open":
            yield from self._open(table, position)
        yield from self._since(table, position)
        yield from self._stock(table, position)

    def _stock(self, table: Table, position: int) -> Iterator[Lasting]:
        """ "in stock", "out of stock", by the one number that counts it."""
        there = self._words(position, "in", "stock")
        if not there and not self._words(position, "out", "of", "stock"):
            return
        counts = [
            column for column in self._vocabulary.columns_called(table, "stock") if column.category in NUMBER_CATEGORIES
        ]
        for column in counts if len(counts) == 1 else ():
            operator = GREATER if there else EQUAL
            condition = Comparison(left=ColumnValue(column=column.name), operator=operator, right=LiteralValue(value=0))
            yield Lasting(condition, f"{column.name} {operator.value} 0", column, position + (2 if there else 3))

    def _of_those_who_leave(self, table: Table, position: int, *, has_left: bool) -> Iterator[Lasting]:
        """ "former employees", "current staff": by the date on which they left."""
        for column in self._dates(table, _LEAVING):
            there = negated(IsNull(operand=ColumnValue(column=column.name)))
            condition = there if has_left else negated(there)
            yield Lasting(condition, f"{column.name} is {'not ' if has_left else ''}null", column, position + 1)
            return
        for column in self._dates(table, frozenset({"end"})):
            over = before_now(column)
            meaning = f"{column.name} is {'' if has_left else 'not '}in the past"
            yield Lasting(over if has_left else negated(over), meaning, column, position + 1)

    def _open(self, table: Table, position: int) -> Iterator[Lasting]:
        """ "open claims": not yet closed, where no column of states could say so."""
        states = [column for column in table.columns if head_word(column.name) in synonyms.STATUS_COLUMNS]
        for column in () if states else self._dates(table, _CLOSING):
            yield Lasting(
                IsNull(operand=ColumnValue(column=column.name)), f"{column.name} is null", column, position + 1
            )

    def _dates(self, table: Table, stems: frozenset[str]) -> list[Column]:
        """The one date that may be missing and is of one of `stems`."""
        found = [
            column
            for column in table_dates.date_columns(table)
            if not column.not_null and table_dates.date_stem(table, column) in stems
        ]
        return found if len(found) == 1 else []

    def _since(self, table: Table, position: int) -> Iterator[Lasting]:
        """ "out of service", "out of service for more than 60 days": by out_of_service_since."""
        own = {singular(word) for word in name_words(table.name.name)}
        for column in table.columns:
            *state, last = name_words(column.name)
            if last != "since" or not state or column.not_null or {*state} & (synonyms.PERSONS | own):
                continue
            if self._words(position, *state):
                end = position + len(state)
                there = negated(IsNull(operand=ColumnValue(column=column.name)))
                yield self._for_a_time(column, end) or Lasting(there, f"{column.name} is not null", column, end)

    def _for_a_time(self, column: Column, position: int) -> Lasting | None:
        quantity = read_quantity(self._tokens, position + 1) if self._word(position) == "for" else None
        unit = _UNITS.get(singular(self._word(quantity.end))) if quantity else None
        if quantity is None or unit is None or quantity.operator is not GREATER or quantity.low != int(quantity.low):
            return None
        window = OlderThan(amount=int(quantity.low), unit=unit)
        meaning = f"{column.name} is {quantity.meaning} {unit.value}s ago"
        return Lasting(
            InTime(operand=ColumnValue(column=column.name), window=window), meaning, column, quantity.end + 1
        )
