"""One moment of the source, shared by all sessions that read it."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Self

import psycopg2
from psycopg2.extensions import TRANSACTION_STATUS_IDLE, connection

from datavalut.transfer.errors import SnapshotLost
from datavalut.transfer.statements import reading_source, source_error

_BEGIN = "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"


class ExportedSnapshot:
    """A snapshot that other sessions import by `snapshot_id`, for as long as this object is open.

    `source` is a session of the source in autocommit mode. If it has imported a snapshot before, the exported one is
    the same moment, and outlives the one imported: so keepers hand over to each other. If it is in no transaction, the
    moment is now. `ping` it more often than anything on the way may cut an idle connection: every 10 seconds.

    Raises errors about the source.
    """

    def __init__(self, source: connection) -> None:
        self._source = source
        with reading_source(), source.cursor() as cursor:
            if source.info.transaction_status == TRANSACTION_STATUS_IDLE:
                cursor.execute(_BEGIN)
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            cursor.execute("SELECT pg_catalog.pg_export_snapshot()")
            row = cursor.fetchone()
        assert row is not None  # noqa: S101 - a SELECT of one function
        self.snapshot_id: str = row[0]

    def ping(self) -> None:
        """Raises SnapshotLost if the session is gone."""
        try:
            with self._source.cursor() as cursor:
                cursor.execute("SELECT 1")
        except psycopg2.Error as error:
            raise SnapshotLost(self.snapshot_id) from error

    def close(self) -> None:
        """Ends the snapshot: sessions that imported it before keep reading it, no new one can."""
        self._source.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@dataclass(frozen=True)
class ReplayPosition:
    """How far a standby has replayed and received its primary's log, in bytes; `received` is None where it does not
    stream."""

    replayed: int
    received: int | None

    def heeds(self, began: "ReplayPosition") -> bool:
        """Whether the replay now waits for, or cancels, a session whose snapshot was imported at `began`, before it
        removes rows that the session sees.

        When the replay meets the removal of rows that snapshots see, it waits for the sessions that have such snapshots
        at that moment, and not for those that import one of these snapshots while it waits: once the former have
        ended, the rows vanish under the latter without an error. So an importer is safe by itself only after the replay
        has gone on, or had nothing left to do, while the session that it imported from was still there.
        """
        return self.replayed > began.replayed or self.replayed == self.received


def replay_position(source: connection) -> ReplayPosition | None:
    """None on a primary, where an imported snapshot is safe at once. Raises errors about the source."""
    with reading_source(), source.cursor() as cursor:
        cursor.execute(
            "SELECT pg_catalog.pg_is_in_recovery(),"
            " pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_last_wal_replay_lsn(), '0/0'),"
            " pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_last_wal_receive_lsn(), '0/0')"
        )
        ((in_recovery, replayed, received),) = cursor.fetchall()
    if not in_recovery:
        return None
    return ReplayPosition(int(replayed), None if received is None else int(received))


def import_snapshot(source: connection, snapshot_id: str) -> None:
    """Begins a read-only transaction, in a session in autocommit mode, that sees the snapshot's moment.

    Raises SnapshotLost if the snapshot's keeper is gone, or the connection leads to another server than the keeper's.
    """
    try:
        with source.cursor() as cursor:
            cursor.execute(_BEGIN)
            cursor.execute("SET TRANSACTION SNAPSHOT %s", (snapshot_id,))
    except (
        psycopg2.errors.InvalidParameterValue,
        psycopg2.errors.UndefinedObject,
        psycopg2.errors.ObjectNotInPrerequisiteState,
        psycopg2.errors.FeatureNotSupported,
    ) as error:
        with suppress(psycopg2.Error), source.cursor() as cursor:
            cursor.execute("ROLLBACK")
        raise SnapshotLost(snapshot_id) from error
    except psycopg2.Error as error:
        raise source_error(error) from error
