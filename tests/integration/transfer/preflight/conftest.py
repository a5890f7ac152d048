"""Sessions and roles for the tests of checks."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import replace

import pytest
from psycopg2 import sql
from psycopg2.extensions import connection

from datavalut.connections import ConnectionParameters
from tests.postgres_server import TestServer, execute, open_connection
from tests.transfer_examples import open_source, open_target

MakeReader = Callable[[ConnectionParameters], ConnectionParameters]
OpenSession = Callable[[ConnectionParameters], connection]


@pytest.fixture
def make_reader(postgres: TestServer) -> Iterator[MakeReader]:
    """`make_reader(database)`: the same database as a role of this test, whose name needs quotes, that has SELECT on
    the tables in public and nothing else."""
    made: list[ConnectionParameters] = []

    def make(database: ConnectionParameters) -> ConnectionParameters:
        name = f"Reader {secrets.token_hex(4)}"
        role = sql.Identifier(name)
        with closing(open_connection(database)) as session, session.cursor() as cursor:
            cursor.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD 'secret'").format(role))
            cursor.execute(sql.SQL("GRANT SELECT ON ALL TABLES IN SCHEMA public TO {}").format(role))
        made.append(replace(database, user=name, password="secret"))
        return made[-1]

    yield make
    for reader in made:
        database = replace(reader, user=postgres.superuser.user, password=postgres.superuser.password)
        execute(database, f'DROP OWNED BY "{reader.user}"; DROP ROLE "{reader.user}"')


@pytest.fixture
def source_session() -> Iterator[OpenSession]:
    """`source_session(parameters)`: a session as workers have of a source, closed after the test."""
    with ExitStack() as stack:
        yield lambda parameters: stack.enter_context(closing(open_source(parameters)))


@pytest.fixture
def admin(postgres: TestServer) -> Iterator[connection]:
    """A session of the target server's admin."""
    with closing(open_target(postgres.admin)) as session:
        yield session
