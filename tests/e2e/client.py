"""A client of the API for the tests."""

import time
from dataclasses import dataclass
from typing import Any

import requests

LONGEST_JOB_SECONDS = 120
ENDED = ("completed", "failed", "cancelled")


@dataclass(frozen=True)
class Client:
    api: str

    def post(self, body: Any, **headers: str) -> requests.Response:
        return requests.post(f"{self.api}/create-filtered-db", json=body, headers=headers, timeout=30)

    def get(self, path: str) -> requests.Response:
        return requests.get(f"{self.api}{path}", timeout=30)

    def delete(self, job_id: str) -> requests.Response:
        return requests.delete(f"{self.api}/job/{job_id}", timeout=30)

    def created(self, source: str, prompt: str, **more: Any) -> str:
        """The id of a new job."""
        response = self.post({"source_db_connection": source, "filter_prompt": prompt, **more})
        assert response.status_code == requests.codes.accepted, response.text
        return str(response.json()["job_id"])

    def job(self, job_id: str) -> dict[str, Any]:
        response = self.get(f"/job/{job_id}")
        assert response.status_code == requests.codes.ok, response.text
        job: dict[str, Any] = response.json()
        return job

    def ended(self, job_id: str) -> dict[str, Any]:
        """The job when it has ended."""
        return self.when(job_id, lambda job: job["status"] in ENDED)

    def when(self, job_id: str, condition: Any) -> dict[str, Any]:
        """The job as soon as the condition holds for it."""
        deadline = time.monotonic() + LONGEST_JOB_SECONDS
        while time.monotonic() < deadline:
            job = self.job(job_id)
            if condition(job):
                return job
            time.sleep(0.2)
        raise AssertionError(f"after {LONGEST_JOB_SECONDS} seconds: {job}")
