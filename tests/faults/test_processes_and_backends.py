"""Workers' processes, and their sessions on the source and on the target, end in the middle of a copy. On the local
stack, which the fixtures start."""

import os
import signal

import pytest

from datavalut.connections import ConnectionParameters
from tests.e2e.aws import Aws
from tests.e2e.client import Client
from tests.faults.extent import TRIED_TASKS
from tests.faults.fault_table import Record
from tests.faults.gates import GatedStack
from tests.faults.held_copy import HeldSource
from tests.faults.workflow_states import WORKFLOW, task_that_fails_before
from tests.postgres_server import TestServer, query


def test_a_worker_process_that_is_killed_in_the_middle_of_a_copy_is_followed_by_another(
    client: Client, aws: Aws, held: HeldSource, record: Record
) -> None:
    with held.held_job(client) as (job_id, session):
        os.kill(session.worker, signal.SIGKILL)
    held.require_exact(client.ended(job_id))
    deaths = aws.failures(job_id).count("Runtime.ExitError")
    record("a worker's process is killed in the middle of a chunk", job_id, deaths)


@pytest.mark.parametrize("state", TRIED_TASKS)
def test_a_function_whose_process_is_killed_in_any_state_is_run_again(
    state: str, client: Client, gated: GatedStack, small_source: str, record: Record
) -> None:
    """All is done, and nobody knows: as where it runs out of memory. A job of which one keeper has failed may be
    completed with the other one, before the failure is settled."""
    with gated.state(state, "end") as gate:
        job_id = client.created(small_source, "all things")
        os.kill(gate.wait_for(job_id), signal.SIGKILL)
    job = client.ended(job_id)
    fails_anyway = task_that_fails_before(WORKFLOW, state) is not None
    assert job["status"] == "completed" or fails_anyway, job["error"]
    deaths = gated.aws.failures(job_id).count("Runtime.ExitError")
    record("a function's process is killed when its work is done", job_id, deaths)


def test_a_copy_whose_session_on_the_source_is_terminated_is_begun_anew(
    client: Client, aws: Aws, held: HeldSource, record: Record, postgres: TestServer
) -> None:
    with held.held_job(client) as (job_id, _):
        terminate(postgres.superuser, f"application_name = '{job_id}' AND query LIKE 'COPY%TO STDOUT%'")
    held.require_exact(client.ended(job_id))
    retries = aws.failures(job_id).count("TransientFault")
    record("a worker's backend on the source is terminated in the middle of a chunk", job_id, retries)


def test_a_copy_whose_session_on_the_target_is_terminated_is_begun_anew(
    client: Client, aws: Aws, held: HeldSource, record: Record
) -> None:
    with held.held_job(client) as (job_id, session):
        terminate(held.target, f"pid = {session.backend}")
    held.require_exact(client.ended(job_id))
    retries = aws.failures(job_id).count("TransientFault")
    record("a worker's backend on the target is terminated in the middle of a chunk", job_id, retries)


def test_a_job_that_loses_all_its_sessions_on_the_source_fails_with_its_cause(
    client: Client, held: HeldSource, record: Record, postgres: TestServer
) -> None:
    """Those of both keepers, too: the moment that the rows are of is gone."""
    with held.held_job(client) as (job_id, _):
        ended = terminate(postgres.superuser, f"application_name = '{job_id}'")
        job = client.ended(job_id)
    assert job["status"] == "failed"
    assert "The source was lost while it was read" in job["error"]
    record("all backends of a job on the source are terminated", job_id, ended)


def terminate(server: ConnectionParameters, which: str) -> int:
    """How many sessions there were of those."""
    ((ended,),) = query(server, f"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE {which}")
    return int(ended)
