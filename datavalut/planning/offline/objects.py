"""What a noun has and has not: "with 3+ orders", "without an email", "with a total order amount above 500"."""

from collections.abc import Callable
from dataclasses import replace

from datavalut.catalog.model import Column, Table
from datavalut.filters.model import (
    ColumnValue,
    Comparison,
    Condition,
    Exists,
    IsNull,
    LiteralValue,
    Not,
    PathStep,
)
from datavalut.planning.offline import synonyms, table_names
from datavalut.planning.offline.abbreviations import name_words
from datavalut.planning.offline.amounts import AmountReader
from datavalut.planning.offline.columns import ColumnReader
from datavalut.planning.offline.comparisons import one_of
from datavalut.planning.offline.counts import CountReader
from datavalut.planning.offline.expiries import ExpiryReader
from datavalut.planning.offline.flags import FlagReader, flagged, is_flag
from datavalut.planning.offline.inflection import IRREGULAR_PARTICIPLES, stem
from datavalut.planning.offline.inscriptions import InscriptionReader
from datavalut.planning.offline.last_times import LastTimeReader
from datavalut.planning.offline.latest import LatestReader
from datavalut.planning.offline.marks import MarkReader
from datavalut.planning.offline.named_rows import NamedRowReader
from datavalut.planning.offline.paths import AmbiguousPathError
from datavalut.planning.offline.phrases import (
    Clause,
    Continuation,
    Explained,
    Frame,
    Frames,
    NounPhrase,
    NounRead,
    PlaceRead,
    Progress,
    UnclearError,
    all_of,
    along,
    any_of,
    denied,
    negated,
    opened,
)
from datavalut.planning.offline.quantities import (
    EQUAL,
    GREATER,
    read_comparator,
)
from datavalut.planning.offline.reader import Reader
from datavalut.planning.offline.roles import role_stems, stems_before_parent
from datavalut.planning.offline.several import SeveralReader
from datavalut.planning.offline.tokens import Token
from datavalut.planning.offline.totals import TotalReader
from datavalut.planning.offline.vocabulary import ColumnReference, Vocabulary

_WITH = frozenset({"with", "having", "has", "have", "had", "containing", "offering", "featuring"})
_BEHIND_A_ROLE = synonyms.RELATIVES | frozenset({"aged", "older", "younger", "earning"})
_OF_POSSESSION = frozenset({"has", "includes", "with", "flag", "indicator"})
_ROOMS = synonyms.words("room apartment flat suite cabin studio")
_HOLDING = frozenset({"holding", "carrying", "possessing", "boasting"})
_WITHOUT = frozenset({"without", "lacking", "missing"})
# "with all their orders" asks for what comes along anyway, not for those that have any.
_COMPANY = frozenset({"all", "every", "each", "the", "these", "those", "our", "my", "their", "its", "related"})


_ZERO = LiteralValue(value=0)
RivalsRead = Callable[[Table, int], Clause | None]


class ObjectReader(Reader):
    def __init__(
        self,
        tokens: tuple[Token, ...],
        vocabulary: Vocabulary,
        progress: Progress,
        *,
        columns: ColumnReader,
        amounts: AmountReader,
        read_noun: NounRead,
        read_rivals: RivalsRead,
        totals: TotalReader,
        read_place: PlaceRead,
    ) -> None:
        super().__init__(tokens, vocabulary, progress)
        self._columns = columns
        self._amounts = amounts
        self._read_noun = read_noun
        self._expiries = ExpiryReader(tokens, vocabulary, progress)
        self._flags = FlagReader(tokens, vocabulary, progress)
        self._inscriptions = InscriptionReader(tokens, vocabulary, progress)
        self._last_times = LastTimeReader(tokens, vocabulary, progress)
        self.read_rivals = read_rivals
        self._totals = totals
        self.counts = CountReader(tokens, vocabulary, progress, read_noun=read_noun, read_place=read_place)
        self._latest = LatestReader(tokens, vocabulary, progress)
        self._named_rows = NamedRowReader(tokens, vocabulary, progress)
        self._marks = MarkReader(tokens, vocabulary, progress)
        self._several = SeveralReader(tokens, vocabulary, progress)

    def read(self, table: Table, position: int, frames: Frames) -> Clause | None:
        """ "with ...", "without ..."."""
        word = self._word(position)
        if word in _WITHOUT:
            self._progress.reach(position + 1)
            body = self.absence(table, position + 1, frames)
            return opened(body, position, Continuation.NONE) if body else None
        if word in _HOLDING:
            held = self.presence(table, position + 1, frames)
            return opened(held, position) if held and not isinstance(held.condition, Exists) else None
        if word not in _WITH or self._names_a_role(table, word):
            return None
        self._progress.reach(position + 1)
        body = self.with_body(table, position + 1, frames)
        return opened(body, position) if body else None

    def _names_a_role(self, table: Table, word: str) -> bool:
        """ "(tracks) featuring ABBA", by the featured_artist_id."""
        keys = self._vocabulary.catalog.references_of(table.name)
        return word.endswith("ing") and any(stem(word) in role_stems(key) | stems_before_parent(key) for key in keys)

    def with_body(self, table: Table, position: int, frames: Frames) -> Clause | None:
        """What may stand behind "with"."""
        if self._word(position) == "either":
            first = self.with_body(table, position + 1, frames)
            return opened(first, position) if first and self._word(first.end) == "or" else None
        if self._word(position) == "both":
            both = self.presence(table, position + 1, frames)
            if both is not None and self._word(both.end) == "and":
                return opened(both, position)
        is_comparison = read_comparator(self._tokens, position) is not None  # "no more than 2 orders"
        if self._word(position) in {"no", "zero", "neither"} and not is_comparison:
            body = self.absence(table, position + 1, frames)
            return opened(body, position, Continuation.NO) if body else None
        return (
            self._latest.read(table, position)
            or self._inscriptions.read(table, position)
            or self.read_rivals(table, position)
            or self._amounts.read_comparison(table, position)
            or self._totals.read_body(table, position)
            or self.counts.counted(table, position, frames)
            or self._columns.labelled(table, position)
            or self._expiries.part(table, position)
            or self._last_times.read(table, position, is_denied=False)
            or self._columns.signed(table, position)
            or self._columns.described_column(table, position)
            or (self._graded(table, position, frames) if self._marks.is_a_letter(position + 1) else None)
            or self.presence(table, position, frames)
            or self.counts.marked(table, None, position, frames)
            or self._named(table, position)
        )

    def _graded(self, table: Table, position: int, frames: Frames) -> Clause | None:
        """ "(enrolments) with an A", "(students) with an F"."""
        own = self._marks.own(table, self._marks.past_article(position))
        if own is None:
            return self.counts.marked(table, None, position, frames)
        meaning = f"{table.name.name}.{own.column.name} is '{own.label}'"
        return self._clause(one_of(own.column, own.values), position, own.end, meaning, Continuation.WITH)

    def _named(self, table: Table, position: int) -> Clause | None:
        """ "(films) with Uma Davis", "(employees) with Python and SQL", "(bookings) with breakfast"."""
        named = self._named_rows.read_list(table, position, each=True, below=True)
        return replace(named, continuation=Continuation.WITH) if named else None

    def _unmarked(self, table: Table, position: int, frames: Frames) -> Clause | None:
        """ "(without) an F grade": no row of a child with that value."""
        mark = self.counts.marked(table, None, position, frames)
        if mark is None:
            return None
        return replace(mark, condition=negated(mark.condition), meaning=f"no ({mark.meaning})")

    def presence(self, table: Table, position: int, frames: Frames) -> Clause | None:
        """ "(with) an email", "(with) a cancelled order", "(with) orders in 2023"."""
        at = position + (self._word(position) in {"their", "its"} and self._word(position + 1) == "own")
        while self._word(at) in synonyms.ARTICLES:
            at += 1
        noun = self._related_noun(table, at, frames)
        if noun is not None:
            named, path = noun
            alone = at == position and named.stands_alone(position)
            name = self._columns.name_behind(named.table, named.noun_end) if alone else None
            if name is not None:
                called = Exists(path=path, condition=name.condition)
                return self._clause(called, position, name.end, name.meaning, Continuation.WITH)
            if at == position:
                self._check_what_is_described(named, position)
            self._check_rating(table, named, position)
            main = Explained(position, named.noun_end, f"at least one of {named.table.name.name}")
            condition = self._several.there(path, named.condition, position, named.noun_end, named.end)
            meaning = f"at least one of {named.meaning}"
            return Clause(condition, position, named.end, meaning, (main, *named.explained), Continuation.WITH)
        if (flag := self._possession(table, at)) is not None:
            column, end = flag
            condition = flagged(self._vocabulary, table, column, True)
            return self._clause(condition, position, end, f"{column.name} is true", Continuation.WITH)
        amount = self._columns.grant(table, at) or self._columns.amount_there(table, at)
        if amount is not None:
            condition = Comparison(left=ColumnValue(column=amount.column.name), operator=GREATER, right=_ZERO)
            return self._clause(condition, position, amount.end, f"{amount.text} is more than 0", Continuation.WITH)
        reference = self._columns.present_column(table, at)
        if reference is None:
            return None
        if reference.column.not_null and {*name_words(reference.column.name)} & _OF_POSSESSION:
            raise UnclearError(position, reference.end, f"{reference.text} is never null, and no yes or no")
        self._check_whose(table, reference, _BEHIND_A_ROLE | {"in", "from", "at"})
        is_there = negated(IsNull(operand=ColumnValue(column=reference.column.name)))
        condition = along(reference.path, is_there)
        return self._clause(condition, position, reference.end, f"{reference.text} is not null", Continuation.WITH)

    def possessed(self, table: Table, position: int) -> Clause | None:
        """ "a scholarship": has_scholarship."""
        flag = self._possession(table, self._past_articles(position))
        if flag is None or self._past_articles(position) == position:
            return None
        column, end = flag
        condition = flagged(self._vocabulary, table, column, True)
        return self._clause(condition, position, end, f"{column.name} is true", Continuation.WITH)

    def _possession(self, table: Table, position: int) -> tuple[Column, int] | None:
        """ "(with) a scholarship": has_scholarship. A room that has a bathroom has it for itself ("its own bathroom",
        "a private bathroom")."""
        if self._word(position) in {"own", "private"} and table_names.is_of(table, _ROOMS):
            named = self._possession_called(table, position)
            return named or self._possession_called(table, position + 1)
        return self._possession_called(table, position)

    def _possession_called(self, table: Table, position: int) -> tuple[Column, int] | None:
        flags = (
            [
                (column, end)
                for column, end in self._vocabulary.flags_at(table, position)
                if is_flag(self._vocabulary, table, column) and {*name_words(column.name)} & _OF_POSSESSION
            ]
            or [*self._flags.read(table, position)]
            or [*self._flags.state_of(table, position)]
            or [*self._flags.provided(table, position)]
        )
        return flags[0] if len(flags) == 1 else None

    def _check_rating(self, table: Table, noun: NounPhrase, position: int) -> None:
        """Raises UnclearError for "restaurants with a rating below 3": one of them, or what they come to?"""
        if self._word(noun.noun_end - 1) not in {"rating", "score"} or noun.condition is None:
            return
        if table_names.is_rated_often(table, noun.table, self._vocabulary.catalog):
            names = (f"a {noun.table.name.name} of ...", "an average rating ...")
            raise UnclearError(position, noun.end, "one of them, or on average?", names)

    def _check_what_is_described(self, noun: NounPhrase, position: int) -> None:
        """ "with order total above 100" could be said of one order or of all together."""
        column = self._vocabulary.own_columns_at(noun.table, noun.noun_end)
        if column is not None and noun.end > noun.noun_end:
            reason = f"of one of {noun.table.name.name}, or of all of them together?"
            raise UnclearError(
                position,
                column[1],
                reason,
                (f"an {self._word(position)} with ...", f"total {self._word(position)} ..."),
            )

    def absence(self, table: Table, position: int, frames: Frames) -> Clause | None:
        """What "without" or "no" denies; with "or" several things ("without orders or reviews")."""
        at = position
        while self._word(at) in {"a", "an", "any", "their", "the", "its"}:
            at += 1
        if "the" in {self._word(index) for index in range(position, at)} and self._is_of_a_table(table, at):
            return None
        clause = self._absent(table, at, frames)
        if clause is not None and self._word(at - 1) == "the" and position < at:
            self._check_left_out(clause, position)
        while clause is not None and self._word(clause.end) in {"or", "nor"}:
            further_at = clause.end + 1
            while self._word(further_at) in {"a", "an", "any"}:
                further_at += 1
            further = self._absent(table, further_at, frames)
            if further is None:
                break
            clause = Clause(
                all_of((clause.condition, further.condition)),
                clause.start,
                further.end,
                f"{clause.meaning} and {further.meaning}",
                (*clause.explained, *further.explained),
                Continuation.WITH,
            )
        return opened(clause, position) if clause else None

    def _is_of_a_table(self, table: Table, position: int) -> bool:
        """ "(without) the audit log", "the orders table": not of these rows, so that the table is left out."""
        named = self._vocabulary.table_at(position, loosely=True)
        own = self._vocabulary.own_columns_at(table, position)
        if named is None or (own is not None and own[1] >= named[1]):
            return False
        other, end = named
        try:
            return self._word(end) in {"table", "tables"} or self._vocabulary.keys.path(table, other) is None
        except AmbiguousPathError:
            return False

    def _check_left_out(self, clause: Clause, position: int) -> None:
        """Raises UnclearError for "(customers) without the reviews": those that have none, or no table of them?"""
        inner = clause.condition.condition if isinstance(clause.condition, Not) else None
        named = self._vocabulary.table_at(clause.start, loosely=True)
        if isinstance(inner, Exists) and named is not None:
            name = named[0].name.name
            reason = f"those without any, or {name} left out?"
            raise UnclearError(position - 1, clause.end, reason, (f"with no {name}", f"exclude the table {name}"))

    def _absent(self, table: Table, position: int, frames: Frames) -> Clause | None:
        letter = self._unmarked(table, position, frames) if self._marks.is_a_letter(position) else None
        if letter is not None:
            return letter
        unwritten = self._inscriptions.read(table, position)
        if unwritten is not None:
            return denied(unwritten, position)
        silent = self._last_times.read(table, position, is_denied=True)
        if silent is not None and self._vocabulary.table_at(position) is None:
            return silent
        noun = self._related_noun(table, position, frames)
        if noun is not None and self._word(noun[0].noun_end - 1) in {"table", "tables"}:
            return None  # "without the orders table" leaves the table out
        if noun is not None:
            named, path = noun
            main = Explained(position, named.noun_end, f"no {named.table.name.name}")
            condition = negated(Exists(path=path, condition=named.condition))
            return Clause(
                condition, position, named.end, f"no {named.meaning}", (main, *named.explained), Continuation.WITH
            )
        if (flag := self._possession(table, position)) is not None:
            column, end = flag
            without = negated(flagged(self._vocabulary, table, column, True))
            return self._clause(without, position, end, f"{column.name} is not true", Continuation.WITH)
        grant = self._columns.grant(table, position)
        if grant is not None:
            value = ColumnValue(column=grant.column.name)
            none = any_of((IsNull(operand=value), Comparison(left=value, operator=EQUAL, right=_ZERO)))
            meaning = f"{grant.text} is null or 0"
            return self._clause(none, position, grant.end, meaning, Continuation.WITH)
        amount = self._columns.amount_there(table, position)
        if amount is not None:
            none = Comparison(left=ColumnValue(column=amount.column.name), operator=EQUAL, right=_ZERO)
            return self._clause(none, position, amount.end, f"{amount.text} is 0", Continuation.WITH)
        reference = self._columns.present_column(table, position)
        if reference is None:
            return self._unmarked(table, position, frames) or self._nothing_called(table, position)
        if reference.column.not_null and not reference.path:
            raise UnclearError(position, reference.end, f"{reference.text} is never null")
        self._check_whose(table, reference, _BEHIND_A_ROLE)
        is_null: Condition = IsNull(operand=ColumnValue(column=reference.column.name))
        condition = along(reference.path, is_null)
        return self._clause(condition, position, reference.end, f"{reference.text} is null", Continuation.WITH)

    def _nothing_called(self, table: Table, position: int) -> Clause | None:
        """ "(bookings without) parking": no related row of that kind or name."""
        named = self._named_rows.read_list(table, position, related=False, below=True)
        if named is None or not isinstance(named.condition, Exists):
            return None
        meaning = f"no {named.meaning}"
        return self._clause(negated(named.condition), position, named.end, meaning, Continuation.WITH)

    def _is_loose(self, noun: NounPhrase) -> bool:
        """Is the table said by a word that only may mean it? A column of that name comes before it."""
        return self._vocabulary.is_named_loosely(noun.noun_end - 1, noun.noun_end)

    def _is_a_kind(self, noun: NounPhrase) -> bool:
        """Is the noun no table's name, but what rows of one are called by their kind?"""
        return all(self._vocabulary.table_at(at, loosely=True) is None for at in range(noun.start, noun.noun_end))

    def belongs_outside(self, table: Table, target: Table, frames: Frames) -> bool:
        """In "appointments of patients with cardiologists" it is the appointments that are with them: they have a
        foreign key that says so, and the patients are joined to cardiologists by appointments only. So it is with
        "bookings of guests in hotels", where a booking leads up to its hotel and a guest does not."""
        if not frames or frames[-1].continuation is Continuation.WITH:
            return False
        outer = frames[-1].table
        references, is_below = self._vocabulary.catalog.references_of, self._vocabulary.keys.is_below
        of_outer = any(key.parent == target.name for key in references(outer.name))
        if of_outer and not any(key.parent == target.name for key in references(table.name)):
            return True
        return is_below(outer, target) and not is_below(table, target)

    def _check_whose(self, table: Table, reference: ColumnReference, behind: frozenset[str]) -> None:
        """Raises UnclearError for "employees with a manager hired in 2024": who was hired then?"""
        keys = self._vocabulary.catalog.references_of(table.name)
        key = next((key for key in keys if key.columns == (reference.column.name,)), None)
        word = self._word(reference.end)
        said = word.endswith("ed") or word in behind | IRREGULAR_PARTICIPLES
        if key is not None and not reference.path and said:
            names = (table.name.name, reference.text)
            raise UnclearError(reference.end, reference.end + 1, f"said of {names[0]} or of {names[1]}?", names)

    def _related_noun(
        self, table: Table, position: int, frames: Frames
    ) -> tuple[NounPhrase, tuple[PathStep, ...]] | None:
        """A noun that foreign keys join to `table`, unless the words are a column of `table` itself."""
        if self._word(position) in _COMPANY:
            return None
        noun = self._read_noun(position, (*frames, Frame(table, Continuation.WITH)))
        if noun is None:
            return None
        if self.belongs_outside(table, noun.table, frames):
            if any(child.name == noun.table.name for child in self._vocabulary.keys.children(table)):
                either = (frames[-1].table.name.name, table.name.name)
                raise UnclearError(position, noun.end, f"said of {either[0]} or of {either[1]}?", either)
            return None
        own = self._vocabulary.own_columns_at(table, position)
        if own is not None and (self._is_loose(noun) or self._is_a_kind(noun)):
            return None  # "without a phone": no number, and nothing of the kind that they sell
        role = self._vocabulary.role_at(table, position)
        if role is not None and (role.end > noun.noun_end or self._is_a_kind(noun)):
            return None  # "a case worker" is no case, "a coordinator" theirs, whatever the job is called
        if noun.table.name == table.name and self._vocabulary.role_at(table, position) is not None:
            return None  # "without managers": of these, and no employees of employees
        try:
            path = self._vocabulary.keys.path(table, noun.table)
        except AmbiguousPathError as error:
            reason = f"several ways lead from {table.name.name} to {noun.table.name.name}"
            raise UnclearError(position, noun.noun_end, reason, error.paths) from None
        if own is not None and own[1] >= noun.noun_end:
            if path is not None:
                names = (f"{table.name.name}.{column.name}" for column in own[0])
                raise UnclearError(position, own[1], "a table and a column fit", (str(noun.table.name), *names))
            return None
        if path is None:
            reason = f"no foreign keys lead from {table.name.name} to {noun.table.name.name}"
            raise UnclearError(position, noun.noun_end, reason)
        self.counts.check_deed_between(noun, path)
        return noun, path
