"""Two moments of a row, compared as people do: by days, where one of them is a day.

What is due on a day is not late at noon of that day, though its midnight has passed.
"""

from datavalut.catalog.model import Column, TypeCategory
from datavalut.filters.model import (
    Arithmetic,
    ArithmeticOperator,
    ColumnValue,
    Comparison,
    ComparisonOperator,
    Expression,
    LiteralValue,
    TimeUnit,
)
from datavalut.planning.offline.quantities import GREATER, GREATER_OR_EQUAL, LESS, LESS_OR_EQUAL

_DAYS = {TimeUnit.DAY: 1, TimeUnit.WEEK: 7}
_MONTHS_OF_A_QUARTER = 3
_BEHIND_THE_DAY = {GREATER: GREATER_OR_EQUAL, LESS_OR_EQUAL: LESS}  # of a moment, beside the end of a day
_END_BEFORE = {LESS: LESS_OR_EQUAL, GREATER_OR_EQUAL: GREATER}  # of the end of a day, beside a moment


def moments_compared(left: Column, operator: ComparisonOperator, right: Column) -> Comparison:
    """`left` is after or before `right`."""
    return moment_compared(left, operator, ColumnValue(column=right.name), is_day=_is_day(right))


def moment_compared(left: Column, operator: ComparisonOperator, right: Expression, *, is_day: bool) -> Comparison:
    """`left` is after or before `right`, which is a day or a moment."""
    of_left = ColumnValue(column=left.name)
    if is_day and not _is_day(left) and operator in _BEHIND_THE_DAY:
        return Comparison(left=of_left, operator=_BEHIND_THE_DAY[operator], right=_next_day(right))
    if _is_day(left) and not is_day and operator in _END_BEFORE:
        return Comparison(left=_next_day(of_left), operator=_END_BEFORE[operator], right=right)
    return Comparison(left=of_left, operator=operator, right=right)


def moved(column: Column, amount: int, unit: TimeUnit, sign: ArithmeticOperator) -> tuple[Expression, bool]:
    """The moment so much after or before the column's, and whether it is a day: a day moved by days is one."""
    is_day = _is_day(column) and unit in _DAYS
    by: int | str
    if is_day:
        by = amount * _DAYS[unit]
    elif unit is TimeUnit.QUARTER:
        by = f"{amount * _MONTHS_OF_A_QUARTER} months"
    else:
        by = f"{amount} {unit}s"
    return Arithmetic(operator=sign, left=ColumnValue(column=column.name), right=LiteralValue(value=by)), is_day


def _is_day(column: Column) -> bool:
    return column.category is TypeCategory.DATE


def _next_day(day: Expression) -> Expression:
    return Arithmetic(operator=ArithmeticOperator.ADD, left=day, right=LiteralValue(value=1))
