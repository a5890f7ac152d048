"""Which rows need not be looked for in the source again: those of tables that the target holds already.

A table's query asks for sets of keys: of the rows that it may reference, or that reference it. Where such a set is just
what the target holds of a table by then, its keys are taken from there and put into the query as arrays, and neither
the root's predicate nor the joins that lead to the set are evaluated once more.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from psycopg2 import sql

from datavalut.catalog.model import Column, Table, TableName, TypeCategory
from datavalut.subset.graph import cycles
from datavalut.subset.model import Rule, SubsetPlan, TableSubset
from datavalut.subset.row_sets import ADDRESS, Chosen, Referenced, RowSet


def copied_before(subset: SubsetPlan) -> Mapping[TableName, frozenset[TableName]]:
    """Per table those that are to be copied before it, so that their keys are known. Free of circles: tables whose
    rows depend on each other do not wait for each other, and are found by complete queries."""
    direct = {table.name: _read_by(subset, table) for table in subset.tables}
    circles = cycles(direct, direct.__getitem__)
    before: dict[TableName, frozenset[TableName]] = {}
    for name in direct:
        together = circles[name] or (name,)
        before[name] = frozenset(read for member in together for read in direct[member]).difference(together)
    return before


def _read_by(subset: SubsetPlan, table: TableSubset) -> frozenset[TableName]:
    """The tables that the table's query may read sets of, but for whole ones, which are read where they are."""
    parents = [key.parent for key in (*table.links, *table.filters)] if table.chooses_rows else []
    references = subset.catalog.references_to(table.name) if table.referenced_in else ()
    children = [key.child for key in references if subset.table(key.child).brings_in_along(key)]
    tables = (subset.table(name) for name in (*parents, *children))
    return frozenset(read.name for read in tables if not read.whole and read.rule is not Rule.EMPTY)


def table_that_holds(subset: SubsetPlan, row_set: RowSet) -> TableName | None:
    """The table whose rows in the target, once it is copied, are those of the set."""
    match row_set:
        case Chosen(name) if not subset.table(name).is_referenced(subset.last_round):
            return name
        case Referenced(name, round_number):
            table = subset.table(name)
            return None if table.chooses_rows or round_number != max(table.referenced_in) else name
        case _:
            return None


def may_be_known(table: Table, columns: Sequence[str]) -> bool:
    """Whether arrays can carry these columns: not addresses, which the target does not have."""
    return all(name not in ADDRESS and table.has_column(name) and _is_carried(table.column(name)) for name in columns)


def _is_carried(column: Column) -> bool:
    """Not arrays, which would become arrays of more dimensions; not what may be of a composite type, which unnest takes
    apart; and not citext or a domain of it, whose order the target may not see."""
    if column.category is TypeCategory.TEXT:
        return "." not in column.type_name  # PostgreSQL's own types are named without their schema
    return column.category not in (TypeCategory.ARRAY, TypeCategory.OTHER)


@dataclass(frozen=True)
class KnownKeys:
    """Distinct keys: of each column an array as text, all of the same length and order."""

    columns: tuple[Column, ...]
    arrays: tuple[str, ...]

    def query(self) -> sql.Composable:
        """SELECT of the keys, the columns named and collated as in their table."""
        key = sql.Identifier("key")
        names = [sql.Identifier(column.name) for column in self.columns]
        selected = [
            sql.SQL("{}.{}{}").format(key, name, _collate(column))
            for name, column in zip(names, self.columns, strict=True)
        ]
        return sql.SQL("SELECT {} FROM ROWS FROM ({}) AS {} ({})").format(
            sql.SQL(", ").join(selected),
            sql.SQL(", ").join(sql.SQL("pg_catalog.unnest({})").format(array) for array in self._arrays()),
            key,
            sql.SQL(", ").join(names),
        )

    def array_for(self, compared: Sequence[Column], server_version: int) -> sql.Composable | None:
        """An array that one column's values can be looked for in by `= ANY`, which is faster than a join; None where
        the server would not hash it: for several columns, for types that differ, and before PostgreSQL 14."""
        if len(self.columns) != 1 or server_version < _FIRST_VERSION_THAT_HASHES_ARRAYS:
            return None
        (known,), (other,) = self.columns, compared
        hashable = known.type_name in _HASHABLE_TYPES and known.type_name == other.type_name
        return self._arrays()[0] if hashable and known.collation == other.collation else None

    def _arrays(self) -> list[sql.Composable]:
        return [
            sql.SQL("{}::{}[]").format(sql.Literal(array), sql.SQL(column.type_name))
            for array, column in zip(self.arrays, self.columns, strict=True)
        ]


# The keys of a set with these columns, or None where they are not known.
KnownSets = Callable[[RowSet, Sequence[str]], KnownKeys | None]

_FIRST_VERSION_THAT_HASHES_ARRAYS = 140000
_HASHABLE_TYPES = frozenset({"smallint", "integer", "bigint", "uuid", "text", "date"})


def nothing_known(_: RowSet, __: Sequence[str]) -> None:
    return None


def _collate(column: Column) -> sql.Composable:
    if column.collation is None:
        return sql.SQL("")
    return sql.SQL(" COLLATE {} AS {}").format(sql.Identifier(*column.collation), sql.Identifier(column.name))
