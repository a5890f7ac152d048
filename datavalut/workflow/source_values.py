"""The words that the source's text columns hold, for planners. They are read here and go nowhere by themselves."""

import time
from collections.abc import Iterator, Sequence
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
# When so much was read column by column, the statistics must do wherever there are any.
READ_BYTES = 256 * 1024 * 1024
STATEMENT_MILLISECONDS = 2_000
READING_SECONDS = 30  # of all columns together: what has not been read by then is not
# A survey reads the smallest tables first, and so much of them; of the others it knows the statistics.
SURVEYED_BYTES = 64 * 1024 * 1024
SURVEY_SECONDS = 0.7  # a guard for slow servers: so much is read in a fraction of it
COLUMNS_AT_ONCE = 25

ColumnName = tuple[TableName, str]


@dataclass(frozen=True)
class _Statistics:
    distinct_values: float
    frequent_values: tuple[str, ...]


class SourceValues:
    """`ColumnValues` of `datavalut.planning.source`, by a session of the source in autocommit mode whose user may read
    all tables. Each column is read once, when it is first asked for, and surveyed once."""

    def __init__(self, source: connection, catalog: Catalog) -> None:
        self._source = source
        self._catalog = catalog
        self._known: dict[ColumnName, tuple[str, ...] | None] = {}
        self._surveyed: dict[ColumnName, tuple[str, ...] | None] = {}
        self._seconds = 0.0
        self._bytes = 0

    def values(self, table: TableName, column: str) -> tuple[str, ...] | None:
        """Raises errors about the source."""
        key = (table, column)
        if key not in self._known:
            begun = time.monotonic()
            self._known[key] = self._read(key) if self._seconds < READING_SECONDS else None
            self._seconds += time.monotonic() - begun
        return self._known[key]

    def survey(self, columns: tuple[ColumnName, ...]) -> dict[ColumnName, tuple[str, ...] | None]:
        """Raises errors about the source."""
        new = [column for column in columns if column not in self._surveyed]
        self._surveyed |= {column: self._frequent(column) for column in new}
        deadline = time.monotonic() + SURVEY_SECONDS
        for together in self._small_columns(new):
            if (left := deadline - time.monotonic()) <= 0:
                break
            self._surveyed |= self._distinct(together, max(1, int(left * 1000))) or {}
        return {column: self._surveyed[column] for column in columns}

    def _read(self, column: ColumnName) -> tuple[str, ...] | None:
        if not self._may_be_words(column):
            return None
        size = self._catalog.table(column[0]).size_bytes
        if size > LARGE_TABLE or (self._bytes + size > READ_BYTES and column in self._statistics):
            return self._frequent(column)
        self._bytes += size
        return (self._distinct([column], STATEMENT_MILLISECONDS) or {}).get(column)

    def _small_columns(self, columns: Sequence[ColumnName]) -> Iterator[list[ColumnName]]:
        """Those that a survey reads, as many as are read by one statement at a time."""
        readable = [column for column in columns if self._may_be_words(column)]
        readable.sort(key=lambda column: (self._catalog.table(column[0]).size_bytes, column))
        left = SURVEYED_BYTES
        chosen = []
        for column in readable:
            left -= self._catalog.table(column[0]).size_bytes
            if left < 0:
                break
            chosen.append(column)
        for first in range(0, len(chosen), COLUMNS_AT_ONCE):
            yield chosen[first : first + COLUMNS_AT_ONCE]

    def _may_be_words(self, column: ColumnName) -> bool:
        table = self._catalog.table(column[0])
        statistics = self._statistics.get(column)
        too_many = statistics is not None and _estimated_values(statistics, table) > 2 * MOST_VALUES
        return table.column(column[1]).category is TypeCategory.TEXT and not too_many

    def _frequent(self, column: ColumnName) -> tuple[str, ...] | None:
        """What the statistics tell; None if nothing."""
        statistics = self._statistics.get(column)
        if statistics is None or not self._may_be_words(column):
            return None
        frequent = {value for value in statistics.frequent_values if 0 < len(value) <= LONGEST_VALUE}
        return _words(frequent) if frequent else None

    def _distinct(
        self, columns: Sequence[ColumnName], milliseconds: int
    ) -> dict[ColumnName, tuple[str, ...] | None] | None:
        """By one round trip; None if that takes too long."""
        found: dict[ColumnName, set[str]] = {column: set() for column in columns}
        # Together with the query in one string, it is of one transaction with it, and ends with it.
        statements = sql.SQL("SELECT pg_catalog.set_config('statement_timeout', {}, true); {}").format(
            sql.Literal(str(milliseconds)),
            sql.SQL(" UNION ALL ").join(
                _distinct_query(self._catalog.table(table), column, position)
                for position, (table, column) in enumerate(columns)
            ),
        )
        with reading_source(str(columns[0][0]) if len(columns) == 1 else None), self._source.cursor() as cursor:
            try:
                cursor.execute(statements)
            except psycopg2.errors.QueryCanceled:
                return None
            for position, value in cursor.fetchall():
                found[columns[position]].add(value)
        return {column: _words(values) for column, values in found.items()}

    @cached_property
    def _statistics(self) -> dict[ColumnName, _Statistics]:
        query = Path(__file__).with_name("column_statistics.sql").read_text(encoding="utf-8")
        with reading_source(), self._source.cursor() as cursor:
            cursor.execute(query)
            return {
                (TableName(schema, table), column): _Statistics(distinct, tuple(frequent or ()))
                for schema, table, column, distinct, frequent in cursor.fetchall()
            }


def _distinct_query(table: Table, column: str, position: int) -> sql.Composed:
    return sql.SQL(
        '(SELECT {position}, {column}::pg_catalog.text COLLATE "C" FROM {only}{table}'
        " WHERE pg_catalog.char_length({column}::pg_catalog.text) BETWEEN 1 AND {longest}"
        " GROUP BY 2 LIMIT {most})"
    ).format(
        position=sql.Literal(position),
        column=sql.Identifier(column),
        only=sql.SQL("ONLY " if table.inherited else ""),
        table=sql.Identifier(table.name.schema, table.name.name),
        longest=sql.Literal(LONGEST_VALUE),
        most=sql.Literal(MOST_VALUES + 1),
    )


def _words(values: set[str]) -> tuple[str, ...] | None:
    return tuple(sorted(values)) if len(values) <= MOST_VALUES else None


def _estimated_values(statistics: _Statistics, table: Table) -> float:
    if statistics.distinct_values >= 0:
        return statistics.distinct_values
    return -statistics.distinct_values * max(table.estimated_rows, 0)
