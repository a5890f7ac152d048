"""What becomes of the source's foreign tables."""

from psycopg2.extensions import connection

from datavalut.catalog.model import TableName
from datavalut.transfer.preflight.finding import Finding, Severity, listed
from datavalut.transfer.queries import query_text
from datavalut.transfer.statements import reading_source


def check_foreign_tables(source: connection) -> tuple[Finding, ...]:
    """A warning with all foreign tables: their definitions come along, and neither rows nor user mappings, which hold
    passwords. An error with those that are partitions: the rows of their partitioned table, copied, would go there.

    Raises errors about the source.
    """
    with reading_source(), source.cursor() as cursor:
        cursor.execute(query_text("preflight/foreign_tables"))
        found = cursor.fetchall()
    tables = [str(TableName(schema, name)) for schema, name, is_partition in found if not is_partition]
    partitions = [str(TableName(schema, name)) for schema, name, is_partition in found if is_partition]
    findings = []
    if tables:
        findings.append(
            Finding(
                "foreign_tables",
                Severity.WARNING,
                listed(tables),
                f"Foreign tables come as definitions, without rows and without user mappings: {listed(tables)}.",
                "Whoever is to read them creates a user mapping for their servers in the filtered database.",
            )
        )
    if partitions:
        findings.append(
            Finding(
                "foreign_partitions",
                Severity.ERROR,
                listed(partitions),
                f"Partitions are foreign tables, and copied rows would be written to their servers: "
                f"{listed(partitions)}.",
                "Detach them, or use a copy of the source in which they are tables of its own.",
            )
        )
    return tuple(findings)
