"""`FilterPlan`: a small closed language of conditions over the rows of a database.

Planners write it, clients may send it, and nothing else reaches SQL: `check` resolves its names against a
catalog and `render` turns it into SQL in which every value is a literal cast to its column's type.

A condition stands on a row of one table. It names that table's columns without qualification, and reaches other
tables only along foreign keys, by a path of steps.
"""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class FilterModel(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


Scalar = bool | int | float | str


class Direction(StrEnum):
    TO_PARENT = "to_parent"
    TO_CHILDREN = "to_children"


class PathStep(FilterModel):
    """One foreign key followed, to `table` ("orders" or "shop.orders").

    `columns` are the foreign key's columns in the child table, and `direction` says which end the step starts
    from; either may be null where only one foreign key joins the two tables (that way).
    """

    table: str
    columns: tuple[str, ...] | None = None
    direction: Direction | None = None


# Expressions: a value for each row


class ColumnValue(FilterModel):
    kind: Literal["column"] = "column"
    column: str


class LiteralValue(FilterModel):
    """A constant. Numbers that must stay exact, dates and uuids are strings: they are cast to the other side's
    type by the server."""

    kind: Literal["value"] = "value"
    value: Scalar


class JsonType(StrEnum):
    TEXT = "text"
    NUMERIC = "numeric"
    BOOLEAN = "boolean"


class JsonValue(FilterModel):
    """What stands at `path` (keys, or array positions as digits) in a json or jsonb column; null if not there or
    of another type."""

    kind: Literal["json"] = "json"
    column: str
    path: tuple[str, ...] = Field(min_length=1)
    type: JsonType = JsonType.TEXT


class ArithmeticOperator(StrEnum):
    ADD = "+"
    SUBTRACT = "-"
    MULTIPLY = "*"
    DIVIDE = "/"


class Arithmetic(FilterModel):
    """Division is exact (numeric), and by zero gives null."""

    kind: Literal["arithmetic"] = "arithmetic"
    operator: ArithmeticOperator
    left: "Expression"
    right: "Expression"


class AggregateFunction(StrEnum):
    COUNT = "count"
    COUNT_DISTINCT = "count_distinct"
    SUM = "sum"
    AVG = "avg"
    MIN = "min"
    MAX = "max"


class Aggregate(FilterModel):
    """`function` over the distinct rows at the end of `path` that meet `condition`.

    `of` is evaluated on those rows, and null only for `count`. Without any row, count and sum are 0, and avg, min
    and max are null.
    """

    kind: Literal["aggregate"] = "aggregate"
    function: AggregateFunction
    path: tuple[PathStep, ...] = Field(min_length=1)
    of: "Expression | None" = None
    condition: "Condition | None" = None


Expression = Annotated[ColumnValue | LiteralValue | JsonValue | Arithmetic | Aggregate, Field(discriminator="kind")]

# Conditions: true, false or unknown for each row; a row is chosen if its condition is true


class AllOf(FilterModel):
    kind: Literal["all"] = "all"
    conditions: tuple["Condition", ...] = Field(min_length=1)


class AnyOf(FilterModel):
    kind: Literal["any"] = "any"
    conditions: tuple["Condition", ...] = Field(min_length=1)


class Not(FilterModel):
    """The rows for which `condition` is not true: unlike SQL's NOT, an unknown condition counts as not met."""

    kind: Literal["not"] = "not"
    condition: "Condition"


class ComparisonOperator(StrEnum):
    EQUAL = "="
    NOT_EQUAL = "<>"
    LESS = "<"
    LESS_OR_EQUAL = "<="
    GREATER = ">"
    GREATER_OR_EQUAL = ">="


# The operator that says the same with its sides exchanged.
EXCHANGED = {
    ComparisonOperator.EQUAL: ComparisonOperator.EQUAL,
    ComparisonOperator.NOT_EQUAL: ComparisonOperator.NOT_EQUAL,
    ComparisonOperator.LESS: ComparisonOperator.GREATER,
    ComparisonOperator.LESS_OR_EQUAL: ComparisonOperator.GREATER_OR_EQUAL,
    ComparisonOperator.GREATER: ComparisonOperator.LESS,
    ComparisonOperator.GREATER_OR_EQUAL: ComparisonOperator.LESS_OR_EQUAL,
}
# The operator that holds for just those values for which this one does not, null apart.
OPPOSITE = {
    ComparisonOperator.EQUAL: ComparisonOperator.NOT_EQUAL,
    ComparisonOperator.NOT_EQUAL: ComparisonOperator.EQUAL,
    ComparisonOperator.LESS: ComparisonOperator.GREATER_OR_EQUAL,
    ComparisonOperator.LESS_OR_EQUAL: ComparisonOperator.GREATER,
    ComparisonOperator.GREATER: ComparisonOperator.LESS_OR_EQUAL,
    ComparisonOperator.GREATER_OR_EQUAL: ComparisonOperator.LESS,
}


class Comparison(FilterModel):
    """Null on either side makes it unknown, for `<>` too."""

    kind: Literal["compare"] = "compare"
    left: Expression
    operator: ComparisonOperator
    right: Expression


class OneOf(FilterModel):
    kind: Literal["in"] = "in"
    operand: Expression
    values: tuple[Scalar, ...] = Field(min_length=1)


class Between(FilterModel):
    """Both ends included."""

    kind: Literal["between"] = "between"
    operand: Expression
    low: Expression
    high: Expression


class IsNull(FilterModel):
    kind: Literal["is_null"] = "is_null"
    operand: Expression


class TextMatching(StrEnum):
    EQUALS = "equals"
    CONTAINS = "contains"
    STARTS_WITH = "starts_with"
    ENDS_WITH = "ends_with"


class TextMatch(FilterModel):
    """`text` is taken as it stands: it has no wildcards."""

    kind: Literal["text"] = "text"
    operand: Expression
    matching: TextMatching
    text: str
    case_sensitive: bool = False


class ArrayContains(FilterModel):
    """The array column holds `all` of the values, or `any` of them."""

    kind: Literal["array_contains"] = "array_contains"
    column: str
    values: tuple[Scalar, ...] = Field(min_length=1)
    quantity: Literal["all", "any"] = "all"


class TimeUnit(StrEnum):
    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class LastPeriod(FilterModel):
    """From `amount` units before the reference time up to the reference time, both included."""

    kind: Literal["last"] = "last"
    amount: int = Field(ge=1, le=1_000_000)
    unit: TimeUnit


class NextPeriod(FilterModel):
    """From the reference time to `amount` units after it, both included."""

    kind: Literal["next"] = "next"
    amount: int = Field(ge=1, le=1_000_000)
    unit: TimeUnit


class OlderThan(FilterModel):
    """Before `amount` units before the reference time."""

    kind: Literal["older_than"] = "older_than"
    amount: int = Field(ge=1, le=1_000_000)
    unit: TimeUnit


class Age(FilterModel):
    """As many whole units before the reference time as from `at_least` to `at_most`, both included: born 18 to 30
    years ago, as birthdays count. Without `at_most` there is no upper limit; what is still to come has no age."""

    kind: Literal["age"] = "age"
    unit: Literal[TimeUnit.DAY, TimeUnit.WEEK, TimeUnit.MONTH, TimeUnit.QUARTER, TimeUnit.YEAR]
    at_least: int = Field(default=0, ge=0, le=1_000_000)
    at_most: int | None = Field(default=None, ge=0, le=1_000_000)


class CalendarPeriod(FilterModel):
    """A whole day, week (from Monday), month, quarter or year, in UTC: `offset` 0 holds the reference time, -1 is the
    one before."""

    kind: Literal["calendar"] = "calendar"
    unit: Literal[TimeUnit.DAY, TimeUnit.WEEK, TimeUnit.MONTH, TimeUnit.QUARTER, TimeUnit.YEAR]
    offset: int = Field(ge=-10_000, le=10_000)


class TimeRange(FilterModel):
    """From `start` (included) until before `end`; either may be open. ISO 8601 dates or times, UTC where they carry
    no offset."""

    kind: Literal["range"] = "range"
    start: str | None = None
    end: str | None = None


TimeWindow = Annotated[
    LastPeriod | NextPeriod | OlderThan | Age | CalendarPeriod | TimeRange, Field(discriminator="kind")
]


class InTime(FilterModel):
    """The date or time of `operand` lies in `window`. Times without zone are read as UTC."""

    kind: Literal["time"] = "time"
    operand: Expression
    window: TimeWindow


class Exists(FilterModel):
    """There is a row at the end of `path` that meets `condition` (any row, if null)."""

    kind: Literal["exists"] = "exists"
    path: tuple[PathStep, ...] = Field(min_length=1)
    condition: "Condition | None" = None


Condition = Annotated[
    AllOf | AnyOf | Not | Comparison | OneOf | Between | IsNull | TextMatch | ArrayContains | InTime | Exists,
    Field(discriminator="kind"),
]

# The plan


class Ordering(FilterModel):
    by: Expression
    descending: bool = True


class Top(FilterModel):
    """The first `rows` rows that meet the root's condition; nulls last; ties broken by the primary key."""

    rows: int = Field(ge=1)
    order_by: tuple[Ordering, ...] = Field(min_length=1)


class Sample(FilterModel):
    """A share of the rows that meet the root's condition: `percent` of them or `rows` of them, exactly one given.
    The same seed gives the same rows."""

    percent: float | None = Field(default=None, gt=0, le=100)
    rows: int | None = Field(default=None, ge=1)
    seed: int = 0


class Root(FilterModel):
    """A table that the request is about, and which of its rows it means (all, if `condition` is null)."""

    table: str
    condition: Condition | None = None
    top: Top | None = None
    sample: Sample | None = None


class Scope(StrEnum):
    """What comes along beside the roots and the rows that belong to them: `minimal`, what these reference and nothing
    else; `related`, the default, other tables too, without rows that belong to others; `wide`, other tables whole."""

    RELATED = "related"
    MINIMAL = "minimal"
    WIDE = "wide"


class Evidence(FilterModel):
    """Which words of the prompt led to which condition, in plain words."""

    words: str
    meaning: str


class FilterPlan(FilterModel):
    """What to keep. `reading` is the request in a sentence of our own, for the user to check."""

    roots: tuple[Root, ...] = ()
    exclude: tuple[str, ...] = ()
    full: tuple[str, ...] = ()
    scope: Scope | None = None
    reading: str = ""
    evidence: tuple[Evidence, ...] = ()


class NotUnderstood(FilterModel):
    """Words of the prompt that no condition explains, and the names that they may have meant."""

    words: str
    candidates: tuple[str, ...] = ()


class Refusal(FilterModel):
    reason: str
    not_understood: tuple[NotUnderstood, ...] = ()


for _model in (Arithmetic, Aggregate, AllOf, AnyOf, Not, Exists, Root, FilterPlan):
    _model.model_rebuild()
