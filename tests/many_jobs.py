"""Very many jobs of one store, created at the same moment."""

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime

from datavalut.connections import ConnectionParameters
from datavalut.jobs.errors import IllegalMove
from datavalut.jobs.lifecycle import cancel_job, create_job
from datavalut.jobs.model import Job, JobRequest, JobStatus
from datavalut.jobs.request_secret import RequestSecret
from datavalut.jobs.slots import free_slot
from datavalut.jobs.store import JobStore
from tests.jobs_examples import OWNER

_REQUEST = RequestSecret(ConnectionParameters("h", 5432, "shop", "u", "p"), filter_prompt="all customers")
_LONGEST_WAIT_SECONDS = 60


class _Secrets:
    def put_request(self, job_id: str, request: RequestSecret) -> None:
        pass

    def delete_request(self, job_id: str) -> None:
        pass


class _Executions:
    """Runs each job to its end, in a thread of its own; `most` is how many ever ran at once."""

    def __init__(self, store: JobStore, slots: int) -> None:
        self._store = store
        self._threads = ThreadPoolExecutor(slots * 4)
        self._lock = threading.Lock()
        self._running: set[str] = set()
        self.started: dict[str, Future[None]] = {}
        self.most = 0

    def start(self, job_id: str) -> None:
        with self._lock:
            if job_id not in self.started:
                self.started[job_id] = self._threads.submit(self._run, job_id)

    def stop(self, job_id: str) -> bool:
        return job_id in self.started

    def _run(self, job_id: str) -> None:
        with suppress(IllegalMove):  # cancelled
            self._store.move(job_id, JobStatus.RUNNING, message="", at=datetime.now(UTC))
            with self._lock:
                self._running.add(job_id)
                self.most = max(self.most, len(self._running))
            self._store.move(job_id, JobStatus.COMPLETED, message="", at=datetime.now(UTC))
        with self._lock:
            self._running.discard(job_id)
        free_slot(job_id, self._store, self, datetime.now(UTC))


def run_at_once(store: JobStore, slots: int, jobs: int, cancels: int) -> None:
    """Each comes to its end, and no more run at once than there are slots. All requests are sent before any is
    answered, and so are the cancels of the last jobs."""
    executions, secrets = _Executions(store, slots), _Secrets()
    all_are_here = threading.Barrier(jobs)

    def create(_: int) -> Job:
        all_are_here.wait(_LONGEST_WAIT_SECONDS)
        return create_job(
            owner=OWNER,
            request=JobRequest(),
            secret=_REQUEST,
            idempotency_key=None,
            request_fingerprint="",
            at=datetime.now(UTC),
            store=store,
            secrets=secrets,
            executions=executions,
        )

    def cancel(job: Job) -> bool:
        with suppress(IllegalMove):
            at = datetime.now(UTC)
            cancel_job(job_id=job.job_id, owner=OWNER, at=at, store=store, secrets=secrets, executions=executions)
            return True
        return False

    with ThreadPoolExecutor(jobs) as threads:
        created = list(threads.map(create, range(jobs)))
        cancelled = sum(threads.map(cancel, created[-cancels:]))
    while (slots_now := store.slots()).held or slots_now.next_job_id:
        for running in list(executions.started.values()):
            running.result()
    assert 0 < executions.most <= slots
    totals = {status: store.list_jobs(OWNER, status, 1, None).total for status in JobStatus}
    assert totals == dict.fromkeys(JobStatus, 0) | {
        JobStatus.COMPLETED: jobs - cancelled,
        JobStatus.CANCELLED: cancelled,
    }
    assert {store.get_state(job.job_id).status for job in created} <= {JobStatus.COMPLETED, JobStatus.CANCELLED}
