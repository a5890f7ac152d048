"""When something last or first happened: "whose last order was in 2025", "with their first loan before 2020"."""

from datavalut.catalog.model import Table
from datavalut.filters.model import Aggregate, AggregateFunction, ColumnValue, Direction
from datavalut.planning.offline import table_dates
from datavalut.planning.offline.comparisons import in_time
from datavalut.planning.offline.dates import DateReader
from datavalut.planning.offline.phrases import Clause, Continuation, Progress
from datavalut.planning.offline.reader import Reader
from datavalut.planning.offline.tokens import Token
from datavalut.planning.offline.vocabulary import Vocabulary

_FUNCTIONS = {
    ("last",): AggregateFunction.MAX,
    ("latest",): AggregateFunction.MAX,
    ("newest",): AggregateFunction.MAX,
    ("most", "recent"): AggregateFunction.MAX,
    ("first",): AggregateFunction.MIN,
    ("earliest",): AggregateFunction.MIN,
    ("oldest",): AggregateFunction.MIN,
}


class LatestReader(Reader):
    def __init__(self, tokens: tuple[Token, ...], vocabulary: Vocabulary, progress: Progress) -> None:
        super().__init__(tokens, vocabulary, progress)
        self._dates = DateReader(tokens, vocabulary, progress)

    def read(self, table: Table, position: int) -> Clause | None:
        """Behind "whose" or "with": "last order was more than a year ago"."""
        at = self._past_articles(position)
        words = next((words for words in _FUNCTIONS if self._words(at, *words)), None)
        named = self._vocabulary.table_at(at + len(words), loosely=True) if words else None
        if words is None or named is None:
            return None
        child, end = named
        path = self._vocabulary.path(table, child, at, end)
        if any(step.direction is not Direction.TO_CHILDREN for step in path):
            return None
        self._progress.reach(end)
        while self._word(end) in {"was", "is", "were", "placed", "made"}:
            end += 1
        return self._dated(table, child, _FUNCTIONS[words], position, end)

    def read_deed(self, table: Table, child: Table, position: int) -> Clause | None:
        """ "(who) first ordered in 2024", whose traces are rows of `child`."""
        return self._dated(table, child, _FUNCTIONS[(self._word(position),)], position, position + 2)

    def _dated(
        self, table: Table, child: Table, function: AggregateFunction, position: int, time_at: int
    ) -> Clause | None:
        phrase = self._dates.read_phrase(time_at)
        if phrase is None:
            return None
        path = self._vocabulary.path(table, child, position, phrase.end)
        date = table_dates.own_date(child, position, phrase.end)
        moment = Aggregate(function=function, path=path, of=ColumnValue(column=date.name))
        which = "last" if function is AggregateFunction.MAX else "first"
        meaning = f"the {which} {child.name.name}.{date.name} {phrase.meaning}"
        return self._clause(in_time(moment, phrase), position, phrase.end, meaning, Continuation.WITH)
