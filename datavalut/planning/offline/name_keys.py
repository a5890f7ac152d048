"""The keys by which names of tables and columns are found: what two ways to say a name have in common.

Each key has a level: a whole name comes before a part of it or a synonym, and these before what may only mean it.
"""

from collections.abc import Iterator

from datavalut.catalog.model import Catalog, Column, Table, TableName, TypeCategory
from datavalut.planning.offline import synonyms
from datavalut.planning.offline.abbreviations import name_words
from datavalut.planning.offline.comments import name_in
from datavalut.planning.offline.inflection import american_singular
from datavalut.planning.offline.thesaurus import CALLED_TOO, LOOSE_COLUMN_SYNONYMS, LOOSE_TABLE_SYNONYMS
from datavalut.planning.offline.tokens import parts_of
from datavalut.planning.offline.type_categories import TIME_CATEGORIES

_USUAL_SCHEMA = "public"  # nobody says it: "public posts" are posts that are public
TABLE_PREFIXES = frozenset({"tbl", "t", "tb", "app", "dim", "fact"})
# The levels of names that only may mean a table or a column.
LOOSELY = 2
LOOSELY_OF_COLUMNS = 3
_COLUMN_SYNONYMS, _LOOSE_COLUMN_SYNONYMS = (
    tuple(frozenset(map(american_singular, group)) for group in groups)
    for groups in (synonyms.COLUMN_SYNONYMS, LOOSE_COLUMN_SYNONYMS)
)
_KEY_TAILS = frozenset({"id", "no", "nr", "code", "key", "number"})
_EXTREMES = {"min": "minimum", "max": "maximum", "minimum": "min", "maximum": "max"}
_FLAG_AFFIXES = frozenset({"is", "has", "was", "bool", "flag", "ind", "indicator", "yn"})


def name_key(words: Iterator[str] | tuple[str, ...] | list[str]) -> str:
    """What two spellings of a name have in common: singular words, without what joins them."""
    return "".join(american_singular(word) for word in words)


def spelled_names(name: str) -> list[list[str]]:
    """The words of a name, written out and as they stand, each in the form that words are compared in."""
    forms = [[american_singular(word) for word in words] for words in (name_words(name), parts_of(name))]
    return forms if forms[0] != forms[1] else forms[:1]


def own_keys(words: list[str], prefixes: frozenset[str]) -> Iterator[str]:
    yield "".join(words)
    if words[-1] not in synonyms.NOT_VALUES:
        yield words[-1]
    if words[0] in prefixes:
        yield "".join(words[1:])


def table_keys(table: Table, prefixes: frozenset[str]) -> Iterator[tuple[int, str]]:
    if told := name_in(table.comment):
        yield LOOSELY, name_key(told)
    for words in spelled_names(table.name.name):
        yield 0, "".join(words)
        if table.name.schema != _USUAL_SCHEMA:
            yield 0, name_key([*parts_of(table.name.schema), *words])
        if len(words) > 1 and words[0] in prefixes:
            words = words[1:]  # noqa: PLW2901 - the name without its prefix
            yield 1, "".join(words)
        for position, word in enumerate(words):
            for group in synonyms.TABLE_SYNONYMS:
                if word in group:
                    for other in group - {word}:
                        yield 1, "".join([*words[:position], other, *words[position + 1 :]])
        yield from ((LOOSELY, other) for other in _same(LOOSE_TABLE_SYNONYMS, "".join(words)))
        if len(words) > 1:  # "support tickets" of support_cases
            for other in _same(LOOSE_TABLE_SYNONYMS, words[-1]):
                yield LOOSELY, "".join([*words[:-1], other])
        if len(words) > 1 and words[-1] not in synonyms.NOT_VALUES:  # the "in" of check_in is none
            yield 1, words[-1]
            for groups in (synonyms.TABLE_SYNONYMS, LOOSE_TABLE_SYNONYMS):
                yield from ((LOOSELY, other) for other in _same(groups, words[-1]))
        yield from ((LOOSELY, said) for said in CALLED_TOO.get(words[-1], ()))
        if words[-1] in synonyms.PERSONS:
            yield LOOSELY, "person"
        if len(words) > 1 and words[-1] in synonyms.GENERIC_TABLE_TAILS:
            yield 1, "".join(words[:-1])


def names_by_keys(catalog: Catalog) -> Iterator[tuple[str, Table]]:
    """Tables by how the foreign keys that lead to them call them: a task_item that all keys called task_id lead to is a
    task. Only the beginning of the table's own name counts, since other names are roles."""
    parents: dict[str, set[TableName]] = {}
    for key in catalog.foreign_keys:
        *said, last = name_words(key.columns[0])
        if said and last in _KEY_TAILS and len(key.columns) == 1:
            parents.setdefault(name_key(said), set()).add(key.parent)
    for called, tables in parents.items():
        table = catalog.table(next(iter(tables)))
        beginnings = {"".join(words[:end]) for words in spelled_names(table.name.name) for end in range(1, len(words))}
        if len(tables) == 1 and called in beginnings:
            yield called, table


def column_keys(table: Table, column: Column) -> Iterator[tuple[int, str]]:
    own = [american_singular(word) for word in name_words(table.name.name)]
    if told := name_in(column.comment):
        yield LOOSELY_OF_COLUMNS, name_key(told)
    for words in spelled_names(column.name):
        yield from _keys_of_column_words(words, own, column)


def _keys_of_column_words(words: list[str], own: list[str], column: Column) -> Iterator[tuple[int, str]]:
    yield 0, "".join(words)
    yield 0, "".join([*own, *words])
    if words[0] in _EXTREMES and len(words) > 1:
        yield 0, "".join([_EXTREMES[words[0]], *words[1:]])
    short = [words]
    if len(words) > len(own) and words[: len(own)] == own:
        short.append(words[len(own) :])
    if own and len(words) > 1 and words[0] == own[-1] != own[0]:
        short.append(words[1:])
    if column.category in {TypeCategory.BOOLEAN, TypeCategory.INTEGER, TypeCategory.TEXT}:
        short.extend(_without_flag_words(words))
    for name in short:
        yield 1, "".join(name)
        yield from ((1, other) for other in _same(_COLUMN_SYNONYMS, "".join(name)))
        yield from ((LOOSELY_OF_COLUMNS, other) for other in _same(_LOOSE_COLUMN_SYNONYMS, "".join(name)))
    for start in range(1, len(words)):
        head = "".join(words[start:])
        if head not in synonyms.DATE_WORDS | {"id"} | synonyms.NOT_VALUES:
            yield 2, head
            yield from ((2, other) for other in _same(_COLUMN_SYNONYMS, head))
            yield from ((LOOSELY_OF_COLUMNS, other) for other in _same(_LOOSE_COLUMN_SYNONYMS, head))
    undated = words
    while column.category in TIME_CATEGORIES and undated and undated[-1] in synonyms.DATE_WORDS:
        undated = undated[:-1]
    if 1 < len(undated) < len(words):  # last_login_at is the last login; shipped_at is not "shipped"
        yield 1, "".join(undated)
    if undated and len(undated) < len(words):  # "shipped date" for shipped_at
        dated = "".join([*undated, "date"])
        yield 1, dated
        yield from ((LOOSELY_OF_COLUMNS, other) for other in _same(_LOOSE_COLUMN_SYNONYMS, dated))
    if len(words) > 1 and words[-1] in synonyms.GENERIC_TAILS:
        yield 2, "".join(words[:-1])


def _same(groups: tuple[frozenset[str], ...], key: str) -> Iterator[str]:
    for group in groups:
        if key in group:
            yield from group - {key}


def _without_flag_words(words: list[str]) -> Iterator[list[str]]:
    if len(words) > 1 and words[0] in _FLAG_AFFIXES:
        yield words[1:]
    if len(words) > 1 and words[-1] in _FLAG_AFFIXES:
        yield words[:-1]
    if len(words) > 2 and {words[0], words[-1]} <= _FLAG_AFFIXES:
        yield words[1:-1]
    if len(words) == 1:  # activebool, isactive
        for affix in ("bool", "flag"):
            if words[0].endswith(affix) and len(words[0]) > len(affix) + 2:
                yield [words[0].removesuffix(affix)]
