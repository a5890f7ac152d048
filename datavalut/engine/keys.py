"""Keys of rows that the target holds already, as the arrays that a query of the source takes them in.

They pass through a worker as text of a bounded size and are never taken apart there.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import connection

from datavalut.catalog.model import Column, TableName
from datavalut.engine.cutting import MOST_KEY_BYTES, MOST_KEYS
from datavalut.engine.work_items import Chunk
from datavalut.subset.known import Holding, KnownKeys, chosen_key_columns, holding_of, may_be_known
from datavalut.subset.model import SubsetPlan
from datavalut.subset.row_sets import RowSet
from datavalut.transfer.ledger import WORK_SCHEMA
from datavalut.transfer.statements import writing_target

# Compared by a few instructions: distinct keys of these are found in half the time by sorting, if there are many.
_QUICKLY_SORTED_TYPES = frozenset({"smallint", "integer", "bigint", "date", "uuid"})


class TargetKeys:
    """`KnownSets` of one table's query. `copied` is what was copied before it.

    A set with more keys than a query takes beside those that it has already is not known, unless `chunk` limits it to a
    range of them. Keys are read once and remembered. Raises errors about the target.
    """

    def __init__(
        self, target: connection, subset: SubsetPlan, copied: frozenset[Holding], chunk: Chunk | None = None
    ) -> None:
        self._target = target
        self._subset = subset
        self._copied = copied
        self._chunk = chunk
        self._found: dict[tuple[RowSet, tuple[str, ...]], KnownKeys | None] = {}
        self._bytes_left = MOST_KEY_BYTES

    def __call__(self, row_set: RowSet, columns: Sequence[str]) -> KnownKeys | None:
        asked = (row_set, tuple(columns))
        if asked not in self._found:
            self._found[asked] = self._read(*asked)
        return self._found[asked]

    @property
    def are_sorted(self) -> bool:
        """Whether all keys that were asked for are known, and came in order."""
        known = self._found.values()
        return bool(known) and all(keys is not None and _are_quickly_sorted(keys.columns) for keys in known)

    @property
    def too_many(self) -> tuple[tuple[Holding, tuple[str, ...]], ...]:
        """The holdings and columns that were asked for in vain, because they have too many keys."""
        return tuple(
            (holding, columns)
            for (row_set, columns), keys in self._found.items()
            if keys is None and (holding := self._holding(row_set, columns)) is not None
        )

    def _holding(self, row_set: RowSet, columns: Sequence[str]) -> Holding | None:
        holding = holding_of(self._subset, row_set)
        if holding is None or holding not in self._copied:
            return None
        if holding.chosen_keys:
            held = chosen_key_columns(self._subset, self._subset.table(holding.table))
            return holding if set(columns) <= set(held) else None
        return holding if may_be_known(self._subset.catalog, holding.table, columns) else None

    def _read(self, row_set: RowSet, columns: tuple[str, ...]) -> KnownKeys | None:
        holding = self._holding(row_set, columns)
        if holding is None or not columns:
            return None
        places = [sql.Identifier(f"array_{number}") for number in range(len(columns))]
        query = sql.SQL(
            "WITH key AS MATERIALIZED ({keys} LIMIT {most_keys} + 1),\n"
            "packed AS MATERIALIZED (SELECT count(*) AS keys, {arrays} FROM key),\n"
            "measured AS (SELECT *, {bytes} AS bytes FROM packed)\n"
            "SELECT bytes, {fitting} FROM measured"
        ).format(
            keys=distinct_keys(self._subset, holding, columns, self._chunk),
            most_keys=sql.Literal(MOST_KEYS),
            arrays=sql.SQL(", ").join(
                sql.SQL("COALESCE(array_agg({})::text, '{{}}') AS {}").format(sql.Identifier(column), place)
                for column, place in zip(columns, places, strict=True)
            ),
            bytes=sql.SQL(" + ").join(sql.SQL("octet_length({})").format(place) for place in places),
            fitting=sql.SQL(", ").join(
                sql.SQL("CASE WHEN keys <= {} AND bytes <= {} THEN {} END").format(
                    sql.Literal(MOST_KEYS), sql.Literal(self._bytes_left), place
                )
                for place in places
            ),
        )
        table = self._subset.catalog.table(holding.table)
        read = tuple(table.column(column) for column in columns)
        in_order = preferring_sorting(self._target, wanted=_are_quickly_sorted(read))
        with writing_target(), in_order, self._target.cursor() as cursor:
            cursor.execute(query)
            ((size, *arrays),) = cursor.fetchall()
        if None in arrays:
            if self._chunk is not None and (self._chunk.first_key or self._chunk.end_key) is not None:
                # The complete query would give the rows of all chunks.
                raise AssertionError(f"the keys of a chunk of {holding.table} are {size} bytes")
            return None
        self._bytes_left -= size
        return KnownKeys(read, tuple(arrays))


@contextmanager
def preferring_sorting(session: connection, *, wanted: bool) -> Iterator[None]:
    """The session finds what is distinct by sorting meanwhile, if that is wanted. PostgreSQL hashes where it can, and
    rehashes again and again where it expects few keys, as it does of arrays and of tables without statistics. SQL
    errors are psycopg2's."""
    if not wanted:
        yield
        return
    with session.cursor() as cursor:
        cursor.execute("SET enable_hashagg = off")
        try:
            yield
        except BaseException:
            # A transaction that has failed takes the setting back by itself, and a closed session has none.
            with suppress(psycopg2.Error):
                cursor.execute("RESET enable_hashagg")
            raise
        cursor.execute("RESET enable_hashagg")


def _are_quickly_sorted(columns: Sequence[Column]) -> bool:
    return all(column.type_name in _QUICKLY_SORTED_TYPES for column in columns)


def bytes_of_key(columns: Sequence[str]) -> sql.Composable:
    """As many as its texts may take at most in arrays: quoted, each character escaped, and a comma."""
    return sql.SQL(" + ").join(
        sql.SQL("COALESCE(2 * octet_length({}::text), 4) + 3").format(sql.Identifier(column)) for column in columns
    )


def distinct_keys(
    subset: SubsetPlan, holding: Holding, columns: Sequence[str], chunk: Chunk | None = None
) -> sql.Composable:
    """A SELECT of the keys that the target holds, in the chunk's range if it has one.

    The columns may be those of several foreign keys, so nulls among them do not matter, unless there is nothing else.
    """
    table = subset.catalog.table(holding.table)
    name = relation_of(subset, holding)
    names = [sql.Identifier(column) for column in columns]
    conditions = []
    if not any(table.column(column).not_null for column in columns):
        some = sql.SQL(" OR ").join(sql.SQL("{} IS NOT NULL").format(column) for column in names)
        conditions.append(sql.SQL("({})").format(some))
    bounds = [] if chunk is None else [(">=", chunk.first_key), ("<", chunk.end_key)]
    for operator, bound in bounds:
        if bound is not None:
            # Values may be beyond a bound by the first of them, while another is null, so that they are no key.
            conditions += [sql.SQL("{} IS NOT NULL").format(column) for column in names]
            conditions.append(
                sql.SQL("({}) {} ({})").format(
                    sql.SQL(", ").join(names), sql.SQL(operator), sql.SQL(", ").join(map(sql.Literal, bound))
                )
            )
    unique = {frozenset(key) for key in (table.primary_key, *table.unique_keys)}
    return sql.SQL("SELECT {}{} FROM {}{}{}").format(
        sql.SQL("" if frozenset(columns) in unique else "DISTINCT "),
        sql.SQL(", ").join(names),
        sql.SQL("ONLY " if table.inherited and not holding.chosen_keys else ""),
        sql.Identifier(name.schema, name.name),
        sql.SQL(" WHERE {}").format(sql.SQL(" AND ").join(conditions)) if conditions else sql.SQL(""),
    )


def relation_of(subset: SubsetPlan, holding: Holding) -> TableName:
    """Where in the target it is: the table itself, or a table of the work's own."""
    if not holding.chosen_keys:
        return holding.table
    position = [table.name for table in subset.tables].index(holding.table)
    return TableName(WORK_SCHEMA, f"chosen_{position}")
