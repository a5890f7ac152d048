"""What slipped through: found from time to time, and ended as it should have been.

Each of these things has somebody who does it at once: whoever frees a slot, the execution's status event, settling. But
these can die on the way, and an event can be lost. So the sweep compares what there is, and does what was not done.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from datavalut.errors import DataValutError
from datavalut.jobs.errors import JobNotFoundError
from datavalut.jobs.executions import Ending, WatchedExecutions
from datavalut.jobs.job_secrets import JobSecret, JobSecretKind
from datavalut.jobs.model import HeldSlot, Job, JobStatus
from datavalut.jobs.slots import start_waiting_jobs
from datavalut.transfer.target import MadeTarget, TargetNames, drop_target, made_targets
from datavalut.workflow.deployment import Deployment
from datavalut.workflow.sessions import target_session
from datavalut.workflow.settle import ExecutionEnd, settle

logger = logging.getLogger(__name__)

# For that long, whoever is at it is left to it: creating a job, starting it, settling it, with all tries.
UNTOUCHED = timedelta(minutes=15)
_SESSION_NAME = "datavalut sweep"


class SweepIncomplete(DataValutError):
    """`parts` could not be swept; all others were."""

    def __init__(self, parts: tuple[str, ...]) -> None:
        super().__init__(f"not everything could be swept: {', '.join(parts)}")
        self.parts = parts


@dataclass
class Sweep:
    """One sweep, and what it has made good, in numbers. It can run beside everything else, other sweeps included."""

    deployment: Deployment
    executions: WatchedExecutions
    jobs_settled: int = 0
    executions_stopped: int = 0
    secrets_deleted: int = 0
    targets_dropped: int = 0
    _failed: list[str] = field(default_factory=list)

    def run(self) -> None:
        """Raises SweepIncomplete when all that could be done is done."""
        store = self.deployment.store
        for job_id, slot in store.slots().held.items():
            with self._part(f"the slot of {job_id}"):
                self._check_slot(job_id, slot)
        with self._part("waiting jobs"):
            start_waiting_jobs(store, self.executions, self.deployment.now())
        with self._part("executions"):
            self._stop_executions_without_job()
        with self._part("secrets"):
            self._delete_secrets_without_job()
        with self._part("the target server"):
            self._drop_targets_without_job()
        if self._failed:
            raise SweepIncomplete(tuple(self._failed))

    @contextmanager
    def _part(self, name: str) -> Iterator[None]:
        """What cannot be swept keeps nothing else from being swept."""
        try:
            yield
        except Exception as error:
            logger.warning("Not swept: %s (%s)", name, type(error).__name__)
            self._failed.append(name)

    def _check_slot(self, job_id: str, slot: HeldSlot) -> None:
        """A slot is free again once its job is settled: one that is held too long tells that it is not."""
        try:
            job = self.deployment.store.get_state(job_id)
        except JobNotFoundError:
            self.deployment.store.free_slot(job_id)
            return
        if job.status.is_final:
            if self._is_long_ago(_ended_at(job)):
                self._settle(job_id, Ending.REACHED_THE_END)
            return
        execution = self.executions.find(job_id)
        if execution is not None:
            if execution.ending is not None:
                self._settle(job_id, execution.ending)
        elif self._is_long_ago(slot.since) and (slot.started or job.status is JobStatus.RUNNING):
            self._settle(job_id, Ending.FAILED)  # nothing knows its execution any more

    def _settle(self, job_id: str, ending: Ending) -> None:
        status = settle(self.deployment, job_id, ExecutionEnd(ending))
        self.jobs_settled += 1
        logger.warning("Settled late: %s, which is %s", job_id, status)

    def _stop_executions_without_job(self) -> None:
        """Such as those of cancelled jobs, where cancelling did not come to stop them."""
        running = list(self.executions.running())
        jobs = self.deployment.store.find_states(running)
        for name in running:
            if self._is_over(jobs.get(name)):
                with self._part(f"the execution {name}"):
                    self.executions.stop(name)
                    self.executions_stopped += 1
                    logger.warning("Execution without a job stopped: %s", name)

    def _delete_secrets_without_job(self) -> None:
        secrets = [it for it in self.deployment.secrets.of_jobs() if self._is_long_ago(it.changed_at)]
        jobs = self.deployment.store.find_states({secret.job_id for secret in secrets})
        for secret in secrets:
            job = jobs.get(secret.job_id)
            if self._is_over(job) and not _is_result_of(secret, job):
                with self._part(f"the {secret.kind} secret of {secret.job_id}"):
                    self._delete(secret)

    def _delete(self, secret: JobSecret) -> None:
        match secret.kind:
            case JobSecretKind.REQUEST:
                self.deployment.secrets.delete_request(secret.job_id)
            case JobSecretKind.RESULT:
                self.deployment.secrets.delete_result(secret.job_id)
        self.secrets_deleted += 1
        logger.warning("Secret without a job deleted: %s of %s", secret.kind, secret.job_id)

    def _drop_targets_without_job(self) -> None:
        with target_session(self.deployment, _SESSION_NAME, self.deployment.secrets.target_admin()) as admin:
            made = made_targets(admin)
            jobs = self.deployment.store.find_states([target.job_id for target in made])
            for target in made:
                job = jobs.get(target.job_id)
                if self._is_over(job) and _is_left_over(target, job):
                    with self._part(f"what {target.job_id} made"):
                        drop_target(admin, TargetNames(target.job_id))
                        self.targets_dropped += 1
                        logger.warning("Database or role without a job dropped: of %s", target.job_id)

    def _is_over(self, job: Job | None) -> bool:
        """Whether nobody is at the job any more. A job that is not there has been forgotten, or never was."""
        return job is None or (job.status.is_final and self._is_long_ago(_ended_at(job)))

    def _is_long_ago(self, time: datetime) -> bool:
        return time <= self.deployment.now() - UNTOUCHED


def _ended_at(job: Job) -> datetime:
    return job.completed_at or job.timestamp


def _is_result_of(secret: JobSecret, job: Job | None) -> bool:
    """A completed job's login is its caller's, for as long as the job is kept."""
    return secret.kind is JobSecretKind.RESULT and job is not None and job.status is JobStatus.COMPLETED


def _is_left_over(target: MadeTarget, job: Job | None) -> bool:
    """A database that was handed over stays when its job is forgotten."""
    return not target.is_in_use if job is None else job.status is not JobStatus.COMPLETED
