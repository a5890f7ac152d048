"""Filter plans, with conditions that a test can answer by itself."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from datavalut.catalog.model import ForeignKey, TableName
from datavalut.filters.model import Aggregate, Comparison, FilterPlan, LiteralValue, Root, Scope
from tests.random_databases.drafts import VALUE, DatabaseDraft, KeyDraft, TableDraft
from tests.subset_oracle import Row


def random_plan(database: DatabaseDraft) -> FilterPlan:
    chance = database.chance
    tables = chance.sample(database.tables, len(database.tables))
    with_value = [table for table in tables if table.has_column(VALUE)]
    roots = with_value[: chance.choice([1, 1, 1, 1, 1, 1, 2, 2, 3])]
    others = [str(table.name) for table in tables if table not in roots]
    excluded = [others.pop() for _ in range(chance.choice([0, 0, 0, 0, 1, 2])) if others]
    full = [others.pop() for _ in range(chance.choice([0, 0, 0, 1])) if others]
    return FilterPlan(
        roots=tuple(_random_root(database, table) for table in roots),
        exclude=tuple(excluded),
        full=tuple(full),
        scope=chance.choice([None, None, None, Scope.RELATED, Scope.MINIMAL, Scope.WIDE]),
    )


def _random_root(database: DatabaseDraft, table: TableDraft) -> Root:
    countable = [key for key in database.keys if key.parent is table and _can_be_counted(database, key)]
    if database.happens(0.1):
        return Root(table=str(table.name))
    if countable and database.happens(0.4):
        return _with_children(database, table, database.chance.choice(countable))
    limit = database.chance.choice([2, 4, 6, 9])
    return _root(table, {"kind": "column", "column": VALUE}, "<", limit)


def _can_be_counted(database: DatabaseDraft, key: KeyDraft) -> bool:
    """Whether a step of a path means this key alone, and every row's reference leads to the table's rows."""
    alike = [
        other
        for other in database.keys
        if (other.child, other.parent) == (key.child, key.parent) and set(other.columns) == set(key.columns)
    ]
    return len(alike) == 1 and not key.child_partitions and key.parent_partition is None


def _with_children(database: DatabaseDraft, table: TableDraft, key: KeyDraft) -> Root:
    step = {"table": str(key.child.name), "columns": list(key.columns), "direction": "to_children"}
    counted = {"kind": "aggregate", "function": "count", "path": [step]}
    return _root(table, counted, ">=", database.chance.choice([1, 2]))


def _root(table: TableDraft, left: dict[str, Any], operator: str, limit: int) -> Root:
    condition = {"kind": "compare", "left": left, "operator": operator, "right": {"kind": "value", "value": limit}}
    return Root.model_validate({"table": str(table.name), "condition": condition})


def matcher(keys: Sequence[ForeignKey], rows: Mapping[TableName, Sequence[Row]]) -> Callable[[Root, Row], bool]:
    """Whether a row meets a root's condition, as `random_plan` writes them."""

    def matches(root: Root, row: Row) -> bool:
        if root.condition is None:
            return True
        assert isinstance(root.condition, Comparison)
        assert isinstance(root.condition.right, LiteralValue)
        limit = root.condition.right.value
        assert isinstance(limit, int)
        if isinstance(root.condition.left, Aggregate):
            (step,) = root.condition.left.path
            (key,) = {
                (key.child, key.columns, key.parent_columns)
                for key in keys
                if (str(key.parent), str(key.child)) == (root.table, step.table) and key.columns == step.columns
            }
            return _number_of_children(*key, rows, row) >= limit
        value = row[VALUE]
        return isinstance(value, int) and value < limit

    return matches


def _number_of_children(
    child: TableName,
    columns: tuple[str, ...],
    parent_columns: tuple[str, ...],
    rows: Mapping[TableName, Sequence[Row]],
    parent: Row,
) -> int:
    wanted = [parent[column] for column in parent_columns]
    return sum([one[column] for column in columns] == wanted for one in rows[child] if None not in wanted)
