"""`faults`: the table in which each test here records what it did and what that left behind. It is printed when the
tests end.

The first test that asks for `stack` starts a local stack for the tests of faults alone, which change it and end parts
of it. The sources of its jobs are on the server of all tests, `postgres`: the stack's server is the target only."""

from collections.abc import Callable, Iterator

import pytest

from datavalut.connections import ConnectionParameters
from tests.e2e.aws import Aws
from tests.e2e.client import Client
from tests.e2e.places import Cloud
from tests.faults.extent import IS_FULL
from tests.faults.fault_table import FaultTable, Record
from tests.faults.gates import GatedStack
from tests.faults.held_copy import HeldSource
from tests.faults.left_behind import OfAws, Places
from tests.local_stack import Stack, running_stack
from tests.postgres_server import TestServer

_TABLE = pytest.StashKey[FaultTable]()

# Each of these waits for a function's time to be up: `make test-all` tries them.
collect_ignore = [] if IS_FULL else ["test_timeouts.py"]


@pytest.fixture(scope="session")
def faults(pytestconfig: pytest.Config) -> FaultTable:
    return pytestconfig.stash.setdefault(_TABLE, FaultTable())


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    lines = config.stash.get(_TABLE, FaultTable()).lines()
    if lines:
        terminalreporter.section("faults tried")
        for line in lines:
            terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    with running_stack() as running:
        yield running


@pytest.fixture(scope="session")
def gated(stack: Stack) -> GatedStack:
    return GatedStack.of(stack)


@pytest.fixture(scope="session")
def small_source(postgres: TestServer) -> Iterator[str]:
    """The URL of a database of which jobs are quickly made."""
    database = postgres.make_database("CREATE TABLE things (id integer PRIMARY KEY); INSERT INTO things VALUES (1)")
    yield database.to_url()
    postgres.drop_database(database)


@pytest.fixture
def held(stack: Stack, make_database: Callable[..., ConnectionParameters]) -> HeldSource:
    return HeldSource.made(make_database, stack.superuser)


@pytest.fixture
def client(stack: Stack) -> Client:
    return stack.client


@pytest.fixture
def aws(stack: Stack) -> Aws:
    return Aws(stack.aws_url)


@pytest.fixture
def places(stack: Stack, aws: Aws, postgres: TestServer) -> Places:
    """Where a job of the stack could leave something."""
    cloud = Cloud(stack.aws_url)
    (table,) = cloud.client("dynamodb").list_tables()["TableNames"]
    return Places((postgres.superuser, stack.superuser), OfAws(cloud.client, table, aws.machine))


@pytest.fixture
def record(places: Places, faults: FaultTable) -> Record:
    """Records a fault of a job of the stack."""
    return lambda fault, job_id, tries: faults.record(fault, tries=tries, left=places.left_of(job_id))
