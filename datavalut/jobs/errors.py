"""What can be wrong with a request about a job. See also `model.JobError`: why a job itself failed."""

from datavalut.errors import DataValutError
from datavalut.jobs.model import Job, JobStatus


class JobNotFoundError(DataValutError):
    def __init__(self, job_id: str) -> None:
        super().__init__(f"There is no job {job_id}.")
        self.job_id = job_id


class IllegalMove(DataValutError):  # it is an answer as much as an error: another move was first
    """The job's present state does not lead to `to_status`. `current` is the job as it stands, unchanged."""

    def __init__(self, current: Job, to_status: JobStatus) -> None:
        super().__init__(f"Job {current.job_id} is {current.status} and cannot become {to_status}.")
        self.current = current
        self.to_status = to_status


class JobNotRunning(DataValutError):  # how a worker learns that it should stop
    """Only a running job can take what a worker wanted to record. `status` is the job's present one."""

    def __init__(self, job_id: str, status: JobStatus) -> None:
        super().__init__(f"Job {job_id} is not running, but {status}.")
        self.job_id = job_id
        self.status = status


class IdempotencyKeyReused(DataValutError):
    """The owner has sent this key before, with another request. `job_id` is that request's job."""

    def __init__(self, job_id: str) -> None:
        super().__init__(f"The idempotency key was used for another request, that of job {job_id}.")
        self.job_id = job_id


class JobTooLarge(DataValutError):
    """A plan or a result is beyond what the store holds. Sizes are in bytes, compressed."""

    def __init__(self, job_id: str, what: str, size: int, limit: int) -> None:
        super().__init__(f"The {what} of job {job_id} takes {size} bytes, more than the {limit} that fit.")
        self.job_id = job_id
        self.what = what
        self.size = size
        self.limit = limit


class StoreBusy(DataValutError):
    """Other writers kept getting in between. Nothing was written; the same call can be made again."""

    def __init__(self, job_id: str) -> None:
        super().__init__(f"Job {job_id} was written by others at the same time, too often to go on.")
        self.job_id = job_id


class SecretNotFoundError(DataValutError):
    """A secret of ours is gone, as a request's is once its job has ended. `name` is the secret's name or ARN."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no secret {name}.")
        self.name = name
