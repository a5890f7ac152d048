"""SQL for values: conversions, arithmetic, JSON and aggregates, on operands that are rendered already."""

import json
from collections.abc import Sequence

from psycopg2 import sql

from datavalut.catalog.model import TypeCategory
from datavalut.filters.literals import number_of
from datavalut.filters.model import AggregateFunction, ArithmeticOperator, JsonType, JsonValue, Scalar
from datavalut.filters.sql_rows import Row
from datavalut.filters.value_types import ValueType


def converted(value: sql.Composable, value_type: ValueType, common: ValueType) -> sql.Composable:
    """The value as one of type `common`, where SQL's own conversion would depend on the session or is missing."""
    if value_type.category is TypeCategory.TIMESTAMPTZ and common.category is TypeCategory.TIMESTAMP:
        return sql.SQL("({} AT TIME ZONE 'UTC')").format(value)
    if value_type.category is TypeCategory.ENUM and common.category is TypeCategory.TEXT:
        return sql.SQL("{}::text").format(value)
    return value


def as_numeric(value: sql.Composable, value_type: ValueType) -> sql.Composable:
    return value if value_type.base_name == "numeric" else sql.SQL("{}::numeric").format(value)


def computed(
    operator: ArithmeticOperator,
    left: sql.Composable,
    left_type: ValueType,
    right: sql.Composable,
    right_type: ValueType,
) -> sql.Composable:
    """`left operator right` for types that `value_types.arithmetic_type` knows."""
    if left_type.is_number and right_type.is_number:
        left, right = as_numeric(left, left_type), as_numeric(right, right_type)
        if operator is ArithmeticOperator.DIVIDE:
            right = sql.SQL("NULLIF({}, 0)").format(right)
    elif left_type.is_moment and right_type.is_moment:
        same = left_type.category is right_type.category
        left = _finite(left, left_type, in_utc=not same)
        right = _finite(right, right_type, in_utc=not same)
    elif left_type.is_moment:
        return _moved(operator, left, left_type, right, right_type)
    elif right_type.is_moment:
        return _moved(operator, right, right_type, left, left_type)
    return sql.SQL("({} " + operator.value + " {})").format(left, right)


def _finite(moment: sql.Composable, value_type: ValueType, in_utc: bool) -> sql.Composable:
    """The moment, or null for the infinite ones, which have no difference."""
    name = {
        TypeCategory.DATE: "date",
        TypeCategory.TIMESTAMP: "timestamp",
        TypeCategory.TIMESTAMPTZ: "timestamptz",
    }[value_type.category]
    if in_utc and value_type.category is TypeCategory.TIMESTAMPTZ:
        moment, name = sql.SQL("({} AT TIME ZONE 'UTC')").format(moment), "timestamp"
    return sql.SQL("NULLIF(NULLIF({0}, 'infinity'::{1}), '-infinity'::{1})").format(moment, sql.SQL(name))


def _moved(
    operator: ArithmeticOperator, moment: sql.Composable, moment_type: ValueType, by: sql.Composable, by_type: ValueType
) -> sql.Composable:
    if by_type.category is TypeCategory.INTEGER and by_type.base_name != "integer":
        by = sql.SQL("{}::integer").format(by)
    if moment_type.category is TypeCategory.TIMESTAMPTZ:
        # A day is 24 hours in UTC, whatever the session's time zone says about it.
        template = "((({} AT TIME ZONE 'UTC') " + operator.value + " {}) AT TIME ZONE 'UTC')"
        return sql.SQL(template).format(moment, by)
    return sql.SQL("({} " + operator.value + " {})").format(moment, by)


def json_value(expression: JsonValue, row: Row) -> sql.Composable:
    """What stands at the path, if it is of the wanted JSON type."""
    column = row.column(expression.column)
    type_name = row.table.column(expression.column).type_name
    if type_name not in {"json", "jsonb"}:  # a domain
        column = sql.SQL("{}::jsonb").format(column)
    json_type, cast = {
        JsonType.TEXT: ("string", ""),
        JsonType.NUMERIC: ("number", "::numeric"),
        JsonType.BOOLEAN: ("boolean", "::boolean"),
    }[expression.type]
    located, text = sql.SQL("{} #> {}"), sql.SQL("{} #>> {}")
    path: sql.Composable = _json_path(expression.path)
    if any(_may_be_a_position(key) and not _is_a_position(key) for key in expression.path):
        column, path = _step_by_step(column, expression.path), sql.SQL("'{}'::text[]")
    return sql.SQL("(CASE {}({}) WHEN {} THEN ({}){} END)").format(
        sql.SQL("json_typeof" if type_name == "json" else "jsonb_typeof"),
        located.format(column, path),
        sql.Literal(json_type),
        text.format(column, path),
        sql.SQL(cast),
    )


def _step_by_step(column: sql.Composable, path: Sequence[str]) -> sql.Composable:
    """For a path with a key such as "-1", which only an object has: PostgreSQL's paths would count from an array's
    end."""
    for key in path:
        if _is_a_position(key):
            column = sql.SQL("({} #> {})").format(column, _json_path([key]))
        else:
            column = sql.SQL("({} -> {}::text)").format(column, sql.Literal(key))
    return column


def json_contains(expression: JsonValue, constant: Scalar, row: Row) -> sql.Composable | None:
    """That the constant stands at the path, in the form that GIN indexes serve. None if there is no such form: in json,
    and where a key may be a position in an array, in which containment looks everywhere."""
    is_jsonb = row.table.column(expression.column).type_name == "jsonb"
    if not is_jsonb or any(_may_be_a_position(key) for key in expression.path):
        return None
    match expression.type:
        case JsonType.TEXT:
            document = json.dumps(str(constant), ensure_ascii=False)
        case JsonType.NUMERIC:
            document = format(number_of(constant), "f")
        case JsonType.BOOLEAN:
            document = str(constant).lower()
    for key in reversed(expression.path):
        document = f"{{{json.dumps(key, ensure_ascii=False)}: {document}}}"
    return sql.SQL("{} @> {}::jsonb").format(row.column(expression.column), sql.Literal(document))


def _may_be_a_position(key: str) -> bool:
    return key.strip().lstrip("+-").isdigit()


def _is_a_position(key: str) -> bool:
    return key.isascii() and key.isdigit()


def _json_path(path: Sequence[str]) -> sql.Composable:
    return sql.SQL("ARRAY[{}]::text[]").format(sql.SQL(", ").join(sql.Literal(key) for key in path))


def aggregated(function: AggregateFunction, value: sql.Composable | None) -> sql.Composable:
    """The aggregate call; null (for `sum` too) where SQL gives null."""
    if value is None:
        return sql.SQL("count(*)")
    distinct = sql.SQL("DISTINCT " if function is AggregateFunction.COUNT_DISTINCT else "")
    name = "count" if function is AggregateFunction.COUNT_DISTINCT else function.value
    return sql.SQL("{}({}{})").format(sql.SQL(name), distinct, value)


def zero_for_none(value: sql.Composable) -> sql.Composable:
    return sql.SQL("coalesce({}, 0)").format(value)
