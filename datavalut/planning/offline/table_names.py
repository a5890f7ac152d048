"""What a table's own name says of its rows."""

from datavalut.catalog.model import Catalog, Table
from datavalut.planning.offline import synonyms
from datavalut.planning.offline.abbreviations import name_words
from datavalut.planning.offline.inflection import singular, stem


def own_stems(table: Table) -> frozenset[str]:
    """The stems of the table's own name and its synonyms: "order" and "purchas" for orders."""
    words = name_words(table.name.name)
    same = {word for group in synonyms.TABLE_SYNONYMS if singular(words[-1]) in group for word in group}
    return frozenset({stem(word) for word in {*words[-1:], *same}} | {"".join(stem(word) for word in words), ""})


def is_line_of(line: Table, table: Table) -> bool:
    """Are the rows of `line` the parts of one of `table` ("order_items"), and no rows of their own?"""
    own, lines = (name_words(one.name.name) for one in (table, line))
    part = lines[-1:] and singular(lines[-1]) in synonyms.LINE_WORDS
    return bool(part) and (len(lines) == 1 or singular(lines[0]) == singular(own[-1]))


def is_of(table: Table, words: frozenset[str]) -> bool:
    """Is the last word of its name among `words`?"""
    last = singular(name_words(table.name.name)[-1])
    return last in words


def is_rated_often(table: Table, child: Table, catalog: Catalog) -> bool:
    """Are the rows of `child` marks that a row of `table` gets again and again, so that "rated below 3" may speak of
    all of them together? An order is rated once."""
    if not is_of(child, synonyms.RATINGS) or is_of(table, synonyms.RATED_ONCE):
        return False
    keys = [key for key in catalog.references_of(child.name) if key.parent == table.name]
    alone = {tuple(child.primary_key), *child.unique_keys}
    return not any(key.columns in alone for key in keys)
