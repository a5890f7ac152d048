"""What can be known to fail before anything is begun."""

from psycopg2.extensions import connection

from datavalut.transfer.errors import PermissionDenied, RowSecurityHidesRows
from datavalut.transfer.queries import query_text
from datavalut.transfer.statements import reading_source


def check_source(source: connection) -> None:
    """Checks that this session's user can read every table whole.

    Raises PermissionDenied or RowSecurityHidesRows with the first table's name, and errors about the source.
    """
    with reading_source(), source.cursor() as cursor:
        cursor.execute(query_text("unreadable_tables"))
        row = cursor.fetchone()
    if row is not None:
        table, denied = row
        raise PermissionDenied(table) if denied else RowSecurityHidesRows(table)
