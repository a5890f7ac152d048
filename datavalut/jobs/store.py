"""Where jobs are kept: the interface that both stores implement, and its in-memory twin.

`datavalut.aws.job_store` is the store of a deployment. Both pass the same tests, tests/integration/jobs.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import RLock
from typing import Any, Protocol

from datavalut.jobs.errors import IdempotencyKeyReused, IllegalMove, JobNotFoundError, JobNotRunning
from datavalut.jobs.model import LEGAL_MOVES, HeldSlot, Job, JobError, JobStatus, KeptSnapshot, Slots


@dataclass(frozen=True)
class JobPage:
    """`jobs` are the newest first, without plan and result. `next_after` is given to `list_jobs` as `after` for the
    next page, and None on the last one. `total` counts all jobs that match, not the page's."""

    jobs: tuple[Job, ...]
    next_after: str | None
    total: int


class JobStore(Protocol):
    """Every method but `list_jobs` reads what was last written, and every write is one atomic step.

    Each raises JobNotFoundError for a job that is not there. `at` is the time of the call, aware; a `timestamp` never
    goes back, so an `at` before it leaves it as it is.
    """

    def create(self, job: Job, idempotency_key: str | None, request_fingerprint: str) -> Job:
        """Stores a new job, or returns the one that this owner created with this key before.

        A pending job is admitted if a slot is free and no job waits; else it waits itself. `admit_next` may have been
        called before it waited, so whoever created it calls that once more. A job that has ended takes no slot.

        Raises IdempotencyKeyReused if that one had another fingerprint.
        """

    def release_idempotency_key(self, owner: str, idempotency_key: str, job_id: str) -> None:
        """Forgets that this key stands for this job (which could not be started), so that it can be used again."""

    def get(self, job_id: str) -> Job:
        """The job with its plan and its result."""

    def get_state(self, job_id: str) -> Job:
        """The job without plan and result (None): one small read, for polling."""

    def find_states(self, job_ids: Collection[str]) -> dict[str, Job]:
        """As `get_state`, of many jobs; those that are not there are left out."""

    def list_jobs(self, owner: str, status: JobStatus | None, limit: int, after: str | None) -> JobPage:
        """The owner's jobs, newest first. A job written a moment ago may be missing or in its former state."""

    def move(
        self,
        job_id: str,
        to_status: JobStatus,
        *,
        message: str,
        at: datetime,
        error: JobError | None = None,
        result: dict[str, Any] | None = None,
        started_at: datetime | None = None,
        completed_at: datetime | None = None,
        only_from: JobStatus | None = None,
    ) -> Job:
        """Changes the status if LEGAL_MOVES has the move, and returns the job without plan and result.

        Only a job that was admitted can be moved to `running`. A job that ends before it was admitted waits no more.
        A move to `running` sets `started_at`, and one to an end `completed_at`: to `at`, if not given otherwise. A
        move to `completed` sets `progress` to 1. A failed job has the error that was recorded first, be it here or
        by `record_error`; where there is one, its message is the job's.

        Raises IllegalMove, with the job as it is, for every other move, a repeated one included; with `only_from`,
        also for one from another status.
        """

    def slots(self) -> Slots:
        """Who holds a slot, and who is the next to get one."""

    def admit_next(self, at: datetime) -> Job | None:
        """Gives a free slot to the oldest waiting job. None if no slot is free or no job waits."""

    def record_started(self, job_id: str) -> None:
        """Notes at the job's slot, if it has one, that its execution has been started."""

    def free_slot(self, job_id: str) -> None:
        """Takes the job's slot back, if it has one: for a job that has ended. It never gets one again."""

    def record_progress(self, job_id: str, progress: float, message: str, at: datetime) -> None:
        """Raises JobNotRunning. A progress below the present one changes nothing."""

    def add_copied(self, job_id: str, rows: int, tables: int) -> Job:
        """Adds to `rows_copied` and `tables_copied`, whatever the status. The job with the sums, without plan and
        result."""

    def begin_preparation(self, job_id: str) -> int:
        """The number of this run of the step that makes the database, counted in `preparations`. Raises
        JobNotRunning."""

    def record_plan(self, job_id: str, plan: dict[str, Any], source_database: str, rows_expected: int) -> None:
        """Raises JobNotRunning, and JobTooLarge."""

    def record_result(self, job_id: str, result: dict[str, Any]) -> None:
        """The result that the job has once it is completed, and nobody sees before. Raises JobNotRunning, and
        JobTooLarge."""

    def record_snapshots(
        self, job_id: str, snapshots: Mapping[str, KeptSnapshot], *, instead_of: Mapping[str, KeptSnapshot]
    ) -> bool:
        """The exported snapshots that workers can import, by keeper. Nothing is written, and the answer is False, if
        what is recorded is not `instead_of` any more: so no two keepers export different moments, or let go at once.
        Raises JobNotRunning."""

    def release_snapshot(self, job_id: str) -> None:
        """Tells the snapshot's keepers that nobody needs it any more, whatever the status."""

    def record_error(self, job_id: str, error: JobError) -> None:
        """Keeps the cause of a failure for the move to `failed` that follows. The first one stays; after the end of
        the job nothing is recorded."""


def page_key(job: Job) -> str:
    """Orders an owner's jobs by their creation, and tells jobs of one instant apart."""
    return f"{job.created_at.isoformat(timespec='microseconds')}#{job.job_id}"


def without_documents(job: Job) -> Job:
    return replace(job, plan=None, result=None)


def moved(
    current: Job,
    to_status: JobStatus,
    *,
    message: str,
    at: datetime,
    error: JobError | None,
    started_at: datetime | None,
    completed_at: datetime | None,
    only_from: JobStatus | None,
) -> Job:
    """What `JobStore.move` makes of the job, but for its result. Raises IllegalMove."""
    without_slot = to_status is JobStatus.RUNNING and not current.admitted
    if to_status not in LEGAL_MOVES[current.status] or only_from not in (None, current.status) or without_slot:
        raise IllegalMove(without_documents(current), to_status)
    if to_status is JobStatus.FAILED:
        error = current.error or error
        message = error.message if error else message
    else:
        error = current.error
    if to_status is JobStatus.RUNNING:
        started_at = started_at or at
    if to_status.is_final:
        completed_at = completed_at or at
    return replace(
        current,
        status=to_status,
        message=message,
        timestamp=max(current.timestamp, at),
        progress=1.0 if to_status is JobStatus.COMPLETED else current.progress,
        started_at=started_at or current.started_at,
        completed_at=completed_at or current.completed_at,
        error=error,
    )


@dataclass
class InMemoryJobStore:
    """The store of unit tests."""

    slot_limit: int = 3
    _jobs: dict[str, Job] = field(default_factory=dict)
    _idempotency: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)  # to (job id, fingerprint)
    _held: dict[str, HeldSlot] = field(default_factory=dict)
    _lock: RLock = field(default_factory=RLock, repr=False)

    def create(self, job: Job, idempotency_key: str | None, request_fingerprint: str) -> Job:
        with self._lock:
            if idempotency_key is not None:
                key = (job.owner, idempotency_key)
                job_id, fingerprint = self._idempotency.setdefault(key, (job.job_id, request_fingerprint))
                if fingerprint != request_fingerprint:
                    raise IdempotencyKeyReused(job_id)
                if job_id != job.job_id:
                    return self._jobs[job_id]
            slots = self.slots()
            if job.status is JobStatus.PENDING and slots.has_room and slots.next_job_id is None:
                job = self._admitted(job, job.created_at)
            self._jobs[job.job_id] = job
            return job

    def release_idempotency_key(self, owner: str, idempotency_key: str, job_id: str) -> None:
        with self._lock:
            if self._idempotency.get((owner, idempotency_key), ("", ""))[0] == job_id:
                del self._idempotency[owner, idempotency_key]

    def get(self, job_id: str) -> Job:
        try:
            return self._jobs[job_id]
        except KeyError:
            raise JobNotFoundError(job_id) from None

    def get_state(self, job_id: str) -> Job:
        return without_documents(self.get(job_id))

    def find_states(self, job_ids: Collection[str]) -> dict[str, Job]:
        with self._lock:
            return {job_id: without_documents(self._jobs[job_id]) for job_id in job_ids if job_id in self._jobs}

    def list_jobs(self, owner: str, status: JobStatus | None, limit: int, after: str | None) -> JobPage:
        with self._lock:
            matching = sorted(
                (job for job in self._jobs.values() if job.owner == owner and status in (None, job.status)),
                key=page_key,
                reverse=True,
            )
        rest = [job for job in matching if after is None or page_key(job) < after]
        page = rest[:limit]
        return JobPage(
            jobs=tuple(without_documents(job) for job in page),
            next_after=page_key(page[-1]) if len(rest) > limit else None,
            total=len(matching),
        )

    def move(
        self,
        job_id: str,
        to_status: JobStatus,
        *,
        message: str,
        at: datetime,
        error: JobError | None = None,
        result: dict[str, Any] | None = None,
        started_at: datetime | None = None,
        completed_at: datetime | None = None,
        only_from: JobStatus | None = None,
    ) -> Job:
        with self._lock:
            job = moved(
                self.get(job_id),
                to_status,
                message=message,
                at=at,
                error=error,
                started_at=started_at,
                completed_at=completed_at,
                only_from=only_from,
            )
            self._jobs[job_id] = job if result is None else replace(job, result=result)
            return without_documents(job)

    def slots(self) -> Slots:
        with self._lock:
            waiting = [job for job in self._jobs.values() if job.status is JobStatus.PENDING and not job.admitted]
            oldest = min(waiting, key=page_key, default=None)
            return Slots(
                limit=self.slot_limit,
                held=dict(self._held),
                next_job_id=oldest.job_id if oldest else None,
                waiting_since=oldest.created_at if oldest else None,
            )

    def admit_next(self, at: datetime) -> Job | None:
        with self._lock:
            slots = self.slots()
            if slots.next_job_id is None or not slots.has_room:
                return None
            job = self._jobs[slots.next_job_id] = self._admitted(self._jobs[slots.next_job_id], at)
            return without_documents(job)

    def _admitted(self, job: Job, at: datetime) -> Job:
        self._held[job.job_id] = HeldSlot(at)
        return replace(job, admitted=True)

    def record_started(self, job_id: str) -> None:
        with self._lock:
            if job_id in self._held:
                self._held[job_id] = replace(self._held[job_id], started=True)

    def free_slot(self, job_id: str) -> None:
        with self._lock:
            self._held.pop(job_id, None)

    def record_progress(self, job_id: str, progress: float, message: str, at: datetime) -> None:
        with self._lock:
            job = self._running(job_id)
            if progress >= job.progress:
                timestamp = max(job.timestamp, at)
                self._jobs[job_id] = replace(job, progress=progress, message=message, timestamp=timestamp)

    def add_copied(self, job_id: str, rows: int, tables: int) -> Job:
        with self._lock:
            job = self.get(job_id)
            job = replace(job, rows_copied=job.rows_copied + rows, tables_copied=job.tables_copied + tables)
            self._jobs[job_id] = job
            return without_documents(job)

    def begin_preparation(self, job_id: str) -> int:
        with self._lock:
            job = self._running(job_id)
            self._jobs[job_id] = replace(job, preparations=job.preparations + 1)
            return job.preparations + 1

    def record_plan(self, job_id: str, plan: dict[str, Any], source_database: str, rows_expected: int) -> None:
        with self._lock:
            self._jobs[job_id] = replace(
                self._running(job_id), plan=plan, source_database=source_database, rows_expected=rows_expected
            )

    def record_result(self, job_id: str, result: dict[str, Any]) -> None:
        with self._lock:
            self._jobs[job_id] = replace(self._running(job_id), result=result)

    def record_snapshots(
        self, job_id: str, snapshots: Mapping[str, KeptSnapshot], *, instead_of: Mapping[str, KeptSnapshot]
    ) -> bool:
        with self._lock:
            job = self._running(job_id)
            if job.snapshots != instead_of:
                return False
            self._jobs[job_id] = replace(job, snapshots=dict(snapshots))
            return True

    def release_snapshot(self, job_id: str) -> None:
        with self._lock:
            self._jobs[job_id] = replace(self.get(job_id), snapshot_released=True)

    def record_error(self, job_id: str, error: JobError) -> None:
        with self._lock:
            job = self.get(job_id)
            if job.error is None and not job.status.is_final:
                self._jobs[job_id] = replace(job, error=error)

    def _running(self, job_id: str) -> Job:
        job = self.get(job_id)
        if job.status is not JobStatus.RUNNING:
            raise JobNotRunning(job_id, job.status)
        return job
