"""Reading the one moment of the source that the job's keepers hold open."""

from psycopg2.extensions import connection

from datavalut.jobs.errors import JobNotRunning
from datavalut.jobs.model import Job, JobStatus
from datavalut.transfer.errors import SnapshotLost
from datavalut.transfer.snapshot import import_snapshot, replay_position
from datavalut.workflow.deployment import Deployment
from datavalut.workflow.errors import SnapshotNotExported, SnapshotNotKept
from datavalut.workflow.polling import polls
from datavalut.workflow.sessions import source_session

WAIT_FOR_EXPORT_SECONDS = 120.0
# Longer than keepers take to notice that their sessions are gone, and to make good for it or to fail the job. So when
# this is over and the job still runs, the snapshots are held, and this session is where they cannot be seen.
PATIENCE_SECONDS = 15.0


def import_kept_snapshot(
    deployment: Deployment, job_id: str, session: connection, patience: float = PATIENCE_SECONDS
) -> str:
    """Begins a read-only transaction that sees the job's moment; the id by which it was found.

    `session` is one of the source, in autocommit mode and in no transaction. While keepers hand over to each other, an
    id that was read a moment ago may be gone: then the others are tried, and the record is read again.

    Raises JobNotRunning, SnapshotNotExported, SnapshotNotKept if the job has let its snapshot go, SnapshotLost if none
    of those that are recorded can be imported, and errors about the source.
    """
    _wait_for_export(deployment, job_id)
    gone: dict[str, SnapshotLost] = {}
    for _ in polls(patience):
        snapshots = _job_that_reads(deployment, job_id).snapshots.values()
        for snapshot in sorted(snapshots, key=lambda each: each.since, reverse=True):
            if snapshot.snapshot_id in gone:
                continue
            try:
                import_snapshot(session, snapshot.snapshot_id)
            except SnapshotLost as lost:
                gone[snapshot.snapshot_id] = lost
            else:
                return snapshot.snapshot_id
    raise next(reversed(gone.values()))


def make_sure_it_is_kept(deployment: Deployment, job_id: str, reader: connection) -> None:
    """That what `reader`, which has imported the snapshot, has read until now is of the job's moment.

    On a standby, rows that an imported snapshot sees may vanish once nobody holds it whom the replay waits for
    (`ReplayPosition.heeds`); keepers record themselves only when it does. On a primary they never vanish.

    Raises SnapshotNotKept, JobNotRunning, and errors about the source.
    """
    if replay_position(reader) is None:
        return
    source = deployment.secrets.get_request(job_id).source
    with source_session(deployment, job_id, source) as session:
        try:
            import_kept_snapshot(deployment, job_id, session)
        except SnapshotLost as lost:
            raise SnapshotNotKept from lost


def _wait_for_export(deployment: Deployment, job_id: str) -> None:
    """The first keeper starts at the same time as those who read."""
    for _ in polls(WAIT_FOR_EXPORT_SECONDS):
        if _job_that_reads(deployment, job_id).snapshots:
            return
    raise SnapshotNotExported(WAIT_FOR_EXPORT_SECONDS)


def _job_that_reads(deployment: Deployment, job_id: str) -> Job:
    job = deployment.store.get_state(job_id)
    if job.status is not JobStatus.RUNNING:
        raise JobNotRunning(job_id, job.status)
    if job.snapshot_released:
        raise SnapshotNotKept
    return job
