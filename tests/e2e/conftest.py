"""Needs nothing running: the first test that asks for `stack` starts a local stack of its own, on free ports and in a
directory of its own, which goes when the tests end."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg2
import pytest

from datavalut.connections import ConnectionParameters, parse_connection_string
from local import down, up
from local.databases import Databases
from local.postgres import free_port
from local.settings import LocalSettings
from tests.e2e.aws import Aws
from tests.e2e.client import Client
from tests.postgres_server import execute


@dataclass(frozen=True)
class Stack:
    """`superuser` is a connection to the embedded server's database `postgres`, `sample` the sample shop's."""

    client: Client
    settings: LocalSettings
    sample_url: str
    aws_url: str
    superuser: ConnectionParameters

    @property
    def sample(self) -> ConnectionParameters:
        return parse_connection_string(self.sample_url)


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    directory = Path(tempfile.mkdtemp(prefix="datavalut-e2e-"))
    directory.chmod(0o755)
    settings = LocalSettings(free_port(), free_port(), free_port(), directory / "stack", enforce_iam=True)
    try:
        running = up.start(settings)
        databases = Databases(settings)
        server = databases.server
        yield Stack(
            client=Client(running.api_url),
            settings=settings,
            sample_url=running.sample_url,
            aws_url=running.aws_url,
            superuser=ConnectionParameters(
                server.host, server.port, "postgres", server.superuser, databases.passwords.superuser, {}
            ),
        )
    finally:
        down.stop(settings)
        shutil.rmtree(settings.postgres_directory, ignore_errors=True)
        shutil.rmtree(directory, ignore_errors=True)


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
