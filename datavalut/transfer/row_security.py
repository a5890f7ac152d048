"""Reading all rows of tables that hide some from their own owner."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from psycopg2 import sql
from psycopg2.extensions import connection

from datavalut.catalog.model import TableName


@contextmanager
def past_row_security(target: connection, tables: Iterable[TableName]) -> Iterator[None]:
    """A transaction in which the tables' owner reads all of their rows, rolled back at the end.

    The owner is not bound by row-level security, unless a table forces it on its owner: that is lifted, and with the
    transaction it is as it was. `target` is in autocommit mode. SQL errors are psycopg2's own.
    """
    names = [sql.Identifier(table.schema, table.name) for table in tables]
    with target.cursor() as cursor:
        cursor.execute("BEGIN")
        try:
            cursor.execute(
                "SELECT nsp.nspname::text, cls.relname::text FROM pg_catalog.pg_class AS cls"
                " JOIN pg_catalog.pg_namespace AS nsp ON nsp.oid = cls.relnamespace"
                " WHERE cls.relforcerowsecurity AND cls.oid = ANY (%s::pg_catalog.regclass[])",
                ([name.as_string(target) for name in names],),
            )
            for forced in cursor.fetchall():
                lift = sql.SQL("ALTER TABLE {} NO FORCE ROW LEVEL SECURITY")
                cursor.execute(lift.format(sql.Identifier(*forced)))
            yield
        finally:
            if not target.closed:
                cursor.execute("ROLLBACK")
