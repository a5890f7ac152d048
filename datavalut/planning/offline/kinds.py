"""Rows called by what they are: "vans" of vehicles, "tellers" of employees, "smokers" of patients, "no-shows".

A noun in the plural (or behind "a") that names no table may be a value of a column that says of what kind the rows of
one table are, or one of its flags. It counts where it can be said of one table only.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from datavalut.catalog.model import Column, Table, TypeCategory
from datavalut.filters.model import ColumnValue, Condition, Direction, Exists, PathStep
from datavalut.planning.offline import synonyms, table_names
from datavalut.planning.offline.abbreviations import head_word, name_words
from datavalut.planning.offline.callings import FIELD_COLUMNS, fields_of, is_called_by
from datavalut.planning.offline.comparisons import is_true, one_of
from datavalut.planning.offline.inflection import american_singular, singular
from datavalut.planning.offline.named_rows import holds_kinds
from datavalut.planning.offline.paths import AmbiguousPathError
from datavalut.planning.offline.phrases import along
from datavalut.planning.offline.reader import Reader
from datavalut.planning.offline.table_dates import date_columns
from datavalut.planning.offline.thesaurus import LOOSE_TABLE_SYNONYMS, SAME_KINDS
from datavalut.planning.offline.tokens import TokenKind, parts_of
from datavalut.planning.offline.values import is_of_initials
from datavalut.planning.offline.vocabulary import LONGEST_NAME, LabelReference

_OF_WORK = synonyms.words("job work contract employment membership loyalty age seniority body")
_NEGATIONS = ("non-", "non")
_VEHICLES = synonyms.words("vehicle car automobile truck van bus")
_GOODS = synonyms.words("product item article good")
# Adjectives in whose plural things are spoken of ("two automatics", "the friendlies"), and what these are.
_CALLED_BY_ADJECTIVES = {
    **dict.fromkeys(("automatic", "manual", "hybrid", "electric", "diesel", "convertible"), _VEHICLES),
    "friendly": synonyms.words("match game fixture"),
    **dict.fromkeys(("collectible", "perishable", "consumable", "disposable"), _GOODS),
}
# The first words of cards that something is paid with; a red card is none.
_CARDS_TO_PAY_WITH = synonyms.words("credit debit gift bank prepaid charge store fuel corporate virtual payment")


@dataclass(frozen=True)
class KindNoun:
    """The rows of `table` whose `column`, at the end of `path`, holds one of `values`; or is true or false, where there
    are none. With `is_role` those that `column` leads to."""

    table: Table
    path: tuple[PathStep, ...]
    holder: Table
    column: Column
    values: tuple[str, ...]
    end: int
    is_denied: bool = False
    is_role: bool = False

    @property
    def condition(self) -> Condition:
        if self.is_role:
            return Exists(path=self.path)
        if not self.values:
            return is_true(ColumnValue(column=self.column.name), not self.is_denied)
        return along(self.path, one_of(self.column, self.values))

    @property
    def meaning(self) -> str:
        name = f"{self.holder.name.name}.{self.column.name}"
        if self.is_role:
            return f"some {name} leads to it"
        if not self.values:
            return f"{name} is {'false' if self.is_denied else 'true'}"
        return f"{name} is {' or '.join(map(repr, self.values))}"

    def is_alike(self, other: "KindNoun") -> bool:
        """Are both values of one column, so that rows can be of either?"""
        return bool(self.values) and (self.table.name, self.path, self.column, bool(other.values)) == (
            other.table.name,
            other.path,
            other.column,
            True,
        )


class KindReader(Reader):
    def read(self, position: int, start: int, table: Table | None = None) -> KindNoun | None:
        """The noun at `position` of a phrase that begins at `start`, among the kinds of `table`, if it is given. None
        if no table's rows, or those of several, are called so."""
        tables = (table,) if table is not None else self._vocabulary.catalog.tables
        for length in range(LONGEST_NAME, 0, -1):
            if not self._is_a_noun(position, length, start):
                continue
            found: list[KindNoun] = [
                *self._of_values(tables, position, length),
                *self._of_callings(tables, position, length),
                *self._of_flags(tables, position, length),
                *(self._of_roles(position) if length == 1 and table is None else ()),
            ]
            if len(found) > 1:
                return None
            if found:
                return found[0]
        return None

    def _is_a_noun(self, position: int, length: int, start: int) -> bool:
        """ "vans"; "van" only in "a white van"."""
        window = self._tokens[position : position + length]
        if len(window) < length or any(token.kind is not TokenKind.WORD for token in window):
            return False
        last = window[-1].lower
        if last in synonyms.GRAMMAR_WORDS:
            return False
        if singular(last) != last or is_of_initials(window[-1].text):
            return True
        following = self._word(position + length)
        is_last = position + length >= len(self._tokens) or following in synonyms.NOT_VALUES or not following.isalnum()
        behind = self._word(position + length + 1)
        # "a yoga or boxing class", but "a dessert and a drink"
        ends = is_last and (following not in {"or", "and", ","} or behind in {"a", "an", "no"})
        return ends and self._word(start - 1) in {"a", "an", "no", "every", "each"}

    def _of_values(self, tables: Iterable[Table], position: int, length: int) -> Iterator[KindNoun]:
        for table in tables:
            seen: set[tuple[str, str]] = set()
            for holder, path, column in self._columns_of_kinds(table):
                if not self._vocabulary.has_few_values(holder, column):
                    continue
                for label in self._vocabulary.spelled(holder, column, position, length):
                    if (str(holder.name), column.name) not in seen and self._may_be(table, column, label):
                        seen.add((str(holder.name), column.name))
                        yield KindNoun(table, path, holder, column, label.values, label.end)
                if (str(holder.name), column.name) not in seen:
                    yield from self._called_otherwise(table, (holder, path, column), position, length)
            called = _CALLED_BY_ADJECTIVES.get(singular(self._word(position))) if length == 1 else None
            if called is not None and table_names.is_of(table, called):
                yield from self._by_adjectives(table, position, seen)

    def _by_adjectives(self, table: Table, position: int, seen: set[tuple[str, str]]) -> Iterator[KindNoun]:
        """ "automatics", "friendlies": what another column than that of a kind says of the row, by an adjective that is
        said for a thing, too."""
        for column in table.columns:
            is_word = column.category in {TypeCategory.TEXT, TypeCategory.ENUM}
            is_kind = (str(table.name), column.name) in seen or head_word(column.name) in synonyms.PLACE_COLUMNS
            if is_word and not is_kind and self._vocabulary.has_few_values(table, column):
                for label in self._vocabulary.spelled(table, column, position, 1):
                    yield KindNoun(table, (), table, column, label.values, label.end)

    def _called_otherwise(
        self, table: Table, of: tuple[Table, tuple[PathStep, ...], Column], position: int, length: int
    ) -> Iterator[KindNoun]:
        """ "calls" of the usage type "voice"."""
        holder, path, column = of
        words = [token.lower for token in self._tokens[position : position + length]]
        said = " ".join([*words[:-1], american_singular(words[-1])])
        same = [other for group in SAME_KINDS if said in group for other in sorted(group - {said})]
        values = tuple(value for other in same for value in self._vocabulary.stored(holder, column, other))
        label = LabelReference(column, values, position + length)
        if len({value.lower() for value in values}) == 1 and self._may_be(table, column, label):
            yield KindNoun(table, path, holder, column, values, position + length)

    def _of_callings(self, tables: Iterable[Table], position: int, length: int) -> Iterator[KindNoun]:
        """ "cardiologists" of doctors, "dropouts" of students."""
        noun = " ".join(token.text for token in self._tokens[position : position + length])
        for table in tables:
            for column in table.columns if table_names.is_of(table, synonyms.PERSONS) else ():
                head = head_word(column.name)
                if head in FIELD_COLUMNS and self._vocabulary.has_few_values(table, column):
                    stored = [self._vocabulary.stored(table, column, field) for field in fields_of(noun)]
                    values = tuple(value for values in stored for value in values)
                elif head in synonyms.STATUS_COLUMNS and length == 1:
                    labels = self._vocabulary.labels(table, column)
                    values = tuple(label for label in labels if is_called_by(noun, label))
                else:
                    continue
                if values:
                    yield KindNoun(table, (), table, column, values, position + length)

    def _columns_of_kinds(self, table: Table) -> Iterator[tuple[Table, tuple[PathStep, ...], Column]]:
        """The columns that say what a row of `table` is: its own, and the names of its kinds. What holds the kinds of
        another table is never meant itself: a van is a vehicle, and no vehicle model."""
        keys = self._vocabulary.keys
        if self._is_of_kinds(table) or keys.is_of_pairs(table):
            return
        is_person = table_names.is_of(table, synonyms.PERSONS)
        for column in table.columns:
            kinds = synonyms.ROLE_COLUMNS | synonyms.PERSONAL_COLUMNS if is_person else synonyms.NOUN_COLUMNS
            if head_word(column.name) in kinds and self._is_of_the_row(table, column):
                yield table, (), column
        for distance, other in keys.ancestors(table):
            if distance == 1 and self._is_of_kinds(other):
                try:
                    path = keys.path(table, other)
                except AmbiguousPathError:
                    continue
                yield from ((other, path, column) for column in self._telling(other, table)) if path else ()
        for other, path in keys.paired(table):
            if self._is_of_kinds(other):
                yield from ((other, path, column) for column in self._telling(other, table))

    def _is_of_the_row(self, table: Table, column: Column) -> bool:
        """The vehicle_type of couriers says nothing about them: what stands before "type" must be the table's name, a
        synonym of it, or of work."""
        head = head_word(column.name)
        before = name_words(column.name)[: name_words(column.name).index(head)]
        own = {american_singular(word) for word in name_words(table.name.name)}
        groups = (*synonyms.TABLE_SYNONYMS, *LOOSE_TABLE_SYNONYMS)
        same = own | {other for group in groups if group & own for other in group}
        return {american_singular(word) for word in before} <= same | _OF_WORK

    def _telling(self, kinds: Table, table: Table) -> list[Column]:
        texts = [column for column in kinds.columns if column.category in {TypeCategory.TEXT, TypeCategory.ENUM}]
        return texts if holds_kinds(kinds, table) else self._vocabulary.name_columns(kinds)

    def _is_of_kinds(self, table: Table) -> bool:
        """A maintenance job with its day is no job that somebody has."""
        last = american_singular(name_words(table.name.name)[-1])
        return last in synonyms.KIND_TABLES and not (last == "job" and date_columns(table))

    def _may_be(self, table: Table, column: Column, label: LabelReference) -> bool:
        """A value that is a person's ("student" of memberships.type) makes no person of a thing; nor does one that is a
        means of payment make a card of a payment, or what a shop sells a thing of the shop."""
        words = {american_singular(word) for word in label.label.lower().replace("-", " ").replace("_", " ").split()}
        if table_names.is_of(table, synonyms.PERSONS):
            return True
        of_what_it_deals_in = head_word(column.name) in {"category", "brand"} and table_names.is_of(
            table, synonyms.JOINERS | synonyms.SELLERS
        )
        pays = words & synonyms.MEANS_OF_PAYMENT and not _is_another_card(table, words)
        is_other = pays or words & (synonyms.PERSONS | synonyms.PEOPLE)
        return not (is_other or of_what_it_deals_in)

    def _of_roles(self, position: int) -> Iterator[KindNoun]:
        """ "mentors", "authors", "owners": those that a foreign key of that name leads to."""
        noun = american_singular(self._word(position))
        if noun == self._word(position):
            return
        for key in self._vocabulary.catalog.foreign_keys:
            words = [word for word in name_words(key.columns[0]) if word not in {"id", "key", "fk"}]
            parent = self._vocabulary.catalog.table(key.parent)
            own_name = self._vocabulary.is_called(parent, position, position + 1)
            if len(key.columns) == 1 and words == [noun] and not own_name and not self._is_a_job(parent, noun):
                child = self._vocabulary.catalog.table(key.child)
                step = PathStep(table=str(key.child), columns=key.columns, direction=Direction.TO_CHILDREN)
                yield KindNoun(parent, (step,), child, child.column(key.columns[0]), (), position + 1, is_role=True)

    def _is_a_job(self, table: Table, noun: str) -> bool:
        """Does a column say of some that they are "General Manager", who may be meant by "managers"?"""
        return bool(self.kinds_of(table, noun))

    def kinds_of(self, table: Table, noun: str) -> list[str]:
        """The values of what says of which kind the table's rows are that the noun is a word of."""
        return [
            value
            for holder, _, column in self._columns_of_kinds(table)
            for value in self._vocabulary.values(holder, column)
            if noun in value.lower().replace("_", " ").split()
        ]

    def _of_flags(self, tables: Iterable[Table], position: int, length: int) -> Iterator[KindNoun]:
        """ "smokers", "VIPs", "non-smokers": is_smoker, is_vip."""
        said = " ".join(token.lower for token in self._tokens[position : position + length])
        negation = next((prefix for prefix in _NEGATIONS if said.startswith(prefix)), "")
        words = parts_of(said.removeprefix(negation))
        for table in tables:
            for column in table.columns:
                first, *rest = name_words(column.name)
                named = rest if first == "is" else [first, *rest]
                is_person = table_names.is_of(table, synonyms.PERSONS)
                if column.category is not TypeCategory.BOOLEAN or not (first == "is" or is_person):
                    continue
                if self._only_joins(table):
                    continue  # an understudy is a person, and no casting
                if not is_person and {american_singular(word) for word in words} & synonyms.PEOPLE:
                    continue  # a vegetarian is a person, and no dish
                if [american_singular(word) for word in words] == [american_singular(word) for word in named]:
                    yield KindNoun(table, (), table, column, (), position + length, is_denied=bool(negation))

    def _only_joins(self, table: Table) -> bool:
        keys = {name for key in self._vocabulary.catalog.references_of(table.name) for name in key.columns}
        return len(table.primary_key) > 1 and {*table.primary_key} <= keys


def _is_another_card(table: Table, words: set[str]) -> bool:
    """Is it a red card, say, of rows that tell of no money?"""
    pays = words & (_CARDS_TO_PAY_WITH | synonyms.MEANS_OF_PAYMENT - {"card"})
    amounts = any({*name_words(column.name)} & synonyms.AMOUNT_COLUMNS for column in table.columns)
    return "card" in words and len(words) > 1 and not pays and not amounts


def kind_of(kinds: list[KindNoun]) -> Condition:
    """Of one of `kinds`, which are values of one column."""
    first = kinds[0]
    return replace(first, values=tuple(value for kind in kinds for value in kind.values)).condition
