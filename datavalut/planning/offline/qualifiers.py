"""What is said of a noun, phrase by phrase: "from last 6 months", "with 3+ purchases", "who never ordered".

The rules that decide where English leaves a choice:

- A phrase without "and" or "or" before it belongs to the noun it stands beside: in "customers with 3 orders in 2023"
  the time is that of the orders. After "and", "or" or a comma a phrase belongs to the outermost noun that it fits.
- "and" binds closer than "or". Where a phrase without either stands among them, "or" binds closer if what it joins
  begins alike ("created in 2023 with no orders or with 3 orders"); otherwise the sentence is refused.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from datavalut.catalog.model import Column, Table, TypeCategory
from datavalut.filters.model import (
    Aggregate,
    AggregateFunction,
    ColumnValue,
    Condition,
    Exists,
    IsNull,
    LastPeriod,
    PathStep,
    TimeRange,
)
from datavalut.planning.offline import synonyms
from datavalut.planning.offline.amounts import AmountReader
from datavalut.planning.offline.inflection import singular, stem
from datavalut.planning.offline.nouns import AdjectiveReader
from datavalut.planning.offline.paths import AmbiguousPathError
from datavalut.planning.offline.phrases import (
    Clause,
    Continuation,
    Explained,
    Progress,
    UnclearError,
    all_of,
    any_of,
    at_the_end_of,
    negated,
)
from datavalut.planning.offline.predicates import Predicate, PredicateReader, compared, in_time, in_year
from datavalut.planning.offline.quantities import (
    EQUAL,
    GREATER,
    GREATER_OR_EQUAL,
    LESS,
    LESS_OR_EQUAL,
    Quantity,
    read_quantity,
)
from datavalut.planning.offline.times import TimePhrase, TimeReader
from datavalut.planning.offline.tokens import Token, TokenKind, parts_of
from datavalut.planning.offline.vocabulary import NUMBER_CATEGORIES, ColumnReference, Vocabulary

_WITH = frozenset({"with", "having", "has", "have", "had"})
_WITHOUT = frozenset({"without", "lacking", "missing"})
_EXCEPT = frozenset({"except", "excluding"})
_PLACES = frozenset({"from", "in", "of", "for", "by", "at", "on", "to"})
_BE = frozenset({"is", "are", "was", "were", "been", "be"})
_DO = frozenset({"do", "does", "did"})
_HAVE = frozenset({"have", "has", "had"})
_RECORD_WORDS = frozenset({"record", "records", "row", "rows", "entry", "entries"})
_IRREGULAR_PARTICIPLES = synonyms.words(
    "born paid bought sold sent made written begun seen taken given built held left met won lost"
)
_MOST_ADJECTIVES = 6  # tokens before a noun


@dataclass(frozen=True)
class Frame:
    """A noun whose description goes on around the phrase that is being read."""

    table: Table
    continuation: Continuation


Frames = tuple[Frame, ...]


@dataclass(frozen=True)
class NounPhrase:
    """`condition` is None where nothing is said of the noun. `explained` is without the noun itself."""

    table: Table
    condition: Condition | None
    start: int
    noun_end: int
    end: int
    meaning: str
    explained: tuple[Explained, ...]


class QualifierReader:
    def __init__(self, tokens: tuple[Token, ...], vocabulary: Vocabulary, progress: Progress) -> None:
        self._tokens = tokens
        self._vocabulary = vocabulary
        self._progress = progress
        self._times = TimeReader(tokens)
        self._predicates = PredicateReader(tokens, vocabulary, progress)
        self._adjectives = AdjectiveReader(tokens, vocabulary, progress)
        self.amounts = AmountReader(tokens, vocabulary, self._predicates, progress)

    def _word(self, position: int) -> str:
        if not 0 <= position < len(self._tokens) or self._tokens[position].kind is TokenKind.QUOTED:
            return ""
        return self._tokens[position].lower

    def _words(self, position: int, *words: str) -> bool:
        return all(self._word(position + index) == word for index, word in enumerate(words))

    # Nouns

    def read_noun(self, position: int, frames: Frames = (), *, qualified: bool = True) -> NounPhrase | None:
        """A table's name with what describes it: adjectives before, qualifiers behind."""
        at = position
        while self._word(at) in synonyms.DETERMINERS:
            at += 1
        for skipped in range(_MOST_ADJECTIVES):
            noun_at = at + skipped
            named = self._vocabulary.table_at(noun_at) if noun_at < len(self._tokens) else None
            adjectives = self._adjectives.read_list(named[0], at, noun_at) if named and skipped else None
            if named is not None and (not skipped or adjectives is not None):
                return self._described(named, position, adjectives, frames if qualified else None)
        return None

    def _described(
        self, named: tuple[Table, int], start: int, adjectives: Clause | None, frames: Frames | None
    ) -> NounPhrase:
        """The noun with its adjectives and, unless `frames` is None, its qualifiers."""
        table, noun_end = named
        if self._word(noun_end) in _RECORD_WORDS:
            noun_end += 1
        self._progress.reach(noun_end)
        qualifiers = self.read(table, noun_end, frames) if frames is not None else None
        clauses = [clause for clause in (adjectives, qualifiers) if clause is not None]
        condition = all_of(clause.condition for clause in clauses) if clauses else None
        meaning = " ".join([table.name.name, *(f"({clause.meaning})" for clause in clauses)])
        explained = tuple(entry for clause in clauses for entry in clause.explained)
        end = qualifiers.end if qualifiers else noun_end
        return NounPhrase(table, condition, start, noun_end, end, meaning, explained)

    # Sequences of qualifiers

    def read(self, table: Table, position: int, frames: Frames = ()) -> Clause | None:
        """All that follows from `position` and describes `table`."""
        items = self._read_items(table, position, frames)
        return self._combined(items) if items else None

    def _read_items(self, table: Table, position: int, frames: Frames) -> list[tuple[str, Clause]]:
        items: list[tuple[str, Clause]] = []
        end = position
        while True:
            joiner, at = self._read_joiner(end)
            if joiner and (not items and joiner != ","):
                break
            if joiner and self._fits_outside(frames, at):
                break
            clause = self._continue(table, at, frames, items[-1][1]) if joiner and items else None
            clause = clause or self._read_one(table, at, frames)
            if clause is None:
                break
            items.append((joiner, clause))
            end = clause.end
            self._progress.reach(end)
        return items

    def _read_joiner(self, position: int) -> tuple[str, int]:
        """ "and", "or", "," or nothing, and where the next phrase begins."""
        end, comma = position, False
        if self._word(end) == ",":
            end, comma = end + 1, True
        word = self._word(end)
        if word in {"and", "but", "or"}:
            end += 1
            if self._word(end) == "also":
                end += 1
            return ("or" if word == "or" else "and"), end
        return ("," if comma else ""), end

    def _continue(self, table: Table, position: int, frames: Frames, last: Clause) -> Clause | None:
        match last.continuation:
            case Continuation.WITH:
                return self._with_body(table, position, frames)
            case Continuation.RELATIVE:
                return self._verb_phrase(table, position, frames)
        return None

    def _fits_outside(self, frames: Frames, position: int) -> bool:
        """Can the phrase describe a noun further out?"""
        for index in range(len(frames) - 1, -1, -1):
            frame, outer = frames[index], frames[:index]
            before = self._progress.furthest
            try:
                reading = self._read_one(frame.table, position, outer)
                if reading is None and frame.continuation is Continuation.WITH:
                    reading = self._with_body(frame.table, position, outer)
                elif reading is None and frame.continuation is Continuation.RELATIVE:
                    reading = self._verb_phrase(frame.table, position, outer)
            except UnclearError:
                return True
            finally:
                self._progress.furthest = before
            if reading is not None:
                return True
        return False

    def _combined(self, items: list[tuple[str, Clause]]) -> Clause:
        """One clause of many, by the rules at the top of this module."""
        clauses = [clause for _, clause in items]
        joiners = self._resolved_joiners(items)
        groups: list[list[Clause]] = [[clauses[0]]]
        for joiner, clause in zip(joiners, clauses[1:], strict=True):
            if joiner == "or":
                groups.append([clause])
            else:
                groups[-1].append(clause)
        if len(groups) > 1 and "" in joiners:
            groups = self._alike_grouped(clauses, joiners)
            condition = all_of(any_of(clause.condition for clause in group) for group in groups)
            meaning = " and ".join(" or ".join(clause.meaning for clause in group) for group in groups)
        else:
            condition = any_of(all_of(clause.condition for clause in group) for group in groups)
            meaning = " or ".join(" and ".join(clause.meaning for clause in group) for group in groups)
        return Clause(
            condition,
            clauses[0].start,
            clauses[-1].end,
            meaning,
            tuple(entry for clause in clauses for entry in clause.explained),
            clauses[-1].continuation,
        )

    def _resolved_joiners(self, items: list[tuple[str, Clause]]) -> list[str]:
        """A comma in a list stands for the "and" or "or" that follows in it; alone it is no joiner."""
        joiners = [joiner for joiner, _ in items[1:]]
        for index in range(len(joiners) - 1, -1, -1):
            if joiners[index] == ",":
                following = joiners[index + 1] if index + 1 < len(joiners) else ""
                openings = {self._word(clause.start) for _, clause in items[index : index + 3]}
                joiners[index] = following if following != "or" or len(openings) == 1 else ""
        return joiners

    def _alike_grouped(self, clauses: list[Clause], joiners: list[str]) -> list[list[Clause]]:
        """Where phrases without a joiner stand beside an "or": what "or" joins must begin alike, or it is unclear."""
        groups = [[clauses[0]]]
        for joiner, left, right in zip(joiners, clauses, clauses[1:], strict=False):
            if joiner != "or":
                groups.append([right])
                continue
            if self._word(left.start) != self._word(right.start):
                raise UnclearError(
                    right.start - 1,
                    right.end,
                    'what "or" joins is not clear',
                    (f"({left.meaning} or {right.meaning})", f"... or ({right.meaning})"),
                )
            groups[-1].append(right)
        if "and" in joiners and joiners.index("and") < joiners.index("or"):
            right = clauses[joiners.index("or") + 1]
            raise UnclearError(right.start - 1, right.end, 'both "and" and "or" stand here: what belongs together?')
        return groups

    # One qualifier

    def _read_one(self, table: Table, position: int, frames: Frames) -> Clause | None:
        if position >= len(self._tokens):
            return None
        readers: Sequence[Callable[[Table, int, Frames], Clause | None]] = (
            self._group,
            self._negation,
            self._exception,
            self._with,
            self._relative,
            self._time,
            self._participle,
            self._place,
            self._named,
            self._column_with_operator,
            self._state,
        )
        for reader in readers:
            clause = reader(table, position, frames)
            if clause is not None:
                return clause
        return None

    def _group(self, table: Table, position: int, frames: Frames) -> Clause | None:
        """ "(... or ...)", "either ... or ..."."""
        if self._word(position) == "either":
            items = self._read_items(table, position + 1, frames)
            if len(items) < 2 or any(joiner != "or" for joiner, _ in items[1:]):
                return None
            return replace(self._combined(items), start=position, continuation=Continuation.NONE)
        if self._word(position) != "(":
            return None
        inner = self.read(table, position + 1) or self._state(table, position + 1, ())
        if inner is not None and inner.end < len(self._tokens) and self._word(inner.end) in {"and", "or"}:
            return None
        if inner is None or self._word(inner.end) != ")":
            return None
        return replace(inner, start=position, end=inner.end + 1, continuation=Continuation.NONE)

    def _negation(self, table: Table, position: int, frames: Frames) -> Clause | None:
        if self._word(position) not in {"not", "never"}:
            return None
        at = position + 2 if self._word(position + 1) == "yet" else position + 1
        clause = self._read_one(table, at, frames)
        return clause and self._denied(clause, position)

    def _denied(self, clause: Clause, start: int) -> Clause:
        main, *rest = clause.explained
        return replace(
            clause,
            condition=negated(clause.condition),
            start=start,
            meaning=f"not ({clause.meaning})",
            explained=(Explained(start, main.end, f"not ({main.meaning})"), *rest),
        )

    def _exception(self, table: Table, position: int, frames: Frames) -> Clause | None:
        """ "except those from country Canada", "except inactive ones"."""
        if self._word(position) in _EXCEPT:
            at = position + 2 if self._word(position + 1) == "for" else position + 1
        elif self._words(position, "other", "than") or self._words(position, "apart", "from"):
            at = position + 2
        else:
            return None
        self._progress.reach(at)
        noun = self._excepted_noun(table, at)
        items = [] if noun else self._excepted_items(table, at, frames)
        if noun is not None:
            return self._denied(noun, position)
        if not items:
            return None
        if any(joiner == "and" for joiner, _ in items[1:]):
            right = items[-1][1]
            raise UnclearError(right.start - 1, right.end, 'does the "and" go on with what is excepted?')
        return self._denied(self._combined(items), position)

    def _excepted_items(self, table: Table, position: int, frames: Frames) -> list[tuple[str, Clause]]:
        for words in (("the", "ones"), ("those",), ("ones",), ("any",), ("all",)):
            if self._words(position, *words):
                position += len(words)
                break
        return self._read_items(table, position, frames)

    def _excepted_noun(self, table: Table, position: int) -> Clause | None:
        """ "except inactive ones", "except customers with no orders"."""
        at = position + 1 if self._word(position) == "the" else position
        for ones in range(at + 1, min(at + _MOST_ADJECTIVES, len(self._tokens))):
            if self._word(ones) in {"one", "ones"}:
                adjectives = self._adjectives.read_list(table, at, ones)
                return adjectives and replace(adjectives, end=ones + 1)
        noun = self.read_noun(position)
        if noun is None or noun.table.name != table.name or noun.condition is None:
            return None
        main = Explained(position, noun.noun_end, noun.meaning)
        return Clause(noun.condition, position, noun.end, noun.meaning, (main, *noun.explained))

    def _state(self, table: Table, position: int, frames: Frames) -> Clause | None:
        """A state behind the noun: "orders shipped or delivered"."""
        return self._adjectives.read_list(table, position)

    # "with ...", "without ..."

    def _with(self, table: Table, position: int, frames: Frames) -> Clause | None:
        word = self._word(position)
        if word in _WITHOUT:
            self._progress.reach(position + 1)
            body = self._absence(table, position + 1, frames)
        elif word in _WITH:
            self._progress.reach(position + 1)
            if word in _HAVE and self._word(position + 1) in {"not", "never"}:
                return None
            body = self._with_body(table, position + 1, frames)
        else:
            return None
        return body and self._opened(body, position)

    def _opened(self, clause: Clause, start: int, continuation: Continuation | None = None) -> Clause:
        """The clause with the words that lead into it."""
        main, *rest = clause.explained
        return replace(
            clause,
            start=start,
            explained=(replace(main, start=start), *rest),
            continuation=clause.continuation if continuation is None else continuation,
        )

    def _with_body(self, table: Table, position: int, frames: Frames) -> Clause | None:
        if self._word(position) in {"no", "zero"}:
            body = self._absence(table, position + 1, frames)
            return body and self._opened(body, position)
        return (
            self.amounts.read_comparison(table, position)
            or self._counted(table, position, frames)
            or self._labelled(table, position)
            or self._described_column(table, position)
            or self._presence(table, position, frames)
        )

    def _counted(self, table: Table, position: int, frames: Frames) -> Clause | None:
        """ "3+ orders", "at least 3 cancelled orders", "more than 10 units in stock"."""
        quantity = read_quantity(self._tokens, position)
        if quantity is None:
            return None
        self._progress.reach(quantity.end)
        noun = self.read_noun(quantity.end, (*frames, Frame(table, Continuation.WITH)))
        own = self._vocabulary.own_columns_at(table, quantity.end)
        if noun is not None and own is not None and own[1] >= noun.noun_end:
            raise UnclearError(
                quantity.end,
                own[1],
                "a table and a column fit",
                (str(noun.table.name), *(f"{table.name.name}.{column.name}" for column in own[0])),
            )
        if noun is not None:
            path = self._vocabulary.path(table, noun.table, quantity.end, noun.noun_end)
            condition = counted(path, noun.condition, quantity, position)
            meaning = f"{quantity.meaning} {noun.meaning}"
            main = Explained(position, noun.noun_end, f"{quantity.meaning} {noun.table.name.name}")
            return Clause(condition, position, noun.end, meaning, (main, *noun.explained), Continuation.WITH)
        if own is None or len(own[0]) != 1 or own[0][0].category not in NUMBER_CATEGORIES:
            return None
        column = own[0][0]
        condition = compared(ColumnValue(column=column.name), quantity, column.category, position)
        meaning = f"{table.name.name}.{column.name} {quantity.meaning}"
        return self._simple(condition, position, own[1], meaning, Continuation.WITH)

    def _simple(
        self, condition: Condition, start: int, end: int, meaning: str, continuation: Continuation = Continuation.NONE
    ) -> Clause:
        self._progress.reach(end)
        return Clause(condition, start, end, meaning, (Explained(start, end, meaning),), continuation)

    def _labelled(self, table: Table, position: int) -> Clause | None:
        """ "(with a) PG-13 rating": the label before its column."""
        at = self._past_articles(position)
        for label in self._vocabulary.labels_at(table, at):
            own = self._vocabulary.own_columns_at(table, label.end)
            if own is not None and label.column in own[0]:
                adjective = self._adjectives.read_list(table, at, label.end)
                if adjective is not None:
                    return self._simple(adjective.condition, position, own[1], adjective.meaning, Continuation.WITH)
        return None

    def _past_articles(self, position: int) -> int:
        while self._word(position) in synonyms.ARTICLES | {"the", "their", "its"}:
            position += 1
        return position

    def _described_column(self, table: Table, position: int) -> Clause | None:
        """ "(with a) rental rate above 3", "status shipped or delivered"."""
        at = self._past_articles(position)
        article = self._word(at - 1) in synonyms.ARTICLES if at > position else False
        return self._column(table, at, start=position, operator_needed=article)

    def _column(self, table: Table, position: int, *, start: int, operator_needed: bool) -> Clause | None:
        reference = self._column_at(table, position)
        if reference is None:
            return None
        predicate = self._year(reference) or self._predicates.read(
            reference.table, reference.column, reference.end, operator_needed=operator_needed
        )
        if predicate is None:
            return None
        condition = at_the_end_of(reference.path, predicate.condition)
        meaning = f"{reference.text} {predicate.meaning}"
        return self._simple(condition, start, predicate.end, meaning, Continuation.WITH)

    def _column_at(self, table: Table, position: int) -> ColumnReference | None:
        """A column, unless a longer run of words is a table."""
        reference = self._vocabulary.column_at(table, position)
        if reference is None:
            return None
        named = self._vocabulary.table_at(position)
        return None if named is not None and named[1] > reference.end else reference

    def _year(self, reference: ColumnReference) -> Predicate | None:
        """ "release year before 2005": a time said of whole numbers."""
        if not _holds_years(reference.column):
            return None
        phrase = self._times.read(reference.end)
        condition = phrase and in_year(ColumnValue(column=reference.column.name), phrase)
        return Predicate(condition, phrase.end, phrase.meaning) if phrase and condition else None

    def _presence(self, table: Table, position: int, frames: Frames) -> Clause | None:
        """ "(with) an email", "(with) a cancelled order", "(with) orders in 2023"."""
        at = position
        while self._word(at) in synonyms.ARTICLES:
            at += 1
        noun = self._related_noun(table, at, frames)
        if noun is not None:
            named, path = noun
            main = Explained(position, named.noun_end, f"at least one of {named.table.name.name}")
            condition: Condition = Exists(path=path, condition=named.condition)
            meaning = f"at least one of {named.meaning}"
            return Clause(condition, position, named.end, meaning, (main, *named.explained), Continuation.WITH)
        reference = self._present_column(table, at)
        if reference is None:
            return None
        is_there = negated(IsNull(operand=ColumnValue(column=reference.column.name)))
        condition = at_the_end_of(reference.path, is_there)
        return self._simple(condition, position, reference.end, f"{reference.text} is not null", Continuation.WITH)

    def _absence(self, table: Table, position: int, frames: Frames) -> Clause | None:
        """What "without" or "no" denies; with "or" several things ("without orders or reviews")."""
        at = position
        while self._word(at) in {"a", "an", "any", "their"}:
            at += 1
        clause = self._absent(table, at, frames)
        while clause is not None and self._word(clause.end) == "or":
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
        return clause and self._opened(clause, position)

    def _absent(self, table: Table, position: int, frames: Frames) -> Clause | None:
        noun = self._related_noun(table, position, frames)
        if noun is not None:
            named, path = noun
            main = Explained(position, named.noun_end, f"no {named.table.name.name}")
            condition = negated(Exists(path=path, condition=named.condition))
            return Clause(
                condition, position, named.end, f"no {named.meaning}", (main, *named.explained), Continuation.WITH
            )
        reference = self._present_column(table, position)
        if reference is None:
            return None
        if reference.column.not_null and not reference.path:
            raise UnclearError(position, reference.end, f"{reference.text} is never null")
        is_null: Condition = IsNull(operand=ColumnValue(column=reference.column.name))
        condition = negated(Exists(path=reference.path, condition=negated(is_null))) if reference.path else is_null
        return self._simple(condition, position, reference.end, f"{reference.text} is null", Continuation.WITH)

    def _related_noun(
        self, table: Table, position: int, frames: Frames
    ) -> tuple[NounPhrase, tuple[PathStep, ...]] | None:
        """A noun that foreign keys join to `table`, unless the words are a column of `table` itself."""
        noun = self.read_noun(position, (*frames, Frame(table, Continuation.WITH)))
        if noun is None:
            return None
        at = noun.start
        while self._word(at) in synonyms.DETERMINERS:
            at += 1
        own = self._vocabulary.own_columns_at(table, at)
        try:
            path = self._vocabulary.keys.path(table, noun.table)
        except AmbiguousPathError as error:
            reason = f"several ways lead from {table.name.name} to {noun.table.name.name}"
            raise UnclearError(position, noun.noun_end, reason, error.paths) from None
        if own is not None and own[1] >= noun.noun_end:
            if path is not None:
                names = (f"{table.name.name}.{column.name}" for column in own[0])
                raise UnclearError(at, own[1], "a table and a column fit", (str(noun.table.name), *names))
            return None
        if path is None:
            reason = f"no foreign keys lead from {table.name.name} to {noun.table.name.name}"
            raise UnclearError(position, noun.noun_end, reason)
        return noun, path

    def _present_column(self, table: Table, position: int) -> ColumnReference | None:
        """A column that can be there or not. A number may also count as missing when it is 0: that is not clear."""
        reference = self._vocabulary.column_at(table, position)
        if reference is None or reference.column.category is TypeCategory.BOOLEAN:
            return None
        if reference.column.category in NUMBER_CATEGORIES:
            raise UnclearError(
                position,
                reference.end,
                "a number that is missing may be null or 0",
                (f"{reference.text} is null", f"{reference.text} is 0", f"{reference.text} above 0"),
            )
        return reference

    # "who ...", "that are ...", "whose ..."

    def _relative(self, table: Table, position: int, frames: Frames) -> Clause | None:
        word = self._word(position)
        if word not in synonyms.RELATIVES:
            return None
        self._progress.reach(position + 1)
        if word == "who" and not self._is_person(table) and any(self._is_person(frame.table) for frame in frames):
            return None
        if word in {"whose", "where"}:
            body = self.amounts.read_comparison(table, position + 1) or self._described_column(table, position + 1)
            return body and self._opened(body, position)
        clause = self._verb_phrase(table, position + 1, frames)
        return clause and self._opened(clause, position, Continuation.RELATIVE)

    def _is_person(self, table: Table) -> bool:
        return self._vocabulary.is_of(table, synonyms.PERSONS)

    def _verb_phrase(self, table: Table, position: int, frames: Frames) -> Clause | None:
        """ "have 3 orders", "are not active", "never ordered", "registered in 2023", "spent more than 500"."""
        word, at = self._word(position), position + 1
        clause: Clause | None = None
        if word in {"never", "not"}:
            clause = self._denial(self._verb(table, at, frames) or self._predicative(table, at, frames), position)
        elif word in _HAVE:
            self._progress.reach(at)
            clause = self._have(table, at, frames)
        elif word in _DO and self._word(at) in {"not", "never"}:
            if self._word(at + 1) == "have":
                clause = self._absence(table, at + 2, frames) or self._denial(
                    self._with_body(table, at + 2, frames), position
                )
            else:
                clause = self._denial(self._verb(table, at + 1, frames), position)
        elif word in _BE:
            self._progress.reach(at)
            if self._word(at) in {"not", "never"}:
                clause = self._denial(self._predicative(table, at + 1, frames), position)
            else:
                clause = self._predicative(table, at, frames)
        else:
            clause = self._verb(table, position, frames)
        return clause and self._opened(clause, position, Continuation.RELATIVE)

    def _have(self, table: Table, position: int, frames: Frames) -> Clause | None:
        negative = self._word(position) in {"not", "never"}
        at = position + 1 if negative else position
        while self._word(at) in {"ever", "already", "been"}:
            at += 1
        verb = self._verb(table, at, frames)
        if verb is None and not negative:
            return self._with_body(table, position, frames)
        return self._denial(verb, position) if negative else verb

    def _denial(self, clause: Clause | None, start: int) -> Clause | None:
        return clause and self._denied(clause, start)

    def _predicative(self, table: Table, position: int, frames: Frames) -> Clause | None:
        return self._adjective_or_time(table, position, frames) or self._place(table, position, frames)

    def _adjective_or_time(self, table: Table, position: int, frames: Frames) -> Clause | None:
        return (
            self._participle(table, position, frames)
            or self._adjectives.read_list(table, position)
            or self._time(table, position, frames)
        )

    def _verb(self, table: Table, position: int, frames: Frames) -> Clause | None:
        word = self._word(position)
        if word in {"spent", "spend", "spends"}:
            self._progress.reach(position + 1)
            spent = self.amounts.read_spending(table, position + 1)
            return spent and self._opened(spent, position)
        own = self._participle(table, position, frames)
        if own is not None:
            return own
        if word in synonyms.LIGHT_VERBS:
            body = self._light_object(table, position + 1, frames)
            if body is not None:
                return self._opened(body, position)
        return self._action(table, position)

    def _light_object(self, table: Table, position: int, frames: Frames) -> Clause | None:
        """ "(placed) 3 orders", "(made) no purchases", "(placed) an order in 2023"."""
        if self._word(position) in {"no", "zero"}:
            body = self._absence(table, position + 1, frames)
            return body and self._opened(body, position)
        counted_object = self._counted(table, position, frames)
        if counted_object is not None:
            return counted_object
        at = self._past_articles(position)
        return self._presence(table, position, frames) if self._vocabulary.table_at(at) else None

    def _action(self, table: Table, position: int) -> Clause | None:
        """A verb whose trace is a row of a child: "ordered in 2023", "never rented", "ordered at least 3 times"."""
        child = self._child_of_verb(table, position)
        if child is None:
            return None
        self._progress.reach(position + 1)
        end = position + 1
        if self._word(end) in {"anything", "something"}:
            end += 1
        path = self._vocabulary.path(table, child, position, end)
        quantity = read_quantity(self._tokens, end)
        if quantity is not None and self._word(quantity.end) in {"times", "time"}:
            end = quantity.end + 1
        elif self._words(end, "more", "than", "once"):
            quantity, end = read_quantity((Token("multiple", "multiple", TokenKind.WORD),), 0), end + 3
        else:
            quantity = None
        amount = f"{quantity.meaning} {child.name.name}" if quantity else f"at least one of {child.name.name}"
        explained = [Explained(position, end, amount)]
        condition, meaning = None, amount
        phrase = self._time_phrase(end)
        if phrase is not None:
            date = self._vocabulary.creation_column(child, end, phrase.end)
            condition = in_time(ColumnValue(column=date.name), phrase)
            dated = f"{child.name.name}.{date.name} {phrase.meaning}"
            explained.append(Explained(end, phrase.end, dated))
            meaning, end = f"{amount} with {dated}", phrase.end
        whole = counted(path, condition, quantity, position) if quantity else Exists(path=path, condition=condition)
        return Clause(whole, position, end, meaning, tuple(explained), Continuation.RELATIVE)

    def _child_of_verb(self, table: Table, position: int) -> Table | None:
        word = self._word(position)
        if not word or not (word.endswith(("ed", "ing")) or word in _IRREGULAR_PARTICIPLES | synonyms.BUYING_VERBS):
            return None
        verb = stem(word)
        orders = {"order", "purchase", "sale"}
        children = [
            child
            for child in self._vocabulary.keys.children(table)
            if stem(last := singular(parts_of(child.name.name)[-1])) == verb
            or (word in synonyms.BUYING_VERBS and last in orders)
        ]
        if len(children) > 1:
            names = (str(child.name) for child in children)
            raise UnclearError(position, position + 1, "several tables fit", names)
        return children[0] if children else None

    # Times and participles

    def _time_phrase(self, position: int) -> TimePhrase | None:
        """A time, or several joined by "or": "in 2023 or 2024"."""
        phrase = self._times.read(position)
        while phrase is not None and self._word(phrase.end) in {"or", "and"}:
            at = phrase.end + 1
            further = self._times.read_date(at)
            if further is None and self._word(at) in {"in", "during"} and self._word(phrase.end) == "or":
                further = self._times.read(at)
            if further is None:
                break
            meaning = f"{phrase.meaning} or {further.meaning}"
            phrase = TimePhrase((*phrase.windows, *further.windows), further.end, meaning)
        return phrase

    def _time(self, table: Table, position: int, frames: Frames) -> Clause | None:
        phrase = self._time_phrase(position)
        if phrase is None:
            return None
        column = self._dated_column(table, position, phrase)
        meaning = f"{table.name.name}.{column.name} {phrase.meaning}"
        return self._simple(in_time(ColumnValue(column=column.name), phrase), position, phrase.end, meaning)

    def _dated_column(self, table: Table, position: int, phrase: TimePhrase) -> Column:
        """The date that a time said of the noun alone is of. "older than" may be said of a birth."""
        if self._word(position) in {"older", "younger"}:
            births = [
                column
                for column in self._vocabulary.date_columns(table)
                if self._vocabulary.date_stem(table, column) == "birth"
            ]
            others = [column for column in self._vocabulary.date_columns(table) if column not in births]
            if births and others:
                names = (f"{table.name.name}.{column.name}" for column in births + others)
                raise UnclearError(position, phrase.end, "several dates fit", names)
            if len(births) == 1:
                return births[0]
        return self._vocabulary.creation_column(table, position, phrase.end)

    def _participle(self, table: Table, position: int, frames: Frames) -> Clause | None:
        """ "created last month", "shipped in 2023", "rated PG-13", "priced above 50"."""
        word = self._word(position)
        if not word.endswith(("ed", "ing")) and word not in _IRREGULAR_PARTICIPLES:
            return None
        verb, end = stem(word), position + 1
        if self._word(end) in {"up", "in", "out"} and self._date_of_verb(table, verb + self._word(end), position):
            verb, end = verb + self._word(end), end + 1
        phrase = self._time_phrase(end)
        column = self._date_of_verb(table, verb, position) if phrase else None
        if phrase is not None and column is not None:
            return self._simple(
                self._dated_by_verb(column, phrase, position),
                position,
                phrase.end,
                f"{table.name.name}.{column.name} {phrase.meaning}",
            )
        return self._of_a_described_column(table, verb, position, end)

    def _dated_by_verb(self, column: Column, phrase: TimePhrase, position: int) -> Condition:
        """A column of the last time says nothing about whether it also happened before."""
        open_ended = all(
            isinstance(window, LastPeriod) or (isinstance(window, TimeRange) and window.end is None)
            for window in phrase.windows
        )
        operand = ColumnValue(column=column.name)
        if parts_of(column.name)[0] in {"last", "latest"} and not open_ended:
            reason = f"{column.name} holds only the last time"
            raise UnclearError(position, phrase.end, reason, (column.name,))
        if _holds_years(column):
            condition = in_year(operand, phrase)
            if condition is None:
                raise UnclearError(position, phrase.end, f"{column.name} holds whole years")
            return condition
        return in_time(operand, phrase)

    def _date_of_verb(self, table: Table, verb: str, position: int) -> Column | None:
        dates = [
            (column, self._vocabulary.date_stem(table, column))
            for column in table.columns
            if column in self._vocabulary.date_columns(table) or _holds_years(column)
        ]
        exact = [column for column, date in dates if verb in {date, date.removeprefix("last")}]
        if len(exact) > 1:
            names = (f"{table.name.name}.{column.name}" for column in exact)
            raise UnclearError(position, position + 1, "several dates fit", names)
        if exact:
            return exact[0]
        own = [column for column, date in dates if date == ""]
        is_order = self._vocabulary.is_of(table, frozenset({"order", "purchase", "sale"}))
        of_the_table = self._vocabulary.own_stems(table)
        if len(own) == 1 and (verb in of_the_table or (is_order and verb in synonyms.ORDER_STEMS)):
            return own[0]
        joins = verb in synonyms.JOIN_STEMS and self._vocabulary.is_of(table, synonyms.JOINERS)
        orders = is_order and verb in synonyms.ORDER_STEMS
        if verb in synonyms.GENERIC_CREATION_STEMS or joins or orders or verb in of_the_table:
            return self._vocabulary.creation_column(table, position, position + 1)
        return None

    def _of_a_described_column(self, table: Table, verb: str, position: int, end: int) -> Clause | None:
        own = {singular(part) for part in parts_of(table.name.name)}
        columns = [
            column
            for column in table.columns
            if column not in self._vocabulary.date_columns(table)
            and column.category is not TypeCategory.BOOLEAN
            and "".join(stem(part) for part in parts_of(column.name) if singular(part) not in own) == verb
        ]
        if len(columns) != 1:
            return None
        predicate = self._predicates.read(table, columns[0], end)
        if predicate is None:
            return None
        meaning = f"{table.name.name}.{columns[0].name} {predicate.meaning}"
        return self._simple(predicate.condition, position, predicate.end, meaning)

    # "from country Canada", "of customers ...", "in category Toys", "named x", "price above 5"

    def _place(self, table: Table, position: int, frames: Frames) -> Clause | None:
        if self._word(position) not in _PLACES:
            return None
        self._progress.reach(position + 1)
        at = self._past_articles(position + 1)
        labelled = self._labelled(table, at)
        column = labelled or self._column(table, at, start=position, operator_needed=False)
        if column is not None:
            return self._opened(replace(column, continuation=Continuation.NONE), position)
        return self._of_a_noun(table, position, at, frames)

    def _of_a_noun(self, table: Table, position: int, at: int, frames: Frames) -> Clause | None:
        noun = self.read_noun(at, (*frames, Frame(table, Continuation.NONE)))
        if noun is None or noun.table.name == table.name:
            return None
        path = self._vocabulary.path(table, noun.table, at, noun.noun_end)
        called = self._called(noun, at)
        if called is not None:
            condition = Exists(path=path, condition=called.condition)
            return self._simple(condition, position, called.end, called.meaning)
        if noun.condition is None and noun.end < len(self._tokens):
            self._progress.reach(noun.end)
        main = Explained(position, noun.noun_end, f"of {noun.table.name.name}")
        condition = Exists(path=path, condition=noun.condition)
        return Clause(condition, position, noun.end, f"of {noun.meaning}", (main, *noun.explained))

    def _called(self, noun: NounPhrase, at: int) -> Predicate | None:
        """ "(in) category Toys": a singular noun with a name behind it."""
        last = self._word(noun.noun_end - 1)
        singular_noun = last and singular(last) == last and noun.end == noun.noun_end and noun.condition is None
        if not singular_noun or noun.noun_end >= len(self._tokens) or noun.start != at:
            return None
        token = self._tokens[noun.noun_end]
        if token.kind is TokenKind.SIGN or (token.kind is not TokenKind.QUOTED and token.lower in synonyms.NOT_VALUES):
            return None
        return self._name(noun.table, noun.noun_end)

    def _name(self, table: Table, position: int) -> Predicate | None:
        columns = self._vocabulary.name_columns(table)
        if len(columns) != 1:
            names = (f"{table.name.name}.{column.name}" for column in columns)
            raise UnclearError(position, position + 1, f"no one column is the name of {table.name.name}", names)
        predicate = self._predicates.read_name(table, columns[0], position)
        return predicate and replace(predicate, meaning=f"{table.name.name}.{columns[0].name} {predicate.meaning}")

    def _named(self, table: Table, position: int, frames: Frames) -> Clause | None:
        if self._word(position) not in {"named", "called"}:
            return None
        self._progress.reach(position + 1)
        name = self._name(table, position + 1)
        return self._simple(name.condition, position, name.end, name.meaning) if name else None

    def _column_with_operator(self, table: Table, position: int, frames: Frames) -> Clause | None:
        return self._column(table, position, start=position, operator_needed=True)


def _holds_years(column: Column) -> bool:
    return column.category is TypeCategory.INTEGER and parts_of(column.name)[-1] == "year"


def counted(path: tuple[PathStep, ...], condition: Condition | None, quantity: Quantity, position: int) -> Condition:
    """The rows at the end of `path` compared with `quantity`; whether there is any is a question of its own."""
    any_row = Exists(path=path, condition=condition)
    match quantity.operator, int(quantity.low), quantity.high:
        case (q, 1, None) if q is GREATER_OR_EQUAL:
            return any_row
        case (q, 0, None) if q is GREATER:
            return any_row
        case (q, 0, None) if q in {EQUAL, LESS_OR_EQUAL}:
            return negated(any_row)
        case (q, 1, None) if q is LESS:
            return negated(any_row)
    aggregate = Aggregate(function=AggregateFunction.COUNT, path=path, condition=condition)
    return compared(aggregate, quantity, TypeCategory.INTEGER, position)
