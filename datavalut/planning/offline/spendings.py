"""Where the money is that somebody spent or brought in: the amounts in the tables below."""

from collections.abc import Iterator

from datavalut.catalog.model import Column, Table
from datavalut.filters.model import Direction, PathStep
from datavalut.planning.offline import synonyms, table_names
from datavalut.planning.offline.abbreviations import name_words
from datavalut.planning.offline.inflection import stem
from datavalut.planning.offline.name_keys import name_key
from datavalut.planning.offline.paths import AmbiguousPathError
from datavalut.planning.offline.phrases import UnclearError
from datavalut.planning.offline.type_categories import NUMBER_CATEGORIES
from datavalut.planning.offline.vocabulary import Vocabulary

_CURRENCIES = frozenset({"eur", "usd", "gbp", "chf", "euro", "dollar"})
_QUANTITIES = frozenset({"quantity", "qty", "units", "quantityordered", "orderquantity", "quantitysold", "unitssold"})


def is_amount(column: Column) -> bool:
    """Is it called an amount or a total, whatever its currency?"""
    words = [*name_words(column.name)]
    words = words[:-1] if len(words) > 1 and words[-1] in _CURRENCIES else words
    return column.category in NUMBER_CATEGORIES and name_key(words) in synonyms.AMOUNT_COLUMNS


def is_amount_of(column: Column, verb: str) -> bool:
    """Is it the raised_amount, or the amount_raised, of "raised"?"""
    words = name_words(column.name)
    rest = {*words} - {"amount", "total", "sum", "so", "far", "value"}
    return column.category in NUMBER_CATEGORIES and {stem(word) for word in rest} == {verb}


def amounts_of(table: Table) -> list[Column]:
    """The columns that can be the table's amount. Beside an "amount claimed" an "amount paid" is no more it."""
    amounts = [column for column in table.columns if is_amount(column)]
    if any("paid" not in name_words(column.name) for column in amounts):
        return amounts
    others = [
        column
        for column in table.columns
        if amounts and column.category in NUMBER_CATEGORIES and "amount" in name_words(column.name)
    ]
    return list(dict.fromkeys([*amounts, *others]))


def is_money(column: Column) -> bool:
    """Is it an amount, a price or another sum of money?"""
    return column.category in NUMBER_CATEGORIES and name_words(column.name)[-1] in synonyms.MONEY_COLUMNS


def quantities(vocabulary: Vocabulary, table: Table) -> Iterator[tuple[Table, Column]]:
    """How many of a row of `table` stand in the rows that reference it: the quantity in an order's line."""
    for child in vocabulary.keys.children(table):
        for column in child.columns:
            if column.category in NUMBER_CATEGORIES and name_key(list(name_words(column.name))) in _QUANTITIES:
                yield child, column


def spendings(vocabulary: Vocabulary, table: Table) -> Iterator[tuple[Table, Column, tuple[PathStep, ...]]]:
    """The amounts of money below `table`, in its children or in theirs, with the ways there."""
    near = list(vocabulary.keys.children(table))
    far = [line for child in near for line in vocabulary.keys.children(child)]
    seen = {table.name}
    for child in near + far:
        if child.name in seen or table_names.is_of(child, synonyms.NOT_SPENT):
            continue
        seen.add(child.name)
        amounts = amounts_of(child)
        if not amounts and child in near and not table_names.is_of(child, synonyms.LASTING | synonyms.SELLERS):
            amounts = [column for column in child.columns if is_money(column)]  # the price in a sale
        for column in amounts:
            try:
                path = vocabulary.keys.path(table, child)
            except AmbiguousPathError as error:
                raise UnclearError(0, 0, f"several ways lead to {child.name.name}", error.paths) from None
            if path is not None and all(step.direction is Direction.TO_CHILDREN for step in path):
                yield child, column, path
