"""Totals, averages and counts of related rows: "total order amount above 500", "who spent more than 500"."""

from collections.abc import Iterator
from dataclasses import dataclass

from datavalut.catalog.model import Column, Table, TypeCategory
from datavalut.filters.model import (
    Aggregate,
    AggregateFunction,
    ColumnValue,
    Condition,
    Direction,
    Exists,
    PathStep,
)
from datavalut.planning.offline import synonyms
from datavalut.planning.offline.abbreviations import name_words
from datavalut.planning.offline.inflection import singular
from datavalut.planning.offline.paths import AmbiguousPathError
from datavalut.planning.offline.phrases import Clause, Continuation, Explained, Progress, UnclearError
from datavalut.planning.offline.predicates import compared, in_time
from datavalut.planning.offline.quantities import read_comparator, read_quantity
from datavalut.planning.offline.reader import Reader
from datavalut.planning.offline.times import TimeReader
from datavalut.planning.offline.tokens import Token
from datavalut.planning.offline.type_categories import NUMBER_CATEGORIES
from datavalut.planning.offline.vocabulary import Vocabulary, name_key

_FUNCTIONS = {
    word: function
    for function, words in (
        (AggregateFunction.SUM, "total sum combined"),
        (AggregateFunction.AVG, "average avg mean"),
        (AggregateFunction.MAX, "maximum max highest largest biggest"),
        (AggregateFunction.MIN, "minimum min lowest smallest"),
    )
    for word in words.split()
}
FUNCTION_WORDS = frozenset(_FUNCTIONS)
_AMOUNT_WORDS = frozenset({"amount", "value", "total", "spend", "spending", "price"})
_REVENUE = tuple(
    tuple(phrase.split())
    for phrases in (
        "revenue, total revenue, turnover, spending, total spending, spend, total spend, total spent, amount spent, "
        "total amount spent, money spent, sales, total sales, sales volume, total purchases, purchase volume",
    )
    for phrase in phrases.split(", ")
)
_DETERMINERS = frozenset({"the", "their", "all", "its", "a", "an", "of"})


@dataclass(frozen=True)
class Amount:
    """A value of related rows, before it is compared. `near` is the table that was named, at `path[: near_steps]`."""

    function: AggregateFunction
    path: tuple[PathStep, ...]
    column: Column | None
    end: int
    name: str
    near: Table
    near_steps: int

    def aggregate(self, condition: Condition | None = None) -> Aggregate:
        of = ColumnValue(column=self.column.name) if self.column else None
        return Aggregate(function=self.function, path=self.path, of=of, condition=condition)

    @property
    def category(self) -> TypeCategory:
        """Averages of whole numbers are not whole."""
        if self.column is None:
            return TypeCategory.INTEGER
        return TypeCategory.NUMERIC if self.function is AggregateFunction.AVG else self.column.category


class AmountReader(Reader):
    def __init__(self, tokens: tuple[Token, ...], vocabulary: Vocabulary, progress: Progress) -> None:
        super().__init__(tokens, vocabulary, progress)
        self._times = TimeReader(tokens, vocabulary.reference_time)

    def read_comparison(self, table: Table, position: int) -> Clause | None:
        """ "total order amount above 500", "number of orders at least 3", with the time that stands beside it."""
        amount = self.read(table, position) or self._revenue_compared(table, position)
        if amount is None:
            return None
        self._progress.reach(amount.end)
        return self._compare(table, amount, position, amount.end)

    def read_spending(self, table: Table, position: int) -> Clause | None:
        """ "(who) spent more than 500 (in total) (in 2023)", with `position` behind "spent"."""
        at = position + 2 if (self._word(position), self._word(position + 1)) == ("a", "total") else position
        if at != position and self._word(at) == "of":
            at += 1
        if read_quantity(self._tokens, at) is None:
            return None
        amount = self.spending(table, position - 1, position)
        return self._compare(table, amount, position, at)

    def _compare(self, table: Table, amount: Amount, start: int, position: int) -> Clause | None:
        while self._word(position) in {"is", "are", "of", "was"}:
            position += 1
        quantity = read_quantity(self._tokens, position)
        if quantity is None or (self._word(quantity.end) in {"%", "times"}):
            return None
        end = quantity.end
        if (self._word(end), self._word(end + 1)) in {("in", "total"), ("in", "all")}:
            end += 2
        elif self._word(end) in {"overall", "altogether"}:
            end += 1
        self._progress.reach(end)
        condition, meaning = None, f"{amount.name} {quantity.meaning}"
        explained = [Explained(start, end, meaning)]
        timed = self.read_time(table, amount, end)
        if timed is not None:
            condition = timed.condition
            explained.extend(timed.explained)
            meaning += f" with {timed.meaning}"
            end = timed.end
        compared_amount = compared(amount.aggregate(condition), quantity, amount.category, position)
        return Clause(compared_amount, start, end, meaning, tuple(explained), Continuation.WITH)

    def begins_with_time(self, position: int) -> bool:
        return self._times.read(position) is not None

    def read_time(self, table: Table, amount: Amount, position: int) -> Clause | None:
        """The time beside an amount, as a condition on the rows at the end of its path."""
        phrase = self._times.read(position)
        if phrase is None:
            return None
        near, steps = self._dated(table, amount, position, phrase.end)
        date = self._vocabulary.creation_column(near, position, phrase.end)
        dated = in_time(ColumnValue(column=date.name), phrase)
        back = _reversed(table, amount.path[steps:], amount.path[:steps])
        condition = Exists(path=back, condition=dated) if back else dated
        return self._clause(condition, position, phrase.end, f"{near.name.name}.{date.name} {phrase.meaning}")

    def _dated(self, table: Table, amount: Amount, start: int, end: int) -> tuple[Table, int]:
        """The first table on the way to the amount that has dates."""
        tables = [self._vocabulary.table_of(step) for step in amount.path]
        for steps, near in enumerate(tables, start=1):
            if steps >= amount.near_steps and self._vocabulary.date_columns(near):
                return near, steps
        raise UnclearError(start, end, f"{amount.near.name.name} has no date that the time could be of")

    def read(self, table: Table, position: int) -> Amount | None:
        """An amount without its comparison. A column of the table itself that is called so is no amount."""
        at = position
        while self._word(at) in {"a", "an", "the", "their"}:
            at += 1
        if (self._word(at), self._word(at + 1)) in {("number", "of"), ("count", "of"), ("amount", "of")}:
            return self._count(table, at + 2)
        if self._vocabulary.own_columns_at(table, at):
            return None
        function = _FUNCTIONS.get(self._word(at))
        if function is None:
            return self._count_behind(table, at)
        at += 1
        while self._word(at) in _DETERMINERS:
            at += 1
        if self._vocabulary.own_columns_at(table, at):
            return None  # "maximum price 50" of products is no maximum over their orders
        return self._of_a_named_table(table, function, at) or self._of_a_column(table, function, at)

    def _count(self, table: Table, position: int) -> Amount | None:
        while self._word(position) in _DETERMINERS:
            position += 1
        named = self._vocabulary.table_at(position, loosely=True)
        if named is None:
            return None
        child, end = named
        path = self._vocabulary.path(table, child, position, end)
        name = f"the number of {child.name.name}"
        return Amount(AggregateFunction.COUNT, path, None, end, name, child, len(path))

    def _count_behind(self, table: Table, position: int) -> Amount | None:
        """ "order count"."""
        named = self._vocabulary.table_at(position, loosely=True)
        if named is None or self._word(named[1]) != "count":
            return None
        amount = self._count(table, position)
        return amount and Amount(
            amount.function, amount.path, None, amount.end + 1, amount.name, amount.near, amount.near_steps
        )

    def _of_a_named_table(self, table: Table, function: AggregateFunction, position: int) -> Amount | None:
        """ "order amount", "stars of reviews"; "order" alone for the average and the extremes."""
        named = self._vocabulary.table_at(position, loosely=True)
        if named is not None:
            child, end = named
            if self._word(end) == "'s":
                end += 1
            path = self._vocabulary.path(table, child, position, end)
            numbers, column_end = self._numbers_at(child, end)
            if numbers:
                return self._amount(
                    function, path, near=child, at=child, columns=numbers, position=position, end=column_end
                )
            if self._word(end) in _AMOUNT_WORDS:
                return self._value_of(function, child, path=path, position=position, end=end + 1)
            is_money = singular(name_words(child.name.name)[-1]) in synonyms.MONEY_NOUNS
            if function is not AggregateFunction.SUM or is_money:
                return self._value_of(function, child, path=path, position=position, end=end)
            return None
        for length in (1, 2, 3):
            at = position + length
            if self._word(at) != "of":
                continue
            while self._word(at) in _DETERMINERS:
                at += 1
            named = self._vocabulary.table_at(at, loosely=True)
            if named is None:
                return None
            child, end = named
            path = self._vocabulary.path(table, child, at, end)
            numbers, column_end = self._numbers_at(child, position)
            if numbers and column_end == position + length:
                return self._amount(function, path, near=child, at=child, columns=numbers, position=position, end=end)
        return None

    def _of_a_column(self, table: Table, function: AggregateFunction, position: int) -> Amount | None:
        """ "average stars": the column of one table that references this one."""
        found: list[Amount] = []
        for child in self._vocabulary.keys.children(table):
            numbers, end = self._numbers_at(child, position)
            if not numbers:
                continue
            path = self._vocabulary.path(table, child, position, end)
            found.append(
                self._amount(function, path, near=child, at=child, columns=numbers, position=position, end=end)
            )
        if len(found) > 1:
            raise UnclearError(position, found[0].end, "columns of several tables fit", (one.name for one in found))
        return found[0] if found else None

    def _numbers_at(self, child: Table, position: int) -> tuple[list[Column], int]:
        found = self._vocabulary.own_columns_at(child, position)
        if found is None:
            return [], position
        return [column for column in found[0] if column.category in NUMBER_CATEGORIES], found[1]

    def _amount(
        self,
        function: AggregateFunction,
        path: tuple[PathStep, ...],
        *,
        near: Table,
        at: Table,
        columns: list[Column],
        position: int,
        end: int,
    ) -> Amount:
        if len(columns) > 1:
            names = (f"{at.name.name}.{column.name}" for column in columns)
            raise UnclearError(position, end, "several columns fit", names)
        name = f"the {function.value} of {at.name.name}.{columns[0].name}"
        steps = next((i for i, step in enumerate(path, start=1) if step.table == str(near.name)), len(path))
        return Amount(function, path, columns[0], end, name, near, steps)

    def _value_of(
        self,
        function: AggregateFunction,
        child: Table,
        *,
        path: tuple[PathStep, ...],
        position: int,
        end: int,
    ) -> Amount:
        """The one column that is the child's amount of money; for a sum also that of its own lines."""
        own = [column for column in child.columns if _is_amount(column)]
        if own or function is not AggregateFunction.SUM:
            if not own:
                raise UnclearError(position, end, f"{child.name.name} has no column that is an amount")
            return self._amount(function, path, near=child, at=child, columns=own, position=position, end=end)
        below = [
            (line, column)
            for line in self._vocabulary.keys.children(child)
            for column in line.columns
            if _is_amount(column)
        ]
        if len(below) != 1:
            names = (f"{line.name.name}.{column.name}" for line, column in below)
            raise UnclearError(position, end, f"no one column is the amount of {child.name.name}", names)
        line, column = below[0]
        further = self._vocabulary.path(child, line, position, end)
        return self._amount(
            function, (*path, *further), near=child, at=line, columns=[column], position=position, end=end
        )

    def read_revenue(self, table: Table, position: int) -> Amount | None:
        """ "revenue", "total spent": what is spent or earned in all, in the children or theirs."""
        for words in _REVENUE:
            if self._words(position, *words):
                return self.spending(table, position, position + len(words))
        return None

    def _revenue_compared(self, table: Table, position: int) -> Amount | None:
        """ "(a) total spend above 500": only with a comparison behind it, for "sales" alone are orders."""
        at = position
        while self._word(at) in {"a", "an", "the", "their"}:
            at += 1
        phrase = max((words for words in _REVENUE if self._words(at, *words)), key=len, default=None)
        if phrase is None or self._vocabulary.own_columns_at(table, at) is not None:
            return None
        behind = at + len(phrase)
        while self._word(behind) in {"is", "are", "of", "was"}:
            behind += 1
        return self.spending(table, at, at + len(phrase)) if read_quantity(self._tokens, behind) else None

    def read_worth(self, table: Table, position: int) -> Clause | None:
        """ "(orders) worth over 500", "totalling more than 100": by their lines, if they have no amount themselves."""
        bare = read_comparator(self._tokens, position) is not None
        if not bare and self._word(position) not in {"worth", "totaling", "totalling", "valued"}:
            return None
        at = position if bare else position + 1
        quantity = read_quantity(self._tokens, at)
        if quantity is None or (bare and not self._ends_here(quantity.end)):
            return None
        own = [column for column in table.columns if _is_amount(column)]
        if len(own) == 1:
            condition = compared(ColumnValue(column=own[0].name), quantity, own[0].category, position)
            meaning = f"{table.name.name}.{own[0].name} {quantity.meaning}"
            return self._clause(condition, position, quantity.end, meaning, Continuation.WITH)
        amount = self.worth(table, position, at)
        if amount is None:
            return None
        self._progress.reach(at)
        return self._compare(table, amount, position, at)

    def _ends_here(self, position: int) -> bool:
        word = self._word(position)
        return position >= len(self._tokens) or word in synonyms.NOT_VALUES or not word.isalnum()

    def worth(self, table: Table, start: int, end: int) -> Amount | None:
        """What the lines of one row add up to ("orders worth over 500"); None if it has no lines with an amount."""
        lines = [
            (line, column)
            for line in self._vocabulary.keys.children(table)
            for column in line.columns
            if _is_amount(column) and self._vocabulary.is_line_of(line, table)
        ]
        if len(lines) != 1:
            return None
        line, column = lines[0]
        path = self._vocabulary.path(table, line, start, end)
        return self._amount(AggregateFunction.SUM, path, near=line, at=line, columns=[column], position=start, end=end)

    def average_of(self, table: Table, word: str, start: int, end: int) -> Amount | None:
        """The average of the one column of that kind in a child."""
        found = [
            (child, column)
            for child in self._vocabulary.keys.children(table)
            for column in child.columns
            if column.category in NUMBER_CATEGORIES and self._vocabulary.is_named(child, column, word)
        ]
        if len(found) != 1:
            return None
        child, column = found[0]
        path = self._vocabulary.path(table, child, start, end)
        return self._amount(
            AggregateFunction.AVG, path, near=child, at=child, columns=[column], position=start, end=end
        )

    def spending(self, table: Table, start: int, end: int) -> Amount:
        """The one amount of money that is found below `table`, in its children or in theirs."""
        found = list(self._spendings(table))
        if len(found) != 1:
            names = (f"{child.name.name}.{column.name}" for child, column, _ in found)
            raise UnclearError(start, end, "no one column says what was spent", names)
        child, column, path = found[0]
        return self._amount(
            AggregateFunction.SUM,
            path,
            near=self._vocabulary.table_of(path[0]),
            at=child,
            columns=[column],
            position=start,
            end=end,
        )

    def _spendings(self, table: Table) -> Iterator[tuple[Table, Column, tuple[PathStep, ...]]]:
        near = list(self._vocabulary.keys.children(table))
        far = [line for child in near for line in self._vocabulary.keys.children(child)]
        seen = {table.name}
        for child in near + far:
            if child.name in seen:
                continue
            seen.add(child.name)
            for column in child.columns:
                if _is_amount(column):
                    try:
                        path = self._vocabulary.keys.path(table, child)
                    except AmbiguousPathError as error:
                        raise UnclearError(0, 0, f"several ways lead to {child.name.name}", error.paths) from None
                    if path is not None and all(step.direction is Direction.TO_CHILDREN for step in path):
                        yield child, column, path


def _is_amount(column: Column) -> bool:
    return column.category in NUMBER_CATEGORIES and name_key(list(name_words(column.name))) in synonyms.AMOUNT_COLUMNS


def _reversed(start: Table, steps: tuple[PathStep, ...], before: tuple[PathStep, ...]) -> tuple[PathStep, ...]:
    """`steps` walked back, to the table that the last of `before` reached."""
    stations = [before[-1].table if before else str(start.name), *(step.table for step in steps)]
    back = []
    for step, station in zip(reversed(steps), reversed(stations[:-1]), strict=True):
        up = step.direction is Direction.TO_CHILDREN
        direction = Direction.TO_PARENT if up else Direction.TO_CHILDREN
        back.append(PathStep(table=station, columns=step.columns, direction=direction))
    return tuple(back)
