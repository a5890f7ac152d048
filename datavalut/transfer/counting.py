"""Exact numbers of rows."""

from psycopg2 import sql
from psycopg2.extensions import connection

from datavalut.catalog.model import Table, TableName
from datavalut.transfer.row_security import past_row_security
from datavalut.transfer.statements import reading_source, writing_target


def count_by_query(source: connection, query: sql.Composable, table: TableName) -> int:
    """What a query of the source counts, which is about the table. Raises errors about the source."""
    with reading_source(str(table)), source.cursor() as cursor:
        cursor.execute(query)
        ((count,),) = cursor.fetchall()
    return int(count)


def count_in_source(source: connection, table: Table) -> int:
    """Raises errors about the source."""
    return count_by_query(source, _count(table), table.name)


def count_in_target(target: connection, table: Table) -> int:
    """Whatever row-level security there is. Raises errors about the target."""
    with writing_target(), past_row_security(target, [table.name]), target.cursor() as cursor:
        cursor.execute(_count(table))
        ((count,),) = cursor.fetchall()
    return int(count)


def _count(table: Table) -> sql.Composable:
    only = sql.SQL("ONLY " if table.inherited else "")
    return sql.SQL("SELECT count(*) FROM {}{}").format(only, sql.Identifier(table.name.schema, table.name.name))
