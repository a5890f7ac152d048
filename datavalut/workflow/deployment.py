"""What the steps of a job work with, and none of them makes for itself."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from datavalut.connections import ConnectionParameters
from datavalut.jobs.store import JobStore
from datavalut.planning.planner import Planner
from datavalut.transfer.connect import AddressPolicy


@dataclass(frozen=True)
class SecretRequest:
    """The part of a request that is secret. Exactly one of `filter_prompt` and `filter_plan` is given."""

    source: ConnectionParameters
    filter_prompt: str | None
    filter_plan: dict[str, Any] | None


class Secrets(Protocol):
    def get_request(self, job_id: str) -> SecretRequest: ...


@dataclass(frozen=True)
class Deployment:
    store: JobStore
    planner: Callable[[], Planner]
    sources: AddressPolicy
    targets: AddressPolicy
    now: Callable[[], datetime]
