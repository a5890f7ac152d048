"""Numbers before a noun: "five-star hotels", "3 bedroom houses", "60-minute classes", "grade 9 students"."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from datavalut.catalog.model import Column, Table, TypeCategory
from datavalut.filters.model import ColumnValue, Comparison, Condition, LiteralValue, PathStep
from datavalut.planning.offline import synonyms
from datavalut.planning.offline.abbreviations import name_words
from datavalut.planning.offline.comparisons import compared
from datavalut.planning.offline.inflection import american_singular, singular
from datavalut.planning.offline.named_rows import holds_kinds
from datavalut.planning.offline.paths import AmbiguousPathError
from datavalut.planning.offline.phrases import UnclearError, along
from datavalut.planning.offline.quantities import EQUAL, Quantity, read_quantity
from datavalut.planning.offline.reader import Reader
from datavalut.planning.offline.tokens import TokenKind, tokenize
from datavalut.planning.offline.type_categories import NUMBER_CATEGORIES
from datavalut.planning.offline.units import in_unit_of_column, read_unit

_ORDINAL = re.compile(r"(\d+)(?:st|nd|rd|th)")
_ORDINALS = {
    **{"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8},
    **{"ninth": 9, "tenth": 10},
}
_UNITS = synonyms.words("second minute hour day week month year")


@dataclass(frozen=True)
class Numbered:
    """What a number before the noun says of it, until `end`."""

    condition: Condition
    meaning: str
    column: Column
    path: tuple[PathStep, ...]
    end: int
    is_ordinal: bool = False


class NumberedReader(Reader):
    def read(self, table: Table, position: int) -> Iterator[Numbered]:
        yield from self._behind_its_column(table, position)
        said = self._before_its_column(position)
        if said is None:
            return
        quantity, noun = said
        for holder, path in self._near(table, noun):
            columns = self._columns_of_unit(holder, noun) if noun in _UNITS else self._counting(holder, noun, quantity)
            if len(columns) > 1:
                names = (f"{holder.name.name}.{column.name}" for column in columns)
                raise UnclearError(position, quantity.end, "several columns fit", names)
            if columns:
                column, end = columns[0], quantity.end
                quantity = self._in_its_unit(holder, column, quantity, noun, position)
                condition = compared(ColumnValue(column=column.name), quantity, column.category, position)
                meaning = f"{holder.name.name}.{column.name} {quantity.meaning}"
                is_ordinal = self._ordinal(position) is not None
                yield Numbered(along(path, condition), meaning, column, path, end, is_ordinal)
                return

    def _behind_its_column(self, table: Table, position: int) -> Iterator[Numbered]:
        """ "grade 9 students": a column and its number."""
        own = self._vocabulary.own_columns_at(table, position)
        if own is None or len(own[0]) != 1 or own[0][0].category is not TypeCategory.INTEGER:
            return
        column, at = own[0][0], own[1]
        number = self._tokens[at].number if at < len(self._tokens) else None
        if number is None or number != int(number) or self._vocabulary.table_at(at + 1, loosely=True) is None:
            return
        equal = Comparison(left=ColumnValue(column=column.name), operator=EQUAL, right=LiteralValue(value=int(number)))
        yield Numbered(equal, f"{column.name} = {int(number)}", column, (), at + 1)

    def _before_its_column(self, position: int) -> tuple[Quantity, str] | None:
        """ "5-star", "five star", "4+ star", "7-seater": the number, until behind what it counts, and that."""
        word = self._word(position)
        if word.count("-") == 1 and self._tokens[position].kind is TokenKind.WORD:
            number, noun = word.split("-")
            inner = tokenize(number)
            quantity = read_quantity(inner, 0) if len(inner) == 1 else None
            return (replace(quantity, end=position + 1), _counted(noun)) if quantity and noun.isalpha() else None
        quantity = read_quantity(self._tokens, position) or self._ordinal(position)
        noun = self._word(quantity.end) if quantity else ""
        if quantity is None or not noun.isalpha() or singular(noun) != noun:
            return None
        return replace(quantity, end=quantity.end + 1), _counted(noun)

    def _ordinal(self, position: int) -> Quantity | None:
        """ "3rd", "third" (floor)."""
        found = _ORDINAL.fullmatch(self._word(position))
        number = int(found[1]) if found else _ORDINALS.get(self._word(position))
        return Quantity(EQUAL, Decimal(number), position + 1, bare=True) if number else None

    def _near(self, table: Table, noun: str) -> Iterator[tuple[Table, tuple[PathStep, ...]]]:
        """The table itself, what says of what kind its rows are, and what its keys lead to: the bedrooms of a listing
        are those of its property. The stars of a hotel are none of a booking."""
        yield table, ()
        for distance, other in self._vocabulary.keys.ancestors(table):
            if not holds_kinds(other, table) and (distance > 1 or noun == "star"):
                continue
            try:
                path = self._vocabulary.keys.path(table, other)
            except AmbiguousPathError:
                continue
            if path:
                yield other, path

    def _counting(self, table: Table, noun: str, quantity: Quantity) -> list[Column]:
        """Numbers called so: "bedrooms", "num_bedrooms", "star_rating". An average of stars is hardly just 5."""
        called = self._vocabulary.columns_called(table, noun)
        stars = [column for column in table.columns if noun == "star" and "star" in _singulars(column)]
        whole = quantity.bare and quantity.low == int(quantity.low)
        return [
            column
            for column in dict.fromkeys([*stars] or called)
            if column.category is TypeCategory.INTEGER
            or ((column in stars or not whole) and column.category in NUMBER_CATEGORIES)
        ]

    def _columns_of_unit(self, table: Table, unit: str) -> list[Column]:
        """Those with the unit in their names; for a length of time else those that are one."""
        numbers = [column for column in table.columns if column.category in NUMBER_CATEGORIES]
        named = [column for column in numbers if unit in _singulars(column)]
        lengths = [column for column in numbers if _singulars(column) & {"length", "duration", "runtime"}]
        return named or (lengths if unit in {"second", "minute", "hour"} else [])

    def _in_its_unit(self, holder: Table, column: Column, quantity: Quantity, noun: str, position: int) -> Quantity:
        unit, _ = read_unit(tokenize(noun), 0)
        if unit is None or noun in _singulars(column):
            return quantity
        return in_unit_of_column(quantity, unit, holder, column, position)


def _counted(noun: str) -> str:
    """ "seat" of a "7-seater"."""
    word = american_singular(noun)
    return word.removesuffix("er") if word == "seater" else word


def _singulars(column: Column) -> frozenset[str]:
    return frozenset(american_singular(word) for word in name_words(column.name))
