"""What a noun is and does: "who have 3 orders", "that are not active", "who never ordered", "whose total is 5"."""

from collections.abc import Callable
from decimal import Decimal

from datavalut.catalog.model import Table
from datavalut.filters.model import ColumnValue, Exists
from datavalut.planning.offline import synonyms
from datavalut.planning.offline.abbreviations import name_words
from datavalut.planning.offline.adjectives import AdjectiveReader
from datavalut.planning.offline.amounts import AmountReader
from datavalut.planning.offline.columns import ColumnReader
from datavalut.planning.offline.dates import IRREGULAR_PARTICIPLES, DateReader
from datavalut.planning.offline.inflection import singular, stem
from datavalut.planning.offline.objects import Frames, NounPhrase, ObjectReader, counted
from datavalut.planning.offline.paths import AmbiguousPathError
from datavalut.planning.offline.phrases import (
    Clause,
    Continuation,
    Explained,
    Progress,
    UnclearError,
    all_of,
    denied,
    opened,
)
from datavalut.planning.offline.predicates import in_time
from datavalut.planning.offline.quantities import GREATER, Quantity, read_quantity
from datavalut.planning.offline.reader import Reader
from datavalut.planning.offline.tokens import Token
from datavalut.planning.offline.vocabulary import Vocabulary

_BE = frozenset({"is", "are", "was", "were", "been", "be"})
_DO = frozenset({"do", "does", "did"})
_HAVE = frozenset({"have", "has", "had"})

PlaceRead = Callable[[Table, int, Frames], Clause | None]
NounRead = Callable[[int, Frames | None], NounPhrase | None]


class VerbReader(Reader):
    def __init__(
        self,
        tokens: tuple[Token, ...],
        vocabulary: Vocabulary,
        progress: Progress,
        *,
        objects: ObjectReader,
        dates: DateReader,
        columns: ColumnReader,
        amounts: AmountReader,
        read_place: PlaceRead,
        read_noun: NounRead,
    ) -> None:
        super().__init__(tokens, vocabulary, progress)
        self._adjectives = AdjectiveReader(tokens, vocabulary, progress)
        self._objects = objects
        self._dates = dates
        self._columns = columns
        self._amounts = amounts
        self._read_place = read_place
        self._read_noun = read_noun

    def read(self, table: Table, position: int, frames: Frames) -> Clause | None:
        word = self._word(position)
        if word not in synonyms.RELATIVES:
            return None
        self._progress.reach(position + 1)
        if word == "who" and not self._is_person(table) and any(self._is_person(frame.table) for frame in frames):
            return None
        if word in {"whose", "where"}:
            body = self._amounts.read_comparison(table, position + 1) or self._columns.described_column(
                table, position + 1
            )
            return opened(body, position) if body else None
        clause = self.verb_phrase(table, position + 1, frames)
        return opened(clause, position, Continuation.RELATIVE) if clause else None

    def _is_person(self, table: Table) -> bool:
        return self._vocabulary.is_of(table, synonyms.PERSONS)

    def verb_phrase(self, table: Table, position: int, frames: Frames) -> Clause | None:
        """ "have 3 orders", "are not active", "never ordered", "registered in 2023", "spent more than 500"."""
        word, at = self._word(position), position + 1
        clause: Clause | None = None
        if word in {"never", "not"}:
            clause = _denied_if_any(
                self._verb(table, at, frames) or self._predicative(table, at, frames, is_denied=True), position
            )
        elif word in _HAVE:
            self._progress.reach(at)
            clause = self._have(table, at, frames)
        elif word in _DO and self._word(at) in {"not", "never"}:
            if self._word(at + 1) == "have":
                clause = self._objects.absence(table, at + 2, frames) or _denied_if_any(
                    self._objects.with_body(table, at + 2, frames), position
                )
            else:
                clause = _denied_if_any(self._verb(table, at + 1, frames), position)
        elif word in _BE:
            self._progress.reach(at)
            if self._word(at) in {"not", "never", "neither"}:
                clause = _denied_if_any(self._predicative(table, at + 1, frames, is_denied=True), position)
            else:
                clause = self._predicative(table, at, frames)
        else:
            clause = self._verb(table, position, frames)
        return opened(clause, position, Continuation.RELATIVE) if clause else None

    def _have(self, table: Table, position: int, frames: Frames) -> Clause | None:
        negative = self._word(position) in {"not", "never"}
        at = position + 1 if negative else position
        been = False
        while self._word(at) in {"ever", "already", "been", "yet"}:
            been, at = been or self._word(at) == "been", at + 1
        verb = self._predicative(table, at, frames, is_denied=negative) if been else self._verb(table, at, frames)
        if verb is None and not negative:
            return self._objects.with_body(table, position, frames)
        return _denied_if_any(verb, position) if negative else verb

    def _predicative(self, table: Table, position: int, frames: Frames, *, is_denied: bool = False) -> Clause | None:
        """What may stand behind "are"."""
        return (
            self._dates.read_participle(table, position)
            or self._adjectives.read_list(table, position, is_denied=is_denied)
            or self._dates.read_time(table, position)
            or self.read_action(table, position, frames)
            or self._read_place(table, position, frames)
        )

    def _verb(self, table: Table, position: int, frames: Frames) -> Clause | None:
        word = self._word(position)
        if word in {"spent", "spend", "spends"}:
            self._progress.reach(position + 1)
            spent = self._amounts.read_spending(table, position + 1)
            return opened(spent, position) if spent else None
        own = self._dates.read_participle(table, position)
        if own is not None:
            return own
        if word in synonyms.LIGHT_VERBS:
            body = self._light_object(table, position + 1, frames)
            if body is not None:
                return opened(body, position)
        return self.read_action(table, position, frames)

    def _light_object(self, table: Table, position: int, frames: Frames) -> Clause | None:
        """ "(placed) 3 orders", "(made) no purchases", "(placed) an order in 2023"."""
        if self._word(position) in {"no", "zero"}:
            body = self._objects.absence(table, position + 1, frames)
            return opened(body, position) if body else None
        counted_object = self._objects.counted(table, position, frames)
        if counted_object is not None:
            return counted_object
        at = self._past_articles(position)
        return self._objects.presence(table, position, frames) if self._vocabulary.table_at(at) else None

    def read_action(self, table: Table, position: int, frames: Frames = ()) -> Clause | None:
        """A verb whose trace is a row of another table, below this one: "ordered in 2023", "never rented", "ordered at
        least 3 times", "bought products in category Toys". A time behind it is that of the deed."""
        child = self._table_of_verb(table, position)
        if child is None:
            return None
        self._progress.reach(position + 1)
        path = self._vocabulary.path(table, child, position, position + 1)
        quantity, end = self._read_times(position + 1)
        deed = f"{quantity.meaning} {child.name.name}" if quantity else f"at least one of {child.name.name}"
        parts: list[Clause] = []
        if quantity is None:
            parts.extend(self._read_object(child, end, frames))
            end = parts[-1].end if parts else end
        explained = [Explained(position, parts[0].start if parts else end, deed)]
        phrase = self._dates.read_phrase(end)
        if phrase is not None:
            date = self._vocabulary.creation_column(child, end, phrase.end)
            condition = in_time(ColumnValue(column=date.name), phrase)
            parts.append(self._clause(condition, end, phrase.end, f"{child.name.name}.{date.name} {phrase.meaning}"))
            end = phrase.end
        if self._word(end) == "yet":
            explained.append(Explained(end, end + 1, "until now"))
            end += 1
        explained.extend(entry for part in parts for entry in part.explained)
        said = all_of(part.condition for part in parts) if parts else None
        whole = counted(path, said, quantity, position) if quantity else Exists(path=path, condition=said)
        meaning = " and ".join([deed, *(part.meaning for part in parts)])
        return Clause(whole, position, end, meaning, tuple(explained), Continuation.RELATIVE)

    def _read_times(self, position: int) -> tuple[Quantity | None, int]:
        """ "at least 3 times", "more than once", "anything": how often, and where the phrase ends."""
        if self._word(position) in {"anything", "something"}:
            return None, position + 1
        if self._words(position, "more", "than", "once"):
            return Quantity(GREATER, Decimal(1), position + 3), position + 3
        quantity = read_quantity(self._tokens, position)
        if quantity is not None and self._word(quantity.end) in {"times", "time"}:
            return quantity, quantity.end + 1
        return None, position

    def _read_object(self, child: Table, position: int, frames: Frames) -> list[Clause]:
        """What was bought or rented, as a condition on the row of the deed; nothing if no object follows."""
        at = self._past_articles(position)
        bare = self._read_noun(at, None)
        if bare is None or bare.table.name == child.name:
            return []
        path = self._vocabulary.path(child, bare.table, at, bare.noun_end)
        noun = bare
        if not self._dates.begins_with_time(bare.end):
            noun = self._read_noun(at, frames) or bare
        if any(self._dates.begins_with_time(within) for within in range(noun.noun_end, noun.end)):
            raise UnclearError(position, noun.end, "is the time that of the deed, or of its object?")
        name = (
            self._columns.name_behind(noun.table, noun.noun_end) if at == position and noun.stands_alone(at) else None
        )
        if name is not None:
            return [self._clause(Exists(path=path, condition=name.condition), position, name.end, name.meaning)]
        main = Explained(position, noun.noun_end, f"of {noun.table.name.name}")
        condition = Exists(path=path, condition=noun.condition)
        return [Clause(condition, position, noun.end, f"of {noun.meaning}", (main, *noun.explained))]

    def _table_of_verb(self, table: Table, position: int) -> Table | None:
        """The child that holds the traces of the verb; where none does, the one table further below."""
        word = self._word(position)
        bare = word in synonyms.BARE_BUYING_VERBS and self._word(position - 1) in {"not", "never", "who", "that"}
        if not (word.endswith("ed") or word in IRREGULAR_PARTICIPLES or bare):
            return None
        children = list(self._vocabulary.keys.children(table))
        for tables in (children, self._vocabulary.catalog.tables):
            named = [other for other in tables if _is_trace(other, word) and self._leads_down(table, other, position)]
            if len(named) > 1:
                names = (str(other.name) for other in named)
                raise UnclearError(position, position + 1, "several tables fit", names)
            if named:
                return named[0]
        return None

    def _leads_down(self, table: Table, other: Table, position: int) -> bool:
        if table.name == other.name or self._vocabulary.keys.is_below(table, other):
            return False
        try:
            path = self._vocabulary.keys.path(table, other)
        except AmbiguousPathError as error:
            reason = f"several ways lead from {table.name.name} to {other.name.name}"
            raise UnclearError(position, position + 1, reason, error.paths) from None
        return path is not None


def _is_trace(table: Table, word: str) -> bool:
    last = singular(name_words(table.name.name)[-1])
    return stem(last) == stem(word) or (word in synonyms.BUYING_VERBS and last in {"order", "purchase", "sale"})


def _denied_if_any(clause: Clause | None, start: int) -> Clause | None:
    return denied(clause, start) if clause else None
