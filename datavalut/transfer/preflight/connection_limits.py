"""Whether the source gives its user as many sessions as a job needs."""

from typing import Any

from psycopg2 import sql
from psycopg2.extensions import connection
from psycopg2.extras import NamedTupleCursor

from datavalut.transfer.preflight.finding import Finding, Severity
from datavalut.transfer.queries import query_text
from datavalut.transfer.statements import reading_source


def check_connection_limits(source: connection, sessions: int) -> tuple[Finding, ...]:
    """An error for each limit, of the user, the database and the server, that does not leave room for so many sessions
    at a time. Sessions of this session's application_name, which is the job's, do not count.

    Raises errors about the source.
    """
    cursor: Any
    with reading_source(), source.cursor(cursor_factory=NamedTupleCursor) as cursor:
        cursor.execute(query_text("preflight/connection_limits"))
        (found,) = cursor.fetchall()
    role = sql.Identifier(found.role_name).as_string(source)
    database = sql.Identifier(found.database_name).as_string(source)
    limits = (
        (
            f"user {found.role_name}",
            found.role_limit,
            found.role_used,
            f"ALTER ROLE {role} CONNECTION LIMIT {found.role_used + sessions};",
        ),
        (
            f"database {found.database_name}",
            found.database_limit,
            found.database_used,
            f"ALTER DATABASE {database} CONNECTION LIMIT {found.database_used + sessions};",
        ),
        ("server", found.server_limit, found.server_used, "raise max_connections."),
    )
    return tuple(
        Finding(
            "too_many_connections",
            Severity.ERROR,
            subject,
            f"The source's {subject} takes {limit} sessions, of which {used} are in use; this job needs {sessions}.",
            f"End some, or {remedy}",
        )
        for subject, limit, used, remedy in limits
        if 0 <= limit < used + sessions
    )
