"""Jobs are cancelled, and executions stopped by hand, in every state of the workflow that its definition has. On the
local stack, which the fixtures start. A few of the states stand for all, unless everything is to be tried."""

import pytest
import requests

from tests.e2e.client import ENDED, Client
from tests.faults.extent import IS_FULL
from tests.faults.fault_table import Record
from tests.faults.gates import At, GatedStack
from tests.faults.workflow_states import WORKFLOW, states, tasks

# A function that runs is not stopped with its execution: it goes on from there.
MOMENTS: list[tuple[str, At]] = [(name, "begin") for name in states(WORKFLOW)]
if IS_FULL:
    MOMENTS += [(name, "end") for name in tasks(WORKFLOW)]
else:
    MOMENTS = MOMENTS[::9]


@pytest.mark.parametrize("moment", MOMENTS, ids=" ".join)
def test_a_job_that_is_cancelled_or_stopped_in_any_state_ends_and_leaves_nothing(
    moment: tuple[str, At], client: Client, gated: GatedStack, small_source: str, record: Record
) -> None:
    """What has ended before keeps its end. A job that stands in one branch may be completed by another meanwhile."""
    with gated.state(*moment) as gate:
        cancelled, stopped = (client.created(small_source, "all things") for _ in range(2))
        for job_id in (cancelled, stopped):
            gate.wait_for(job_id)
        before = {job_id: client.job(job_id)["status"] for job_id in (cancelled, stopped)}
        answer = client.delete(cancelled)
        gated.aws.executions.stop_execution(executionArn=gated.aws.execution(stopped))
    for job_id in before:
        gate.wait_until_left(job_id)
    after = {job_id: client.ended(job_id)["status"] for job_id in before}
    for job_id, status in before.items():
        assert after[job_id] in ((status,) if status in ENDED else ("cancelled", "completed"))
    assert (answer.status_code == requests.codes.ok) == (after[cancelled] == "cancelled"), answer.text
    record("a job is cancelled in every state of the workflow", cancelled, 1)
    record("an execution is stopped by hand in every state of the workflow", stopped, 1)
