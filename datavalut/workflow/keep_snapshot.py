"""Holding one moment of the source open while the workers read it."""

import time
from collections.abc import Callable

from datavalut.jobs.errors import JobNotRunning
from datavalut.transfer.snapshot import ExportedSnapshot
from datavalut.workflow.deployment import Deployment
from datavalut.workflow.errors import CopyTookTooLong, SnapshotNotExported, SnapshotNotKept
from datavalut.workflow.sessions import source_session

POLL_SECONDS = 1.0
PING_SECONDS = 10.0
# What a keeper needs at the end of its life to say why it ends.
LAST_SECONDS = 20.0
WAIT_FOR_SNAPSHOT_SECONDS = 120.0


def keep_snapshot(deployment: Deployment, job_id: str, remaining_seconds: Callable[[], float]) -> None:
    """Exports a snapshot, records its id with the job, and holds it until it is released or the job has ended.

    `remaining_seconds` is how long this process may still run. Raises SnapshotNotKept if an earlier run of this step
    exported one: other workers have read from it, so another moment will not do; CopyTookTooLong.
    """
    if deployment.store.get_state(job_id).snapshot_id is not None:
        raise SnapshotNotKept
    source = deployment.secrets.get_request(job_id).source
    held_for = remaining_seconds() - LAST_SECONDS
    with source_session(deployment, job_id, source) as session, ExportedSnapshot(session) as snapshot:
        deployment.store.record_snapshot(job_id, snapshot.snapshot_id)
        pinged = time.monotonic()
        while True:
            time.sleep(POLL_SECONDS)
            job = deployment.store.get_state(job_id)
            if job.snapshot_released or job.status.is_final:
                return
            if remaining_seconds() < LAST_SECONDS:
                raise CopyTookTooLong(held_for)
            if time.monotonic() - pinged > PING_SECONDS:
                snapshot.ping()
                pinged = time.monotonic()


def wait_for_snapshot(deployment: Deployment, job_id: str) -> str:
    """The id of the snapshot that the keeper, who starts at the same time, exports.

    Raises JobNotRunning, SnapshotNotExported.
    """
    deadline = time.monotonic() + WAIT_FOR_SNAPSHOT_SECONDS
    while time.monotonic() < deadline:
        job = deployment.store.get_state(job_id)
        if job.status.is_final:
            raise JobNotRunning(job_id, job.status)
        if job.snapshot_id is not None:
            return job.snapshot_id
        time.sleep(POLL_SECONDS / 4)
    raise SnapshotNotExported(WAIT_FOR_SNAPSHOT_SECONDS)
