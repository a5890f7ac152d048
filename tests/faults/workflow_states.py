"""The states of the workflow, as its definition has them, and what brings a job into each."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from infra.workflow import DEFINITION

Definition = dict[str, Any]
WORKFLOW: Definition = json.loads(DEFINITION.read_text(encoding="utf-8"))


def machines(definition: Definition) -> Iterator[Definition]:
    """The definition itself, and each branch and each item's workflow within."""
    yield definition
    for state in definition["States"].values():
        for inner in (*state.get("Branches", ()), *([state["ItemProcessor"]] if "ItemProcessor" in state else ())):
            yield from machines(inner)


def states(definition: Definition) -> dict[str, Definition]:
    """By their names, which are unique."""
    return {name: state for machine in machines(definition) for name, state in machine["States"].items()}


def tasks(definition: Definition) -> dict[str, Definition]:
    return {name: state for name, state in states(definition).items() if state["Type"] == "Task"}


def machine_of(definition: Definition, name: str) -> Definition:
    """The innermost one that has the state."""
    return next(machine for machine in machines(definition) if name in machine["States"])


def task_that_fails_before(definition: Definition, name: str) -> str | None:
    """The task that must fail for a job to come to the state; None where a job comes that goes well."""
    states = machine_of(definition, name)["States"]
    if states[name]["Type"] != "Fail" and name in _reached_without_failure(machine_of(definition, name)):
        return None
    reached, seen = [name], {name}
    for later in reached:
        for earlier, state in states.items():
            if any(catch["Next"] == later for catch in state.get("Catch", ())):
                return _first_task(earlier, state)
            if later in _ways_on(state) and earlier not in seen:
                reached.append(earlier)
                seen.add(earlier)
    raise LookupError(f"no way leads to {name}")


def _reached_without_failure(machine: Definition) -> set[str]:
    reached = [machine["StartAt"]]
    for name in reached:
        reached += [later for later in _ways_on(machine["States"][name]) if later not in reached]
    return set(reached)


def _ways_on(state: Mapping[str, Any]) -> list[str]:
    ways = [state.get("Next"), state.get("Default"), *(choice["Next"] for choice in state.get("Choices", ()))]
    return [way for way in ways if way is not None]


def _first_task(name: str, state: Definition) -> str:
    """Of a state that is no task, one that runs within."""
    while state["Type"] != "Task":
        inner = (state.get("Branches") or [state["ItemProcessor"]])[-1]
        name, state = inner["StartAt"], inner["States"][inner["StartAt"]]
    return name


def put_before(definition: Definition, name: str, new_name: str, new_state: Definition) -> None:
    """Every way to the state leads through the new one, which leads to it."""
    machine = machine_of(definition, name)
    if machine["StartAt"] == name:
        machine["StartAt"] = new_name
    for state in machine["States"].values():
        for way in (state, *state.get("Choices", ()), *state.get("Catch", ())):
            for key in ("Next", "Default"):
                if way.get(key) == name:
                    way[key] = new_name
    machine["States"][new_name] = {**new_state, "Next": name}
