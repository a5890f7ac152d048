"""The words that a column holds: the labels of its type or of a check, or the values that were read from it."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from datavalut.catalog.model import Column, Table, TypeCategory
from datavalut.planning.offline.abbreviations import name_words
from datavalut.planning.offline.comments import labels_of_codes
from datavalut.planning.offline.countries import COUNTRIES
from datavalut.planning.offline.inflection import singular
from datavalut.planning.offline.spelling import value_key
from datavalut.planning.offline.states import STATES
from datavalut.planning.offline.synonyms import FREE_TEXTS, SEXES, words
from datavalut.planning.source import ColumnValues

_ALLOWED_VALUES = re.compile(
    r"^CHECK \(+\"?(?P<column>[\w$]+)\"?\)?(?:::[\w ]+)? = ANY \(+ARRAY\[(?P<values>.*?)\]", re.S
)
_TEXT_LITERAL = re.compile(r"'((?:[^']|'')*)'")
_COUNTRY_COLUMNS = words("country nation nationality land")
_STATE_COLUMNS = words("state province region")
_INITIALS = re.compile(r"[A-Z]{2,}s")  # "EPs", "CDs"
_BETWEEN_PARTS = re.compile(r"\s*[,;|]\s*")
_MOST_KINDS = 100
_MOST_WORDS = 6  # of a value: a longer one is a sentence


@dataclass(frozen=True)
class ColumnWords:
    """The values of one column by their keys. `closed`: no other is possible, since a type or a check lists them."""

    closed: bool
    listed: tuple[str, ...]
    by_key: Mapping[str, tuple[str, ...]]

    def stored(self, key: str) -> tuple[str, ...]:
        """The values written so: more than one where they differ by case only, or are names of one country."""
        return self.by_key.get(key, ())


NO_WORDS = ColumnWords(False, (), {})


class Values:
    """Each column is asked for when a sentence may mean it, and once."""

    def __init__(self, read: ColumnValues | None) -> None:
        self._read = read
        self._known: dict[tuple[str, str], ColumnWords] = {}
        self._labels: dict[tuple[str, str], tuple[str, ...]] = {}

    def labels(self, table: Table, column: Column) -> tuple[str, ...]:
        """The only values that the column can have, if its type or a check lists them."""
        key = (str(table.name), column.name)
        if key not in self._labels:
            self._labels[key] = closed_labels(table, column)
        return self._labels[key]

    def of(self, table: Table, column: Column) -> ColumnWords:
        key = (str(table.name), column.name)
        if key not in self._known:
            self._known[key] = self._words(table, column)
        return self._known[key]

    def has_few(self, table: Table, column: Column) -> bool:
        """Does the column hold so few values that they may be kinds? A list of names is told from them without being
        looked through."""
        if self.labels(table, column) or (str(table.name), column.name) in self._known:
            return True
        if self._read is None or column.category is not TypeCategory.TEXT or is_free_text(column):
            return False
        return len(self._read.values(table.name, column.name) or ()) <= _MOST_KINDS

    def read_so_far(self, of_columns: Callable[[str], bool]) -> list[str]:
        """The values of the columns with such names that a sentence was found to need."""
        return [value for (_, column), known in self._known.items() if of_columns(column) for value in known.listed]

    def read_before(self, table: Table, column: Column) -> tuple[str, ...]:
        """The column's values, if they were looked up."""
        known = self._known.get((str(table.name), column.name))
        return known.listed if known is not None else ()

    def _words(self, table: Table, column: Column) -> ColumnWords:
        labels = self.labels(table, column)
        if labels:
            return ColumnWords(True, labels, _by_key(labels, column) | _by_comment(labels, column))
        if self._read is None or column.category is not TypeCategory.TEXT or is_free_text(column):
            return NO_WORDS
        values = tuple(
            value
            for value in self._read.values(table.name, column.name) or ()
            if len(value.split()) <= _MOST_WORDS and any(letter.isalnum() for letter in value)
        )
        by_key = _by_key(values, column) | _by_comment(values, column)
        for part in _parts_of_others(values):
            by_key.pop(part, None)  # who has "latex" may be one of "penicillin, latex", too
        return ColumnWords(False, values, by_key)


def _parts_of_others(values: Iterable[str]) -> set[str]:
    """The keys of what values tell beside other things."""
    lists = (parts for value in values if len(parts := _BETWEEN_PARTS.split(value)) > 1)
    return {value_key(part) for parts in lists for part in parts}


def closed_labels(table: Table, column: Column) -> tuple[str, ...]:
    """The values that the column's enum type, or a check constraint of the table, allows."""
    if column.category is TypeCategory.ENUM:
        return column.enum_labels
    if column.category is not TypeCategory.TEXT:
        return ()
    for constraint in table.check_constraints:
        match = _ALLOWED_VALUES.search(constraint)
        if match and match["column"] == column.name:
            return tuple(value.replace("''", "'") for value in _TEXT_LITERAL.findall(match["values"]))
    return ()


def is_free_text(column: Column) -> bool:
    """Is it written in sentences, or for machines? Then its values are no words of the database's language."""
    parts = name_words(column.name)
    return not parts or parts[-1] in FREE_TEXTS or "".join(parts) in FREE_TEXTS


def _by_comment(values: tuple[str, ...], column: Column) -> dict[str, tuple[str, ...]]:
    """Codes by the labels that the column's comment tells of them."""
    found: dict[str, tuple[str, ...]] = {}
    for code, label in labels_of_codes(column.comment, values).items():
        found[value_key(label)] = (*found.get(value_key(label), ()), code)
    return found


def _by_key(values: Iterable[str], column: Column) -> dict[str, tuple[str, ...]]:
    stored: dict[str, tuple[str, ...]] = {}
    for value in values:
        key = value_key(value)
        stored[key] = (*stored.get(key, ()), value)
    parts = set(name_words(column.name))
    if parts & _COUNTRY_COLUMNS:
        return stored | _other_names(stored, _countries())
    if parts & _STATE_COLUMNS:
        return stored | _other_names(stored, _states())
    if parts & {"sex", "gender"}:
        return stored | _other_names(stored, SEXES)
    return stored


@cache
def _countries() -> tuple[frozenset[str], ...]:
    return tuple(frozenset(value_key(name) for name in (*names, *peoples)) for names, peoples in COUNTRIES)


@cache
def _states() -> tuple[frozenset[str], ...]:
    return tuple(frozenset(value_key(name) for name in names) for names in STATES)


def _other_names(stored: Mapping[str, tuple[str, ...]], groups: Iterable[frozenset[str]]) -> dict[str, tuple[str, ...]]:
    """Every name of what is stored under one of them."""
    named: dict[str, tuple[str, ...]] = {}
    for group in groups:
        found = tuple(value for key in sorted(group) for value in stored.get(key, ()))
        if found:
            named |= dict.fromkeys(group, found)
    return named


def is_of_initials(word: str) -> bool:
    """Is it a plural like "EPs"?"""
    return _INITIALS.fullmatch(word) is not None


def plural_key(text: str) -> str | None:
    """The key of a value that is said in the plural: "guests" for "guest"; None if it is none."""
    last = text.split()[-1:] or [""]
    one = last[0][:-1].lower() if is_of_initials(last[0]) else singular(last[0].lower())
    return value_key(text[: len(text) - len(last[0])] + one) if one != last[0].lower() else None
