"""Exact numbers of rows."""

from psycopg2 import sql
from psycopg2.extensions import connection

from datavalut.catalog.model import Table, TableName
from datavalut.transfer.statements import reading_source


def count_by_query(source: connection, query: sql.Composable, table: TableName) -> int:
    """What a query of the source counts, which is about the table. Raises errors about the source."""
    with reading_source(str(table)), source.cursor() as cursor:
        cursor.execute(query)
        ((count,),) = cursor.fetchall()
    return int(count)


def count_in_source(source: connection, table: Table) -> int:
    """Raises errors about the source."""
    return count_by_query(source, count_query(table), table.name)


def count_query(table: Table) -> sql.Composable:
    """A SELECT of the exact number of its own rows, as far as row-level security shows them."""
    return sql.SQL("SELECT count(*) FROM {}").format(_own_rows(table))


def has_more_rows(source: connection, table: Table, rows: int) -> bool:
    """Whether it has more than so many rows of its own; no more of them than that are looked at, and no statistics.
    Raises errors about the source."""
    with reading_source(str(table.name)), source.cursor() as cursor:
        cursor.execute(sql.SQL("SELECT EXISTS (SELECT FROM {} OFFSET {})").format(_own_rows(table), sql.Literal(rows)))
        ((more,),) = cursor.fetchall()
    return bool(more)


def _own_rows(table: Table) -> sql.Composable:
    only = sql.SQL("ONLY " if table.inherited else "")
    return sql.SQL("{}{}").format(only, sql.Identifier(table.name.schema, table.name.name))
