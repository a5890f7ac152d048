"""How many sessions the source's user may have. Needs PostgreSQL (the fixture starts it)."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing

import pytest

from datavalut.connections import ConnectionParameters
from datavalut.transfer.preflight.connection_limits import check_connection_limits
from datavalut.transfer.preflight.finding import Severity
from tests.integration.transfer.preflight.conftest import MakeReader, OpenSession
from tests.postgres_server import TestServer, execute, open_connection, query
from tests.transfer_examples import open_source

MakeDatabase = Callable[..., ConnectionParameters]


@pytest.fixture
def other_session(postgres: TestServer) -> Iterator[Callable[[ConnectionParameters], None]]:
    """`other_session(parameters)` opens one that is not the job's, and waits until no other is in the database: the
    server takes a moment to notice that one has been closed."""
    with ExitStack() as stack:

        def open_session(parameters: ConnectionParameters) -> None:
            session = stack.enter_context(closing(open_connection(parameters)))
            opened.add(session.info.backend_pid)
            others = (
                f"SELECT pid FROM pg_stat_activity WHERE datname = '{parameters.database}'"
                " AND application_name <> 'tests'"
            )
            while {pid for (pid,) in query(postgres.superuser, others)} != opened:
                time.sleep(0.01)

        opened: set[int] = set()
        yield open_session


OtherSession = Callable[[ConnectionParameters], None]


def test_a_role_without_limits_passes(
    make_database: MakeDatabase, make_reader: MakeReader, source_session: OpenSession
) -> None:
    assert check_connection_limits(source_session(make_reader(make_database())), 6) == ()


def test_the_limit_of_the_role_is_told_with_its_numbers(
    make_database: MakeDatabase, make_reader: MakeReader, source_session: OpenSession, other_session: OtherSession
) -> None:
    database = make_database()
    reader = make_reader(database)
    execute(database, f'ALTER ROLE "{reader.user}" CONNECTION LIMIT 7')
    checking = source_session(reader)
    assert check_connection_limits(checking, 7) == ()
    other_session(reader)
    other_session(reader)
    assert check_connection_limits(checking, 5) == ()
    (finding,) = check_connection_limits(checking, 6)
    assert (finding.code, finding.severity) == ("too_many_connections", Severity.ERROR)
    assert finding.subject == f"user {reader.user}"
    assert "takes 7 sessions, of which 2 are in use; this job needs 6" in finding.message
    execute(database, finding.remedy.removeprefix("End some, or "))
    assert check_connection_limits(checking, 6) == ()


def test_sessions_of_the_job_itself_do_not_count(
    make_database: MakeDatabase, make_reader: MakeReader, source_session: OpenSession
) -> None:
    database = make_database()
    reader = make_reader(database)
    execute(database, f'ALTER ROLE "{reader.user}" CONNECTION LIMIT 7')
    checking = source_session(reader)
    for _ in range(3):
        source_session(reader)
    assert check_connection_limits(checking, 7) == ()
    with closing(open_source(reader, "another job")):
        assert len(check_connection_limits(checking, 7)) == 1


def test_the_limit_of_the_database_counts_all_users(
    make_database: MakeDatabase,
    make_reader: MakeReader,
    source_session: OpenSession,
    other_session: OtherSession,
    postgres: TestServer,
) -> None:
    database = make_database()
    checking = source_session(make_reader(database))
    execute(postgres.superuser, f"ALTER DATABASE {database.database} CONNECTION LIMIT 4")
    other_session(database)
    assert check_connection_limits(checking, 3) == ()
    (finding,) = check_connection_limits(checking, 4)
    assert finding.subject == f"database {database.database}"
    execute(postgres.superuser, finding.remedy.removeprefix("End some, or "))
    assert check_connection_limits(checking, 4) == ()


def test_the_limit_of_the_server_leaves_out_what_is_reserved_for_superusers(
    make_database: MakeDatabase, make_reader: MakeReader, source_session: OpenSession
) -> None:
    (finding,) = check_connection_limits(source_session(make_reader(make_database())), 98)
    assert finding.subject == "server"
    assert "takes 97 sessions" in finding.message


def test_a_superuser_is_bound_by_the_server_alone(make_database: MakeDatabase, source_session: OpenSession) -> None:
    database = make_database()
    execute(database, f"ALTER DATABASE {database.database} CONNECTION LIMIT 1")
    assert check_connection_limits(source_session(database), 6) == ()
