"""Needs nothing running: how an execution's end is told, and how a step's errors travel."""

import json
import logging
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime

import psycopg2
import pytest

from datavalut.aws.execution_end import execution_end
from datavalut.connections import ConnectionParameters
from datavalut.filters.model import Refusal
from datavalut.jobs.errors import StoreBusy
from datavalut.jobs.executions import Ending
from datavalut.jobs.model import Job, JobError, JobStatus
from datavalut.jobs.request_secret import RequestSecret
from datavalut.transfer.errors import (
    CopyFailed,
    JobNoLongerRunning,
    SourceQueryFailed,
    SourceUnreachable,
    WrongPassword,
)
from datavalut.transfer.statements import source_error, target_error
from datavalut.workflow.errors import JobFailed, TransientFault
from datavalut.workflow.job_errors import SERVICE_UNAVAILABLE
from datavalut.workflow.settle import ExecutionEnd, settle
from datavalut.workflow.step import fault_error, run_step
from tests.workflow_runner import WorkflowRunner

JOB_ID = "job_a1b2c3d4e5f6"
START = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture
def runner() -> WorkflowRunner:
    made = WorkflowRunner(ConnectionParameters("localhost", 5432, "postgres", "admin", "secret"), Refusal(reason=""))
    made.store.create(Job(JOB_ID, "local", JobStatus.PENDING, "", START, START), None, "")
    made.store.move(JOB_ID, JobStatus.RUNNING, message="", at=START)
    return made


def failing(error: Exception) -> None:
    raise error


def test_a_permanent_error_is_recorded_and_not_retried(runner: WorkflowRunner) -> None:
    with pytest.raises(JobFailed, match="wrong_password"):
        run_step(runner.deployment, JOB_ID, lambda: failing(WrongPassword("reader")))
    error = runner.store.get(JOB_ID).error
    assert error is not None
    assert error.code == "wrong_password"


def test_a_transient_error_is_carried_to_the_end_but_not_recorded(runner: WorkflowRunner) -> None:
    with pytest.raises(TransientFault) as fault:
        run_step(runner.deployment, JOB_ID, lambda: failing(SourceUnreachable("db", 5432, "timed out")))
    assert runner.store.get(JOB_ID).error is None
    carried = fault_error(str(fault.value))
    assert carried is not None
    assert carried.code == "source_unreachable"


def test_a_fault_of_a_service_that_passes_is_transient(runner: WorkflowRunner) -> None:
    deployment = replace(runner.deployment, is_transient_fault=lambda error: isinstance(error, ConnectionError))
    with pytest.raises(TransientFault) as fault:
        run_step(deployment, JOB_ID, lambda: failing(ConnectionError("throttled")))
    assert fault_error(str(fault.value)) == SERVICE_UNAVAILABLE
    with pytest.raises(JobFailed, match="internal_error"):
        run_step(deployment, JOB_ID, lambda: failing(RuntimeError("broken")))


@pytest.mark.parametrize("error", [ConnectionError("throttled"), StoreBusy(JOB_ID)])
def test_a_service_that_is_busy_is_no_fault_of_ours_in_the_log(
    runner: WorkflowRunner, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    deployment = replace(runner.deployment, is_transient_fault=lambda error: isinstance(error, ConnectionError))
    with pytest.raises(TransientFault):
        run_step(deployment, JOB_ID, lambda: failing(error))
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert record.__dict__["code"] == "service_unavailable"
    assert "stack" not in record.__dict__


def test_an_error_that_cannot_be_recorded_is_carried_to_the_end(
    runner: WorkflowRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner.store, "record_error", lambda *_: failing(ConnectionError("throttled")))
    with pytest.raises(JobFailed) as failure:
        run_step(runner.deployment, JOB_ID, lambda: failing(WrongPassword("reader")))
    cause = json.dumps({"errorType": "JobFailed", "errorMessage": str(failure.value)})
    _, end = execution_end({"job_id": JOB_ID, "failure": {"Error": "JobFailed", "Cause": cause}})
    assert end.error is not None
    assert end.error.code == "wrong_password"


def test_what_step_functions_keeps_of_an_error_quotes_neither_prompt_nor_rows(
    runner: WorkflowRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner.store, "record_error", lambda *_: failing(ConnectionError("throttled")))
    with pytest.raises(JobFailed) as failure:
        run_step(runner.deployment, JOB_ID, lambda: failing(CopyFailed("things", "22P02", "invalid input: hunter2")))
    assert "hunter2" not in str(failure.value)


@pytest.mark.parametrize("code", ["40001", "40P01", "55P03", "53300"])
def test_what_a_server_refuses_for_others_sake_is_transient(code: str) -> None:
    class Refused(psycopg2.Error):
        pgcode = code

    assert target_error(Refused()).transient
    assert source_error(Refused()).transient


def test_a_step_of_a_job_that_has_ended_stops_without_an_error_of_its_own(runner: WorkflowRunner) -> None:
    with pytest.raises(JobFailed):
        run_step(runner.deployment, JOB_ID, lambda: failing(JobNoLongerRunning()))
    assert runner.store.get(JOB_ID).error is None


def test_an_unexpected_error_says_nothing_of_its_text(runner: WorkflowRunner) -> None:
    with pytest.raises(JobFailed) as failure:
        run_step(runner.deployment, JOB_ID, lambda: failing(RuntimeError("password=hunter2")))
    error = runner.store.get(JOB_ID).error
    assert error is not None
    assert "hunter2" not in str(failure.value) + error.sentence()


@pytest.mark.parametrize(
    "error", [RuntimeError("password=hunter2"), CopyFailed("things", "22P02", "invalid input: hunter2")]
)
def test_the_log_says_nothing_of_an_errors_text(
    runner: WorkflowRunner, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    with pytest.raises(JobFailed):
        run_step(runner.deployment, JOB_ID, lambda: failing(error))
    (record,) = caplog.records
    assert record.__dict__["error"] == type(error).__name__
    assert record.exc_info is None
    assert "hunter2" not in str(record.__dict__)


def test_the_log_of_settling_says_nothing_of_a_sources_words(
    runner: WorkflowRunner, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = SourceQueryFailed("22P02", "invalid input: hunter2")
    monkeypatch.setattr("datavalut.workflow.settle.source_session", lambda *_: failing(said))
    monkeypatch.setattr("datavalut.workflow.settle.target_session", lambda *_: nullcontext())
    monkeypatch.setattr("datavalut.workflow.settle.drop_target", lambda *_: None)
    runner.secrets.requests[JOB_ID] = RequestSecret(runner.secrets.admin, filter_prompt="")
    with caplog.at_level(logging.INFO):
        settle(runner.deployment, JOB_ID, ExecutionEnd(Ending.STOPPED))
    assert "SourceQueryFailed" in caplog.text
    assert "hunter2" not in caplog.text


def status_event(status: str) -> dict[str, object]:
    return {"detail-type": "Step Functions Execution Status Change", "detail": {"name": JOB_ID, "status": status}}


@pytest.mark.parametrize(
    ("status", "ending"),
    [
        ("SUCCEEDED", Ending.REACHED_THE_END),
        ("FAILED", Ending.FAILED),
        ("TIMED_OUT", Ending.TIMED_OUT),
        ("ABORTED", Ending.STOPPED),
    ],
)
def test_a_status_event_tells_the_job_and_how_it_ended(status: str, ending: Ending) -> None:
    assert execution_end(status_event(status)) == (JOB_ID, ExecutionEnd(ending))


def test_a_caught_fault_tells_its_error() -> None:
    error = JobError("source_unreachable", "It cannot be reached.", "Check it.", ("one", "two"))
    text = json.dumps({"code": error.code, "message": error.message, "remedy": error.remedy, "details": error.details})
    cause = json.dumps({"errorType": "TransientFault", "errorMessage": text})
    for said in (cause, text):
        event = {"job_id": JOB_ID, "failure": {"Error": "TransientFault", "Cause": said}}
        assert execution_end(event) == (JOB_ID, ExecutionEnd(Ending.FAILED, error))


def test_a_caught_timeout_is_a_timeout() -> None:
    event = {"job_id": JOB_ID, "failure": {"Error": "States.Timeout", "Cause": ""}}
    assert execution_end(event) == (JOB_ID, ExecutionEnd(Ending.TIMED_OUT))


def test_any_other_failure_has_no_error_to_tell() -> None:
    for cause in ("", "no JSON", '{"errorMessage": "killed"}', "[]", '{"errorMessage": null}'):
        event = {"job_id": JOB_ID, "failure": {"Error": "Lambda.Unknown", "Cause": cause}}
        assert execution_end(event) == (JOB_ID, ExecutionEnd(Ending.FAILED))
