"""What a condition on an aggregate says of a row that has no related rows: known before any SQL runs."""

import operator
from collections.abc import Callable
from decimal import Decimal

from datavalut.filters.literals import number_of
from datavalut.filters.model import (
    Aggregate,
    AggregateFunction,
    Between,
    Comparison,
    ComparisonOperator,
    Condition,
    Expression,
    IsNull,
    LiteralValue,
    OneOf,
)
from datavalut.filters.value_types import ZERO_WITHOUT_ROWS

COUNTS = frozenset({AggregateFunction.COUNT, AggregateFunction.COUNT_DISTINCT})
COMPARE: dict[ComparisonOperator, Callable[[Decimal, Decimal], bool]] = {
    ComparisonOperator.EQUAL: operator.eq,
    ComparisonOperator.NOT_EQUAL: operator.ne,
    ComparisonOperator.LESS: operator.lt,
    ComparisonOperator.LESS_OR_EQUAL: operator.le,
    ComparisonOperator.GREATER: operator.gt,
    ComparisonOperator.GREATER_OR_EQUAL: operator.ge,
}


def met_without_rows(condition: Condition, aggregate: Aggregate) -> bool:
    """Whether `condition`, which compares `aggregate` with constants only, is true where there is nothing to aggregate:
    where counts and sums are 0, and the others null."""
    return _met(condition, Decimal(0) if aggregate.function in ZERO_WITHOUT_ROWS else None)


def rows_needed(condition: Condition, aggregate: Aggregate) -> bool | None:
    """True if `condition` says no more than that there is a related row (with a value, where values are counted), False
    if it says that there is none, else None."""
    if aggregate.function not in COUNTS:
        return None
    if not isinstance(condition, Comparison):
        return None
    # All the counts that such a comparison can tell apart lie on either side of its constant.
    constants = [side for side in (condition.left, condition.right) if isinstance(side, LiteralValue)]
    if not constants:
        return None
    turning_point = number_of(constants[0].value)
    counts = [Decimal(1), Decimal(2), max(turning_point, Decimal(1)), max(turning_point, Decimal(1)) + 1]
    with_none = _met(condition, Decimal(0))
    with_some = {_met(condition, count.to_integral_value()) for count in counts}
    if with_some == {True} and not with_none:
        return True
    if with_some == {False} and with_none:
        return False
    return None


def _met(condition: Condition, value: Decimal | None) -> bool:
    if isinstance(condition, IsNull):
        return value is None
    if value is None:
        return False

    def number(expression: Expression) -> Decimal:
        return number_of(expression.value) if isinstance(expression, LiteralValue) else value

    match condition:
        case Comparison():
            return COMPARE[condition.operator](number(condition.left), number(condition.right))
        case Between():
            return number(condition.low) <= number(condition.operand) <= number(condition.high)
        case OneOf():
            return value in [number_of(constant) for constant in condition.values]
        case _:
            return False
