"""Gates in the workflow and in the functions of a local stack: they stop there for as long as a test wants."""

import io
import json
import shutil
import time
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from local.deploy import STACK
from local.settings import PROJECT
from tests.e2e.aws import Aws
from tests.faults.workflow_states import machine_of, put_before, task_that_fails_before
from tests.local_stack import Stack

At = Literal["begin", "end", "nowhere"]
_PATIENCE_SECONDS = 90.0
_LONG_PAUSE_SECONDS = 16  # of which the emulator takes a quarter
_GATED_STEP = Path(__file__).with_name("gated_step.py")


@dataclass(frozen=True)
class Gate:
    """Of `function`. It is closed as long as `folder` says so."""

    aws: Aws
    function: str
    folder: Path
    limit: int

    def close(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()
        (self.folder / "closed").touch()

    def open(self) -> None:
        (self.folder / "closed").unlink(missing_ok=True)

    def relieve(self) -> None:
        """The function has as much time as ever, and the gate is open. Not while it runs: the emulator would end it."""
        self.aws.functions.update_function_configuration(FunctionName=self.function, Timeout=self.limit)
        self.open()

    def wait_for(self, job_id: str) -> int:
        """Until the job stands before the gate. The function's process."""
        self._wait("reached", job_id)
        return int((self.folder / f"reached by {job_id}").read_text())

    def wait_until_left(self, job_id: str) -> None:
        """Until the function that stood before the gate has ended, although its execution may have ended before."""
        self._wait("left", job_id)

    def _wait(self, mark: str, job_id: str) -> None:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not (self.folder / f"{mark} by {job_id}").exists():
            assert time.monotonic() < deadline, f"the gate is not {mark} by {job_id}"
            time.sleep(0.05)


@dataclass
class GatedStack:
    """Of each step that has a gate there is another function, which has its role, its layers and its settings."""

    aws: Aws
    folder: Path
    _gates: dict[str, Gate] = field(default_factory=dict)

    @classmethod
    def of(cls, stack: Stack) -> "GatedStack":
        folder = stack.settings.directory / "gates"
        folder.mkdir()
        return cls(Aws(stack.aws_url), folder)

    @contextmanager
    def state(self, state: str, at: At, *, seconds: int | None = None) -> Iterator[Gate]:
        """Executions that start in the block come to a closed gate in this state: at the `begin` or the `end` of a
        task's work, or before a state of another type. Of a task, `seconds` is the function's limit of time. What must
        fail for a job to come to the state fails."""
        definition = self._definition()
        failing = task_that_fails_before(definition, state)
        if failing is not None:
            task = machine_of(definition, failing)["States"][failing]
            task["Resource"] = self._gate(task["Resource"], "nowhere").function
        gated = machine_of(definition, state)["States"][state]
        if gated["Type"] == "Task":
            gate = self._gate(gated["Resource"], at, seconds)
            gated["Resource"] = gate.function
            if seconds is not None:  # then the test relieves it before it is tried again
                for retry in gated["Retry"]:
                    retry["IntervalSeconds"] = _LONG_PAUSE_SECONDS
        else:
            gate = self._gate(None, "begin")
            parameters = {"job_id.$": "$$.Execution.Name"}
            before = {"Type": "Task", "Resource": gate.function, "Parameters": parameters, "ResultPath": None}
            put_before(definition, state, f"Gate: {state}", before)
        gate.close()
        with ExitStack() as closing:
            closing.callback(gate.open)
            closing.enter_context(self._defined(definition))
            yield gate

    @contextmanager
    def function(self, name: str, at: At, *, seconds: int) -> Iterator[Gate]:
        """The function itself, whoever calls it, comes to a closed gate and has this limit of time."""
        function, functions = f"{STACK}-{name}", self.aws.functions
        before = functions.get_function_configuration(FunctionName=function)
        environment = before["Environment"]["Variables"]
        gate = Gate(self.aws, function, self.folder / f"{name}-{at}", before["Timeout"])
        gate.close()
        try:
            functions.update_function_code(FunctionName=function, ZipFile=_code(name))
            functions.update_function_configuration(
                FunctionName=function,
                Timeout=seconds,
                Environment={"Variables": environment | {"GATE": str(gate.folder), "AT": at}},
            )
            yield gate
        finally:
            gate.open()
            functions.update_function_code(FunctionName=function, ZipFile=_code(name, gated=False))
            functions.update_function_configuration(
                FunctionName=function, Timeout=before["Timeout"], Environment={"Variables": environment}
            )

    def _definition(self) -> dict[str, Any]:
        described = self.aws.executions.describe_state_machine(stateMachineArn=self.aws.machine)
        definition: dict[str, Any] = json.loads(described["definition"])
        return definition

    @contextmanager
    def _defined(self, definition: dict[str, Any]) -> Iterator[None]:
        before = self._definition()
        self._define(definition)
        try:
            yield
        finally:
            self._define(before)

    def _define(self, definition: dict[str, Any]) -> None:
        self.aws.executions.update_state_machine(stateMachineArn=self.aws.machine, definition=json.dumps(definition))

    def _gate(self, step: str | None, at: At, seconds: int | None = None) -> Gate:
        """In a function that stands for the one of this ARN. It stays for the next gate like this one."""
        step_name = None if step is None else step.rpartition(":")[2].removeprefix(f"{STACK}-")
        name = "-".join(str(part) for part in ("gated", step_name, at, seconds) if part is not None)
        if name not in self._gates:
            like = self.aws.functions.get_function_configuration(FunctionName=step or f"{STACK}-settle_job")
            environment = like["Environment"]["Variables"] if step else {}
            created = self.aws.functions.create_function(
                FunctionName=name,
                Runtime=like["Runtime"],
                Role=like["Role"],
                Handler="handler.handler",
                Code={"ZipFile": _code(step_name)},
                Layers=[layer["Arn"] for layer in like["Layers"]] if step else [],
                Environment={"Variables": environment | {"GATE": str(self.folder / name), "AT": at}},
                Timeout=like["Timeout"],
                MemorySize=like["MemorySize"],
            )
            self._gates[name] = Gate(self.aws, created["FunctionArn"], self.folder / name, like["Timeout"])
        gate = self._gates[name]
        self.aws.functions.update_function_configuration(FunctionName=gate.function, Timeout=seconds or gate.limit)
        return gate


def _code(name: str | None, *, gated: bool = True) -> bytes:
    """A function's: its handler, or a gate with that handler behind."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        if gated:
            archive.write(_GATED_STEP, "handler.py")
        if name is not None:
            archive.write(PROJECT / "functions" / name / "handler.py", "step.py" if gated else "handler.py")
    return buffer.getvalue()
