"""From a checked filter to SQL: a boolean expression over one row of a table.

The SQL is to be executed without parameters (a `%` stands for itself). Three rules make it fast on large tables and the
same for everyone who runs it:

- What is compared with a constant stands bare on its side, so that an index serves it.
- Related rows are reached by subqueries that do not depend on the row: they are read once, grouped or hashed, where a
  correlated count over a foreign key without index would read the related table once for every row.
- Nothing depends on the session's settings or on the clock: moments are reckoned in UTC from the reference time, and
  samples hash a text form of the key that no setting changes.

A condition is true, false or unknown. Only "is it true" matters: `_holds` renders that a condition is true and `_fails`
that it is not, each free to give null in place of false.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from fractions import Fraction
from typing import NamedTuple

from psycopg2 import sql

from datavalut.catalog.model import Catalog, Table, TableName, TypeCategory
from datavalut.filters.literals import (
    compared_with_integer,
    fit_element,
    fit_literal,
    fit_literals,
    moment_literal,
)
from datavalut.filters.model import (
    EXCHANGED,
    OPPOSITE,
    Aggregate,
    AggregateFunction,
    AllOf,
    AnyOf,
    Arithmetic,
    ArrayContains,
    Between,
    ColumnValue,
    Comparison,
    ComparisonOperator,
    Condition,
    Direction,
    Exists,
    Expression,
    InTime,
    IsNull,
    JsonValue,
    LiteralValue,
    Not,
    OneOf,
    Ordering,
    PathStep,
    Root,
    Sample,
    Scalar,
    TextMatch,
    TextMatching,
)
from datavalut.filters.names import Link, LinkEnd, resolve_step, resolve_table
from datavalut.filters.ranges import both_ends, outer_ranges
from datavalut.filters.sql_rows import Row, all_equal, as_row, key_hash, key_order, parenthesized
from datavalut.filters.sql_values import (
    aggregated,
    as_numeric,
    computed,
    converted,
    json_contains,
    json_value,
    zero_for_none,
)
from datavalut.filters.times import bounds_of
from datavalut.filters.value_types import (
    TEXT,
    ZERO_WITHOUT_ROWS,
    ValueType,
    common_type,
    constant_operand_type,
    deciding_collation,
    expression_type,
)
from datavalut.filters.without_rows import met_without_rows, rows_needed

TRUE, FALSE = sql.SQL("TRUE"), sql.SQL("FALSE")
HASHES = 2**64  # of hashtextextended, the lowest being -2**63

# The first release with a case mapping for all of Unicode that is there on every server, whatever its locale.
FIRST_WITH_PORTABLE_CASE = 170000


def render_root(root: Root, alias: sql.Composable, catalog: Catalog, reference_time: datetime) -> sql.Composable:
    """Which rows of the root's table are meant: a boolean expression over the row that `alias` names.

    `alias` must be a range variable of the table itself (its `ctid` and `tableoid` are used), but none named
    `filter_1`, `filter_2` and so on, which are ours. `root` must be of a checked plan, `reference_time` aware.
    """
    renderer = _Renderer(catalog, reference_time)
    row = Row(resolve_table(root.table, catalog), alias)
    if root.top is not None:
        return renderer.first_rows(root.condition, row, root.top.order_by, root.top.rows)
    if root.sample is not None:
        return renderer.sampled(root.condition, row, root.sample)
    return renderer.holds(root.condition, row) if root.condition is not None else TRUE


def render_condition(
    condition: Condition, table: TableName, alias: sql.Composable, catalog: Catalog, reference_time: datetime
) -> sql.Composable:
    """That `condition` is true for the row of `table` that `alias` names; see render_root."""
    return _Renderer(catalog, reference_time).holds(condition, Row(catalog.table(table), alias))


class _Chain(NamedTuple):
    """The tables along a path, joined: the `near` end of the row it starts from equals the `far` end of `first`, and
    both rows are `_within` their ends."""

    source: sql.Composable
    near: LinkEnd
    far: LinkEnd
    first: Row
    last: Row
    repeats: bool  # one row at the end may be reached from the start in several ways


class _Groups(NamedTuple):
    """Related rows in groups: `SELECT keys, value FROM source GROUP BY keys`, where the keys equal the `near` end
    of the row that they are related to."""

    near: LinkEnd
    keys: sql.Composable
    value: sql.Composable
    source: sql.Composable


Aggregates = Mapping[Aggregate, sql.Composable]
NO_AGGREGATES: Aggregates = {}

COUNTS_REPEATS = frozenset({AggregateFunction.COUNT, AggregateFunction.SUM, AggregateFunction.AVG})


@dataclass
class _Renderer:
    catalog: Catalog
    reference_time: datetime
    aliases: int = field(default=0)

    def new_alias(self) -> sql.Composable:
        self.aliases += 1
        return sql.Identifier(f"filter_{self.aliases}")

    # Conditions

    def holds(self, condition: Condition, row: Row) -> sql.Composable:
        match condition:
            case AllOf():
                return parenthesized([self.holds(part, row) for part in condition.conditions], " AND ")
            case AnyOf():
                return self.either(condition.conditions, row, self.holds)
            case Not():
                return self.fails(condition.condition, row)
            case Exists():
                return self.exists(condition.path, condition.condition, row)
            case _:
                return self.leaf(condition, row, met=True)

    def fails(self, condition: Condition, row: Row) -> sql.Composable:
        match condition:
            case AllOf():
                return self.either(condition.conditions, row, self.fails)
            case AnyOf():
                return parenthesized([self.fails(part, row) for part in condition.conditions], " AND ")
            case Not():
                return self.holds(condition.condition, row)
            case Exists():
                return sql.SQL("NOT ") + self.exists(condition.path, condition.condition, row)
            case _:
                return self.leaf(condition, row, met=False)

    def either(
        self, conditions: Sequence[Condition], row: Row, render: Callable[[Condition, Row], sql.Composable]
    ) -> sql.Composable:
        """One of the conditions, as `render` renders them.

        PostgreSQL joins with a subquery that is one of several AND terms, but runs one that is a term of OR for each
        row, unless its result fits into work_mem. So each such term becomes a query of its own, and the row is in one
        of them.
        """
        alone = [condition for condition in conditions if not _reads_other_rows(condition)]
        related = [[condition] for condition in conditions if _reads_other_rows(condition)]
        if not related or len(conditions) == 1:
            return parenthesized([render(condition, row) for condition in conditions], " OR ")
        queries = []
        for terms in [alone, *related] if alone else related:
            inner = Row(row.table, self.new_alias())
            where = sql.SQL(" OR ").join(render(condition, inner) for condition in terms)
            queries.append(sql.SQL("SELECT {} FROM {} WHERE {}").format(inner.identity, inner.source, where))
        return sql.SQL("({}) IN ({})").format(row.identity, sql.SQL(" UNION ALL ").join(queries))

    def leaf(self, condition: Condition, row: Row, met: bool) -> sql.Composable:
        """A condition without conditions on the same row."""
        operands = _operands(condition)
        aggregates = list(dict.fromkeys(found for operand in operands for found in _aggregates_in(operand)))
        if not aggregates:
            return self.predicate(condition, row, NO_AGGREGATES, met)
        aggregate = aggregates[0]
        if all(operand == aggregate or isinstance(operand, LiteralValue) for operand in operands):
            return self.compared_with_constants(condition, aggregate, row, met)
        return self.compared_with_row(condition, aggregates, row, met)

    def predicate(self, condition: Condition, row: Row, aggregates: Aggregates, met: bool) -> sql.Composable:
        """The condition as SQL, once the values of its aggregates are at hand; `met` false: that it is not true."""
        if isinstance(condition, IsNull):
            return self.is_null(condition, row, aggregates, met)
        if not met and (outside := self.outside(condition, row)) is not None:
            return outside
        rendered = self.comparison(condition, row, aggregates)
        return rendered if met else sql.SQL("({}) IS NOT TRUE").format(rendered)

    def outside(self, condition: Condition, row: Row) -> sql.Composable | None:
        """That a column does not lie in a range between constants, as ranges on the bare column; None for what is no
        such range."""
        match condition:
            case Comparison() | Between():
                operand, ranges = outer_ranges(condition)
            case InTime():
                operand, ranges = condition.operand, ()
            case _:
                return None
        if not isinstance(operand, ColumnValue):
            return None
        parts = [self.compared(beyond, row, NO_AGGREGATES) for beyond in ranges]
        if isinstance(condition, InTime):
            parts = self.time_bounds(condition, row, NO_AGGREGATES, met=False)
        if not parts:
            return None
        column = row.table.column(operand.column)
        if not column.not_null:
            parts.append(sql.SQL("{} IS NULL").format(row.column(column.name)))
        return parts[0] if len(parts) == 1 else parenthesized(parts, " OR ")

    def comparison(self, condition: Condition, row: Row, aggregates: Aggregates) -> sql.Composable:
        match condition:
            case Comparison():
                return self.compared(condition, row, aggregates)
            case Between():
                return self.between(condition, row, aggregates)
            case OneOf():
                return self.one_of(condition, row, aggregates)
            case TextMatch():
                return self.text_match(condition, row, aggregates)
            case ArrayContains():
                return self.array_contains(condition, row)
            case InTime():
                return parenthesized(self.time_bounds(condition, row, aggregates, met=True), " AND ")
            case _:
                raise AssertionError(condition.kind)

    def compared(self, condition: Comparison, row: Row, aggregates: Aggregates) -> sql.Composable:
        constant_last = condition
        if isinstance(condition.left, LiteralValue):
            operator = EXCHANGED[condition.operator]
            constant_last = Comparison(left=condition.right, operator=operator, right=condition.left)
        operand, constant = constant_last.left, constant_last.right
        if isinstance(constant, LiteralValue):
            if self.is_integer_beside_another_number(operand, constant.value, row):
                return self.compared_with_integer(operand, constant_last.operator, constant.value, row, aggregates)
            if isinstance(operand, JsonValue) and condition.operator is ComparisonOperator.EQUAL:
                contains = json_contains(operand, constant.value, row)
                if contains is not None:
                    return contains
        left, right = self.together([condition.left, condition.right], row, aggregates)
        return sql.SQL("{} " + condition.operator.value + " {}").format(left, right)

    def is_integer_beside_another_number(self, operand: Expression, constant: Scalar, row: Row) -> bool:
        value_type = self.type_of(operand, row)
        return value_type.category is TypeCategory.INTEGER and fit_literal(constant, value_type).cast == "numeric"

    def compared_with_integer(
        self, operand: Expression, operator: ComparisonOperator, constant: Scalar, row: Row, aggregates: Aggregates
    ) -> sql.Composable:
        """With a constant that the operand's type cannot hold."""
        compared = compared_with_integer(operator, constant, self.type_of(operand, row))
        value = self.expression(operand, row, aggregates)
        if compared is False:
            return FALSE
        if compared is True:
            return sql.SQL("{} IS NOT NULL").format(value)
        return sql.SQL("{} " + compared[0].value + " {}").format(value, compared[1].render())

    def between(self, condition: Between, row: Row, aggregates: Aggregates) -> sql.Composable:
        ends = [side.value for side in (condition.low, condition.high) if isinstance(side, LiteralValue)]
        varying = not isinstance(condition.operand, LiteralValue)
        if varying and any(self.is_integer_beside_another_number(condition.operand, end, row) for end in ends):
            parts = [self.compared(part, row, aggregates) for part in both_ends(condition)]
            return parenthesized(parts, " AND ")
        sides = self.together([condition.operand, condition.low, condition.high], row, aggregates)
        return sql.SQL("{} BETWEEN {} AND {}").format(*sides)

    def one_of(self, condition: OneOf, row: Row, aggregates: Aggregates) -> sql.Composable:
        value_type = self.type_of(condition.operand, row)
        if isinstance(condition.operand, JsonValue):
            contained = [json_contains(condition.operand, value, row) for value in condition.values]
            parts = [part for part in contained if part is not None]
            if len(parts) == len(contained):
                return parenthesized(parts, " OR ")
        values = condition.values
        if value_type.category is TypeCategory.INTEGER:
            equal = ComparisonOperator.EQUAL
            values = tuple(value for value in values if compared_with_integer(equal, value, value_type))
        if not values:
            return FALSE
        operand = self.expression(condition.operand, row, aggregates)
        fitted = fit_literals(values, value_type)
        return operand + sql.SQL(" IN ") + parenthesized([value.render() for value in fitted], ", ")

    def is_null(self, condition: IsNull, row: Row, aggregates: Aggregates, met: bool) -> sql.Composable:
        operand = self.expression(condition.operand, row, aggregates)
        if self.type_of(condition.operand, row).category is TypeCategory.OTHER:
            # A composite value all of whose fields are null IS NULL, but it is a value.
            return operand + sql.SQL(" IS NOT DISTINCT FROM NULL" if met else " IS DISTINCT FROM NULL")
        return operand + sql.SQL(" IS NULL" if met else " IS NOT NULL")

    def text_match(self, condition: TextMatch, row: Row, aggregates: Aggregates) -> sql.Composable:
        value_type = self.type_of(condition.operand, row)
        operand = bare = self.expression(condition.operand, row, aggregates)
        equals = condition.matching is TextMatching.EQUALS
        padded = value_type.base_name in {"character", "bpchar"}
        if value_type.base_name not in {"text", "character varying"} and not (
            padded and equals and condition.case_sensitive
        ):
            operand = sql.SQL("{}::text").format(operand)
        if not value_type.deterministic:
            operand = sql.SQL('{} COLLATE pg_catalog."default"').format(operand)
        if equals and condition.case_sensitive:
            return sql.SQL("{} = {}").format(
                operand, fit_literal(condition.text, value_type if padded else TEXT).render()
            )
        if equals and value_type.base_name.split(".")[-1] == "citext" and not self.needs_case_mapping:
            return sql.SQL("{} = {}").format(bare, fit_literal(condition.text, value_type).render())
        if equals:
            text = self.with_case_mapping(fit_literal(condition.text, TEXT).render())
            return sql.SQL("lower({}) = lower({})").format(self.with_case_mapping(operand), text)
        before = "" if condition.matching is TextMatching.STARTS_WITH else "%"
        after = "" if condition.matching is TextMatching.ENDS_WITH else "%"
        pattern = fit_literal(before + _without_wildcards(condition.text) + after, TEXT).render()
        if condition.case_sensitive:
            return sql.SQL("{} LIKE {}").format(operand, pattern)
        return sql.SQL("{} ILIKE {}").format(self.with_case_mapping(operand), pattern)

    @property
    def needs_case_mapping(self) -> bool:
        """In a database of the C locale only ASCII letters have a case, unless a collation says otherwise."""
        ascii_only = self.catalog.character_type in {"C", "POSIX"} and self.catalog.encoding == "UTF8"
        return ascii_only and self.catalog.server_version >= FIRST_WITH_PORTABLE_CASE

    def with_case_mapping(self, text: sql.Composable) -> sql.Composable:
        return sql.SQL("{} COLLATE pg_catalog.pg_c_utf8").format(text) if self.needs_case_mapping else text

    def array_contains(self, condition: ArrayContains, row: Row) -> sql.Composable:
        column = row.table.column(condition.column)
        value_type = expression_type(ColumnValue(column=column.name), row.table, self.catalog)
        assert value_type is not None  # noqa: S101 (a column has a type)
        elements = [fit_element(value, value_type) for value in condition.values]
        values = [sql.Literal(element.text) for element in elements]
        return sql.SQL("{} {} ARRAY[{}]::{}[]").format(
            row.column(column.name),
            sql.SQL("@>" if condition.quantity == "all" else "&&"),
            sql.SQL(", ").join(values),
            sql.SQL(elements[0].cast or "text"),
        )

    def time_bounds(self, condition: InTime, row: Row, aggregates: Aggregates, *, met: bool) -> list[sql.Composable]:
        """That a moment lies between the window's bounds: all of the parts; or beyond them: one of the parts."""
        operand = self.expression(condition.operand, row, aggregates)
        category = self.type_of(condition.operand, row).category
        bounds = bounds_of(condition.window, self.reference_time)

        def bound(moment: datetime) -> sql.Composable:
            if category is TypeCategory.DATE and not bounds.by_day and moment.time() != time(0):
                return moment_literal(moment, TypeCategory.TIMESTAMP)
            return moment_literal(moment, category)

        parts = []
        if bounds.start is not None:
            after = ComparisonOperator.GREATER_OR_EQUAL if bounds.start_included else ComparisonOperator.GREATER
            parts.append((after, bounds.start))
        if bounds.end is not None:
            before = ComparisonOperator.LESS_OR_EQUAL if bounds.end_included else ComparisonOperator.LESS
            parts.append((before, bounds.end))
        return [
            sql.SQL("{} " + (operator if met else OPPOSITE[operator]).value + " {}").format(operand, bound(moment))
            for operator, moment in parts
        ]

    # Expressions

    def type_of(self, expression: Expression, row: Row) -> ValueType:
        """The type of what is no constant."""
        value_type = expression_type(expression, row.table, self.catalog)
        assert value_type is not None  # noqa: S101 (a checked plan has types wherever they are asked for)
        return value_type

    def together(self, sides: Sequence[Expression], row: Row, aggregates: Aggregates) -> list[sql.Composable]:
        """The sides of one comparison, in a common type."""
        types = [expression_type(side, row.table, self.catalog) for side in sides]
        common = common_type([value_type for value_type in types if value_type is not None])
        assert common is not None  # noqa: S101 (checked)
        collation = deciding_collation([value_type for value_type in types if value_type is not None])
        rendered = []
        for side, value_type in zip(sides, types, strict=True):
            if isinstance(side, LiteralValue):
                rendered.append(fit_literal(side.value, common).render())
                continue
            value = self.expression(side, row, aggregates)
            if value_type is not None and value_type.category is not common.category:
                value = converted(value, value_type, common)
            elif collation is not None:
                value = sql.SQL("({} COLLATE {})").format(value, sql.Identifier(*collation))
            rendered.append(value)
        return rendered

    def expression(self, expression: Expression, row: Row, aggregates: Aggregates) -> sql.Composable:
        match expression:
            case ColumnValue():
                column = row.table.column(expression.column)
                if column.type_name == "money":
                    return sql.SQL("{}::numeric").format(row.column(column.name))
                return row.column(column.name)
            case JsonValue():
                return json_value(expression, row)
            case Arithmetic():
                return self.arithmetic(expression, row, aggregates)
            case Aggregate():
                return aggregates[expression]
            case LiteralValue():
                raise AssertionError("a constant is rendered by what it stands beside")

    def arithmetic(self, expression: Arithmetic, row: Row, aggregates: Aggregates) -> sql.Composable:
        left_type = expression_type(expression.left, row.table, self.catalog)
        right_type = expression_type(expression.right, row.table, self.catalog)
        operator = expression.operator
        left_type = left_type or constant_operand_type(operator, expression.left, right_type, on_the_right=False)
        right_type = right_type or constant_operand_type(operator, expression.right, left_type, on_the_right=True)
        assert left_type is not None and right_type is not None  # noqa: S101 (checked)
        left = self.operand(expression.left, left_type, row, aggregates)
        right = self.operand(expression.right, right_type, row, aggregates)
        return computed(operator, left, left_type, right, right_type)

    def operand(
        self, expression: Expression, value_type: ValueType, row: Row, aggregates: Aggregates
    ) -> sql.Composable:
        if isinstance(expression, LiteralValue):
            return fit_literal(expression.value, value_type).render()
        return self.expression(expression, row, aggregates)

    # Related rows

    def chain(self, path: Sequence[PathStep], start: Table) -> _Chain:
        links: list[Link] = []
        rows: list[Row] = []
        table = start
        source = sql.Composed([])
        for step in path:
            link = resolve_step(step, table.name, self.catalog)
            table = self.catalog.table(link.target)
            row = Row(table, self.new_alias())
            if rows:
                join = [all_equal(_columns(rows[-1], link.near), _columns(row, link.far))]
                join += [*_within(rows[-1], link.near), *_within(row, link.far)]
                source += sql.SQL(" JOIN {} ON {}").format(row.source, sql.SQL(" AND ").join(join))
            else:
                source += row.source
            links.append(link)
            rows.append(row)
        # Each row has one parent by a foreign key: only several children of one row can lead to the same row again.
        directions = [link.direction for link in links]
        down = directions.index(Direction.TO_CHILDREN) if Direction.TO_CHILDREN in directions else len(directions)
        repeats = Direction.TO_PARENT in directions[down:]
        return _Chain(source, links[0].near, links[0].far, rows[0], rows[-1], repeats)

    def exists(self, path: Sequence[PathStep], condition: Condition | None, row: Row) -> sql.Composable:
        chain = self.chain(path, row.table)
        where = [all_equal(_columns(chain.first, chain.far), _columns(row, chain.near))]
        where += [*_within(chain.first, chain.far), *_within(row, chain.near)]
        if condition is not None:
            where.append(self.holds(condition, chain.last))
        return sql.SQL("EXISTS (SELECT 1 FROM {} WHERE {})").format(chain.source, sql.SQL(" AND ").join(where))

    def compared_with_constants(
        self, condition: Condition, aggregate: Aggregate, row: Row, met: bool
    ) -> sql.Composable:
        """An aggregate against constants: a semi-join with the groups that meet the condition; or, where a row without
        related rows meets it too, an anti-join with those that do not."""
        needed = rows_needed(condition, aggregate)
        if needed is not None:
            exists = self.exists(aggregate.path, _counted(aggregate), row)
            return exists if needed is met else sql.SQL("NOT ") + exists
        wanted = met_without_rows(condition, aggregate) is not met
        groups = self.groups(aggregate, row.table)
        value = groups.value if aggregate.function is not AggregateFunction.SUM else zero_for_none(groups.value)
        having = self.predicate(condition, row, {aggregate: value}, met if wanted else not met)
        chosen = sql.SQL("SELECT {0} FROM {1} GROUP BY {0} HAVING {2}").format(groups.keys, groups.source, having)
        if wanted:
            is_chosen = sql.SQL("{} IN ({})").format(as_row(_columns(row, groups.near)), chosen)
            within = _within(row, groups.near)
            return parenthesized([*within, is_chosen], " AND ") if within else is_chosen
        alias = self.new_alias()
        return sql.SQL("NOT EXISTS (SELECT 1 FROM ({}) AS {} ({}) WHERE {})").format(
            chosen, alias, sql.SQL(", ").join(_key_names(groups.near.columns)), _is_of_group(row, alias, groups.near)
        )

    def groups(self, aggregate: Aggregate, start: Table) -> _Groups:
        """The rows at the end of the aggregate's path, by their key to the row of `start` that the path begins at."""
        chain = self.chain(aggregate.path, start)
        source, value = chain.source, None
        if aggregate.of is not None:
            source, values = self.with_values([aggregate.of], chain.source, chain.last)
            value = self.expression(aggregate.of, chain.last, values)
            if aggregate.function in {AggregateFunction.SUM, AggregateFunction.AVG}:
                # Numeric sums do not depend on the order of the rows, as sums of floating point numbers do.
                value = as_numeric(value, self.type_of(aggregate.of, chain.last))
        conditions = _within(chain.first, chain.far)
        if aggregate.condition is not None:
            conditions.append(self.holds(aggregate.condition, chain.last))
        if conditions:
            source += sql.SQL(" WHERE ") + sql.SQL(" AND ").join(conditions)
        keys = _columns(chain.first, chain.far)
        if chain.repeats and aggregate.function in COUNTS_REPEATS:
            names = _key_names(keys)
            columns = [sql.SQL("{} AS {}").format(key, name) for key, name in zip(keys, names, strict=True)]
            if value is not None:
                if aggregate.function is AggregateFunction.COUNT:
                    value = sql.SQL("CASE WHEN {} IS DISTINCT FROM NULL THEN 1 END").format(value)
                columns.append(sql.SQL("{} AS value").format(value))
                value = sql.Identifier("value")
            source = sql.SQL("(SELECT DISTINCT {}, {} FROM {}) AS {}").format(
                sql.SQL(", ").join(columns), chain.last.identity, source, self.new_alias()
            )
            keys = names
        return _Groups(chain.near, sql.SQL(", ").join(keys), aggregated(aggregate.function, value), source)

    def where(self, condition: Condition | None, row: Row) -> sql.Composable:
        return sql.SQL(" WHERE ") + self.holds(condition, row) if condition is not None else sql.Composed([])

    def with_values(
        self, expressions: Iterable[Expression], source: sql.Composable, row: Row
    ) -> tuple[sql.Composable, Aggregates]:
        """`source` with one left join for each aggregate in the expressions, and where their values stand."""
        values: dict[Aggregate, sql.Composable] = {}
        for aggregate in dict.fromkeys(found for expression in expressions for found in _aggregates_in(expression)):
            groups = self.groups(aggregate, row.table)
            alias = self.new_alias()
            source += sql.SQL(" LEFT JOIN (SELECT {0}, {1} FROM {2} GROUP BY {0}) AS {3} ({4}, value) ON {5}").format(
                groups.keys,
                groups.value,
                groups.source,
                alias,
                sql.SQL(", ").join(_key_names(groups.near.columns)),
                _is_of_group(row, alias, groups.near),
            )
            value = alias + sql.SQL(".value")
            values[aggregate] = zero_for_none(value) if aggregate.function in ZERO_WITHOUT_ROWS else value
        return source, values

    def compared_with_row(
        self, condition: Condition, aggregates: Sequence[Aggregate], row: Row, met: bool
    ) -> sql.Composable:
        """Aggregates against columns or each other: the table once more, joined with the groups' values."""
        inner = Row(row.table, self.new_alias())
        source, values = self.with_values(aggregates, inner.source, inner)
        return sql.SQL("({}) IN (SELECT {} FROM {} WHERE {})").format(
            row.identity, inner.identity, source, self.predicate(condition, inner, values, met)
        )

    # The first rows and samples

    def first_rows(
        self, condition: Condition | None, row: Row, order_by: Sequence[Ordering], rows: int
    ) -> sql.Composable:
        inner = Row(row.table, self.new_alias())
        source, values = self.with_values([ordering.by for ordering in order_by], inner.source, inner)
        order = [
            self.expression(ordering.by, inner, values) + sql.SQL(_direction(ordering, inner.table))
            for ordering in order_by
        ]
        source += self.where(condition, inner)
        return _among_first(row, inner, source, [*order, *key_order(inner)], rows)

    def sampled(self, condition: Condition | None, row: Row, sample: Sample) -> sql.Composable:
        if sample.percent is not None:
            parts = [self.holds(condition, row)] if condition is not None else []
            below = int(Fraction(str(sample.percent)) / 100 * HASHES) - HASHES // 2
            if below < HASHES // 2:
                parts.append(sql.SQL("{} < {}").format(key_hash(row, sample.seed), sql.Literal(below)))
            return parenthesized(parts, " AND ") if parts else TRUE
        inner = Row(row.table, self.new_alias())
        order = [key_hash(inner, sample.seed), *key_order(inner)]
        source = inner.source + self.where(condition, inner)
        return _among_first(row, inner, source, order, sample.rows or 0)


def _counted(aggregate: Aggregate) -> Condition | None:
    """The condition on the rows that a count counts."""
    if aggregate.of is None:
        return aggregate.condition
    has_value = Not(condition=IsNull(operand=aggregate.of))
    return has_value if aggregate.condition is None else AllOf(conditions=(aggregate.condition, has_value))


def _among_first(
    row: Row, inner: Row, source: sql.Composable, order: Sequence[sql.Composable], rows: int
) -> sql.Composable:
    """That `row` is among the first rows of `source`, where the same table's rows are called `inner`."""
    return sql.SQL("({}) IN (SELECT {} FROM {} ORDER BY {} LIMIT {})").format(
        row.identity, inner.identity, source, sql.SQL(", ").join(order), sql.Literal(rows)
    )


def _direction(ordering: Ordering, table: Table) -> str:
    """Nulls last; where there are none this is not said, so that an index read backwards serves."""
    if not ordering.descending:
        return " ASC NULLS LAST"
    has_nulls = not isinstance(ordering.by, ColumnValue) or not table.column(ordering.by.column).not_null
    return " DESC NULLS LAST" if has_nulls else " DESC"


def _operands(condition: Condition) -> tuple[Expression, ...]:
    """The expressions of a condition without conditions on the same row."""
    match condition:
        case Comparison():
            return condition.left, condition.right
        case Between():
            return condition.operand, condition.low, condition.high
        case OneOf() | IsNull() | TextMatch() | InTime():
            return (condition.operand,)
        case _:
            return ()


def _reads_other_rows(condition: Condition) -> bool:
    match condition:
        case AllOf() | AnyOf():
            return any(_reads_other_rows(part) for part in condition.conditions)
        case Not():
            return _reads_other_rows(condition.condition)
        case Exists():
            return True
        case _:
            return any(_aggregates_in(operand) for operand in _operands(condition))


def _aggregates_in(expression: Expression) -> list[Aggregate]:
    """The aggregates whose paths begin at the row of the expression."""
    match expression:
        case Aggregate():
            return [expression]
        case Arithmetic():
            return _aggregates_in(expression.left) + _aggregates_in(expression.right)
        case _:
            return []


def _columns(row: Row, end: LinkEnd) -> list[sql.Composable]:
    columns = [row.column(name) for name in end.columns]
    return [
        column if collation is None else sql.SQL("{} COLLATE {}").format(column, sql.Identifier(*collation))
        for column, collation in zip(columns, end.collations or (None,) * len(columns), strict=True)
    ]


def _within(row: Row, end: LinkEnd) -> list[sql.Composable]:
    """That the row is in one of the partitions that hold the end's rows; nothing where all do."""
    if not end.partitions:
        return []
    oids = sql.Literal("{" + ",".join(str(partition.oid) for partition in end.partitions) + "}")
    return [sql.SQL("{}.tableoid = ANY ({}::pg_catalog.oid[])").format(row.alias, oids)]


def _is_of_group(row: Row, group: sql.Composable, near: LinkEnd) -> sql.Composable:
    """That the row's end equals the keys of a group."""
    keys = [group + sql.SQL(".") + name for name in _key_names(near.columns)]
    return sql.SQL(" AND ").join([all_equal(keys, _columns(row, near)), *_within(row, near)])


def _key_names(keys: Sequence[object]) -> list[sql.Composable]:
    return [sql.Identifier(f"key_{number}") for number in range(1, len(keys) + 1)]


def _without_wildcards(text: str) -> str:
    """The text as a LIKE pattern that matches itself only."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
