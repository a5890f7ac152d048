"""Fixtures shared by all tests. A test that asks for `postgres` or `make_database` needs a PostgreSQL server, which
is started on first use; the others start nothing."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from datavalut.connections import ConnectionParameters
from tests.postgres_server import TestServer, other_programs, running_server

# How fast a machine is, or what else it does, is no matter of a test.
hypothesis_settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("any machine")


@pytest.fixture(scope="session")
def postgres() -> Iterator[TestServer]:
    """The session's PostgreSQL server."""
    with running_server(other_programs("DATAVALUT_TEST_POSTGRES_BIN")) as server:
        yield server


@pytest.fixture
def make_database(postgres: TestServer) -> Iterator[Callable[..., ConnectionParameters]]:
    """`make_database(statements) -> ConnectionParameters`: a database of this test alone, dropped after it."""
    with made_databases(postgres) as make:
        yield make


@pytest.fixture(scope="session")
def source_postgres(postgres: TestServer) -> Iterator[TestServer]:
    """The server of the sources: the session's one, unless they are to be of another version."""
    programs = other_programs("DATAVALUT_TEST_SOURCE_BIN")
    if programs is None:
        yield postgres
        return
    with running_server(programs) as server:
        yield server


@pytest.fixture
def make_source(source_postgres: TestServer) -> Iterator[Callable[..., ConnectionParameters]]:
    """`make_database`, on the server of the sources."""
    with made_databases(source_postgres) as make:
        yield make


@contextmanager
def made_databases(server: TestServer) -> Iterator[Callable[..., ConnectionParameters]]:
    """Dropped at the end."""
    made: list[ConnectionParameters] = []

    def make(statements: str = "", *, name: str | None = None) -> ConnectionParameters:
        made.append(server.make_database(statements, name=name))
        return made[-1]

    yield make
    for parameters in made:
        server.drop_database(parameters)
