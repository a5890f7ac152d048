"""How often something was done to a row, where a column counts it: "renewed at least twice" of renewal_count, "viewed
more than 1000 times" of views; and how often a row below has a label: "marked absent 3+ times".
"""

from decimal import Decimal

from datavalut.catalog.model import Column, Table, TypeCategory
from datavalut.filters.model import ColumnValue, Comparison, Exists, LiteralValue
from datavalut.planning.offline import synonyms, table_names
from datavalut.planning.offline.abbreviations import head_word, name_words
from datavalut.planning.offline.comparisons import compared, one_of
from datavalut.planning.offline.counts import counted
from datavalut.planning.offline.dates import DateReader
from datavalut.planning.offline.inflection import IRREGULAR_PARTICIPLES, singular, stem
from datavalut.planning.offline.phrases import (
    Clause,
    Continuation,
    Explained,
    Progress,
    UnclearError,
    all_of,
    denied,
)
from datavalut.planning.offline.quantities import EQUAL, GREATER_OR_EQUAL, Quantity, read_comparator, read_quantity
from datavalut.planning.offline.reader import Reader
from datavalut.planning.offline.tokens import Token
from datavalut.planning.offline.vocabulary import Vocabulary

_TIMES = {"once": 1, "twice": 2, "thrice": 3}
_COUNTING = frozenset({"count", "counter", "times", "time", "number", "num", "total", "of"})
_MARKING = frozenset({"marked", "recorded", "reported", "registered", "noted", "logged", "listed"})
_BE = frozenset({"is", "are", "was", "were", "been"})
# Tables whose rows say how it was with somebody on one day.
_ATTENDANCES = frozenset({"attendance", "absence", "presence", "checkin", "shift"})
_LABELS = TypeCategory.TEXT, TypeCategory.ENUM


class RepeatedReader(Reader):
    def __init__(
        self, tokens: tuple[Token, ...], vocabulary: Vocabulary, progress: Progress, *, dates: DateReader
    ) -> None:
        super().__init__(tokens, vocabulary, progress)
        self._dates = dates

    def times(self, position: int) -> Quantity | None:
        """ "twice", "at least once", "3+ times", "more than 1000 times"."""
        comparator = read_comparator(self._tokens, position)
        at = comparator[1] if comparator else position
        if (low := _TIMES.get(self._word(at))) is not None:
            if comparator is None and self._words(at + 1, "or", "more"):
                return Quantity(GREATER_OR_EQUAL, Decimal(low), at + 3)
            return Quantity(comparator[0] if comparator else EQUAL, Decimal(low), at + 1)
        quantity = read_quantity(self._tokens, position)
        if quantity is None or self._word(quantity.end) not in {"times", "time"}:
            return None
        return Quantity(quantity.operator, quantity.low, quantity.end + 1, quantity.high)

    def never(self, table: Table, position: int) -> Clause | None:
        """ "never renewed", "never absent"."""
        return (self.read(table, position) or self.marked(table, position)) if self._word(position) == "never" else None

    # Counted in a column

    def read(self, table: Table, position: int) -> Clause | None:
        """ "renewed at least twice", "never renewed" (with the "never" at `position`)."""
        is_never = self._word(position) == "never"
        at = position + is_never
        column = self._column(table, at)
        if column is None:
            return None
        operand = ColumnValue(column=column.name)
        name = f"{table.name.name}.{column.name}"
        if is_never:
            nothing = Comparison(left=operand, operator=EQUAL, right=LiteralValue(value=0))
            return self._clause(nothing, position, at + 1, f"{name} is 0", Continuation.RELATIVE)
        quantity = self.times(at + 1)
        if quantity is None:
            return None
        if self._dates.begins_with_time(quantity.end):
            raise UnclearError(position, quantity.end + 1, f"{name} does not tell when")
        condition = compared(operand, quantity, column.category, position)
        return self._clause(condition, position, quantity.end, f"{name} {quantity.meaning}", Continuation.RELATIVE)

    def _column(self, table: Table, position: int) -> Column | None:
        """The one number of the table that counts what the verb there tells."""
        word = self._word(position)
        if not (word.endswith("ed") or word in IRREGULAR_PARTICIPLES):
            return None
        found = [
            column
            for column in table.columns
            if column.category is TypeCategory.INTEGER and _counts(column, stem(word))
        ]
        return found[0] if len(found) == 1 else None

    # Counted in rows below

    def marked(self, table: Table, position: int) -> Clause | None:
        """ "(were) marked absent 3+ times", "(were) late more than twice", "(were) never absent"."""
        at = position
        is_never = self._word(at) == "never"
        at += is_never
        is_marked = self._word(at) in _MARKING
        at += is_marked
        at += is_marked and self._word(at) == "as"
        if not (is_marked or self._word(position - 1) in _BE | {"never", "not"}):
            return None
        if self._vocabulary.labels_at(table, at):
            return None  # it is so itself
        found = [
            (child, label)
            for child in self._vocabulary.keys.children(table)
            for label in self._vocabulary.labels_at(child, at, _states(child))
        ]
        if len(found) != 1:
            return None
        child, label = found[0]
        quantity = None if is_never else self.times(label.end)
        daily = any(singular(word) in _ATTENDANCES for word in name_words(child.name.name))
        if not (is_never or quantity or is_marked or daily):
            return None
        end = quantity.end if quantity else label.end
        dated = self._time_of(child, end)
        path = self._vocabulary.path(table, child, position, end)
        said = one_of(label.column, label.values)
        of_child = all_of((said, dated.condition)) if dated else said
        name = f"{child.name.name} with {label.column.name} '{label.label}'"
        if quantity:
            condition, meaning = counted(path, of_child, quantity, position), f"{quantity.meaning} {name}"
        else:
            condition, meaning = Exists(path=path, condition=of_child), f"at least one of {name}"
        start = position + is_never
        explained = (Explained(start, end, meaning), *(dated.explained if dated else ()))
        whole = f"{meaning} and {dated.meaning}" if dated else meaning
        self._progress.reach(dated.end if dated else end)
        clause = Clause(
            condition, start, dated.end if dated else end, whole, explained, Continuation.RELATIVE, is_state=True
        )
        return denied(clause, position) if is_never else clause

    def _time_of(self, child: Table, position: int) -> Clause | None:
        phrase = self._dates.read_phrase(position)
        return self._dates.timed(child, phrase, position) if phrase else None


def _counts(column: Column, verb: str) -> bool:
    """renewal_count, views, times_used, number_of_downloads: of "renewed", "viewed" and so on."""
    words = name_words(column.name)
    said = [word for word in words if word not in _COUNTING]
    is_count = len(said) < len(words) or singular(words[-1]) != words[-1]
    return is_count and len(said) == 1 and stem(singular(said[0])) == verb


def _states(table: Table) -> list[Column]:
    own = table_names.own_stems(table)
    return [
        column
        for column in table.columns
        if column.category in _LABELS
        and (head_word(column.name) in synonyms.STATUS_COLUMNS or stem(head_word(column.name)) in own)
    ]
