"""Names of the source that the work itself needs in the target."""

from psycopg2.extensions import connection

from datavalut.transfer.ledger import WORK_SCHEMA
from datavalut.transfer.preflight.finding import Finding, Severity
from datavalut.transfer.statements import reading_source


def check_reserved_schema(source: connection) -> tuple[Finding, ...]:
    """An error if the source has a schema of the name under which a build keeps its work. Raises errors about the
    source."""
    with reading_source(), source.cursor() as cursor:
        cursor.execute("SELECT FROM pg_catalog.pg_namespace WHERE nspname = %s", (WORK_SCHEMA,))
        if cursor.fetchone() is None:
            return ()
    return (
        Finding(
            "reserved_schema",
            Severity.ERROR,
            WORK_SCHEMA,
            f"The source has a schema {WORK_SCHEMA}, where DataValut keeps its own work in the filtered database.",
            f"ALTER SCHEMA {WORK_SCHEMA} RENAME TO another name.",
        ),
    )
