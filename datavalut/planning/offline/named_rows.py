"""Values said without their column: "from Canada", "horror films", "played by Nick Wahlberg".

A value is looked for in the row itself, then in the rows that its foreign keys lead up to, nearest first, then in what
a table of pairs joins to it (a film's categories). Of other tables only what a row is called there counts, and where
and of what kind it is: the status of a customer says nothing about an order.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from datavalut.catalog.model import Column, Table, TypeCategory
from datavalut.filters.model import ColumnValue, Condition, Direction, PathStep, TextMatch, TextMatching
from datavalut.planning.offline import synonyms, table_names
from datavalut.planning.offline.abbreviations import head_word, name_words
from datavalut.planning.offline.comparisons import Predicate, one_of
from datavalut.planning.offline.countries import PEOPLES
from datavalut.planning.offline.inflection import singular
from datavalut.planning.offline.paths import AmbiguousPathError
from datavalut.planning.offline.phrases import Clause, UnclearError, all_of, along, any_of
from datavalut.planning.offline.reader import Reader
from datavalut.planning.offline.tokens import TokenKind
from datavalut.planning.offline.vocabulary import LabelReference

_KINDS = frozenset({"type", "kind"})
# What somebody has, as it is told of the row of a deed.
_HAD = synonyms.words("diagnosis disease illness symptom complaint injury")
_NATIONALITIES = frozenset({"nationality", "citizenship"})


@dataclass(frozen=True)
class NamedRow:
    """Rows of `table`, at the end of `path`, whose `columns` hold the words until before `end`."""

    table: Table
    path: tuple[PathStep, ...]
    columns: tuple[Column, ...]
    values: tuple[tuple[str, ...], ...]  # for each column, in all its spellings
    end: int

    @property
    def condition(self) -> Condition:
        """Of the row at the start of the path."""
        return along(self.path, self.at_the_end)

    @property
    def at_the_end(self) -> Condition:
        parts = zip(self.columns, self.values, strict=True)
        return all_of(one_of(column, values) for column, values in parts)

    @property
    def meaning(self) -> str:
        parts = zip(self.columns, self.values, strict=True)
        return " and ".join(
            f"{self.table.name.name}.{column.name} is {' or '.join(repr(value) for value in values)}"
            for column, values in parts
        )

    @property
    def is_place(self) -> bool:
        return any(
            head_word(column.name) in synonyms.PLACE_COLUMNS or _is_nationality(column) for column in self.columns
        )

    def is_alike(self, other: "NamedRow") -> bool:
        """Are both said of the same columns, so that they can be alternatives?"""
        return (self.table.name, self.path, self.columns) == (other.table.name, other.path, other.columns)


class NamedRowReader(Reader):
    def read_list(
        self,
        table: Table,
        position: int,
        *,
        related: bool = True,
        place: bool = False,
        each: bool = False,
        below: bool = False,
        way: tuple[PathStep, ...] = (),
    ) -> Clause | None:
        """One value, or several of the same column: "Canada", "Canada, France or Germany", "Ada Berg and Ben Costa".

        "and" joins alternatives, since a row has one value. Where a row can have several (the actors of a film), with
        `each` it has all of them, and else "and" is not clear. "both" says the same as `each`. The rows of `table` are
        at the end of `way`, of whose beginning it is said.
        """
        both = self._word(position) == "both"
        position = position + 1 if both else position
        first = self.read_one(table, position, related=related, place=place)
        if first is None and below:
            first = self._only(self.below(table, position), position)
        if first is None:
            return None
        found = [first]
        joiners: set[str] = set()
        while (at := self._past_joiner(found[-1].end)) is not None:
            rows = [*self.read_all(table, at, related=related), *(self.below(table, at) if below else ())]
            following = self._alike(rows, first) or self._further(first, at)
            if following is None:
                break
            joiners |= {self._word(index) for index in range(found[-1].end, at)}
            found.append(following)
        found = [replace(row, path=(*way, *row.path)) for row in found]
        start, end = position - both, found[-1].end
        several = any(step.direction is Direction.TO_CHILDREN for step in found[0].path)
        if both and (len(found) != 2 or not several):
            return None
        if several and joiners & {"and", "&"}:
            if not (each or both):
                raise UnclearError(start, end, "all of these, or one of them?", ("both ... and ...", "... or ..."))
            meaning = " and ".join(row.meaning for row in found)
            return self._clause(all_of(row.condition for row in found), start, end, meaning)
        meaning = " or ".join(row.meaning for row in found)
        return self._clause(along(found[0].path, _united(found)), start, end, meaning)

    def read_one(self, table: Table, position: int, *, related: bool = True, place: bool = False) -> NamedRow | None:
        """Raises UnclearError if the words are values of several columns, none of them nearer."""
        found = self.read_all(table, position, related=related)
        places = [row for row in found if row.is_place]
        if place and len(places) == 1:
            found = places
        return self._only(found, position)

    def _only(self, found: list[NamedRow], position: int) -> NamedRow | None:
        if len(found) > 1:
            raise UnclearError(position, found[0].end, "fits several things", (row.meaning for row in found))
        return found[0] if found else None

    def read_all(self, table: Table, position: int, *, related: bool = True) -> list[NamedRow]:
        """The nearest that the words name, the longest run of them first."""
        if position >= len(self._tokens) or self._tokens[position].kind in {TokenKind.NUMBER, TokenKind.DATE}:
            return []
        found = self._of(table, (), position, list(table.columns))
        if found or not related:
            return found
        found = self._of_its_kinds(table, position)
        if found:
            return found
        nearest = 0
        for distance, other in self._vocabulary.keys.ancestors(table):
            by_people = self._word(position - 1) == "from" and all(_is_nationality(row.columns[0]) for row in found)
            if found and distance > nearest and not by_people:
                break  # "bookings from Spain" may be those of hotels there
            rows = self._of(
                other, None, position, [*self._telling(other, table), *self._kinds_of_place(other, position)]
            )
            if rows:
                path = self._vocabulary.path(table, other, position, rows[0].end)
                found += [NamedRow(row.table, path, row.columns, row.values, row.end) for row in rows]
                nearest = distance
        if found:
            return _longest(found)
        for other, path in self._vocabulary.keys.paired(table):
            found += self._of(other, path, position, list(self._telling(other)))
        return _longest(found)

    def _kinds_of_place(self, table: Table, position: int) -> list[Column]:
        """ "(beds) in intensive care", of the ward_type."""
        if not self._says_where(position) or not table_names.is_of(table, synonyms.PLACE_COLUMNS):
            return []
        texts = {TypeCategory.TEXT, TypeCategory.ENUM}
        return [column for column in table.columns if column.category in texts and head_word(column.name) in _KINDS]

    def _of_its_kinds(self, table: Table, position: int) -> list[NamedRow]:
        """ "yoga sessions": what class_types says of class_sessions comes before what else is called so."""
        for _, other in self._vocabulary.keys.ancestors(table):
            if holds_kinds(other, table):
                rows = self._of(other, None, position, list(self._telling(other, table)))
                path = self._vocabulary.path(table, other, position, rows[0].end) if rows else ()
                return [NamedRow(row.table, path, row.columns, row.values, row.end) for row in rows]
        return []

    def below(self, table: Table, position: int) -> list[NamedRow]:
        """ "(bookings with) breakfast", "(patients with) hypertension": what a row that references this one is called
        or of what kind it is, or another that it leads up to."""
        found: list[NamedRow] = []
        for child in self._vocabulary.keys.children(table):
            for other in (child, *(above for _, above in self._vocabulary.keys.ancestors(child))):
                if other.name == table.name or self._vocabulary.keys.is_below(table, other):
                    continue
                rows = self._of(other, None, position, list(self._called(other)))
                path = self._only_path(table, other) if rows else None
                if path is not None and path[0].direction is Direction.TO_CHILDREN:
                    found += [NamedRow(row.table, path, row.columns, row.values, row.end) for row in rows]
        return _longest(list(dict.fromkeys(found))) or self._further_below(table, position)

    def _further_below(self, table: Table, position: int) -> list[NamedRow]:
        """ "(patients who had) surgery", where the admissions have treatments of that type."""
        found: list[NamedRow] = []
        for child in self._vocabulary.keys.children(table):
            for other in self._vocabulary.keys.children(child):
                kinds = [column for column in self._called(other) if head_word(column.name) in _KINDS | _HAD]
                rows = self._of(other, None, position, kinds) if other.name != table.name else []
                path = self._only_path(table, other) if rows else None
                if path is not None and all(step.direction is Direction.TO_CHILDREN for step in path):
                    found += [NamedRow(row.table, path, row.columns, row.values, row.end) for row in rows]
        return _longest(list(dict.fromkeys(found)))

    def _only_path(self, table: Table, other: Table) -> tuple[PathStep, ...] | None:
        try:
            return self._vocabulary.keys.path(table, other)
        except AmbiguousPathError:
            return None

    def _called(self, table: Table) -> Iterator[Column]:
        """The columns that say what a row is called, or of what kind it is."""
        names = {column.name for column in self._vocabulary.name_columns(table)}
        kinds = _HAD | synonyms.NOUN_COLUMNS - synonyms.STATUS_COLUMNS
        for column in table.columns:
            is_word = column.category in {TypeCategory.TEXT, TypeCategory.ENUM}
            if is_word and (column.name in names or head_word(column.name) in kinds):
                yield column

    def _of(
        self, table: Table, path: tuple[PathStep, ...] | None, position: int, columns: list[Column]
    ) -> list[NamedRow]:
        person = self.person_at(table, path or (), position)
        if person is not None:
            return [person]
        if self._says_where(position):
            columns = [column for column in columns if not _is_nationality(column)]
        labels = [
            label
            for label in self._vocabulary.labels_at(table, position, columns)
            if not self._is_in_a_language(position, label)
        ]
        return [NamedRow(table, path or (), (label.column,), (label.values,), label.end) for label in labels]

    def _says_where(self, position: int) -> bool:
        """ "(bookings) in Spain": a place, and nobody's nationality."""
        before = position - 1
        while self._word(before) in synonyms.ARTICLES | {"the", "either"}:
            before -= 1
        return self._word(before) in {"in", "at", "near"}

    def _is_in_a_language(self, position: int, label: LabelReference) -> bool:
        """ "(written) in Spanish" is no country, where only "Spain" is a value."""
        said = " ".join(self._word(at) for at in range(position, label.end))
        return self._word(position - 1) == "in" and said in PEOPLES and said != label.label.lower()

    def person_at(self, table: Table, path: tuple[PathStep, ...], position: int) -> NamedRow | None:
        """ "Nick Wahlberg", in columns of their own."""
        names = self._vocabulary.person_columns(table)
        if names is None:
            return None
        first, last = names
        given = self._vocabulary.label_at(table, first, position)
        family = self._vocabulary.label_at(table, last, given.end) if given else None
        if given is None or family is None:
            return None
        return NamedRow(table, path, names, (given.values, family.values), family.end)

    def unknown_person_at(self, table: Table, position: int) -> Predicate | None:
        """Two words with capitals, where nobody knows which names there are."""
        names = self._vocabulary.person_columns(table)
        tokens = self._tokens[position : position + 2]
        if names is None or len(tokens) < 2 or any(self._vocabulary.values(table, name) for name in names):
            return None
        if any(token.kind is not TokenKind.WORD or not token.text[0].isupper() for token in tokens):
            return None
        condition = all_of(
            TextMatch(operand=ColumnValue(column=column.name), matching=TextMatching.EQUALS, text=token.text)
            for column, token in zip(names, tokens, strict=True)
        )
        name = f"{tokens[0].text} {tokens[1].text}"
        meaning = f"{table.name.name}.{names[0].name} and {names[1].name} are '{name}'"
        return Predicate(condition, position + 2, meaning)

    def _telling(self, table: Table, of: Table | None = None) -> Iterator[Column]:
        """The columns that say what a row is called, where it is and of what kind; all of them, if the table says of
        what kind the rows of `of` are."""
        if of is not None and holds_kinds(table, of):
            yield from (column for column in table.columns if column.category in {TypeCategory.TEXT, TypeCategory.ENUM})
            return
        names = {column.name for column in self._vocabulary.name_columns(table)}
        has_city = any(head_word(column.name) == "city" for column in table.columns)
        for column in table.columns:
            words = name_words(column.name)
            kind = words[:1] if "of" in words[1:2] else (head_word(column.name),)
            no_place = set() if has_city or "code" in words else {"state"}
            if column.category in {TypeCategory.TEXT, TypeCategory.ENUM} and (
                column.name in names or set(kind) & (synonyms.PLACE_COLUMNS - no_place | synonyms.KIND_COLUMNS)
            ):
                yield column

    def _past_joiner(self, position: int) -> int | None:
        end = position
        if self._word(end) == ",":
            end += 1
        if self._word(end) in {"and", "or", "nor", "&", "/"}:
            end += 1
        if (
            end > position
            and self._word(end) in {"in", "from", "the", "a", "an"}
            and self._word(end - 1) in {"or", "and"}
        ):
            end += 1
        return end if end > position else None

    def _further(self, first: NamedRow, position: int) -> NamedRow | None:
        """ "(accounts in EUR) and USD": another value of the first's column, whatever else is called so."""
        if len(first.columns) != 1:
            return None
        found = self._vocabulary.labels_at(first.table, position, first.columns)
        return NamedRow(first.table, first.path, first.columns, (found[0].values,), found[0].end) if found else None

    def _alike(self, rows: list[NamedRow], first: NamedRow) -> NamedRow | None:
        return next((row for row in rows if row.is_alike(first)), None)


def _is_nationality(column: Column) -> bool:
    return head_word(column.name) in _NATIONALITIES


def holds_kinds(table: Table, of: Table) -> bool:
    """Is it `vehicle_models` of `vehicles`, `class_types` of `class_sessions`?"""
    *first, last = (singular(word) for word in name_words(table.name.name))
    own = [singular(word) for word in name_words(of.name.name)]
    return bool(first) and first in (own, own[:-1]) and last in synonyms.KIND_TABLES


def _united(rows: list[NamedRow]) -> Condition:
    first = rows[0]
    if len(first.columns) == 1:
        values = tuple(dict.fromkeys(value for row in rows for value in row.values[0]))
        return one_of(first.columns[0], values)
    return any_of(row.at_the_end for row in rows)


def _longest(rows: list[NamedRow]) -> list[NamedRow]:
    end = max((row.end for row in rows), default=0)
    return [row for row in rows if row.end == end]
