"""Verbs that join two nouns: "taught by Marie Curie", "who own 3 projects", "films in which Nick Wahlberg played".

A verb is explained by what it joins: a foreign key named after it (owned: owner_id, assigned: assignee_id), or a table
on the way that is (taught: teachers, diagnosed: diagnoses). A few verbs say no more than that there is a way ("films
starring ...", "students taking ..."); it must be the only one. Any other verb is not understood: who "recommended" a
film need not have rented it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from datavalut.catalog.model import ForeignKey, Table
from datavalut.filters.model import AllOf, AnyOf, ColumnValue, Condition, Direction, Exists, PathStep
from datavalut.planning.offline import synonyms, table_dates, table_names
from datavalut.planning.offline.abbreviations import head_word, name_words
from datavalut.planning.offline.columns import ColumnReader
from datavalut.planning.offline.comparisons import in_time, one_of
from datavalut.planning.offline.counts import counted
from datavalut.planning.offline.inflection import agent_stem, singular, stem
from datavalut.planning.offline.named_rows import NamedRow, NamedRowReader
from datavalut.planning.offline.paths import AmbiguousPathError
from datavalut.planning.offline.phrases import (
    Clause,
    Continuation,
    Explained,
    Frame,
    Frames,
    NounPhrase,
    Progress,
    UnclearError,
    all_of,
    along,
    negated,
)
from datavalut.planning.offline.quantities import read_quantity
from datavalut.planning.offline.reader import Reader
from datavalut.planning.offline.roles import role_stems, stems_before_parent
from datavalut.planning.offline.several import SeveralReader
from datavalut.planning.offline.times import TimeReader
from datavalut.planning.offline.tokens import Token, TokenKind
from datavalut.planning.offline.vocabulary import Vocabulary

_PREPOSITIONS = frozenset({"in", "by", "to", "with", "for", "at", "from", "of", "on", "under"}) | synonyms.MEANS
_INCLUDING = synonyms.words("include includes included including contain contains containing")
_ANYBODY = frozenset({"someone", "somebody", "anyone", "anybody", "others", "another"})
_SALES = frozenset({"sale", "order", "purchase"})
_PARTICLES = frozenset({"up", "off", "out", "in"})
_STARTING = frozenset({"starting", "starts", "ending", "ends", "beginning", "begins"})
NounRead = Callable[[int, Frames | None], NounPhrase | None]


@dataclass(frozen=True)
class _Verb:
    stem: str
    weak: bool
    end: int  # behind its preposition
    names_a_role: bool = False  # only what a foreign key is named for will do


class LinkReader(Reader):
    def __init__(
        self,
        tokens: tuple[Token, ...],
        vocabulary: Vocabulary,
        progress: Progress,
        *,
        columns: ColumnReader,
        read_noun: NounRead,
    ) -> None:
        super().__init__(tokens, vocabulary, progress)
        self._columns = columns
        self._read_noun = read_noun
        self._named_rows = NamedRowReader(tokens, vocabulary, progress)
        self._several = SeveralReader(tokens, vocabulary, progress)
        self._times = TimeReader(tokens, vocabulary.reference_time)

    def read(
        self,
        table: Table,
        position: int,
        frames: Frames = (),
        *,
        object_at: int | None = None,
        names_a_role: bool = False,
    ) -> Clause | None:
        """ "taught by Marie Curie", "assigned to users with role guest", "taking at least 4 courses". The object stands
        behind the verb, or at `object_at`. With `names_a_role` only a foreign key named for the verb will do."""
        if self._words(position, "to", "be") and not names_a_role:
            return self._to_be(table, position, frames)
        verb = self._verb(position)
        if verb is not None and (names_a_role or self._word(position) in _STARTING):
            verb = replace(verb, weak=False, names_a_role=True)
        if verb is not None and object_at is not None:
            verb = replace(verb, end=object_at + (self._word(object_at) in _PREPOSITIONS))
        if verb is None:
            return None
        before = self._progress.furthest
        readings = (
            self._counted_object(table, verb, position, frames),
            self._object(table, verb, position, frames),
            self._named_object(table, verb, position),
        )
        clause = max((reading for reading in readings if reading), key=lambda reading: reading.end, default=None)
        if clause is None:
            self._progress.furthest = before  # what stands behind a verb without a meaning here was not understood
            return None
        return replace(clause, verb=position)

    def _to_be(self, table: Table, position: int, frames: Frames) -> Clause | None:
        """ "(reservations) to be picked up at Riverside". Raises UnclearError where a state could tell that it was
        done already, and none is said."""
        clause = self.read(table, position + 2, frames)
        if clause is None:
            return None
        states = [column for column in table.columns if head_word(column.name) in synonyms.STATUS_COLUMNS]
        said = any(self._vocabulary.labels_at(table, at, states) for at in range(len(self._tokens)))
        if (states and not said) or (table_dates.date_columns(table) and self._is_dated(table, position + 2)):
            names = (f"{column.name} ..." for column in states)
            raise UnclearError(position, clause.end, "only those of which it is not done yet?", names)
        return replace(
            clause, start=position, explained=(replace(clause.explained[0], start=position), *clause.explained[1:])
        )

    def _is_dated(self, table: Table, position: int) -> bool:
        verbs = {stem(self._word(position)), stem(self._word(position)) + self._word(position + 1)}
        return any(verbs & table_dates.date_stems(table, column) for column in table_dates.date_columns(table))

    def read_inverted(self, table: Table, position: int) -> Clause | None:
        """ "(in which) Nick Wahlberg played", "(that) Marie Curie teaches", "(which) inactive users own"."""
        before = self._progress.furthest
        clause = self._inverted(table, position)
        if clause is None:
            self._progress.furthest = before
        return clause

    def _inverted(self, table: Table, position: int) -> Clause | None:
        row = self._named_rows.read_one(table, position)
        if row is not None:
            verb = self._verb(row.end)
            if verb is None or not self._explains(table, row.path, verb):
                return None
            return self._clause(row.condition, position, verb.end, row.meaning, Continuation.RELATIVE)
        noun = self._read_noun(self._past_articles(position), None)
        verb = self._verb(noun.end) if noun else None
        if noun is None or verb is None:
            return None
        path = self._path(table, noun.table, verb, position)
        if path is None:
            return None
        main = Explained(position, verb.end, f"joined to {noun.meaning}")
        condition = Exists(path=path, condition=noun.condition)
        return Clause(condition, position, verb.end, f"joined to {noun.meaning}", (main, *noun.explained))

    # Verbs

    def _verb(self, position: int) -> _Verb | None:
        if position >= len(self._tokens) or self._tokens[position].kind is not TokenKind.WORD:
            return None
        word = self._word(position)
        if word in (synonyms.NOT_VALUES - _STARTING) | {"including"} or not word.isalpha():
            return None
        end = position + 1
        done_by = self._word(end) in {"by"} | synonyms.MEANS and word in synonyms.LIGHT_VERBS
        particle = stem(word) + self._word(end)
        if self._word(end) in _PARTICLES and any(
            particle in _stems(key) for key in self._vocabulary.catalog.foreign_keys
        ):
            at = end + 2 if self._word(end + 1) in _PREPOSITIONS else end + 1
            return _Verb(particle, False, at)  # "picked up at", of pickup_branch_id
        if self._word(end) == "out" and stem(word) == "tak":
            end += 1  # "took out a loan"
        if self._word(end) in _PREPOSITIONS and read_quantity(self._tokens, end) is None:
            end += 1
        verb = stem(word)
        return _Verb(verb, done_by or verb in synonyms.WEAK_VERB_STEMS, end)

    def _path(self, table: Table, target: Table, verb: _Verb, position: int) -> tuple[PathStep, ...] | None:
        """The way from `table` to `target` that the verb speaks of; None if it speaks of none."""
        if table.name == target.name:
            return self._path_to_itself(table, verb, position)
        named = [(key, direction) for key, direction in self._direct_keys(table, target) if verb.stem in _stems(key)]
        if len(named) == 1:
            key, direction = named[0]
            goal = key.parent if direction is Direction.TO_PARENT else key.child
            return (PathStep(table=str(goal), columns=key.columns, direction=direction),)
        if verb.names_a_role:
            return None
        try:
            path = self._way(table, target, verb)
        except AmbiguousPathError as error:
            if not verb.weak and not self._is_named_by(target, verb.stem):
                return None
            reason = f"several ways lead from {table.name.name} to {target.name.name}"
            raise UnclearError(position, verb.end, reason, error.paths) from None
        return path if path and self._explains(table, path, verb) else None

    def _way(self, table: Table, target: Table, verb: _Verb) -> tuple[PathStep, ...] | None:
        """What a lecturer taught she did as such, and not as somebody's advisor or the head of a department."""
        plain = self._is_named_by(target, verb.stem) and self._vocabulary.keys.path_without_roles(table, target)
        return plain or self._vocabulary.keys.path(table, target)

    def _path_to_itself(self, table: Table, verb: _Verb, position: int) -> tuple[PathStep, ...] | None:
        """ "recruited by another member": up where it is done by, down where it is done to somebody."""
        keys = [key for key in self._vocabulary.catalog.references_of(table.name) if key.parent == table.name]
        named = [key for key in keys if verb.stem in _stems(key)]
        passive = self._word(position + 1) == "by"
        if len(named) != 1 or not (passive or self._word(position - 1) in synonyms.RELATIVES):
            return None
        direction = Direction.TO_PARENT if passive else Direction.TO_CHILDREN
        return (PathStep(table=str(table.name), columns=named[0].columns, direction=direction),)

    def _direct_keys(self, table: Table, target: Table) -> list[tuple[ForeignKey, Direction]]:
        catalog = self._vocabulary.catalog
        up = [(key, Direction.TO_PARENT) for key in catalog.references_of(table.name) if key.parent == target.name]
        down = [(key, Direction.TO_CHILDREN) for key in catalog.references_to(table.name) if key.child == target.name]
        return [*up, *down]

    def _explains(self, table: Table, path: tuple[PathStep, ...], verb: _Verb) -> bool:
        if verb.names_a_role or self._is_an_outcome(path, verb):
            return False
        leads_up = all(step.direction is Direction.TO_PARENT for step in path)
        if verb.weak or (leads_up and self._is_made(table, verb.stem)) or self._records(path, verb.stem):
            return True
        deeds = self._word(verb.end - 1) != "to" or not leads_up  # "drove to Milan" is no driver's home
        named = (*((table,) if deeds else ()), *map(self._vocabulary.table_of, path))
        return any(self._is_named_by(other, verb.stem) for other in named)

    def _is_an_outcome(self, path: tuple[PathStep, ...], verb: _Verb) -> bool:
        """Is it the state of a row on the way, and says more than that there is a way ("attended" of bookings)?"""
        return any(
            verb.stem in {stem(value.lower()) for value in self._vocabulary.values(table, column)}
            for table in map(self._vocabulary.table_of, path)
            for column in table.columns
            if head_word(column.name) in synonyms.STATUS_COLUMNS
            and not (self._is_named_by(table, verb.stem) or self._dates_its_rows(table, verb.stem))
        )

    def _is_made(self, table: Table, verb: str) -> bool:
        """ "invoices issued to Ada", where issued_on says when the row came to be. That joins it to what it is of, and
        to nothing that other rows lead to: a customer's loans do not tell who onboarded her."""
        dates = {table_dates.date_stem(table, column) for column in table_dates.creation_columns(table)}
        return verb in dates & synonyms.CREATION_STEMS

    def _records(self, path: tuple[PathStep, ...], verb: str) -> bool:
        """ "who redeemed a voucher", where redeemed_at says when such a row came to be."""
        return verb not in synonyms.ROW_STEMS and any(
            self._dates_its_rows(self._vocabulary.table_of(step), verb)
            for step in path
            if step.direction is Direction.TO_CHILDREN
        )

    def _dates_its_rows(self, deed: Table, verb: str) -> bool:
        columns = table_dates.creation_columns(deed)
        if verb in synonyms.BRINGING_OUT_STEMS:
            columns = table_dates.date_columns(deed)
        return verb in {table_dates.date_stem(deed, column) for column in columns} - {""}

    def _is_named_by(self, table: Table, verb: str) -> bool:
        last = singular(name_words(table.name.name)[-1])
        stems = {agent_stem(last), *table_names.own_stems(table)} | synonyms.verbs_of_role(last)
        return verb in stems - {""}

    # Objects

    def _counted_object(self, table: Table, verb: _Verb, position: int, frames: Frames) -> Clause | None:
        quantity = read_quantity(self._tokens, verb.end)
        if quantity is None:
            return None
        bare = self._read_noun(quantity.end, None)
        path = self._path(table, bare.table, verb, position) if bare else None
        noun = self._read_noun(quantity.end, (*frames, _frame(table, path))) if path else None
        if noun is None or path is None:
            return None
        self._progress.reach(noun.end)
        meaning = f"{quantity.meaning} {noun.meaning}"
        main = Explained(position, noun.noun_end, f"{quantity.meaning} {noun.table.name.name}")
        condition = counted(path, noun.condition, quantity, verb.end)
        return Clause(condition, position, noun.end, meaning, (main, *noun.explained), Continuation.RELATIVE)

    def _named_object(self, table: Table, verb: _Verb, position: int) -> Clause | None:
        """A value: of the row that the verb's foreign key leads to, or the nearest that the verb explains."""
        at = self._past_articles(verb.end)
        if self._word(verb.end - 1) == "in" and (language := self._language(table, position, at)) is not None:
            return language
        for key in self._vocabulary.catalog.references_of(table.name):
            if verb.stem in _stems(key):
                target = self._vocabulary.catalog.table(key.parent)
                active = key.parent == key.child and self._word(verb.end - 1) not in _PREPOSITIONS
                direction = (
                    Direction.TO_CHILDREN if active else Direction.TO_PARENT
                )  # "who manage Ada", "managed by Ada"
                step = PathStep(table=str(key.parent), columns=key.columns, direction=direction)
                if active and self._word(at) in _ANYBODY and self._ends_at(at + 1):
                    some = Exists(path=(step,))
                    return self._clause(some, position, at + 1, f"some {target.name.name}", Continuation.RELATIVE)
                named = self._named_rows.read_list(target, at, related=False)
                if named is not None:
                    condition = along((step,), named.condition)
                    return self._clause(condition, position, named.end, named.meaning, Continuation.RELATIVE)
        agent = self._named_agent(table, verb, position, at)
        if agent is not None:
            return agent
        row = self._named_rows.read_one(table, at + (self._word(at) == "both"))
        if row is None:
            return (
                self._kind_of_object(table, verb, position, at)
                or self._part(table, verb, position, at)
                or self._way_of_deed(table, verb, position, at)
            )
        if not (self._explains(table, row.path, verb) or self._is_said_of(row, verb)):
            return None
        named = self._named_rows.read_list(table, at, each=True)
        return named and self._clause(named.condition, position, named.end, named.meaning, Continuation.RELATIVE)

    def _ends_at(self, position: int) -> bool:
        return position >= len(self._tokens) or self._word(position) in {"and", "or", "but", ",", ")"}

    def _named_agent(self, table: Table, verb: _Verb, position: int, at: int) -> Clause | None:
        """ "(courses) taught by Marie Curie": one of those whom the verb names, by the way that it speaks of."""
        if self._word(verb.end - 1) != "by" or verb.names_a_role:
            return None
        for target in self._vocabulary.catalog.tables:
            if target.name == table.name or not self._is_named_by(target, verb.stem):
                continue
            if self._named_rows.read_list(target, at, related=False) is None:
                continue
            path = self._path(table, target, verb, position)
            named = path and self._named_rows.read_list(target, at, related=False, each=True, way=path)
            if named:
                return self._clause(named.condition, position, named.end, named.meaning, Continuation.RELATIVE)
        return None

    def _part(self, table: Table, verb: _Verb, position: int, at: int) -> Clause | None:
        """ "(bookings that) include breakfast", "(patients) taking ibuprofen": what a row below is called, or of what
        kind it is."""
        if not (verb.weak or self._word(position) in _INCLUDING):
            return None
        named = self._named_rows.read_list(table, at, each=True, below=True)
        if named is None or any(self._is_an_outcome(path, verb) for path in _paths(named.condition)):
            return None
        return self._clause(named.condition, position, named.end, named.meaning, Continuation.RELATIVE)

    def _way_of_deed(self, table: Table, verb: _Verb, position: int, at: int) -> Clause | None:
        """ "(customers who) paid by card": by the payment_method of their orders."""
        found: list[Clause] = []
        for child in self._vocabulary.keys.children(table):
            columns = [
                column
                for column in child.columns
                if not verb.names_a_role and verb.stem in {stem(word) for word in name_words(column.name)}
            ]
            labels = self._vocabulary.labels_at(child, at, columns) if columns else []
            if len(labels) == 1:
                path = self._vocabulary.path(table, child, position, labels[0].end)
                condition = Exists(path=path, condition=one_of(labels[0].column, labels[0].values))
                meaning = f"at least one of {child.name.name} whose {labels[0].column.name} is '{labels[0].label}'"
                found.append(self._clause(condition, position, labels[0].end, meaning, Continuation.RELATIVE))
        return found[0] if len(found) == 1 else None

    def _language(self, table: Table, position: int, at: int) -> Clause | None:
        """ "(posts written) in Spanish" are in that language, whoever wrote them."""
        row = self._named_rows.read_one(table, at, related=False)
        if row is None or any(name_words(column.name)[-1] != "language" for column in row.columns):
            return None
        named = self._named_rows.read_list(table, at, related=False)
        return named and self._clause(named.condition, position, named.end, named.meaning, Continuation.RELATIVE)

    def _kind_of_object(self, table: Table, verb: _Verb, position: int, at: int) -> Clause | None:
        """ "(actors who played) in comedies": in films of that kind."""
        found: list[Clause] = []
        for other, path in self._vocabulary.keys.paired(table):
            named = self._named_rows.read_list(other, at) if self._explains(table, path, verb) else None
            if named is not None:
                condition = Exists(path=path, condition=named.condition)
                meaning = f"{other.name.name} whose {named.meaning}"
                found.append(self._clause(condition, position, named.end, meaning, Continuation.RELATIVE))
        return found[0] if len(found) == 1 else None

    def _is_said_of(self, row: NamedRow, verb: _Verb) -> bool:
        """ "manufactured by Bayer", in a column of manufacturers."""
        if not row.path and self._is_a_means(row) and self._names_a_date(row.table, verb.stem):
            return not verb.names_a_role
        return not verb.names_a_role and any(
            verb.stem in {stem(word), agent_stem(word)} | synonyms.verbs_of_role(word)
            for column in row.columns
            for word in name_words(column.name)
        )

    def _is_a_means(self, row: NamedRow) -> bool:
        """ "(sent) with DHL". How a ticket was opened says nothing of how it was closed: no channel is meant so."""
        return all(head_word(column.name) in synonyms.MEANS_COLUMNS for column in row.columns)

    def _names_a_date(self, table: Table, verb: str) -> bool:
        """Is it what was done to the row on one of its dates?"""
        columns = table_dates.date_columns(table)
        dates = {date for column in columns for date in table_dates.date_stems(table, column)} - {""}
        same = {other for group in synonyms.SAME_DEEDS if verb in group for other in group}
        return bool(dates & ({verb} | same))

    def _object(self, table: Table, verb: _Verb, position: int, frames: Frames) -> Clause | None:
        """ "(taught by) a full-time teacher", "(taking) no courses"."""
        denied = self._word(verb.end) in {"no", "zero"}
        at = self._past_articles(verb.end + 1 if denied else verb.end)
        bare = self._read_noun(at, None)
        path = self._path(table, bare.table, verb, position) if bare else None
        if bare is None or path is None:
            return None
        name = self._columns.name_behind(bare.table, bare.noun_end) if bare.stands_alone(at) else None
        noun = None if name else self._brought_out(bare, verb)
        noun = noun or (None if name else self._read_noun(at, (*frames, _frame(table, path))))
        if noun is not None and bare.table.name == table.name:
            noun = self._described_other(bare, noun, position)
        if name is not None:
            named: Condition = Exists(path=path, condition=name.condition)
            return self._clause(named, position, name.end, name.meaning, Continuation.RELATIVE)
        noun = noun or bare
        if self._is_a_sale_of(table, bare.table, position):
            raise UnclearError(position, noun.end, f"which of {bare.table.name.name} were sold, or are for sale?")
        self._progress.reach(noun.end)
        condition = self._several.there(path, noun.condition, at, noun.noun_end, noun.end)
        meaning = f"{'no' if denied else 'at least one of'} {noun.meaning}"
        main = Explained(position, noun.noun_end, f"{'no' if denied else 'at least one of'} {noun.table.name.name}")
        return Clause(
            negated(condition) if denied else condition,
            position,
            noun.end,
            meaning,
            (main, *noun.explained),
            Continuation.RELATIVE,
        )

    def _is_a_sale_of(self, table: Table, target: Table, position: int) -> bool:
        """ "(sellers who) sold laptops", where a listing is offered by itself, and sold by a row that leads to it."""
        if self._word(position) != "sold" or not self._vocabulary.keys.is_below(target, table):
            return False
        children = self._vocabulary.keys.children(target)
        return any(table_names.is_of(child, synonyms.LINE_WORDS | _SALES) for child in children)

    def _brought_out(self, bare: NounPhrase, verb: _Verb) -> NounPhrase | None:
        """ "(artists who released) an album in 2024": then it was that it came out."""
        phrase = self._times.read(bare.end) if verb.stem in synonyms.BRINGING_OUT_STEMS else None
        dates = [
            column
            for column in table_dates.date_columns(bare.table)
            if table_dates.date_stem(bare.table, column) == verb.stem
        ]
        if phrase is None or len(dates) != 1:
            return None
        then = in_time(ColumnValue(column=dates[0].name), phrase)
        meaning = f"{dates[0].name} {phrase.meaning}"
        return replace(
            bare,
            condition=all_of([then, *([bare.condition] if bare.condition else [])]),
            end=phrase.end,
            meaning=f"{bare.meaning} ({meaning})",
            explained=(*bare.explained, Explained(bare.end, phrase.end, meaning)),
        )

    def _described_other(self, bare: NounPhrase, noun: NounPhrase, position: int) -> NounPhrase:
        """The other row of the same table, with what is said of it. Raises UnclearError for "members recruited by
        another member in Lyon": who is? A verb tells by its number: those "who live in Lyon" are the members, not the
        one who recruited them; and in "who were recruited by a member from Spain" the member is."""
        behind = self._tokens[bare.end + 1 : bare.end + 2]
        before = position - 1 - (self._word(position - 1) in {"was", "were"})
        is_clause = self._word(before) in synonyms.RELATIVES
        is_name = bool(behind) and behind[0].kind is TokenKind.WORD and behind[0].lower not in synonyms.TIME_WORDS
        if is_clause and self._word(bare.end) == "from" and is_name:
            return noun
        verb = self._word(bare.end + 1)
        several = self._word(bare.end) == "who" and (verb in {"are", "have", "were"} or not verb.endswith("s"))
        if noun.end > bare.end and not several:
            raise UnclearError(bare.end, noun.end, "said of the one, or of the other?")
        return bare


def _frame(table: Table, path: tuple[PathStep, ...]) -> Frame:
    """What `table` did is described with its object where that is the deed itself: in "took a trip in 2023" the time is
    the trip's."""
    is_deed = all(step.direction is Direction.TO_CHILDREN for step in path)
    return Frame(table, Continuation.WITH if is_deed else Continuation.RELATIVE)


def _stems(key: ForeignKey) -> frozenset[str]:
    return role_stems(key) | stems_before_parent(key)


def _paths(condition: Condition) -> Iterator[tuple[PathStep, ...]]:
    match condition:
        case AllOf() | AnyOf():
            for part in condition.conditions:
                yield from _paths(part)
        case Exists():
            yield condition.path
