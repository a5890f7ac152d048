"""Totals, averages and counts of related rows: "total order amount above 500", "who spent more than 500"."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from datavalut.catalog.model import Column, Table
from datavalut.filters.model import (
    AggregateFunction,
    ColumnValue,
    Direction,
    Exists,
    PathStep,
)
from datavalut.planning.offline import synonyms, table_dates, table_names
from datavalut.planning.offline.abbreviations import name_words
from datavalut.planning.offline.aggregates import Amount, amount_of, steps_back
from datavalut.planning.offline.comparisons import compared, in_time
from datavalut.planning.offline.inflection import is_participle, singular, stem
from datavalut.planning.offline.paths import AmbiguousPathError
from datavalut.planning.offline.phrases import (
    Clause,
    Continuation,
    DescribedRows,
    Explained,
    Progress,
    UnclearError,
)
from datavalut.planning.offline.quantities import read_comparator, read_quantity
from datavalut.planning.offline.reader import Reader
from datavalut.planning.offline.spendings import amounts_of, is_amount, is_money, quantities, spendings
from datavalut.planning.offline.times import TimeReader
from datavalut.planning.offline.tokens import Token
from datavalut.planning.offline.type_categories import NUMBER_CATEGORIES
from datavalut.planning.offline.vocabulary import Vocabulary

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
        "total amount spent, money spent, sales, total sales, sales volume, total purchases, purchase volume, "
        "lifetime spend, lifetime spending, lifetime value, overall spend, overall spending, overall revenue",
    )
    for phrase in phrases.split(", ")
)
_SALES = frozenset({"sale", "purchase"})
_UNITS_SOLD = synonyms.words("quantity units items pieces copies")
_SOLD = frozenset({"sold", "ordered", "bought", "purchased"})
RAISING = frozenset({"raised", "raising", "collected", "collecting"})  # by gifts
_DETERMINERS = frozenset({"the", "their", "all", "its", "a", "an", "of"})

DescribedRead = Callable[[int], DescribedRows | None]


class AmountReader(Reader):
    def __init__(
        self, tokens: tuple[Token, ...], vocabulary: Vocabulary, progress: Progress, *, read_described: DescribedRead
    ) -> None:
        super().__init__(tokens, vocabulary, progress)
        self._times = TimeReader(tokens, vocabulary.reference_time)
        self._read_described = read_described

    def read_comparison(self, table: Table, position: int) -> Clause | None:
        """ "total order amount above 500", "number of orders at least 3", with the time that stands beside it."""
        amount = (
            self.read(table, position) or self._revenue_compared(table, position) or self._own_total(table, position)
        )
        if amount is None:
            return None
        self._progress.reach(amount.end)
        return self.compare(table, amount, position, amount.end)

    def read_spending(self, table: Table, position: int) -> Clause | None:
        """ "(who) spent more than 500 (in total) (in 2023)", with `position` behind "spent"."""
        at = position + 2 if (self._word(position), self._word(position + 1)) == ("a", "total") else position
        if at != position and self._word(at) == "of":
            at += 1
        if read_quantity(self._tokens, at) is None:
            return None
        amount = self.spending(table, position - 1, position)
        return self.compare(table, amount, position, at)

    def compare(
        self, table: Table, amount: Amount, start: int, position: int, *, behind: int | None = None
    ) -> Clause | None:
        """The amount compared with the quantity at `position`. Its time stands right behind that, or at `behind`."""
        while self._word(position) in {"is", "are", "of", "was"}:
            position += 1
        quantity = read_quantity(self._tokens, position)
        if quantity is None or (self._word(quantity.end) in {"%", "times"}):
            return None
        end = self._past_own_column(amount, quantity.end)
        if (self._word(end), self._word(end + 1)) in {("in", "total"), ("in", "all")}:
            end += 2
        elif self._word(end) in {"overall", "altogether"}:
            end += 1
        end = end if behind is None else max(end, behind)
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

    def _past_own_column(self, amount: Amount, position: int) -> int:
        """ "(average rating of at least 4) stars"."""
        child = self._vocabulary.table_of(amount.path[-1])
        own = self._vocabulary.own_columns_at(child, position) if amount.column else None
        return own[1] if own and own[0] == [amount.column] else position

    def begins_with_time(self, position: int) -> bool:
        return self._times.read(position) is not None

    def read_time(self, table: Table, amount: Amount, position: int) -> Clause | None:
        """The time beside an amount, as a condition on the rows at the end of its path."""
        phrase = self._times.read(position)
        if phrase is None or (table_names.is_line_of(amount.near, table) and not table_dates.date_columns(amount.near)):
            return None  # beside what an order's lines come to it is the order's
        near, steps = self._dated(table, amount, position, phrase.end)
        self._check_whose_time(near, amount, position, phrase.end)
        date = table_dates.own_date(near, position, phrase.end)
        dated = in_time(ColumnValue(column=date.name), phrase)
        back = steps_back(table, amount.path[steps:], amount.path[:steps])
        condition = Exists(path=back, condition=dated) if back else dated
        return self._clause(condition, position, phrase.end, f"{near.name.name}.{date.name} {phrase.meaning}")

    def _check_whose_time(self, near: Table, amount: Amount, position: int, end: int) -> None:
        """Raises UnclearError for "total balance in 2024" and "number of employees in 2024": what there is at a time is
        more than what came to be then."""
        column = amount.column
        stock = column is not None and name_words(column.name)[-1] in synonyms.STOCK_COLUMNS
        persons = column is None and table_names.is_of(near, synonyms.PERSONS) and self._word(position) != "from"
        if persons or (stock and table_names.is_of(near, synonyms.LASTING)):
            reason = f"{near.name.name} new then, or there then?" if persons else f"the time of {amount.name}?"
            raise UnclearError(position, end, reason, (f"{near.name.name} created ...",))

    def _dated(self, table: Table, amount: Amount, start: int, end: int) -> tuple[Table, int]:
        """The first table on the way to the amount that has dates."""
        tables = [self._vocabulary.table_of(step) for step in amount.path]
        for steps, near in enumerate(tables, start=1):
            if steps >= amount.near_steps and table_dates.date_columns(near):
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
        if self._numbers_at(table, at)[0]:
            return None  # "maximum price 50" of products is no maximum over their orders
        return (
            self._of_a_named_table(table, function, at)
            or self._of_a_deed(table, function, at)
            or self._of_a_column(table, function, at)
            or self._of_described_rows(table, function, at)
        )

    def _count(self, table: Table, position: int) -> Amount | None:
        while self._word(position) in _DETERMINERS:
            position += 1
        named = self._vocabulary.table_at(position, loosely=True)
        if named is None:
            return None
        child, end = named
        path = self._vocabulary.counted_path(table, child, position, end, described=False)
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
        if named is not None and self._is_joined(table, named[0]):
            child, end = named
            if self._word(end) == "'s":
                end += 1
            path = self._vocabulary.path(table, child, position, end)
            numbers, column_end = self._numbers_at(child, end)
            if numbers:
                return amount_of(
                    function, path, near=child, at=child, columns=numbers, position=position, end=column_end
                )
            if self._word(end) in _AMOUNT_WORDS:
                return self.value_of(function, child, path=path, position=position, end=end + 1)
            is_money = singular(name_words(child.name.name)[-1]) in synonyms.MONEY_NOUNS
            if function is not AggregateFunction.SUM or is_money:
                return self.value_of(function, child, path=path, position=position, end=end)
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
                return amount_of(function, path, near=child, at=child, columns=numbers, position=position, end=end)
        return None

    def read_of_deed(self, table: Table, position: int) -> Amount | None:
        """ "(by) amount donated": what all of them come to."""
        return self._of_a_deed(table, AggregateFunction.SUM, position)

    def _of_a_deed(self, table: Table, function: AggregateFunction, position: int) -> Amount | None:
        """ "(total) invoiced amount", "amount donated": of the one table below whose rows are called so."""
        words = (self._word(position), self._word(position + 1))
        deed = next((word for word in words if word.endswith("ed")), "")
        if not deed or not {*words} & {"amount", "value", "sum"}:
            return None
        found = [
            child
            for child in self._vocabulary.keys.children(table)
            if (table_names.is_of(child, synonyms.MONEY_NOUNS) and stem(deed) in table_names.own_stems(child))
            or (deed in RAISING and table_names.is_of(child, synonyms.GIFTS))
        ]
        if len(found) != 1:
            return None
        path = self._vocabulary.path(table, found[0], position, position + 2)
        return self.value_of(function, found[0], path=path, position=position, end=position + 2)

    def _is_joined(self, table: Table, other: Table) -> bool:
        """Does any way lead there? Else the word is a column's, whatever table is called so, too."""
        try:
            return self._vocabulary.keys.path(table, other) is not None
        except AmbiguousPathError:
            return True

    def _of_described_rows(self, table: Table, function: AggregateFunction, position: int) -> Amount | None:
        """ "(total) unpaid invoices", "(average) completed order amount"."""
        noun = self._read_described(position)
        if noun is None or noun.condition is None or noun.table.name == table.name:
            return None
        for at in range(position + 1, noun.end):
            named = self._vocabulary.table_at(at)
            if named == (noun.table, noun.end):
                amount = self._of_a_named_table(table, function, at)
                return self.narrowed(table, amount, noun) if amount else None
        return None

    def narrowed(self, table: Table, amount: Amount, noun: DescribedRows) -> Amount:
        """Only of those rows of the named table that the noun describes."""
        if noun.condition is None:
            return amount
        back = steps_back(table, amount.path[amount.near_steps :], amount.path[: amount.near_steps])
        where = Exists(path=back, condition=noun.condition) if back else noun.condition
        return replace(amount, where=where, name=f"{amount.name} of {noun.meaning}")

    def _of_a_column(self, table: Table, function: AggregateFunction, position: int) -> Amount | None:
        """ "average stars": the column of one table that references this one, or else of one that references that."""
        found: list[Amount] = []
        for tables in self._levels_below(table):
            for child in tables if not found else ():
                numbers, end = self._numbers_at(child, position)
                if not numbers:
                    continue
                path = self._vocabulary.path(table, child, position, end)
                if any(step.direction is Direction.TO_PARENT for step in path):
                    continue
                found.append(
                    amount_of(function, path, near=child, at=child, columns=numbers, position=position, end=end)
                )
        if len(found) > 1:
            raise UnclearError(position, found[0].end, "columns of several tables fit", (one.name for one in found))
        return found[0] if found else None

    def _levels_below(self, table: Table) -> Iterator[list[Table]]:
        """The tables that reference it, those that reference these, and so on."""
        level, seen = [table], {table.name}
        while level:
            further = [child for above in level for child in self._vocabulary.keys.children(above)]
            level = [child for child in dict.fromkeys(further) if child.name not in seen]
            seen |= {child.name for child in level}
            yield level

    def _numbers_at(self, child: Table, position: int) -> tuple[list[Column], int]:
        found = self._vocabulary.own_columns_at(child, position)
        if found is None:
            return [], position
        return [column for column in found[0] if column.category in NUMBER_CATEGORIES], found[1]

    def value_of(
        self,
        function: AggregateFunction,
        child: Table,
        *,
        path: tuple[PathStep, ...],
        position: int,
        end: int,
    ) -> Amount:
        """The one column that is the child's amount of money; for a sum also that of its own lines."""
        own = amounts_of(child)
        below = [
            (line, column)
            for line in self._vocabulary.keys.children(child)
            for column in line.columns
            if is_amount(column) and table_names.is_line_of(line, child)
        ]
        if own or function is not AggregateFunction.SUM or not below:
            own = own or [column for column in child.columns if is_money(column) or _is_value(column)]
            if not own and table_names.is_of(child, synonyms.RATINGS):
                own = [column for column in child.columns if _is_rating(column)]
            if not own:
                raise UnclearError(position, end, f"{child.name.name} has no column that is an amount")
            return amount_of(function, path, near=child, at=child, columns=own, position=position, end=end)
        if len(below) != 1:
            names = (f"{line.name.name}.{column.name}" for line, column in below)
            raise UnclearError(position, end, f"no one column is the amount of {child.name.name}", names)
        line, column = below[0]
        further = self._vocabulary.path(child, line, position, end)
        return amount_of(function, (*path, *further), near=child, at=line, columns=[column], position=position, end=end)

    def read_revenue(self, table: Table, position: int) -> Amount | None:
        """ "revenue", "total spent": what is spent or earned in all, in the children or theirs."""
        for words in _REVENUE:
            if self._words(position, *words) and not self._names_sales(position, len(words)):
                return self.spending(table, position, position + len(words))
        return None

    def read_units_sold(self, table: Table, position: int) -> Amount | None:
        """ "units sold", "quantity ordered": by the one quantity in the rows below."""
        if self._word(position) not in _UNITS_SOLD or self._word(position + 1) not in _SOLD:
            return None
        found = list(quantities(self._vocabulary, table))
        if len(found) != 1:
            return None
        child, column = found[0]
        end = position + 2
        path = self._vocabulary.path(table, child, position, end)
        return amount_of(
            AggregateFunction.SUM, path, near=child, at=child, columns=[column], position=position, end=end
        )

    def _names_sales(self, position: int, length: int) -> bool:
        """Are the "sales" those of a table that is called so?"""
        named = (self._vocabulary.table_at(at) for at in range(position, position + length))
        return any(found is not None and table_names.is_of(found[0], _SALES) for found in named)

    def _revenue_compared(self, table: Table, position: int) -> Amount | None:
        """ "(a) total spend above 500": only with a comparison behind it, for "sales" alone are orders."""
        at = position
        while self._word(at) in {"a", "an", "the", "their"}:
            at += 1
        phrase = max((words for words in _REVENUE if self._words(at, *words)), key=len, default=None)
        if phrase is None or self._names_sales(at, len(phrase)):
            return None
        if self._vocabulary.own_columns_at(table, at) is not None:
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
        own = amounts_of(table)
        if len(own) == 1:
            condition = compared(ColumnValue(column=own[0].name), quantity, own[0].category, position)
            meaning = f"{table.name.name}.{own[0].name} {quantity.meaning}"
            return self._clause(condition, position, quantity.end, meaning, Continuation.WITH)
        amount = self.worth(table, position, at)
        if amount is None:
            return None
        self._progress.reach(at)
        return self.compare(table, amount, position, at)

    def _own_total(self, table: Table, position: int) -> Amount | None:
        """ "(orders with) a total over 500": by their lines, where no column of theirs is called so."""
        at = position
        while self._word(at) in _DETERMINERS:
            at += 1
        if self._vocabulary.own_columns_at(table, at) is not None:
            return None
        named = self._vocabulary.table_at(at)
        end = named[1] if named is not None and named[0].name == table.name else at
        if self._word(end) in {"total", "overall"} and self._word(end + 1) in _AMOUNT_WORDS:
            end += 1
        if self._word(end) not in _AMOUNT_WORDS | {"total"}:
            return None
        end += 1
        behind = end + 1 if self._word(end) in {"is", "was", "of"} else end
        return self.worth(table, position, end) if read_quantity(self._tokens, behind) else None

    def _ends_here(self, position: int) -> bool:
        word = self._word(position)
        if position >= len(self._tokens) or word in synonyms.NOT_VALUES or not word.isalnum():
            return True
        by_means = self._word(position + 1) in {"by", "with"} | synonyms.MEANS
        # "over 500 made in 2025"
        return is_participle(word) and (by_means or self.begins_with_time(position + 1))

    def worth(self, table: Table, start: int, end: int) -> Amount | None:
        """What the lines of one row add up to ("orders worth over 500"); None if it has no lines with an amount."""
        lines = [
            (line, column)
            for line in self._vocabulary.keys.children(table)
            for column in line.columns
            if is_amount(column) and table_names.is_line_of(line, table)
        ]
        if len(lines) != 1:
            return None
        line, column = lines[0]
        path = self._vocabulary.path(table, line, start, end)
        return amount_of(AggregateFunction.SUM, path, near=line, at=line, columns=[column], position=start, end=end)

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
        return amount_of(AggregateFunction.AVG, path, near=child, at=child, columns=[column], position=start, end=end)

    def spending(self, table: Table, start: int, end: int, *, rather: frozenset[str] = frozenset()) -> Amount:
        """The one amount of money that is found below `table`, in its children or in theirs; `rather` in tables that
        are called so (what was paid in payments, and not in what they are for)."""
        found = list(spendings(self._vocabulary, table))
        meant = [one for one in found if table_names.is_of(one[0], rather)]
        found = meant if len(meant) == 1 else found
        if len(found) != 1:
            names = (f"{child.name.name}.{column.name}" for child, column, _ in found)
            raise UnclearError(start, end, "no one column says what was spent", names)
        child, column, path = found[0]
        return amount_of(
            AggregateFunction.SUM,
            path,
            near=self._vocabulary.table_of(path[0]),
            at=child,
            columns=[column],
            position=start,
            end=end,
        )


def _is_value(column: Column) -> bool:
    """A shipment's declared value may be meant as well as its charge."""
    return column.category in NUMBER_CATEGORIES and name_words(column.name)[-1] == "value"


def _is_rating(column: Column) -> bool:
    return column.category in NUMBER_CATEGORIES and name_words(column.name)[-1] in synonyms.RATING_COLUMNS
