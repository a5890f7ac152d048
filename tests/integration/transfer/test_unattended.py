"""Statements that go on without us. Needs PostgreSQL (the fixture starts it)."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest
from psycopg2.extensions import connection

from datavalut.connections import ConnectionParameters
from datavalut.transfer.ledger import create_ledger
from datavalut.transfer.target import terminate_sessions
from datavalut.transfer.unattended import LeftToServer, Unattended
from tests.postgres_server import execute, query
from tests.transfer_examples import open_target

TABLES = """
CREATE TABLE t AS SELECT g AS x FROM generate_series(1, 30) AS g; CREATE TABLE notes (note text);
CREATE FUNCTION slow(int) RETURNS int IMMUTABLE LANGUAGE plpgsql
    AS $$ BEGIN RAISE NOTICE 'slow'; PERFORM pg_sleep(0.1); RETURN $1; END $$;
"""
SLOW_INDEX = b"CREATE INDEX slow_index ON t (slow(x));\nINSERT INTO notes VALUES ('made')"
MADE = (1, 1)
PROJECT = Path(__file__).parents[3]


@pytest.fixture
def target(make_database: Callable[..., ConnectionParameters]) -> ConnectionParameters:
    made = make_database(TABLES)
    with closing(open_target(made)) as session:
        create_ledger(session)
    return made


@pytest.fixture
def session(target: ConnectionParameters) -> Iterator[connection]:
    with closing(open_target(target, "left")) as opened:
        yield opened


def carry_out(session: connection, statements: bytes, stay: Callable[[], bool]) -> None:
    with Unattended(session) as unattended:
        unattended.carry_out(statements, stay)


def made(target: ConnectionParameters) -> tuple[int, int]:
    """How many slow indexes and notes there are."""
    ((indexes, notes),) = query(
        target,
        "SELECT (SELECT count(*) FROM pg_class WHERE relname = 'slow_index'), (SELECT count(*) FROM notes)",
    )
    return indexes, notes


def left_sessions(target: ConnectionParameters) -> list[tuple[str]]:
    return query(
        target, f"SELECT state FROM pg_stat_activity WHERE datname = '{target.database}' AND application_name = 'left'"
    )


def wait_until_left_alone(target: ConnectionParameters) -> None:
    deadline = time.monotonic() + 30
    while left_sessions(target):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_statements_are_one_transaction(session: connection, target: ConnectionParameters) -> None:
    with pytest.raises(psycopg2.errors.DivisionByZero):
        carry_out(session, b"INSERT INTO notes VALUES ('x'); SELECT 1 / 0", lambda: True)
    carry_out(session, b"INSERT INTO notes VALUES ('y'); INSERT INTO notes VALUES ('z')", lambda: True)
    assert query(target, "SELECT note FROM notes") == [("y",), ("z",)]


def test_the_session_limits_no_time_and_is_as_it_was_afterwards(session: connection) -> None:
    with session.cursor() as cursor:
        cursor.execute("SET statement_timeout = 200")
        carry_out(session, b"SELECT pg_sleep(0.5)", lambda: True)
        settings = ("statement_timeout", "client_connection_check_interval", "client_min_messages")
        cursor.execute(f"SELECT {', '.join(f'current_setting({name!r})' for name in settings)}")
        assert cursor.fetchone() == ("200ms", "10s", "notice")


def test_what_is_left_is_made_once_and_its_claim_held_meanwhile(
    session: connection, target: ConnectionParameters
) -> None:
    with session.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(7)")
    with pytest.raises(LeftToServer):
        carry_out(session, SLOW_INDEX, lambda: False)
    assert session.closed
    assert made(target) == (0, 0)
    assert query(target, "SELECT pg_try_advisory_lock(7)") == [(False,)]
    wait_until_left_alone(target)
    assert made(target) == MADE
    assert query(target, "SELECT pg_try_advisory_lock(7)") == [(True,)]


def test_a_process_that_is_killed_leaves_its_statement_to_the_server(target: ConnectionParameters) -> None:
    program = (
        "import sys; from tests.transfer_examples import open_target\n"
        "from datavalut.connections import parse_connection_string\n"
        "from datavalut.transfer.unattended import Unattended\n"
        "session = open_target(parse_connection_string(sys.stdin.readline().strip()), 'left')\n"
        f"Unattended(session).carry_out({SLOW_INDEX!r}, lambda: print('waits', flush=True) or True)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"{target.to_url()}\n")
        process.stdin.flush()
        assert process.stdout.readline() == "waits\n"
        process.kill()
    assert made(target) == (0, 0)
    wait_until_left_alone(target)
    assert made(target) == MADE


SLOW_FAILURE = b"CREATE UNIQUE INDEX slow_index ON t ((slow(x) / 10));\nINSERT INTO notes VALUES ('made')"


def test_what_failed_when_nobody_was_there_is_told_who_tries_next(
    session: connection, target: ConnectionParameters
) -> None:
    with pytest.raises(LeftToServer):
        carry_out(session, SLOW_FAILURE, lambda: False)
    wait_until_left_alone(target)
    with closing(open_target(target)) as successor:
        with pytest.raises(psycopg2.errors.UniqueViolation) as raised:
            carry_out(successor, SLOW_FAILURE, lambda: pytest.fail("it was tried again"))
        assert raised.value.pgcode == "23505"
        assert raised.value.diag.constraint_name == "slow_index"
        assert "=(0) " in (raised.value.diag.message_detail or "")
        # Told once: what was wrong may be mended.
        execute(target, "DELETE FROM t WHERE x % 10 <> 0")
        carry_out(successor, SLOW_FAILURE, lambda: True)
    assert made(target) == MADE


class Cancelled(Exception):
    pass


def test_what_is_not_wanted_any_more_is_stopped(session: connection, target: ConnectionParameters) -> None:
    def refuse() -> bool:
        raise Cancelled

    with pytest.raises(Cancelled):
        carry_out(session, SLOW_INDEX, refuse)
    wait_until_left_alone(target)
    assert made(target) == (0, 0)


def test_what_is_left_ends_with_the_sessions_of_its_job(session: connection, target: ConnectionParameters) -> None:
    with pytest.raises(LeftToServer):
        carry_out(session, SLOW_INDEX, lambda: False)
    with closing(open_target(target, "settling")) as settling:
        assert terminate_sessions(settling, "left") == 1
    wait_until_left_alone(target)
    assert made(target) == (0, 0)
