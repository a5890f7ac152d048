"""What callers get. Every key is always there, null where there is nothing yet."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from datavalut.connections import ConnectionParameters
from datavalut.jobs.model import Job, JobStatus

REDACTED: Final = "***REDACTED***"
CREATED_MESSAGE = "Database creation job started. Use the job_id to check status."
CANCELLED_MESSAGE = "Job cancelled successfully"
ESTIMATED_TIME = "5-30 minutes (depends on database size)"
ESTIMATED_TIME_OF_DRY_RUN = "less than a minute (a dry run copies nothing)"

JobId = Annotated[str, Field(pattern="^job_[0-9a-f]{12}$", examples=["job_a1b2c3d4e5f6"])]
Time = Annotated[
    str,
    Field(
        description="UTC, ISO 8601 without an offset.",
        pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$",
        examples=["2025-07-20T10:30:00"],
    ),
]


class ResponseModel(BaseModel):
    model_config = ConfigDict(frozen=True, json_schema_serialization_defaults_required=True)


class JobCreated(ResponseModel):
    success: Literal[True] = True
    message: str
    job_id: JobId
    status: JobStatus
    timestamp: Time
    estimated_time: str


class DatabaseDetails(ResponseModel):
    dbname: str
    host: str
    port: int
    user: str
    password: Literal["***REDACTED***"] = REDACTED


class FilteredDatabase(ResponseModel):
    """The result of a completed job."""

    database_details: DatabaseDetails
    connection_string: str | None = Field(
        description="With the password. Null if the deployment's operator has removed the job's credentials."
    )
    database_name: str
    report: dict[str, Any] | None = Field(
        description="Per table the rule that chose its rows, rows kept, rows in the source, required rows, bytes and "
        "seconds; warnings; the plan and its explanation."
    )


class DryRun(ResponseModel):
    """The result of a completed dry run."""

    model_config = ConfigDict(extra="allow")

    plan: dict[str, Any] = Field(description="The filter plan: it can be sent as `filter`.")
    tables: list[dict[str, Any]] = Field(
        description="Per table its rule, the SQL that reads it and the estimated rows."
    )


class JobState(ResponseModel):
    job_id: JobId
    status: JobStatus
    message: str
    progress: float = Field(ge=0, le=1)
    timestamp: Time
    started_at: Time | None
    completed_at: Time | None
    result: FilteredDatabase | DryRun | None
    error: str | None = Field(description="What went wrong, and what to do about it.")


class ListedJob(ResponseModel):
    job_id: JobId
    status: JobStatus
    message: str
    timestamp: Time


class JobList(ResponseModel):
    success: Literal[True] = True
    timestamp: Time
    total_jobs: int = Field(ge=0, description="All jobs that match, not only this page's.")
    jobs: list[ListedJob]
    next_token: str | None = Field(description="For the next page; null on the last one.")


class JobCancelled(ResponseModel):
    success: Literal[True] = True
    message: str = CANCELLED_MESSAGE
    job_id: JobId
    status: Literal[JobStatus.CANCELLED] = JobStatus.CANCELLED
    timestamp: Time


def written_time(time: datetime) -> str:
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")


def job_created(job: Job) -> JobCreated:
    return JobCreated(
        message=CREATED_MESSAGE,
        job_id=job.job_id,
        status=job.status,
        timestamp=written_time(job.timestamp),
        estimated_time=ESTIMATED_TIME_OF_DRY_RUN if job.request.dry_run else ESTIMATED_TIME,
    )


def job_state(job: Job, credentials: ConnectionParameters | None) -> JobState:
    """`credentials` are those of the finished database, None where there is none."""
    return JobState(
        job_id=job.job_id,
        status=job.status,
        message=job.message,
        progress=job.progress,
        timestamp=written_time(job.timestamp),
        started_at=written_time(job.started_at) if job.started_at else None,
        completed_at=written_time(job.completed_at) if job.completed_at else None,
        result=_result(job, credentials),
        error=_error_text(job) if job.status is JobStatus.FAILED else None,
    )


def job_list(jobs: Sequence[Job], total: int, next_token: str | None, at: datetime) -> JobList:
    return JobList(
        timestamp=written_time(at),
        total_jobs=total,
        jobs=[
            ListedJob(job_id=job.job_id, status=job.status, message=job.message, timestamp=written_time(job.timestamp))
            for job in jobs
        ],
        next_token=next_token,
    )


def job_cancelled(job: Job) -> JobCancelled:
    return JobCancelled(job_id=job.job_id, timestamp=written_time(job.timestamp))


def _result(job: Job, credentials: ConnectionParameters | None) -> FilteredDatabase | DryRun | None:
    if job.status is not JobStatus.COMPLETED or job.result is None:
        return None
    if job.request.dry_run:
        return DryRun(**job.result)
    return FilteredDatabase(
        database_details=DatabaseDetails(
            dbname=job.result["database_name"],
            host=job.result["host"],
            port=job.result["port"],
            user=job.result["user"],
        ),
        connection_string=credentials.to_url() if credentials else None,
        database_name=job.result["database_name"],
        report=job.result.get("report"),
    )


def _error_text(job: Job) -> str:
    """The job's message is its first line."""
    if job.error is None:
        return job.message
    return "\n".join(line for line in (job.error.message, job.error.remedy, *job.error.details) if line)
