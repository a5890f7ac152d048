"""What a function is replaced by in tests: it does as the function does, whose handler is in `step.py` beside it, but
passes its gate only when that is open. Without a `step.py` it only passes the gate. Runs as a function, alone.

GATE is the folder of the gate, AT where it stands: at the `begin` or at the `end` of the step's work; or `nowhere`:
then it fails instead of beginning.
"""

import importlib
import os
import time
from pathlib import Path
from typing import Any

_GATE = Path(os.environ["GATE"])
_AT = os.environ["AT"]
_STEP = importlib.import_module("step") if Path(__file__).with_name("step.py").exists() else None


class JobFailed(Exception):
    """As the state machine knows it."""


def handler(event: dict[str, Any], context: Any) -> Any:
    job_id = str(event.get("job_id", "somebody"))
    if _AT == "nowhere":
        raise JobFailed("made to fail")
    try:
        if _AT == "begin":
            _pass(job_id)
        answer = {} if _STEP is None else _STEP.handler(event, context)
        if _AT == "end":
            _pass(job_id)
        return answer
    finally:
        (_GATE / f"left by {job_id}").touch()


def _pass(job_id: str) -> None:
    (_GATE / f"reached by {job_id}").write_text(str(os.getpid()))
    while (_GATE / "closed").exists():
        time.sleep(0.02)
