"""Whether the source is a standby that may cancel long queries."""

from psycopg2.extensions import connection

from datavalut.transfer.preflight.finding import Finding, Severity
from datavalut.transfer.queries import query_text
from datavalut.transfer.statements import reading_source


def check_standby(source: connection) -> tuple[Finding, ...]:
    """A warning about a standby whose primary may remove rows that the job's snapshot still sees, where the standby
    waits for its readers only so long.

    Raises errors about the source.
    """
    with reading_source(), source.cursor() as cursor:
        cursor.execute(query_text("preflight/standby"))
        ((is_standby, cancelled_after, feedback),) = cursor.fetchall()
    if not is_standby or feedback or cancelled_after < 0:
        return ()
    return (
        Finding(
            "standby_cancels_queries",
            Severity.WARNING,
            "hot_standby_feedback, max_standby_streaming_delay",
            f"The source is a standby that cancels queries after {cancelled_after / 1000:g} seconds where they hold "
            "back its replay.",
            "If the job fails for that, set hot_standby_feedback = on, or max_standby_streaming_delay = -1, on the "
            "standby, or use the primary.",
        ),
    )
