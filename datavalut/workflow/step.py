"""Running one step of a job so that whatever goes wrong ends in an error its caller can act on."""

import json
import logging
import traceback
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import TypeVar

from datavalut.jobs.errors import JobNotFoundError, JobNotRunning, StoreBusy
from datavalut.jobs.model import JobError
from datavalut.planning.errors import PlannerUnavailable
from datavalut.transfer.errors import JobNoLongerRunning, TransferError
from datavalut.workflow.deployment import Deployment
from datavalut.workflow.errors import JobFailed, TargetServerUnavailable, TransientFault
from datavalut.workflow.job_errors import INTERNAL, SERVICE_UNAVAILABLE, job_error

logger = logging.getLogger(__name__)
Outcome = TypeVar("Outcome")


def run_step(deployment: Deployment, job_id: str, step: Callable[[], Outcome]) -> Outcome:
    """What the step returns.

    Raises JobFailed after recording the error with the job, or TransientFault, which carries the error in case that no
    retry helps (`fault_error`), as JobFailed does if the error could not be recorded. Both are free of secrets: Step
    Functions keeps their texts in its history.
    """
    try:
        return step()
    except (JobNotRunning, JobNoLongerRunning, JobNotFoundError) as error:
        logger.info("The step stops: the job has ended elsewhere")
        raise JobFailed("the job has ended elsewhere") from error
    except Exception as error:
        passes = deployment.is_transient_fault(error)
        cause = SERVICE_UNAVAILABLE if passes else job_error(error)
        _log_failure(error, cause)
        if passes or _is_transient(error):
            raise TransientFault(json.dumps(asdict(cause))) from None
        try:
            deployment.store.record_error(job_id, cause)
        except Exception as fault:
            logger.warning("The error could not be recorded: %s", type(fault).__name__)
            raise JobFailed(json.dumps(asdict(_without_quotations(cause)))) from None
        raise JobFailed(cause.code) from None


def _without_quotations(cause: JobError) -> JobError:
    """For Step Functions' history: an error's message and details may quote the prompt or rows."""
    return replace(cause, message=f"The job failed ({cause.code}), and more could not be recorded.", details=())


def _log_failure(error: Exception, cause: JobError) -> None:
    """Without any text: a server's may hold rows, a planner's the prompt. What is for the caller is with the job."""
    facts: dict[str, object] = {"error": type(error).__name__, "code": cause.code}
    if error.__cause__ is not None:
        facts["cause"] = type(error.__cause__).__name__
    if cause is INTERNAL:
        stack = traceback.format_tb(error.__traceback__)
        logger.error("The step failed unexpectedly", extra=facts | {"stack": stack})
    else:
        logger.warning("The step failed", extra=facts)


def fault_error(text: str) -> JobError | None:
    """The error that a TransientFault's or a JobFailed's text carries; None for any other text."""
    try:
        facts = json.loads(text)
        return JobError(facts["code"], facts["message"], facts["remedy"], tuple(facts["details"]))
    except (ValueError, TypeError, KeyError):
        return None


def _is_transient(error: Exception) -> bool:
    match error:
        case TransferError() | TargetServerUnavailable():
            return error.transient
        case StoreBusy():
            return True
        case PlannerUnavailable():
            return error.retryable
        case _:
            return False
