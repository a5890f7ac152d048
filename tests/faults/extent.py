"""How many faults a run tries: all of them with DATAVALUT_EVERY_FAULT, as `make test-all` does."""

import os

from tests.faults.workflow_states import WORKFLOW, tasks

IS_FULL = bool(os.environ.get("DATAVALUT_EVERY_FAULT"))

# Of the workflow's tasks the one that makes most, and the one that takes it away.
TRIED_TASKS = list(tasks(WORKFLOW)) if IS_FULL else ["Work on the build", "Settle the job"]

# Of the calls that a function makes, every so many-th fails.
EACH_CALL = 1 if IS_FULL else 3
