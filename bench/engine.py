"""The engine on its own: no AWS, one process of its own a run, so that its memory can be told."""

import json
import subprocess
import sys

from bench.measure import Built, EngineFigures
from bench.server import BenchDatabases
from bench.tasks import Task
from bench.tools import ProgramFailed, program_environment
from local.settings import PROJECT


class Engine:
    name = "engine"

    def can(self, task: Task) -> bool:
        return True

    def build(self, databases: BenchDatabases, task: Task, database_name: str) -> Built:
        request = {
            "source": databases.source.to_json_object(),
            "admin": databases.admin.to_json_object(),
            "plan": task.plan.model_dump(mode="json"),
            "database_name": database_name,
        }
        completed = subprocess.run(
            [sys.executable, "-m", "bench.engine_run"],
            input=json.dumps(request),
            capture_output=True,
            text=True,
            check=False,
            cwd=PROJECT,
            env=program_environment(),
        )
        if completed.returncode != 0:
            raise ProgramFailed(f"the engine failed\n{completed.stderr[-4000:]}")
        answer = json.loads(completed.stdout)
        return Built(answer["seconds"], EngineFigures.from_json_object(answer["figures"]))
