"""Whether sessions of the source can share one moment. Needs PostgreSQL (the fixture starts it)."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing
from functools import partial
from itertools import chain, repeat

from psycopg2.extensions import connection

from datavalut.connections import ConnectionParameters
from datavalut.transfer.preflight.finding import Severity
from datavalut.transfer.preflight.shared_snapshot import check_shared_snapshot
from tests.integration.transfer.preflight.conftest import MakeReader
from tests.postgres_server import TestServer, execute, query
from tests.standby_server import running_standby
from tests.transfer_examples import open_source

MakeDatabase = Callable[..., ConnectionParameters]


def opening(*parameters: ConnectionParameters) -> Callable[[], AbstractContextManager[connection]]:
    """Opens sessions as an address does that leads to these one after the other, and from then on to the last."""
    addresses: Iterator[ConnectionParameters] = chain(parameters, repeat(parameters[-1]))
    return lambda: closing(open_source(next(addresses)))


def test_a_role_with_select_alone_can_share_a_snapshot(make_database: MakeDatabase, make_reader: MakeReader) -> None:
    assert check_shared_snapshot(opening(make_reader(make_database()))) == ()


def test_no_session_is_left_open(make_database: MakeDatabase) -> None:
    database = make_database()
    check_shared_snapshot(opening(database))
    assert query(database, "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'tests'") == [(0,)]


def test_an_address_that_leads_to_several_servers_is_an_error(
    postgres: TestServer, make_database: MakeDatabase
) -> None:
    database = make_database()
    with running_standby(postgres) as standby:
        here, there = database, standby.of(database)
        for addresses in ((here, there), (there, here), (here, here, here, there)):
            (finding,) = check_shared_snapshot(opening(*addresses))
            assert (finding.code, finding.severity) == ("several_servers", Severity.ERROR)
            assert "one server" in finding.remedy
        assert check_shared_snapshot(opening(there)) == ()


def test_a_source_that_exports_no_snapshot_says_why(make_database: MakeDatabase, make_reader: MakeReader) -> None:
    database = make_database("REVOKE EXECUTE ON FUNCTION pg_export_snapshot() FROM PUBLIC")
    (finding,) = check_shared_snapshot(opening(make_reader(database)))
    assert (finding.code, finding.severity) == ("no_snapshot", Severity.ERROR)
    assert "pg_export_snapshot()" in finding.remedy


def test_too_few_sessions_are_an_error_of_their_own(make_database: MakeDatabase, make_reader: MakeReader) -> None:
    database = make_database()
    reader = make_reader(database)
    execute(database, f'ALTER ROLE "{reader.user}" CONNECTION LIMIT 1')
    (finding,) = check_shared_snapshot(partial(opening(reader)))
    assert (finding.code, finding.severity) == ("too_many_connections", Severity.ERROR)
