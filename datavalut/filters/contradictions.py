"""Conditions that no row can ever meet: two that exclude each other, or one that its column's type, labels or check
constraints exclude.

What is found is certain, but not all is found: only constants are weighed, each expression for itself, and of a
negation only what is simple. A condition that is merely always true is none of this.
"""

import re
import struct
from collections.abc import Iterator
from datetime import UTC, datetime, time
from decimal import Decimal
from functools import cached_property
from typing import Any

from pydantic import BaseModel

from datavalut.catalog.model import Catalog, Column, Table, TypeCategory
from datavalut.filters.check_constraints import ColumnRule, column_rules
from datavalut.filters.errors import FilterProblem, ProblemKind, shown
from datavalut.filters.literals import INTEGER_RANGES, fit_literal, moment_of, number_of
from datavalut.filters.model import (
    EXCHANGED,
    OPPOSITE,
    Aggregate,
    AggregateFunction,
    AllOf,
    AnyOf,
    Between,
    ColumnValue,
    Comparison,
    ComparisonOperator,
    Condition,
    Exists,
    Expression,
    FilterPlan,
    InTime,
    IsNull,
    LiteralValue,
    Not,
    OneOf,
    PathStep,
    Scalar,
    TextMatch,
    TextMatching,
    TimeRange,
)
from datavalut.filters.names import nearest, resolve_step, resolve_table
from datavalut.filters.times import bounds_of
from datavalut.filters.value_sets import Restriction, ValueSet
from datavalut.filters.value_types import ValueType, column_type, expression_type
from datavalut.filters.without_rows import COUNTS

_PRECISION = re.compile(r"numeric\((\d+),(\d+)\)")
_LENGTH = re.compile(r"character(?: varying)?\((\d+)\)")

_EQUAL, _NOT_EQUAL = ComparisonOperator.EQUAL, ComparisonOperator.NOT_EQUAL
_LESS, _LESS_OR_EQUAL = ComparisonOperator.LESS, ComparisonOperator.LESS_OR_EQUAL
_GREATER, _GREATER_OR_EQUAL = ComparisonOperator.GREATER, ComparisonOperator.GREATER_OR_EQUAL


def impossible_conditions(
    plan: FilterPlan, catalog: Catalog, reference_time: datetime | None
) -> tuple[FilterProblem, ...]:
    """The plan's conditions that nothing can meet. Its names must be resolved. Without a reference time, windows that
    depend on it are not weighed."""
    search = _Search(catalog, reference_time)
    for index, root in enumerate(plan.roots):
        if root.condition is not None:
            search.visit(root.condition, resolve_table(root.table, catalog), f"roots[{index}].condition")
    return tuple(search.problems)


class _ImpossibleError(Exception):
    def __init__(self, problem: FilterProblem) -> None:
        super().__init__(problem.reason)
        self.problem = problem


_Key = Expression | tuple[Expression, str]


class _Facts:
    """What is known of a row's expressions. What an alternative adds is no fact of its `parent`."""

    def __init__(self, parent: "_Facts | None" = None) -> None:
        self._parent = parent
        self._sets: dict[_Key, ValueSet] = {}

    def find(self, key: _Key) -> ValueSet | None:
        """The set to restrict further, None if nothing is known yet."""
        if key not in self._sets:
            known = self._parent.find(key) if self._parent is not None else None
            if known is None:
                return None
            self._sets[key] = known.copy()
        return self._sets[key]

    def begin(self, key: _Key, values: ValueSet) -> ValueSet:
        self._sets[key] = values
        return values


class _Search:
    def __init__(self, catalog: Catalog, reference_time: datetime | None) -> None:
        self.problems: list[FilterProblem] = []
        self._catalog = catalog
        self._reference_time = reference_time

    def visit(self, condition: Condition, table: Table, location: str) -> None:
        """Looks for what is impossible in the condition as a whole; if it is possible, in each part of it."""
        try:
            _Row(table, self._catalog, self._reference_time).assume(condition, location, _Facts(), met=True)
        except _ImpossibleError as impossible:
            self.problems.append(impossible.problem)
            return
        for inner, inner_table, inner_location in self._parts(condition, table, location):
            self.visit(inner, inner_table, inner_location)

    def _parts(self, part: object, table: Table, location: str) -> Iterator[tuple[Condition, Table, str]]:
        """The conditions right inside a condition or an expression."""
        match part:
            case AllOf() | AnyOf():
                for index, inner in enumerate(part.conditions):
                    yield inner, table, f"{location}.conditions[{index}]"
            case Not():
                yield part.condition, table, f"{location}.condition"
            case Exists() | Aggregate():
                end = self._end(part.path, table)
                if part.condition is not None:
                    yield part.condition, end, f"{location}.condition"
                if isinstance(part, Aggregate):
                    yield from self._parts(part.of, end, f"{location}.of")
            case BaseModel():
                for name in type(part).model_fields:
                    yield from self._parts(getattr(part, name), table, f"{location}.{name}")
            case _:
                pass

    def _end(self, path: tuple[PathStep, ...], table: Table) -> Table:
        for step in path:
            table = self._catalog.table(resolve_step(step, table.name, self._catalog).target)
        return table


class _Row:
    """One row of `table`, of which conditions are assumed."""

    def __init__(self, table: Table, catalog: Catalog, reference_time: datetime | None) -> None:
        self._table = table
        self._catalog = catalog
        self._reference_time = reference_time

    @cached_property
    def _rules(self) -> tuple[ColumnRule, ...]:
        return column_rules(self._table)

    def assume(self, condition: Condition, location: str, facts: _Facts, *, met: bool) -> None:
        """That the condition is true, or not true. Raises _ImpossibleError if that cannot be."""
        parts = list(_conjuncts(condition, location, met))
        for part, part_location, part_met in parts:
            if not isinstance(part, AllOf | AnyOf):
                self._assume_one(part, part_location, facts, part_met)
        for part, part_location, part_met in parts:
            if isinstance(part, AllOf | AnyOf):
                self._alternatives(part, part_location, facts, part_met)

    def _assume_one(self, condition: Condition, location: str, facts: _Facts, met: bool) -> None:
        match condition:
            case Exists():
                self._count(condition.path, condition.condition, 1 if met else 0, location, facts)
            case IsNull():
                values = self._values(condition.operand, facts)
                restrict = values.null if met else values.not_null
                restrict(Restriction(location))
                _check(values, location)
            case Comparison():
                self._comparison(condition, location, facts, met)
            case OneOf():
                for index, value in enumerate(condition.values):
                    self._fits(condition.operand, value, f"{location}.values[{index}]")
                self._equal_to(condition.operand, condition.values, location, facts, equal=met, not_null=met)
            case Between() if met:
                for operator, side in ((_GREATER_OR_EQUAL, condition.low), (_LESS_OR_EQUAL, condition.high)):
                    self._comparison(
                        Comparison(left=condition.operand, operator=operator, right=side), location, facts, met
                    )
            case TextMatch() if condition.matching is TextMatching.EQUALS:
                self._text(condition, location, facts, met)
            case InTime():
                self._in_time(condition, location, facts, met)
            case _:
                pass

    def _alternatives(self, condition: AllOf | AnyOf, location: str, facts: _Facts, met: bool) -> None:
        found = []
        for index, part in enumerate(condition.conditions):
            try:
                self.assume(part, f"{location}.conditions[{index}]", _Facts(facts), met=met)
            except _ImpossibleError as impossible:
                found.append(impossible.problem)
            else:
                return
        if len(found) == 1:
            raise _ImpossibleError(found[0])
        reason = f"none of its alternatives can ever be true ({found[0].location}: {found[0].reason})"
        raise _ImpossibleError(FilterProblem(location, found[0].kind, reason, found[0].candidates))

    def _comparison(self, condition: Comparison, location: str, facts: _Facts, met: bool) -> None:
        operand, operator, constant, side = condition.left, condition.operator, condition.right, "right"
        if isinstance(operand, LiteralValue):
            operand, operator, constant, side = constant, EXCHANGED[operator], operand, "left"
        if not isinstance(constant, LiteralValue):
            for compared in (operand, constant):
                self._is_not_null(compared, location, facts, met)
            return
        operator = operator if met else OPPOSITE[operator]
        if operator in {_EQUAL, _NOT_EQUAL}:
            self._fits(operand, constant.value, f"{location}.{side}.value")
            self._equal_to(operand, (constant.value,), location, facts, equal=operator is _EQUAL, not_null=met)
            return
        self._is_not_null(operand, location, facts, met)
        weight = self._weight(constant.value, operand)
        if weight is None or isinstance(weight, str):
            return  # texts have the order of their collation
        values = self._values(operand, facts)
        restrict = values.from_below if operator in {_GREATER, _GREATER_OR_EQUAL} else values.from_above
        restrict(weight, operator in {_GREATER_OR_EQUAL, _LESS_OR_EQUAL}, Restriction(location))
        _check(values, location)

    def _equal_to(
        self,
        operand: Expression,
        constants: tuple[Scalar, ...],
        location: str,
        facts: _Facts,
        *,
        equal: bool,
        not_null: bool,
    ) -> None:
        """That the operand is one of the constants, or none of them; `not_null` says whether null is ruled out."""
        self._is_not_null(operand, location, facts, not_null)
        weights = [self._weight(constant, operand) for constant in constants]
        if any(weight is None for weight in weights):
            return
        values = self._values(operand, facts)
        restrict = values.one_of if equal else values.none_of
        restrict(weights, Restriction(location))
        _check(values, location)
        texts = [weight.lower() for weight in weights if isinstance(weight, str)]
        if equal and texts:
            self._in_lower_case(operand, texts, location, facts, not_null)

    def _text(self, condition: TextMatch, location: str, facts: _Facts, met: bool) -> None:
        self._fits_in_lower_case(condition, location)
        self._is_not_null(condition.operand, location, facts, met)
        if met:
            self._in_lower_case(condition.operand, [condition.text.lower()], location, facts, not_null=True)

    def _in_lower_case(
        self, operand: Expression, texts: list[str], location: str, facts: _Facts, not_null: bool
    ) -> None:
        key = (operand, "lower")
        values = facts.find(key) or facts.begin(key, ValueSet())
        if not_null:
            values.not_null(Restriction(location))
        values.one_of(texts, Restriction(location))
        _check(values, location)

    def _in_time(self, condition: InTime, location: str, facts: _Facts, met: bool) -> None:
        self._is_not_null(condition.operand, location, facts, met)
        if self._reference_time is None and not isinstance(condition.window, TimeRange):
            return
        bounds = bounds_of(condition.window, self._reference_time or datetime.now(UTC))
        value_type = expression_type(condition.operand, self._table, self._catalog)
        by_day = bounds.by_day and value_type is not None and value_type.category is TypeCategory.DATE
        values = self._values(condition.operand, facts)
        start, end = (_midnight(moment) if by_day and moment else moment for moment in (bounds.start, bounds.end))
        if not met and start is not None and end is not None:
            return
        if start is not None:
            restrict = values.from_below if met else values.from_above
            restrict(start, bounds.start_included is met, Restriction(location))
        if end is not None:
            restrict = values.from_above if met else values.from_below
            restrict(end, bounds.end_included is met, Restriction(location))
        _check(values, location)

    def _count(
        self, path: tuple[PathStep, ...], condition: Condition | None, some: int, location: str, facts: _Facts
    ) -> None:
        """That there is a related row, or none. A row that meets a condition is a row."""
        operators = {1: _GREATER_OR_EQUAL, 0: _EQUAL}
        for weighed in {condition, None} if some else {condition}:
            count = Aggregate(function=AggregateFunction.COUNT, path=path, condition=weighed)
            counted = Comparison(left=count, operator=operators[some], right=LiteralValue(value=some))
            self._comparison(counted, location, facts, met=True)

    # What is known of an expression

    def _is_not_null(self, operand: Expression, location: str, facts: _Facts, met: bool) -> None:
        if met and not isinstance(operand, LiteralValue):
            values = self._values(operand, facts)
            values.not_null(Restriction(location))
            _check(values, location)

    def _values(self, operand: Expression, facts: _Facts) -> ValueSet:
        known = facts.find(operand)
        if known is not None:
            return known
        value_type = expression_type(operand, self._table, self._catalog)
        whole = value_type is not None and value_type.category is TypeCategory.INTEGER
        values = facts.begin(operand, ValueSet(whole))
        if isinstance(operand, Aggregate) and operand.function in COUNTS:
            values.from_below(Decimal(0), True, Restriction("a number of rows is never below 0", rule=True))
        if isinstance(operand, ColumnValue):
            self._restrict_by_rules(values, self._table.column(operand.column))
        return values

    def _restrict_by_rules(self, values: ValueSet, column: Column) -> None:
        value_type = column_type(column)
        if value_type.base_name in INTEGER_RANGES:
            low, high = INTEGER_RANGES[value_type.base_name]
            values.from_below(Decimal(low), True, Restriction(f"a {value_type.base_name} is never below {low}", True))
            values.from_above(Decimal(high), True, Restriction(f"a {value_type.base_name} is never above {high}", True))
        precision = _PRECISION.fullmatch(column.type_name)
        if precision is not None:
            # Upwards there is no end: NaN is above all numbers, and a value of the type.
            limit = Decimal(10) ** (int(precision[1]) - int(precision[2]))
            values.from_below(-limit, False, Restriction(f"a {column.type_name} is always above {-limit}", True))
        if not value_type.is_number or value_type.is_money:
            return
        for rule in self._rules:
            if rule.column == column.name and rule.limit is not None:
                restrict = values.from_below if rule.limit.operator.startswith(">") else values.from_above
                restrict(rule.limit.number, rule.limit.operator.endswith("="), Restriction(f"{rule.text} holds", True))

    def _weight(self, constant: Scalar, operand: Expression) -> Any:
        """The constant as a value that Python compares as PostgreSQL does; None where there is none."""
        value_type = expression_type(operand, self._table, self._catalog)
        if value_type is None:
            return None
        match value_type.category:
            case TypeCategory.INTEGER | TypeCategory.NUMERIC:
                return _number(constant, value_type)
            case TypeCategory.DATE | TypeCategory.TIMESTAMP | TypeCategory.TIMESTAMPTZ:
                return moment_of(constant)
            case TypeCategory.BOOLEAN:
                return int(fit_literal(constant, value_type).text == "true")
            case TypeCategory.ENUM:
                return value_type.enum_labels.index(fit_literal(constant, value_type).text)
            case TypeCategory.UUID:
                return fit_literal(constant, value_type).text
            case TypeCategory.TEXT if not value_type.deterministic:
                return None
            case TypeCategory.TEXT:
                text = fit_literal(constant, value_type).text
                if value_type.base_name in {"character", "bpchar"}:
                    return text.rstrip(" ")
                return text if value_type.base_name in {"text", "character varying", "name"} else None
            case _:
                return None

    def _fits(self, operand: Expression, constant: Scalar, location: str) -> None:
        """Raises _ImpossibleError if no value of the column can equal the constant."""
        if not isinstance(operand, ColumnValue):
            return
        column = self._table.column(operand.column)
        value_type = column_type(column)
        if value_type.is_number and not value_type.is_money:
            reason = _number_unfit(number_of(constant), column, value_type)
            if reason is not None:
                raise _ImpossibleError(FilterProblem(location, ProblemKind.IMPOSSIBLE_VALUE, reason))
        if value_type.category is TypeCategory.TEXT:
            self._text_fits(str(constant), column, location, exactly=True)

    def _fits_in_lower_case(self, condition: TextMatch, location: str) -> None:
        if isinstance(condition.operand, ColumnValue):
            column = self._table.column(condition.operand.column)
            self._text_fits(condition.text, column, f"{location}.text", exactly=condition.case_sensitive)

    def _text_fits(self, text: str, column: Column, location: str, *, exactly: bool) -> None:
        if not column.deterministic:
            return  # what it equals may be longer or shorter, and be in no list
        length = _LENGTH.fullmatch(column.type_name)
        if length is not None and len(text.rstrip(" ")) > int(length[1]):
            reason = f"{shown(text)} is too long to be a {column.type_name}"
            raise _ImpossibleError(FilterProblem(location, ProblemKind.IMPOSSIBLE_VALUE, reason))
        lists = [column.enum_labels] if column.category is TypeCategory.ENUM else []
        lists += [rule.labels for rule in self._rules if rule.column == column.name and rule.labels]
        for labels in lists:
            ignores_case = not exactly or column.type_name.split(".")[-1] == "citext"
            alike = {label.lower() for label in labels} if ignores_case else set(labels)
            if (text.lower() if ignores_case else text) not in alike and text.isascii():
                reason = f"{shown(text)} is no value of {column.name}"
                candidates = nearest(text, labels) or labels[:5]
                raise _ImpossibleError(FilterProblem(location, ProblemKind.IMPOSSIBLE_VALUE, reason, candidates))


def _conjuncts(condition: Condition, location: str, met: bool) -> Iterator[tuple[Condition, str, bool]]:
    """All that holds if the condition is met, or is not: single conditions, and groups of alternatives."""
    match condition:
        case Not():
            yield from _conjuncts(condition.condition, f"{location}.condition", not met)
        case AllOf() | AnyOf() if isinstance(condition, AllOf) is met:
            for index, part in enumerate(condition.conditions):
                yield from _conjuncts(part, f"{location}.conditions[{index}]", met)
        case _:
            yield condition, location, met


def _check(values: ValueSet, location: str) -> None:
    conflict = values.conflict()
    if conflict is None:
        return
    for restriction in conflict:
        if restriction.rule:
            reason = f"can never be true: {restriction.text}"
            raise _ImpossibleError(FilterProblem(location, ProblemKind.IMPOSSIBLE_VALUE, reason))
    others = [restriction.text for restriction in conflict if restriction.text != location]
    reason = f"can never be true together with {others[0]}" if others else "can never be true"
    raise _ImpossibleError(FilterProblem(location, ProblemKind.CONTRADICTION, reason))


def _number(constant: Scalar, value_type: ValueType) -> Decimal | float:
    """As floating point columns are compared, in their own precision."""
    number = number_of(constant)
    match value_type.base_name:
        case "real":
            [rounded] = struct.unpack("f", struct.pack("f", float(number)))
            return float(rounded)
        case "double precision":
            return float(number)
        case _:
            return number


def _number_unfit(number: Decimal, column: Column, value_type: ValueType) -> str | None:
    if value_type.base_name in INTEGER_RANGES:
        low, high = INTEGER_RANGES[value_type.base_name]
        if number != number.to_integral_value():
            return f"{number} is no {value_type.base_name}"
        return None if low <= number <= high else f"{number} is out of the range of {value_type.base_name}"
    precision = _PRECISION.fullmatch(column.type_name)
    if precision is None:
        return None
    digits, scale = int(precision[1]), int(precision[2])
    if abs(number) >= Decimal(10) ** (digits - scale):
        return f"{number} is out of the range of {column.type_name}"
    exponent = number.normalize().as_tuple().exponent
    return f"{number} has more decimals than a {column.type_name}" if -int(exponent) > scale else None


def _midnight(moment: datetime) -> datetime:
    return datetime.combine(moment.astimezone(UTC).date(), time(0), UTC)
