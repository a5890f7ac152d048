"""Nouns with what describes them: "the active customers from Canada", "last month's orders", "white vans"."""

from collections.abc import Callable
from dataclasses import replace

from datavalut.catalog.model import Table
from datavalut.filters.model import (
    AllOf,
    AnyOf,
    ColumnValue,
    Comparison,
    ComparisonOperator,
    Condition,
    Exists,
    Not,
    OneOf,
)
from datavalut.planning.offline import synonyms
from datavalut.planning.offline.adjectives import AdjectiveReader
from datavalut.planning.offline.attachment import AttachmentChecks
from datavalut.planning.offline.dates import DateReader
from datavalut.planning.offline.inflection import singular
from datavalut.planning.offline.kinds import KindNoun, KindReader, kind_of
from datavalut.planning.offline.named_rows import NamedRow, NamedRowReader
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
)
from datavalut.planning.offline.reader import Reader
from datavalut.planning.offline.sides import SideReader
from datavalut.planning.offline.times import TimePhrase
from datavalut.planning.offline.tokens import Token
from datavalut.planning.offline.vocabulary import Vocabulary

_RECORD_WORDS = frozenset({"record", "records", "row", "rows", "entry", "entries", "table"})
_AFTER_NOUNS = frozenset({"with", "without", "from", "of", "who", "that", "which", "whose", "where"})
_NO_ADJECTIVES = _AFTER_NOUNS | frozenset({"the", "exclude", "skip", "omit", "excluding", "except", "including"})
_MOST_ADJECTIVES = 6  # tokens before a noun
QualifiersRead = Callable[[Table, int, Frames], Clause | None]
KeyRead = Callable[[Table, int], Clause | None]


class NounReader(Reader):
    def __init__(
        self,
        tokens: tuple[Token, ...],
        vocabulary: Vocabulary,
        progress: Progress,
        *,
        read_qualifiers: QualifiersRead,
        read_key: KeyRead,
        attachment: AttachmentChecks,
    ) -> None:
        super().__init__(tokens, vocabulary, progress)
        self._adjectives = AdjectiveReader(tokens, vocabulary, progress)
        self._dates = DateReader(tokens, vocabulary, progress)
        self._kinds = KindReader(tokens, vocabulary, progress)
        self._named_rows = NamedRowReader(tokens, vocabulary, progress)
        self._sides = SideReader(tokens, vocabulary, progress)
        self._read_qualifiers = read_qualifiers
        self._read_key = read_key
        self._attachment = attachment

    def read_noun(self, position: int, frames: Frames = ()) -> NounPhrase | None:
        """A table's name with what describes it: adjectives before, qualifiers behind."""
        return self._read_noun(
            position, lambda table, end: self._read_qualifiers(table, end, frames), individuals=bool(frames)
        )

    def read_bare_noun(self, position: int) -> NounPhrase | None:
        """A table's name with the adjectives before it only."""
        return self._read_noun(position, lambda table, end: None)

    def _individual(self, table: Table, position: int, end: int) -> NounPhrase | None:
        """ "doctor Laura Stone": one row, of which no more is said; what follows describes the noun further out."""
        name = self._word(end - 1)
        row = self._named_rows.read_one(table, end, related=False) if name and singular(name) == name else None
        if row is not None:
            return self._individual_phrase(table, position, row)
        key = self._read_key(table, end)
        if key is None:
            return None
        meaning = f"{table.name.name} ({key.meaning})"
        return NounPhrase(table, key.condition, position, key.end, key.end, meaning, key.explained)

    def _individual_phrase(self, table: Table, position: int, row: NamedRow) -> NounPhrase:
        self._progress.reach(row.end)
        meaning = f"{table.name.name} ({row.meaning})"
        explained = (Explained(position, row.end, row.meaning),)
        return NounPhrase(table, row.condition, position, row.end, row.end, meaning, explained)

    def _is_one(self, table: Table, end: int, adjectives: Clause) -> bool:
        """ "(sections of) the Fall 2024 term": a row called by its name, of which no more is said either."""
        last = self._word(end - 1)
        names = {column.name for column in self._vocabulary.name_columns(table)}
        said = adjectives.condition
        return (
            singular(last) == last
            and isinstance(said, Comparison)
            and said.operator is ComparisonOperator.EQUAL
            and isinstance(said.left, ColumnValue)
            and said.left.column in names
        )

    def _read_noun(
        self,
        position: int,
        read_qualifiers: Callable[[Table, int], Clause | None],
        *,
        individuals: bool = False,
    ) -> NounPhrase | None:
        at = position
        while self._word(at) in synonyms.DETERMINERS or (at > position and self._word(at) == "of"):
            at += 1  # "all of the customers"
        phrase = self._dates.read_before_noun(at)
        if phrase is not None:
            return self._read_timed_noun(position, at, phrase, read_qualifiers)
        for noun_at in range(at, min(at + _MOST_ADJECTIVES, len(self._tokens))):
            out_of = self._words(noun_at - 1, "out", "of") and noun_at > at  # "out of stock listings"
            if self._word(noun_at) in (_AFTER_NOUNS if noun_at == at else _NO_ADJECTIVES) and not out_of:
                return None
            if self._words(noun_at, "leave", "out"):
                return None
            if noun_at > at and self._word(noun_at - 1) in {"and", "or", ","}:
                continue  # "(from) Berlin and trips ...": what stands before the "and" does not describe the trips
            named = self._vocabulary.table_at(noun_at, loosely=True)
            if named is not None and self._goes_on(at, noun_at, named[1]):
                named = None  # "flight attendants" are no flights
            if named is None or not self._vocabulary.is_called(named[0], noun_at, named[1]):
                kind = self._read_kind_noun(position, at, noun_at, named and named[0], read_qualifiers)
                if kind is not None:
                    return kind
            if named is None or self._describes_what_follows(at, noun_at, named[1]):
                continue
            table, end = named
            self._check_kinds(table, noun_at, end)
            called = self._named_rows.read_one(table, noun_at, related=False) if noun_at == at else None
            if called is not None and called.end > end and individuals:
                return self._individual_phrase(table, position, called)
            adjectives = self._adjectives.read_list(table, at, noun_at) if noun_at > at else None
            side = self._sides.read(table, at, noun_at, end) if noun_at > at and adjectives is None else None
            if side is not None:
                more = read_qualifiers(table, side.end)
                return _noun_phrase(table, position, end, [side, *([more] if more else [])])
            if noun_at > at and adjectives is None:
                continue
            if self._word(end) in _RECORD_WORDS:
                end += 1
            self._progress.reach(end)
            individual = self._individual(table, position, end) if individuals and adjectives is None else None
            if individual is not None:
                return individual
            if individuals and adjectives is not None and self._is_one(table, end, adjectives):
                return _noun_phrase(table, position, end, [adjectives])
            qualifiers = read_qualifiers(table, end)
            if qualifiers is not None:
                self._attachment.check_stays(table, noun_at, end)
            if adjectives is not None and qualifiers is not None:
                self._attachment.check_state(table, adjectives.condition, at, end)
            return _noun_phrase(table, position, end, [clause for clause in (adjectives, qualifiers) if clause])
        return None

    def _goes_on(self, start: int, noun: int, end: int) -> bool:
        """Is the table's name there the beginning of what rows of another are called by their kind?"""
        following = self._word(end)
        if not following.isalpha() or following in synonyms.GRAMMAR_WORDS or singular(following) == following:
            return False
        kind = self._kinds.read(noun, start)
        return kind is not None and kind.end > end

    def _check_kinds(self, table: Table, position: int, end: int) -> None:
        """Raises UnclearError for "professors" of lecturers who are associate professors, or teaching fellows."""
        is_loose = end == position + 1 and self._vocabulary.is_named_loosely(position, end)
        noun = singular(self._word(position))
        kinds = self._kinds.kinds_of(table, noun) if is_loose else []
        if kinds and noun not in map(str.lower, kinds):
            raise UnclearError(position, end, f"all of {table.name.name}, or of some kinds?", kinds)

    def _describes_what_follows(self, start: int, noun: int, end: int) -> bool:
        """Is what only may name a table there said of the next noun, in "insured shipments"?"""
        if not self._vocabulary.is_named_loosely(noun, end):
            return False
        for noun_at in range(end, min(end + _MOST_ADJECTIVES, len(self._tokens))):
            if (named := self._vocabulary.table_at(noun_at)) is not None:
                return self._adjectives.read_list(named[0], start, noun_at) is not None
        return False

    def _read_timed_noun(
        self, position: int, at: int, phrase: TimePhrase, read_qualifiers: Callable[[Table, int], Clause | None]
    ) -> NounPhrase | None:
        """ "last month's orders", "2025 invoices"."""
        noun = self._read_noun(phrase.end, read_qualifiers)
        if noun is None or noun.start != phrase.end:
            return None
        timed = self._dates.timed(noun.table, phrase, at)
        conditions = [timed.condition, *([noun.condition] if noun.condition else [])]
        explained = (*timed.explained, *noun.explained)
        meaning = f"{noun.meaning} ({timed.meaning})"
        return replace(noun, condition=all_of(conditions), start=position, meaning=meaning, explained=explained)

    def _read_kind_noun(
        self,
        position: int,
        at: int,
        noun_at: int,
        table: Table | None,
        read_qualifiers: Callable[[Table, int], Clause | None],
    ) -> NounPhrase | None:
        """ "remote interns", "white vans": rows called by what they are. Where a synonym of `table` is read so, too,
        its own kinds come first: buyers are the clients of that type."""
        kind = self._kinds.read(noun_at, at, table)
        if kind is None or self._vocabulary.table_at(kind.end, loosely=True) is not None:
            return None
        adjectives = self._adjectives.read_list(kind.table, at, noun_at) if noun_at > at else None
        if noun_at > at and adjectives is None:
            return None
        kinds = [kind]
        while (following := self._further_kind(kinds[-1])) is not None:
            kinds.append(following)
        end = kinds[-1].end
        if len(kinds) > 1 and adjectives is not None:
            raise UnclearError(position, end, "what is said before the first: of all of them?")
        self._progress.reach(end)
        called = self._clause(kind_of(kinds), noun_at, end, " or ".join(one.meaning for one in kinds))
        of_whom = self._of_whom(kind, called) if len(kinds) == 1 else None
        called, end = (of_whom, of_whom.end) if of_whom is not None else (called, end)
        qualifiers = read_qualifiers(kind.table, end)
        if qualifiers is not None:
            self._attachment.check_state(kind.table, called.condition, noun_at, end)
            if adjectives is not None:
                self._attachment.check_state(kind.table, adjectives.condition, at, end)
        if any(_says(clause.condition, kind) for clause in (adjectives, qualifiers) if clause):
            raise UnclearError(position, end, f"{kind.column.name} is said twice", [kind.meaning])
        clauses = [clause for clause in (adjectives, called, qualifiers) if clause]
        return _noun_phrase(kind.table, position, end, clauses)

    def _of_whom(self, kind: KindNoun, called: Clause) -> Clause | None:
        """ "(advisors) of PhD students": of those by whose key they are so called."""
        if not kind.is_role or self._word(kind.end) != "of":
            return None
        frame = Frame(kind.table, Continuation.RELATIVE)
        child = self.read_noun(self._past_articles(kind.end + 1), (frame,))
        if child is None or child.table.name != kind.holder.name:
            return None
        condition = Exists(path=kind.path, condition=child.condition)
        main = Explained(called.start, child.noun_end, called.meaning)
        meaning = f"{called.meaning}, of {child.meaning}"
        return Clause(condition, called.start, child.end, meaning, (main, *child.explained))

    def _further_kind(self, kind: KindNoun) -> KindNoun | None:
        """ "(contractors) and interns": what is said behind them is said of both."""
        at = kind.end + 1 if self._word(kind.end) == "," else kind.end
        at = at + 1 if self._word(at) in {"and", "or"} else at
        at = at + 1 if at > kind.end and self._word(at) in {"a", "an"} else at
        if at == kind.end or at >= len(self._tokens) or self._vocabulary.table_at(at, loosely=True) is not None:
            return None
        following = self._kinds.read(at, at)
        return following if following is not None and kind.is_alike(following) else None


def _noun_phrase(table: Table, start: int, noun_end: int, clauses: list[Clause]) -> NounPhrase:
    return NounPhrase(
        table,
        all_of(clause.condition for clause in clauses) if clauses else None,
        start,
        noun_end,
        max([noun_end, *(clause.end for clause in clauses)]),
        " ".join([table.name.name, *(f"({clause.meaning})" for clause in clauses)]),
        tuple(entry for clause in clauses for entry in clause.explained),
    )


def _says(condition: Condition, kind: KindNoun) -> bool:
    """Is it said there which kind a row is, too, in "members who are admins"? Each is of one."""
    match condition:
        case AllOf() | AnyOf():
            return any(_says(part, kind) for part in condition.conditions)
        case Not():
            return _says(condition.condition, kind)
        case Comparison(left=ColumnValue(column=column)) | OneOf(operand=ColumnValue(column=column)):
            return bool(kind.values) and not kind.path and column == kind.column.name
    return False
