"""Ending a job, whatever ended it: the final status if none is set, and nothing half-made left behind."""

import logging
from dataclasses import dataclass

from datavalut.errors import DataValutError
from datavalut.jobs.errors import IllegalMove, JobNotFoundError, SecretNotFoundError
from datavalut.jobs.executions import Ending
from datavalut.jobs.model import Job, JobError, JobStatus
from datavalut.jobs.slots import free_slot
from datavalut.transfer.statements import reading_source
from datavalut.transfer.target import TargetNames, drop_target, terminate_sessions
from datavalut.workflow.deployment import Deployment
from datavalut.workflow.job_errors import INTERNAL, STOPPED, TIMED_OUT
from datavalut.workflow.sessions import source_session, target_session

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class ExecutionEnd:
    """How a job's execution ended or is about to. `error` is the failed step's, if it could say; what the job's record
    holds goes before it."""

    ending: Ending
    error: JobError | None = None


def settle(deployment: Deployment, job_id: str, end: ExecutionEnd) -> JobStatus | None:
    """The job's final status. Can run twice, at once and late: what is settled stays as it is. The job's slot goes to
    the next one in any case: no job waits because the remains of another cannot be removed.

    None if there is no such job: somebody has started an execution by hand, which has made nothing. A job is recorded
    before its execution is started, so it cannot be that it is not there yet; and what may be left of one that is there
    no more, the sweep finds.

    Raises what keeps the target from being cleaned up: then it is to be run again.
    """
    try:
        job = _ended(deployment, job_id, end)
    except JobNotFoundError:
        logger.warning("There is no such job: nothing is to be settled")
        return None
    try:
        if job.status is not JobStatus.COMPLETED:
            _end_source_sessions(deployment, job_id)
            _drop_target(deployment, job_id)
        deployment.secrets.delete_request(job_id)
    finally:
        free_slot(job_id, deployment.store, deployment.executions, deployment.now())
    return job.status


def _ended(deployment: Deployment, job_id: str, end: ExecutionEnd) -> Job:
    try:
        match end.ending:
            case Ending.STOPPED:
                return deployment.store.move(job_id, JobStatus.CANCELLED, message=STOPPED.message, at=deployment.now())
            case Ending.TIMED_OUT:
                return _failed(deployment, job_id, TIMED_OUT)
            case Ending.FAILED | Ending.REACHED_THE_END:
                return _failed(deployment, job_id, end.error or INTERNAL)
    except IllegalMove as refusal:
        return refusal.current


def _failed(deployment: Deployment, job_id: str, error: JobError) -> Job:
    return deployment.store.move(job_id, JobStatus.FAILED, message=error.message, at=deployment.now(), error=error)


def _end_source_sessions(deployment: Deployment, job_id: str) -> None:
    """As far as they can be reached: a worker whose source is gone ends by itself."""
    try:
        source = deployment.secrets.get_request(job_id).source
        with source_session(deployment, f"{job_id} settling", source) as session, reading_source():
            ended = terminate_sessions(session, job_id)
    except SecretNotFoundError:
        return  # settled before
    except DataValutError as error:
        logger.info("The source's sessions could not be ended: %s", type(error).__name__)
    else:
        logger.info("Sessions of the source ended", extra={"sessions": ended})


def _drop_target(deployment: Deployment, job_id: str) -> None:
    admin = deployment.secrets.target_admin()
    with target_session(deployment, f"{job_id} settling", admin) as session:
        drop_target(session, TargetNames(job_id))
    deployment.secrets.delete_result(job_id)
