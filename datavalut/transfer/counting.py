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
    only = sql.SQL("ONLY " if table.inherited else "")
    return sql.SQL("SELECT count(*) FROM {}{}").format(only, sql.Identifier(table.name.schema, table.name.name))
