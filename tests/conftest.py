"""Fixtures shared by all tests. A test that asks for `postgres` or `make_database` needs a PostgreSQL server, which
is started on first use; the others start nothing."""

from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from datavalut.connections import ConnectionParameters
from tests.postgres_server import TestServer, running_server

# How fast a machine is, or what else it does, is no matter of a test.
hypothesis_settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("any machine")


@pytest.fixture(scope="session")
def postgres() -> Iterator[TestServer]:
    """The session's PostgreSQL server."""
    with running_server() as server:
        yield server


@pytest.fixture
def make_database(postgres: TestServer) -> Iterator[Callable[..., ConnectionParameters]]:
    """`make_database(statements) -> ConnectionParameters`: a database of this test alone, dropped after it."""
    made: list[ConnectionParameters] = []

    def make(statements: str = "", *, name: str | None = None) -> ConnectionParameters:
        made.append(postgres.make_database(statements, name=name))
        return made[-1]

    yield make
    for parameters in made:
        postgres.drop_database(parameters)
