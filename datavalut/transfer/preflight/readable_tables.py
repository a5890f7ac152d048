"""Whether the source's user may read every table."""

from collections.abc import Iterable

from psycopg2 import sql
from psycopg2.extensions import connection

from datavalut.catalog.model import TableName
from datavalut.transfer.preflight.finding import Finding, Severity, listed
from datavalut.transfer.queries import query_text
from datavalut.transfer.statements import reading_source


def check_readable_tables(source: connection) -> tuple[Finding, ...]:
    """An error with all tables and partitions that this session's user may not read, and the statements that let it.

    Raises errors about the source.
    """
    with reading_source(), source.cursor() as cursor:
        cursor.execute(query_text("preflight/readable_tables"))
        unreadable = cursor.fetchall()
        cursor.execute("SELECT current_user::text")
        ((user,),) = cursor.fetchall()
    if not unreadable:
        return ()
    tables = listed(str(TableName(schema, name)) for schema, name, _, _ in unreadable)
    closed_schemas = {schema for schema, _, on_schema, _ in unreadable if not on_schema}
    closed_tables_in = {schema for schema, _, _, on_table in unreadable if not on_table}
    grants = [
        grant.format(_names(schemas), sql.Identifier(user)).as_string(source)
        for grant, schemas in (
            (sql.SQL("GRANT USAGE ON SCHEMA {} TO {};"), closed_schemas),
            (sql.SQL("GRANT SELECT ON ALL TABLES IN SCHEMA {} TO {};"), closed_tables_in),
        )
        if schemas
    ]
    return (
        Finding(
            "missing_permission",
            Severity.ERROR,
            tables,
            f"The source's user may not read {tables}.",
            f"Let it, in the source's database: {' '.join(grants)}",
        ),
    )


def _names(schemas: Iterable[str]) -> sql.Composable:
    return sql.SQL(", ").join(sql.Identifier(schema) for schema in sorted(schemas))
