"""What a condition means, row by row in plain Python: slow, and written from docs/filter-language.md alone.

Values are Python's own: Fraction for exact numbers, float for floating point (with nan and infinities), datetime
(aware, or naive in UTC), date, str, bool, list, JSON values, None for null; ALWAYS_AFTER and ALWAYS_BEFORE for infinite
dates.
"""

import math
import operator
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from typing import Any
from uuid import UUID

from datavalut.catalog.model import Catalog, TableName
from datavalut.filters.model import (
    Age,
    Aggregate,
    AggregateFunction,
    AllOf,
    AnyOf,
    Arithmetic,
    ArrayContains,
    Between,
    CalendarPeriod,
    ColumnValue,
    Comparison,
    Condition,
    Direction,
    Exists,
    Expression,
    InTime,
    IsNull,
    JsonType,
    JsonValue,
    LastPeriod,
    LiteralValue,
    NextPeriod,
    Not,
    OlderThan,
    OneOf,
    PathStep,
    TextMatch,
    TextMatching,
    TimeRange,
    TimeUnit,
    TimeWindow,
)

Row = dict[str, Any]


@dataclass(frozen=True)
class InfiniteMoment:
    seconds: float


COMPARISONS = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
ALWAYS_AFTER, ALWAYS_BEFORE = InfiniteMoment(math.inf), InfiniteMoment(-math.inf)


@dataclass(frozen=True)
class Oracle:
    """`rows` of every table; `now` is the reference time. Conditions are checked ones."""

    catalog: Catalog
    rows: dict[TableName, list[Row]]
    now: datetime

    def chosen(self, condition: Condition, table: TableName) -> list[Row]:
        return [row for row in self.rows[table] if self.truth(condition, row) is True]

    def truth(self, condition: Condition, row: Row) -> bool | None:
        match condition:
            case AllOf():
                truths = [self.truth(part, row) for part in condition.conditions]
                return False if False in truths else None if None in truths else True
            case AnyOf():
                truths = [self.truth(part, row) for part in condition.conditions]
                return True if True in truths else None if None in truths else False
            case Not():
                return self.truth(condition.condition, row) is not True
            case Comparison():
                return self.compared(condition.left, condition.operator.value, condition.right, row)
            case Between():
                truths = [
                    self.compared(condition.operand, ">=", condition.low, row),
                    self.compared(condition.operand, "<=", condition.high, row),
                ]
                return False if False in truths else None if None in truths else True
            case OneOf():
                operand = self.value(condition.operand, row)
                return None if operand is None else any(compared(operand, "=", value) for value in condition.values)
            case IsNull():
                return self.value(condition.operand, row) is None
            case TextMatch():
                return text_matches(self.value(condition.operand, row), condition)
            case ArrayContains():
                elements = row[condition.column]
                if elements is None:
                    return None
                quantity = all if condition.quantity == "all" else any
                return quantity(value in elements for value in condition.values)
            case InTime():
                return in_window(self.value(condition.operand, row), condition.window, self.now)
            case Exists():
                return bool(self.end_rows(condition.path, condition.condition, row))

    def compared(self, left: Expression, sign: str, right: Expression, row: Row) -> bool | None:
        sides = self.value(left, row), self.value(right, row)
        labels = self.labels(left) or self.labels(right)
        if labels and None not in sides:
            sides = labels.index(sides[0]), labels.index(sides[1])
        return compared(sides[0], sign, sides[1])

    def labels(self, expression: Expression) -> tuple[str, ...]:
        """Those of the enum that the expression is a column of."""
        columns = [column for table in self.catalog.tables for column in table.columns]
        name = expression.column if isinstance(expression, ColumnValue) else None
        return next((column.enum_labels for column in columns if column.name == name), ())

    def value(self, expression: Expression, row: Row) -> Any:
        match expression:
            case ColumnValue():
                return row[expression.column]
            case LiteralValue():
                return expression.value
            case JsonValue():
                return json_at(row[expression.column], expression)
            case Arithmetic():
                left, right = self.value(expression.left, row), self.value(expression.right, row)
                return calculated(left, expression.operator.value, right)
            case Aggregate():
                rows = self.end_rows(expression.path, expression.condition, row)
                if expression.of is None:
                    return Fraction(len(rows))
                values = [self.value(expression.of, end) for end in rows]
                return aggregated(expression.function, [value for value in values if value is not None])

    def end_rows(self, path: Sequence[PathStep], condition: Condition | None, row: Row) -> list[Row]:
        """The distinct rows at the end of the path that meet the condition."""
        reached = [row]
        for step in path:
            reached = [far for near in reached for far in self.linked(near, step)]
        distinct = {id(end): end for end in reached}.values()
        return [end for end in distinct if condition is None or self.truth(condition, end) is True]

    def linked(self, row: Row, step: PathStep) -> Iterable[Row]:
        schema, table = step.table.split(".")
        target = TableName(schema, table)
        to_parent = step.direction is Direction.TO_PARENT
        [key] = [
            key
            for key in self.catalog.foreign_keys
            if key.columns == step.columns and target == (key.parent if to_parent else key.child)
        ]
        near_columns, far_columns = (
            (key.columns, key.parent_columns) if to_parent else (key.parent_columns, key.columns)
        )
        near = [row[column] for column in near_columns]
        if None in near:
            return []
        return [far for far in self.rows[target] if near == [far[column] for column in far_columns]]


def compared(left: Any, sign: str, right: Any) -> bool | None:
    if left is None or right is None:
        return None
    left, right = alike(left, right)
    return bool(COMPARISONS[sign](left, right))


def alike(left: Any, right: Any) -> tuple[Any, Any]:
    """Both sides as values that Python orders as PostgreSQL does."""
    if is_moment(left) or is_moment(right):
        return seconds(left), seconds(right)
    for read in READ_BESIDE:
        kind, text_of = read
        if isinstance(left, kind) or isinstance(right, kind):
            return tuple(text_of(side) if isinstance(side, str) else side for side in (left, right))
    if is_number(left) or is_number(right):
        left, right = number(left), number(right)
        if isinstance(left, float) or isinstance(right, float):
            left, right = float(left), float(right)
        return (math.isnan(left), left if not math.isnan(left) else 0), (
            math.isnan(right),
            right if not math.isnan(right) else 0,
        )
    return left, right


def length_of(text: str) -> tuple[int, timedelta]:
    """`1 month 3 days` in months and a fixed length."""
    months, length = 0, timedelta(0)
    words = text.split()
    for amount, unit in zip(map(int, words[::2]), words[1::2], strict=True):
        match unit.removesuffix("s"):
            case "month":
                months += amount
            case "year":
                months += 12 * amount
            case fixed:
                length += timedelta(**{f"{fixed}s": amount})
    return months, length


def compared_length(text: str) -> timedelta:
    """As PostgreSQL compares lengths: a month is 30 days."""
    months, length = length_of(text)
    return length + timedelta(days=30 * months)


# How a constant is read beside a value of that type.
READ_BESIDE: tuple[tuple[type, Callable[[str], Any]], ...] = (
    (time, time.fromisoformat),
    (timedelta, compared_length),
    (UUID, UUID),
    (bytes, lambda text: bytes.fromhex(text.removeprefix("\\x"))),
)


def is_moment(value: Any) -> bool:
    return isinstance(value, date | InfiniteMoment)


def is_number(value: Any) -> bool:
    return isinstance(value, int | float | Fraction) and not isinstance(value, bool)


def number(value: Any) -> Fraction | float:
    if isinstance(value, float) and not math.isfinite(value):
        return value
    return value if isinstance(value, Fraction | float) else Fraction(str(value))


def seconds(value: Any) -> float | Fraction:
    """Since 1970 in UTC; infinite for the infinite dates."""
    if isinstance(value, InfiniteMoment):
        return value.seconds
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)
    value = value.replace(tzinfo=UTC) if value.tzinfo is None else value
    return Fraction((value - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1), 1_000_000)


def calculated(left: Any, sign: str, right: Any) -> Any:
    if left is None or right is None:
        return None
    if any(is_moment(side) or isinstance(side, timedelta) for side in (left, right)):
        return calculated_in_time(left, sign, right)
    # Floating point numbers take part with their shortest decimal form.
    left, right = (
        Fraction(str(side)) if not isinstance(side, float) or math.isfinite(side) else side for side in (left, right)
    )
    match sign:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case _:
            return None if right == 0 else left / right


def calculated_in_time(left: Any, sign: str, right: Any) -> Any:
    left, right = (read_in_time(side) for side in (left, right))
    if not is_moment(left):
        if is_moment(right):
            return calculated_in_time(right, sign, left)  # a sum
        lengths = [
            side if isinstance(side, timedelta) else side[1] + timedelta(days=30 * side[0]) for side in (left, right)
        ]
        return lengths[0] + lengths[1] if sign == "+" else lengths[0] - lengths[1]
    if is_moment(right):
        if isinstance(left, InfiniteMoment) or isinstance(right, InfiniteMoment):
            return None
        if not isinstance(left, datetime) and not isinstance(right, datetime):
            return Fraction((left - right).days)
        return timedelta(microseconds=int((seconds(left) - seconds(right)) * 1_000_000))
    if isinstance(left, InfiniteMoment):
        return left
    factor = 1 if sign == "+" else -1
    if isinstance(right, int | Fraction):
        return left + timedelta(days=factor * int(right))
    if not isinstance(left, datetime):
        left = datetime(left.year, left.month, left.day)
    months, length = (0, right) if isinstance(right, timedelta) else right
    return moved(left, factor * months, TimeUnit.MONTH) + factor * length


def read_in_time(side: Any) -> Any:
    if not isinstance(side, str):
        return side
    if side[:4].isdigit():
        return date.fromisoformat(side) if len(side) == len("2026-01-01") else datetime.fromisoformat(side)
    return length_of(side)


def aggregated(function: AggregateFunction, values: list[Any]) -> Any:
    ordered = sorted(values, key=lambda value: alike(value, value)[0])
    match function:
        case AggregateFunction.COUNT:
            return Fraction(len(values))
        case AggregateFunction.COUNT_DISTINCT:
            return Fraction(len({alike(value, value)[0] for value in values}))
        case AggregateFunction.SUM:
            return summed(values)
        case AggregateFunction.AVG:
            total = summed(values)
            return None if not values else total / len(values)
        case AggregateFunction.MIN:
            return ordered[0] if ordered else None
        case AggregateFunction.MAX:
            return ordered[-1] if ordered else None


def summed(values: list[Any]) -> Any:
    total: Any = Fraction(0)
    for value in values:
        total = calculated(total, "+", value)
    return total


def text_matches(value: str | None, condition: TextMatch) -> bool | None:
    if value is None:
        return None
    sought = condition.text
    if not condition.case_sensitive:
        value, sought = value.lower(), sought.lower()
    match condition.matching:
        case TextMatching.EQUALS:
            return value == sought
        case TextMatching.CONTAINS:
            return sought in value
        case TextMatching.STARTS_WITH:
            return value.startswith(sought)
        case TextMatching.ENDS_WITH:
            return value.endswith(sought)


def json_at(document: Any, expression: JsonValue) -> Any:
    for key in expression.path:
        if isinstance(document, dict):
            document = document.get(key)
        elif isinstance(document, list) and key.isdigit() and int(key) < len(document):
            document = document[int(key)]
        else:
            return None
    match expression.type:
        case JsonType.TEXT:
            return document if isinstance(document, str) else None
        case JsonType.NUMERIC:
            return Fraction(str(document)) if is_number(document) else None
        case JsonType.BOOLEAN:
            return document if isinstance(document, bool) else None


def in_window(value: Any, window: TimeWindow, now: datetime) -> bool | None:
    if value is None:
        return None
    if isinstance(value, InfiniteMoment):
        value = datetime.max if value is ALWAYS_AFTER else datetime.min  # no window of these tests ends there
    is_day = isinstance(value, date) and not isinstance(value, datetime)
    match window:
        case LastPeriod():
            low, high = moved(now, -window.amount, window.unit), now
        case NextPeriod():
            low, high = now, moved(now, window.amount, window.unit)
        case OlderThan():
            limit = moved(now, -window.amount, window.unit)
            return value < limit.date() if is_day else seconds(value) < seconds(limit)
        case Age():
            age = whole_units_since(value, window.unit, now, by_day=is_day)
            return age is not None and age >= window.at_least and (window.at_most is None or age <= window.at_most)
        case CalendarPeriod():
            start = period_start(now, window.unit)
            start = moved(start, window.offset, window.unit)
            return seconds(start) <= seconds(value) < seconds(moved(start, 1, window.unit))
        case TimeRange():
            after = window.start is None or seconds(window.start) <= seconds(value)
            return after and (window.end is None or seconds(value) < seconds(window.end))
    if is_day:
        return bool(low.date() <= value <= high.date())
    return seconds(low) <= seconds(value) <= seconds(high)


def whole_units_since(value: Any, unit: TimeUnit, now: datetime, by_day: bool) -> int | None:
    """Counted one by one from the present back; None for what is still to come."""
    if value in {datetime.min, date.min}:
        return 10**9

    def has_come(limit: datetime) -> bool:
        return bool(value <= limit.date() if by_day else seconds(value) <= seconds(limit))

    if not has_come(now):
        return None
    units = 0
    while has_come(moved(now, -units - 1, unit)):
        units += 1
    return units


def moved(moment: datetime, amount: int, unit: TimeUnit) -> datetime:
    match unit:
        case TimeUnit.MINUTE:
            return moment + timedelta(minutes=amount)
        case TimeUnit.HOUR:
            return moment + timedelta(hours=amount)
        case TimeUnit.DAY:
            return moment + timedelta(days=amount)
        case TimeUnit.WEEK:
            return moment + timedelta(days=7 * amount)
    months = {TimeUnit.MONTH: 1, TimeUnit.QUARTER: 3, TimeUnit.YEAR: 12}[unit] * amount
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    for day in (moment.day, 30, 29, 28):  # the day itself, or the month's last
        try:
            return moment.replace(year=year, month=month + 1, day=day)
        except ValueError:
            continue
    raise AssertionError


def period_start(now: datetime, unit: TimeUnit) -> datetime:
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    match unit:
        case TimeUnit.WEEK:
            return midnight - timedelta(days=midnight.weekday())
        case TimeUnit.MONTH:
            return midnight.replace(day=1)
        case TimeUnit.QUARTER:
            return midnight.replace(day=1, month={1: 1, 2: 4, 3: 7, 4: 10}[(midnight.month + 2) // 3])
        case TimeUnit.YEAR:
            return midnight.replace(day=1, month=1)
        case _:
            return midnight
