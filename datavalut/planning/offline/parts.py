"""What was done to a part of the row: "(referrals) whose bonus has not been paid", by bonus_paid_on or bonus_paid."""

from datavalut.catalog.model import Column, Table, TypeCategory
from datavalut.filters.model import ColumnValue, Condition
from datavalut.planning.offline import synonyms
from datavalut.planning.offline.abbreviations import name_words
from datavalut.planning.offline.comparisons import before_now, in_time
from datavalut.planning.offline.flags import flagged
from datavalut.planning.offline.inflection import singular, stem
from datavalut.planning.offline.phrases import Clause, Progress, UnclearError, negated
from datavalut.planning.offline.reader import Reader
from datavalut.planning.offline.times import TimeReader
from datavalut.planning.offline.tokens import Token
from datavalut.planning.offline.type_categories import TIME_CATEGORIES
from datavalut.planning.offline.vocabulary import Vocabulary

_BEFORE_VERBS = frozenset({"is", "are", "was", "were", "has", "have", "had", "been", "already"})
_DENYING = frozenset({"not", "never"})
_BY_WHOM = frozenset({"by", "to", "via", "through", "with"})
_LONGEST_PART = 2  # words


class PartReader(Reader):
    def __init__(self, tokens: tuple[Token, ...], vocabulary: Vocabulary, progress: Progress) -> None:
        super().__init__(tokens, vocabulary, progress)
        self._times = TimeReader(tokens, vocabulary.reference_time)

    def read(self, table: Table, position: int) -> Clause | None:
        """Behind "whose". Raises UnclearError for what the part was not in some time: it may not be yet."""
        for length in range(_LONGEST_PART, 0, -1):
            clause = self._read(table, position, position + length)
            if clause is not None:
                return clause
        return None

    def _read(self, table: Table, position: int, end: int) -> Clause | None:
        at, denials = end, 0
        while self._word(at) in _BEFORE_VERBS | _DENYING:
            denials += self._word(at) in _DENYING
            at += 1
        if at == end or denials > 1:
            return None
        part = [singular(self._word(index)) for index in range(position, end)]
        columns = [column for column in table.columns if self._tells(column, part, stem(self._word(at)))]
        if len(columns) > 1:
            names = (f"{table.name.name}.{column.name}" for column in columns)
            raise UnclearError(position, at + 1, "several columns fit", names)
        if not columns:
            return None
        column, verb_end = columns[0], at + 1 + (self._word(at + 1) == "yet")
        if self._word(verb_end) in _BY_WHOM:
            return None  # no column says by whom, or to whom
        phrase = self._times.read(verb_end)
        if phrase is None:
            condition: Condition = flagged(self._vocabulary, table, column, not denials)
            meaning = f"{table.name.name}.{column.name} is {'not ' if denials else ''}there"
            if column.category in TIME_CATEGORIES and stem(self._word(at)) in synonyms.FUTURE_STEMS:
                past = before_now(column)  # the date may lie ahead
                condition = negated(past) if denials else past
                meaning = f"{table.name.name}.{column.name} is {'not ' if denials else ''}in the past"
            return self._clause(condition, position, verb_end, meaning)
        if denials or column.category not in TIME_CATEGORIES:
            raise UnclearError(position, phrase.end, f"{column.name} does not say so", (column.name,))
        meaning = f"{table.name.name}.{column.name} {phrase.meaning}"
        return self._clause(in_time(ColumnValue(column=column.name), phrase), position, phrase.end, meaning)

    def _tells(self, column: Column, part: list[str], verb: str) -> bool:
        is_date = column.category in TIME_CATEGORIES and not column.not_null
        if not is_date and column.category is not TypeCategory.BOOLEAN:
            return False
        words = [word for word in name_words(column.name) if word not in synonyms.DATE_WORDS | {"is", "was"}]
        return [singular(word) for word in words[:-1]] == part and bool(verb) and stem(words[-1]) == verb
