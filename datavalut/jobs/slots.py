"""How jobs come to run: at most as many at once as there are slots, first come first served.

A job is admitted, which is one step of the store, and then its execution is started. Nothing polls: whoever makes a job
or frees a slot goes on here with whatever job is the next. One that dies between both steps leaves a job admitted whose
execution was never started; whoever comes by later starts it, the sweep at the latest.
"""

import logging
from contextlib import suppress
from datetime import datetime, timedelta

from datavalut.jobs.errors import JobNotFoundError, StoreBusy
from datavalut.jobs.executions import Executions
from datavalut.jobs.model import JobStatus
from datavalut.jobs.store import JobStore

logger = logging.getLogger(__name__)

# Starting takes no longer, with all its tries: what has not been started by then was forgotten.
STARTING = timedelta(seconds=45)


def start_waiting_jobs(store: JobStore, executions: Executions, at: datetime) -> None:
    """Starts as many of the oldest waiting jobs as slots are free. That one cannot be started is no error: it keeps its
    slot, and is tried again by the next that comes by."""
    _start_forgotten(store, executions, at)
    try:
        while (job := store.admit_next(at)) is not None:
            _try_to_start(job.job_id, store, executions)
    except StoreBusy:
        logger.info("Others are admitting jobs")


def start_admitted_job(job_id: str, store: JobStore, executions: Executions) -> None:
    """Raises what keeps the execution from being started."""
    executions.start(job_id)
    _note_started(job_id, store)


def free_slot(job_id: str, store: JobStore, executions: Executions, at: datetime) -> None:
    """Gives the slot of a job that has ended, if it has one still, to the next job. Can be repeated."""
    store.free_slot(job_id)
    start_waiting_jobs(store, executions, at)


def _start_forgotten(store: JobStore, executions: Executions, at: datetime) -> None:
    for job_id, slot in store.slots().held.items():
        if slot.started or slot.since > at - STARTING:
            continue
        with suppress(JobNotFoundError):
            match store.get_state(job_id).status:
                case JobStatus.PENDING:
                    _try_to_start(job_id, store, executions)
                case JobStatus.RUNNING:
                    _note_started(job_id, store)


def _note_started(job_id: str, store: JobStore) -> None:
    """What could not be noted is made up for by whoever comes by later: a job is started once more, which changes
    nothing."""
    try:
        store.record_started(job_id)
    except Exception as error:
        logger.info("It could not be noted that job %s was started: %s", job_id, type(error).__name__)


def _try_to_start(job_id: str, store: JobStore, executions: Executions) -> None:
    try:
        start_admitted_job(job_id, store, executions)
    except Exception as error:
        logger.warning("Job %s could not be started yet: %s", job_id, type(error).__name__)
