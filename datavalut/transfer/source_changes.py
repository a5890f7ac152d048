"""Whether tables are what they were at the moment that is read.

A snapshot holds rows fast, but not what tables are: a query takes names, columns and partitions as they are when it
runs. So a table that was dropped and made anew, or two that have changed their names, would be read without an error,
and give no rows, or those of another; so would columns, and so would a partitioned table that has lost a partition.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from psycopg2.extensions import connection

from datavalut.catalog.model import TableName
from datavalut.transfer.errors import SourceChanged
from datavalut.transfer.queries import query_text
from datavalut.transfer.statements import reading_source

_MOST_TOLD = 5


class _Kind(StrEnum):
    """What of a table has changed."""

    NAME = "name"
    FILE = "file"
    COLUMN = "column"
    PARTITION = "partition"


@dataclass
class ReadTables:
    """The tables that a session has read since it imported its snapshot. The locks that reading took last as long as
    the session's transaction, so that a table once found unchanged stays so; but for partitions, which come and go
    beside those who read."""

    source: connection
    _unchanged: set[int] = field(default_factory=set)

    def require_unchanged(self) -> None:
        """Raises SourceChanged, and errors about the source."""
        with reading_source(), self.source.cursor() as cursor:
            cursor.execute(_READ_RELATIONS)
            partitioned = dict(cursor.fetchall())
        asked = partitioned.keys() - self._unchanged
        _require_none(_changes(self.source, asked, _Kind))
        self._unchanged |= {oid for oid in asked if not partitioned[oid]}


def require_table_unchanged(source: connection, table: TableName) -> None:
    """`source` has imported the snapshot, and need not have read the table. Raises SourceChanged, and errors about the
    source."""
    _require_none(_changes(source, [oid for oid, name in _tables(source) if name == table], _Kind))


def require_schema_unchanged(source: connection) -> None:
    """Of all that pg_dump, which has just read the schema by the snapshot that `source` has imported, takes as it is
    then, not as it was. It keeps tables from being changed while it reads; so this is for what came before.

    Raises SourceChanged, and errors about the source.
    """
    tables = [oid for oid, _ in _tables(source)]
    _require_none([*_dropped(source), *_changes(source, tables, (_Kind.NAME, _Kind.COLUMN))])


def _tables(source: connection) -> list[tuple[int, TableName]]:
    """Those that are there still, by the names that they had."""
    with reading_source(), source.cursor() as cursor:
        cursor.execute(_ALL_TABLES)
        return [(oid, TableName(schema, name)) for oid, schema, name in cursor.fetchall()]


def _dropped(source: connection) -> list[str]:
    with reading_source(), source.cursor() as cursor:
        cursor.execute(_DROPPED_RELATIONS)
        return [f"{kind} {schema}.{name} was dropped" for kind, schema, name in cursor.fetchall()]


def _changes(source: connection, tables: Collection[int], kinds: Iterable[_Kind]) -> list[str]:
    if not tables:
        return []
    with reading_source(), source.cursor() as cursor:
        cursor.execute(query_text("changed_tables"), {"tables": list(tables)})
        return [change for kind, change in cursor.fetchall() if kind in set(kinds)]


def _require_none(changes: list[str]) -> None:
    if changes:
        more = len(changes) - _MOST_TOLD
        raise SourceChanged("; ".join(changes[:_MOST_TOLD]) + (f"; and {more} changes more" if more > 0 else ""))


# With those of indexes, and without those of catalogs that all databases share.
_READ_RELATIONS = """
SELECT held.relation::bigint, COALESCE(cls.relkind = 'p', false)
FROM pg_catalog.pg_locks AS held
LEFT JOIN pg_catalog.pg_class AS cls ON cls.oid = held.relation
WHERE held.pid = pg_catalog.pg_backend_pid()
    AND held.locktype = 'relation'
    AND held.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
"""

# A function on a relation that is not there any more gives null.
_ALL_TABLES = """
SELECT cls.oid::bigint, nsp.nspname::text, cls.relname::text
FROM pg_catalog.pg_class AS cls
JOIN pg_catalog.pg_namespace AS nsp ON nsp.oid = cls.relnamespace
WHERE cls.relkind IN ('r', 'p') AND nsp.nspname !~ '^pg_' AND nsp.nspname <> 'information_schema'
    AND pg_catalog.pg_table_is_visible(cls.oid) IS NOT NULL
"""

_DROPPED_RELATIONS = """
SELECT CASE WHEN cls.relkind IN ('i', 'I') THEN 'index' ELSE 'table' END, nsp.nspname::text, cls.relname::text
FROM pg_catalog.pg_class AS cls
JOIN pg_catalog.pg_namespace AS nsp ON nsp.oid = cls.relnamespace
WHERE cls.relkind IN ('r', 'p', 'i', 'I') AND nsp.nspname !~ '^pg_' AND nsp.nspname <> 'information_schema'
    AND pg_catalog.pg_table_is_visible(cls.oid) IS NULL
ORDER BY 1 DESC, 2, 3
"""
