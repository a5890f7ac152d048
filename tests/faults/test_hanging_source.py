"""Sources that make a job wait: one that accepts connections and says nothing, and one whose table somebody has locked.
Needs PostgreSQL, which the fixtures start; jobs run step by step, with everything real but AWS."""

from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from datavalut.connections import ConnectionParameters
from datavalut.filters.model import FilterPlan
from datavalut.jobs.model import JobStatus
from datavalut.transfer import archive, connect
from tests.faults.fault_table import FaultTable
from tests.faults.left_behind import OfRunner, Places
from tests.postgres_server import TestServer, open_connection
from tests.silent_server import SilentServer
from tests.workflow_runner import WorkflowRunner

THINGS = FilterPlan.model_validate(
    {
        "roots": [
            {
                "table": "things",
                "condition": {"kind": "in", "operand": {"kind": "column", "column": "id"}, "values": [1]},
            }
        ]
    }
)


@pytest.fixture
def silent_server() -> Iterator[SilentServer]:
    with closing(SilentServer()) as server:
        yield server


@pytest.fixture
def runner(postgres: TestServer) -> WorkflowRunner:
    return WorkflowRunner(postgres.admin, THINGS)


@pytest.fixture
def places(postgres: TestServer, runner: WorkflowRunner) -> Places:
    return Places((postgres.superuser,), OfRunner(runner))


@pytest.fixture
def source(make_database: Callable[..., ConnectionParameters]) -> ConnectionParameters:
    return make_database("CREATE TABLE things (id integer PRIMARY KEY); INSERT INTO things VALUES (1)")


@pytest.fixture
def short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connect, "CONNECT_TIMEOUT", 1)  # seconds
    monkeypatch.setitem(connect._SOURCE_SETTINGS, "lock_timeout", "300")  # milliseconds
    monkeypatch.setattr(archive, "_LOCK_WAIT_MILLISECONDS", 300)


@pytest.mark.usefixtures("short_patience")
def test_a_job_of_a_source_that_says_nothing_fails_with_that(
    silent_server: SilentServer, runner: WorkflowRunner, places: Places, faults: FaultTable
) -> None:
    """Settling, too, goes on without it."""
    source = ConnectionParameters("127.0.0.1", silent_server.port, "shop", "reader", "secret")
    job = runner.run(runner.create(source))
    assert job.error is not None
    assert (job.status, job.error.code) == (JobStatus.FAILED, "source_unreachable")
    assert "no answer" in job.error.message
    faults.record(
        "a source accepts connections and says nothing", tries=silent_server.visitors, left=places.left_of(job.job_id)
    )


@pytest.mark.usefixtures("short_patience")
@pytest.mark.parametrize("step", ["plan", "prepare", "work"])
def test_a_job_of_a_source_whose_table_is_locked_fails_with_that(
    step: str, source: ConnectionParameters, runner: WorkflowRunner, places: Places, faults: FaultTable
) -> None:
    """After trying again, that is: each step says that it may pass."""
    locks = []
    with closing(open_connection(source, autocommit=False)) as session, session.cursor() as cursor:

        def lock(_: str) -> None:
            cursor.execute("LOCK TABLE things IN ACCESS EXCLUSIVE MODE")
            locks.append(step)

        runner.before[step] = lock
        job = runner.run(runner.create(source))
    assert job.error is not None
    assert (job.status, job.error.code) == (JobStatus.FAILED, "source_locked")
    faults.record("a table of the source is locked", tries=len(locks), left=places.left_of(job.job_id))
