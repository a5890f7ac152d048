"""What becomes of the source's foreign tables."""

from collections.abc import Iterable, Iterator, Mapping

from psycopg2.extensions import connection

from datavalut.catalog.model import TableName
from datavalut.transfer.extensions import AbsentExtension
from datavalut.transfer.preflight.finding import Finding, Severity, listed
from datavalut.transfer.queries import query_text
from datavalut.transfer.statements import reading_source


def check_foreign_tables(source: connection, absent: Iterable[AbsentExtension]) -> tuple[Finding, ...]:
    """A warning with all foreign tables: their definitions come along, and neither rows nor user mappings, which hold
    passwords; or, where the target cannot have the extension that they are made with, nothing of them does.

    An error with those that are partitions: the rows of their partitioned table, copied, would go there. And one with
    the materialized views that read them: nobody could fill these in the filtered database.

    Raises errors about the source.
    """
    with reading_source(), source.cursor() as cursor:
        cursor.execute(query_text("preflight/foreign_tables"))
        found = [(TableName(schema, name), *rest) for schema, name, *rest in cursor.fetchall()]
        if not found:
            return ()
        cursor.execute(query_text("preflight/foreign_views"))
        views = [str(TableName(*row)) for row in cursor.fetchall()]
    absent_names = {missing.extension.name for missing in absent}
    tables = [(str(table), extension) for table, is_partition, extension in found if not is_partition]
    return (
        *_coming([table for table, extension in tables if extension not in absent_names]),
        *_left_out({table: extension for table, extension in tables if extension in absent_names}),
        *_partitions([str(table) for table, is_partition, _ in found if is_partition]),
        *_views(views),
    )


def _coming(tables: list[str]) -> Iterator[Finding]:
    if tables:
        yield Finding(
            "foreign_tables",
            Severity.WARNING,
            listed(tables),
            f"Foreign tables come as definitions, without rows and without user mappings: {listed(tables)}.",
            "Whoever is to read them creates a user mapping for their servers in the filtered database.",
        )


def _left_out(tables: Mapping[str, str]) -> Iterator[Finding]:
    """With the extensions that they are made with."""
    if tables:
        extensions = listed(sorted(set(tables.values())))
        yield Finding(
            "foreign_tables_left_out",
            Severity.WARNING,
            listed(tables),
            f"Foreign tables are left out, as the target server does not have or give {extensions}: {listed(tables)}.",
            "Ask the operator of this deployment for the extension, if they are wanted.",
        )


def _partitions(tables: list[str]) -> Iterator[Finding]:
    if tables:
        yield Finding(
            "foreign_partitions",
            Severity.ERROR,
            listed(tables),
            f"Partitions are foreign tables, and copied rows would be written to their servers: {listed(tables)}.",
            "Detach them, or use a copy of the source in which they are tables of its own.",
        )


def _views(views: list[str]) -> Iterator[Finding]:
    if views:
        yield Finding(
            "foreign_materialized_views",
            Severity.ERROR,
            listed(views),
            f"Materialized views read foreign tables, which give no rows in the filtered database: {listed(views)}.",
            "Drop them in the source, or use a copy of it without them.",
        )
