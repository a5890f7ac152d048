"""Whether sessions of the source can share one moment, tried with real ones."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from psycopg2.extensions import connection

from datavalut.transfer.errors import PermissionDenied, SnapshotLost, SourceQueryFailed, TooManyConnections
from datavalut.transfer.preflight.finding import Finding, Severity
from datavalut.transfer.snapshot import ExportedSnapshot, import_snapshot

# An address that spreads sessions over two servers evenly is missed once in eight times; then a worker meets it.
_IMPORTS = 3


def check_shared_snapshot(open_session: Callable[[], AbstractContextManager[connection]]) -> tuple[Finding, ...]:
    """An error if a snapshot cannot be exported, or not be imported in other sessions, which `open_session` opens.

    Raises what `open_session` raises, and errors about the source.
    """
    try:
        with open_session() as keeping, ExportedSnapshot(keeping) as snapshot:
            for _ in range(_IMPORTS):
                with open_session() as reading:
                    import_snapshot(reading, snapshot.snapshot_id)
    except SnapshotLost:
        return (
            Finding(
                "several_servers",
                Severity.ERROR,
                "source",
                "Sessions of the source cannot share a snapshot: its address leads to more than one server.",
                "Give the address of one server, not one that spreads connections over several (a load balancer, a "
                "cluster's reader endpoint).",
            ),
        )
    except (PermissionDenied, SourceQueryFailed) as error:
        return (
            Finding(
                "no_snapshot",
                Severity.ERROR,
                "source",
                f"The source does not let its user export a snapshot: {error}.",
                "Let its user execute pg_export_snapshot(), and use a server that is PostgreSQL itself.",
            ),
        )
    except TooManyConnections as error:
        return (
            Finding(
                "too_many_connections",
                Severity.ERROR,
                "source",
                f"The source does not give its user three sessions at a time: {error}.",
                "Free some, or raise the limit of the server, the database or the user.",
            ),
        )
    return ()
