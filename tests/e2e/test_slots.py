"""Slots that become free again, and what the sweep finds, on the local stack, which the fixtures start."""

import json
import socket
import time

from tests.e2e.aws import Aws
from tests.e2e.client import Client
from tests.local_stack import Stack

SLOTS = 3


def test_an_execution_that_is_stopped_by_hand_leaves_its_slot(stack: Stack, client: Client, aws: Aws) -> None:
    for _ in range(SLOTS + 1):
        job_id = client.created(stack.sample_url, "customers from country Canada")
        aws.executions.stop_execution(executionArn=aws.execution(job_id))
        job = client.ended(job_id)
        assert job["status"] in ("cancelled", "completed")
    last = client.ended(client.created(stack.sample_url, "customers from country Canada", dry_run=True))
    assert last["status"] == "completed"


def test_a_job_whose_request_has_vanished_fails_and_leaves_its_slot(stack: Stack, client: Client, aws: Aws) -> None:
    for _ in range(SLOTS + 1):
        job_id = client.created(stack.sample_url, "customers from country Canada")
        aws.secrets.delete_secret(SecretId=f"datavalut/request/{job_id}", ForceDeleteWithoutRecovery=True)
        assert client.ended(job_id)["status"] == "failed"


def test_the_sweep_may_do_all_that_it_has_to(client: Client, aws: Aws) -> None:
    """Permissions are enforced. Nothing is long ago enough here to be removed but an execution that no job has."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        job_id = client.created(f"postgresql://ada:secret@127.0.0.1:{silent.getsockname()[1]}/shop", "all customers")
        silent.settimeout(30)
        silent.accept()  # its first step waits for what will never be said
        aws.forget_job(job_id)
        assert aws.sweep() == {"jobs_settled": 0, "executions_stopped": 1, "secrets_deleted": 0, "targets_dropped": 0}
    assert aws.execution_status(job_id) == "ABORTED"
    assert aws.sweep()["executions_stopped"] == 0


def test_an_execution_that_is_started_by_hand_ends_by_itself_and_is_nobodys_alarm(aws: Aws) -> None:
    """Its first step fails, for there is no such job; what settles it does not."""
    name = "a-look-at-the-machine"
    aws.executions.start_execution(stateMachineArn=aws.machine, name=name, input=json.dumps({"job_id": name}))
    deadline = time.monotonic() + 30
    while aws.execution_status(name) == "RUNNING" and time.monotonic() < deadline:
        time.sleep(0.2)
    assert aws.execution_status(name) == "FAILED"
    assert aws.failures(name) == ["JobFailed"]
