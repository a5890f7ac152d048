"""Databases for the tests of the subset: a catalog with rows, as DDL for a server, and random ones."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from io import StringIO
from typing import Any

from psycopg2 import sql

from datavalut.catalog.model import Catalog, Column, ForeignKey, Table, TableKind, TableName, TypeCategory
from datavalut.filters.model import Comparison, FilterPlan, LiteralValue, Root, Scope
from datavalut.filters.render import render_root
from datavalut.subset.model import SubsetPlan
from datavalut.subset.sql import chosen_rows_query, count_query
from tests.subset_oracle import Row, Rows, Value

NOW = datetime(2025, 7, 20, 10, 30, tzinfo=UTC)


def matches(root: Root, row: Row) -> bool:
    """The root's condition as the random examples write it: `value` below a number."""
    if root.condition is None:
        return True
    assert isinstance(root.condition, Comparison)
    assert isinstance(root.condition.right, LiteralValue)
    value, limit = row["value"], root.condition.right.value
    return isinstance(value, int) and isinstance(limit, int) and value < limit


def rows_below(table: str, limit: int) -> Root:
    return Root.model_validate(
        {
            "table": table,
            "condition": {
                "kind": "compare",
                "left": {"kind": "column", "column": "value"},
                "operator": "<",
                "right": {"kind": "value", "value": limit},
            },
        }
    )


@dataclass(frozen=True)
class Example:
    catalog: Catalog
    rows: Rows
    plan: FilterPlan

    def text(self, name: TableName, position: int) -> str:
        """The row as COPY writes it."""
        row = self.rows[name][position]
        columns = self.catalog.table(name).stored_columns
        return "\t".join("\\N" if row[column.name] is None else str(row[column.name]) for column in columns)

    def texts(self, name: TableName, positions: Sequence[int] | frozenset[int]) -> Counter[str]:
        return Counter(self.text(name, position) for position in positions)


def copy_out(cursor: Any, query: sql.Composable) -> Counter[str]:
    """The lines that COPY gives for a query."""
    stream = StringIO()
    cursor.copy_expert(sql.SQL("COPY ({}) TO STDOUT").format(query), stream)
    return Counter(stream.getvalue().splitlines())


def count(cursor: Any, query: sql.Composable) -> int:
    """What a query of one row and column counts."""
    cursor.execute(query)
    ((number,),) = cursor.fetchall()
    return int(number)


def count_required(cursor: Any, subset: SubsetPlan, name: TableName) -> int:
    """How many of the table's kept rows its rule does not choose, of a table that tells."""
    table, facts = subset.table(name), (subset, name, NOW, render_root)
    if not table.may_hold_required_rows:
        return 0
    kept = count(cursor, count_query(*facts))
    return kept - count(cursor, chosen_rows_query(*facts)) if table.chooses_rows else kept


def create(cursor: Any, catalog: Catalog, rows: Rows) -> None:
    """Makes the catalog's tables with their rows; the keys come last, and prove that the rows are sound."""
    for schema in sorted({table.name.schema for table in catalog.tables}):
        cursor.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(schema)))
    for table in catalog.tables:
        cursor.execute(_create_table(table))
        for row in rows[table.name]:
            columns = [column.name for column in table.stored_columns]
            cursor.execute(
                sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
                    sql.Identifier(table.name.schema, table.name.name),
                    sql.SQL(", ").join(map(sql.Identifier, columns)),
                    sql.SQL(", ").join(sql.Literal(row[column]) for column in columns),
                )
            )
    for key in catalog.foreign_keys:
        cursor.execute(
            sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} FOREIGN KEY ({}) REFERENCES {} ({})").format(
                sql.Identifier(key.child.schema, key.child.name),
                sql.Identifier(key.name),
                sql.SQL(", ").join(map(sql.Identifier, key.columns)),
                sql.Identifier(key.parent.schema, key.parent.name),
                sql.SQL(", ").join(map(sql.Identifier, key.parent_columns)),
            )
        )
        if key.indexed:
            cursor.execute(
                sql.SQL("CREATE INDEX ON {} ({})").format(
                    sql.Identifier(key.child.schema, key.child.name),
                    sql.SQL(", ").join(map(sql.Identifier, key.columns)),
                )
            )


def _create_table(table: Table) -> sql.Composable:
    parts: list[sql.Composable] = [
        sql.SQL("{} {}{}").format(
            sql.Identifier(column.name),
            sql.SQL(column.type_name),
            sql.SQL(" NOT NULL" if column.not_null else ""),
        )
        for column in table.columns
    ]
    keys = [("PRIMARY KEY", table.primary_key)] if table.primary_key else []
    keys += [("UNIQUE", columns) for columns in table.unique_keys]
    parts += [
        sql.SQL("{} ({})").format(sql.SQL(kind), sql.SQL(", ").join(map(sql.Identifier, columns)))
        for kind, columns in keys
    ]
    name = sql.Identifier(table.name.schema, table.name.name)
    create_table = sql.SQL("CREATE TABLE {} ({})").format(name, sql.SQL(", ").join(parts))
    if table.kind is TableKind.ORDINARY:
        return create_table
    partitions = [
        sql.SQL("CREATE TABLE {} PARTITION OF {} FOR VALUES WITH (MODULUS 2, REMAINDER {})").format(
            sql.Identifier(table.name.schema, f"{table.name.name}_part_{remainder}"), name, sql.Literal(remainder)
        )
        for remainder in (0, 1)
    ]
    partition_by = sql.SQL("{} PARTITION BY HASH ({})").format(
        create_table, sql.SQL(", ").join(map(sql.Identifier, table.primary_key))
    )
    return sql.SQL("; ").join([partition_by, *partitions])


# Random examples


@dataclass
class _Draft:
    """A table while it is made up: how it can be referenced, and its columns."""

    name: TableName
    columns: list[Column]
    primary_key: tuple[str, ...]
    unique_keys: tuple[tuple[str, ...], ...]
    kind: TableKind

    def referenced_by(self) -> list[tuple[str, ...]]:
        return [*([self.primary_key] if self.primary_key else []), *self.unique_keys]


def _integer(name: str, *, not_null: bool = False) -> Column:
    return Column(name, "integer", TypeCategory.INTEGER, not_null=not_null)


def _draft(chance: random.Random, number: int) -> _Draft:
    name = TableName("Example", chance.choice([f"table_{number}", f'Table "{number}"', f"select {number}"]))
    kind = chance.choices([TableKind.ORDINARY, TableKind.PARTITIONED], [8, 1])[0]
    columns = [_integer("id", not_null=True)]
    primary_key: tuple[str, ...] = ("id",)
    unique_keys: list[tuple[str, ...]] = []
    if chance.random() < 0.3:
        columns.append(_integer("Second Id", not_null=True))
        primary_key = ("id", "Second Id")
    if kind is TableKind.ORDINARY:
        if chance.random() < 0.3:
            columns.append(_integer("code"))
            unique_keys.append(("code",))
        if chance.random() < 0.2:
            columns = [replace(column, not_null=False) for column in columns]
            primary_key = ()
    columns.append(_integer("value"))
    columns.append(Column("document", "json", TypeCategory.JSON))
    return _Draft(name, columns, primary_key, tuple(unique_keys), kind)


def random_example(seed: int) -> Example:
    """The same example for the same seed: 3 to 9 tables, keys of all kinds, some in circles, and a plan."""
    chance = random.Random(seed)  # noqa: S311 (nothing secret)
    drafts = [_draft(chance, number) for number in range(chance.randint(3, 9))]
    counts = {draft.name: chance.randint(3, 14) for draft in drafts}
    keys: list[ForeignKey] = []
    for child, parent in _random_pairs(chance, drafts):
        choices = parent.referenced_by()
        if choices:
            keys.append(_random_key(chance, child, parent, chance.choice(choices), len(keys)))
    tables = tuple(
        Table(draft.name, tuple(draft.columns), draft.kind, draft.primary_key, draft.unique_keys) for draft in drafts
    )
    catalog = Catalog("example", 170010, tables, tuple(keys))
    rows: dict[TableName, list[dict[str, Value]]] = {
        table.name: [_random_row(chance, table, number) for number in range(counts[table.name])] for table in tables
    }
    for key in keys:
        _fill_references(chance, key, rows, catalog.table(key.child))
    return Example(catalog, rows, _random_plan(chance, [table.name for table in tables]))


def _random_pairs(chance: random.Random, drafts: list[_Draft]) -> list[tuple[_Draft, _Draft]]:
    """Children with their parents: of a tree or a zigzag (which make siblings in rounds), of a graph without circles
    but for self-references, or of any graph."""
    shape = chance.choice(["tree", "zigzag", "acyclic", "any"])
    pairs = []
    for number, draft in enumerate(drafts):
        if shape in ("tree", "zigzag"):
            if number > 0:
                other = chance.choice(drafts[:number]) if shape == "tree" else drafts[number - 1]
                down = chance.random() < 0.5 if shape == "tree" else number % 2 == 1
                pairs.append((draft, other) if down else (other, draft))
            if chance.random() < 0.15:
                pairs.append((draft, chance.choice(drafts)))
        else:
            among = drafts if shape == "any" else drafts[: number + 1]
            pairs += [(draft, chance.choice(among)) for _ in range(chance.choices([0, 1, 2, 3], [2, 4, 3, 2])[0])]
    return pairs


def _random_key(
    chance: random.Random, child: _Draft, parent: _Draft, parent_columns: tuple[str, ...], number: int
) -> ForeignKey:
    not_null = chance.random() < 0.4 and child is not parent
    columns = tuple(f"reference_{number}_{position}" for position in range(len(parent_columns)))
    for column in columns:
        child.columns.append(_integer(column, not_null=not_null and chance.random() < 0.9))
    indexed = chance.random() < 0.5
    return ForeignKey(f"key_{number}", child.name, columns, parent.name, parent_columns, indexed=indexed)


def _random_row(chance: random.Random, table: Table, number: int) -> dict[str, Value]:
    row: dict[str, Value] = {column.name: None for column in table.columns}
    row["id"] = number // 2 if len(table.primary_key) == 2 or not table.primary_key else number
    if table.has_column("Second Id"):
        row["Second Id"] = number % 2
    if table.has_column("code"):
        row["code"] = None if number > 0 and chance.random() < 0.2 else 100 + number
    row["value"] = chance.choice([None, *range(10)])
    row["document"] = chance.choice([None, '{"a": 1}', '{"a":1}'])
    return row


def _fill_references(
    chance: random.Random, key: ForeignKey, rows: dict[TableName, list[dict[str, Value]]], child: Table
) -> None:
    targets = [
        values
        for parent in rows[key.parent]
        if None not in (values := tuple(parent[column] for column in key.parent_columns))
    ]
    not_null = [child.column(column).not_null for column in key.columns]
    nulls = chance.choice([0.1, 0.4, 0.7])
    for row in rows[key.child]:
        row.update(zip(key.columns, chance.choice(targets), strict=True))
        for column, never in zip(key.columns, not_null, strict=True):
            if not never and chance.random() < nulls:
                row[column] = None


def _random_plan(chance: random.Random, names: list[TableName]) -> FilterPlan:
    shuffled = chance.sample(names, len(names))
    roots = [shuffled.pop() for _ in range(min(chance.choice([1, 1, 1, 1, 2, 3]), len(shuffled)))]
    excluded = [shuffled.pop() for _ in range(chance.choice([0, 0, 0, 0, 1, 2])) if shuffled]
    full = [shuffled.pop() for _ in range(chance.choice([0, 0, 0, 1])) if shuffled]
    return FilterPlan(
        roots=tuple(rows_below(str(name), chance.choice([2, 4, 6, 9])) for name in roots),
        exclude=tuple(map(str, excluded)),
        full=tuple(map(str, full)),
        scope=chance.choice([None, None, None, Scope.RELATED, Scope.MINIMAL, Scope.WIDE]),
    )
