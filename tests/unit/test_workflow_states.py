"""Needs nothing running. How tests find the states of the workflow, and the ways to them."""

import json

import pytest

from tests.faults.workflow_states import (
    WORKFLOW,
    machine_of,
    machines,
    put_before,
    states,
    task_that_fails_before,
    tasks,
)

INNER = {"StartAt": "Work", "States": {"Work": {"Type": "Task", "Next": "Done"}, "Done": {"Type": "Succeed"}}}
CAUGHT = [{"ErrorEquals": ["States.ALL"], "Next": "Clean up"}]
SMALL = {
    "StartAt": "All",
    "States": {
        "All": {"Type": "Map", "ItemProcessor": INNER, "Catch": CAUGHT, "Next": "Good?"},
        "Good?": {"Type": "Choice", "Choices": [{"Next": "Yes"}], "Default": "No"},
        "Yes": {"Type": "Succeed"},
        "No": {"Type": "Fail"},
        "Clean up": {"Type": "Task", "Next": "Good?"},
    },
}


@pytest.mark.parametrize(
    ("state", "failing"),
    [
        ("All", None),
        ("Work", None),
        ("Done", None),
        ("Good?", None),
        ("Yes", None),
        ("Clean up", "Work"),
        ("No", "Work"),
    ],
)
def test_what_must_fail_for_a_job_to_come_to_a_state(state: str, failing: str | None) -> None:
    assert task_that_fails_before(SMALL, state) == failing


def test_every_state_of_the_workflow_can_be_reached() -> None:
    assert sum(len(machine["States"]) for machine in machines(WORKFLOW)) == len(states(WORKFLOW)) > 20
    for name in states(WORKFLOW):
        failing = task_that_fails_before(WORKFLOW, name)
        assert failing is None or failing in tasks(WORKFLOW)


def test_every_way_to_a_state_leads_through_what_is_put_before_it() -> None:
    definition = json.loads(json.dumps(SMALL))
    put_before(definition, "Good?", "Gate", {"Type": "Task"})
    put_before(definition, "Work", "Inner gate", {"Type": "Task"})
    known = states(definition)
    assert known["All"]["Next"] == known["Clean up"]["Next"] == "Gate"
    assert known["Gate"]["Next"] == "Good?"
    assert machine_of(definition, "Inner gate")["StartAt"] == "Inner gate"
