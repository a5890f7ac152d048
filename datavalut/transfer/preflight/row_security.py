"""Whether the source's user sees all rows of the tables that it may read."""

from psycopg2.extensions import connection

from datavalut.catalog.model import TableName
from datavalut.transfer.preflight.finding import Finding, Severity, listed
from datavalut.transfer.queries import query_text
from datavalut.transfer.statements import reading_source


def check_row_security(source: connection) -> tuple[Finding, ...]:
    """An error with all tables whose policies bind this session's user: reading past them would silently lose rows, so
    sessions of a source fail instead.

    Raises errors about the source.
    """
    with reading_source(), source.cursor() as cursor:
        cursor.execute(query_text("preflight/row_security"))
        tables = [str(TableName(*row)) for row in cursor.fetchall()]
    if not tables:
        return ()
    return (
        Finding(
            "row_security",
            Severity.ERROR,
            listed(tables),
            f"Row-level security hides rows of {listed(tables)} from the source's user.",
            "Use a user that sees all rows: one with BYPASSRLS, or the tables' owner where policies are not forced.",
        ),
    )
