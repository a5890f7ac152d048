"""Whether the target server's admin may make databases and roles."""

from psycopg2.extensions import connection

from datavalut.transfer.preflight.finding import Finding, Severity
from datavalut.transfer.statements import writing_target


def check_target_role(target: connection) -> tuple[Finding, ...]:
    """An error with the attributes that this session's user lacks. Raises errors about the target."""
    with writing_target(), target.cursor() as cursor:
        cursor.execute(
            "SELECT rolcreatedb OR rolsuper, rolcreaterole OR rolsuper"
            " FROM pg_catalog.pg_roles WHERE rolname = current_user"
        )
        ((creates_databases, creates_roles),) = cursor.fetchall()
    missing = [name for name, held in (("CREATEDB", creates_databases), ("CREATEROLE", creates_roles)) if not held]
    if not missing:
        return ()
    attributes = " and ".join(missing)
    return (
        Finding(
            "target_role",
            Severity.ERROR,
            attributes,
            f"The target server's admin lacks {attributes}.",
            f"Ask the operator of this deployment to give it: ALTER ROLE … {' '.join(missing)};",
        ),
    )
