"""What the steps of a job work with, and none of them makes for itself."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from datavalut.connections import ConnectionParameters
from datavalut.filters.model import FilterPlan, Refusal
from datavalut.jobs.executions import Executions
from datavalut.jobs.job_secrets import JobSecret
from datavalut.jobs.request_secret import RequestSecret
from datavalut.jobs.store import JobStore
from datavalut.planning.source import PlanningSource
from datavalut.transfer.addresses import AddressPolicy
from datavalut.transfer.preflight.disk import TargetDisk


class Secrets(Protocol):
    def get_request(self, job_id: str) -> RequestSecret: ...

    def delete_request(self, job_id: str) -> None: ...

    def put_result(self, job_id: str, connection: ConnectionParameters) -> None: ...

    def get_result(self, job_id: str) -> ConnectionParameters: ...

    def delete_result(self, job_id: str) -> None: ...

    def of_jobs(self) -> Iterator[JobSecret]:
        """All secrets that jobs of this deployment have."""

    def target_admin(self) -> ConnectionParameters: ...


@dataclass(frozen=True)
class Deployment:
    """`plan_prompt` is one of the planners of `datavalut.planning`. `now` is the time in UTC, aware.
    `is_transient_fault` tells which errors of the services pass by themselves.
    `most_workers` is how many may share one job's work. `target_disk` is None where the size of the target server's
    disk is not known."""

    store: JobStore
    secrets: Secrets
    executions: Executions
    plan_prompt: Callable[[str, PlanningSource], FilterPlan | Refusal]
    source_addresses: AddressPolicy
    now: Callable[[], datetime]
    is_transient_fault: Callable[[Exception], bool] = lambda _: False
    most_workers: int = 4
    target_disk: TargetDisk | None = None
