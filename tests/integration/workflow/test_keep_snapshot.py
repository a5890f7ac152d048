"""Needs PostgreSQL, which the fixtures start. Two keepers hold one moment of a source, and hand it over."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from datavalut.connections import ConnectionParameters
from datavalut.filters.model import FilterPlan
from datavalut.jobs.errors import JobNotRunning
from datavalut.jobs.model import JobStatus, KeptSnapshot
from datavalut.transfer.errors import SnapshotLost
from datavalut.workflow import keep_snapshot as keeping
from datavalut.workflow.errors import SnapshotNotKept
from datavalut.workflow.keep_snapshot import Keeper, keep_snapshot
from datavalut.workflow.kept_snapshot import import_kept_snapshot
from tests.postgres_server import TestServer, execute, query
from tests.transfer_examples import open_source
from tests.workflow_runner import WorkflowRunner

SECONDS = 20.0  # nothing here takes so long, unless it hangs
EVERYTHING = FilterPlan.model_validate({"roots": []})


@dataclass
class RunningJob:
    """`source` held one row when the job began."""

    runner: WorkflowRunner
    job_id: str
    source: ConnectionParameters
    threads: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(4))

    def start(
        self, keeper: Keeper, longest: float = 900, remaining: Callable[[], float] = lambda: 900
    ) -> "Future[bool]":
        return self.threads.submit(keep_snapshot, self.runner.deployment, self.job_id, keeper, remaining, longest)

    def start_both(self) -> "tuple[Future[bool], Future[bool]]":
        first = self.start(Keeper.FIRST)
        self.wait_until(lambda: Keeper.FIRST in self.snapshots())
        second = self.start(Keeper.SECOND)
        self.wait_until(lambda: Keeper.SECOND in self.snapshots())
        return first, second

    def snapshots(self) -> dict[str, str]:
        kept = self.runner.store.get_state(self.job_id).snapshots
        return {keeper: snapshot.snapshot_id for keeper, snapshot in kept.items()}

    def end_session(self, number: int) -> None:
        """Of the keepers' sessions the one that began as number 0, 1, …: cut, as by a server or a firewall."""
        sessions = f"SELECT pid FROM pg_stat_activity WHERE application_name = '{self.job_id}' ORDER BY backend_start"
        (pid,) = query(self.source, sessions)[number]
        execute(self.source, f"SELECT pg_terminate_backend({pid})")

    def rows_seen(self, patience: float = SECONDS) -> int:
        """By a worker that begins now."""
        with closing(open_source(self.source)) as session, session.cursor() as cursor:
            import_kept_snapshot(self.runner.deployment, self.job_id, session, patience)
            cursor.execute("SELECT count(*) FROM t")
            ((count,),) = cursor.fetchall()
        return int(count)

    def end(self, status: JobStatus = JobStatus.CANCELLED) -> None:
        self.runner.store.move(self.job_id, status, message="", at=self.runner.deployment.now())

    @staticmethod
    def wait_until(condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + SECONDS
        while not condition():
            assert time.monotonic() < deadline
            time.sleep(0.02)


@pytest.fixture
def job(
    postgres: TestServer, make_database: Callable[..., ConnectionParameters], monkeypatch: pytest.MonkeyPatch
) -> Iterator[RunningJob]:
    monkeypatch.setattr(keeping, "PING_SECONDS", 0.2)
    monkeypatch.setattr(keeping, "RECOVERY_SECONDS", 0.5)
    source = make_database("CREATE TABLE t (x int); INSERT INTO t VALUES (1)")
    runner = WorkflowRunner(postgres.admin, EVERYTHING)
    job_id = runner.create(source)
    runner.store.move(job_id, JobStatus.RUNNING, message="", at=runner.deployment.now())
    running = RunningJob(runner, job_id, source)
    yield running
    runner.store.release_snapshot(job_id)
    running.threads.shutdown()


def test_a_keeper_ends_only_while_the_other_one_holds(job: RunningJob) -> None:
    first = job.start(Keeper.FIRST, longest=0.1)
    job.wait_until(lambda: Keeper.FIRST in job.snapshots())
    execute(job.source, "INSERT INTO t VALUES (2)")
    time.sleep(0.6)
    assert not first.done()
    second = job.start(Keeper.SECOND)
    assert first.result(SECONDS) is True
    assert list(job.snapshots()) == [Keeper.SECOND]
    assert job.rows_seen() == 1
    assert not second.done()


def test_of_two_keepers_whose_time_is_over_one_goes_on(job: RunningJob) -> None:
    both = [job.start(keeper, longest=0) for keeper in Keeper]
    job.wait_until(lambda: any(keeper.done() for keeper in both))
    execute(job.source, "INSERT INTO t VALUES (2)")
    time.sleep(0.5)
    assert sorted(keeper.done() for keeper in both) == [False, True]
    assert job.rows_seen() == 1


def test_the_next_run_of_a_keeper_holds_the_same_moment(job: RunningJob) -> None:
    first, second = job.start(Keeper.FIRST, longest=0), job.start(Keeper.SECOND)
    assert first.result(SECONDS) is True
    execute(job.source, "INSERT INTO t VALUES (2)")
    first = job.start(Keeper.FIRST)
    job.wait_until(lambda: len(job.snapshots()) == len(Keeper))
    job.end_session(0)  # that of the second keeper, for the first one's is new
    assert second.result(SECONDS) is True
    assert job.rows_seen() == 1
    assert not first.done()


def test_keepers_that_begin_together_end_by_turns(job: RunningJob) -> None:
    job.start(Keeper.FIRST)
    began = time.monotonic()
    assert job.start(Keeper.SECOND, longest=4).result(SECONDS) is True
    assert 2 <= time.monotonic() - began < 4


@pytest.mark.parametrize(("number", "lost"), list(enumerate(Keeper)))
def test_a_keeper_that_lost_its_session_inherits_from_the_other_one(job: RunningJob, number: int, lost: Keeper) -> None:
    runs = job.start_both()
    execute(job.source, "INSERT INTO t VALUES (2)")
    before = job.snapshots()
    job.end_session(number)
    assert job.rows_seen() == 1
    assert runs[number].result(SECONDS) is True
    job.start(lost)
    job.wait_until(lambda: job.snapshots() != before)
    assert job.rows_seen() == 1


def test_a_moment_that_both_keepers_lost_is_not_replaced_by_another_one(job: RunningJob) -> None:
    first, second = job.start_both()
    job.end_session(1)
    job.end_session(0)
    assert first.result(SECONDS)
    assert second.result(SECONDS)
    for keeper in Keeper:
        with pytest.raises(SnapshotNotKept):
            job.start(keeper).result(SECONDS)


def test_a_run_that_is_started_twice_begins_one_moment(job: RunningJob) -> None:
    runs = [job.start(Keeper.FIRST) for _ in range(2)]
    job.wait_until(lambda: any(run.done() for run in runs))
    assert [run.result() for run in runs if run.done()] == [True]
    assert job.rows_seen() == 1


def test_a_keeper_whose_process_ends_without_a_successor_says_so(job: RunningJob) -> None:
    with pytest.raises(SnapshotNotKept):
        job.start(Keeper.FIRST, remaining=lambda: keeping.LAST_SECONDS - 1).result(SECONDS)


def test_keepers_end_for_good_when_the_snapshot_is_released(job: RunningJob) -> None:
    first, second = job.start_both()
    job.runner.store.release_snapshot(job.job_id)
    assert first.result(SECONDS) is False
    assert second.result(SECONDS) is False
    assert job.start(Keeper.FIRST).result(SECONDS) is False
    with pytest.raises(SnapshotNotKept):
        job.rows_seen()


def test_keepers_end_for_good_when_the_job_has_ended(job: RunningJob) -> None:
    first, second = job.start_both()
    job.end()
    assert first.result(SECONDS) is False
    assert second.result(SECONDS) is False
    with pytest.raises(JobNotRunning):
        job.rows_seen()


def test_a_keeper_that_waits_for_the_first_export_ends_with_the_job(job: RunningJob) -> None:
    second = job.start(Keeper.SECOND)
    time.sleep(0.3)
    job.end()
    assert second.result(SECONDS) is False


def test_keepers_leave_no_session_behind(job: RunningJob) -> None:
    first, second = job.start(Keeper.FIRST, longest=0), job.start(Keeper.SECOND)
    assert first.result(SECONDS)
    job.runner.store.release_snapshot(job.job_id)
    second.result(SECONDS)
    sessions = f"SELECT FROM pg_stat_activity WHERE application_name = '{job.job_id}'"
    job.wait_until(lambda: query(job.source, sessions) == [])


def test_a_worker_reads_the_snapshot_that_is_there_if_the_youngest_is_gone(job: RunningJob) -> None:
    job.start(Keeper.FIRST)
    job.wait_until(lambda: Keeper.FIRST in job.snapshots())
    held = job.runner.store.get_state(job.job_id).snapshots
    gone = {str(Keeper.SECOND): KeptSnapshot("00000003-0000001B-1", datetime.now(UTC))}
    assert job.runner.store.record_snapshots(job.job_id, {**held, **gone}, instead_of=held)
    assert job.rows_seen() == 1


def test_a_worker_that_finds_none_of_the_snapshots_that_are_held_is_on_another_server(job: RunningJob) -> None:
    elsewhere = {str(Keeper.FIRST): KeptSnapshot("00000003-0000001B-1", datetime.now(UTC))}
    job.runner.store.record_snapshots(job.job_id, elsewhere, instead_of={})
    with pytest.raises(SnapshotLost):
        job.rows_seen(patience=0.3)
