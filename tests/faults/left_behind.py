"""The one place that looks for what a job has left behind, wherever a job could leave something.

What a completed job hands over is not left behind: its database, the role that owns it, and its login's secret.
"""

import time
from collections.abc import Callable, Collection, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any, Protocol

from datavalut.aws import job_items
from datavalut.connections import ConnectionParameters
from datavalut.jobs.job_secrets import JobSecretKind
from datavalut.jobs.model import JobStatus
from tests.left_on_server import left_on_server
from tests.postgres_server import open_connection, query
from tests.workflow_runner import WorkflowRunner

_SETTLING_SECONDS = 60.0  # cleaning up goes on for a moment after the job has ended


class Bookkeeping(Protocol):
    """What a deployment knows of a job."""

    def status(self, job_id: str) -> JobStatus | None:
        """None if there is no such job."""

    def secrets(self, job_id: str) -> Collection[JobSecretKind]: ...

    def has_slot(self, job_id: str) -> bool:
        """Whether it holds a slot, or waits for one."""

    def is_executed(self, job_id: str) -> bool: ...


@dataclass(frozen=True)
class Places:
    """`servers` are superusers' connections, of the job's source and of its target. Where no deployment is, but the
    engine alone, there is no `bookkeeping`, and nothing is handed over."""

    servers: tuple[ConnectionParameters, ...]
    bookkeeping: Bookkeeping | None = None

    def left_of(self, job_id: str) -> list[str]:
        """What is left for good: looked for until nothing is, or for long enough."""
        deadline = time.monotonic() + _SETTLING_SECONDS
        while (left := list(self._look(job_id))) and time.monotonic() < deadline:
            time.sleep(0.2)
        return left

    def _look(self, job_id: str) -> Iterator[str]:
        books = self.bookkeeping
        is_completed = books is not None and books.status(job_id) is JobStatus.COMPLETED
        for server in self.servers:
            for kind, name in left_on_server(server, job_id):
                handed_over = list(_databases_of(server, name)) if kind == "role" and is_completed else []
                if not handed_over:
                    yield f"{kind} {name}"
                yield from (f"{work} in {database}" for database in handed_over for work in _work_in(server, database))
        if books is None:
            return
        status = books.status(job_id)
        if status is not None and not status.is_final:
            yield f"job that is {status}"
        handed_over_secrets = {JobSecretKind.RESULT} if is_completed else set()
        yield from (f"{kind} secret" for kind in books.secrets(job_id) if kind not in handed_over_secrets)
        if books.has_slot(job_id):
            yield "slot"
        if books.is_executed(job_id):
            yield "execution"


def _databases_of(server: ConnectionParameters, role: str) -> Iterator[str]:
    """Finished ones: a half-made one is named after the job."""
    rows = query(
        server,
        "SELECT datname::text FROM pg_database"
        f" WHERE datdba = '{role}'::regrole AND datname NOT LIKE 'datavalut_build_%'",
    )
    yield from (name for (name,) in rows)


def _work_in(server: ConnectionParameters, database: str) -> Iterator[str]:
    """What is only there while a database is made."""
    with closing(open_connection(replace(server, database=database))) as session, session.cursor() as cursor:
        cursor.execute("SELECT nspname::text FROM pg_namespace WHERE nspname LIKE 'datavalut%'")
        yield from (f"schema {name}" for (name,) in cursor.fetchall())
        cursor.execute("SELECT conname::text FROM pg_constraint WHERE contype = 'f' AND NOT convalidated")
        yield from (f"foreign key {name} without validation" for (name,) in cursor.fetchall())


@dataclass(frozen=True)
class OfRunner:
    """The bookkeeping of jobs that a test runs step by step."""

    runner: WorkflowRunner

    def status(self, job_id: str) -> JobStatus | None:
        job = self.runner.store.find_states([job_id]).get(job_id)
        return None if job is None else job.status

    def secrets(self, job_id: str) -> Collection[JobSecretKind]:
        return [secret.kind for secret in self.runner.secrets.of_jobs() if secret.job_id == job_id]

    def has_slot(self, job_id: str) -> bool:
        slots = self.runner.store.slots()
        return job_id in slots.held or slots.next_job_id == job_id

    def is_executed(self, job_id: str) -> bool:
        return False  # the test itself runs it


@dataclass(frozen=True)
class OfAws:
    """The bookkeeping of a deployment, emulated or faked. `client` gives the owner's boto3 client of a service,
    `prefix` is that of its secrets' names."""

    client: Callable[[str], Any]
    table: str
    machine: str
    prefix: str = "datavalut"

    def status(self, job_id: str) -> JobStatus | None:
        key = {"pk": {"S": job_items.job_partition(job_id)}, "sk": {"S": job_items.JOB_SORT_KEY}}
        answer = self.client("dynamodb").get_item(TableName=self.table, Key=key, ConsistentRead=True)
        return JobStatus(answer["Item"]["status"]["S"]) if "Item" in answer else None

    def secrets(self, job_id: str) -> Collection[JobSecretKind]:
        pages = self.client("secretsmanager").get_paginator("list_secrets").paginate()
        names = {secret["Name"] for page in pages for secret in page["SecretList"]}
        return [kind for kind in JobSecretKind if f"{self.prefix}/{kind}/{job_id}" in names]

    def has_slot(self, job_id: str) -> bool:
        """All that is in the slots' partition of a job is its id: in the map of those that run, or in its place."""
        answer = self.client("dynamodb").query(
            TableName=self.table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": job_items.SLOTS_PARTITION}},
            ConsistentRead=True,
        )
        return job_id in repr(answer["Items"])

    def is_executed(self, job_id: str) -> bool:
        pages = self.client("stepfunctions").get_paginator("list_executions")
        return any(
            execution["name"] == job_id
            for page in pages.paginate(stateMachineArn=self.machine, statusFilter="RUNNING")
            for execution in page["executions"]
        )
