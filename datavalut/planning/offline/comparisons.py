"""What can be said of a column, as a condition and in words: compared with numbers, labels and times."""

from dataclasses import dataclass
from decimal import Decimal

from datavalut.catalog.model import Column, TypeCategory
from datavalut.filters.model import (
    Age,
    Between,
    ColumnValue,
    Comparison,
    Condition,
    Expression,
    InTime,
    LiteralValue,
    OneOf,
    Scalar,
    TimeRange,
    TimeUnit,
    TimeWindow,
)
from datavalut.planning.offline.phrases import UnclearError, any_of, negated
from datavalut.planning.offline.quantities import EQUAL, GREATER_OR_EQUAL, LESS, NOT_EQUAL, Quantity
from datavalut.planning.offline.times import TimePhrase


@dataclass(frozen=True)
class Predicate:
    """`meaning` continues a column's name: "more than 3", "= 'Canada'"."""

    condition: Condition
    end: int
    meaning: str


def in_time(operand: Expression, phrase: TimePhrase) -> Condition:
    return any_of(InTime(operand=operand, window=window) for window in phrase.windows)


def before_now(column: Column) -> Condition:
    """The time has passed; a day has when the next one begins."""
    days = 1 if column.category is TypeCategory.DATE else 0
    return InTime(operand=ColumnValue(column=column.name), window=Age(unit=TimeUnit.DAY, at_least=days))


def in_year(operand: Expression, phrase: TimePhrase) -> Condition | None:
    """The windows for a column of whole years (release_year); None if they are not of whole years."""
    years = [_in_years(operand, window) for window in phrase.windows]
    known = [condition for condition in years if condition is not None]
    return any_of(known) if len(known) == len(years) else None


def _in_years(operand: Expression, window: TimeWindow) -> Condition | None:
    if not isinstance(window, TimeRange):
        return None
    ends = [text for text in (window.start, window.end) if text is not None]
    if any(not text.endswith("-01-01") for text in ends):
        return None
    start = LiteralValue(value=int(window.start[:4])) if window.start else None
    last = LiteralValue(value=int(window.end[:4]) - 1) if window.end else None
    if start and last:
        if start == last:
            return Comparison(left=operand, operator=EQUAL, right=start)
        return Between(operand=operand, low=start, high=last)
    if start:
        return Comparison(left=operand, operator=GREATER_OR_EQUAL, right=start)
    return Comparison(left=operand, operator=LESS, right=LiteralValue(value=int(str(window.end)[:4])))


def is_true(operand: Expression, value: bool) -> Condition:
    return Comparison(left=operand, operator=EQUAL, right=LiteralValue(value=value))


def one_of(column: Column, labels: tuple[str, ...]) -> Condition:
    operand = ColumnValue(column=column.name)
    if len(labels) == 1:
        return Comparison(left=operand, operator=EQUAL, right=LiteralValue(value=labels[0]))
    return OneOf(operand=operand, values=labels)


def compared(operand: Expression, quantity: Quantity, category: TypeCategory, position: int) -> Condition:
    low = LiteralValue(value=number_value(quantity.low, category, position, quantity.end))
    if quantity.high is not None:
        high = LiteralValue(value=number_value(quantity.high, category, position, quantity.end))
        return Between(operand=operand, low=low, high=high)
    if quantity.operator is NOT_EQUAL:
        return negated(Comparison(left=operand, operator=EQUAL, right=low))
    return Comparison(left=operand, operator=quantity.operator, right=low)


def number_value(value: Decimal, category: TypeCategory, start: int, end: int) -> Scalar:
    """Whole numbers as they are, others as text, which keeps them exact. Raises UnclearError for a fraction that is
    compared with whole numbers."""
    if value == value.to_integral_value():
        return int(value)
    if category is TypeCategory.INTEGER:
        raise UnclearError(start, end, "only whole numbers can be compared with this")
    return format(value, "f")


def listed(values: "list[str] | tuple[Scalar, ...]") -> str:
    return " or ".join(f"'{value}'" if isinstance(value, str) else str(value) for value in values)
