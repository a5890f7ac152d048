"""What type an expression's values have, and which types go together."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from datavalut.catalog.model import Catalog, Column, Table, TypeCategory
from datavalut.filters.model import (
    Aggregate,
    AggregateFunction,
    Arithmetic,
    ArithmeticOperator,
    ColumnValue,
    Expression,
    JsonType,
    JsonValue,
    LiteralValue,
)
from datavalut.filters.names import resolve_step

# Types of category `other` whose values have an order and a text form that Python can check.
NETWORK_TYPES = frozenset({"inet", "cidr", "macaddr", "macaddr8"})


@dataclass(frozen=True)
class ValueType:
    """`type_name` is as in the catalog's Column. `element` and `element_type_name` are set for arrays only,
    `enum_labels` for enums and arrays of them, `collation` as in the catalog's Column."""

    category: TypeCategory
    type_name: str
    enum_labels: tuple[str, ...] = ()
    element: TypeCategory | None = None
    element_type_name: str | None = None
    collation: tuple[str, str] | None = None
    deterministic: bool = True

    @property
    def base_name(self) -> str:
        """The type's name without a modifier: `numeric` of `numeric(10,2)`. (A cast to a type with a modifier would
        round or cut the value.)"""
        if '"' in self.type_name:
            return self.type_name
        return re.sub(r"\s*\([^)]*\)", "", self.type_name).strip()

    @property
    def is_number(self) -> bool:
        return self.category in {TypeCategory.INTEGER, TypeCategory.NUMERIC}

    @property
    def is_moment(self) -> bool:
        return self.category in {TypeCategory.DATE, TypeCategory.TIMESTAMP, TypeCategory.TIMESTAMPTZ}

    @property
    def is_money(self) -> bool:
        return self.base_name == "money"

    @property
    def has_order(self) -> bool:
        """Whether its values can be compared with each other."""
        if self.category is TypeCategory.ARRAY:
            return self.element not in {None, TypeCategory.JSON, TypeCategory.OTHER, TypeCategory.ARRAY}
        if self.category is TypeCategory.OTHER:
            return self.base_name in NETWORK_TYPES
        return self.category is not TypeCategory.JSON

    @property
    def has_extremes(self) -> bool:
        """Whether PostgreSQL has min and max for it."""
        if self.category is TypeCategory.OTHER:
            return self.base_name in {"inet", "cidr"}
        return self.category not in {
            TypeCategory.BOOLEAN,
            TypeCategory.UUID,
            TypeCategory.ARRAY,
            TypeCategory.JSON,
            TypeCategory.BINARY,
        }

    def element_type(self) -> "ValueType":
        """The type of an array's elements."""
        return ValueType(
            self.element or TypeCategory.OTHER, self.element_type_name or "text", enum_labels=self.enum_labels
        )

    def describe(self) -> str:
        return self.type_name


BOOLEAN = ValueType(TypeCategory.BOOLEAN, "boolean")
BIGINT = ValueType(TypeCategory.INTEGER, "bigint")
INTEGER = ValueType(TypeCategory.INTEGER, "integer")
NUMERIC = ValueType(TypeCategory.NUMERIC, "numeric")
TEXT = ValueType(TypeCategory.TEXT, "text")
DATE = ValueType(TypeCategory.DATE, "date")
TIMESTAMP = ValueType(TypeCategory.TIMESTAMP, "timestamp without time zone")
TIMESTAMPTZ = ValueType(TypeCategory.TIMESTAMPTZ, "timestamp with time zone")
INTERVAL = ValueType(TypeCategory.INTERVAL, "interval")

# What these aggregates are where there is nothing to aggregate; the others are null there.
ZERO_WITHOUT_ROWS = frozenset({AggregateFunction.COUNT, AggregateFunction.COUNT_DISTINCT, AggregateFunction.SUM})

JSON_TYPES = {JsonType.TEXT: TEXT, JsonType.NUMERIC: NUMERIC, JsonType.BOOLEAN: BOOLEAN}


def column_type(column: Column) -> ValueType:
    return ValueType(
        column.category, column.type_name, column.enum_labels, element=column.element,
        element_type_name=column.element_type_name, collation=column.collation, deterministic=column.deterministic,
    )  # fmt: skip


def expression_type(expression: Expression, table: Table, catalog: Catalog) -> ValueType | None:
    """The type of a checked expression on a row of `table`; None for a constant, which takes the type of what it stands
    beside."""
    match expression:
        case LiteralValue():
            return None
        case ColumnValue():
            return computed(column_type(table.column(expression.column)))
        case JsonValue():
            return JSON_TYPES[expression.type]
        case Arithmetic():
            left = expression_type(expression.left, table, catalog)
            right = expression_type(expression.right, table, catalog)
            left = left or constant_operand_type(expression.operator, expression.left, right, on_the_right=False)
            right = right or constant_operand_type(expression.operator, expression.right, left, on_the_right=True)
            return arithmetic_type(expression.operator, left, right) if left and right else None
        case Aggregate():
            end = table
            for step in expression.path:
                end = catalog.table(resolve_step(step, end.name, catalog).target)
            of = expression_type(expression.of, end, catalog) if expression.of is not None else None
            return aggregate_type(expression.function, of)


def computed(value_type: ValueType) -> ValueType:
    """The type in which SQL computes with a column: `money`, whose text depends on the locale, is read as numeric."""
    return NUMERIC if value_type.is_money else value_type


def aggregate_type(function: AggregateFunction, of: ValueType | None) -> ValueType | None:
    """The type of `function` over values of type `of`; None if the function does not take them."""
    match function:
        case AggregateFunction.COUNT:
            return BIGINT
        case AggregateFunction.COUNT_DISTINCT:
            return BIGINT if of is not None and of.has_order else None
        case AggregateFunction.SUM | AggregateFunction.AVG:
            return NUMERIC if of is not None and of.is_number else None
        case AggregateFunction.MIN | AggregateFunction.MAX:
            return of if of is not None and of.has_extremes else None


def arithmetic_type(operator: ArithmeticOperator, left: ValueType, right: ValueType) -> ValueType | None:
    """None if the operator is not defined for these types.

    Numbers give numeric, which neither overflows nor loses digits. Two dates differ by a number of days, two other
    moments by an interval.
    """
    if left.is_number and right.is_number:
        return NUMERIC
    if operator is ArithmeticOperator.SUBTRACT:
        if left.category is right.category is TypeCategory.DATE:
            return INTEGER
        if left.is_moment and right.is_moment:
            return INTERVAL
    if operator in {ArithmeticOperator.ADD, ArithmeticOperator.SUBTRACT}:
        if left.category is right.category is TypeCategory.INTERVAL:
            return INTERVAL
        moved = _moved(left, right)
        if moved is None and operator is ArithmeticOperator.ADD:
            moved = _moved(right, left)
        return moved
    return None


def _moved(moment: ValueType, by: ValueType) -> ValueType | None:
    if not moment.is_moment:
        return None
    if by.category is TypeCategory.INTERVAL:
        return TIMESTAMPTZ if moment.category is TypeCategory.TIMESTAMPTZ else TIMESTAMP
    if by.category is TypeCategory.INTEGER and moment.category is TypeCategory.DATE:
        return DATE
    return None


def constant_operand_type(
    operator: ArithmeticOperator, constant: Expression, beside: ValueType | None, *, on_the_right: bool
) -> ValueType | None:
    """The type that a constant has in arithmetic beside a value of type `beside`; None if none makes sense."""
    if not isinstance(constant, LiteralValue) or beside is None:
        return None
    if beside.is_number:
        return NUMERIC
    if beside.category is TypeCategory.INTERVAL:
        return INTERVAL
    if not beside.is_moment:
        return None
    if beside.category is TypeCategory.DATE and isinstance(constant.value, int):
        return INTEGER
    text = constant.value.strip() if isinstance(constant.value, str) else ""
    looks_like_a_moment = re.match(r"\d{4}-\d\d-\d\d", text) is not None
    if operator is ArithmeticOperator.SUBTRACT and (looks_like_a_moment or not on_the_right):
        return TIMESTAMP if beside.category is TypeCategory.DATE and len(text) > len("2026-05-23") else beside
    return INTERVAL


def deciding_collation(types: Sequence[ValueType]) -> tuple[str, str] | None:
    """By which values of these types are compared where their columns' collations leave it open: the first column's.
    None where they do not."""
    collations = list(dict.fromkeys(value_type.collation for value_type in types if value_type.collation is not None))
    return collations[0] if len(collations) > 1 else None


def common_type(types: Sequence[ValueType]) -> ValueType | None:
    """The type in which values of these types are compared with each other; None if they cannot be."""
    first = types[0]
    if not all(value_type.has_order for value_type in types):
        return None
    categories = {value_type.category for value_type in types}
    if all(value_type.is_number for value_type in types):
        return first if len(categories) == 1 else NUMERIC
    if all(value_type.is_moment for value_type in types):
        return first if len(categories) == 1 else TIMESTAMP
    same_name = len({value_type.base_name for value_type in types}) == 1
    if categories == {TypeCategory.ENUM}:
        return first if same_name else None
    if categories <= {TypeCategory.TEXT, TypeCategory.ENUM}:
        return first if same_name else TEXT
    if len(categories) > 1:
        return None
    if first.category in {TypeCategory.TIME, TypeCategory.ARRAY, TypeCategory.OTHER} and not same_name:
        return None
    return first
