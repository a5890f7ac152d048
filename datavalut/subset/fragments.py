"""Pieces of SQL over aliases, addresses and keys."""

from collections.abc import Iterable, Sequence

from psycopg2 import sql

from datavalut.catalog.model import Catalog, ForeignKey, TableName
from datavalut.subset.pages import PageRange
from datavalut.subset.row_sets import ADDRESS, TABLE

# The alias of the row that is decided about. A predicate is rendered over it and must not use it for another row.
ROW = sql.Identifier("subset_row")
CHILD = sql.Identifier("child")
PARENT = sql.Identifier("parent")


def each_of(alias: sql.Identifier, columns: Iterable[str]) -> list[sql.Composable]:
    return [sql.SQL("{}.{}").format(alias, sql.Identifier(column)) for column in columns]


def columns_of(alias: sql.Identifier, columns: Iterable[str]) -> sql.Composable:
    return sql.SQL(", ").join(each_of(alias, columns))


def from_table(catalog: Catalog, name: TableName, alias: sql.Identifier) -> sql.Composable:
    only = sql.SQL("ONLY " if catalog.table(name).inherited else "")
    return sql.SQL("{}{} AS {}").format(only, sql.Identifier(name.schema, name.name), alias)


def from_set(name: sql.Identifier, alias: sql.Identifier) -> sql.Composable:
    return sql.SQL("{} AS {}").format(name, alias)


def all_of(conditions: Iterable[sql.Composable]) -> sql.Composable:
    parts = list(conditions)
    return sql.SQL(" AND ").join(parts) if parts else sql.SQL("true")


def any_of(conditions: Iterable[sql.Composable]) -> sql.Composable:
    return sql.SQL("({})").format(sql.SQL(" OR ").join(conditions))


def where(conditions: Sequence[sql.Composable]) -> sql.Composable:
    return sql.SQL("\nWHERE {}").format(sql.SQL("\nAND ").join(conditions)) if conditions else sql.SQL("")


def union_all(queries: Iterable[sql.Composable]) -> sql.Composable:
    return sql.SQL("\nUNION ALL\n").join(queries)


def same_address(one: sql.Identifier, other: sql.Identifier) -> sql.Composable:
    pairs = zip(each_of(one, ADDRESS), each_of(other, ADDRESS), strict=True)
    return all_of(sql.SQL("{} = {}").format(left, right) for left, right in pairs)


def in_pages(pages: PageRange) -> list[sql.Composable]:
    """The conditions that the row which is decided about lies there; none for every page."""
    bounds = []
    if pages.first > 0:
        bounds.append(_is_on_page(">=", pages.first))
    if pages.end is not None:
        bounds.append(_is_on_page("<", pages.end))
    return bounds


def _is_on_page(operator: str, page: int) -> sql.Composable:
    return sql.SQL("{}.ctid {} {}::pg_catalog.tid").format(ROW, sql.SQL(operator), sql.Literal(f"({page},0)"))


# Foreign keys


def reference(key: ForeignKey, child: sql.Identifier) -> sql.Composable:
    """What the child's row references, to be compared with the parent's key."""
    return sql.SQL(", ").join(_each_of_reference(key, child))


def same_key(key: ForeignKey, child: sql.Identifier, parent: sql.Identifier) -> sql.Composable:
    """That the child's row references the parent's, which has the columns `needed_of_parent`."""
    pairs = list(zip(_each_of_reference(key, child), each_of(parent, key.parent_columns), strict=True))
    if compares_by_equal_sign(key):
        conditions = [sql.SQL("{} = {}").format(*pair) for pair in pairs]
    else:
        conditions = [
            sql.SQL("{} OPERATOR({}.{}) {}").format(theirs, sql.Identifier(schema), sql.SQL(name), ours)
            for (ours, theirs), (schema, name) in zip(pairs, key.operators, strict=True)
        ]
    return all_of([*conditions, *in_parent_partitions(key, parent)])


def needed_of_parent(key: ForeignKey) -> tuple[str, ...]:
    """The columns by which a row is known to be the one that a reference leads to."""
    return (*key.parent_columns, *([TABLE] if key.parent_partitions else []))


def in_parent_partitions(key: ForeignKey, parent: sql.Identifier) -> list[sql.Composable]:
    if not key.parent_partitions:
        return []
    oids = "{" + ",".join(str(partition.oid) for partition in key.parent_partitions) + "}"
    return [sql.SQL("{}.{} = ANY ({}::pg_catalog.oid[])").format(parent, sql.Identifier(TABLE), sql.Literal(oids))]


def compares_by_equal_sign(key: ForeignKey) -> bool:
    """Whether PostgreSQL's own "=" compares parent and child, which is what IN and ANY mean."""
    return not key.operators


def _each_of_reference(key: ForeignKey, child: sql.Identifier) -> list[sql.Composable]:
    # The server compares references by the parent's collation, and refuses to guess where a query leaves it open.
    columns = each_of(child, key.columns)
    return [
        column if collation is None else sql.SQL("{} COLLATE {}").format(column, sql.Identifier(*collation))
        for column, collation in zip(columns, key.collations or (None,) * len(columns), strict=True)
    ]


def is_nullable(key: ForeignKey, catalog: Catalog) -> bool:
    return bool(_nullable_columns(key, catalog))


def some_null(key: ForeignKey, catalog: Catalog, child: sql.Identifier) -> sql.Composable:
    """MATCH SIMPLE: a reference with a null in any column is none. Of a nullable key."""
    columns = each_of(child, _nullable_columns(key, catalog))
    return sql.SQL(" OR ").join(sql.SQL("{} IS NULL").format(column) for column in columns)


def none_null(key: ForeignKey, catalog: Catalog, child: sql.Identifier) -> sql.Composable:
    columns = each_of(child, _nullable_columns(key, catalog))
    return all_of(sql.SQL("{} IS NOT NULL").format(column) for column in columns)


def _nullable_columns(key: ForeignKey, catalog: Catalog) -> list[str]:
    child = catalog.table(key.child)
    return [name for name in key.columns if not child.column(name).not_null]


class OuterJoins:
    """Outer joins of the row to sets of parents. A set holds a parent once, so they add no rows."""

    def __init__(self) -> None:
        self._joins: list[sql.Composable] = []

    def add(self, key: ForeignKey, parents: sql.Identifier) -> sql.Composable:
        """The condition that the row's reference leads to a row of the set."""
        parent = sql.Identifier(f"parent_{len(self._joins) + 1}")
        self._joins.append(
            sql.SQL("\nLEFT JOIN {} ON {}").format(from_set(parents, parent), same_key(key, ROW, parent))
        )
        return sql.SQL("{} IS NOT NULL").format(each_of(parent, key.parent_columns)[0])

    def sql(self) -> sql.Composable:
        return sql.Composed(self._joins)
