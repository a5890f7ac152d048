"""What others are told when a job's status changes."""

from dataclasses import dataclass
from typing import Any

from datavalut.jobs.model import Job, JobStatus

EVENT_SOURCE = "datavalut.jobs"
EVENT_VERSION = "1"
FAILED_MESSAGE = "Job failed"

DETAIL_TYPES = {
    JobStatus.PENDING: "Job Created",
    JobStatus.RUNNING: "Job Started",
    JobStatus.COMPLETED: "Job Completed",
    JobStatus.FAILED: "Job Failed",
    JobStatus.CANCELLED: "Job Cancelled",
}


@dataclass(frozen=True)
class JobEvent:
    """`detail` is a JSON object. It holds no secret, nothing of the prompt and nothing of a row: so it says by its code
    alone why a job has failed."""

    detail_type: str
    detail: dict[str, Any]


def job_event(before: Job | None, after: Job) -> JobEvent | None:
    """The event of one write of a job; None if its status stayed. `before` is None for a new job."""
    if before is not None and before.status is after.status:
        return None
    detail: dict[str, Any] = {
        "version": EVENT_VERSION,
        "job_id": after.job_id,
        "owner": after.owner,
        "status": str(after.status),
        "previous_status": str(before.status) if before else None,
        "timestamp": after.timestamp.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "message": after.message if after.status is not JobStatus.FAILED else FAILED_MESSAGE,
    }
    if after.status.is_final:
        detail |= {"rows_copied": after.rows_copied, "tables_copied": after.tables_copied}
    if after.error is not None and after.status is JobStatus.FAILED:
        detail["error_code"] = after.error.code
    return JobEvent(DETAIL_TYPES[after.status], detail)
