"""From where to where: "shipments from Hamburg to Milan", "flights to Paris", by two foreign keys, or two columns, that
are named for the two ends.
"""

from datavalut.catalog.model import Column, ForeignKey, Table
from datavalut.filters.model import Direction, PathStep
from datavalut.planning.offline.abbreviations import name_words
from datavalut.planning.offline.comparisons import one_of
from datavalut.planning.offline.inflection import stems
from datavalut.planning.offline.named_rows import NamedRowReader
from datavalut.planning.offline.phrases import Clause, Explained, Progress, UnclearError, all_of, along, opened
from datavalut.planning.offline.reader import Reader
from datavalut.planning.offline.synonyms import words
from datavalut.planning.offline.times import TimeReader
from datavalut.planning.offline.tokens import Token
from datavalut.planning.offline.vocabulary import Vocabulary

_ORIGINS = stems("origin source from departure start sender pickup")
_DESTINATIONS = stems("destination dest target to arrival end recipient receiver dropoff")
_ENDS = {"from": _ORIGINS, "to": _DESTINATIONS}
_LEAVING = words("departing leaving depart leave originating starting originate departed")
_COMING = words("arriving landing arrive land ending arrived landed")
_GOING = words("flying going travelling traveling running sailing bound heading destined")
VERBS_OF_WAYS = _LEAVING | _COMING | _GOING


class JourneyReader(Reader):
    def __init__(self, tokens: tuple[Token, ...], vocabulary: Vocabulary, progress: Progress) -> None:
        super().__init__(tokens, vocabulary, progress)
        self._named_rows = NamedRowReader(tokens, vocabulary, progress)
        self._times = TimeReader(tokens, vocabulary.reference_time)

    def read(self, table: Table, position: int) -> Clause | None:
        """ "from Hamburg (to Milan)", "to Milan (from Hamburg)"."""
        first = self._end_of_way(table, position)
        if first is None:
            return None
        second = self._end_of_way(table, first.end)
        if second is None or self._word(second.start) == self._word(position):
            return first
        meaning = f"{first.meaning} and {second.meaning}"
        explained: tuple[Explained, ...] = (*first.explained, *second.explained)
        return Clause(all_of((first.condition, second.condition)), position, second.end, meaning, explained)

    def led_in(self, table: Table, position: int) -> Clause | None:
        """Behind a verb: "departing from Hamburg", "leaving Hamburg", "arriving in Milan", "flying to Milan"."""
        word, at = self._word(position), position + 1
        if word not in VERBS_OF_WAYS:
            return None
        preposition = self._word(at)
        if preposition in {"from", "to"}:
            way = self.read(table, at)
            return opened(way, position) if way else None
        if preposition == "for":
            found = self._one_end(table, at, _DESTINATIONS)
            return opened(found, position) if found else None
        if preposition in {"in", "at"} and word not in _COMING:
            return None
        if word in _GOING:
            return None
        named_for = _ORIGINS if word in _LEAVING else _DESTINATIONS
        found = self._one_end(table, at if preposition in {"in", "at"} else position, named_for)
        if found is not None and word in _COMING and self._times.read(found.end) is not None:
            raise UnclearError(position, found.end, "the time of the departure, or of the arrival?")
        return opened(found, position) if found else None

    def has_ends(self, table: Table, position: int) -> bool:
        """Does "from" or "to" there speak of the ways of `table`? What no end of them is called is not meant to be
        another's: "shipments to Berlin" are not those of customers there."""
        keys = self._vocabulary.catalog.references_of(table.name)
        return self._word(position) in _ENDS and any(
            _stems(key.columns) & _ORIGINS and self._has_another_end(table, key, _ORIGINS) for key in keys
        )

    def _end_of_way(self, table: Table, position: int) -> Clause | None:
        named_for = _ENDS.get(self._word(position))
        if named_for is None:
            return None
        return self._one_end(table, position, named_for)

    def _one_end(self, table: Table, position: int, named_for: frozenset[str]) -> Clause | None:
        return self._by_key(table, position, named_for) or self._by_column(table, position, named_for)

    def _by_key(self, table: Table, position: int, named_for: frozenset[str]) -> Clause | None:
        """By the one key that is named for that end, of two that lead to the same table."""
        at = self._past_articles(position + 1)
        keys = [key for key in self._vocabulary.catalog.references_of(table.name) if _stems(key.columns) & named_for]
        if len(keys) != 1 or not self._has_another_end(table, keys[0], named_for):
            return None
        target = self._vocabulary.catalog.table(keys[0].parent)
        named = self._vocabulary.table_at(at)
        if named is not None and named[0].name == target.name and at > position:
            at = named[1]  # "from warehouse Hamburg"
        row = self._named_rows.read_list(target, at)
        if row is None:
            return None
        step = PathStep(table=str(keys[0].parent), columns=keys[0].columns, direction=Direction.TO_PARENT)
        meaning = f"{table.name.name}.{keys[0].columns[0]} leads to a row whose {row.meaning}"
        return self._clause(along((step,), row.condition), position, row.end, meaning)

    def _has_another_end(self, table: Table, key: ForeignKey, named_for: frozenset[str]) -> bool:
        other = _DESTINATIONS if named_for is _ORIGINS else _ORIGINS
        return any(
            one.parent == key.parent and _stems(one.columns) & other
            for one in self._vocabulary.catalog.references_of(table.name)
        )

    def _by_column(self, table: Table, position: int, named_for: frozenset[str]) -> Clause | None:
        """By the values of "origin_city" and "destination_city"."""
        columns = [column for column in table.columns if _stems((column.name,)) & named_for]
        others = [
            column
            for column in table.columns
            if _stems((column.name,)) & (_DESTINATIONS if named_for is _ORIGINS else _ORIGINS)
        ]
        labels = self._vocabulary.labels_at(table, position + 1, columns) if others else []
        if len(labels) != 1:
            return None
        column: Column = labels[0].column
        condition = one_of(column, labels[0].values)
        return self._clause(condition, position, labels[0].end, f"{column.name} is '{labels[0].label}'")


def _stems(columns: tuple[str, ...]) -> frozenset[str]:
    return frozenset() if len(columns) != 1 else stems(" ".join(name_words(columns[0])))
