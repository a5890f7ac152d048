"""Errors as HTTP problems. Needs nothing."""

import json
from typing import Any

import pytest

from datavalut.api.errors import (
    BodyTooLarge,
    CallerUnknown,
    FieldProblem,
    InvalidFields,
    InvalidPageToken,
    InvalidParameter,
    MalformedBody,
    RouteNotFound,
    ServiceUnavailable,
)
from datavalut.api.problems import KINDS, problem_answer
from datavalut.jobs.errors import IdempotencyKeyReused, IllegalMove, JobNotFoundError, JobNotRunning, StoreBusy
from datavalut.jobs.lifecycle import JobNotStarted
from datavalut.jobs.model import JobStatus
from tests.jobs_examples import pending_job

JOB_ID = "job_000000000001"
EXAMPLES: list[tuple[Exception, int]] = [
    (MalformedBody("it is empty"), 400),
    (InvalidParameter("limit", "is no number"), 400),
    (InvalidPageToken(), 400),
    (CallerUnknown(), 403),
    (RouteNotFound(), 404),
    (JobNotFoundError(JOB_ID), 404),
    (IllegalMove(pending_job(1, status=JobStatus.COMPLETED), JobStatus.CANCELLED), 409),
    (BodyTooLarge(60_000), 413),
    (InvalidFields((FieldProblem("scope", "Is unknown"),)), 422),
    (IdempotencyKeyReused(JOB_ID), 422),
    (JobNotStarted(JOB_ID), 503),
    (StoreBusy(JOB_ID), 503),
    (ServiceUnavailable(), 503),
]


def body_of(error: Exception) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(problem_answer(error, "request-1").body)
    return value


def test_every_kind_has_an_example_here() -> None:
    assert {type(error) for error, _ in EXAMPLES} == set(KINDS)


@pytest.mark.parametrize(("error", "status"), EXAMPLES, ids=lambda value: type(value).__name__)
def test_every_problem_has_the_agreed_shape(error: Exception, status: int) -> None:
    answer = problem_answer(error, "request-1")
    body = json.loads(answer.body)
    assert answer.status == body["status"] == status
    assert body["success"] is False
    assert body["message"] == body["detail"]
    assert body["request_id"] == "request-1"
    assert body["type"].startswith("urn:datavalut:problem:")
    assert ("Retry-After" in answer.headers) == (status == 503)


def test_fields_at_fault_are_listed_and_the_first_is_told() -> None:
    body = body_of(InvalidFields((FieldProblem("scope", "Is unknown"), FieldProblem("colour", "Is not a known field"))))
    assert body["errors"] == [
        {"field": "scope", "reason": "Is unknown"},
        {"field": "colour", "reason": "Is not a known field"},
    ]
    assert body["detail"] == "The request cannot be taken as it is. scope: Is unknown (1 more in errors)"


def test_a_conflict_tells_the_present_status() -> None:
    body = body_of(IllegalMove(pending_job(1, status=JobStatus.COMPLETED), JobStatus.CANCELLED))
    assert (body["job_id"], body["job_status"]) == (JOB_ID, "completed")


@pytest.mark.parametrize("error", [RuntimeError("p@ss"), JobNotRunning(JOB_ID, JobStatus.FAILED)])
def test_what_nobody_foresaw_says_only_where_it_was_recorded(error: Exception) -> None:
    answer = problem_answer(error, "request-1")
    body = json.loads(answer.body)
    assert body["status"] == 500
    assert body["detail"] == "It was recorded under the request id request-1."
    assert str(error) not in answer.body
