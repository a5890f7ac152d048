"""What a checked plan means, in plain words: for reports and dry runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from datavalut.catalog.model import Catalog, Table, TableName, TypeCategory
from datavalut.filters.literals import moment_of
from datavalut.filters.model import (
    EXCHANGED,
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
    ComparisonOperator,
    Condition,
    Direction,
    Exists,
    Expression,
    FilterPlan,
    InTime,
    IsNull,
    JsonValue,
    LastPeriod,
    LiteralValue,
    NextPeriod,
    Not,
    OlderThan,
    OneOf,
    PathStep,
    Root,
    Scalar,
    Scope,
    TextMatch,
    TextMatching,
    TimeRange,
    TimeUnit,
)
from datavalut.filters.names import links_from, resolve_step, resolve_table
from datavalut.filters.times import Bounds, bounds_of
from datavalut.filters.value_types import expression_type

MAXIMUM_VALUES = 10  # of a list, before the rest is only counted
MAXIMUM_TEXT = 80  # characters of a constant

COMPARED = {
    ComparisonOperator.EQUAL: "is",
    ComparisonOperator.NOT_EQUAL: "is not",
    ComparisonOperator.LESS: "is below",
    ComparisonOperator.LESS_OR_EQUAL: "is at most",
    ComparisonOperator.GREATER: "is above",
    ComparisonOperator.GREATER_OR_EQUAL: "is at least",
}
COMPARED_MOMENTS = COMPARED | {
    ComparisonOperator.LESS: "is before",
    ComparisonOperator.LESS_OR_EQUAL: "is on or before",
    ComparisonOperator.GREATER: "is after",
    ComparisonOperator.GREATER_OR_EQUAL: "is on or after",
}
COUNTED = {
    ComparisonOperator.EQUAL: "exactly",
    ComparisonOperator.NOT_EQUAL: "not exactly",
    ComparisonOperator.LESS: "fewer than",
    ComparisonOperator.LESS_OR_EQUAL: "at most",
    ComparisonOperator.GREATER: "more than",
    ComparisonOperator.GREATER_OR_EQUAL: "at least",
}
MATCHED = {
    TextMatching.EQUALS: "is",
    TextMatching.CONTAINS: "contains",
    TextMatching.STARTS_WITH: "starts with",
    TextMatching.ENDS_WITH: "ends with",
}
FUNCTIONS = {
    AggregateFunction.SUM: "the sum of",
    AggregateFunction.AVG: "the average of",
    AggregateFunction.MIN: "the lowest",
    AggregateFunction.MAX: "the highest",
}


def explain_plan(plan: FilterPlan, catalog: Catalog, reference_time: datetime) -> str:
    """One or two sentences about a checked plan: "Keeps customers whose status is 'active' and that have at least 3
    orders. Leaves out audit_log."""
    words = _Words(catalog, reference_time)
    sentences = []
    if plan.roots:
        sentences.append(f"Keeps {_listed([words.root(root) for root in plan.roots], '; and ')}")
    beside = []
    if plan.full:
        beside.append(f"keeps all of {_listed([words.table(name) for name in plan.full])}")
    if plan.exclude:
        beside.append(f"leaves out {_listed([words.table(name) for name in plan.exclude])}")
    match plan.scope:
        case Scope.MINIMAL:
            beside.append("brings along only what belongs to these rows and what they need")
        case Scope.WIDE:
            beside.append("keeps every table whole that does not belong to these rows")
        case _:
            pass
    if beside:
        sentences.append(_listed(beside, "; "))
    return " ".join(f"{sentence[0].upper()}{sentence[1:]}." for sentence in sentences)


def explain_condition(condition: Condition, table: TableName, catalog: Catalog, reference_time: datetime) -> str:
    """A checked condition as what follows a table's name: "whose status is 'active'"."""
    return _Words(catalog, reference_time).condition(condition, catalog.table(table), _RELATIVE)


@dataclass(frozen=True)
class _Voice:
    """How a clause speaks of its row."""

    owning: str
    having: str
    being: str


_RELATIVE = _Voice("whose", "that have", "that are")
_BARE = _Voice("its", "it has", "it is")


@dataclass(frozen=True)
class _Words:
    catalog: Catalog
    reference_time: datetime

    def table(self, name: str | TableName) -> str:
        """The table's bare name, where that is enough."""
        stored = name if isinstance(name, TableName) else resolve_table(name, self.catalog).name
        alike = [table for table in self.catalog.tables if table.name.name == stored.name]
        return stored.name if len(alike) == 1 else str(stored)

    def root(self, root: Root) -> str:
        table = resolve_table(root.table, self.catalog)
        name = self.table(table.name)
        conditions = ""
        if root.condition is not None:
            conditions = f" {self.condition(root.condition, table, _RELATIVE)}"
        if root.top is not None:
            order = _listed(
                [
                    ("highest " if ordering.descending else "lowest ")
                    + self.expression(ordering.by, table).removeprefix("the ")
                    for ordering in root.top.order_by
                ],
                ", then ",
            )
            return f"the {root.top.rows} {name}{conditions} with the {order}"
        if root.sample is not None:
            share = f"{root.sample.percent:g} %" if root.sample.percent is not None else str(root.sample.rows)
            return f"a sample of {share} of the {name}{conditions}"
        return f"{name}{conditions}" if conditions else f"all {name}"

    # Conditions

    def condition(self, condition: Condition, table: Table, voice: _Voice, inside: bool = False) -> str:
        """`inside`: the clause is a part of a longer one."""
        match condition:
            case AllOf():
                parts = [self.condition(part, table, voice, inside=True) for part in condition.conditions]
                joined = " and ".join(parts)
                return f"({joined})" if inside and len(parts) > 1 else joined
            case AnyOf():
                parts = [self.condition(part, table, voice, inside=True) for part in condition.conditions]
                joined = " or ".join(parts)
                return f"({joined})" if inside and len(parts) > 1 else joined
            case Not():
                return self.negation(condition.condition, table, voice)
            case Exists():
                return f"{voice.having} {self.end(condition.path, condition.condition, table)}"
            case Comparison():
                return self.comparison(condition, table, voice)
            case Between():
                operand, low, high = self.sides(condition.operand, condition.low, condition.high, table=table)
                return f"{self.owned(condition.operand, operand, voice)} is between {low} and {high}"
            case OneOf():
                operand = self.expression(condition.operand, table)
                values = _values(condition.values, self.is_text(condition.operand, table))
                return f"{self.owned(condition.operand, operand, voice)} is {values}"
            case IsNull():
                operand = self.expression(condition.operand, table)
                return f"{self.owned(condition.operand, operand, voice)} is empty"
            case TextMatch():
                operand = self.expression(condition.operand, table)
                case_matters = " in just these capitals" if condition.case_sensitive else ""
                return (
                    f"{self.owned(condition.operand, operand, voice)} {MATCHED[condition.matching]} "
                    f"{_constant(condition.text)}{case_matters}"
                )
            case ArrayContains():
                last = " and " if condition.quantity == "all" else " or "
                return f"{voice.owning} {condition.column} contains {_values(condition.values, quoted=True, last=last)}"
            case InTime():
                return self.in_time(condition, table, voice)

    def negation(self, condition: Condition, table: Table, voice: _Voice) -> str:
        match condition:
            case Exists():
                return f"{voice.having} no {self.end(condition.path, condition.condition, table)}"
            case IsNull():
                operand = self.expression(condition.operand, table)
                return f"{self.owned(condition.operand, operand, voice)} is not empty"
            case _:
                start = "for which it is not true that" if voice is _RELATIVE else "it is not true that"
                return f"{start} {self.condition(condition, table, _BARE, inside=True)}"

    def owned(self, expression: Expression, described: str, voice: _Voice) -> str:
        if isinstance(expression, ColumnValue | JsonValue):
            return f"{voice.owning} {described}"
        return f"for which {described}" if voice is _RELATIVE else described

    def comparison(self, condition: Comparison, table: Table, voice: _Voice) -> str:
        left, operator, right = condition.left, condition.operator, condition.right
        if isinstance(left, LiteralValue):
            left, operator, right = right, EXCHANGED[operator], left
        if (
            isinstance(left, Aggregate)
            and left.function is AggregateFunction.COUNT
            and left.of is None
            and isinstance(right, LiteralValue)
        ):
            amount = _constant(right.value, quoted=False)
            return f"{voice.having} {COUNTED[operator]} {amount} {self.end(left.path, left.condition, table)}"
        value_type = expression_type(left, table, self.catalog)
        if isinstance(left, ColumnValue) and isinstance(right, LiteralValue) and isinstance(right.value, bool):
            negative = right.value is (operator is ComparisonOperator.NOT_EQUAL)
            if operator in {ComparisonOperator.EQUAL, ComparisonOperator.NOT_EQUAL}:
                return f"{voice.owning} {left.column} is {'false' if negative else 'true'}"
        words = COMPARED_MOMENTS if value_type is not None and value_type.is_moment else COMPARED
        left_words, right_words = self.sides(left, right, table=table)
        return f"{self.owned(left, left_words, voice)} {words[operator]} {right_words}"

    def in_time(self, condition: InTime, table: Table, voice: _Voice) -> str:
        described = self.owned(condition.operand, self.expression(condition.operand, table), voice)
        window, bounds = condition.window, bounds_of(condition.window, self.reference_time)
        match window:
            case LastPeriod() | NextPeriod() if bounds.start is not None and bounds.end is not None:
                side = "last" if isinstance(window, LastPeriod) else "next"
                span = f"{_moment(bounds.start)} to {_moment(bounds.end)}"
                return f"{described} is in the {side} {_amount(window.amount, window.unit)} ({span})"
            case OlderThan() if bounds.end is not None:
                ago = f"more than {_amount(window.amount, window.unit)} ago"
                return f"{described} is {ago} (before {_moment(bounds.end)})"
            case Age() if bounds.end is not None:
                return f"{described} is {_age(window)} ago ({_days_of(bounds)})"
            case CalendarPeriod() if bounds.start is not None and bounds.end is not None:
                return f"{described} is in {_period(window.unit, bounds.start, bounds.end)}"
            case TimeRange():
                parts = []
                if window.start is not None:
                    parts.append(f"on or after {_moment(moment_of(window.start))}")
                if window.end is not None:
                    parts.append(f"before {_moment(moment_of(window.end))}")
                return f"{described} is {' and '.join(parts)}"
            case _:
                return described

    # Expressions

    def expression(self, expression: Expression, table: Table) -> str:
        match expression:
            case ColumnValue():
                return expression.column
            case LiteralValue():
                return _constant(expression.value)
            case JsonValue():
                return ".".join((expression.column, *expression.path))
            case Arithmetic():
                left, right = self.sides(expression.left, expression.right, table=table)
                return f"({left} {expression.operator.value} {right})"
            case Aggregate():
                return self.aggregate(expression, table)

    def sides(self, *expressions: Expression, table: Table) -> list[str]:
        """The sides of one comparison: constants stand in quotes where they are texts."""
        texts = any(self.is_text(side, table) for side in expressions)
        return [
            _constant(side.value, quoted=texts) if isinstance(side, LiteralValue) else self.expression(side, table)
            for side in expressions
        ]

    def is_text(self, expression: Expression, table: Table) -> bool:
        value_type = expression_type(expression, table, self.catalog)
        return value_type is not None and value_type.category in {TypeCategory.TEXT, TypeCategory.ENUM}

    def aggregate(self, aggregate: Aggregate, table: Table) -> str:
        end = self.end(aggregate.path, aggregate.condition, table)
        if aggregate.of is None:
            return f"the number of {end}"
        of = self.expression(aggregate.of, self.last_table(aggregate.path, table))
        match aggregate.function:
            case AggregateFunction.COUNT:
                return f"the number of {end} with a {of}"
            case AggregateFunction.COUNT_DISTINCT:
                return f"the number of different {of} of {end}"
            case function:
                return f"{FUNCTIONS[function]} {of} of {end}"

    # Paths

    def end(self, path: Sequence[PathStep], condition: Condition | None, table: Table) -> str:
        """The rows at the end of a path, and how they are reached: "items (through orders) whose price is 3"."""
        names = []
        start = table
        for step in path:
            link = resolve_step(step, start.name, self.catalog)
            name = self.table(link.target)
            choices = [other for other in links_from(start.name, self.catalog) if other.target == link.target]
            if len(choices) > 1:
                by = "as" if link.direction is Direction.TO_PARENT else "by"
                name += f" {by} {_listed(link.foreign_key.columns)}"
            names.append(name)
            start = self.catalog.table(link.target)
        described = names[-1]
        if len(names) > 1:
            described += f" (through {_listed(names[:-1])})"
        if condition is None:
            return described
        return f"{described} {self.condition(condition, start, _RELATIVE, inside=True)}"

    def last_table(self, path: Sequence[PathStep], table: Table) -> Table:
        for step in path:
            table = self.catalog.table(resolve_step(step, table.name, self.catalog).target)
        return table


def _listed(parts: Sequence[str], last: str = " and ") -> str:
    if len(parts) < 2:
        return "".join(parts)
    separator = last if last != " and " else ", "
    return separator.join(parts[:-1]) + last + parts[-1]


def _constant(value: Scalar, quoted: bool = True) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    text = text if len(text) <= MAXIMUM_TEXT else text[: MAXIMUM_TEXT - 3] + "..."
    return f"'{text}'" if quoted and isinstance(value, str) else text


def _values(values: Sequence[Scalar], quoted: bool, last: str = " or ") -> str:
    shown = [_constant(value, quoted) for value in values[:MAXIMUM_VALUES]]
    if len(values) > len(shown):
        shown.append(f"{len(values) - len(shown)} more")
    return last.join((", ".join(shown[:-1]), shown[-1])) if len(shown) > 1 else shown[0]


def _amount(amount: int, unit: TimeUnit) -> str:
    return unit.value if amount == 1 else f"{amount} {unit.value}s"


def _age(age: Age) -> str:
    if age.at_most is None:
        return f"at least {_counted(age.at_least, age.unit)}"
    if age.at_least == 0:
        return f"less than {_counted(age.at_most + 1, age.unit)}"
    if age.at_most == age.at_least:
        return _counted(age.at_least, age.unit)
    return f"{age.at_least} to {_counted(age.at_most, age.unit)}"


def _counted(amount: int, unit: TimeUnit) -> str:
    return f"1 {unit.value}" if amount == 1 else f"{amount} {unit.value}s"


def _days_of(bounds: Bounds) -> str:
    parts = [] if bounds.start is None else [f"after {_moment(bounds.start)}"]
    if bounds.end is not None:
        parts.append(f"until {_moment(bounds.end)}")
    return " ".join(parts)


def _moment(moment: datetime) -> str:
    moment = moment.astimezone(UTC)
    if moment.time() == time(0):
        return moment.date().isoformat()
    shown = moment.isoformat(sep=" ", timespec="minutes" if not moment.second and not moment.microsecond else "seconds")
    return shown.replace("+00:00", " UTC")


def _period(unit: TimeUnit, start: datetime, end: datetime) -> str:
    match unit:
        case TimeUnit.DAY:
            return f"the day {start.date()}"
        case TimeUnit.MONTH:
            return f"{start:%B %Y}"
        case TimeUnit.QUARTER:
            return f"the quarter {start.year} Q{(start.month + 2) // 3}"
        case TimeUnit.YEAR:
            return f"the year {start.year}"
        case _:
            return f"the week from {start.date()} to {(end - timedelta(days=1)).date()}"
