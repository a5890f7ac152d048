"""Two values of one row beside each other: "more likes than comments", "sold above the asking price", "over budget",
"who earn more than their manager".
"""

from collections.abc import Callable
from dataclasses import replace

from datavalut.catalog.model import Column, Table
from datavalut.filters.model import (
    Aggregate,
    AggregateFunction,
    ColumnValue,
    Comparison,
    ComparisonOperator,
    Condition,
    Direction,
    Exists,
    Expression,
    PathStep,
)
from datavalut.planning.offline import synonyms, table_names
from datavalut.planning.offline.abbreviations import name_words
from datavalut.planning.offline.comparisons import compared
from datavalut.planning.offline.inflection import is_participle, singular, stem
from datavalut.planning.offline.measures import MeasureReader
from datavalut.planning.offline.phrases import Clause, Continuation, NounPhrase, Progress, UnclearError
from datavalut.planning.offline.quantities import (
    GREATER,
    GREATER_OR_EQUAL,
    LESS,
    WORDS_OF_OPERATORS,
    read_comparator,
    read_quantity,
)
from datavalut.planning.offline.reader import Reader
from datavalut.planning.offline.spendings import spendings
from datavalut.planning.offline.tokens import Token
from datavalut.planning.offline.type_categories import NUMBER_CATEGORIES
from datavalut.planning.offline.vocabulary import ColumnReference, Vocabulary

_MORE = {
    **dict.fromkeys(("more", "higher", "greater", "larger", "bigger"), GREATER),
    **dict.fromkeys(("fewer", "less", "lower", "smaller"), LESS),
}
# What was paid or spent, beside what was asked or planned.
_ACTUAL = synonyms.AMOUNT_COLUMNS | synonyms.PRICE_COLUMNS | synonyms.words("spent spend expense expenses actual")
_GOALS = {
    **dict.fromkeys(("reached", "reach", "met", "meet", "hit", "achieved", "attained"), GREATER_OR_EQUAL),
    **dict.fromkeys(("exceeded", "exceed", "surpassed", "beat", "topped"), GREATER),
    **dict.fromkeys(("missed", "miss"), LESS),
}
_REACHED = synonyms.words("raised collected achieved reached current received pledged sold")

NounRead = Callable[[int], NounPhrase | None]


class RivalReader(Reader):
    def __init__(
        self, tokens: tuple[Token, ...], vocabulary: Vocabulary, progress: Progress, *, read_bare_noun: NounRead
    ) -> None:
        super().__init__(tokens, vocabulary, progress)
        self._read_bare_noun = read_bare_noun
        self._measures = MeasureReader(tokens, vocabulary, progress)

    # Counts

    def counts(self, table: Table, position: int) -> Clause | None:
        """ "(with) more users than seats", "(who wrote) fewer posts than comments"."""
        at = self._past_articles(position)
        operator = _MORE.get(self._word(at))
        if operator is None or self._word(at + 1) == "than":
            return None
        left = self._side(table, at + 1)
        if left is None or self._word(left[1]) != "than":
            return None
        right = self._side(table, left[1] + 1)
        if right is None:
            return None
        (first, _, left_meaning), (second, end, right_meaning) = left, right
        condition = Comparison(left=first, operator=operator, right=second)
        meaning = f"{left_meaning} {WORDS_OF_OPERATORS[operator]} {right_meaning}"
        return self._clause(condition, position, end, meaning, Continuation.WITH)

    def _side(self, table: Table, position: int) -> tuple[Expression, int, str] | None:
        """A number of related rows, or a number of the row's own."""
        at = position
        while self._word(at) in {"the", "their", "its"}:
            at += 1
        own = self._vocabulary.own_columns_at(table, at)
        numbers = [column for column in own[0] if column.category in NUMBER_CATEGORIES] if own else []
        noun = self._read_bare_noun(at)
        if noun is not None and (noun.table.name == table.name or self._is_singular(noun.noun_end - 1)):
            noun = None
        if own is not None and len(numbers) == 1 and noun is None:
            return ColumnValue(column=numbers[0].name), own[1], f"{table.name.name}.{numbers[0].name}"
        if noun is None:
            return None
        if numbers:
            names = (str(noun.table.name), *(f"{table.name.name}.{column.name}" for column in numbers))
            raise UnclearError(at, noun.noun_end, "a table and a column fit", names)
        path = self._vocabulary.path(table, noun.table, at, noun.noun_end)
        if all(step.direction is Direction.TO_PARENT for step in path):
            return None  # there is one at most
        count = Aggregate(function=AggregateFunction.COUNT, path=path, condition=noun.condition)
        return count, noun.noun_end, f"the number of {noun.meaning}"

    def _is_singular(self, position: int) -> bool:
        word = self._word(position)
        return singular(word) == word

    # Amounts

    def amounts(self, table: Table, position: int) -> Clause | None:
        """ "(projects) over budget", "(offers) above the asking price", "(houses) sold below their list price"."""
        verb = self._word(position)
        is_verb = is_participle(verb)
        at = position + 1 if is_verb else position
        at += is_verb and self._word(at) in {"at", "for"}
        comparator = read_comparator(self._tokens, at)
        if comparator is None:
            return None
        operator, end = comparator
        while self._word(end) in {"the", "their", "its"}:
            end += 1
        found = self._vocabulary.column_at(table, end)
        if found is None or found.column.category not in NUMBER_CATEGORIES:
            return None
        self._progress.reach(found.end)
        actual = self._actual(table, found, stem(verb) if is_verb else None, position)
        if actual is None:
            return self._of_deed(table, position, (operator, found)) if is_verb else None
        condition = Comparison(left=ColumnValue(column=actual.name), operator=operator, right=_value(found))
        meaning = f"{table.name.name}.{actual.name} {WORDS_OF_OPERATORS[operator]} {found.text}"
        return self._clause(condition, position, found.end, meaning)

    def goals(self, table: Table, position: int) -> Clause | None:
        """ "(campaigns that) reached their goal", "exceeded their target": by what was reached of it."""
        operator = _GOALS.get(self._word(position))
        at = position + 1
        if self._word(position) == "raised" and self._words(position + 2, "than"):  # "raised more than their goal"
            operator, at = _MORE.get(self._word(position + 1)), position + 3
        possessed = at
        while self._word(at) in {"the", "their", "its"}:
            at += 1
        own = self._vocabulary.own_columns_at(table, at) if operator and at > possessed else None
        if operator is None or own is None or len(own[0]) != 1 or own[0][0].category not in NUMBER_CATEGORIES:
            return None
        goal, end = own[0][0], own[1]
        reached = [
            column
            for column in table.columns
            if column != goal
            and column.category in NUMBER_CATEGORIES
            and {*name_words(column.name)} & (_REACHED | synonyms.words("spent actual"))
        ]
        left: Expression | None = ColumnValue(column=reached[0].name) if len(reached) == 1 else None
        name = f"{table.name.name}.{reached[0].name}" if left else ""
        gifts = [one for one in spendings(self._vocabulary, table) if table_names.is_of(one[0], synonyms.GIFTS)]
        if left is None and not reached and len(gifts) == 1:
            child, column, path = gifts[0]
            left = Aggregate(function=AggregateFunction.SUM, path=path, of=ColumnValue(column=column.name))
            name = f"the sum of {child.name.name}.{column.name}"
        if left is None:
            names = (f"{table.name.name}.{column.name}" for column in reached)
            raise UnclearError(position, end, f"what is compared with {goal.name}?", names)
        condition = Comparison(left=left, operator=operator, right=ColumnValue(column=goal.name))
        meaning = f"{name} {WORDS_OF_OPERATORS[operator]} {goal.name}"
        return self._clause(condition, position, end, meaning)

    def _of_deed(
        self, table: Table, position: int, beside: tuple[ComparisonOperator, ColumnReference]
    ) -> Clause | None:
        """ "(listings) sold above the asking price", where the sales are rows of their own."""
        deed = self.money_of_deed(table, position)
        operator, found = beside
        if deed is None or found.path:
            return None
        child, price = deed
        path = self._vocabulary.path(table, child, position, found.end)
        if len(path) != 1:
            return None
        back = PathStep(table=str(table.name), columns=path[0].columns, direction=Direction.TO_PARENT)
        asked = _value(ColumnReference(table, found.column, (back,), found.end))
        compared = Comparison(left=ColumnValue(column=price.name), operator=operator, right=asked)
        meaning = f"{child.name.name}.{price.name} {WORDS_OF_OPERATORS[operator]} {found.text}"
        return self._clause(Exists(path=path, condition=compared), position, found.end, meaning)

    def money_of_deed(self, table: Table, position: int) -> tuple[Table, Column] | None:
        """The one amount of money in the rows that the verb at `position` names: the price in the sales, for "sold"."""
        verb = stem(self._word(position))
        deeds = [
            child for child in self._vocabulary.keys.children(table) if stem(name_words(child.name.name)[-1]) == verb
        ]
        columns = [
            column
            for child in deeds
            for column in child.columns
            if column.category in NUMBER_CATEGORIES and name_words(column.name)[-1] in synonyms.MONEY_COLUMNS
        ]
        return (deeds[0], columns[0]) if len(deeds) == len(columns) == 1 else None

    def prices(self, table: Table, position: int) -> Clause | None:
        """ "(listings) sold for over 500000": at that price, of the row or of the sale."""
        verb = self._word(position)
        if not is_participle(verb) or self._word(position + 1) not in {"for", "at"}:
            return None
        quantity = read_quantity(self._tokens, position + 2)
        if quantity is None or self._word(quantity.end) in synonyms.UNIT_WORDS or self._names_a_table(quantity.end):
            return None
        own = [
            column
            for column in table.columns
            if column.category in NUMBER_CATEGORIES
            and name_words(column.name)[-1] in synonyms.MONEY_COLUMNS
            and stem(verb) in {stem(word) for word in name_words(column.name)}
        ]
        deed = self.money_of_deed(table, position)
        if len(own) == 1:
            condition: Condition = compared(ColumnValue(column=own[0].name), quantity, own[0].category, position)
            meaning = f"{table.name.name}.{own[0].name} {quantity.meaning}"
            return self._clause(condition, position, quantity.end, meaning)
        if own or deed is None:
            return None
        child, price = deed
        paid = compared(ColumnValue(column=price.name), quantity, price.category, position)
        path = self._vocabulary.path(table, child, position, quantity.end)
        meaning = f"at least one of {child.name.name} ({price.name} {quantity.meaning})"
        clause = self._clause(Exists(path=path, condition=paid), position, quantity.end, meaning)
        return replace(clause, is_state=True)  # a time behind it could be that of either

    def _names_a_table(self, position: int) -> bool:
        return self._vocabulary.table_at(position) is not None

    def _actual(self, table: Table, beside: ColumnReference, verb: str | None, position: int) -> Column | None:
        """The amount that is compared: that of the verb ("sold": sale_price), else the only one that was paid or spent.
        Raises UnclearError if there are several."""
        others = [
            column
            for column in table.columns
            if column.category in NUMBER_CATEGORIES and (beside.path or column != beside.column)
        ]
        if verb is not None:
            found = [column for column in others if verb in {stem(word) for word in name_words(column.name)}]
        else:
            found = [column for column in others if set(name_words(column.name)) & _ACTUAL]
        if len(found) > 1:
            names = (f"{table.name.name}.{column.name}" for column in found)
            raise UnclearError(position, beside.end, "which amount?", names)
        return found[0] if found else None

    def earnings(self, table: Table, position: int) -> Clause | None:
        """ "(who) earn more than their manager"."""
        measure = self._measures.measure_of_verb(self._word(position))
        operator = _MORE.get(self._word(position + 1))
        if measure is None or operator is None or self._word(position + 2) != "than":
            return None
        at = position + 3
        if self._word(at) not in {"their", "its", "his", "her"}:
            return None
        role = self._vocabulary.role_at(table, at + 1)
        column = self._measures.column(table, measure, position, at) if role else None
        keys = self._vocabulary.catalog.references_of(table.name)
        key = next((key for key in keys if role and key.columns == (role.column.name,)), None)
        if role is None or column is None or key is None or key.parent != table.name:
            return None
        step = PathStep(table=str(key.parent), columns=key.columns, direction=Direction.TO_PARENT)
        theirs = ColumnReference(table, column, (step,), role.end)
        condition = Comparison(left=ColumnValue(column=column.name), operator=operator, right=_value(theirs))
        meaning = f"{table.name.name}.{column.name} {WORDS_OF_OPERATORS[operator]} that of {role.text}"
        return self._clause(condition, position, role.end, meaning)


def _value(reference: ColumnReference) -> Expression:
    """The column's value; that of the one row that a path leads up to."""
    own = ColumnValue(column=reference.column.name)
    return Aggregate(function=AggregateFunction.MAX, path=reference.path, of=own) if reference.path else own
