"""The words that the source's text columns hold, for planners. They are read here and go nowhere by themselves."""

import time
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import connection

from datavalut.catalog.model import Catalog, Table, TableName, TypeCategory
from datavalut.transfer.statements import reading_source

MOST_VALUES = 1_000  # of one column: more are no vocabulary
LONGEST_VALUE = 100  # characters: a longer text is no name of anything
# Of a table up to this size all rows are read; beyond it the server's statistics must do.
LARGE_TABLE = 64 * 1024 * 1024  # bytes
STATEMENT_MILLISECONDS = 2_000
READING_SECONDS = 30  # of all columns together: what has not been read by then is not


@dataclass(frozen=True)
class _Statistics:
    distinct_values: float
    frequent_values: tuple[str, ...]


class SourceValues:
    """`ColumnValues` of `datavalut.planning.source`, by a session of the source in autocommit mode whose user may read
    all tables. Each column is read once, when it is first asked for."""

    def __init__(self, source: connection, catalog: Catalog) -> None:
        self._source = source
        self._catalog = catalog
        self._known: dict[tuple[TableName, str], tuple[str, ...] | None] = {}
        self._seconds = 0.0

    def values(self, table: TableName, column: str) -> tuple[str, ...] | None:
        """Raises errors about the source."""
        key = (table, column)
        if key not in self._known:
            begun = time.monotonic()
            found = self._read(self._catalog.table(table), column) if self._seconds < READING_SECONDS else None
            self._seconds += time.monotonic() - begun
            self._known[key] = tuple(sorted(found)) if found is not None and len(found) <= MOST_VALUES else None
        return self._known[key]

    def _read(self, table: Table, column: str) -> set[str] | None:
        if table.column(column).category is not TypeCategory.TEXT:
            return None
        statistics = self._statistics.get((table.name, column))
        if statistics is not None and _estimated_values(statistics, table) > 2 * MOST_VALUES:
            return None
        if table.size_bytes > LARGE_TABLE:
            frequent = statistics.frequent_values if statistics is not None else ()
            return {value for value in frequent if 0 < len(value) <= LONGEST_VALUE} or None
        return self._distinct(table, column)

    def _distinct(self, table: Table, column: str) -> set[str] | None:
        query = sql.SQL(
            "SELECT DISTINCT {column}::pg_catalog.text FROM {only}{table}"
            " WHERE pg_catalog.char_length({column}::pg_catalog.text) BETWEEN 1 AND {longest} LIMIT {most}"
        ).format(
            column=sql.Identifier(column),
            only=sql.SQL("ONLY " if table.inherited else ""),
            table=sql.Identifier(table.name.schema, table.name.name),
            longest=sql.Literal(LONGEST_VALUE),
            most=sql.Literal(MOST_VALUES + 1),
        )
        with reading_source(str(table.name)), self._source.cursor() as cursor:
            cursor.execute("BEGIN")
            try:
                cursor.execute(
                    "SELECT pg_catalog.set_config('statement_timeout', %s, true)", (str(STATEMENT_MILLISECONDS),)
                )
                cursor.execute(query)
                return {value for (value,) in cursor.fetchall()}
            except psycopg2.errors.QueryCanceled:
                return None
            finally:
                with suppress(psycopg2.Error):  # a lost session's own error is the one to tell
                    cursor.execute("ROLLBACK")

    @cached_property
    def _statistics(self) -> dict[tuple[TableName, str], _Statistics]:
        query = Path(__file__).with_name("column_statistics.sql").read_text(encoding="utf-8")
        with reading_source(), self._source.cursor() as cursor:
            cursor.execute(query)
            return {
                (TableName(schema, table), column): _Statistics(distinct, tuple(frequent or ()))
                for schema, table, column, distinct, frequent in cursor.fetchall()
            }


def _estimated_values(statistics: _Statistics, table: Table) -> float:
    if statistics.distinct_values >= 0:
        return statistics.distinct_values
    return -statistics.distinct_values * max(table.estimated_rows, 0)
