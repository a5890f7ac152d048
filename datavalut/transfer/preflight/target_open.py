"""Whether a job's role can connect to its own database only."""

from psycopg2 import sql
from psycopg2.extensions import connection

from datavalut.transfer.preflight.finding import Finding, Severity, listed
from datavalut.transfer.target import open_databases


def check_target_open(target: connection) -> tuple[Finding, ...]:
    """A warning about the databases that stay open to every role, since they are not this session's user's to close. It
    is none that stops a job: what a role finds there is no more than their owners have given to everybody.

    Raises errors about the target.
    """
    names = open_databases(target)
    if not names:
        return ()
    quoted = listed(sql.Identifier(name).as_string(target) for name in names)
    return (
        Finding(
            "target_open",
            Severity.WARNING,
            listed(names),
            f"The filtered database's role can connect to other databases of the target server, too: {listed(names)}.",
            f"Ask the operator of this deployment to close them: REVOKE CONNECT ON DATABASE {quoted} FROM PUBLIC.",
        ),
    )
