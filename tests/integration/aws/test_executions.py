"""Executions, on moto. Needs nothing."""

import json
from collections.abc import Iterator

import boto3
import pytest

from datavalut.aws.executions import Executions
from datavalut.jobs.executions import Ending, FoundExecution
from tests.aws_doubles import REGION, fake_aws

JOB_ID = "job_a1b2c3d4e5f6"
WAITING = {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 9, "End": True}}}


@pytest.fixture
def executions(monkeypatch: pytest.MonkeyPatch) -> Iterator[Executions]:
    with fake_aws(monkeypatch):
        client = boto3.client("stepfunctions", region_name=REGION)
        machine = client.create_state_machine(
            name="datavalut", definition=json.dumps(WAITING), roleArn="arn:aws:iam::123456789012:role/machine"
        )
        yield Executions(client, machine["stateMachineArn"])


def status_of(executions: Executions, job_id: str) -> str:
    return executions._client.describe_execution(executionArn=executions.arn(job_id))["status"]


def test_an_execution_is_named_after_its_job(executions: Executions) -> None:
    executions.start(JOB_ID)
    assert status_of(executions, JOB_ID) == "RUNNING"


def test_starting_again_changes_nothing(executions: Executions) -> None:
    executions.start(JOB_ID)
    executions.start(JOB_ID)
    assert executions.stop(JOB_ID)
    executions.start(JOB_ID)
    assert status_of(executions, JOB_ID) == "ABORTED"


def test_stopping_again_changes_nothing(executions: Executions) -> None:
    executions.start(JOB_ID)
    assert executions.stop(JOB_ID)
    assert executions.stop(JOB_ID)
    assert status_of(executions, JOB_ID) == "ABORTED"


def test_what_never_started_cannot_be_stopped(executions: Executions) -> None:
    assert not executions.stop(JOB_ID)


def test_an_execution_is_found_running_and_ended(executions: Executions) -> None:
    assert executions.find(JOB_ID) is None
    executions.start(JOB_ID)
    assert executions.find(JOB_ID) == FoundExecution(ending=None)
    executions.stop(JOB_ID)
    assert executions.find(JOB_ID) == FoundExecution(Ending.STOPPED)


def test_those_that_run_are_named(executions: Executions) -> None:
    for number in range(3):
        executions.start(f"job_{number}")
    executions.stop("job_1")
    assert set(executions.running()) == {"job_0", "job_2"}
