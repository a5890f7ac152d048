"""Whether a filter plan fits a catalog, and the same plan with all its names resolved.

Nothing but a checked plan may be rendered: the renderer takes names and types to be right.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NoReturn

from psycopg2.extensions import encodings as python_codecs

from datavalut.catalog.model import Catalog, Table, TypeCategory
from datavalut.filters.contradictions import impossible_conditions
from datavalut.filters.errors import (
    FilterPlanError,
    FilterProblem,
    LiteralUnfitError,
    NameUnresolvedError,
    ProblemKind,
    shown,
)
from datavalut.filters.literals import MAXIMUM_INTERVAL, fit_element, fit_literal, has_months, moment_of
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
    Sample,
    Scalar,
    TextMatch,
    TextMatching,
    TimeRange,
    TimeUnit,
    TimeWindow,
    Top,
)
from datavalut.filters.names import columns_nearby, resolve_column, resolve_step, resolve_table
from datavalut.filters.value_types import (
    INTEGER,
    JSON_TYPES,
    ValueType,
    aggregate_type,
    arithmetic_type,
    column_type,
    common_type,
    computed,
    constant_operand_type,
)

# A plan may come from anyone. These bounds are far above what a person means and far below what would hurt.
MAXIMUM_NODES = 2_000  # tables, steps, conditions and expressions
MAXIMUM_DEPTH = 25
MAXIMUM_CONSTANTS = 20_000
MAXIMUM_STEPS = 12
MAXIMUM_TEXT = 10_000  # characters
MAXIMUM_PROBLEMS = 50
MAXIMUM_YEARS = 1_900  # that a time window may reach from the reference time
LARGEST_BIGINT = 2**63 - 1

UNITS_IN_A_YEAR = {
    TimeUnit.MINUTE: 527_040,
    TimeUnit.HOUR: 8_784,
    TimeUnit.DAY: 366,
    TimeUnit.WEEK: 53,
    TimeUnit.MONTH: 12,
    TimeUnit.QUARTER: 4,
    TimeUnit.YEAR: 1,
}


def check_plan(plan: FilterPlan, catalog: Catalog, reference_time: datetime | None = None) -> FilterPlan:
    """The plan with its names resolved: tables as "schema.table", columns as they are spelled, every step of a path
    with its columns and direction, enum labels as they are spelled. Checking a checked plan changes nothing.

    Raises FilterPlanError with all problems (with the first 50, if there are more), or, if there is none, with the
    conditions that no row can meet; those that hang on the time are found only with a `reference_time`.
    """
    resolved = resolve_plan(plan, catalog)
    impossible = impossible_conditions(resolved, catalog, reference_time)
    if impossible:
        raise FilterPlanError(impossible[:MAXIMUM_PROBLEMS])
    return resolved


def resolve_plan(plan: FilterPlan, catalog: Catalog) -> FilterPlan:
    """As `check_plan`, of a plan that may ask for what cannot be."""
    checker = _Checker(catalog)
    try:
        checked = checker.plan(plan)
    except _TooMuchError:
        raise FilterPlanError(tuple(checker.problems)) from None
    if checker.problems:
        raise FilterPlanError(tuple(checker.problems))
    return checked


class _TooMuchError(Exception):
    """The plan is too large, or too much is wrong with it, to go on."""


@dataclass(frozen=True)
class _Checked:
    """An expression after its check. `value_type` is None for a constant, whose type is that of its neighbour, and
    for an expression with a problem."""

    expression: Expression
    location: str
    value_type: ValueType | None = None

    @property
    def constant(self) -> bool:
        return isinstance(self.expression, LiteralValue)

    @property
    def broken(self) -> bool:
        return self.value_type is None and not self.constant


@dataclass
class _Checker:
    catalog: Catalog
    problems: list[FilterProblem] = field(default_factory=list)
    nodes: int = 0
    constants: int = 0

    # Problems

    def problem(self, location: str, kind: ProblemKind, reason: str, candidates: tuple[str, ...] = ()) -> None:
        self.problems.append(FilterProblem(location, kind, reason, candidates))
        if len(self.problems) >= MAXIMUM_PROBLEMS:
            raise _TooMuchError

    def too_much(self, location: str, reason: str) -> NoReturn:
        self.problems.append(FilterProblem(location, ProblemKind.TOO_LARGE, reason))
        raise _TooMuchError

    def enter(self, location: str, depth: int) -> None:
        self.nodes += 1
        if self.nodes > MAXIMUM_NODES:
            self.too_much(location, f"the plan has more than {MAXIMUM_NODES} tables, steps, conditions and expressions")
        if depth > MAXIMUM_DEPTH:
            self.too_much(location, f"conditions are nested more than {MAXIMUM_DEPTH} deep")

    # The plan

    def plan(self, plan: FilterPlan) -> FilterPlan:
        if not (plan.roots or plan.exclude or plan.full):
            self.problem(
                "roots", ProblemKind.INCOMPLETE, "the plan names no table: it needs a root, an excluded or a full table"
            )
        if len(plan.reading) > MAXIMUM_TEXT:
            self.too_much("reading", f"is longer than {MAXIMUM_TEXT} characters")
        roots = tuple(self.root(root, f"roots[{index}]") for index, root in enumerate(plan.roots))
        exclude = self.tables(plan.exclude, "exclude")
        full = self.tables(plan.full, "full")
        seen: dict[str, str] = {}
        for index, root in enumerate(roots):
            location = f"roots[{index}].table"
            if root.table in seen:
                self.problem(
                    location,
                    ProblemKind.CONTRADICTION,
                    f"{root.table} is a root already ({seen[root.table]}): join the conditions in one root",
                )
            seen.setdefault(root.table, location)
        for name, contradiction in ((exclude, "excluded"), (full, "kept whole")):
            for table in name:
                if table in seen:
                    self.problem(
                        seen[table], ProblemKind.CONTRADICTION, f"{table} cannot be both a root and {contradiction}"
                    )
        for table in full:
            if table in exclude:
                self.problem("full", ProblemKind.CONTRADICTION, f"{table} cannot be both excluded and kept whole")
        return plan.model_copy(update={"roots": roots, "exclude": exclude, "full": full})

    def tables(self, names: tuple[str, ...], location: str) -> tuple[str, ...]:
        resolved = [self.table(name, f"{location}[{index}]") for index, name in enumerate(names)]
        return tuple(dict.fromkeys(str(table.name) for table in resolved if table is not None))

    def table(self, name: str, location: str) -> Table | None:
        self.enter(location, 0)
        try:
            return resolve_table(name, self.catalog)
        except NameUnresolvedError as error:
            self.problem(location, error.kind, error.reason, error.candidates)
            return None

    def root(self, root: Root, location: str) -> Root:
        if root.top is not None and root.sample is not None:
            self.problem(location, ProblemKind.CONTRADICTION, "cannot be both a top list and a sample: choose one")
        table = self.table(root.table, f"{location}.table")
        if root.sample is not None:
            self.sample(root.sample, f"{location}.sample")
        if table is None:
            return root
        return root.model_copy(
            update={
                "table": str(table.name),
                "condition": self.optional_condition(root.condition, table, f"{location}.condition", 0),
                "top": self.top(root.top, table, f"{location}.top") if root.top is not None else None,
            }
        )

    def sample(self, sample: Sample, location: str) -> None:
        if (sample.percent is None) == (sample.rows is None):
            self.problem(location, ProblemKind.INCOMPLETE, "needs either percent or rows")
        if sample.rows is not None and sample.rows > LARGEST_BIGINT:
            self.problem(f"{location}.rows", ProblemKind.TOO_LARGE, "is too large")
        if not -LARGEST_BIGINT <= sample.seed <= LARGEST_BIGINT:
            self.problem(f"{location}.seed", ProblemKind.TOO_LARGE, "is out of the range of bigint")

    def top(self, top: Top, table: Table, location: str) -> Top:
        if top.rows > LARGEST_BIGINT:
            self.problem(f"{location}.rows", ProblemKind.TOO_LARGE, "is too large")
        orderings = []
        for index, ordering in enumerate(top.order_by):
            checked = self.varying(ordering.by, table, f"{location}.order_by[{index}].by", 0)
            if checked.value_type is not None and common_type([checked.value_type]) is None:
                self.problem(
                    checked.location,
                    ProblemKind.TYPE_MISMATCH,
                    f"values of type {checked.value_type.describe()} have no order",
                )
            orderings.append(ordering.model_copy(update={"by": checked.expression}))
        return top.model_copy(update={"order_by": tuple(orderings)})

    # Conditions

    def optional_condition(
        self, condition: Condition | None, table: Table, location: str, depth: int
    ) -> Condition | None:
        return None if condition is None else self.condition(condition, table, location, depth)

    def condition(self, condition: Condition, table: Table, location: str, depth: int) -> Condition:
        self.enter(location, depth)
        inner = depth + 1
        match condition:
            case AllOf() | AnyOf():
                parts = tuple(
                    self.condition(part, table, f"{location}.conditions[{index}]", inner)
                    for index, part in enumerate(condition.conditions)
                )
                return condition.model_copy(update={"conditions": parts})
            case Not():
                part = self.condition(condition.condition, table, f"{location}.condition", inner)
                return condition.model_copy(update={"condition": part})
            case Comparison():
                left = self.expression(condition.left, table, f"{location}.left", inner)
                right = self.expression(condition.right, table, f"{location}.right", inner)
                if left.constant and right.constant:
                    self.problem(
                        location, ProblemKind.INCOMPLETE, "compares two constants: one side must be of the row"
                    )
                left, right = self.together(location, left, right)
                return condition.model_copy(update={"left": left.expression, "right": right.expression})
            case Between():
                operand = self.expression(condition.operand, table, f"{location}.operand", inner)
                low = self.expression(condition.low, table, f"{location}.low", inner)
                high = self.expression(condition.high, table, f"{location}.high", inner)
                if operand.constant and (low.constant or high.constant):
                    self.problem(
                        location, ProblemKind.INCOMPLETE, "compares two constants: one side must be of the row"
                    )
                operand, low, high = self.together(location, operand, low, high)
                return condition.model_copy(
                    update={"operand": operand.expression, "low": low.expression, "high": high.expression}
                )
            case OneOf():
                operand = self.varying(condition.operand, table, f"{location}.operand", inner)
                values = self.values(condition.values, operand.value_type, f"{location}.values")
                return condition.model_copy(update={"operand": operand.expression, "values": values})
            case IsNull():
                operand = self.varying(condition.operand, table, f"{location}.operand", inner)
                return condition.model_copy(update={"operand": operand.expression})
            case TextMatch():
                operand = self.varying(condition.operand, table, f"{location}.operand", inner)
                self.text_match(condition, operand, location)
                return condition.model_copy(update={"operand": operand.expression})
            case ArrayContains():
                return self.array_contains(condition, table, location)
            case InTime():
                operand = self.varying(condition.operand, table, f"{location}.operand", inner)
                if operand.value_type is not None and not operand.value_type.is_moment:
                    self.problem(
                        operand.location,
                        ProblemKind.TYPE_MISMATCH,
                        f"a {operand.value_type.describe()} is no date or time",
                        self.moments(table),
                    )
                self.window(condition.window, f"{location}.window")
                return condition.model_copy(update={"operand": operand.expression})
            case Exists():
                path, end = self.path(condition.path, table, f"{location}.path")
                if end is None:
                    return condition
                inside = self.optional_condition(condition.condition, end, f"{location}.condition", inner)
                return condition.model_copy(update={"path": path, "condition": inside})

    def text_match(self, condition: TextMatch, operand: _Checked, location: str) -> None:
        value_type = operand.value_type
        if value_type is not None and value_type.category not in {TypeCategory.TEXT, TypeCategory.ENUM}:
            self.problem(operand.location, ProblemKind.TYPE_MISMATCH, f"a {value_type.describe()} is no text")
        if not condition.text and condition.matching is not TextMatching.EQUALS:
            self.problem(f"{location}.text", ProblemKind.INCOMPLETE, "is empty, which every text contains")
        self.writable(condition.text, f"{location}.text")

    def array_contains(self, condition: ArrayContains, table: Table, location: str) -> ArrayContains:
        name, value_type = self.column(condition.column, table, f"{location}.column")
        if value_type is not None and value_type.category is not TypeCategory.ARRAY:
            self.problem(f"{location}.column", ProblemKind.TYPE_MISMATCH, f"a {value_type.describe()} is no array")
            value_type = None
        values = []
        for index, value in enumerate(condition.values):
            place = f"{location}.values[{index}]"
            self.count_constant(value, place)
            if value_type is not None:
                try:
                    text = fit_element(value, value_type).text
                    values.append(text if value_type.element is TypeCategory.ENUM else value)
                except LiteralUnfitError as error:
                    self.problem(place, error.kind, error.reason, error.candidates)
        return condition.model_copy(update={"column": name, "values": tuple(values)})

    def moments(self, table: Table) -> tuple[str, ...]:
        return tuple(column.name for column in table.columns if column_type(column).is_moment)[:5]

    def window(self, window: TimeWindow, location: str) -> None:
        match window:
            case LastPeriod() | NextPeriod() | OlderThan():
                if window.amount > MAXIMUM_YEARS * UNITS_IN_A_YEAR[window.unit]:
                    self.problem(
                        f"{location}.amount", ProblemKind.TOO_LARGE, f"reaches more than {MAXIMUM_YEARS} years away"
                    )
            case Age():
                furthest = window.at_least if window.at_most is None else window.at_most + 1
                if furthest > MAXIMUM_YEARS * UNITS_IN_A_YEAR[window.unit]:
                    self.problem(location, ProblemKind.TOO_LARGE, f"reaches more than {MAXIMUM_YEARS} years away")
                if window.at_most is not None and window.at_most < window.at_least:
                    self.problem(
                        location,
                        ProblemKind.CONTRADICTION,
                        f"nothing is at least {window.at_least} and at most {window.at_most} {window.unit}s old",
                    )
            case CalendarPeriod():
                if abs(window.offset) > MAXIMUM_YEARS * UNITS_IN_A_YEAR[window.unit]:
                    self.problem(
                        f"{location}.offset", ProblemKind.TOO_LARGE, f"reaches more than {MAXIMUM_YEARS} years away"
                    )
            case TimeRange():
                self.time_range(window, location)

    def time_range(self, window: TimeRange, location: str) -> None:
        if window.start is None and window.end is None:
            self.problem(location, ProblemKind.INCOMPLETE, "needs a start or an end")
        ends = []
        for name, text in (("start", window.start), ("end", window.end)):
            if text is not None:
                try:
                    ends.append(moment_of(text))
                except LiteralUnfitError as error:
                    self.problem(f"{location}.{name}", error.kind, error.reason)
        if len(ends) == 2 and ends[0] >= ends[1]:
            self.problem(location, ProblemKind.CONTRADICTION, "ends before it starts (the end itself is outside)")

    # Paths

    def path(
        self, steps: tuple[PathStep, ...], table: Table, location: str
    ) -> tuple[tuple[PathStep, ...], Table | None]:
        """The path with every step filled in, and the table that it ends at; None if a step leads nowhere."""
        if len(steps) > MAXIMUM_STEPS:
            self.problem(location, ProblemKind.TOO_LARGE, f"has more than {MAXIMUM_STEPS} steps")
            return steps, None
        resolved = []
        for index, step in enumerate(steps):
            self.enter(f"{location}[{index}]", 0)
            try:
                link = resolve_step(step, table.name, self.catalog)
            except NameUnresolvedError as error:
                self.problem(f"{location}[{index}]", error.kind, error.reason, error.candidates)
                return steps, None
            resolved.append(
                PathStep(table=str(link.target), columns=link.foreign_key.columns, direction=link.direction)
            )
            table = self.catalog.table(link.target)
        return tuple(resolved), table

    # Expressions

    def expression(self, expression: Expression, table: Table, location: str, depth: int) -> _Checked:
        self.enter(location, depth)
        match expression:
            case LiteralValue():
                self.count_constant(expression.value, f"{location}.value")
                return _Checked(expression, location)
            case ColumnValue():
                name, value_type = self.column(expression.column, table, f"{location}.column")
                expression = expression.model_copy(update={"column": name})
                return _Checked(expression, location, value_type and computed(value_type))
            case JsonValue():
                return self.json_value(expression, table, location)
            case Arithmetic():
                return self.arithmetic(expression, table, location, depth)
            case Aggregate():
                return self.aggregate(expression, table, location, depth)

    def varying(self, expression: Expression, table: Table, location: str, depth: int) -> _Checked:
        """An expression that must not be a constant."""
        checked = self.expression(expression, table, location, depth)
        if checked.constant:
            self.problem(location, ProblemKind.INCOMPLETE, "is a constant: a value of the row is needed")
        return checked

    def column(self, name: str, table: Table, location: str) -> tuple[str, ValueType | None]:
        try:
            column = resolve_column(name, table)
        except NameUnresolvedError as error:
            candidates = (*columns_nearby(name, table.name, self.catalog), *error.candidates)
            self.problem(location, error.kind, error.reason, candidates)
            return name, None
        return column.name, column_type(column)

    def json_value(self, expression: JsonValue, table: Table, location: str) -> _Checked:
        name, value_type = self.column(expression.column, table, f"{location}.column")
        for index, key in enumerate(expression.path):
            self.count_constant(key, f"{location}.path[{index}]")
        if value_type is None:
            return _Checked(expression, location)
        if value_type.category is not TypeCategory.JSON:
            self.problem(
                f"{location}.column", ProblemKind.TYPE_MISMATCH, f"a {value_type.describe()} is no json or jsonb"
            )
            return _Checked(expression, location)
        resolved = expression.model_copy(update={"column": name})
        return _Checked(resolved, location, JSON_TYPES[resolved.type])

    def arithmetic(self, expression: Arithmetic, table: Table, location: str, depth: int) -> _Checked:
        operator = expression.operator
        left = self.expression(expression.left, table, f"{location}.left", depth + 1)
        right = self.expression(expression.right, table, f"{location}.right", depth + 1)
        resolved = expression.model_copy(update={"left": left.expression, "right": right.expression})
        if left.broken or right.broken:
            return _Checked(resolved, location)
        if left.constant and right.constant:
            self.problem(location, ProblemKind.INCOMPLETE, "computes with two constants: write the result instead")
            return _Checked(resolved, location)
        left_type = left.value_type or self.operand_constant(resolved, left, right, on_the_right=False)
        right_type = right.value_type or self.operand_constant(resolved, right, left, on_the_right=True)
        if left_type is None or right_type is None:
            return _Checked(resolved, location)
        result = arithmetic_type(operator, left_type, right_type)
        if result is None:
            described = f"{left_type.describe()} {operator.value} {right_type.describe()}"
            self.problem(location, ProblemKind.TYPE_MISMATCH, f"there is no {described}")
        return _Checked(resolved, location, result)

    def operand_constant(
        self, arithmetic: Arithmetic, constant: _Checked, beside: _Checked, *, on_the_right: bool
    ) -> ValueType | None:
        """The type that a constant operand takes, once it is known to fit."""
        value_type = constant_operand_type(
            arithmetic.operator, constant.expression, beside.value_type, on_the_right=on_the_right
        )
        if value_type is None:
            described = beside.value_type.describe() if beside.value_type else ""
            self.problem(constant.location, ProblemKind.TYPE_MISMATCH, f"there is no arithmetic with a {described}")
            return None
        if value_type is INTEGER and isinstance(constant.expression, LiteralValue):
            days = constant.expression.value
            if not isinstance(days, int) or abs(days) > MAXIMUM_INTERVAL.days:
                self.problem(f"{constant.location}.value", ProblemKind.IMPOSSIBLE_VALUE, "is too many days")
                return None
        return value_type if self.fit(constant, value_type) is not None else None

    def aggregate(self, expression: Aggregate, table: Table, location: str, depth: int) -> _Checked:
        path, end = self.path(expression.path, table, f"{location}.path")
        if end is None:
            return _Checked(expression, location)
        of = None
        if expression.of is not None:
            of = self.varying(expression.of, end, f"{location}.of", depth + 1)
        condition = self.optional_condition(expression.condition, end, f"{location}.condition", depth + 1)
        resolved = expression.model_copy(
            update={"path": path, "of": of.expression if of else None, "condition": condition}
        )
        function = expression.function
        if of is None and function is not AggregateFunction.COUNT:
            self.problem(
                f"{location}.of", ProblemKind.INCOMPLETE, f"{function.value} needs a value to aggregate", _columns(end)
            )
            return _Checked(resolved, location)
        if of is not None and of.value_type is None:
            return _Checked(resolved, location)
        value_type = aggregate_type(function, of.value_type if of else None)
        if value_type is None and of is not None and of.value_type is not None:
            self.problem(
                f"{location}.of",
                ProblemKind.TYPE_MISMATCH,
                f"there is no {function.value} of {of.value_type.describe()}",
            )
        return _Checked(resolved, location, value_type)

    # Values

    def together(self, location: str, *sides: _Checked) -> tuple[_Checked, ...]:
        """The sides of one comparison: their types must go together and the constants among them must fit."""
        types = [side.value_type for side in sides if side.value_type is not None]
        if any(side.broken for side in sides) or not types:
            return sides
        common = common_type(types)
        if common is None:
            described = " and ".join(dict.fromkeys(value_type.describe() for value_type in types))
            self.problem(location, ProblemKind.TYPE_MISMATCH, f"values of type {described} cannot be compared")
            return sides
        fitted = tuple(self.fit(side, common) or side for side in sides)
        if common.category is TypeCategory.INTERVAL and any(isinstance(side.expression, Arithmetic) for side in sides):
            self.lengths(fitted)
        return fitted

    def lengths(self, sides: Sequence[_Checked]) -> None:
        """PostgreSQL compares a month as 30 days: wrong for a length that is the difference of two moments."""
        for side in sides:
            if isinstance(side.expression, LiteralValue) and has_months(side.expression.value):
                reason = "a month has no fixed length: add it to the earlier time instead, and compare with the later"
                self.problem(f"{side.location}.value", ProblemKind.TYPE_MISMATCH, reason)

    def fit(self, constant: _Checked, value_type: ValueType) -> _Checked | None:
        """The constant as spelled in its type; None, and a problem, if it does not fit."""
        if not isinstance(constant.expression, LiteralValue):
            return constant
        value = self.value(constant.expression.value, value_type, f"{constant.location}.value")
        if value is None:
            return None
        return _Checked(constant.expression.model_copy(update={"value": value}), constant.location)

    def value(self, value: Scalar, value_type: ValueType, location: str) -> Scalar | None:
        try:
            text = fit_literal(value, value_type).text
        except LiteralUnfitError as error:
            self.problem(location, error.kind, error.reason, error.candidates)
            return None
        if value_type.category is TypeCategory.ENUM:
            return text
        if value_type.category is TypeCategory.BOOLEAN:
            return text == "true"
        return value

    def values(self, values: Sequence[Scalar], value_type: ValueType | None, location: str) -> tuple[Scalar, ...]:
        fitted = []
        for index, value in enumerate(values):
            place = f"{location}[{index}]"
            self.count_constant(value, place)
            fitting = self.value(value, value_type, place) if value_type is not None else None
            fitted.append(value if fitting is None else fitting)
        return tuple(fitted)

    def count_constant(self, value: Scalar, location: str) -> None:
        self.constants += 1
        if self.constants > MAXIMUM_CONSTANTS:
            self.too_much(location, f"the plan has more than {MAXIMUM_CONSTANTS} constants")
        if isinstance(value, str):
            self.writable(value, location)
        elif isinstance(value, float) and not math.isfinite(value):
            self.problem(location, ProblemKind.IMPOSSIBLE_VALUE, "is no finite number")

    def writable(self, text: str, location: str) -> None:
        """Whether the server can take the text at all."""
        if len(text) > MAXIMUM_TEXT:
            self.too_much(location, f"is longer than {MAXIMUM_TEXT} characters")
        if "\0" in text:
            self.problem(
                location, ProblemKind.IMPOSSIBLE_VALUE, "holds a null character, which no text in PostgreSQL can"
            )
        codec = python_codecs.get(self.catalog.encoding, "utf-8")
        if self.catalog.encoding == "SQL_ASCII":
            codec = "utf-8"
        try:
            text.encode(codec)
        except UnicodeEncodeError:
            self.problem(
                location, ProblemKind.IMPOSSIBLE_VALUE, f"{shown(text)} cannot be written in the database's encoding"
            )


def _columns(table: Table) -> tuple[str, ...]:
    return tuple(column.name for column in table.columns)[:5]
