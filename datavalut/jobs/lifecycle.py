"""How a job begins, and how its owner ends it: several services, none of which knows of the others' failures.

Each step is put so that dying after it leaves nothing that cannot be found: the secret before the job that names it,
the job before its execution. What is left over then carries the job's id.
"""

import logging
from dataclasses import replace
from datetime import datetime
from secrets import token_hex
from typing import Protocol

from datavalut.errors import DataValutError
from datavalut.jobs.errors import IllegalMove, JobNotFoundError
from datavalut.jobs.executions import Executions
from datavalut.jobs.model import Job, JobError, JobRequest, JobStatus
from datavalut.jobs.request_secret import RequestSecret
from datavalut.jobs.slots import start_admitted_job, start_waiting_jobs
from datavalut.jobs.store import JobStore

logger = logging.getLogger(__name__)

CREATED_MESSAGE = "Waiting to start"
CANCELLED_MESSAGE = "Job cancelled"

NOT_STARTED = JobError(
    code="not_started",
    message="The job could not be started.",
    remedy="Nothing was read or created. Send the request again in a minute.",
)


class RequestSecrets(Protocol):
    def put_request(self, job_id: str, request: RequestSecret) -> None: ...

    def delete_request(self, job_id: str) -> None:
        """Does nothing if it is gone already."""


class JobNotStarted(DataValutError):
    """The job is stored, but failed before it began: its execution could not be started."""

    def __init__(self, job_id: str) -> None:
        super().__init__(f"Job {job_id} could not be started.")
        self.job_id = job_id


def new_job_id() -> str:
    return f"job_{token_hex(6)}"


def create_job(
    *,
    owner: str,
    request: JobRequest,
    secret: RequestSecret,
    idempotency_key: str | None,
    request_fingerprint: str,
    at: datetime,
    store: JobStore,
    secrets: RequestSecrets,
    executions: Executions,
) -> Job:
    """Stores a job, and starts it unless it has to wait; with an idempotency key that was sent before, gives the job of
    that time.

    Raises IdempotencyKeyReused, and JobNotStarted: then the job is `failed`, its secret deleted, its key free.
    """
    new = Job(
        job_id=new_job_id(),
        owner=owner,
        status=JobStatus.PENDING,
        message=CREATED_MESSAGE,
        created_at=at,
        timestamp=at,
        request=request,
        source_database=secret.source.database,
    )
    secrets.put_request(new.job_id, secret)
    try:
        job = store.create(new, idempotency_key, request_fingerprint)
    except Exception:
        # The store may have written and not been able to say so. If it cannot say that either, the secret stays: the
        # job needs it, if it is there; if not, the sweep finds it.
        stored = _find(new.job_id, store)
        if stored is None:
            secrets.delete_request(new.job_id)
            raise
        job = stored
    if job.job_id != new.job_id:
        secrets.delete_request(new.job_id)
    if job.status is not JobStatus.PENDING:
        return job
    if not job.admitted:
        _start_others(store, executions, at)  # or this one: a slot may have become free before it waited
        return job
    # An earlier request of this key may have died before it came here, so its job is started (again) as well.
    try:
        start_admitted_job(job.job_id, store, executions)
    except Exception as cause:
        if not _fail_before_start(job, NOT_STARTED, at, store):
            return store.get_state(job.job_id)  # started by another request of this key, or cancelled: that stands
        if idempotency_key is not None:
            store.release_idempotency_key(owner, idempotency_key, job.job_id)
        secrets.delete_request(job.job_id)
        store.free_slot(job.job_id)
        _start_others(store, executions, at)
        raise JobNotStarted(job.job_id) from cause
    return job


def create_failed_job(
    *,
    owner: str,
    request: JobRequest,
    error: JobError,
    idempotency_key: str | None,
    request_fingerprint: str,
    at: datetime,
    store: JobStore,
) -> Job:
    """A job for a request that is well formed but known to lead nowhere: it is stored as failed, and its error says
    why. Its caller is told that it was accepted, as of every job.

    Raises IdempotencyKeyReused.
    """
    failed = Job(
        job_id=new_job_id(),
        owner=owner,
        status=JobStatus.FAILED,
        message=error.message,
        created_at=at,
        timestamp=at,
        request=request,
        completed_at=at,
        error=error,
    )
    job = store.create(failed, idempotency_key, request_fingerprint)
    return replace(job, status=JobStatus.PENDING, message=CREATED_MESSAGE) if job == failed else job


def cancel_job(
    *,
    job_id: str,
    owner: str,
    at: datetime,
    store: JobStore,
    secrets: RequestSecrets,
    executions: Executions,
) -> Job:
    """Cancels a pending or running job, then stops its execution: in this order, lest the execution's end be taken
    for a failure. What is half made is cleaned up by the workflow, after this returns. Can be repeated.

    Raises JobNotFoundError, also for another's job; IllegalMove for a job that was completed or failed before.
    """
    if store.get_state(job_id).owner != owner:
        raise JobNotFoundError(job_id)
    try:
        job = store.move(job_id, JobStatus.CANCELLED, message=CANCELLED_MESSAGE, at=at)
    except IllegalMove as refusal:
        if refusal.current.status is not JobStatus.CANCELLED:
            raise
        job = refusal.current  # stopped again below: the first time, it may not have come to that
    if job.admitted and executions.stop(job_id):
        return job
    # Nothing runs that could clean up. Should the execution start right now, it finds the job cancelled.
    secrets.delete_request(job_id)
    if job.admitted:
        store.free_slot(job_id)
        _start_others(store, executions, at)
    return job


def _start_others(store: JobStore, executions: Executions, at: datetime) -> None:
    """What this request is about is done: it does not fail for other jobs' sake."""
    try:
        start_waiting_jobs(store, executions, at)
    except Exception as error:
        logger.warning("Waiting jobs are left to the next request or the sweep: %s", type(error).__name__)


def _find(job_id: str, store: JobStore) -> Job | None:
    try:
        return store.get_state(job_id)
    except JobNotFoundError:
        return None


def _fail_before_start(job: Job, error: JobError, at: datetime, store: JobStore) -> bool:
    """Whether the job was still pending."""
    try:
        store.move(job.job_id, JobStatus.FAILED, message=error.message, at=at, error=error, only_from=JobStatus.PENDING)
    except IllegalMove:
        return False
    return True
