"""What became of related rows, said by a verb: "who cancelled 2 bookings", "who attended a yoga class".

The verb is a label of the status of one table below, and its object names that table, or one that it leads up to.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from datavalut.catalog.model import Column, Table, TypeCategory
from datavalut.filters.model import Condition, Exists
from datavalut.planning.offline import synonyms, table_dates, table_names
from datavalut.planning.offline.abbreviations import head_word, name_words
from datavalut.planning.offline.comparisons import one_of
from datavalut.planning.offline.counts import counted
from datavalut.planning.offline.inflection import singular, stem
from datavalut.planning.offline.named_rows import NamedRowReader
from datavalut.planning.offline.phrases import (
    Clause,
    Continuation,
    Frame,
    Frames,
    NounPhrase,
    Progress,
    UnclearError,
    all_of,
)
from datavalut.planning.offline.quantities import read_quantity
from datavalut.planning.offline.reader import Reader
from datavalut.planning.offline.times import TimeReader
from datavalut.planning.offline.tokens import Token
from datavalut.planning.offline.vocabulary import Vocabulary

NounRead = Callable[[int, Frames | None], NounPhrase | None]


@dataclass(frozen=True)
class _Object:
    """What the verb is said of, until `end`; `condition` is what is said of it."""

    condition: Condition | None
    end: int
    meaning: str


class OutcomeReader(Reader):
    def __init__(
        self, tokens: tuple[Token, ...], vocabulary: Vocabulary, progress: Progress, *, read_noun: NounRead
    ) -> None:
        super().__init__(tokens, vocabulary, progress)
        self._read_noun = read_noun
        self._named_rows = NamedRowReader(tokens, vocabulary, progress)
        self._times = TimeReader(tokens, vocabulary.reference_time)

    def read(self, table: Table, position: int, frames: Frames = ()) -> Clause | None:
        """Raises UnclearError for a time behind it: no column says when it came to be so. "... and cancelled bookings"
        is no verb with its object."""
        announced = self._word(position - 1) in synonyms.RELATIVES | {"have", "has", "had", "never", "not"}
        if (
            not announced
            and self._past_articles(position + 1) == position + 1
            and not read_quantity(self._tokens, position + 1)
        ):
            return None
        found = [
            (child, column, label.values)
            for child, column in self._states_below(table)
            if (label := self._vocabulary.label_at(child, column, position)) is not None
            and label.end == position + 1
            and not self._is_the_making(child, position)
        ]
        quantity = read_quantity(self._tokens, position + 1)
        at = quantity.end if quantity else self._past_articles(position + 1)
        read = [(child, column, values, self._object(table, child, at, frames)) for child, column, values in found]
        known = [(child, column, values, said) for child, column, values, said in read if said is not None]
        if len(known) != 1:
            return None
        child, column, values, said = known[0]
        if self._times.read(said.end) is not None:
            raise UnclearError(position, said.end, "no date says when this came to be so")
        path = self._vocabulary.path(table, child, position, said.end)
        of_child = all_of([one_of(column, values), *([said.condition] if said.condition else [])])
        condition = counted(path, of_child, quantity, position) if quantity else Exists(path=path, condition=of_child)
        meaning = (
            f"{quantity.meaning if quantity else 'at least one of'} {said.meaning} ({column.name} = {values[0]!r})"
        )
        return self._clause(condition, position, said.end, meaning, Continuation.RELATIVE)

    def _states_below(self, table: Table) -> Iterator[tuple[Table, Column]]:
        for child in self._vocabulary.keys.children(table):
            for column in child.columns:
                is_word = column.category in {TypeCategory.TEXT, TypeCategory.ENUM}
                if is_word and head_word(column.name) in synonyms.STATUS_COLUMNS:
                    yield child, column

    def _is_the_making(self, child: Table, position: int) -> bool:
        """Is it how every row of the child came to be ("booked" of bookings, or of trips with a booked_at)?"""
        dates = {table_dates.date_stem(child, column) for column in table_dates.creation_columns(child)}
        return stem(self._word(position)) in dates | table_names.own_stems(child)

    def _object(self, table: Table, child: Table, position: int, frames: Frames) -> _Object | None:
        """ "a booking"; "a class" or "a yoga class" of class_bookings."""
        noun = self._read_noun(position, None)
        if noun is not None and self._times.read(noun.end) is None:
            noun = self._read_noun(position, (*frames, Frame(table, Continuation.WITH))) or noun
            if any(self._times.read(at) is not None for at in range(noun.noun_end, noun.end)):
                raise UnclearError(position, noun.end, "no date says when this came to be so")
        if noun is not None and noun.table.name == child.name:
            return _Object(noun.condition, noun.end, noun.meaning)
        if noun is not None and self._vocabulary.keys.is_below(child, noun.table):
            path = self._vocabulary.path(child, noun.table, position, noun.end)
            condition = Exists(path=path, condition=noun.condition)
            return _Object(condition, noun.end, f"{child.name.name} of {noun.meaning}")
        words = [singular(word) for word in name_words(child.name.name)[:-1]]
        named = self._named_rows.read_list(child, position)
        end = named.end if named else position
        said = [singular(self._word(end + index)) for index in range(len(words))]
        if not words or said != words:
            return None
        meaning = f"{child.name.name} ({named.meaning})" if named else child.name.name
        return _Object(named.condition if named else None, end + len(words), meaning)
