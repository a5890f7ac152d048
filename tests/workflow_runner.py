"""A job's steps run by hand, in the order of the state machine, with everything real but AWS."""

import math
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

from datavalut.connections import ConnectionParameters
from datavalut.filters.model import FilterPlan, Refusal
from datavalut.jobs.errors import SecretNotFoundError
from datavalut.jobs.executions import Ending
from datavalut.jobs.job_secrets import JobSecret, JobSecretKind
from datavalut.jobs.lifecycle import new_job_id
from datavalut.jobs.model import Job, JobRequest, JobStatus
from datavalut.jobs.request_secret import RequestSecret
from datavalut.jobs.store import InMemoryJobStore
from datavalut.transfer.addresses import ANY_ADDRESS
from datavalut.workflow.build_worker import work_on_build
from datavalut.workflow.deployment import Deployment
from datavalut.workflow.errors import JobFailed, TransientFault
from datavalut.workflow.finalize import finalize
from datavalut.workflow.keep_snapshot import Keeper, keep_snapshot
from datavalut.workflow.plan_filter import plan_filter
from datavalut.workflow.prepare_target import prepare_target
from datavalut.workflow.settle import ExecutionEnd, settle
from datavalut.workflow.step import fault_error, run_step
from tests.postgres_server import TestServer, execute


@dataclass
class InMemorySecrets:
    admin: ConnectionParameters
    requests: dict[str, RequestSecret] = field(default_factory=dict)
    results: dict[str, ConnectionParameters] = field(default_factory=dict)

    def get_request(self, job_id: str) -> RequestSecret:
        if job_id not in self.requests:
            raise SecretNotFoundError(job_id)
        return self.requests[job_id]

    def delete_request(self, job_id: str) -> None:
        self.requests.pop(job_id, None)

    def put_result(self, job_id: str, connection: ConnectionParameters) -> None:
        self.results[job_id] = connection

    def get_result(self, job_id: str) -> ConnectionParameters:
        if job_id not in self.results:
            raise SecretNotFoundError(job_id)
        return self.results[job_id]

    def delete_result(self, job_id: str) -> None:
        self.results.pop(job_id, None)

    def of_jobs(self) -> Iterator[JobSecret]:
        """As if each had been stored long ago."""
        long_ago = datetime(2020, 1, 1, tzinfo=UTC)
        yield from [JobSecret(JobSecretKind.REQUEST, job_id, long_ago) for job_id in self.requests]
        yield from [JobSecret(JobSecretKind.RESULT, job_id, long_ago) for job_id in self.results]

    def target_admin(self) -> ConnectionParameters:
        return self.admin


class NoExecutions:
    """The test itself is what runs the jobs."""

    def start(self, job_id: str) -> None:
        pass

    def stop(self, job_id: str) -> bool:
        return False


class WorkflowRunner:
    """`answer` is what the planner answers to every prompt. `before` holds, by a step's name, what is to happen before
    that step begins. A keeper of the snapshot lives `keeper_seconds` at most."""

    def __init__(self, admin: ConnectionParameters, answer: FilterPlan | Refusal) -> None:
        self.store = InMemoryJobStore()
        self.secrets = InMemorySecrets(admin)
        self.before: dict[str, Callable[[str], Any]] = {}
        self.keeper_seconds = math.inf
        self.deployment = Deployment(
            store=self.store,
            secrets=self.secrets,
            executions=NoExecutions(),
            plan_prompt=lambda prompt, source: answer,
            source_addresses=ANY_ADDRESS,
            now=lambda: datetime.now(UTC),
        )

    def create(self, source: ConnectionParameters, request: JobRequest | None = None) -> str:
        now = datetime.now(UTC)
        job = Job(new_job_id(), "local", JobStatus.PENDING, "", now, now, request or JobRequest())
        self.secrets.requests[job.job_id] = RequestSecret(source, filter_prompt="what the planner's answer says")
        self.store.create(job, None, "")
        return job.job_id

    def run(self, job_id: str) -> Job:
        """The job when it has ended and is settled."""
        try:
            self._run_steps(job_id)
            end = ExecutionEnd(Ending.REACHED_THE_END)
        except JobFailed:
            end = ExecutionEnd(Ending.FAILED)
        except TransientFault as fault:
            end = ExecutionEnd(Ending.FAILED, fault_error(str(fault)))
        settle(self.deployment, job_id, end)
        return self.store.get(job_id)

    def _run_steps(self, job_id: str) -> None:
        deployment = self.deployment
        plan = self._step("plan", job_id, lambda: plan_filter(deployment, job_id))
        if plan.dry_run:
            return
        with ThreadPoolExecutor(len(Keeper)) as beside:
            keeping = [beside.submit(self._keep, job_id, keeper) for keeper in Keeper]
            try:
                self._step("prepare", job_id, lambda: prepare_target(deployment, job_id))
                self._work(job_id, len(plan.workers))
                self._step("finalize", job_id, lambda: finalize(deployment, job_id))
            finally:
                self.store.release_snapshot(job_id)  # so that a keeper never outlives its test
            for kept in keeping:
                kept.result()

    def _work(self, job_id: str, workers: int) -> None:
        """As many workers at once as the state machine would start, each until it says that everything is done."""

        def work() -> None:
            share = partial(work_on_build, self.deployment, job_id, lambda: 900)
            try:
                while not self._step("work", job_id, share):
                    pass
            except (JobFailed, TransientFault) as fault:
                settle(self.deployment, job_id, ExecutionEnd(Ending.FAILED, fault_error(str(fault))))
                raise

        with ThreadPoolExecutor(workers) as threads:
            working = [threads.submit(work) for _ in range(workers)]
        for worked in working:
            worked.result()

    def _keep(self, job_id: str, keeper: Keeper) -> None:
        """One branch of the state machine. Where it fails, the job ends at once."""
        deployment = self.deployment
        keep = partial(keep_snapshot, deployment, job_id, keeper, lambda: 900, self.keeper_seconds)
        try:
            while self._step(f"keep {keeper}", job_id, keep):
                pass
        except (JobFailed, TransientFault) as fault:
            settle(deployment, job_id, ExecutionEnd(Ending.FAILED, fault_error(str(fault))))
            raise

    def _step(self, name: str, job_id: str, step: Callable[[], Any]) -> Any:
        if name in self.before:
            self.before[name](job_id)
        return run_step(self.deployment, job_id, step)


@contextmanager
def workflow_on(server: TestServer, answer: FilterPlan | Refusal) -> Iterator[WorkflowRunner]:
    """Jobs whose target is this server; what they have made there is dropped at the end."""
    runner = WorkflowRunner(server.admin, answer)
    yield runner
    for result in runner.secrets.results.values():
        server.drop_database(result)
        execute(server.superuser, f"DROP ROLE IF EXISTS {result.user}")
