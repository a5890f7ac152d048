"""Whether a pooler stands before the source.

One that lends a session for a transaction only never gets this far: `connect` refuses it, before a setting of ours
could stay in a session that others use.
"""

from psycopg2.extensions import connection

from datavalut.transfer.pooler import is_pooled
from datavalut.transfer.preflight.finding import Finding, Severity
from datavalut.transfer.statements import reading_source


def check_pooler(source: connection) -> tuple[Finding, ...]:
    """A warning about a pooler that lends whole sessions. Raises errors about the source."""
    with reading_source():
        pooled = is_pooled(source)
    if not pooled:
        return ()
    return (
        Finding(
            "pooler",
            Severity.WARNING,
            "source",
            "A pooler stands between DataValut and the source: its limits hold for the job too, and it must not end "
            "a session within 15 minutes.",
            "Better connect to the server itself (usually port 5432).",
        ),
    )
