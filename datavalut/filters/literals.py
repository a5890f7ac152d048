"""Constants of a filter: whether they are values of a type, and how they are written in SQL.

Every constant is checked here, in Python, before it reaches the server, and is written in a form that means the same
under any session setting (TimeZone, DateStyle, IntervalStyle).
"""

import ipaddress
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from uuid import UUID

from psycopg2 import sql

from datavalut.catalog.model import TypeCategory
from datavalut.filters.errors import LiteralUnfitError, ProblemKind, shown
from datavalut.filters.model import ComparisonOperator, Scalar
from datavalut.filters.names import nearest
from datavalut.filters.value_types import INTERVAL, ValueType

INTEGER_RANGES = {
    "smallint": (-(2**15), 2**15 - 1),
    "integer": (-(2**31), 2**31 - 1),
    "bigint": (-(2**63), 2**63 - 1),
}
# Well inside what the types hold, so that no constant overflows or vanishes.
NUMERIC_EXPONENTS = {"real": 37, "double precision": 300}
NUMERIC_EXPONENT = 1000
MAXIMUM_DIGITS = 1000
MAXIMUM_INTERVAL = timedelta(days=1_461_000)  # 4,000 years: dates near ours, so moved, stay dates

_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")


@dataclass(frozen=True)
class FittedLiteral:
    """`text` as the server reads it, and the type to cast it to. `cast` is None for a domain over text or a number:
    the server then gives the constant the domain's base type, where a cast would test the domain's constraints."""

    text: str
    cast: str | None

    def render(self) -> sql.Composable:
        if self.cast is None:
            return sql.Literal(self.text)
        return sql.Literal(self.text) + sql.SQL("::" + self.cast)


def fit_literal(value: Scalar, value_type: ValueType) -> FittedLiteral:
    """`value` as a constant of `value_type`. Raises LiteralUnfitError if it is none."""
    fit = _FITS.get(value_type.category)
    if fit is None:
        raise LiteralUnfitError(
            ProblemKind.TYPE_MISMATCH, f"values of type {value_type.describe()} cannot be compared with a constant"
        )
    return fit(value, value_type)


def compared_with_integer(
    operator: ComparisonOperator, constant: Scalar, value_type: ValueType
) -> tuple[ComparisonOperator, FittedLiteral] | bool:
    """`an integer <operator> constant`, said with a constant of the integer's own type, so that an index of that type
    serves it: above 2.5 is above 2. True or False if that holds for every integer of the type, or for none."""
    number = number_of(constant)
    name = value_type.base_name if value_type.base_name in INTEGER_RANGES else "bigint"
    low, high = INTEGER_RANGES[name]
    whole = number.to_integral_value(ROUND_FLOOR)
    match operator:
        case ComparisonOperator.EQUAL | ComparisonOperator.NOT_EQUAL:
            if number != whole or not low <= whole <= high:
                return operator is ComparisonOperator.NOT_EQUAL
        case ComparisonOperator.LESS | ComparisonOperator.GREATER_OR_EQUAL:
            whole = number.to_integral_value(ROUND_CEILING)
            if not low <= whole <= high:
                return (whole > high) is (operator is ComparisonOperator.LESS)
        case ComparisonOperator.LESS_OR_EQUAL | ComparisonOperator.GREATER:
            if not low <= whole <= high:
                return (whole > high) is (operator is ComparisonOperator.LESS_OR_EQUAL)
    return operator, FittedLiteral(str(int(whole)), name)


def fit_literals(values: Sequence[Scalar], value_type: ValueType) -> tuple[FittedLiteral, ...]:
    """Constants for one list: all have the same cast."""
    fitted = [fit_literal(value, value_type) for value in values]
    casts = {literal.cast for literal in fitted}
    for wider in ("numeric", "timestamp"):
        if len(casts) > 1 and wider in casts:
            return tuple(replace(literal, cast=wider) for literal in fitted)
    return tuple(fitted)


def fit_element(value: Scalar, array: ValueType) -> FittedLiteral:
    """`value` as an element of an array. Arrays are compared with arrays of exactly their type, so that no wider
    constant will do."""
    element = array.element_type()
    if element.is_money:
        raise LiteralUnfitError(ProblemKind.TYPE_MISMATCH, "values of type money[] cannot be compared with a constant")
    literal = fit_literal(value, element)
    if literal.cast == "numeric" and element.base_name in INTEGER_RANGES:
        raise LiteralUnfitError(ProblemKind.TYPE_MISMATCH, f"{literal.text} is no {element.base_name}")
    if literal.cast == "timestamp" and element.category is TypeCategory.DATE:
        raise LiteralUnfitError(ProblemKind.TYPE_MISMATCH, f"{literal.text!r} is no date")
    return replace(literal, cast=literal.cast or element.type_name)


def number_of(value: Scalar) -> Decimal:
    """A number constant's exact value. Raises LiteralUnfitError for what is no finite number."""
    if isinstance(value, bool):
        raise LiteralUnfitError(ProblemKind.TYPE_MISMATCH, f"{str(value).lower()} is no number")
    text = value.strip() if isinstance(value, str) else _digits(value)
    if not _NUMBER.fullmatch(text):
        raise LiteralUnfitError(ProblemKind.TYPE_MISMATCH, f"{shown(text)} is no number")
    number = Decimal(text)
    if len(text) > MAXIMUM_DIGITS or abs(number.adjusted()) > NUMERIC_EXPONENT:
        raise LiteralUnfitError(ProblemKind.IMPOSSIBLE_VALUE, "the number is too long")
    return number


def _digits(value: int | float) -> str:
    if isinstance(value, int) and value.bit_length() > MAXIMUM_DIGITS * 3:
        raise LiteralUnfitError(ProblemKind.IMPOSSIBLE_VALUE, "the number is too long")
    return repr(value)


def moment_of(value: Scalar) -> datetime:
    """A date's or time's instant. Raises LiteralUnfitError for what is not ISO 8601."""
    if not isinstance(value, str):
        raise LiteralUnfitError(ProblemKind.TYPE_MISMATCH, f"{value} is no date or time")
    try:
        moment = datetime.fromisoformat(value.strip())
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise LiteralUnfitError(
            ProblemKind.IMPOSSIBLE_VALUE, f"{shown(value)} is no date or time (ISO 8601 is read, such as 2026-05-23)"
        ) from None


def moment_literal(moment: datetime, category: TypeCategory) -> sql.Composable:
    """An instant as a constant of a date or time type: as a date, its day in UTC."""
    return _moment(moment, category).render()


def _moment(moment: datetime, category: TypeCategory) -> FittedLiteral:
    text = moment.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ")
    match category:
        case TypeCategory.DATE:
            return FittedLiteral(text[:10], "date")
        case TypeCategory.TIMESTAMPTZ:
            return FittedLiteral(f"{text}+00", "timestamptz")
        case _:
            return FittedLiteral(text, "timestamp")


def _boolean(value: Scalar, value_type: ValueType) -> FittedLiteral:
    text = value.strip().lower() if isinstance(value, str) else str(value).lower()
    if text not in {"true", "false"} or isinstance(value, int | float) is not isinstance(value, bool):
        raise LiteralUnfitError(ProblemKind.TYPE_MISMATCH, f"{shown(str(value))} is neither true nor false")
    return FittedLiteral(text, "boolean")


def _integer(value: Scalar, value_type: ValueType) -> FittedLiteral:
    number = number_of(value)
    name = value_type.base_name if value_type.base_name in INTEGER_RANGES else "bigint"
    low, high = INTEGER_RANGES[name]
    if low <= number <= high and number == int(number):
        return FittedLiteral(str(int(number)), name)
    # No integer of this type equals it, but comparing with it makes sense.
    return FittedLiteral(_plain(number), "numeric")


def _numeric(value: Scalar, value_type: ValueType) -> FittedLiteral:
    number = number_of(value)
    name = value_type.base_name
    limit = NUMERIC_EXPONENTS.get(name, NUMERIC_EXPONENT)
    if number != 0 and abs(number.adjusted()) > limit:
        raise LiteralUnfitError(ProblemKind.IMPOSSIBLE_VALUE, f"{shown(str(value))} is out of the range of {name}")
    known = name in {"numeric", "real", "double precision"}
    return FittedLiteral(_plain(number), name if known else None)


def _plain(number: Decimal) -> str:
    return str(int(number)) if number == number.to_integral_value() and number.adjusted() < 40 else str(number)


def _text(value: Scalar, value_type: ValueType) -> FittedLiteral:
    if isinstance(value, bool | float):
        raise LiteralUnfitError(ProblemKind.TYPE_MISMATCH, f"{value} is no text")
    text = value if isinstance(value, str) else _digits(value)
    name = value_type.base_name
    if name in {"text", "character varying"}:
        return FittedLiteral(text, name)
    if name == "name":
        return FittedLiteral(text, "text")
    if name in {"character", "bpchar"}:
        return FittedLiteral(text, "bpchar")
    if name.split(".")[-1] == "citext":
        return FittedLiteral(text, value_type.type_name)
    return FittedLiteral(text, None)


def _date(value: Scalar, value_type: ValueType) -> FittedLiteral:
    moment = moment_of(value)
    at_midnight = moment.time() == time(0)
    return _moment(moment, TypeCategory.DATE if at_midnight else TypeCategory.TIMESTAMP)


def _timestamp(value: Scalar, value_type: ValueType) -> FittedLiteral:
    return _moment(moment_of(value), value_type.category)


def _time(value: Scalar, value_type: ValueType) -> FittedLiteral:
    with_zone = value_type.base_name == "time with time zone"
    try:
        if not isinstance(value, str):
            raise ValueError(value)
        moment = time.fromisoformat(value.strip())
        if moment.tzinfo is not None and not with_zone:
            raise ValueError(value)
    except ValueError:
        raise LiteralUnfitError(
            ProblemKind.IMPOSSIBLE_VALUE, f"{shown(str(value))} is no time of day (such as 14:30)"
        ) from None
    if with_zone:
        offset = moment.utcoffset() or timedelta(0)
        on_a_day = datetime.combine(date(2000, 1, 2), moment.replace(tzinfo=None)) - offset
        return FittedLiteral(f"{on_a_day.time().isoformat()}+00", "timetz")
    return FittedLiteral(moment.isoformat(), "time")


_UNITS: dict[str, tuple[int, timedelta]] = {
    "second": (0, timedelta(seconds=1)),
    "sec": (0, timedelta(seconds=1)),
    "minute": (0, timedelta(minutes=1)),
    "min": (0, timedelta(minutes=1)),
    "hour": (0, timedelta(hours=1)),
    "day": (0, timedelta(days=1)),
    "week": (0, timedelta(weeks=1)),
    "month": (1, timedelta(0)),
    "quarter": (3, timedelta(0)),
    "year": (12, timedelta(0)),
}
_INTERVAL_PART = re.compile(r"([+-]?[0-9]{1,12})\s*([a-z]+)")


def _interval(value: Scalar, value_type: ValueType) -> FittedLiteral:
    """`3 days`, `1 year 6 months`: whole numbers with units."""
    text = value.strip().lower() if isinstance(value, str) else ""
    parts = _INTERVAL_PART.findall(text)
    if not parts or _INTERVAL_PART.sub("", text).strip(" ,"):
        raise LiteralUnfitError(
            ProblemKind.IMPOSSIBLE_VALUE, f"{shown(str(value))} is no length of time (such as 3 days)"
        )
    months, days, seconds = 0, 0, 0
    for number, unit in parts:
        of_unit = _UNITS.get(unit) or _UNITS.get(unit.removesuffix("s"))
        if of_unit is None:
            raise LiteralUnfitError(
                ProblemKind.IMPOSSIBLE_VALUE, f"{shown(unit)} is no unit of time", nearest(unit, _UNITS)
            )
        months += int(number) * of_unit[0]
        days += int(number) * of_unit[1].days
        seconds += int(number) * of_unit[1].seconds
    if max(abs(months) * 30, abs(days), abs(seconds) // 86_400) > MAXIMUM_INTERVAL.days:
        raise LiteralUnfitError(ProblemKind.IMPOSSIBLE_VALUE, f"{shown(text)} is too long")
    return FittedLiteral(f"P{months}M{days}DT{seconds}S", "interval")


def has_months(value: Scalar) -> bool:
    """Whether a length of time is given in units that differ in length."""
    try:
        return not _interval(value, INTERVAL).text.startswith("P0M")
    except LiteralUnfitError:
        return False


def _uuid(value: Scalar, value_type: ValueType) -> FittedLiteral:
    try:
        return FittedLiteral(str(UUID(str(value).strip())), "uuid")
    except ValueError:
        raise LiteralUnfitError(ProblemKind.IMPOSSIBLE_VALUE, f"{shown(str(value))} is no uuid") from None


def _enum(value: Scalar, value_type: ValueType) -> FittedLiteral:
    text = str(value)
    if text not in value_type.enum_labels:
        alike = [label for label in value_type.enum_labels if label.casefold() == text.casefold()]
        if len(alike) != 1:
            choices = nearest(text, value_type.enum_labels) or value_type.enum_labels[:5]
            raise LiteralUnfitError(
                ProblemKind.IMPOSSIBLE_VALUE, f"{shown(text)} is no value of {value_type.describe()}", choices
            )
        text = alike[0]
    return FittedLiteral(text, value_type.type_name)


def _binary(value: Scalar, value_type: ValueType) -> FittedLiteral:
    if not isinstance(value, str) or not re.fullmatch(r"\\x([0-9a-fA-F]{2})*", value):
        raise LiteralUnfitError(
            ProblemKind.IMPOSSIBLE_VALUE, f"{shown(str(value))} is no byte string (such as \\x00ff)"
        )
    return FittedLiteral(value, "bytea")


def _other(value: Scalar, value_type: ValueType) -> FittedLiteral:
    name, text = value_type.base_name, str(value).strip()
    reads: dict[str, Callable[[str], object]] = {
        "inet": ipaddress.ip_interface,
        "cidr": ipaddress.ip_network,
        "macaddr": lambda text: _hexadecimal_pairs(text, 6),
        "macaddr8": lambda text: _hexadecimal_pairs(text, 8),
    }
    if name not in reads:
        raise LiteralUnfitError(
            ProblemKind.TYPE_MISMATCH, f"values of type {value_type.describe()} cannot be compared with a constant"
        )
    try:
        if "%" in text:
            raise ValueError(text)
        reads[name](text)
    except ValueError:
        raise LiteralUnfitError(ProblemKind.IMPOSSIBLE_VALUE, f"{shown(text)} is no {name}") from None
    return FittedLiteral(text, name)


def _hexadecimal_pairs(text: str, count: int) -> None:
    if not re.fullmatch(rf"[0-9a-fA-F]{{2}}([:-][0-9a-fA-F]{{2}}){{{count - 1}}}", text):
        raise ValueError(text)


_FITS: dict[TypeCategory, Callable[[Scalar, ValueType], FittedLiteral]] = {
    TypeCategory.BOOLEAN: _boolean,
    TypeCategory.INTEGER: _integer,
    TypeCategory.NUMERIC: _numeric,
    TypeCategory.TEXT: _text,
    TypeCategory.DATE: _date,
    TypeCategory.TIMESTAMP: _timestamp,
    TypeCategory.TIMESTAMPTZ: _timestamp,
    TypeCategory.TIME: _time,
    TypeCategory.INTERVAL: _interval,
    TypeCategory.UUID: _uuid,
    TypeCategory.ENUM: _enum,
    TypeCategory.BINARY: _binary,
    TypeCategory.OTHER: _other,
}
