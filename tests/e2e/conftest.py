"""Needs nothing running: the first test that asks for `stack` starts a local stack of its own, on free ports and in a
directory of its own, which goes when the tests end."""

from collections.abc import Callable, Iterator

import psycopg2
import pytest

from datavalut.connections import ConnectionParameters
from local.postgres import free_port
from tests.e2e.aws import Aws
from tests.e2e.client import Client
from tests.local_stack import Stack, running_stack
from tests.postgres_server import execute


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    with running_stack() as running:
        yield running


@pytest.fixture
def client(stack: Stack) -> Client:
    return stack.client


@pytest.fixture
def aws(stack: Stack) -> Aws:
    return Aws(stack.aws_url)


@pytest.fixture
def make_source(stack: Stack) -> Iterator[Callable[[str], ConnectionParameters]]:
    """`make_source(statements)`: a source database on the stack's server, of this test alone."""
    made: list[ConnectionParameters] = []

    def make(statements: str) -> ConnectionParameters:
        name = f"source_{len(made)}_{free_port()}"
        execute(stack.superuser, f"CREATE DATABASE {name}")
        source = ConnectionParameters(
            stack.superuser.host, stack.superuser.port, name, stack.superuser.user, stack.superuser.password, {}
        )
        made.append(source)
        execute(source, statements)
        return source

    yield make
    for source in made:
        try:
            execute(stack.superuser, f'DROP DATABASE IF EXISTS "{source.database}" WITH (FORCE)')
        except psycopg2.Error as error:
            pytest.fail(f"the test's own source cannot be dropped: {error}")
