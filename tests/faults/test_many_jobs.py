"""Very many jobs, posted by many callers at the same time, on the local stack, which the fixtures start. Their source
has no such database: each of them ends as soon as it has begun."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from botocore.config import Config

from datavalut.aws import job_items
from datavalut.aws.job_store import DynamoJobStore
from tests.aws_doubles import create_jobs_table
from tests.e2e.client import ENDED, Client
from tests.e2e.places import Cloud
from tests.faults.extent import IS_FULL
from tests.faults.fault_table import FaultTable
from tests.faults.left_behind import Places
from tests.local_stack import Stack
from tests.many_jobs import run_at_once

SLOTS = 3
JOBS, CANCELS = (200, 20) if IS_FULL else (8, 2)
CALLERS = 12  # with 200 at once, the emulator's gateway on two cores needs more than a request's 30 seconds
AT_ONCE, AT_ONCE_CANCELS = 200, 20
LONGEST_SECONDS = 900


@dataclass
class Posted:
    """A request's job, and when it was sent and answered."""

    job_id: str
    sent: float
    answered: float
    cancelled: bool = False
    running_from: datetime | None = field(default=None)
    ended: datetime | None = field(default=None)


def test_each_comes_to_its_turn_and_to_its_end(
    stack: Stack, client: Client, places: Places, faults: FaultTable
) -> None:
    """No more run at once than there are slots, whoever came first is served first, and no slot is lost."""
    source = f"{stack.sample_url}_missing"
    ended_before = ended_of(client)

    def post(number: int) -> Posted:
        sent = time.monotonic()
        job_id = client.created(source, "all customers")
        posted = Posted(job_id, sent, time.monotonic())
        if number % (JOBS // CANCELS) == 1:
            posted.cancelled = client.delete(job_id).ok
        return posted

    with ThreadPoolExecutor(CALLERS) as threads:
        jobs = list(threads.map(post, range(JOBS)))
    wait_until(lambda: ended_of(client) >= ended_before + JOBS)
    read_times(stack, jobs)
    statuses = {job.job_id: client.job(job.job_id)["status"] for job in jobs}
    assert statuses == {job.job_id: "cancelled" if job.cancelled else "failed" for job in jobs}
    assert sum(job.cancelled for job in jobs) > 0
    ran = [job for job in jobs if job.running_from is not None]
    assert most_at_once(ran) <= SLOTS
    for job in ran:
        assert len([other for other in ran if overtook(other, job)]) < SLOTS
    left = [thing for job in jobs for thing in places.left_of(job.job_id)]
    faults.record(f"{JOBS} jobs by {CALLERS} callers at once, {CANCELS} cancelled", tries=JOBS, left=left)


def test_all_of_them_at_the_same_moment_share_the_slots(stack: Stack, faults: FaultTable) -> None:
    """Past the gateway, in a table of its own of the stack's DynamoDB."""
    table = "many-jobs"
    cloud = Cloud(stack.aws_url).client("dynamodb", Config(max_pool_connections=AT_ONCE))
    create_jobs_table(cloud, table)
    try:
        run_at_once(DynamoJobStore(cloud, table, timedelta(days=1), SLOTS), SLOTS, AT_ONCE, AT_ONCE_CANCELS)
    finally:
        cloud.delete_table(TableName=table)
    faults.record(f"{AT_ONCE} jobs created at the same moment, {AT_ONCE_CANCELS} cancelled", tries=AT_ONCE, left=[])


def ended_of(client: Client) -> int:
    return sum(int(client.get(f"/jobs?limit=1&status={status}").json()["total_jobs"]) for status in ENDED)


def read_times(stack: Stack, jobs: list[Posted]) -> None:
    """As the table has them: the API tells seconds."""
    cloud = Cloud(stack.aws_url).client("dynamodb")
    (table,) = cloud.list_tables()["TableNames"]
    for job in jobs:
        key = job_items.to_attributes({"pk": job_items.job_partition(job.job_id), "sk": job_items.JOB_SORT_KEY})
        stored = job_items.job_from_attributes(cloud.get_item(TableName=table, Key=key)["Item"])
        job.running_from, job.ended = stored.started_at, stored.completed_at


def most_at_once(jobs: list[Posted]) -> int:
    changes: list[tuple[Any, int]] = [(job.running_from, 1) for job in jobs] + [(job.ended, -1) for job in jobs]
    running = most = 0
    for _, change in sorted(changes):
        running += change
        most = max(most, running)
    return most


def overtook(other: Posted, job: Posted) -> bool:
    """Those that are admitted together begin in any order."""
    assert other.running_from is not None
    assert job.running_from is not None
    return other.sent > job.answered and other.running_from < job.running_from


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LONGEST_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"not within {LONGEST_SECONDS} seconds"
        time.sleep(0.5)
