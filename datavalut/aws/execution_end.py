"""How an execution ended: told by the state machine's own last step, or by its status event on EventBridge."""

import json
from typing import Any

from datavalut.aws.executions import ENDINGS
from datavalut.jobs.executions import Ending
from datavalut.workflow.settle import ExecutionEnd
from datavalut.workflow.step import fault_error


def execution_end(event: dict[str, Any]) -> tuple[str, ExecutionEnd]:
    """The job's id, empty if there is none, and its execution's end.

    `event` is the state's input, `{"job_id": …}` with the caught `failure` if there is one, or an event "Step Functions
    Execution Status Change".
    """
    if "detail" in event:
        detail = event["detail"]
        return str(detail["name"]), ExecutionEnd(ENDINGS[detail["status"]])
    job_id = str(event.get("job_id", ""))  # the console starts executions with whatever input
    failure = event.get("failure")
    if failure is None:
        return job_id, ExecutionEnd(Ending.REACHED_THE_END)
    if failure.get("Error") in ("States.Timeout", "Sandbox.Timedout"):
        return job_id, ExecutionEnd(Ending.TIMED_OUT)
    return job_id, ExecutionEnd(Ending.FAILED, fault_error(_message(str(failure.get("Cause", "")))))


def _message(cause: str) -> str:
    """Of a Lambda's failure, the exception's text."""
    try:
        return str(json.loads(cause)["errorMessage"])
    except (ValueError, TypeError, KeyError):
        return cause
