"""What runs jobs, as jobs see it: one execution a job, of the job's name."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Protocol


class Ending(Enum):
    REACHED_THE_END = "reached the end"
    FAILED = "failed"
    TIMED_OUT = "timed out"
    STOPPED = "stopped"


@dataclass(frozen=True)
class FoundExecution:
    """`ending` is None while it runs."""

    ending: Ending | None


class Executions(Protocol):
    def start(self, job_id: str) -> None:
        """Can be repeated without harm."""

    def stop(self, job_id: str) -> bool:
        """Whether there was an execution, running or ended."""


class WatchedExecutions(Executions, Protocol):
    def find(self, job_id: str) -> FoundExecution | None:
        """None for one that was never started, or was forgotten, or was started a moment ago."""

    def running(self) -> Iterator[str]:
        """The names of all executions that run: jobs' ids, but for those that somebody has started by hand."""
