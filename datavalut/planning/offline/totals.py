"""What related rows come to in all or on average, in other words than "total" and "average": "more than 500 in unpaid
invoices", "whose orders add up to 1000", "spending over $100 per order", "averaging 4 stars".
"""

from dataclasses import replace

from datavalut.catalog.model import Column, Table, TypeCategory
from datavalut.filters.model import Aggregate, AggregateFunction, ColumnValue, Comparison, Direction, LiteralValue
from datavalut.planning.offline import synonyms, table_dates, table_names
from datavalut.planning.offline.abbreviations import head_word, name_words
from datavalut.planning.offline.aggregates import Amount
from datavalut.planning.offline.amounts import RAISING, AmountReader, DescribedRead
from datavalut.planning.offline.comparisons import compared
from datavalut.planning.offline.inflection import singular, stem
from datavalut.planning.offline.measures import MeasureReader
from datavalut.planning.offline.phrases import Clause, DescribedRows, Explained, Progress, UnclearError, opened
from datavalut.planning.offline.quantities import Quantity, read_quantity
from datavalut.planning.offline.reader import Reader
from datavalut.planning.offline.spendings import is_amount, is_amount_of
from datavalut.planning.offline.tokens import Token
from datavalut.planning.offline.type_categories import NUMBER_CATEGORIES
from datavalut.planning.offline.vocabulary import Vocabulary

_ADDING_UP = (
    ("add", "up", "to"),
    ("adding", "up", "to"),
    ("sum", "to"),
    ("sum", "up", "to"),
    ("summing", "to"),
    ("summing", "up", "to"),
    ("amount", "to"),
    ("amounting", "to"),
)
_IN_ALL = (("combined",), ("in", "total"), ("in", "all"), ("altogether",), ("overall",), ("all", "together"))
_TOTALS = (("total",), ("totals",), ("totaled",), ("totalled",), *_ADDING_UP)
_AVERAGES = (("average",), ("averages",), ("averaged",), ("average", "out", "at"))
_ON_AVERAGE = ("on", "average")
_SPENDING = frozenset({"spent", "spend", "spends", "spending"})
_BILLS = frozenset({"invoice", "bill"})
_NAMED_FOR = {
    "billed": _BILLS,
    "invoiced": _BILLS,
    "charged": frozenset({"charge", "fee"}),
    "fined": frozenset({"fine", "penalty"}),
}
_OWING = frozenset({"owe", "owes", "owed", "owing"})
_UNPAID = frozenset({"unpaid", "outstanding", "open", "overdue"})
# As they are said, and as names of columns end in them.
_USING = frozenset(
    {"used", "consumed", "burned", "drove", "driven", "covered", "travelled", "traveled", "worked", "logged", "tracked"}
)
_UNITS_OF_USE = {
    said: frozenset(group.split())
    for group in (
        "mb megabyte megabytes",
        "gb gigabyte gigabytes",
        "kwh",
        "litre litres liter liters",
        "km kilometers",
        "hour hours",
    )
    for said in group.split()
}
_CHARGED = frozenset(_NAMED_FOR)
_PAYING = frozenset({"paid", "pay", "pays", "paying"})


class TotalReader(Reader):
    def __init__(
        self,
        tokens: tuple[Token, ...],
        vocabulary: Vocabulary,
        progress: Progress,
        *,
        amounts: AmountReader,
        read_described: DescribedRead,
    ) -> None:
        super().__init__(tokens, vocabulary, progress)
        self._amounts = amounts
        self._read_described = read_described
        self._measures = MeasureReader(tokens, vocabulary, progress)

    # Behind "with" and "whose"

    def read_body(self, table: Table, position: int) -> Clause | None:
        """ "(with) more than 500 in unpaid invoices", "orders of over 500 in total", "an average of over 4 stars"."""
        at = self._past_articles(position)
        for word in ("total", "average"):
            if self._words(at, word, "of") and read_quantity(self._tokens, at + 2):
                body = self._amount_in(table, at + 2) if word == "total" else self._average(table, position, at + 2)
                return opened(body, position) if body else None
        return self._units_sold(table, position) or self._amount_in(table, position) or self._in_all(table, position)

    def _units_sold(self, table: Table, position: int) -> Clause | None:
        """ "(products with) more than 100 units sold"."""
        quantity = read_quantity(self._tokens, position)
        amount = self._amounts.read_units_sold(table, quantity.end) if quantity else None
        return self._compared(table, amount, position, amount.end) if amount else None

    def read_whose(self, table: Table, position: int) -> Clause | None:
        """ "(whose) invoices total more than 500", "(whose) orders average over 100"."""
        rows = self._rows_below(table, position)
        if rows is None:
            return self._amounts_add_up(table, position)
        for phrases, function in ((_TOTALS, AggregateFunction.SUM), (_AVERAGES, AggregateFunction.AVG)):
            words = max((words for words in phrases if self._words(rows.end, *words)), key=len, default=None)
            if words is not None and read_quantity(self._tokens, rows.end + len(words)):
                counting = self._counting(rows.table, rows.end + len(words))
                if counting is not None and function is AggregateFunction.SUM:
                    return self._sum_of_the_named(table, rows, counting, position)
                amount = self._amount_of(table, rows, function, position)
                return self._amounts.compare(table, amount, position, rows.end + len(words))
        return self._measured_on_average(table, rows, position)

    def _measured_on_average(self, table: Table, rows: DescribedRows, position: int) -> Clause | None:
        """ "(whose) tracks are longer than 4 minutes on average", "cost over $50 on average", "cost over $500 in
        total"."""
        at = rows.end + (self._word(rows.end) in {"are", "were", "is"})
        said = self._measures.read(rows.table, at) or self._counting(rows.table, at)
        if said is None:
            return None
        in_all = next((words for words in _IN_ALL if self._words(said.end, *words)), None)
        if in_all is None and not self._words(said.end, *_ON_AVERAGE):
            return None
        match said.condition:
            case Comparison(left=ColumnValue() as of, right=LiteralValue() as right, operator=operator):
                path = self._vocabulary.path(table, rows.table, position, rows.end)
                function = AggregateFunction.SUM if in_all else AggregateFunction.AVG
                amount = Aggregate(function=function, path=path, of=of, condition=rows.condition)
                condition = Comparison(left=amount, operator=operator, right=right)
                end = said.end + len(in_all or _ON_AVERAGE)
                meaning = f"{'in all' if in_all else 'on average'} {rows.meaning}: {said.meaning}"
                return self._clause(condition, position, end, meaning)
        return None

    def _sum_of_the_named(self, table: Table, rows: DescribedRows, said: Clause, position: int) -> Clause | None:
        """ "(whose) licenses add up to more than 300 seats": the sum of what is named behind the number."""
        match said.condition:
            case Comparison(left=ColumnValue() as of, right=LiteralValue() as right, operator=operator):
                path = self._vocabulary.path(table, rows.table, position, rows.end)
                amount = Aggregate(function=AggregateFunction.SUM, path=path, of=of, condition=rows.condition)
                condition = Comparison(left=amount, operator=operator, right=right)
                return self._clause(condition, position, said.end, f"the sum of {rows.meaning}: {said.meaning}")
        return None

    def _counting(self, rows: Table, position: int) -> Clause | None:
        """ "below 3 stars", by the column that is named behind the number."""
        quantity = read_quantity(self._tokens, position)
        own = self._vocabulary.own_columns_at(rows, quantity.end) if quantity else None
        numbers = [column for column in own[0] if column.category in NUMBER_CATEGORIES] if own else []
        if quantity is None or own is None or len(numbers) != 1:
            return None
        condition = compared(ColumnValue(column=numbers[0].name), quantity, TypeCategory.NUMERIC, position)
        meaning = f"{rows.name.name}.{numbers[0].name} {quantity.meaning}"
        return self._clause(condition, position, own[1], meaning)

    def _amounts_add_up(self, table: Table, position: int) -> Clause | None:
        """ "(whose) referral bonuses add up to more than 5000": a number of the rows below, said in the plural."""
        named = self._vocabulary.table_at(position)
        own = self._vocabulary.own_columns_at(named[0], named[1]) if named else None
        if named is None or own is None or singular(self._word(own[1] - 1)) == self._word(own[1] - 1):
            return None
        words = next((words for words in (*_ADDING_UP, ("total",)) if self._words(own[1], *words)), None)
        child, end = named[0], own[1]
        rows = DescribedRows(child, None, child.name.name, named[1])
        if words is None or not self._leads_down(table, rows, position):
            return None
        numbers = [column for column in own[0] if column.category in NUMBER_CATEGORIES]
        if len(numbers) != 1 or len(own[0]) != 1:
            return None
        path = self._vocabulary.path(table, child, position, named[1])
        name = f"the sum of {child.name.name}.{numbers[0].name}"
        amount = Amount(AggregateFunction.SUM, path, numbers[0], end, name, child, len(path))
        return self._amounts.compare(table, amount, position, end + len(words))

    def _amount_in(self, table: Table, position: int) -> Clause | None:
        """ "more than 500 in unpaid invoices", "$1,000+ in sales"."""
        quantity = read_quantity(self._tokens, position)
        if quantity is None or quantity.bare or self._word(quantity.end) not in {"in", "of"}:
            return None
        at = quantity.end + 1
        at += self._word(at) == "total"
        rows = self._rows_below(table, at)
        if rows is None:
            revenue = self._amounts.read_revenue(table, at)
            return self._compared(table, revenue, position, revenue.end) if revenue else None
        if self._is_counted(table, rows, at):
            return None
        amount = self._amount_of(table, rows, AggregateFunction.SUM, position)
        return self._compared(table, amount, position, rows.end)

    def _is_counted(self, table: Table, rows: DescribedRows, position: int) -> bool:
        """Does the phrase name a column of the row itself, too ("more than 10 units in stock")?"""
        own = self._vocabulary.own_columns_at(table, position)
        return own is not None and own[1] >= rows.end

    def _in_all(self, table: Table, position: int) -> Clause | None:
        """ "orders adding up to 500", "fines of more than 20 combined", "invoices over 500 in total"."""
        rows = self._rows_below(table, position)
        if rows is None:
            return None
        words = next((words for words in _ADDING_UP if self._words(rows.end, *words)), None)
        at = rows.end + (len(words) if words else 0)
        if words is None and self._word(at) in {"of", "worth", "totalling", "totaling", "for"}:
            at += 1
        quantity = read_quantity(self._tokens, at)
        if quantity is None:
            return None
        end = next((quantity.end + len(all_) for all_ in _IN_ALL if self._words(quantity.end, *all_)), None)
        if words is None and end is None:
            return None  # of each of them
        amount = self._amount_of(table, rows, AggregateFunction.SUM, position)
        return self._compared(table, amount, position, end or quantity.end, quantity_at=at)

    def _average(self, table: Table, start: int, position: int) -> Clause | None:
        """ "(an average of) 100 per order", "(averaging) 4 stars"."""
        quantity = read_quantity(self._tokens, position)
        if quantity is None or quantity.bare:
            return None  # about so much, hardly just so much
        if self._word(quantity.end) in {"per", "each"}:
            return self._per(table, start, position, quantity.end + 1)
        for child in self._vocabulary.keys.children(table):
            own = self._vocabulary.own_columns_at(child, quantity.end)
            numbers = [column for column in own[0] if column.category in NUMBER_CATEGORIES] if own else []
            if own is not None and len(numbers) == 1:
                word = "".join(name_words(numbers[0].name))
                amount = self._amounts.average_of(table, singular(word), start, own[1])
                return self._compared(table, amount, start, own[1], quantity_at=position) if amount else None
        return None

    def _per(self, table: Table, start: int, quantity_at: int, position: int) -> Clause | None:
        """ "(100 per) order (on average)": the average amount of those rows."""
        at = position + (self._word(position) in {"a", "an", "the"})
        rows = self._read_described(at)
        if rows is None or not self._leads_down(table, rows, at):
            return None
        amount = self._amount_of(table, rows, AggregateFunction.AVG, start)
        end = rows.end + 2 if self._words(rows.end, *_ON_AVERAGE) else rows.end
        return self._compared(table, amount, start, end, quantity_at=quantity_at)

    # Behind the noun, or behind "who"

    def read_deed(self, table: Table, position: int) -> Clause | None:
        """ "spending over 1000 (in total)", "spent over 500 on freight", "paid more than 500 in total", "averaging 4
        stars", "rated above 4 on average"."""
        word = self._word(position)
        if word == "averaging":
            return self._average(table, position, position + 1)
        quantity = read_quantity(self._tokens, position + 1)
        if quantity is None:
            return None
        if word in _OWING:
            return self._owed(table, position)
        used = self._used_in_all(table, position, quantity)
        if used is not None:
            return used
        if word in _CHARGED:
            return self._charged(table, position) or self._charged_in_all(table, position)
        if word in RAISING and self._word(quantity.end) not in synonyms.UNIT_WORDS:
            return self._raised(table, position, quantity.end)
        if word in _SPENDING | _PAYING:
            return self._spent(table, position, quantity.end, in_all_needed=word in _PAYING)
        if self._words(quantity.end, *_ON_AVERAGE) and word.endswith("ed"):
            return self._rated(table, position, quantity.end)
        return None

    def _owed(self, table: Table, position: int) -> Clause | None:
        """ "(who) owe more than 30 in unpaid fines": of those that are said to be so."""
        clause = self._amount_in(table, position + 1)
        if clause is None:
            return None
        if not {self._word(at) for at in range(position, clause.end)} & _UNPAID:
            reason = "only of those that are not paid yet?"
            raise UnclearError(position, clause.end, reason, ("more than ... in unpaid ...",))
        return opened(clause, position)

    def _used_in_all(self, table: Table, position: int, quantity: Quantity) -> Clause | None:
        """ "(that) used more than 5000 MB in total": of the one amount below that is kept in that unit."""
        unit = self._word(quantity.end)
        end = next((quantity.end + 1 + len(words) for words in _IN_ALL if self._words(quantity.end + 1, *words)), None)
        if end is None or unit not in _UNITS_OF_USE or self._word(position) not in _USING:
            return None
        found = [
            (child, column)
            for child in self._vocabulary.keys.children(table)
            for column in child.columns
            if column.category in NUMBER_CATEGORIES and name_words(column.name)[-1] in _UNITS_OF_USE[unit]
        ]
        if len(found) != 1:
            return None
        child, column = found[0]
        path = self._vocabulary.path(table, child, position, end)
        name = f"the sum of {child.name.name}.{column.name}"
        amount = Amount(AggregateFunction.SUM, path, column, end, name, child, len(path))
        return self._compared(table, amount, position, end, quantity_at=position + 1)

    def _charged(self, table: Table, position: int) -> Clause | None:
        """ "(students) charged more than 500 in fees (in total)"."""
        clause = self._amount_in(table, position + 1)
        if clause is None:
            return None
        end = next((clause.end + len(words) for words in _IN_ALL if self._words(clause.end, *words)), clause.end)
        added = [Explained(clause.end, end, "of all of them")] if end > clause.end else []
        return opened(replace(clause, end=end, explained=(*clause.explained, *added)), position)

    def _raised(self, table: Table, position: int, end: int) -> Clause | None:
        """ "(campaigns that) raised over 10,000": what all donations come to, where no column of its own says so."""
        own = [column for column in table.columns if is_amount_of(column, stem(self._word(position)))]
        if len(own) == 1:
            quantity = read_quantity(self._tokens, position + 1)
            end = next((end + len(words) for words in _IN_ALL if self._words(end, *words)), end)
            if quantity is None or self._amounts.begins_with_time(end):
                return None
            condition = compared(ColumnValue(column=own[0].name), quantity, own[0].category, position)
            return self._clause(condition, position, end, f"{table.name.name}.{own[0].name} {quantity.meaning}")
        if not any(table_names.is_of(child, synonyms.GIFTS) for child in self._vocabulary.keys.children(table)):
            return None
        end = next((end + len(words) for words in _IN_ALL if self._words(end, *words)), end)
        amount = self._amounts.spending(table, position, end, rather=synonyms.GIFTS)
        return self._compared(table, amount, position, end, quantity_at=position + 1)

    def _charged_in_all(self, table: Table, position: int) -> Clause | None:
        """ "(patients) billed more than 2,500 in total": by the one table below that is named for it."""
        named = _NAMED_FOR[self._word(position)]
        found = [child for child in self._vocabulary.keys.children(table) if table_names.is_of(child, named)]
        if len(found) != 1:
            return None
        rows = DescribedRows(found[0], None, found[0].name.name, position + 1)
        return self.read_all_of(table, rows, position, position + 1)

    def _spent(self, table: Table, position: int, end: int, *, in_all_needed: bool) -> Clause | None:
        if self._word(end) in {"per", "each"}:
            return self._per(table, position, position + 1, end + 1)
        if self._words(end, *_ON_AVERAGE):
            return self._paid_on_average(table, position, end) if in_all_needed else None  # each time, or each month?
        in_all = next((end + len(words) for words in _IN_ALL if self._words(end, *words)), None)
        at = in_all or end
        if self._word(at) in {"on", "in", "for"} and (amount := self._named_spending(table, position, at + 1)):
            end = amount.end
            if in_all_needed:
                if amount.column and not is_amount(amount.column) and self._lasts(amount.near):
                    raise UnclearError(position, end, f"{amount.name} is what was to be paid")
                self._check_paid(amount.near, position, end)
                amount = self._payments_of(amount, position, end)
            end = next((end + len(words) for words in _IN_ALL if self._words(end, *words)), end)
            return self._compared(table, amount, position, end, quantity_at=position + 1)
        if in_all_needed and in_all is None:
            return None  # in one payment, or in all?
        amount = self._amounts.spending(
            table, position, position + 1, rather=synonyms.PAYMENTS if in_all_needed else frozenset()
        )
        if in_all_needed:
            self._check_paid(self._vocabulary.table_of(amount.path[-1]), position, end)
        return self._compared(table, amount, position, at, quantity_at=position + 1)

    def read_all_of(self, table: Table, rows: DescribedRows, position: int, quantity_at: int) -> Clause | None:
        """ "(who donated) over 500 in total", whose traces are those rows."""
        quantity = read_quantity(self._tokens, quantity_at)
        if quantity is None or not any(self._words(quantity.end, *words) for words in _IN_ALL):
            return None
        end = next(quantity.end + len(words) for words in _IN_ALL if self._words(quantity.end, *words))
        amount = self._amount_of(table, rows, AggregateFunction.SUM, position)
        return self._compared(table, amount, position, end, quantity_at=quantity_at)

    def _payments_of(self, amount: Amount, start: int, end: int) -> Amount:
        """ "(paid over 500) in fees" by the payments of the fees, where there are such: the fee itself is what was due.
        Raises UnclearError for described fees, or for several amounts."""
        found = [
            (child, column)
            for child in self._vocabulary.keys.children(amount.near)
            for column in child.columns
            if table_names.is_of(child, synonyms.PAYMENTS) and is_amount(column)
        ]
        if not found:
            return amount
        if len(found) > 1 or amount.where is not None:
            names = (f"{child.name.name}.{column.name}" for child, column in found)
            raise UnclearError(start, end, "what was due, or what was paid?", names)
        child, column = found[0]
        self._check_paid(child, start, end)
        path = (*amount.path, *self._vocabulary.path(amount.near, child, start, end))
        name = f"the sum of {child.name.name}.{column.name}"
        return replace(amount, path=path, column=column, name=name)

    def _paid_on_average(self, table: Table, position: int, end: int) -> Clause | None:
        """ "(who) paid more than 5 on average": in each payment."""
        total = self._amounts.spending(table, position, position + 1)
        if len(total.path) != 1 or total.column is None:
            return None
        self._check_paid(total.near, position, end)
        average = replace(total, function=AggregateFunction.AVG, name=f"the average {total.near.name.name}")
        return self._compared(table, average, position, end + 2, quantity_at=position + 1)

    def _lasts(self, table: Table) -> bool:
        """A policy's premium is paid again and again."""
        return table_names.is_of(table, synonyms.LASTING) and not table_names.is_of(table, synonyms.PERSONS)

    def _check_paid(self, rows: Table, start: int, end: int) -> None:
        """Raises UnclearError for "paid more than 20 in fines" where some of them are not paid yet."""
        for column in rows.columns:
            said = {stem(word) for word in name_words(column.name)}
            labels = {stem(label.lower()) for label in self._vocabulary.values(rows, column)}
            undone = labels & synonyms.UNPAID_STEMS and head_word(column.name) in synonyms.STATUS_COLUMNS
            if undone and table_names.is_of(rows, synonyms.PAYMENTS):
                reason = f"only those of {rows.name.name} that did not fail?"
                raise UnclearError(start, end, reason, (f"more than ... in ... {rows.name.name}",))
            states = column in table_dates.date_columns(rows) or column.category is TypeCategory.BOOLEAN
            if "pay" in labels or (states and "pay" in said and table_dates.date_stem(rows, column)):
                reason = f"only those of {rows.name.name} that are paid?"
                raise UnclearError(start, end, reason, (f"more than ... in paid {rows.name.name}",))

    def _named_spending(self, table: Table, start: int, position: int) -> Amount | None:
        """ "(spent over 500) on freight": the one amount below that is called so; "on orders": theirs."""
        if (rows := self._rows_below(table, position)) is not None:
            amount = self._amount_of(table, rows, AggregateFunction.SUM, start)
            return replace(amount, end=rows.end)
        said = stem(self._word(position))
        found: list[tuple[Table, Column]] = [
            (child, column)
            for child in self._vocabulary.keys.children(table)
            for column in child.columns
            if column.category in NUMBER_CATEGORIES and said in map(stem, name_words(column.name))
        ]
        if len(found) != 1 or not said:
            return None
        child, column = found[0]
        path = self._vocabulary.path(table, child, start, position + 1)
        name = f"the sum of {child.name.name}.{column.name}"
        return Amount(AggregateFunction.SUM, path, column, position + 1, name, child, len(path))

    def _rated(self, table: Table, position: int, end: int) -> Clause | None:
        """ "rated above 4 on average": by the ratings below."""
        noun = next((word for word in ("rating", "score") if stem(word) == stem(self._word(position))), None)
        amount = self._amounts.average_of(table, noun, position, end) if noun else None
        return self._compared(table, amount, position, end + 2, quantity_at=position + 1) if amount else None

    # Rows and their amounts

    def _rows_below(self, table: Table, position: int) -> DescribedRows | None:
        """Several rows of a table below this one, with what adjectives say of them."""
        at = position
        while self._word(at) in {"the", "their", "its"}:
            at += 1
        rows = self._read_described(at)
        if rows is None or singular(self._word(rows.end - 1)) == self._word(rows.end - 1):
            return None
        return rows if self._leads_down(table, rows, at) else None

    def _leads_down(self, table: Table, rows: DescribedRows, position: int) -> bool:
        if rows.table.name == table.name:
            return False
        path = self._vocabulary.path(table, rows.table, position, rows.end)
        return all(step.direction is Direction.TO_CHILDREN for step in path)

    def _amount_of(self, table: Table, rows: DescribedRows, function: AggregateFunction, start: int) -> Amount:
        path = self._vocabulary.path(table, rows.table, start, rows.end)
        amount = self._amounts.value_of(function, rows.table, path=path, position=start, end=rows.end)
        return self._amounts.narrowed(table, amount, rows)

    def _compared(
        self, table: Table, amount: Amount, start: int, end: int, *, quantity_at: int | None = None
    ) -> Clause | None:
        """The amount compared with the quantity at `quantity_at` (or `start`), with the time that stands at `end`."""
        at = start if quantity_at is None else quantity_at
        return self._amounts.compare(table, amount, start, at, behind=end)
