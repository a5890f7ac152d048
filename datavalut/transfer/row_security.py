"""Reading all rows of a table that hides some from its own owner."""

from collections.abc import Iterator
from contextlib import contextmanager

from psycopg2 import sql
from psycopg2.extensions import connection

from datavalut.catalog.model import TableName


@contextmanager
def past_row_security(target: connection, table: TableName) -> Iterator[None]:
    """A transaction in which the table's owner reads all of its rows, rolled back at the end.

    The owner is not bound by row-level security, unless the table forces it on its owner: that is lifted, and with the
    transaction it is as it was. `target` is in autocommit mode. SQL errors are psycopg2's own.
    """
    name = sql.Identifier(table.schema, table.name)
    with target.cursor() as cursor:
        cursor.execute("BEGIN")
        try:
            cursor.execute(
                "SELECT relforcerowsecurity FROM pg_catalog.pg_class WHERE oid = %s::pg_catalog.regclass",
                (name.as_string(target),),
            )
            ((is_forced,),) = cursor.fetchall()
            if is_forced:
                cursor.execute(sql.SQL("ALTER TABLE {} NO FORCE ROW LEVEL SECURITY").format(name))
            yield
        finally:
            if not target.closed:
                cursor.execute("ROLLBACK")
