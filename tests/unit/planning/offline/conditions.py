"""Short ways to write the conditions that the tests of the offline planner expect."""

from datavalut.filters.model import (
    Age,
    Aggregate,
    AggregateFunction,
    AllOf,
    AnyOf,
    ArrayContains,
    Between,
    CalendarPeriod,
    ColumnValue,
    Comparison,
    ComparisonOperator,
    Condition,
    Direction,
    Exists,
    Expression,
    InTime,
    IsNull,
    LastPeriod,
    LiteralValue,
    NextPeriod,
    Not,
    OlderThan,
    OneOf,
    Ordering,
    PathStep,
    Root,
    Sample,
    Scalar,
    TextMatch,
    TextMatching,
    TimeRange,
    TimeUnit,
    TimeWindow,
    Top,
)


def path(*steps: str) -> tuple[PathStep, ...]:
    """ "v orders.customer_id" goes down to orders by its customer_id, "^ customers.customer_id" up to customers."""
    built = []
    for step in steps:
        arrow, target = step.split(" ")
        table, columns = target.split(".")
        direction = Direction.TO_CHILDREN if arrow == "v" else Direction.TO_PARENT
        built.append(PathStep(table=f"public.{table}", columns=tuple(columns.split("+")), direction=direction))
    return tuple(built)


def root(table: str, condition: Condition | None = None, top: Top | None = None, sample: Sample | None = None) -> Root:
    return Root(table=f"public.{table}", condition=condition, top=top, sample=sample)


def both(*conditions: Condition) -> Condition:
    return AllOf(conditions=conditions)


def either(*conditions: Condition) -> Condition:
    return AnyOf(conditions=conditions)


def no(condition: Condition) -> Condition:
    return Not(condition=condition)


def compare(column: str, operator: str, value: Scalar) -> Condition:
    return compare_expression(ColumnValue(column=column), operator, value)


def compare_expression(left: Expression, operator: str, value: Scalar) -> Condition:
    return Comparison(left=left, operator=ComparisonOperator(operator), right=LiteralValue(value=value))


def compare_columns(left: str, operator: str, right: str) -> Condition:
    return Comparison(
        left=ColumnValue(column=left), operator=ComparisonOperator(operator), right=ColumnValue(column=right)
    )


def between(column: str, low: Scalar, high: Scalar) -> Condition:
    return Between(operand=ColumnValue(column=column), low=LiteralValue(value=low), high=LiteralValue(value=high))


def one_of(column: str, *values: Scalar) -> Condition:
    return OneOf(operand=ColumnValue(column=column), values=values)


def text(column: str, value: str, matching: TextMatching = TextMatching.EQUALS) -> Condition:
    return TextMatch(operand=ColumnValue(column=column), matching=matching, text=value)


def null(column: str) -> Condition:
    return IsNull(operand=ColumnValue(column=column))


def has(column: str, *values: str) -> Condition:
    return ArrayContains(column=column, values=values)


def time(column: str, window: TimeWindow) -> Condition:
    return InTime(operand=ColumnValue(column=column), window=window)


def time_of(operand: Expression, window: TimeWindow) -> Condition:
    return InTime(operand=operand, window=window)


def last(amount: int, unit: str) -> TimeWindow:
    return LastPeriod(amount=amount, unit=TimeUnit(unit))


def upcoming(amount: int, unit: str) -> TimeWindow:
    return NextPeriod(amount=amount, unit=TimeUnit(unit))


def older(amount: int, unit: str) -> TimeWindow:
    return OlderThan(amount=amount, unit=TimeUnit(unit))


def calendar(unit: str, offset: int) -> TimeWindow:
    return CalendarPeriod.model_validate({"unit": unit, "offset": offset})


def aged(at_least: int, at_most: int | None) -> TimeWindow:
    return Age(unit=TimeUnit.YEAR, at_least=at_least, at_most=at_most)


def dates(start: str | None, end: str | None) -> TimeWindow:
    return TimeRange(start=start, end=end)


def exists(steps: tuple[PathStep, ...], condition: Condition | None = None) -> Condition:
    return Exists(path=steps, condition=condition)


def count(steps: tuple[PathStep, ...], operator: str, number: int, condition: Condition | None = None) -> Condition:
    return compare_expression(counted(steps, condition), operator, number)


def one_of_counts(steps: tuple[PathStep, ...], *numbers: int) -> Condition:
    return OneOf(operand=counted(steps), values=numbers)


def counted(steps: tuple[PathStep, ...], condition: Condition | None = None) -> Aggregate:
    return Aggregate(function=AggregateFunction.COUNT, path=steps, condition=condition)


def aggregate(function: str, steps: tuple[PathStep, ...], column: str, condition: Condition | None = None) -> Aggregate:
    return Aggregate(
        function=AggregateFunction(function), path=steps, of=ColumnValue(column=column), condition=condition
    )


def top(rows: int, by: Expression | str, *, descending: bool = True) -> Top:
    expression = ColumnValue(column=by) if isinstance(by, str) else by
    return Top(rows=rows, order_by=(Ordering(by=expression, descending=descending),))
