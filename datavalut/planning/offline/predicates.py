"""What is said of one column: "above 3", "is not shipped", "in Canada, France and Germany", "contains x", "is null"."""

from dataclasses import dataclass, replace
from decimal import Decimal

from datavalut.catalog.model import Column, Table, TypeCategory
from datavalut.filters.model import (
    Aggregate,
    AggregateFunction,
    ArrayContains,
    ColumnValue,
    Comparison,
    ComparisonOperator,
    Condition,
    Expression,
    IsNull,
    LiteralValue,
    OneOf,
)
from datavalut.planning.offline import synonyms
from datavalut.planning.offline.comparisons import Predicate, compared, in_time, is_true, listed, number_value
from datavalut.planning.offline.lists import ListReader
from datavalut.planning.offline.moments import moments_compared
from datavalut.planning.offline.phrases import Progress, UnclearError, all_of, negated
from datavalut.planning.offline.quantities import (
    EQUAL,
    GREATER,
    LESS,
    NOT_EQUAL,
    Quantity,
    read_comparator,
    read_quantity,
)
from datavalut.planning.offline.texts import TextReader
from datavalut.planning.offline.times import TimeReader
from datavalut.planning.offline.tokens import Token, TokenKind
from datavalut.planning.offline.type_categories import NUMBER_CATEGORIES, TIME_CATEGORIES
from datavalut.planning.offline.vocabulary import Vocabulary

_SIGNS = {"negative": LESS, "positive": GREATER}
_NULL_WORDS = frozenset({"null", "missing", "unknown", "unset"})
_PRESENT_WORDS = frozenset({"present", "known", "set"})


@dataclass(frozen=True)
class _Opening:
    """The words before the value: "is", "is not", "in", "one of", or none (`explicit` is False)."""

    end: int
    explicit: bool
    negative: bool
    lists: bool = False  # "in", "one of": a list follows


class PredicateReader(ListReader):
    def __init__(self, tokens: tuple[Token, ...], vocabulary: Vocabulary, progress: Progress) -> None:
        super().__init__(tokens, vocabulary, progress)
        self._times = TimeReader(tokens, vocabulary.reference_time)
        self._texts = TextReader(tokens, vocabulary, progress)

    def read(self, table: Table, column: Column, position: int, *, operator_needed: bool = False) -> Predicate | None:
        """What the tokens from `position` say of `column`. With `operator_needed`, a value alone is none: after an
        article ("with an email ...") the column is only said to be there."""
        opening = self._read_opening(position)
        if self._word(opening.end) == "(" and opening.explicit:
            within = self._read_of_category(table, column, replace(opening, end=opening.end + 1), False)
            if within is None or self._word(within.end) != ")":
                return None
            return self._finished(replace(within, end=within.end + 1), opening)
        if (null := self._read_null(column, opening)) is not None:
            return null
        predicate = self._read_of_category(table, column, opening, operator_needed and not opening.explicit)
        return self._finished(predicate, opening) if predicate else None

    def _finished(self, predicate: Predicate, opening: _Opening) -> Predicate:
        self._progress.reach(predicate.end)
        if opening.negative:
            return Predicate(negated(predicate.condition), predicate.end, f"not {predicate.meaning}")
        return predicate

    def _read_of_category(
        self, table: Table, column: Column, opening: _Opening, operator_needed: bool
    ) -> Predicate | None:
        operand = ColumnValue(column=column.name)
        labels = self._vocabulary.labels(table, column)
        category = column.category
        if category in NUMBER_CATEGORIES | TIME_CATEGORIES:
            compared_column = self.read_other_column(table, column, opening.end)
            if compared_column is not None:
                return compared_column
        if category in NUMBER_CATEGORIES and self._word(opening.end) in _SIGNS and opening.explicit:
            operator = _SIGNS[self._word(opening.end)]
            condition = Comparison(left=operand, operator=operator, right=LiteralValue(value=0))
            return Predicate(condition, opening.end + 1, f"{operator.value} 0")
        if category in NUMBER_CATEGORIES:
            return self.read_number(operand, category, opening.end, operator_needed=operator_needed)
        if category in TIME_CATEGORIES:
            return self._read_time(operand, opening)
        if category is TypeCategory.BOOLEAN:
            return None if operator_needed else self._read_boolean(operand, opening.end)
        if category is TypeCategory.ARRAY:
            return self._read_array(column, opening.end)
        if labels:
            return None if operator_needed else self._texts.read_labels(table, column, opening.end)
        if category is TypeCategory.TEXT:
            return self._texts.read(
                table,
                column,
                opening.end,
                explicit=opening.explicit,
                in_a_list=opening.lists,
                operator_needed=operator_needed,
            )
        if category is TypeCategory.UUID and not operator_needed:
            return self._read_uuid(operand, opening.end)
        return None

    # Before the value

    def _read_opening(self, position: int) -> _Opening:
        end, explicit, negative = position, False, False
        if self._word(end) in {"do", "does", "did"} and self._word(end + 1) == "not":
            end, negative = end + 2, True
        if self._word(end) in synonyms.COPULAS or self._word(end) in {"=", ":"}:
            end, explicit = end + 1, True
            if self._word(end) == "to":
                end += 1
        if self._word(end) == "not" and not self._starts_comparator(end):
            end, negative = end + 1, not negative
            if self._word(end) in {"equal", "be"}:
                end += 1
                explicit = True
            if self._word(end) == "to":
                end += 1
        if self._word(end) == "<>" or (self._word(end), self._word(end + 1)) == ("other", "than"):
            end, explicit, negative = end + (1 if self._word(end) == "<>" else 2), True, not negative
        if self._word(end) in {"either", "neither"}:
            negative = negative or self._word(end) == "neither"
            end, explicit = end + 1, True
        for words in (("in", "the", "list"), ("one", "of"), ("any", "of"), ("among",), ("in",), ("of",), ("as",)):
            if tuple(self._word(end + index) for index in range(len(words))) == words and (
                words not in {("in",), ("of",)} or not self._times.read(end)
            ):
                return _Opening(end + len(words), True, negative, lists=words not in {("of",), ("as",)})
        return _Opening(end, explicit, negative)

    def _starts_comparator(self, position: int) -> bool:
        return read_comparator(self._tokens, position) is not None

    def _read_null(self, column: Column, opening: _Opening) -> Predicate | None:
        word = self._word(opening.end)
        said = opening.explicit or opening.negative or word == "null"
        if not said or word not in _NULL_WORDS | _PRESENT_WORDS:
            return None
        if column.category in {TypeCategory.TEXT, TypeCategory.ENUM} and word not in {"null", "missing"}:
            return None  # "status is unknown": more likely a value
        is_null: Condition = IsNull(operand=ColumnValue(column=column.name))
        if (word in _NULL_WORDS) == opening.negative:
            return Predicate(negated(is_null), opening.end + 1, "is not null")
        return Predicate(is_null, opening.end + 1, "is null")

    # Numbers

    def read_number(
        self, operand: Expression, category: TypeCategory, position: int, *, operator_needed: bool = False
    ) -> Predicate | None:
        """A comparison of `operand` with a number; with several after one another ("above 3 and below 5")."""
        first = self._read_one_number(operand, category, position)
        if first is None or (
            operator_needed and isinstance(first.condition, Comparison | OneOf) and self._is_bare(position)
        ):
            return None
        joiner = self._word(first.end)
        if joiner in {"and", "but"} and self._starts_comparator(first.end + 1):
            second = self._read_one_number(operand, category, first.end + 1)
            if second is not None and not self._counts_something(second.end):
                from_both = _both(first, second)
                self._progress.reach(from_both.end)
                return from_both
        return first

    def _is_bare(self, position: int) -> bool:
        quantity = read_quantity(self._tokens, position)
        return quantity is not None and quantity.bare

    def _counts_something(self, position: int) -> bool:
        """Does a table's name stand here, so that the number before it is a count ("and at least 3 orders")?"""
        try:
            return self._vocabulary.table_at(position, loosely=True) is not None
        except UnclearError:
            return True

    def _read_one_number(self, operand: Expression, category: TypeCategory, position: int) -> Predicate | None:
        quantity = read_quantity(self._tokens, position)
        if quantity is None or self._word(quantity.end) == "%":
            return None
        if quantity.bare:
            values, end = self._more_numbers(quantity)
            if len(values) > 1:
                scalars = tuple(number_value(value, category, position, end) for value in values)
                return Predicate(OneOf(operand=operand, values=scalars), end, f"one of {listed(scalars)}")
        return Predicate(compared(operand, quantity, category, position), quantity.end, quantity.meaning)

    def _more_numbers(self, first: Quantity) -> tuple[list[Decimal], int]:
        values, end = [first.low], first.end
        while (joined := self._list_joiner(end)) is not None:
            following = read_quantity(self._tokens, joined)
            if following is None or not following.bare or not self._ends_a_value(following.end):
                break
            values.append(following.low)
            end = following.end
        return values, end

    def read_other_column(self, table: Table, column: Column, position: int) -> Predicate | None:
        """ "(units in stock) below reorder level", "(shipped date) after required date"."""
        comparator = read_comparator(self._tokens, position)
        if comparator is None and column.category in TIME_CATEGORIES and self._word(position) in {"after", "before"}:
            comparator = (GREATER if self._word(position) == "after" else LESS), position + 1
        if comparator is None:
            return None
        operator, at = comparator
        if self._word(at) in {"the", "its", "their"}:
            at += 1
        found = self._vocabulary.own_columns_at(table, at)
        if found is None and column.category in NUMBER_CATEGORIES:
            return self._beside_an_ancestor(table, column, operator, at)
        if found is None or len(found[0]) != 1 or found[0][0] == column:
            return None
        other, end = found[0][0], found[1]
        kinds = NUMBER_CATEGORIES if column.category in NUMBER_CATEGORIES else TIME_CATEGORIES
        if other.category not in kinds:
            return None
        left, right = ColumnValue(column=column.name), ColumnValue(column=other.name)
        if kinds is TIME_CATEGORIES and operator is not NOT_EQUAL:
            return Predicate(moments_compared(column, operator, other), end, f"{operator.value} {other.name}")
        condition: Condition = Comparison(left=left, operator=operator, right=right)
        if operator is NOT_EQUAL:
            condition = negated(Comparison(left=left, operator=EQUAL, right=right))
        return Predicate(condition, end, f"{operator.value} {other.name}")

    def _beside_an_ancestor(
        self, table: Table, column: Column, operator: ComparisonOperator, position: int
    ) -> Predicate | None:
        """ "(the sale price is) below the list price", which is that of the car."""
        reference = self._vocabulary.column_at(table, position)
        if reference is None or not reference.path or reference.column.category not in NUMBER_CATEGORIES:
            return None
        of = ColumnValue(column=reference.column.name)
        theirs = Aggregate(function=AggregateFunction.MAX, path=reference.path, of=of)
        condition = Comparison(left=ColumnValue(column=column.name), operator=operator, right=theirs)
        return Predicate(condition, reference.end, f"{operator.value} {reference.text}")

    # Times

    def _read_time(self, operand: Expression, opening: _Opening) -> Predicate | None:
        for position in (opening.end, opening.end - 1):  # the opening may have taken the "in" of "in 2023"
            phrase = self._times.read(position)
            if phrase is not None:
                return Predicate(in_time(operand, phrase), phrase.end, phrase.meaning)
        span = self._times.read_date(opening.end) if opening.explicit else None
        return Predicate(in_time(operand, span), span.end, span.meaning) if span else None

    # Booleans, names, keys, arrays

    def _read_boolean(self, operand: Expression, position: int) -> Predicate | None:
        word = self._word(position)
        if word not in {"true", "false", "yes", "no"}:
            return None
        value = word in {"true", "yes"}
        return Predicate(is_true(operand, value), position + 1, f"is {str(value).lower()}")

    def read_name(self, table: Table, column: Column, position: int) -> Predicate | None:
        """A text value alone, as after "named"."""
        return self._texts.read(table, column, position, explicit=True)

    def _read_uuid(self, operand: Expression, position: int) -> Predicate | None:
        if position >= len(self._tokens) or len(self._tokens[position].text) != 36:
            return None
        text = self._tokens[position].lower
        condition = Comparison(left=operand, operator=EQUAL, right=LiteralValue(value=text))
        return Predicate(condition, position + 1, f"is {text}")

    def _read_array(self, column: Column, position: int) -> Predicate | None:
        """Elements are compared as they are written, so only what is in quotes is one."""
        if self._word(position) not in {"contains", "containing", "contain", "includes", "including"}:
            return None
        values, end, joined = [], position + 1, position + 1
        while joined < len(self._tokens) and self._tokens[joined].kind is TokenKind.QUOTED:
            values.append(self._tokens[joined].text)
            end = joined + 1
            following = self._list_joiner(end)
            if following is None:
                break
            if self._word(following - 1) == "or":
                return None
            joined = following
        if not values:
            return None
        return Predicate(ArrayContains(column=column.name, values=tuple(values)), end, f"contains {listed(values)}")


def _both(first: Predicate, second: Predicate) -> Predicate:
    return Predicate(all_of((first.condition, second.condition)), second.end, f"{first.meaning} and {second.meaning}")
