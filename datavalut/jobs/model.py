"""The job's record and the one definition of its states and legal moves."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class JobStatus(StrEnum):
    PENDING = "pending"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        return not LEGAL_MOVES[self]


LEGAL_MOVES: dict[JobStatus, frozenset[JobStatus]] = {
    JobStatus.PENDING: frozenset({JobStatus.RUNNING, JobStatus.FAILED, JobStatus.CANCELLED}),
    JobStatus.RUNNING: frozenset({JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELLED}),
    JobStatus.COMPLETED: frozenset(),
    JobStatus.FAILED: frozenset(),
    JobStatus.CANCELLED: frozenset(),
}


@dataclass(frozen=True)
class JobError:
    """Why a job failed and what its caller can do. `code` is stable (`wrong_password`), the texts are for people."""

    code: str
    message: str
    remedy: str
    details: tuple[str, ...] = ()

    def sentence(self) -> str:
        return f"{self.message} {self.remedy}".strip()


@dataclass(frozen=True)
class JobRequest:
    """What the caller asked for, without what is secret: the source's connection string, the prompt and the filter
    are in Secrets Manager."""

    scope: str | None = None
    dry_run: bool = False
    target_db_name: str | None = None


@dataclass(frozen=True)
class KeptSnapshot:
    """A snapshot of the source that a keeper has exported, and holds since then."""

    snapshot_id: str
    since: datetime


@dataclass(frozen=True)
class Job:
    """One job as stored. Times are UTC with zone. `timestamp` is the last change and `progress` (0 to 1) never fall.

    `admitted` says that the job was given a slot, without which it cannot run; it stays when the slot is free again.
    `source_database` is the name of the source's database, `target_database` the name of the finished one.
    `preparations` is how many runs of the step that makes the database have begun: the last one counts.
    `snapshots` has, by the name of its keeper, each session that holds the source's one moment open.
    `plan` and `report` are JSON objects; `result` is the JSON object that GET shows, less the password.
    """

    job_id: str
    owner: str
    status: JobStatus
    message: str
    created_at: datetime
    timestamp: datetime
    request: JobRequest = field(default_factory=JobRequest)
    admitted: bool = False
    progress: float = 0.0
    started_at: datetime | None = None
    completed_at: datetime | None = None
    error: JobError | None = None
    source_database: str | None = None
    snapshots: Mapping[str, KeptSnapshot] = field(default_factory=dict)
    snapshot_released: bool = False
    preparations: int = 0
    rows_expected: int = 0
    rows_copied: int = 0
    tables_copied: int = 0
    plan: dict[str, Any] | None = None
    result: dict[str, Any] | None = None


@dataclass(frozen=True)
class HeldSlot:
    """A job holds it `since` it was admitted. `started` says that its execution is known to have been started."""

    since: datetime
    started: bool = False


@dataclass(frozen=True)
class Slots:
    """Which jobs run or are about to, and which is the next. `held` is by job id; `waiting_since` is when the next job
    was created."""

    limit: int
    held: Mapping[str, HeldSlot]
    next_job_id: str | None = None
    waiting_since: datetime | None = None

    @property
    def has_room(self) -> bool:
        """There may be more held than the limit says, after a deployment with a lower one."""
        return len(self.held) < self.limit
