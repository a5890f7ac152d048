"""What a table's own name says of its rows."""

from datavalut.catalog.model import Table
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
