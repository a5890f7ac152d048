"""Needs PostgreSQL, which the fixtures start. What slipped through, and who is left in peace."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from psycopg2.extensions import connection

from datavalut.catalog.model import Catalog
from datavalut.connections import ConnectionParameters
from datavalut.filters.model import Refusal
from datavalut.jobs.executions import Ending, FoundExecution
from datavalut.jobs.model import Job, JobError, JobStatus
from datavalut.jobs.request_secret import RequestSecret
from datavalut.transfer.target import TargetNames, create_target, publish_target
from datavalut.workflow.sweep import Sweep, SweepIncomplete
from tests.postgres_server import TestServer, execute, query
from tests.transfer_examples import open_target
from tests.workflow_runner import WorkflowRunner

JUST_NOW = timedelta(seconds=5)
LONG_AGO = timedelta(hours=1)
RUNNING = FoundExecution(None)
UNREACHABLE = ConnectionParameters("127.0.0.1", 1, "shop", "reader", "secret")
PLAIN = Catalog("source", 170010, ())


@dataclass
class FakeExecutions:
    known: dict[str, FoundExecution] = field(default_factory=dict)
    started: list[str] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)

    def start(self, job_id: str) -> None:
        self.started.append(job_id)

    def stop(self, job_id: str) -> bool:
        self.stopped.append(job_id)
        return True

    def find(self, job_id: str) -> FoundExecution | None:
        return self.known.get(job_id)

    def running(self) -> Iterator[str]:
        return (name for name, found in self.known.items() if found.ending is None)


class World:
    """A deployment whose target is the test's server."""

    def __init__(self, server: TestServer, cleanup: ExitStack) -> None:
        self.server = server
        self.runner = WorkflowRunner(server.admin, Refusal(reason=""))
        self.executions = FakeExecutions()
        self.deployment = replace(self.runner.deployment, executions=self.executions)
        self.store = self.runner.store
        self._cleanup = cleanup

    def job(self, status: JobStatus, ago: timedelta = LONG_AGO) -> str:
        """A job that came to its status that long ago. It has its secret still, and holds its slot if one was free."""
        at = datetime.now(UTC) - ago
        job = Job(f"job_{secrets.token_hex(6)}", "local", JobStatus.PENDING, "", at, at)
        self.runner.secrets.requests[job.job_id] = RequestSecret(UNREACHABLE, filter_prompt="")
        self.store.create(job, None, "")
        error = JobError("it_failed", "It failed.", "")
        if status is not JobStatus.PENDING:
            self.store.move(job.job_id, JobStatus.RUNNING, message="", at=at)
            self.store.record_started(job.job_id)
        if status.is_final:
            self.store.move(job.job_id, status, message="", at=at, error=error)
        return job.job_id

    def status(self, job_id: str) -> JobStatus:
        return self.store.get(job_id).status

    def sweep(self) -> Sweep:
        swept = Sweep(self.deployment, self.executions)
        swept.run()
        return swept

    def made_target(self, job_id: str, published_as: str | None = None) -> TargetNames:
        names = TargetNames(job_id)
        with closing(open_target(self.server.admin)) as admin:
            create_target(admin, names, "secret", PLAIN, lambda: True)
            self._cleanup.callback(self._remove, names, published_as)
            if published_as is not None:
                publish_target(admin, names, published_as)
        return names

    def _remove(self, names: TargetNames, published_as: str | None) -> None:
        for name in (names.build_database, published_as or names.build_database):
            execute(self.server.superuser, f"DROP DATABASE IF EXISTS {name}")
        execute(self.server.superuser, f"DROP ROLE IF EXISTS {names.role}")

    def left_of(self, names: TargetNames) -> set[str]:
        """The kinds of what is on the server."""
        kinds = query(
            self.server.superuser,
            f"SELECT 'role' FROM pg_roles WHERE rolname = '{names.role}' UNION ALL SELECT 'database' FROM pg_database"
            f" WHERE datname = '{names.build_database}' OR datdba = (SELECT oid FROM pg_roles"
            f" WHERE rolname = '{names.role}')",
        )
        return {kind for (kind,) in kinds}


@pytest.fixture
def world(postgres: TestServer) -> Iterator[World]:
    with ExitStack() as cleanup:
        yield World(postgres, cleanup)


class TestSlots:
    def test_a_job_that_was_admitted_and_never_started_is_started(self, world: World) -> None:
        job_id = world.job(JobStatus.PENDING)
        world.sweep()
        assert world.executions.started == [job_id]
        assert world.store.slots().held[job_id].started

    def test_a_job_that_waits_although_a_slot_is_free_is_started(self, world: World) -> None:
        job_ids = [world.job(JobStatus.PENDING, JUST_NOW) for _ in range(4)]
        world.store.free_slot(job_ids[0])
        world.sweep()
        assert world.executions.started == [job_ids[3]]

    @pytest.mark.parametrize(
        ("ending", "status", "error"),
        [
            (Ending.FAILED, JobStatus.FAILED, "internal_error"),
            (Ending.REACHED_THE_END, JobStatus.FAILED, "internal_error"),
            (Ending.TIMED_OUT, JobStatus.FAILED, "timeout"),
            (Ending.STOPPED, JobStatus.CANCELLED, None),
        ],
    )
    def test_a_job_whose_execution_has_ended_unheard_is_settled(
        self, world: World, ending: Ending, status: JobStatus, error: str | None
    ) -> None:
        job_id = world.job(JobStatus.RUNNING, JUST_NOW)
        names = world.made_target(job_id)
        world.executions.known[job_id] = FoundExecution(ending)
        assert world.sweep().jobs_settled == 1
        job = world.store.get(job_id)
        assert (job.status, job.error.code if job.error else None) == (status, error)
        assert world.left_of(names) == set()
        assert world.runner.secrets.requests == {}
        assert world.store.slots().held == {}

    def test_a_job_that_runs_is_left_in_peace(self, world: World) -> None:
        job_id = world.job(JobStatus.RUNNING)
        names = world.made_target(job_id)
        world.executions.known[job_id] = RUNNING
        assert world.sweep() == Sweep(world.deployment, world.executions)
        assert world.status(job_id) is JobStatus.RUNNING
        assert world.left_of(names) == {"role", "database"}
        assert set(world.store.slots().held) == set(world.runner.secrets.requests) == {job_id}

    def test_a_job_whose_execution_nobody_knows_has_failed_but_not_in_the_moment_of_its_start(
        self, world: World
    ) -> None:
        lost, starting = world.job(JobStatus.RUNNING), world.job(JobStatus.RUNNING, JUST_NOW)
        world.sweep()
        assert world.status(lost) is JobStatus.FAILED
        assert world.status(starting) is JobStatus.RUNNING

    def test_a_slot_that_an_ended_job_holds_goes_to_the_next_but_not_while_it_is_being_settled(
        self, world: World
    ) -> None:
        world.job(JobStatus.CANCELLED)
        settling = world.job(JobStatus.CANCELLED, JUST_NOW)
        starting = world.job(JobStatus.PENDING, JUST_NOW)
        waiting = [world.job(JobStatus.PENDING, JUST_NOW) for _ in range(2)]
        world.sweep()
        assert set(world.store.slots().held) == {settling, starting, waiting[0]}
        assert world.executions.started == [waiting[0]]

    def test_the_slot_of_a_job_that_is_not_there_is_free(self, world: World) -> None:
        job_id = world.job(JobStatus.RUNNING)
        del world.store._jobs[job_id]
        world.sweep()
        assert world.store.slots().held == {}


def test_an_execution_without_a_job_is_stopped(world: World) -> None:
    ended, ending, running = (
        world.job(JobStatus.CANCELLED),
        world.job(JobStatus.FAILED, JUST_NOW),
        world.job(JobStatus.RUNNING),
    )
    world.executions.known = dict.fromkeys((ended, ending, running, "job_000000000000"), RUNNING)
    assert world.sweep().executions_stopped == 2
    assert set(world.executions.stopped) == {ended, "job_000000000000"}


def test_an_execution_that_cannot_be_stopped_keeps_no_other_from_being_stopped(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = "job_00000000000a", "job_00000000000b"
    world.executions.known = dict.fromkeys((first, second), RUNNING)
    monkeypatch.setattr(world.executions, "stop", refusing(first, world.executions.stop))
    with pytest.raises(SweepIncomplete) as incomplete:
        world.sweep()
    assert incomplete.value.parts == (f"the execution {first}",)
    assert world.executions.stopped == [second]


class TestSecrets:
    def test_those_of_jobs_that_have_ended_or_never_were_are_deleted(self, world: World) -> None:
        running = world.job(JobStatus.RUNNING)
        world.executions.known[running] = RUNNING
        failed, completed = world.job(JobStatus.FAILED), world.job(JobStatus.COMPLETED)
        requests, results = world.runner.secrets.requests, world.runner.secrets.results
        requests["job_000000000000"] = requests[running]
        for job_id in (running, failed, completed, "job_000000000000"):
            results[job_id] = UNREACHABLE
        for job_id in (failed, completed):
            world.store.free_slot(job_id)
        assert world.sweep().secrets_deleted == 5
        assert set(requests) == {running}
        assert set(results) == {running, completed}

    def test_those_of_a_job_that_is_being_settled_are_left_to_it(self, world: World) -> None:
        failed = world.job(JobStatus.FAILED, JUST_NOW)
        world.sweep()
        assert set(world.runner.secrets.requests) == {failed}

    @pytest.mark.parametrize("kind", ["request", "result"])
    def test_one_that_cannot_be_deleted_keeps_no_other_from_being_deleted(
        self, world: World, monkeypatch: pytest.MonkeyPatch, kind: str
    ) -> None:
        first, second = "job_00000000000a", "job_00000000000b"
        requests, results = world.runner.secrets.requests, world.runner.secrets.results
        for job_id in (first, second):
            requests[job_id] = RequestSecret(UNREACHABLE, filter_prompt="")
            results[job_id] = UNREACHABLE
        delete = f"delete_{kind}"
        monkeypatch.setattr(world.runner.secrets, delete, refusing(first, getattr(world.runner.secrets, delete)))
        with pytest.raises(SweepIncomplete) as incomplete:
            world.sweep()
        assert incomplete.value.parts == (f"the {kind} secret of {first}",)
        assert set(requests) | set(results) == {first}


class TestTarget:
    @pytest.mark.parametrize("status", [JobStatus.FAILED, JobStatus.CANCELLED])
    def test_what_a_job_that_did_not_complete_left_is_dropped(self, world: World, status: JobStatus) -> None:
        names = world.made_target(world.job(status))
        world.store.free_slot(names.job_id)
        assert world.sweep().targets_dropped == 1
        assert world.left_of(names) == set()

    def test_what_is_being_dropped_by_another_is_left_to_it(self, world: World) -> None:
        names = world.made_target(world.job(JobStatus.FAILED, JUST_NOW))
        assert world.sweep().targets_dropped == 0
        assert world.left_of(names) == {"role", "database"}

    def test_a_completed_jobs_database_stays(self, world: World) -> None:
        names = world.made_target(world.job(JobStatus.COMPLETED), "sweep_completed")
        assert world.sweep().targets_dropped == 0
        assert world.left_of(names) == {"role", "database"}

    def test_a_database_that_was_handed_over_outlives_its_job(self, world: World) -> None:
        names = world.made_target("job_00000000000a", "sweep_handed_over")
        marked = world.made_target("job_00000000000b", "sweep_without_mark")
        execute(world.server.superuser, "COMMENT ON DATABASE sweep_without_mark IS 'ours now'")
        assert world.sweep().targets_dropped == 0
        assert world.left_of(names) == world.left_of(marked) == {"role", "database"}

    def test_a_half_made_database_of_no_job_is_dropped(self, world: World) -> None:
        names = world.made_target("job_00000000000a")
        assert world.sweep().targets_dropped == 1
        assert world.left_of(names) == set()

    def test_a_role_of_no_job_is_dropped_unless_anything_depends_on_it(self, world: World) -> None:
        idle, used, member = (world.made_target(f"job_00000000000{digit}") for digit in "abc")
        for names in (idle, used, member):
            execute(world.server.superuser, f"DROP DATABASE {names.build_database}")
        grants = f"GRANT CREATE ON DATABASE postgres TO {used.role}; GRANT pg_monitor TO {member.role}"
        execute(world.server.superuser, grants)
        try:
            assert world.sweep().targets_dropped == 1
            assert [world.left_of(names) for names in (idle, used, member)] == [set(), {"role"}, {"role"}]
        finally:
            execute(world.server.superuser, f"REVOKE CREATE ON DATABASE postgres FROM {used.role}")

    def test_what_only_looks_like_a_jobs_is_not_touched(self, world: World) -> None:
        """Another's role and database, by the names that a job would give them, and even by its comment."""
        names, unmarked = TargetNames("job_00000000000d"), TargetNames("job_00000000000e")
        superuser = world.server.superuser
        for each in (names, unmarked):
            execute(superuser, f"CREATE ROLE {each.role}")
            execute(superuser, f"CREATE DATABASE {each.build_database} OWNER {each.role}")
            world._cleanup.callback(world._remove, each, None)
        execute(superuser, f"COMMENT ON ROLE {names.role} IS '{names.mark}'")
        execute(superuser, f"GRANT {unmarked.role} TO {world.server.admin.user}")
        assert world.sweep().targets_dropped == 0
        assert world.left_of(names) == world.left_of(unmarked) == {"role", "database"}

    def test_what_cannot_be_dropped_keeps_nothing_else_from_being_dropped(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A session of another's keeps the first database in use."""
        monkeypatch.setattr("datavalut.transfer.target._TRIES_TO_EMPTY", 1)
        held, free = (world.made_target(f"job_00000000000{digit}") for digit in "ab")
        database = replace(world.server.superuser, database=held.build_database)
        with closing(open_target(database)) as session:
            assert_is_open(session)
            with pytest.raises(SweepIncomplete) as incomplete:
                world.sweep()
        assert incomplete.value.parts == (f"what {held.job_id} made",)
        assert world.left_of(held) == {"role", "database"}
        assert world.left_of(free) == set()


def test_a_target_server_that_is_down_keeps_nothing_else_from_being_swept(world: World) -> None:
    world.runner.secrets.admin = UNREACHABLE
    job_id = world.job(JobStatus.COMPLETED)
    waiting = [world.job(JobStatus.PENDING, JUST_NOW) for _ in range(3)]
    with pytest.raises(SweepIncomplete) as incomplete:
        world.sweep()
    assert incomplete.value.parts == ("the target server",)
    assert world.executions.started == [waiting[2]]
    assert job_id not in world.runner.secrets.requests


def test_a_second_sweep_finds_nothing(world: World) -> None:
    world.made_target(world.job(JobStatus.FAILED))
    world.executions.known["job_000000000000"] = RUNNING
    world.sweep()
    world.executions.known.clear()
    assert world.sweep() == Sweep(world.deployment, world.executions)


def refusing(job_id: str, ask: Callable[[str], object]) -> Callable[[str], object]:
    """The same call, which a service throttles for one job."""

    def asked(of_job: str) -> object:
        if of_job == job_id:
            raise ConnectionError("throttled")
        return ask(of_job)

    return asked


def assert_is_open(session: connection) -> None:
    with session.cursor() as cursor:
        cursor.execute("SELECT 1")
