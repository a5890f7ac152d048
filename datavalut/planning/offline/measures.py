"""What can be compared without naming its column: "cheaper than 20", "over 5 dollars", "longer than 90 minutes",
"earning more than 50000", "older than 65".
"""

from dataclasses import dataclass, replace

from datavalut.catalog.model import Column, Table
from datavalut.filters.model import Age, ColumnValue, InTime, LastPeriod, OlderThan, TimeUnit, TimeWindow
from datavalut.planning.offline import synonyms, table_dates, table_names
from datavalut.planning.offline.abbreviations import name_words
from datavalut.planning.offline.comparisons import compared, one_of
from datavalut.planning.offline.inflection import american_singular, is_participle, stem
from datavalut.planning.offline.named_rows import holds_kinds
from datavalut.planning.offline.phrases import Clause, Continuation, Progress, UnclearError, all_of, along
from datavalut.planning.offline.quantities import (
    EQUAL,
    GREATER,
    GREATER_OR_EQUAL,
    LESS,
    LESS_OR_EQUAL,
    Quantity,
    read_comparator,
    read_postfix,
    read_quantity,
)
from datavalut.planning.offline.reader import Reader
from datavalut.planning.offline.spendings import amounts_of, is_amount
from datavalut.planning.offline.times import TimeReader
from datavalut.planning.offline.tokens import Token
from datavalut.planning.offline.type_categories import NUMBER_CATEGORIES
from datavalut.planning.offline.units import in_unit_of_column, measure_of, read_unit
from datavalut.planning.offline.vocabulary import LabelReference, Vocabulary

_OLDEST = 120
_FEWEST_YEARS_OF_AGE = 15  # what is said of a person's years: from here on it is their age, and no account's


@dataclass(frozen=True)
class Degree:
    """ "cheaper": a low `measure`."""

    measure: str
    high: bool


_DEGREES = {
    form: Degree(measure, high)
    for measure, high, forms in (
        ("price", False, "cheap cheaper cheapest"),
        ("price", True, "expensive costly pricier priciest costlier costliest dearer dearest"),
        ("length", True, "long longer longest"),
        ("length", False, "short shorter shortest"),
        ("weight", True, "heavy heavier heaviest"),
        ("weight", False, "light lighter lightest"),
        ("height", True, "tall taller tallest"),
        ("size", True, "big bigger biggest large larger largest"),
        ("size", False, "small smaller smallest"),
        ("age", True, "old older oldest"),
        ("age", False, "young younger youngest"),
    )
    for form in forms.split()
}
# Verbs and phrases before an amount.
_VERBS = {
    form: measure
    for measure, forms in (
        ("price", "costing cost costs priced charging charge charges"),
        ("worth", "worth valued"),
        ("salary", "earning earn earns paid"),
        ("weight", "weighing weigh weighs"),
        ("length", "lasting running"),
        ("age", "aged"),
    )
    for form in forms.split()
}
_HOLDING = synonyms.words("hold holds holding seat seats seating accommodate accommodates accommodating fit fits")
_HELD = synonyms.words("people persons guests spectators visitors attendees fans")
_ADVERBS = {
    "hour": "hourly",
    "day": "daily",
    "night": "nightly",
    "week": "weekly",
    "month": "monthly",
    "year": "yearly",
}
_PAID = synonyms.words("salary wage pay income rate fee price cost charge rent premium fare amount")
# A dollar may be one of several countries'.
_CURRENCIES = {"€": "EUR", "euro": "EUR", "£": "GBP", "pound": "GBP", "¥": "JPY", "yen": "JPY", "franc": "CHF"}
_COLUMNS: dict[str, tuple[frozenset[str], ...]] = {  # by the last words of their names; the first kinds found count
    "price": (synonyms.PRICE_COLUMNS, synonyms.words("fee rate charge fare rent"), synonyms.words("amount")),
    "worth": (synonyms.AMOUNT_COLUMNS | synonyms.words("value worth"), synonyms.PRICE_COLUMNS),
    "salary": (synonyms.words("salary wage income pay earnings annualsalary basesalary"),),
    "length": (synonyms.words("length duration runtime"), synonyms.words("distance")),
    "weight": (synonyms.words("weight"),),
    "height": (synonyms.words("height"),),
    "size": (synonyms.words("size capacity area population"),),
    "age": (synonyms.words("age"),),
    "money": (synonyms.MONEY_COLUMNS,),
    "rating": (synonyms.words("rating score stars"),),
}


class MeasureReader(Reader):
    def __init__(self, tokens: tuple[Token, ...], vocabulary: Vocabulary, progress: Progress) -> None:
        super().__init__(tokens, vocabulary, progress)
        self._times = TimeReader(tokens, vocabulary.reference_time)

    def read(self, table: Table, position: int) -> Clause | None:
        return (
            self._comparative(table, position)
            or self._verb(table, position)
            or self._holding(table, position)
            or self._counted_by_name(table, position)
            or self._old(table, position)
            or self._amount(table, position)
        )

    def _comparative(self, table: Table, position: int) -> Clause | None:
        """ "cheaper than 20", "more expensive than 50", "older than 65", "no longer than 90 minutes"."""
        is_denied = self._word(position) in {"no", "not"}
        degree, end = self.degree_at(position + is_denied)
        if degree is None or self._word(end) != "than":
            return None
        quantity = read_quantity(self._tokens, end + 1)
        if quantity is None or not quantity.bare:
            return None
        if is_denied:
            operator = LESS_OR_EQUAL if degree.high else GREATER_OR_EQUAL
        else:
            operator = GREATER if degree.high else LESS
        return self._compared(table, degree.measure, replace(quantity, operator=operator, bare=False), position)

    def _counted_by_name(self, table: Table, position: int) -> Clause | None:
        """ "(outages that) affected more than 200 households": in a column affected_households. "(flights) delayed by
        more than 2 hours": in delay_minutes, whatever the unit."""
        word = self._word(position)
        at = position + 1 + (self._word(position + 1) == "by")
        quantity = read_quantity(self._tokens, at) if word.endswith(("ed", "ing")) else None
        if quantity is None:
            return None
        said = {american_singular(self._word(quantity.end)), *(("percent",) if self._word(quantity.end) == "%" else ())}
        named = [
            (column, words[1])
            for column in table.columns
            if column.category in NUMBER_CATEGORIES
            and len(words := name_words(column.name)) == 2
            and stem(words[0]) == stem(word)
        ]
        columns = [column for column, counts in named if american_singular(counts) in said]
        unit = read_unit(self._tokens, quantity.end)[0]
        if unit is not None and not columns and len(named) == 1 and named[0][1] in synonyms.UNIT_NAMES_OF_TIME:
            return self._of_column(table, named[0][0], quantity, position)
        if len(columns) != 1:
            return None
        return self._of_what_is_counted(table, columns[0], quantity, position)

    def _holding(self, table: Table, position: int) -> Clause | None:
        """ "(stadiums that) hold more than 30,000 people": in the capacity, whoever they are."""
        quantity = read_quantity(self._tokens, position + 1) if self._word(position) in _HOLDING else None
        columns = [column for column in table.columns if name_words(column.name)[-1] == "capacity"]
        columns = [column for column in columns if column.category in NUMBER_CATEGORIES]
        if quantity is None or self._word(quantity.end) not in _HELD:
            return None
        if len(columns) != 1:
            if self._word(quantity.end) in {"people", "persons"}:
                raise UnclearError(position, quantity.end + 1, "no one column says how many it holds")
            return None
        return self._of_what_is_counted(table, columns[0], quantity, position)

    def _of_what_is_counted(self, table: Table, column: Column, quantity: Quantity, position: int) -> Clause:
        """By the word behind the number, which is no unit of measure."""
        end = quantity.end + 1
        quantity = read_postfix(self._tokens, quantity, end)
        condition = compared(ColumnValue(column=column.name), quantity, column.category, position)
        meaning = f"{table.name.name}.{column.name} {quantity.meaning}"
        return self._clause(condition, position, max(end, quantity.end), meaning)

    def denies_a_comparison(self, position: int) -> bool:
        """ "not longer than", "not over": the opposite comparison, which nothing unknown passes. Who is "not older
        than 65" is another matter: that is a window of time, and no comparison."""
        if self._word(position) != "not":
            return False
        degree, end = self.degree_at(position + 1)
        if degree is not None and self._word(end) == "than":
            return degree.measure != "age"
        return read_comparator(self._tokens, position) is not None

    def degree_at(self, position: int) -> tuple[Degree | None, int]:
        """ "cheaper", "more expensive", "least expensive", and where it ends."""
        if self._word(position) in {"more", "most", "less", "least"}:
            degree = _DEGREES.get(self._word(position + 1))
            if degree is None:
                return None, position
            more = self._word(position) in {"more", "most"}
            return Degree(degree.measure, degree.high == more), position + 2
        degree = _DEGREES.get(self._word(position))
        return degree, position + 1

    def measure_of_verb(self, word: str) -> str | None:
        """ "Salary" for "earning"."""
        return _VERBS.get(word)

    def _verb(self, table: Table, position: int) -> Clause | None:
        """ "costing less than 20", "worth over $500", "earning at least 50000", "aged 18 to 25"."""
        measure = _VERBS.get(self._word(position))
        if measure is None:
            return None
        at = position + 1
        if self._word(at) == "at" and read_comparator(self._tokens, at) is None:
            at += 1  # "priced at 20"
        quantity = read_quantity(self._tokens, at)
        return self._compared(table, measure, quantity, position) if quantity else None

    def _old(self, table: Table, position: int) -> Clause | None:
        """ "over 65 years old", "under 18 years of age"."""
        quantity = read_quantity(self._tokens, position)
        if quantity is None or self._word(quantity.end) not in {"years", "year"}:
            return None
        if self._word(quantity.end + 1) == "old":
            end = quantity.end + 2
        elif self._words(quantity.end + 1, "of", "age"):
            end = quantity.end + 3
        else:
            return None
        return self._compared(table, "age", replace(quantity, end=end), position)

    def _amount(self, table: Table, position: int) -> Clause | None:
        """ "over 5 dollars", "of 10 euros or more": of the one column of money; "under 90 minutes": of the length."""
        if self._times.read(position) is not None:
            return None
        of = self._word(position) == "of"
        quantity = read_quantity(self._tokens, position + 1 if of else position)
        if quantity is None or (quantity.bare and not of):
            return None
        measure, end = self._measure_of_unit(quantity.end)
        if measure is not None:
            clause = self._compared(table, measure, quantity, position)
            return replace(clause, end=max(end, clause.end)) if clause else None
        is_money = self._is_money(position, quantity.end)
        if quantity.high is not None and not is_money and self._word(position) not in {"between", "from", "of"}:
            return None  # "customers 10 to 20" are more likely their numbers than their ages
        if not (is_money or self._ends_here(quantity.end)):
            return None
        if not is_money and table_names.is_of(table, synonyms.PERSONS) and quantity.low <= _OLDEST:
            age = self._compared(table, "age", quantity, position)
            if age is not None or table_dates.births(table):
                return age  # "patients over 50"
        return self._compared(table, "money", quantity, position) or (
            self._compared(table, "rating", quantity, position)
            if not is_money and table_names.is_of(table, synonyms.RATINGS)
            else None
        )

    def _measure_of_unit(self, position: int) -> tuple[str | None, int]:
        """What the unit there measures, with its "long" or "heavy"."""
        unit, end = read_unit(self._tokens, position)
        measure = measure_of(unit) if unit else None
        degree = _DEGREES.get(self._word(end)) if measure else None
        return measure, end + 1 if degree and degree.measure == measure and degree.high else end

    def _is_money(self, position: int, end: int) -> bool:
        said = self._tokens[position:end]
        return any(token.money or token.lower in synonyms.CURRENCY_WORDS for token in said)

    def _ends_here(self, position: int) -> bool:
        word = self._word(position)
        if position >= len(self._tokens) or word in synonyms.NOT_VALUES or not (word.isalnum() or word == "%"):
            return True
        # "over 500 made in 2025"
        return is_participle(word) and (self._word(position + 1) == "by" or self._times.read(position + 1) is not None)

    def _compared(self, table: Table, measure: str, quantity: Quantity, position: int) -> Clause | None:
        if measure == "age" and (clause := self._age(table, quantity, position)) is not None:
            return clause
        period = self._period(quantity.end)
        if period is not None:
            return self._of_period(table, quantity, period, position)
        column = self.column(table, measure, position, quantity.end)
        if column is not None:
            return self._of_column(table, column, quantity, position)
        return self._of_its_kind(table, measure, quantity, position) if measure in {"money", "price"} else None

    def _of_its_kind(self, table: Table, measure: str, quantity: Quantity, position: int) -> Clause | None:
        """ "tickets over $80", by the price of their ticket category."""
        for distance, kinds in self._vocabulary.keys.ancestors(table):
            if distance == 1 and holds_kinds(kinds, table):
                column = self.column(kinds, measure, position, quantity.end)
                clause = self._of_column(kinds, column, quantity, position) if column else None
                path = self._vocabulary.path(table, kinds, position, quantity.end)
                return replace(clause, condition=along(path, clause.condition)) if clause else None
        return None

    def _period(self, position: int) -> str | None:
        """ "(earning 2,500) a month", "(under 40) per hour"."""
        unit = self._word(position + 1)
        return unit if self._word(position) in {"a", "an", "per"} and unit in _ADVERBS else None

    def _of_period(self, table: Table, quantity: Quantity, period: str, position: int) -> Clause | None:
        """By the one amount that is paid for such a time: monthly_salary, price_per_night."""
        columns = [
            column
            for column in table.columns
            if column.category in NUMBER_CATEGORIES
            and {*name_words(column.name)} & {period, _ADVERBS[period]}
            and {american_singular(word) for word in name_words(column.name)} & _PAID
        ]
        if len(columns) != 1:
            return None
        clause = self._of_column(table, columns[0], quantity, position)
        return replace(clause, end=clause.end + 2, explained=(replace(clause.explained[0], end=clause.end + 2),))

    def _of_column(self, table: Table, column: Column, quantity: Quantity, position: int) -> Clause:
        unit, end = read_unit(self._tokens, quantity.end)
        if unit is not None:
            quantity = in_unit_of_column(read_postfix(self._tokens, quantity, end), unit, table, column, position)
        condition = compared(ColumnValue(column=column.name), quantity, column.category, position)
        meaning = f"{table.name.name}.{column.name} {quantity.meaning}"
        currency = self._currency(table, position, quantity.end)
        if currency is not None:
            condition = all_of((condition, one_of(currency.column, currency.values)))
            meaning += f" and {currency.column.name} is {currency.label}"
        return self._clause(condition, position, max(end, quantity.end), meaning, Continuation.WITH)

    def _currency(self, table: Table, position: int, end: int) -> LabelReference | None:
        """The currency said with the amount, where the table keeps amounts of several. Raises UnclearError if it is
        none of theirs."""
        columns = self._vocabulary.currency_columns(table)
        if not columns or not self._is_money(position, end):
            return None
        for at in range(position, end):
            label = self._vocabulary.label_at(table, columns[0], at)
            if label is not None:
                return label
            token = self._tokens[at]
            code = _CURRENCIES.get(token.text[:1]) or _CURRENCIES.get(american_singular(token.lower))
            stored = self._vocabulary.stored(table, columns[0], code) if code else ()
            if stored:
                return LabelReference(columns[0], stored, at + 1)
        raise UnclearError(position, end, "which currency?", self._vocabulary.values(table, columns[0])[:5])

    def column(self, table: Table, measure: str, start: int, end: int) -> Column | None:
        """The one column of the measure. Raises UnclearError if there are several."""
        numbers = [column for column in table.columns if column.category in NUMBER_CATEGORIES]
        for kinds in _COLUMNS.get(measure, ()):
            whole = [column for column in numbers if "".join(name_words(column.name)) in kinds]
            found = whole or [column for column in numbers if _names_of(table, column) & kinds]
            if any(is_amount(column) for column in whole):
                found = list(dict.fromkeys([*whole, *amounts_of(table)]))
            if len(found) > 1:
                names = (f"{table.name.name}.{column.name}" for column in found)
                raise UnclearError(start, end, "several columns fit", names)
            if found:
                return found[0]
        return None

    # Ages

    def _age(self, table: Table, quantity: Quantity, position: int) -> Clause | None:
        """By the date of birth; with a unit said only for more years than accounts are old."""
        births = table_dates.births(table)
        end = quantity.end
        if len(births) != 1 or self.column(table, "age", position, end) is not None:
            return None
        unit = self._word(end)
        said_of_age = self._word(end - 1) in {"old", "age"}
        if unit in {"years", "year"} and not said_of_age:
            end += 1
            if quantity.low < _FEWEST_YEARS_OF_AGE and len(table_dates.date_columns(table)) > 1:
                return None
        elif read_unit(self._tokens, end)[0] is not None:
            return None
        window = _window_of_age(quantity)
        if window is None:
            return None
        operand = ColumnValue(column=births[0].name)
        meaning = f"{table.name.name}.{births[0].name}: {quantity.meaning} years ago"
        return self._clause(InTime(operand=operand, window=window), position, end, meaning, Continuation.WITH)


def _window_of_age(quantity: Quantity) -> TimeWindow | None:
    """ "Older than 65" begins right behind the birthday; "65 or older" and "30 to 40" count whole years."""
    low, high = quantity.low, quantity.low if quantity.high is None else quantity.high
    if low != int(low) or high != int(high) or low < 1:
        return None
    first, last = int(low), int(high)
    if quantity.high is not None or quantity.operator is EQUAL:
        return Age(unit=TimeUnit.YEAR, at_least=first, at_most=last)
    match quantity.operator:
        case operator if operator is GREATER:
            return OlderThan(amount=first, unit=TimeUnit.YEAR)
        case operator if operator is LESS:
            return LastPeriod(amount=first, unit=TimeUnit.YEAR)
        case operator if operator is GREATER_OR_EQUAL:
            return Age(unit=TimeUnit.YEAR, at_least=first)
        case operator if operator is LESS_OR_EQUAL:
            return Age(unit=TimeUnit.YEAR, at_most=first)
    return None


def _names_of(table: Table, column: Column) -> frozenset[str]:
    """The column's whole name and its last word, without a unit and the table's name."""
    own = {american_singular(word) for word in name_words(table.name.name)}
    words = [american_singular(word) for word in name_words(column.name)]
    left = [word for word in words if word not in own and word not in synonyms.UNIT_NAMES] or words
    return frozenset({"".join(words), "".join(left), left[-1]})
