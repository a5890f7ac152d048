"""What runs jobs, as jobs see it."""

from typing import Protocol


class Executions(Protocol):
    def start(self, job_id: str) -> None:
        """Can be repeated without harm."""

    def stop(self, job_id: str) -> bool:
        """Whether there was an execution, running or ended."""
