"""Timeouts of the source. Needs PostgreSQL (the fixture starts it)."""

from collections.abc import Callable

import pytest

from datavalut.connections import ConnectionParameters
from datavalut.transfer.preflight.finding import Severity
from datavalut.transfer.preflight.timeouts import check_timeouts
from tests.integration.transfer.preflight.conftest import MakeReader, OpenSession
from tests.postgres_server import execute

MakeDatabase = Callable[..., ConnectionParameters]
TIMEOUTS = (
    "idle_in_transaction_session_timeout",
    "idle_session_timeout",
    "statement_timeout",
    "transaction_timeout",
)


def test_timeouts_of_role_and_database_do_not_hold_for_our_sessions(
    make_database: MakeDatabase, make_reader: MakeReader, source_session: OpenSession
) -> None:
    database = make_database()
    reader = make_reader(database)
    for timeout in TIMEOUTS:
        execute(database, f"ALTER ROLE \"{reader.user}\" SET {timeout} = '5s'")
        execute(database, f"ALTER DATABASE {database.database} SET {timeout} = '6s'")
    assert check_timeouts(source_session(reader)) == ()


@pytest.mark.parametrize("timeout", TIMEOUTS)
def test_one_that_holds_all_the_same_is_an_error(
    timeout: str, make_database: MakeDatabase, source_session: OpenSession
) -> None:
    session = source_session(make_database())
    with session.cursor() as cursor:
        cursor.execute(f"SET {timeout} = '2min'")
    (finding,) = check_timeouts(session)
    assert (finding.code, finding.severity, finding.subject) == ("timeout_too_short", Severity.ERROR, timeout)
    assert "120 seconds" in finding.message
    assert timeout in finding.remedy
