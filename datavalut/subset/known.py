"""Which rows need not be looked for in the source again: those of tables that the target holds already.

A table's query asks for sets of keys: of the rows that it may reference, or that reference it. Where such a set is just
what the target holds of a table by then, its keys are taken from there and put into the query as arrays, and neither
the root's predicate nor the joins that lead to the set are evaluated once more.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from psycopg2 import sql

from datavalut.catalog.model import Catalog, Column, ForeignKey, TableName, TypeCategory
from datavalut.subset.fragments import needed_of_parent
from datavalut.subset.graph import cycles
from datavalut.subset.model import Rule, SubsetPlan, TableSubset
from datavalut.subset.pages import EVERY_PAGE
from datavalut.subset.row_sets import ADDRESS, Chosen, Referenced, RowSet


@dataclass(frozen=True, order=True)
class Holding:
    """What the target gets at one time: all kept rows of a table, or, before these, the keys alone of the rows that its
    rule chooses, where rows that are merely required come among them later."""

    table: TableName
    chosen_keys: bool = False


def copied_before(subset: SubsetPlan) -> Mapping[Holding, frozenset[Holding]]:
    """Per holding those that are to be copied before it, so that their keys are known. Free of circles: what depends on
    each other does not wait for each other, and is found by complete queries."""
    direct: dict[Holding, frozenset[Holding]] = {}
    for table in subset.tables:
        if chosen_key_columns(subset, table):
            direct[Holding(table.name, chosen_keys=True)] = _read_by_chosen(subset, table)
        direct[Holding(table.name)] = _read_by_kept(subset, table)
    circles = cycles(direct, direct.__getitem__)
    before: dict[Holding, frozenset[Holding]] = {}
    for holding in direct:
        together = circles[holding] or (holding,)
        before[holding] = frozenset(read for member in together for read in direct[member]).difference(together)
    return before


def chosen_key_columns(subset: SubsetPlan, table: TableSubset) -> tuple[str, ...]:
    """The columns by which other tables look for the rows that this one's rule chooses, if its kept rows are not just
    these; () if they are, or if nobody looks."""
    if not table.chooses_rows or not table.is_referenced(subset.last_round):
        return ()
    asked = [
        key
        for key in subset.catalog.references_to(table.name)
        if key.child != table.name and _looks_for_parents(subset.table(key.child), key)
    ]
    columns = dict.fromkeys(column for key in asked for column in needed_of_parent(key))
    return tuple(columns) if may_be_known(subset.catalog, table.name, tuple(columns)) else ()


def _looks_for_parents(child: TableSubset, key: ForeignKey) -> bool:
    return child.chooses_rows and key in (*child.links, *child.filters)


def _read_by_chosen(subset: SubsetPlan, table: TableSubset) -> frozenset[Holding]:
    """What the query for the rows that the rule chooses may take keys from."""
    keys = (*table.links, *table.filters) if table.chooses_rows else ()
    sets = (_parents_read(subset, table, key) for key in keys)
    return frozenset(
        holding for row_set in sets if row_set is not None and (holding := holding_of(subset, row_set)) is not None
    )


def _parents_read(subset: SubsetPlan, table: TableSubset, key: ForeignKey) -> RowSet | None:
    """The set of the key's parent that the child's rule asks for; None for whole tables, read where they are."""
    parent = subset.table(key.parent)
    if parent.whole or parent.rule is Rule.EMPTY:
        return None
    if parent.root is not None or subset.chosen_together(table, key):
        return Chosen(parent.name)
    before = [number for number in parent.referenced_in if number < table.round]
    return Referenced(parent.name, max(before)) if before else None


def _read_by_kept(subset: SubsetPlan, table: TableSubset) -> frozenset[Holding]:
    references = subset.catalog.references_to(table.name) if table.referenced_in else ()
    children = [subset.table(key.child) for key in references if subset.table(key.child).brings_in_along(key)]
    kept = {Holding(child.name) for child in children if not child.whole and child.rule is not Rule.EMPTY}
    # Of the rows that are kept, those of the keys are not the required ones, which are counted by that.
    own = {Holding(table.name, chosen_keys=True)} if chosen_key_columns(subset, table) else set()
    return _read_by_chosen(subset, table) | kept | own


def holding_of(subset: SubsetPlan, row_set: RowSet) -> Holding | None:
    """What of the target, once it is copied, are the rows of the set, or their keys."""
    match row_set:
        case Chosen(name, pages) if pages == EVERY_PAGE:
            table = subset.table(name)
            if not table.is_referenced(subset.last_round):
                return Holding(name)
            return Holding(name, chosen_keys=True) if chosen_key_columns(subset, table) else None
        case Referenced(name, round_number, pages) if pages == EVERY_PAGE:
            table = subset.table(name)
            return None if table.chooses_rows or round_number != max(table.referenced_in) else Holding(name)
        case _:
            return None


def may_be_known(catalog: Catalog, name: TableName, columns: Sequence[str]) -> bool:
    """Whether arrays can carry these columns of the table: not addresses, which the target does not have, nor text of a
    database that does not know its encoding."""
    table = catalog.table(name)
    if any(column in ADDRESS or not table.has_column(column) for column in columns):
        return False
    wanted = [table.column(column) for column in columns]
    if catalog.encoding == "SQL_ASCII" and any(column.category is TypeCategory.TEXT for column in wanted):
        return False
    return all(map(_is_carried, wanted))


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
