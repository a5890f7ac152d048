"""Whether something happened until now, by the column of its last time: "accounts with no activity since 2025",
"users without a login in 6 months"."""

from collections.abc import Iterator

from datavalut.catalog.model import Column, Table
from datavalut.filters.model import ColumnValue
from datavalut.planning.offline import table_dates
from datavalut.planning.offline.abbreviations import name_words
from datavalut.planning.offline.comparisons import in_time
from datavalut.planning.offline.inflection import stem
from datavalut.planning.offline.phrases import Clause, Continuation, Progress, negated
from datavalut.planning.offline.reader import Reader
from datavalut.planning.offline.synonyms import DATE_WORDS, words
from datavalut.planning.offline.times import TimeReader
from datavalut.planning.offline.tokens import Token
from datavalut.planning.offline.vocabulary import Vocabulary

_SAME = {"active": "activity", "seen": "activity", "inspected": "inspection", "serviced": "service"}
_EMPTY = words("recent new any")


class LastTimeReader(Reader):
    def __init__(self, tokens: tuple[Token, ...], vocabulary: Vocabulary, progress: Progress) -> None:
        super().__init__(tokens, vocabulary, progress)
        self._times = TimeReader(tokens, vocabulary.reference_time)

    def read(self, table: Table, position: int, *, is_denied: bool) -> Clause | None:
        """What stands behind "with", or "with no": the noun and a time that lasts until now. Of the times before the
        last one nobody knows."""
        at = self._past_articles(position)
        while self._word(at) in _EMPTY:
            at += 1
        said = self._word(at)
        columns = [column for column in self._last_times(table) if stem(said) in _nouns(column)] if said else []
        phrase = self._times.read(at + 1) if len(columns) == 1 else None
        if phrase is None or not phrase.lasts_until_now:
            return None
        happened = in_time(ColumnValue(column=columns[0].name), phrase)
        condition = negated(happened) if is_denied else happened
        meaning = f"{table.name.name}.{columns[0].name} {'not ' if is_denied else ''}{phrase.meaning}"
        return self._clause(condition, position, phrase.end, meaning, Continuation.WITH)

    def _last_times(self, table: Table) -> Iterator[Column]:
        for column in table_dates.date_columns(table):
            if name_words(column.name)[0] in {"last", "latest"}:
                yield column


def _nouns(column: Column) -> frozenset[str]:
    """The stems of what happened: "login" for last_login_at, "activiti" for last_active_on."""
    named = [word for word in name_words(column.name)[1:] if word not in DATE_WORDS]
    return frozenset({"".join(map(stem, named)), *(stem(_SAME[word]) for word in named if word in _SAME)})
