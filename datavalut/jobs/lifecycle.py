"""How a job begins, and how its owner ends it: several services, none of which knows of the others' failures.

Each step is put so that dying after it leaves nothing that cannot be found: the secret before the job that names it,
the job before its execution. What is left over then carries the job's id.
"""

from datetime import datetime
from secrets import token_hex
from typing import Protocol

from datavalut.errors import DataValutError
from datavalut.jobs.errors import IllegalMove, JobNotFoundError
from datavalut.jobs.model import Job, JobError, JobRequest, JobStatus
from datavalut.jobs.request_secret import RequestSecret
from datavalut.jobs.store import JobStore

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


class Executions(Protocol):
    def start(self, job_id: str) -> None:
        """Can be repeated without harm."""

    def stop(self, job_id: str) -> bool:
        """Whether there was an execution, running or ended."""


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
    """Stores a job and starts it; with an idempotency key that was sent before, gives the job of that time.

    Raises IdempotencyKeyReused, and JobNotStarted: then the job is `failed`, its secret deleted, its key free.
    """
    new = _new_job(owner, request, secret.source.database, at)
    secrets.put_request(new.job_id, secret)
    try:
        job = store.create(new, idempotency_key, request_fingerprint)
    except Exception:
        # The store may have written and not been able to say so: then the job is there without its secret, never
        # started.
        secrets.delete_request(new.job_id)
        raise
    if job.job_id != new.job_id:
        secrets.delete_request(new.job_id)
    if job.status is not JobStatus.PENDING:
        return job
    # An earlier request of this key may have died before it came here, so its job is started (again) as well.
    try:
        executions.start(job.job_id)
    except Exception as cause:
        if not _fail_before_start(job, NOT_STARTED, at, store):
            return store.get_state(job.job_id)  # started by another request of this key, or cancelled: that stands
        if idempotency_key is not None:
            store.release_idempotency_key(owner, idempotency_key, job.job_id)
        secrets.delete_request(job.job_id)
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
    """A job for a request that is well formed but known to lead nowhere: it fails at once, and its error says why.

    Raises IdempotencyKeyReused.
    """
    job = store.create(_new_job(owner, request, None, at), idempotency_key, request_fingerprint)
    if job.status is JobStatus.PENDING:
        _fail_before_start(job, error, at, store)
    return job


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
    if not executions.stop(job_id):
        # Nothing runs that could clean up. Should the execution start right now, it finds the job cancelled.
        secrets.delete_request(job_id)
    return job


def _new_job(owner: str, request: JobRequest, source_database: str | None, at: datetime) -> Job:
    return Job(
        job_id=new_job_id(),
        owner=owner,
        status=JobStatus.PENDING,
        message=CREATED_MESSAGE,
        created_at=at,
        timestamp=at,
        request=request,
        source_database=source_database,
    )


def _fail_before_start(job: Job, error: JobError, at: datetime, store: JobStore) -> bool:
    """Whether the job was still pending."""
    try:
        store.move(job.job_id, JobStatus.FAILED, message=error.message, at=at, error=error, only_from=JobStatus.PENDING)
    except IllegalMove:
        return False
    return True
