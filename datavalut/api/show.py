"""What a caller may see of jobs: its own."""

from typing import Protocol

from datavalut.api.page_token import PageTokens
from datavalut.api.requests import ListJobsRequest
from datavalut.connections import ConnectionParameters
from datavalut.jobs.errors import JobNotFoundError
from datavalut.jobs.model import Job, JobStatus
from datavalut.jobs.store import JobPage, JobStore


class ResultSecrets(Protocol):
    def find_result(self, job_id: str) -> ConnectionParameters | None: ...


def job_of_owner(job_id: str, owner: str, store: JobStore) -> Job:
    """The job, with its result if it is completed.

    Raises JobNotFoundError, also for another's job: that there is one is nobody's business.
    """
    job = store.get_state(job_id)
    if job.owner != owner:
        raise JobNotFoundError(job_id)
    return store.get(job_id) if job.status is JobStatus.COMPLETED else job


def credentials_of(job: Job, secrets: ResultSecrets) -> ConnectionParameters | None:
    """None where there is no database to log in to, and where an operator has removed them."""
    if job.status is not JobStatus.COMPLETED or job.request.dry_run:
        return None
    return secrets.find_result(job.job_id)


def list_page(request: ListJobsRequest, owner: str, store: JobStore, tokens: PageTokens) -> tuple[JobPage, str | None]:
    """The page and the token of the next one. Raises InvalidPageToken."""
    after = tokens.open(request.next_token, owner, request.status) if request.next_token is not None else None
    page = store.list_jobs(owner, request.status, request.limit, after)
    next_token = tokens.seal(page.next_after, owner, request.status) if page.next_after is not None else None
    return page, next_token
