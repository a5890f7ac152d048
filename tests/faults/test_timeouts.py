"""Functions do not come to their end in time, and are killed: each step of the workflow, and each other function. On
the local stack, which the fixtures start."""

import json
import time
from collections.abc import Iterator

import pytest
import requests

from local.deploy import STACK
from tests.e2e.client import Client
from tests.e2e.places import Cloud
from tests.faults.extent import IS_FULL, TRIED_TASKS
from tests.faults.fault_table import Record
from tests.faults.gates import At, GatedStack
from tests.faults.workflow_states import WORKFLOW, task_that_fails_before, tasks
from tests.local_stack import Stack

TASKS = tasks(WORKFLOW)
LIMIT = 4  # seconds
STEP = "a function of the workflow times out"


def moments() -> Iterator[tuple[str, At]]:
    """When all is done and only the answer is missing; of a keeper, which ends only when its job no longer needs it,
    when it begins."""
    for name in TRIED_TASKS:
        is_keeper = TASKS[name]["Resource"] == "${keep_snapshot}"
        yield name, "begin" if is_keeper else "end"
        if IS_FULL and not is_keeper:
            yield name, "begin"


def is_tried_again(task: str) -> bool:
    errors = {error for retry in TASKS[task]["Retry"] for error in retry["ErrorEquals"]}
    return bool(errors & {"Sandbox.Timedout", "States.ALL"})


@pytest.mark.parametrize("moment", list(moments()), ids=" ".join)
def test_a_job_of_which_a_function_times_out_goes_on_or_fails_and_leaves_nothing(
    moment: tuple[str, At], client: Client, gated: GatedStack, small_source: str, record: Record
) -> None:
    """It goes on where that is worth another try, and what was completed stays."""
    state, _ = moment
    with gated.state(*moment, seconds=LIMIT) as gate:
        job_id = client.created(small_source, "all things")
        gated.aws.when_failed(job_id, "Sandbox.Timedout")
        was_completed = client.job(job_id)["status"] == "completed"
        gate.relieve()
        job = client.ended(job_id)
    fails_anyway = task_that_fails_before(WORKFLOW, state) is not None
    if was_completed or (is_tried_again(state) and not fails_anyway):
        assert job["status"] == "completed", job["error"]
    elif fails_anyway:
        assert job["status"] == "failed"
    else:
        assert (job["status"], "took longer than it may" in job["error"]) == ("failed", True)
    record(STEP, job_id, 1)


def number_of_jobs(client: Client) -> int:
    return int(client.get("/jobs?limit=1").json()["total_jobs"])


@pytest.mark.parametrize("at", ["begin", "end"])
def test_creating_a_job_that_times_out_can_be_tried_again_with_the_same_key(
    at: At, client: Client, gated: GatedStack, small_source: str, record: Record
) -> None:
    body = {"source_db_connection": small_source, "filter_prompt": "all things"}
    jobs = number_of_jobs(client)
    with gated.function("create_job", at, seconds=LIMIT):
        lost = client.post(body, **{"Idempotency-Key": f"timed-out-at-its-{at}"})
    assert lost.status_code >= requests.codes.internal_server_error
    assert number_of_jobs(client) == jobs + (at == "end")
    again = client.post(body, **{"Idempotency-Key": f"timed-out-at-its-{at}"})
    job = client.ended(again.json()["job_id"])
    assert job["status"] == "completed", job["error"]
    assert number_of_jobs(client) == jobs + 1
    record("create_job times out", job["job_id"], 1)


@pytest.mark.parametrize("at", ["begin", "end"])
def test_cancelling_that_times_out_can_be_tried_again(
    at: At, client: Client, gated: GatedStack, small_source: str, record: Record
) -> None:
    with gated.state("Work on the build", "begin") as gate:
        job_id = client.created(small_source, "all things")
        gate.wait_for(job_id)
        with gated.function("cancel_job", at, seconds=LIMIT):
            assert client.delete(job_id).status_code >= requests.codes.internal_server_error
        assert client.job(job_id)["status"] == ("cancelled" if at == "end" else "running")
        assert client.delete(job_id).json()["status"] == "cancelled"
    record("cancel_job times out", job_id, 1)


@pytest.mark.parametrize("function", ["get_job", "list_jobs"])
def test_reading_that_times_out_does_no_harm(
    function: str, client: Client, gated: GatedStack, small_source: str, record: Record
) -> None:
    job_id = client.created(small_source, "all things", dry_run=True)
    path = "/jobs" if function == "list_jobs" else f"/job/{job_id}"
    with gated.function(function, "end", seconds=LIMIT):
        assert client.get(path).status_code >= requests.codes.internal_server_error
    assert job_id in client.get(path).text
    assert client.ended(job_id)["status"] == "completed"
    record(f"{function} times out", job_id, 1)


def test_no_event_is_lost_where_publishing_times_out(
    stack: Stack, client: Client, gated: GatedStack, small_source: str, record: Record
) -> None:
    with (
        Cloud(stack.aws_url).overheard_events(f"{STACK}-jobs") as events,
        gated.function("publish_events", "begin", seconds=LIMIT) as gate,
    ):
        job_id = client.created(small_source, "all things", dry_run=True)
        assert client.ended(job_id)["status"] == "completed"
        gate.wait_for("somebody")
        time.sleep(LIMIT)
    told = {json.loads(event)["detail-type"] for event in events if job_id in event}
    assert told == {"Job Created", "Job Started", "Job Completed"}
    record("publish_events times out", job_id, 1)


def test_a_stopped_job_whose_settling_times_out_is_settled_after_all(
    client: Client, gated: GatedStack, small_source: str, record: Record
) -> None:
    """By the sweep, if by nobody before. This is the settling that the execution's status event calls: that of the
    state machine is tried again there."""
    with gated.state("Is it a dry run?", "begin") as before:
        job_id = client.created(small_source, "all things")
        before.wait_for(job_id)
        with gated.function("settle_job", "begin", seconds=LIMIT) as settling:
            gated.aws.executions.stop_execution(executionArn=gated.aws.execution(job_id))
            settling.wait_for("somebody")
            time.sleep(LIMIT)
    gated.aws.sweep()
    assert client.ended(job_id)["status"] == "cancelled"
    record("settle_job times out when an execution's status event calls it", job_id, 1)


def test_a_sweep_that_times_out_is_followed_by_another(
    client: Client, gated: GatedStack, small_source: str, record: Record
) -> None:
    with gated.state("Is it a dry run?", "begin") as before:
        job_id = client.created(small_source, "all things")
        before.wait_for(job_id)
        with gated.function("settle_job", "nowhere", seconds=LIMIT):
            gated.aws.executions.stop_execution(executionArn=gated.aws.execution(job_id))
            with gated.function("sweep", "begin", seconds=LIMIT):
                answer = gated.aws.functions.invoke(FunctionName=f"{STACK}-sweep", Payload=b"{}")
                assert "timed out" in answer["Payload"].read().decode()
    gated.aws.sweep()
    assert client.ended(job_id)["status"] == "cancelled"
    record("sweep times out", job_id, 1)


def test_a_job_whose_execution_has_reached_its_limit_of_time_has_failed(
    client: Client, gated: GatedStack, small_source: str, record: Record
) -> None:
    """The emulator keeps no limit of an execution: it is stopped here, and settling is told that it timed out."""
    with gated.state("Work on the build", "begin") as gate:
        job_id = client.created(small_source, "all things")
        gate.wait_for(job_id)
        event = {"detail": {"name": job_id, "status": "TIMED_OUT"}}
        gated.aws.functions.invoke(FunctionName=f"{STACK}-settle_job", Payload=json.dumps(event).encode())
        gated.aws.executions.stop_execution(executionArn=gated.aws.execution(job_id))
    gate.wait_until_left(job_id)
    job = client.ended(job_id)
    assert (job["status"], "took longer than it may" in job["error"]) == ("failed", True)
    record("an execution reaches its limit of time (told by its event alone)", job_id, 1)
