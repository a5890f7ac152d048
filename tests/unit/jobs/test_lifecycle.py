"""How a job begins and is cancelled, with failures in between. Needs nothing."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest

from datavalut.connections import ConnectionParameters
from datavalut.jobs.errors import IdempotencyKeyReused, IllegalMove, JobNotFoundError
from datavalut.jobs.lifecycle import NOT_STARTED, JobNotStarted, cancel_job, create_failed_job, create_job
from datavalut.jobs.model import Job, JobError, JobRequest, JobStatus
from datavalut.jobs.request_secret import RequestSecret
from datavalut.jobs.slots import free_slot, start_waiting_jobs
from datavalut.jobs.store import InMemoryJobStore
from tests.jobs_examples import OWNER, START, seconds_later

SECRET = RequestSecret(ConnectionParameters("h", 5432, "shop", "u", "p"), filter_prompt="all customers")


@dataclass
class FakeSecrets:
    requests: dict[str, RequestSecret] = field(default_factory=dict)

    def put_request(self, job_id: str, request: RequestSecret) -> None:
        self.requests[job_id] = request

    def delete_request(self, job_id: str) -> None:
        self.requests.pop(job_id, None)


@dataclass
class FakeExecutions:
    """`before_start` runs as a part of starting, as another request may meanwhile."""

    running: set[str] = field(default_factory=set)
    stopped: list[str] = field(default_factory=list)
    before_start: Callable[[str], None] = lambda _: None

    def start(self, job_id: str) -> None:
        self.before_start(job_id)
        self.running.add(job_id)

    def stop(self, job_id: str) -> bool:
        self.stopped.append(job_id)
        return job_id in self.running


class OutOfOrder(Exception):
    pass


class ProcessDied(BaseException):
    """Nothing of the request runs after it."""


def die(_: str) -> None:
    raise ProcessDied


def fail(_: str) -> None:
    raise OutOfOrder


@dataclass
class World:
    store: InMemoryJobStore = field(default_factory=InMemoryJobStore)
    secrets: FakeSecrets = field(default_factory=FakeSecrets)
    executions: FakeExecutions = field(default_factory=FakeExecutions)

    def create(self, key: str | None = None, fingerprint: str = "", at: datetime = START) -> Job:
        return create_job(
            owner=OWNER,
            request=JobRequest(),
            secret=SECRET,
            idempotency_key=key,
            request_fingerprint=fingerprint,
            at=at,
            store=self.store,
            secrets=self.secrets,
            executions=self.executions,
        )

    def cancel(self, job_id: str, owner: str = OWNER) -> Job:
        return cancel_job(
            job_id=job_id,
            owner=owner,
            at=seconds_later(60),
            store=self.store,
            secrets=self.secrets,
            executions=self.executions,
        )

    def free(self, job_id: str, at: datetime = START) -> None:
        free_slot(job_id, self.store, self.executions, at)

    def only_job(self) -> Job:
        (job,) = self.store.list_jobs(OWNER, None, 10, None).jobs
        return job


@pytest.fixture
def world() -> World:
    return World()


def test_a_job_has_its_record_its_secret_and_its_execution(world: World) -> None:
    job = world.create()
    assert world.store.get(job.job_id) == job
    assert (job.status, job.source_database, job.created_at, job.timestamp) == ("pending", "shop", START, START)
    assert world.secrets.requests == {job.job_id: SECRET}
    assert world.executions.running == {job.job_id}


def test_a_replay_leaves_one_of_each(world: World) -> None:
    job = world.create("key")
    assert world.create("key", at=seconds_later(5)) == job
    assert set(world.secrets.requests) == world.executions.running == {job.job_id}


def test_a_replay_starts_what_the_first_request_did_not_come_to_start(world: World) -> None:
    world.executions.before_start = die
    with pytest.raises(ProcessDied):
        world.create("key")
    world.executions.before_start = lambda _: None
    job = world.create("key")
    assert set(world.secrets.requests) == world.executions.running == {job.job_id}


def test_a_replay_of_a_job_that_has_ended_starts_nothing(world: World) -> None:
    job = world.create("key")
    world.cancel(job.job_id)
    world.executions.running.clear()
    assert world.create("key").status is JobStatus.CANCELLED
    assert world.executions.running == set()


def test_a_key_used_for_another_request_leaves_no_secret(world: World) -> None:
    job = world.create("key", "one")
    with pytest.raises(IdempotencyKeyReused):
        world.create("key", "other")
    assert set(world.secrets.requests) == {job.job_id}


def test_a_job_that_cannot_be_started_has_failed_and_leaves_no_secret(world: World) -> None:
    world.executions.before_start = fail
    with pytest.raises(JobNotStarted) as refusal:
        world.create("key")
    job = world.only_job()
    assert refusal.value.job_id == job.job_id
    assert (job.status, job.error, job.message) == (JobStatus.FAILED, NOT_STARTED, NOT_STARTED.message)
    assert world.secrets.requests == {}


def test_its_key_is_free_again(world: World) -> None:
    world.executions.before_start = fail
    with pytest.raises(JobNotStarted) as refusal:
        world.create("key")
    world.executions.before_start = lambda _: None
    assert world.create("key").job_id != refusal.value.job_id


def test_a_start_that_fails_undoes_nothing_of_one_that_did_not(world: World) -> None:
    """Two requests of one key start the same job; the one that fails comes last."""

    def other_request_starts(job_id: str) -> None:
        world.store.move(job_id, JobStatus.RUNNING, message="Reading the source", at=START)
        raise OutOfOrder

    world.executions.before_start = other_request_starts
    job = world.create("key")
    assert job.status is JobStatus.RUNNING
    assert set(world.secrets.requests) == {job.job_id}


def test_a_store_that_fails_leaves_no_secret(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail_to_create(*_: object) -> Job:
        raise OutOfOrder

    monkeypatch.setattr(world.store, "create", fail_to_create)
    with pytest.raises(OutOfOrder):
        world.create()
    assert world.secrets.requests == {}
    assert world.executions.running == set()


def test_a_job_known_to_lead_nowhere_fails_at_once(world: World) -> None:
    error = JobError("bad_port", "No port.", "Give one.")
    job = create_failed_job(
        owner=OWNER,
        request=JobRequest(),
        error=error,
        idempotency_key=None,
        request_fingerprint="",
        at=START,
        store=world.store,
    )
    failed = world.store.get(job.job_id)
    assert (failed.status, failed.error, failed.message) == (JobStatus.FAILED, error, "No port.")


def test_a_cancelled_job_is_stopped(world: World) -> None:
    job = world.create()
    cancelled = world.cancel(job.job_id)
    assert cancelled.status is world.store.get(job.job_id).status is JobStatus.CANCELLED
    assert cancelled.timestamp == seconds_later(60)
    assert world.executions.stopped == [job.job_id]


def test_a_repeated_cancel_gives_the_same_and_stops_again(world: World) -> None:
    job = world.create()
    assert world.cancel(job.job_id) == world.cancel(job.job_id)
    assert world.executions.stopped == [job.job_id] * 2


def test_a_job_without_an_execution_loses_its_secret_when_cancelled(world: World) -> None:
    job = world.create()
    world.executions.running.clear()
    world.cancel(job.job_id)
    assert world.secrets.requests == {}


@pytest.mark.parametrize("end", [JobStatus.COMPLETED, JobStatus.FAILED])
def test_a_job_that_ended_otherwise_is_not_stopped(world: World, end: JobStatus) -> None:
    job = world.create()
    world.store.move(job.job_id, JobStatus.RUNNING, message="", at=START)
    world.store.move(job.job_id, end, message="", at=START)
    with pytest.raises(IllegalMove) as refusal:
        world.cancel(job.job_id)
    assert refusal.value.current.status is end
    assert world.executions.stopped == []


class TestSlots:
    """The store has three."""

    def fill(self, world: World) -> list[Job]:
        return [world.create(at=seconds_later(number)) for number in range(3)]

    def test_a_job_without_a_slot_waits_and_is_not_started(self, world: World) -> None:
        running = self.fill(world)
        waiting = world.create(at=seconds_later(4))
        assert waiting.status is JobStatus.PENDING
        assert set(world.secrets.requests) == {job.job_id for job in (*running, waiting)}
        assert world.executions.running == {job.job_id for job in running}

    def test_whoever_frees_a_slot_starts_the_job_that_has_waited_longest(self, world: World) -> None:
        first, *_ = self.fill(world)
        waiting = [world.create(at=seconds_later(10 - number)) for number in range(2)]
        world.free(first.job_id)
        assert waiting[1].job_id in world.executions.running
        assert waiting[0].job_id not in world.executions.running
        assert world.store.slots().held[waiting[1].job_id].started

    def test_a_slot_that_became_free_before_the_job_waited_is_its_own(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first, *_ = self.fill(world)
        create = world.store.create

        def create_as_a_slot_is_freed(job: Job, *more: Any) -> Job:
            stored = create(job, *more)
            world.store.free_slot(first.job_id)  # by one that saw no waiting job, and died
            return stored

        monkeypatch.setattr(world.store, "create", create_as_a_slot_is_freed)
        assert world.create(at=seconds_later(4)).job_id in world.executions.running

    def test_a_waiting_job_is_cancelled_without_asking_for_an_execution(self, world: World) -> None:
        running = self.fill(world)
        waiting = world.create(at=seconds_later(4))
        assert world.cancel(waiting.job_id).status is JobStatus.CANCELLED
        assert world.executions.stopped == []
        assert set(world.secrets.requests) == {job.job_id for job in running}
        world.free(running[0].job_id)
        assert world.executions.running == {job.job_id for job in running}

    def test_a_job_that_was_not_started_yet_leaves_its_slot_when_cancelled(self, world: World) -> None:
        first, *_ = self.fill(world)
        waiting = world.create(at=seconds_later(4))
        world.executions.running.remove(first.job_id)
        world.cancel(first.job_id)
        assert waiting.job_id in world.executions.running

    def test_a_job_that_runs_keeps_its_slot_until_it_is_settled(self, world: World) -> None:
        first, *_ = self.fill(world)
        waiting = world.create(at=seconds_later(4))
        world.cancel(first.job_id)
        assert waiting.job_id not in world.executions.running

    def test_a_job_that_cannot_be_started_leaves_its_slot_to_the_next(self, world: World) -> None:
        world.executions.before_start = fail
        with pytest.raises(JobNotStarted):
            world.create()
        assert world.store.slots().held == {}

    def test_a_waiting_job_that_cannot_be_started_keeps_its_slot_and_is_tried_again(self, world: World) -> None:
        first, *_ = self.fill(world)
        waiting = world.create(at=seconds_later(4))
        world.executions.before_start = fail
        world.free(first.job_id, at=seconds_later(10))
        assert world.store.get(waiting.job_id).status is JobStatus.PENDING
        world.executions.before_start = lambda _: None
        for seconds, started in ((11, False), (100, True)):
            world.free(first.job_id, at=seconds_later(seconds))
            assert (waiting.job_id in world.executions.running) is started

    def test_one_that_died_after_its_job_was_stored_is_made_up_for(self, world: World) -> None:
        world.executions.before_start = die
        with pytest.raises(ProcessDied):
            world.create()
        forgotten = world.only_job()
        world.executions.before_start = lambda _: None
        self.fill(world)
        world.create(at=seconds_later(100))
        assert forgotten.job_id in world.executions.running

    def test_that_a_job_was_started_is_noted_later_if_it_could_not_be_at_the_time(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as patched:
            patched.setattr(world.store, "record_started", fail)
            job = world.create()
        world.store.move(job.job_id, JobStatus.RUNNING, message="", at=START)
        start_waiting_jobs(world.store, world.executions, seconds_later(100))
        assert world.store.slots().held[job.job_id].started

    def test_an_ended_job_is_not_started_in_its_stead(self, world: World) -> None:
        world.executions.before_start = die
        with pytest.raises(ProcessDied):
            world.create()
        world.store.move(world.only_job().job_id, JobStatus.FAILED, message="", at=START)
        world.executions.before_start = lambda _: None
        start_waiting_jobs(world.store, world.executions, seconds_later(100))
        assert world.executions.running == set()


def test_anothers_job_is_not_there(world: World) -> None:
    job = world.create()
    with pytest.raises(JobNotFoundError):
        world.cancel(job.job_id, owner="somebody else")
    assert world.store.get(job.job_id).status is JobStatus.PENDING
