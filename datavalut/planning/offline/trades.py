"""What rows are called in a trade, which the other tables of the database tell: the members of a library that lends
books are its readers, the devices of a mobile operator are phones.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from datavalut.catalog.model import Catalog, Table, TypeCategory
from datavalut.planning.offline import table_names
from datavalut.planning.offline.abbreviations import head_word, name_words
from datavalut.planning.offline.inflection import american_singular, stem
from datavalut.planning.offline.synonyms import KIND_TABLES, NOUN_COLUMNS, words
from datavalut.planning.offline.type_categories import TIME_CATEGORIES

# Of these only the plural is said of rows: a title is what a book has.
ONLY_IN_PLURAL = frozenset({"title"})
_TITLED = words("book film movie game publication")
_PHONES = words("phone handset")
_EXPIRING = stem("expired")


@dataclass(frozen=True)
class _Trade:
    """A database with a table called by one of each of `signs`; what rows are called there, by their table's name."""

    signs: tuple[frozenset[str], ...]
    called: dict[str, frozenset[str]]


_READERS = words("reader patron borrower")
_TRADES = (
    _Trade(
        (words("loan borrowing lending checkout"), words("book copy title")),
        dict.fromkeys(("member", "user", "customer", "patron", "borrower"), _READERS) | {"book": words("volume")},
    ),
    _Trade(
        (words("sim simcard subscription line"), words("usage call cdr plan tariff")),
        {"device": _PHONES},
    ),
)


def called_in_the_trade(catalog: Catalog) -> Iterator[tuple[str, Table]]:
    """Other words for the rows of tables, each with its table."""
    names = {name for table in catalog.tables for name in _names(table)}
    for table in catalog.tables:
        for trade in _TRADES:
            if all(signs & names for signs in trade.signs):
                said = trade.called.get(american_singular(name_words(table.name.name)[-1]), frozenset())
                yield from ((word, table) for word in sorted(said) if not (word in _PHONES and _has_kinds(table)))
        if table_names.is_of(table, _TITLED) and any(name_words(column.name) == ("title",) for column in table.columns):
            yield "title", table
        if table_names.is_of(table, frozenset({"member"})) and _is_a_membership(table):
            yield "membership", table


def _names(table: Table) -> Iterator[str]:
    singulars = [american_singular(word) for word in name_words(table.name.name)]
    yield from singulars
    yield "".join(singulars)


def _has_kinds(table: Table) -> bool:
    """Where devices are of several kinds, not all are phones."""
    kinds = (NOUN_COLUMNS & KIND_TABLES) - {"model", "make", "brand"}
    return any(
        head_word(column.name) in kinds and column.category in {TypeCategory.TEXT, TypeCategory.ENUM}
        for column in table.columns
    )


def _is_a_membership(table: Table) -> bool:
    """Does the row of a member say how long she is one?"""
    return any(
        column.category in TIME_CATEGORIES and _EXPIRING in map(stem, name_words(column.name))
        for column in table.columns
    )
