"""A whole job: from the HTTP request to the local stack until the API says that the database is there."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests

from bench.measure import Built
from bench.server import BenchDatabases
from bench.tasks import Task
from local import down, up

LONGEST_JOB_SECONDS = 3600
_ENDED = ("completed", "failed", "cancelled")


class JobNotCompleted(Exception):
    """A job was refused, or ended otherwise."""


class WholeJob:
    name = "whole job"

    def __init__(self, api_url: str) -> None:
        self._api = api_url

    def can(self, task: Task) -> bool:
        return True

    def build(self, databases: BenchDatabases, task: Task, database_name: str) -> Built:
        began = time.perf_counter()
        response = requests.post(
            f"{self._api}/create-filtered-db",
            json={
                "source_db_connection": databases.source.to_url(),
                "filter": task.plan.model_dump(mode="json"),
                "target_db_name": database_name,
            },
            timeout=60,
        )
        if response.status_code != requests.codes.accepted:
            raise JobNotCompleted(f"the API answered {response.status_code}: {response.text}")
        job = self._ended(response.json()["job_id"], began)
        seconds = time.perf_counter() - began
        if job["status"] != "completed" or job["result"]["database_name"] != database_name:
            raise JobNotCompleted(f"the job ended as {job['status']}: {job['error'] or job['message']}")
        return Built(seconds)

    def _ended(self, job_id: str, began: float) -> dict[str, Any]:
        while time.perf_counter() - began < LONGEST_JOB_SECONDS:
            response = requests.get(f"{self._api}/job/{job_id}", timeout=60)
            response.raise_for_status()
            job: dict[str, Any] = response.json()
            if job["status"] in _ENDED:
                return job
            # Often enough to tell 2%, and not so often that it takes the machine from the job.
            time.sleep(min(max(0.1, 0.02 * (time.perf_counter() - began)), 0.5))
        raise JobNotCompleted(f"{job_id} has not ended after {LONGEST_JOB_SECONDS} seconds")


@contextmanager
def running_stack(databases: BenchDatabases) -> Iterator[WholeJob]:
    """A local stack that uses the benchmark's server. Raises LocalStackError."""
    settings = databases.settings
    (settings.directory / "ports.json").unlink(missing_ok=True)  # of an earlier run in a kept directory
    try:
        yield WholeJob(up.start(settings).api_url)
    finally:
        down.stop(settings, keep={"postgres"})
