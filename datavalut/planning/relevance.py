"""Which tables a prompt is likely to be about: only an order, for where not all of them can be told."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable

from datavalut.catalog.model import Catalog, Table, TableName

# How much it says when a word of the prompt is like one of a table's.
NAME, LABEL, COLUMN, COMMENT = 4.0, 2.0, 2.0, 1.0
NEIGHBOURS_SHARE = 0.5  # of a table's weight, for those that a foreign key joins with it
HOPS = 2
SHORTEST_STEM = 4  # letters that two words must have in common
LIKENESS = 0.6  # the common beginning's share of the longer word

_WORD = re.compile(r"[^\W\d_]+|\d+")
_HUMP = re.compile(r"(?<=[^\W\d_A-Z])(?=[A-Z])")


def tables_by_relevance(prompt: str, catalog: Catalog) -> tuple[Table, ...]:
    """All tables, first those whose names, columns, labels and comments are like the prompt's words, and those that
    foreign keys join with them. A word that is like much says little."""
    weights = _own_weights(words_of(prompt), catalog)
    for _ in range(HOPS):
        spread = dict(weights)
        for key in catalog.foreign_keys:
            for near, far in ((key.child, key.parent), (key.parent, key.child)):
                spread[far] = max(spread.get(far, 0.0), weights.get(near, 0.0) * NEIGHBOURS_SHARE)
        weights = spread
    degrees = Counter(name for key in catalog.foreign_keys for name in (key.child, key.parent))
    return tuple(
        sorted(catalog.tables, key=lambda table: (-weights.get(table.name, 0.0), -degrees[table.name], table.name))
    )


def _own_weights(sought: set[str], catalog: Catalog) -> dict[TableName, float]:
    by_word: defaultdict[str, dict[TableName, float]] = defaultdict(dict)
    for table in catalog.tables:
        for word, weight in _weighted_words(table):
            by_word[word][table.name] = max(weight, by_word[word].get(table.name, 0.0))
    weights: defaultdict[TableName, float] = defaultdict(float)
    for word in sought:
        found: dict[TableName, float] = {}
        for other, tables in by_word.items():
            if _alike(word, other):
                for name, weight in tables.items():
                    found[name] = max(weight, found.get(name, 0.0))
        rarity = math.log(1 + len(catalog.tables) / len(found)) if found else 0.0
        for name, weight in found.items():
            weights[name] += weight * rarity
    return dict(weights)


def _weighted_words(table: Table) -> Iterable[tuple[str, float]]:
    yield from ((word, NAME) for word in words_of(table.name.name))
    yield from ((word, COMMENT) for word in words_of(table.comment or ""))
    for column in table.columns:
        yield from ((word, COLUMN) for word in words_of(column.name))
        yield from ((word, COMMENT) for word in words_of(column.comment or ""))
        yield from ((word, LABEL) for label in column.enum_labels for word in words_of(label))


def words_of(text: str) -> set[str]:
    """`orderItems`, `order_items` and `order items` have the same."""
    return {word.casefold() for word in _WORD.findall(_HUMP.sub(" ", text))}


def _alike(one: str, other: str) -> bool:
    """The same word, or forms of one: orders and ordered, category and categories; or one inside the other, as in
    `orderitems`."""
    if one == other:
        return True
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) < SHORTEST_STEM:
        return False
    common = next((index for index, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(shorter))
    return (common >= SHORTEST_STEM and common >= LIKENESS * len(longer)) or shorter.removesuffix("s") in longer
