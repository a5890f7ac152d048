"""Many jobs at the same moment, also with the store in DynamoDB (moto) and transactions that collide. Needs nothing."""

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from datavalut.aws.job_store import DynamoJobStore
from datavalut.connections import ConnectionParameters
from datavalut.jobs.errors import IllegalMove
from datavalut.jobs.lifecycle import cancel_job, create_job
from datavalut.jobs.model import Job, JobRequest, JobStatus
from datavalut.jobs.request_secret import RequestSecret
from datavalut.jobs.slots import free_slot
from datavalut.jobs.store import InMemoryJobStore, JobStore
from tests.aws_doubles import JOBS_TABLE, OneRequestAtATime, create_jobs_table, dynamodb_client, fake_aws
from tests.jobs_examples import OWNER

SLOTS = 3
REQUEST = RequestSecret(ConnectionParameters("h", 5432, "shop", "u", "p"), filter_prompt="all customers")


class Colliding:
    """A client a quarter of whose writes meet another transaction."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._random = Random(7)  # noqa: S311

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._client, name)
        errors = {"transact_write_items": "TransactionCanceledException", "update_item": "TransactionConflictException"}
        if name not in errors:
            return method

        def call(**parameters: Any) -> Any:
            if self._random.random() < 0.25:
                response = {"Error": {"Code": errors[name]}, "CancellationReasons": [{"Code": "TransactionConflict"}]}
                raise ClientError(cast("Any", response), name)
            return method(**parameters)

        return call


class Secrets:
    def put_request(self, job_id: str, request: RequestSecret) -> None:
        pass

    def delete_request(self, job_id: str) -> None:
        pass


class Executions:
    """Runs each job to its end, in a thread of its own; `most` is how many ever ran at once."""

    def __init__(self, store: JobStore) -> None:
        self._store = store
        self._threads = ThreadPoolExecutor(SLOTS * 4)
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


def test_two_hundred_in_memory() -> None:
    run_all(InMemoryJobStore(SLOTS), jobs=200, cancels=20)


def test_sixty_with_transactions_that_collide(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer, because moto copies all of its tables for each transaction."""
    with fake_aws(monkeypatch):
        client = dynamodb_client()
        create_jobs_table(client)
        colliding = cast("Any", Colliding(OneRequestAtATime(client)))
        store = DynamoJobStore(colliding, JOBS_TABLE, timedelta(days=30), SLOTS, pause=lambda _: None)
        run_all(store, jobs=60, cancels=10)


def run_all(store: JobStore, jobs: int, cancels: int) -> None:
    """Each comes to its end, and no more run at once than there are slots."""
    executions, secrets = Executions(store), Secrets()

    def create(_: int) -> Job:
        return create_job(
            owner=OWNER,
            request=JobRequest(),
            secret=REQUEST,
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

    with ThreadPoolExecutor(32) as threads:
        created = list(threads.map(create, range(jobs)))
        cancelled = sum(threads.map(cancel, created[-cancels:]))
    while (slots := store.slots()).held or slots.next_job_id:
        for running in list(executions.started.values()):
            running.result()
    assert executions.most <= SLOTS
    totals = {status: store.list_jobs(OWNER, status, 1, None).total for status in JobStatus}
    assert totals == dict.fromkeys(JobStatus, 0) | {
        JobStatus.COMPLETED: jobs - cancelled,
        JobStatus.CANCELLED: cancelled,
    }
    assert {store.get_state(job.job_id).status for job in created} <= {JobStatus.COMPLETED, JobStatus.CANCELLED}
