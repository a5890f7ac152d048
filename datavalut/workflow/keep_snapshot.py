"""Holding one moment of the source open while the workers read it.

A Lambda lives 15 minutes, and a copy may take hours. So two keepers hold the same moment, each in a session of its own,
and each ends only while the other one holds: its next run imports the snapshot from the other and exports it anew.
"""

import logging
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import TypeVar

from psycopg2.extensions import connection

from datavalut.connections import ConnectionParameters
from datavalut.errors import DataValutError
from datavalut.jobs.errors import JobNotFoundError, StoreBusy
from datavalut.jobs.model import Job, KeptSnapshot
from datavalut.transfer.errors import SnapshotLost, TransferError
from datavalut.transfer.snapshot import ExportedSnapshot, import_snapshot, replay_position
from datavalut.workflow.deployment import Deployment
from datavalut.workflow.errors import SnapshotNotKept
from datavalut.workflow.kept_snapshot import PATIENCE_SECONDS, import_kept_snapshot
from datavalut.workflow.polling import PAUSE_SECONDS, polls
from datavalut.workflow.sessions import source_session

logger = logging.getLogger(__name__)
Answer = TypeVar("Answer")

# Also how long a keeper may not notice that it has lost its session.
PING_SECONDS = 5.0
# How long a keeper whose time is over holds on while the other one is not there, because it is being restarted.
HAND_OVER_SECONDS = 160.0
# What a keeper needs at the end of its life to say why it ends.
LAST_SECONDS = 20.0
# How long a keeper that lost its snapshot looks for the other one's. Losing and looking fit into a worker's patience.
RECOVERY_SECONDS = 5.0


class Keeper(StrEnum):
    FIRST = "first"  # the one that exports the snapshot when the job begins
    SECOND = "second"


def keep_snapshot(
    deployment: Deployment,
    job_id: str,
    keeper: Keeper,
    remaining_seconds: Callable[[], float],
    longest_seconds: float = math.inf,
) -> bool:
    """Holds the job's moment for a lifetime. Whether this keeper is then to be run again: not when the snapshot is
    released or the job has ended.

    `remaining_seconds` is how long this process may still run; a lifetime is what of that is sure, and no more than
    `longest_seconds`.

    Raises SnapshotNotKept if nobody holds the moment any more: others have read it, so another one will not do.
    SnapshotLost if the other keeper's cannot be imported from here, and errors about the source.
    """
    try:
        return _Run(deployment, job_id, keeper, remaining_seconds, longest_seconds).keep()
    except JobNotFoundError:
        raise
    except DataValutError as error:
        if not _is_over(deployment.store.get_state(job_id)):
            raise
        logger.info("The keeper stops, for nobody reads the snapshot any more (%s)", type(error).__name__)
        return False


def _is_over(job: Job) -> bool:
    return job.snapshot_released or job.status.is_final


@dataclass(frozen=True)
class _Run:
    """Of one keeper, within one process."""

    deployment: Deployment
    job_id: str
    keeper: Keeper
    remaining_seconds: Callable[[], float]
    longest_seconds: float

    def keep(self) -> bool:
        job = self._job()
        if _is_over(job):
            return False
        source = self.deployment.secrets.get_request(self.job_id).source
        with source_session(self.deployment, self.job_id, source) as session:
            is_beginning = self.keeper is Keeper.FIRST and not job.snapshots
            if not is_beginning:
                inherited = self._inherit(session, is_recorded=self.keeper in job.snapshots)
                if not self._is_safe(session, inherited, source):
                    return not _is_over(self._job())
            snapshot = ExportedSnapshot(session)
            own = KeptSnapshot(snapshot.snapshot_id, self.deployment.now())
            others = self._record(own, is_beginning=is_beginning)
            if others is None:
                return True
            over_at = time.monotonic() + self._lifetime(own, others)
            return self._hold(snapshot, own, over_at, source)

    def _job(self) -> Job:
        return self.deployment.store.get_state(self.job_id)

    def _others(self, job: Job) -> dict[str, KeptSnapshot]:
        return {keeper: snapshot for keeper, snapshot in job.snapshots.items() if keeper != self.keeper}

    def _inherit(self, session: connection, *, is_recorded: bool) -> str:
        """A keeper that is still recorded has not handed over: it lost its session, and perhaps the other one did too.
        One that is not recorded knows that the other one holds."""
        patience = RECOVERY_SECONDS if is_recorded else PATIENCE_SECONDS
        try:
            return import_kept_snapshot(self.deployment, self.job_id, session, patience)
        except SnapshotLost as lost:
            if is_recorded:
                raise SnapshotNotKept from lost
            raise

    def _is_safe(self, session: connection, inherited: str, source: ConnectionParameters) -> bool:
        """Waits until this session holds the moment by itself, without the one that it was inherited from; False if
        the job, or this run, is over before. Raises SnapshotNotKept if that one ended meanwhile."""
        began = replay_position(session)
        if began is None:
            return True
        for _ in polls():
            position = replay_position(session)
            if position is None or position.heeds(began):
                break
            if _is_over(self._job()) or self.remaining_seconds() < LAST_SECONDS:
                return False
        try:
            with source_session(self.deployment, self.job_id, source) as other:
                import_snapshot(other, inherited)
        except SnapshotLost as lost:
            raise SnapshotNotKept from lost
        return True

    def _record(self, own: KeptSnapshot, *, is_beginning: bool) -> dict[str, KeptSnapshot] | None:
        """What the other keepers hold; None if it was for this one to begin, and another run has begun meanwhile:
        Lambda may start the same run twice, and there must not be two moments."""
        while True:
            job = self._patiently(self._job)
            others = self._others(job)
            if job.snapshots.get(self.keeper) == own:
                return others  # recorded at the time before, though that was not told
            if is_beginning and job.snapshots:
                return None
            snapshots = {**others, str(self.keeper): own}
            record = partial(self.deployment.store.record_snapshots, self.job_id, snapshots, instead_of=job.snapshots)
            if self._patiently(record):
                return others

    def _lifetime(self, own: KeptSnapshot, others: dict[str, KeptSnapshot]) -> float:
        """Half of it where the other keeper began not long ago, so that the two end by turns."""
        sure = max(0.0, self.remaining_seconds() - HAND_OVER_SECONDS - LAST_SECONDS)
        lifetime = min(sure, self.longest_seconds)
        began_together = any((own.since - other.since).total_seconds() < lifetime / 3 for other in others.values())
        return lifetime / 2 if began_together else lifetime

    def _hold(
        self, snapshot: ExportedSnapshot, own: KeptSnapshot, over_at: float, source: ConnectionParameters
    ) -> bool:
        pinged = time.monotonic()
        for _ in polls():
            job = self._patiently(self._job)
            if _is_over(job):
                return False
            if job.snapshots.get(self.keeper) != own:
                logger.warning("A later run of this keeper has taken its place")
                return True
            if time.monotonic() - pinged > PING_SECONDS:
                try:
                    snapshot.ping()
                except SnapshotLost:
                    logger.warning("The keeper has lost its session; its next run inherits from the other one")
                    return True
                pinged = time.monotonic()
            if time.monotonic() >= over_at and self._hand_over(job, source):
                return True
            if self.remaining_seconds() < LAST_SECONDS:
                break
        raise SnapshotNotKept

    def _hand_over(self, job: Job, source: ConnectionParameters) -> bool:
        """Whether another keeper holds the moment, and none of them lets go at the same time."""
        others = self._others(job)
        try:
            for other in others.values():
                with source_session(self.deployment, self.job_id, source) as session:
                    import_snapshot(session, other.snapshot_id)
        except TransferError as error:
            logger.warning("The keeper holds on, for the other one cannot be made sure of: %s", type(error).__name__)
            return False
        hand_over = partial(self.deployment.store.record_snapshots, self.job_id, others, instead_of=job.snapshots)
        return bool(others) and self._patiently(hand_over)

    def _patiently(self, ask: Callable[[], Answer]) -> Answer:
        """Asks again while a service that keeps the job's record fails for a moment: whoever holds the job's moment
        must not let it go for that."""
        while True:
            try:
                return ask()
            except Exception as error:
                passes = isinstance(error, StoreBusy) or self.deployment.is_transient_fault(error)
                if not passes or self.remaining_seconds() < LAST_SECONDS:
                    raise
                logger.info("The keeper holds on, for the job's record cannot be reached: %s", type(error).__name__)
            time.sleep(PAUSE_SECONDS)
