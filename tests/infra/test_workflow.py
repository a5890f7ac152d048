"""Needs nothing running. The state machine as it is deployed."""

import json
import re
import subprocess
import sys
from typing import Any

import pytest

from datavalut.workflow.keep_snapshot import Keeper
from infra.workflow import DEFINITION, STEPS
from tests.infra.template import Template, states

TEXT = DEFINITION.read_text(encoding="utf-8")
MACHINE: dict[str, Any] = json.loads(TEXT)
TASKS = {name: state for name, state in states(MACHINE) if state["Type"] == "Task"}
LONGEST_PAYLOAD = 262_144


def test_the_definition_is_valid() -> None:
    arn = "arn:aws:lambda:us-east-1:000000000000:function:step"
    deployed = re.sub(r"\$\{[a-z_]+\}", arn, TEXT)
    command = [sys.executable, "-m", "statelint", deployed]
    outcome = subprocess.run(command, capture_output=True, text=True, check=False)
    assert outcome.stdout + outcome.stderr == ""


def test_every_name_in_the_definition_is_a_step_and_every_step_is_named() -> None:
    assert set(re.findall(r"\$\{([^}]+)\}", TEXT)) == set(STEPS)


def test_the_definition_fits() -> None:
    assert len(TEXT.encode()) < 1_000_000


def test_the_machine_has_a_time_limit() -> None:
    assert MACHINE["TimeoutSeconds"] > 0


@pytest.mark.parametrize("name", TASKS)
def test_a_task_has_a_time_limit_no_longer_than_its_function(aws: Template, name: str) -> None:
    step = TASKS[name]["Resource"].strip("${}")
    assert TASKS[name]["TimeoutSeconds"] <= aws.functions()[step]["Timeout"]


@pytest.mark.parametrize("name", TASKS)
def test_a_task_is_tried_again_when_lambda_is_short_of_capacity(name: str) -> None:
    retries = {error: retry for retry in TASKS[name]["Retry"] for error in retry["ErrorEquals"]}
    retry = retries.get("Lambda.TooManyRequestsException") or retries["States.ALL"]
    assert retry["JitterStrategy"] == "FULL"
    assert retry["BackoffRate"] > 1


def test_whatever_fails_the_job_is_settled() -> None:
    for name, state in MACHINE["States"].items():
        if state["Type"] in ("Task", "Parallel", "Map") and name != "Settle the job":
            caught = {error: catch["Next"] for catch in state["Catch"] for error in catch["ErrorEquals"]}
            assert caught["States.ALL"] == "Settle the job", name


def test_two_keepers_hold_the_snapshot_turn_by_turn_until_it_is_needed_no_more() -> None:
    keepers = {}
    for branch in MACHINE["States"]["Build the database"]["Branches"]:
        start = branch["States"][branch["StartAt"]]
        if start["Resource"] == "${keep_snapshot}":
            keepers[start["Parameters"]["keeper"]] = branch
    assert set(keepers) == set(Keeper)
    for branch in keepers.values():
        choice = branch["States"][branch["States"][branch["StartAt"]]["Next"]]
        (again,) = choice["Choices"]
        assert (again["BooleanEquals"], again["Next"]) == (True, branch["StartAt"])
        assert branch["States"][choice["Default"]]["Type"] == "Succeed"


def test_a_keeper_that_crashed_is_started_again() -> None:
    keepers = [task for task in TASKS.values() if task["Resource"] == "${keep_snapshot}"]
    for keeper in keepers:
        retried = {error for retry in keeper["Retry"] for error in retry["ErrorEquals"]}
        assert {"Lambda.Unknown", "Runtime.ExitError", "Sandbox.Timedout", "States.Timeout"} <= retried
        assert "JobFailed" not in retried
        assert "States.ALL" not in retried


@pytest.mark.parametrize("name", TASKS)
def test_what_may_pass_is_tried_again_and_what_failed_for_good_never(name: str) -> None:
    """Settling is tried again whatever failed: it has to succeed at last."""
    retries = {error: retry for retry in TASKS[name]["Retry"] for error in retry["ErrorEquals"]}
    if TASKS[name]["Resource"] == "${settle_job}":
        assert set(retries) == {"States.ALL"}
        return
    assert not {"JobFailed", "States.ALL", "States.TaskFailed"} & set(retries)
    for error in ("TransientFault", "Lambda.ServiceException", "Lambda.Unknown", "Runtime.ExitError"):
        assert retries[error]["JitterStrategy"] == "FULL"
        assert retries[error]["BackoffRate"] > 1


@pytest.mark.parametrize("step", ["prepare_target", "copy_worker", "finalize_job"])
def test_a_step_after_the_first_outlasts_the_failover_of_a_server(step: str) -> None:
    """Which takes two minutes at most; with full jitter, a pause is half of its longest on the average."""
    (task,) = (task for task in TASKS.values() if task["Resource"] == f"${{{step}}}")
    (retry,) = (retry for retry in task["Retry"] if retry["ErrorEquals"] == ["TransientFault"])
    pauses = [
        min(retry["MaxDelaySeconds"], retry["IntervalSeconds"] * retry["BackoffRate"] ** attempt)
        for attempt in range(retry["MaxAttempts"])
    ]
    assert sum(pauses) / 2 > 120


def test_keepers_live_as_long_as_they_may_or_as_the_deployment_says(aws: Template, local: Template) -> None:
    assert "SNAPSHOT_KEEPER_SECONDS" not in aws.functions()["keep_snapshot"]["Environment"]["Variables"]
    assert local.functions()["keep_snapshot"]["Environment"]["Variables"]["SNAPSHOT_KEEPER_SECONDS"] == "5"


def test_the_machine_logs_and_traces_but_not_the_data(aws: Template) -> None:
    machine = aws.only("AWS::StepFunctions::StateMachine")
    assert machine["StateMachineType"] == "STANDARD"
    assert machine["TracingConfiguration"] == {"Enabled": True}
    assert machine["LoggingConfiguration"]["Level"] == "ALL"
    assert machine["LoggingConfiguration"]["IncludeExecutionData"] is False


def test_the_functions_know_the_machine_by_its_name(aws: Template) -> None:
    name = aws.only("AWS::StepFunctions::StateMachine")["StateMachineName"]
    for function in ("create_job", "cancel_job", "settle_job", "sweep"):
        arn = aws.functions()[function]["Environment"]["Variables"]["STATE_MACHINE_ARN"]
        assert arn["Fn::Join"][1][-1].endswith(f":stateMachine:{name}")
