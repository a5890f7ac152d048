"""What words mean in one database: its tables, columns, values and dates by the words that people use for them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from datavalut.catalog.model import Catalog, Column, Table, TypeCategory
from datavalut.filters.model import PathStep
from datavalut.planning.offline import synonyms, table_dates, table_names
from datavalut.planning.offline.abbreviations import head_word, name_words
from datavalut.planning.offline.inflection import plural, singular, stem
from datavalut.planning.offline.name_keys import (
    LOOSELY,
    LOOSELY_OF_COLUMNS,
    TABLE_PREFIXES,
    column_keys,
    name_key,
    names_by_keys,
    own_keys,
    spelled_names,
    table_keys,
)
from datavalut.planning.offline.paths import AmbiguousPathError, KeyGraph
from datavalut.planning.offline.phrases import SeveralTablesError, UnclearError
from datavalut.planning.offline.spelling import value_key
from datavalut.planning.offline.tokens import Token, TokenKind, parts_of
from datavalut.planning.offline.trades import ONLY_IN_PLURAL, called_in_the_trade
from datavalut.planning.offline.values import Values, plural_key

LONGEST_NAME = 5  # tokens
_DENIAL = "no"  # of a room_no only its whole name speaks


@dataclass(frozen=True)
class ColumnReference:
    """A column named by tokens until before `end`, on the row itself (no path) or on one of its ancestors."""

    table: Table
    column: Column
    path: tuple[PathStep, ...]
    end: int

    @property
    def text(self) -> str:
        return f"{self.table.name.name}.{self.column.name}"


@dataclass(frozen=True)
class LabelReference:
    """Values of a column, written so by tokens until before `end`: one, mostly; more where they differ by case only."""

    column: Column
    values: tuple[str, ...]
    end: int

    @property
    def label(self) -> str:
        return self.values[0]


class Vocabulary:
    """`reference_time` is the "now" of the sentence, for explanations: no meaning hangs on it. Of several tables that
    are called by one noun `meant` is the one, if it is among them."""

    def __init__(
        self,
        catalog: Catalog,
        tokens: tuple[Token, ...],
        values: Values,
        reference_time: datetime | None = None,
        *,
        meant: Table | None = None,
    ) -> None:
        self.catalog = catalog
        self._meant = meant
        self.reference_time = reference_time
        self._values = values
        self.keys = KeyGraph(catalog)
        self._tokens = tokens
        self._column_levels: dict[str, dict[str, dict[int, list[Column]]]] = {}

    @property
    def is_one_meant(self) -> bool:
        return self._meant is not None

    def with_meant(self, table: Table) -> "Vocabulary":
        """The same, where `table` is meant by a noun that others are called by, too."""
        return Vocabulary(self.catalog, self._tokens, self._values, self.reference_time, meant=table)

    # Tables

    @cached_property
    def _tables(self) -> dict[str, dict[int, list[Table]]]:
        names: dict[str, dict[int, list[Table]]] = {}
        prefixes = self._shared_prefixes()
        for table in self.catalog.tables:
            for level, key in table_keys(table, prefixes):
                tables = names.setdefault(key, {}).setdefault(level, [])
                if table not in tables:
                    tables.append(table)
        for word, table in (*names_by_keys(self.catalog), *called_in_the_trade(self.catalog)):
            tables = names.setdefault(word, {}).setdefault(LOOSELY, [])
            if table not in tables:
                tables.append(table)
        return names

    @cached_property
    def _qualified_tables(self) -> dict[str, dict[int, list[Table]]]:
        """By "public.posts"."""
        names: dict[str, dict[int, list[Table]]] = {}
        for table in self.catalog.tables:
            for words in spelled_names(table.name.name):
                key = name_key([*parts_of(table.name.schema), *words])
                names.setdefault(key, {}).setdefault(0, []).append(table)
        return names

    def _shared_prefixes(self) -> frozenset[str]:
        """First words that most tables begin with: the application's name, which nobody says."""
        firsts = [words[0] for table in self.catalog.tables if len(words := name_words(table.name.name)) > 1]
        return TABLE_PREFIXES | {word for word in set(firsts) if firsts.count(word) * 2 > len(self.catalog.tables)}

    def table_at(self, position: int, *, loosely: bool = False) -> tuple[Table, int] | None:
        """The table that the longest run of tokens from `position` names; with `loosely` also by a word that only may
        mean it. Raises UnclearError if several fit."""
        for length in range(LONGEST_NAME, 0, -1):
            if (key := self._key(position, length)) is None:
                continue
            is_qualified = length == 1 and "." in self._tokens[position].text
            levels = (self._qualified_tables if is_qualified else self._tables).get(key)
            if levels and min(levels) >= LOOSELY and self._tokens[position].lower == key in ONLY_IN_PLURAL:
                continue
            if levels and (loosely or min(levels) < LOOSELY):
                tables = levels[min(levels)]
                if len(tables) > 1 and self._meant in tables:
                    tables = [table for table in tables if table == self._meant]
                if min(levels) >= LOOSELY and self._is_a_name(tables, position, length):
                    return None
                if len(tables) > 1:
                    raise SeveralTablesError(position, position + length, tables)
                self._check_pairs(tables[0], position, length)
                return tables[0], position + length
        return None

    def _is_a_name(self, tables: list[Table], position: int, length: int) -> bool:
        """Do the words go on to what a row is called, as "Person 3" does? Such a name has a capital."""
        if position == 0 or not self._tokens[position].text[0].isupper():
            return False
        labels = (self.label_at(table, column, position) for table in tables for column in self.name_columns(table))
        return any(label is not None and label.end > position + length for label in labels)

    def is_called(self, table: Table, position: int, end: int) -> bool:
        """Is it the table's own name, or a part of it, and no synonym?"""
        key = self._key(position, end - position) or ""
        return any(key in own_keys(words, self._shared_prefixes()) for words in spelled_names(table.name.name))

    def is_noun_of(self, table: Table, position: int, end: int) -> bool:
        """Do the tokens there name the table, strictly or not?"""
        levels = self._tables.get(self._key(max(position, 0), end - position) or "", {})
        return any(table in tables for tables in levels.values())

    def is_named_loosely(self, position: int, end: int) -> bool:
        """Does the table's name there only may mean it, so that another reading of the words comes first?"""
        levels = self._tables.get(self._key(position, end - position) or "", {})
        return bool(levels) and min(levels) >= LOOSELY

    def _check_pairs(self, pairs: Table, position: int, length: int) -> None:
        """ "film categories" are categories, or the rows of film_category: that is not clear."""
        if length == 1 or not self.keys.is_of_pairs(pairs):
            return
        last = self._tables.get(name_key(self._tokens[position + length - 1].parts), {}).get(0, ())
        for table in last:
            if any(key.parent == table.name for key in self.catalog.references_of(pairs.name)):
                names = (str(pairs.name), str(table.name))
                raise UnclearError(position, position + length, "two tables fit", names)

    def _key(self, position: int, length: int) -> str | None:
        window = self._tokens[position : position + length]
        kinds = [token.kind for token in window]
        if len(window) < length or not all(kind in {TokenKind.WORD, TokenKind.QUOTED} for kind in kinds):
            has_number = len(window) == length > 1 and kinds.count(TokenKind.NUMBER) == 1
            if not has_number or not {*kinds} <= {TokenKind.WORD, TokenKind.NUMBER} or kinds[0] is TokenKind.NUMBER:
                return None
        return name_key([part for token in window for part in token.parts]) or None

    # Columns

    def column_at(self, table: Table, position: int) -> ColumnReference | None:
        """The column that the longest run of tokens names: of `table` itself, else of its nearest ancestor.

        A name said only in part ("price" for unit_price) counts for the table itself, and only if no ancestor has a
        column of that very name. Raises UnclearError if several fit.
        """
        for length in range(LONGEST_NAME, 0, -1):
            if (key := self._key(position, length)) is None or key == _DENIAL:
                continue
            end = position + length
            levels = self._columns_of(table).get(key, {})
            exact = [column for level in (0, 1) if level in levels for column in levels[level]]
            own = levels[min(levels)] if levels else []
            above = [] if exact else self._columns_above(table, key, position, end)
            found = [ColumnReference(table, column, (), end) for column in own] + above
            if len(found) > 1:
                raise UnclearError(position, end, "several columns fit", (reference.text for reference in found))
            if found:
                return found[0]
        return None

    def role_at(self, table: Table, position: int) -> ColumnReference | None:
        """The foreign-key column that the tokens name without its "id": "manager" for manager_id."""
        roles = {key.columns[0] for key in self.catalog.references_of(table.name) if len(key.columns) == 1}
        for length in range(LONGEST_NAME, 0, -1):
            key = self._key(position, length)
            for column in table.columns:
                words = name_words(column.name)
                if key and column.name in roles and words[-1] == "id" and name_key(words[:-1]) == key:
                    return ColumnReference(table, column, (), position + length)
        return None

    def own_columns_at(self, table: Table, position: int) -> tuple[list[Column], int] | None:
        """As `column_at`, for the table itself, with all that fit equally well."""
        for length in range(LONGEST_NAME, 0, -1):
            key = self._key(position, length)
            levels = self._columns_of(table).get(key, {}) if key and key != _DENIAL else {}
            if levels:
                return levels[min(levels)], position + length
        return None

    def columns_called(self, table: Table, word: str) -> list[Column]:
        """The table's columns that the singular `word` names, all that fit equally well."""
        levels = self._columns_of(table).get(word, {})
        return levels[min(levels)] if levels else []

    def flags_at(self, table: Table, position: int) -> list[tuple[Column, int]]:
        """The columns that the longest run of tokens names, fully or but for an "is" or "flag"; each with the end."""
        for length in range(LONGEST_NAME, 0, -1):
            key = self._key(position, length)
            levels = self._columns_of(table).get(key, {}) if key else {}
            named = [*levels.get(0, ()), *levels.get(1, ())]
            columns = dict.fromkeys(named or [*levels.get(LOOSELY_OF_COLUMNS, ())])
            if columns:
                return [(column, position + length) for column in columns]
        return []

    def is_named(self, table: Table, column: Column, word: str) -> bool:
        """Is `word` the column's name, or that without its "is" or "flag"?"""
        levels = self._columns_of(table).get(singular(word), {})
        return column in [*levels.get(0, ()), *levels.get(1, ())]

    def _columns_above(self, table: Table, key: str, position: int, end: int) -> list[ColumnReference]:
        if key in synonyms.GENERIC_COLUMNS:
            return []
        nearest: int | None = None
        found: list[ColumnReference] = []
        for distance, ancestor in self.keys.ancestors(table):
            if nearest is not None and distance > nearest:
                break
            levels = self._columns_of(ancestor).get(key, {})
            for column in levels.get(0) or levels.get(1) or ():
                if any(column.name in key_.columns for key_ in self.catalog.references_of(ancestor.name)):
                    continue
                nearest = distance
                found.append(ColumnReference(ancestor, column, self.path(table, ancestor, position, end), end))
        return found

    def path(self, start: Table, goal: Table, position: int, end: int) -> tuple[PathStep, ...]:
        """Raises UnclearError if no path, or more than one, is meant."""
        try:
            path = self.keys.path(start, goal)
        except AmbiguousPathError as error:
            reason = f"several ways lead from {start.name.name} to {goal.name.name}"
            raise UnclearError(position, end, reason, error.paths) from None
        if path is None:
            raise UnclearError(position, end, f"no foreign key leads from {start.name.name} to {goal.name.name}")
        return path

    def counted_path(
        self, start: Table, goal: Table, position: int, end: int, *, described: bool
    ) -> tuple[PathStep, ...]:
        """The path to rows that are counted, whose noun ends before `end`. An order's "items" are its lines, where the
        table at the end is called otherwise; raises UnclearError where they could be pieces as well."""
        path = self.path(start, goal, position, end)
        if singular(self._tokens[end - 1].lower) != "item" or not self.is_named_loosely(end - 1, end):
            return path
        lines = [line for step in path if table_names.is_of(line := self.table_of(step), synonyms.LINE_WORDS)]
        if lines and (described or not table_names.is_line_of(lines[0], start)):
            raise UnclearError(position, end, "lines, or pieces?", (str(lines[0].name),))
        return path[:1] if lines else path

    def table_of(self, step: PathStep) -> Table:
        """The table that a step of a path of ours leads to."""
        return self._tables_by_text[step.table]

    @cached_property
    def _tables_by_text(self) -> dict[str, Table]:
        return {str(table.name): table for table in self.catalog.tables}

    def _columns_of(self, table: Table) -> dict[str, dict[int, list[Column]]]:
        cached = self._column_levels.get(str(table.name))
        if cached is None:
            cached = {}
            parents = {
                (key.columns[0], words_key)
                for key in self.catalog.references_of(table.name)
                if len(key.columns) == 1
                for words_key in map(name_key, spelled_names(key.parent.name))
            }
            for column in table.columns:
                for level, key in column_keys(table, column):
                    if level > 1 and (column.name, key) in parents:
                        continue  # a fee's "student" is the row that student_no leads to, and no number
                    columns = cached.setdefault(key, {}).setdefault(level, [])
                    if column not in columns:
                        columns.append(column)
            self._column_levels[str(table.name)] = cached
        return cached

    def name_columns(self, table: Table) -> list[Column]:
        """The columns that hold what a row is called."""
        own = name_key(list(name_words(table.name.name)))
        texts = [column for column in table.columns if column.category is TypeCategory.TEXT]
        for wanted in (*synonyms.NAME_COLUMNS, own + "name", own + "title", own):
            named = [column for column in texts if name_key(list(name_words(column.name))) == wanted]
            if named:
                return named
        keys = {name for key in self.catalog.references_of(table.name) for name in key.columns} | {*table.primary_key}
        names = [column for column in texts if name_words(column.name)[-1:] == ("name",)]
        texts = [column for column in texts if column.name not in keys]
        return names or (texts if len(texts) == 1 else [])

    def person_columns(self, table: Table) -> tuple[Column, Column] | None:
        """The columns of the first and the last name, where a person's name is kept so."""
        first = [column for column in table.columns if self._is_called(table, column, "firstname")]
        last = [column for column in table.columns if self._is_called(table, column, "lastname")]
        return (first[0], last[0]) if len(first) == len(last) == 1 else None

    def _is_called(self, table: Table, column: Column, key: str) -> bool:
        levels = self._columns_of(table).get(key, {})
        return column.category is TypeCategory.TEXT and column in [*levels.get(0, ()), *levels.get(1, ())]

    # Labels

    def labels(self, table: Table, column: Column) -> tuple[str, ...]:
        """The only values that the column can have, if its type or a check constraint of the table lists them."""
        return self._values.labels(table, column)

    def has_few_values(self, table: Table, column: Column) -> bool:
        return self._values.has_few(table, column)

    def values(self, table: Table, column: Column) -> tuple[str, ...]:
        """The column's labels, or the values that it is known to hold."""
        return self._values.of(table, column).listed

    def values_read_before(self, table: Table, column: Column) -> tuple[str, ...]:
        """As `values`, without looking them up for it."""
        return self._values.read_before(table, column)

    def stored(self, table: Table, column: Column, text: str) -> tuple[str, ...]:
        """The values of the column that are written so."""
        return self._values.of(table, column).stored(value_key(text))

    def labels_at(
        self, table: Table, position: int, columns: Iterable[Column] | None = None, *, lead: bool = False
    ) -> list[LabelReference]:
        """The values of the table's columns (of `columns`, if given) that the longest run of tokens spells; with `lead`
        also where it is a word of grammar."""
        among = table.columns if columns is None else tuple(columns)
        for length in range(LONGEST_NAME, 0, -1):
            found = [
                label for column in among for label in self.spelled(table, column, position, length, announced=lead)
            ]
            if found:
                return found
        return []

    def label_at(self, table: Table, column: Column, position: int) -> LabelReference | None:
        """The value of the column that the longest run of tokens spells. Behind its column a number is one, too."""
        for length in range(LONGEST_NAME, 0, -1):
            for label in self.spelled(table, column, position, length, announced=True):
                return label
        return None

    def spelled(
        self, table: Table, column: Column, position: int, length: int, *, announced: bool = False
    ) -> Iterator[LabelReference]:
        """The value of the column that just `length` tokens spell. `announced`: its column was said."""
        window = self._tokens[position : position + length]
        if len(window) < length or (length > 1 and any(token.kind is TokenKind.QUOTED for token in window)):
            return
        words = self._values.of(table, column)
        if not words.listed:
            return
        text = " ".join(token.text for token in window)
        stored = words.stored(value_key(text))
        if not stored and window[-1].kind is TokenKind.WORD:
            stored = words.stored(plural_key(text) or "")
            if not stored and self._is_of_kinds(table, column):
                stored = words.stored(value_key(plural(text.lower())))  # "laptop" of Laptops
        if not stored or (not words.closed and not announced and not _can_stand_alone(window, stored)):
            return
        yield LabelReference(column, stored, position + length)

    def _is_of_kinds(self, table: Table, column: Column) -> bool:
        return head_word(column.name) in synonyms.KIND_COLUMNS or table_names.is_of(table, synonyms.KIND_TABLES)

    # Dates and currencies

    def currency_columns(self, table: Table) -> list[Column]:
        return [column for column in table.columns if name_words(column.name)[-1] == "currency"]

    def event_of(self, table: Table) -> tuple[tuple[PathStep, ...], Column] | None:
        """Of a table without dates the one event that its rows belong to (the order of an item, the visit of a
        diagnosis), and its date."""
        if table_dates.date_columns(table):
            return None
        parents = [self.catalog.table(key.parent) for key in self.catalog.references_of(table.name)]
        events = [
            parent
            for parent in dict.fromkeys(parents)
            if not table_names.is_of(parent, synonyms.LASTING) and len(table_dates.own_dates(parent)) == 1
        ]
        path = self.keys.path(table, events[0]) if len(events) == 1 and parents.count(events[0]) == 1 else None
        return (path, table_dates.own_dates(events[0])[0]) if path and len(path) == 1 else None

    # For refusals

    def knows(self, token: Token) -> bool:
        """Has the word a meaning somewhere, in this database or in the grammar?"""
        if token.kind is not TokenKind.WORD:
            return True
        key = name_key(list(token.parts))
        return key in self._known_keys or token.lower in self._known_words

    @cached_property
    def _known_keys(self) -> frozenset[str]:
        keys = set(self._tables)
        for table in self.catalog.tables:
            keys |= self._columns_of(table).keys()
            for column in table.columns:
                keys.update(singular(part) for part in name_words(column.name) if part not in synonyms.DATE_WORDS)
                keys.update(name_key(list(parts_of(label))) for label in self.labels(table, column))
        return frozenset(keys)

    @cached_property
    def _known_words(self) -> frozenset[str]:
        return (
            synonyms.NOT_VALUES
            | synonyms.DETERMINERS
            | synonyms.LEAD_WORDS
            | synonyms.LIGHT_VERBS
            | synonyms.BUYING_VERBS
            | synonyms.UNIT_WORDS
        )

    def means_something(self, table: Table, position: int) -> str | None:
        """What the word at `position` could mean about `table` other than a value: a table, a column, a label or a
        date's verb; None if nothing."""
        try:
            if (found := self.table_at(position)) is not None:
                return str(found[0].name)
            if (column := self.column_at(table, position)) is not None:
                return column.text
        except UnclearError as error:
            return ", ".join(error.candidates)
        labels = self.labels_at(table, position)
        if labels:
            return f"{labels[0].column.name} '{labels[0].label}'"
        token = self._tokens[position]
        verb = stem(token.lower) if token.kind is TokenKind.WORD else ""
        for column_ in table_dates.date_columns(table):
            if verb and verb == table_dates.date_stem(table, column_):
                return f"{table.name.name}.{column_.name}"
        if verb in synonyms.GENERIC_CREATION_STEMS | synonyms.JOIN_STEMS and token.lower.endswith("ed"):
            return f"when the row of {table.name.name} was made"
        return None

    def spoken_words(self) -> frozenset[str]:
        """The words of tables' and columns' names and of labels, in the singular and the plural."""
        tables = {word for table in self.catalog.tables for word in _said_for(table)}
        columns = {
            word
            for table in self.catalog.tables
            for column in table.columns
            for word in (*name_words(column.name), *(" ".join(self.labels(table, column)).lower().split()))
        }
        return frozenset({*tables, *map(plural, tables), *columns})

    def telling_values(self) -> list[str]:
        """The values read so far that say where a row is, of what kind or in which state."""
        kinds = synonyms.PLACE_COLUMNS | synonyms.KIND_COLUMNS | synonyms.STATUS_COLUMNS
        return self._values.read_so_far(lambda column: name_words(column)[-1] in kinds)

    def names(self) -> dict[str, str]:
        """All that can be said, by how it is compared: what it is a name of (a table, a column or a label)."""
        names = {
            name_key(parts_of(label)): label
            for table in self.catalog.tables
            for column in table.columns
            for label in self.labels(table, column)
        }
        names |= {
            name_key(name_words(column.name)): column.name for table in self.catalog.tables for column in table.columns
        }
        return names | {
            key: levels[min(levels)][0].name.name for key, levels in self._tables.items() if min(levels) < LOOSELY
        }


def _said_for(table: Table) -> Iterator[str]:
    for word in name_words(table.name.name):
        yield singular(word)
        yield from (other for group in synonyms.TABLE_SYNONYMS if singular(word) in group for other in group)


def _can_stand_alone(window: tuple[Token, ...], stored: tuple[str, ...]) -> bool:
    """Can the words be a value without their column? A word of grammar is one only as it is written ("US")."""
    first = window[0]
    if len(window) > 1 or first.kind is TokenKind.QUOTED:
        return True
    if first.kind is not TokenKind.WORD:
        return False
    if first.lower not in synonyms.GRAMMAR_WORDS or (first.text in stored and first.text != first.lower):
        return True
    return first.text == "US" and "United States" in stored
