"""Whether the source leaves a session the time that it needs."""

from psycopg2.extensions import connection

from datavalut.transfer.connect import STATEMENT_MILLISECONDS
from datavalut.transfer.preflight.finding import Finding, Severity
from datavalut.transfer.queries import query_text
from datavalut.transfer.statements import reading_source


def check_timeouts(source: connection) -> tuple[Finding, ...]:
    """An error for each timeout that is shorter than a worker's life in this session, which has set its own already:
    so it is one that the source does not let a session set.

    Raises errors about the source.
    """
    with reading_source(), source.cursor() as cursor:
        cursor.execute(query_text("preflight/timeouts"))
        timeouts = cursor.fetchall()
    return tuple(
        Finding(
            "timeout_too_short",
            Severity.ERROR,
            name,
            f"The source's {name} is {milliseconds / 1000:g} seconds, whatever a session sets: too short to read it.",
            f"Let its user set {name}, or set it to 0 for this user.",
        )
        for name, milliseconds in timeouts
        if 0 < milliseconds < STATEMENT_MILLISECONDS
    )
