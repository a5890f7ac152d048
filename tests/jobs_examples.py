"""Jobs for tests."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from datavalut.jobs.model import Job, JobStatus

START = datetime(2025, 7, 20, 10, 30, tzinfo=UTC)
OWNER = "arn:aws:iam::123456789012:user/ada"


def seconds_later(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def admitted_job(number: int = 1, **changes: Any) -> Job:
    """As a store with a free slot keeps `pending_job`."""
    return pending_job(number, **changes, admitted=True)


def pending_job(number: int = 1, **changes: Any) -> Job:
    """Job `number`, created that many minutes after START."""
    created_at = START + timedelta(minutes=number)
    job = Job(
        job_id=f"job_{number:012x}",
        owner=OWNER,
        status=JobStatus.PENDING,
        message="Waiting to start",
        created_at=created_at,
        timestamp=created_at,
    )
    return replace(job, **changes)
