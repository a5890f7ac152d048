"""Which events a job's changes give. Needs nothing."""

from dataclasses import replace

import pytest

from datavalut.jobs.events import job_event
from datavalut.jobs.model import LEGAL_MOVES, JobError, JobStatus
from tests.jobs_examples import OWNER, pending_job

PENDING = pending_job()
MOVES = [(before, after) for before in JobStatus for after in LEGAL_MOVES[before]]


def test_a_new_job_is_told() -> None:
    event = job_event(None, PENDING)
    assert event is not None
    assert event.detail_type == "Job Created"
    assert event.detail == {
        "version": "1",
        "job_id": "job_000000000001",
        "owner": OWNER,
        "status": "pending",
        "previous_status": None,
        "timestamp": "2025-07-20T10:31:00Z",
        "message": "Waiting to start",
    }


@pytest.mark.parametrize(("before", "after"), MOVES)
def test_every_move_is_told_and_an_end_with_what_was_copied(before: JobStatus, after: JobStatus) -> None:
    job = replace(PENDING, status=before)
    event = job_event(job, replace(job, status=after, rows_copied=7, tables_copied=2))
    assert event is not None
    assert event.detail_type == f"Job {'Started' if after is JobStatus.RUNNING else after.capitalize()}"
    assert (event.detail["previous_status"], event.detail["status"]) == (before, after)
    copied = {name: event.detail[name] for name in ("rows_copied", "tables_copied") if name in event.detail}
    assert copied == ({"rows_copied": 7, "tables_copied": 2} if after.is_final else {})


def test_a_failure_is_told_by_its_code_alone() -> None:
    error = JobError("prompt_not_understood", 'What is "hunter2"?', "Say it in other words.", ("hunter2",))
    running = replace(PENDING, status=JobStatus.RUNNING)
    event = job_event(running, replace(running, status=JobStatus.FAILED, message=error.message, error=error))
    assert event is not None
    assert event.detail["error_code"] == "prompt_not_understood"
    assert "hunter2" not in str(event.detail)


def test_progress_is_not_told() -> None:
    job = replace(PENDING, status=JobStatus.RUNNING)
    assert job_event(job, replace(job, progress=0.5, message="Copying")) is None
