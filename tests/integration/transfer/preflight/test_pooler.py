"""A pooler before the source. Needs PostgreSQL (the fixture starts it)."""

import pytest

from datavalut.transfer.errors import PoolerSharesSessions, TooManyConnections
from datavalut.transfer.preflight.finding import Severity
from datavalut.transfer.preflight.pooler import check_pooler
from tests.integration.transfer.preflight.conftest import OpenSession
from tests.pooler_proxy import PoolMode, pooler_before
from tests.postgres_server import TestServer, open_connection
from tests.transfer_examples import open_source


def test_a_session_of_the_server_itself_passes(postgres: TestServer, source_session: OpenSession) -> None:
    assert check_pooler(source_session(postgres.superuser)) == ()


def test_a_pooler_that_lends_whole_sessions_is_a_warning(postgres: TestServer, source_session: OpenSession) -> None:
    with pooler_before(postgres.superuser, PoolMode.SESSION) as pooler:
        (finding,) = check_pooler(source_session(pooler))
    assert (finding.code, finding.severity) == ("pooler", Severity.WARNING)
    assert "5432" in finding.remedy


def test_a_pooler_that_lends_a_session_for_a_transaction_is_refused(postgres: TestServer) -> None:
    with (
        pooler_before(postgres.superuser, PoolMode.TRANSACTION) as pooler,
        pytest.raises(PoolerSharesSessions) as raised,
    ):
        open_source(pooler)
    assert (raised.value.host, raised.value.port) == (pooler.host, pooler.port)


def test_nothing_that_was_set_is_left_to_others_who_use_the_pool(postgres: TestServer) -> None:
    with pooler_before(postgres.superuser, PoolMode.TRANSACTION) as pooler:
        others = [open_connection(pooler) for _ in range(4)]
        with pytest.raises(PoolerSharesSessions):
            open_source(pooler)
        for other in others:  # each holds a session of its own, so that the two of our attempt are among them
            with other.cursor() as cursor:
                cursor.execute("BEGIN")
                cursor.execute(
                    "SELECT current_setting('default_transaction_read_only'), current_setting('row_security')"
                )
                assert cursor.fetchall() == [("off", "on")]
        for other in others:
            other.close()


def test_a_pooler_whose_sessions_others_use_is_found_out_all_the_same(postgres: TestServer) -> None:
    with pooler_before(postgres.superuser, PoolMode.TRANSACTION) as pooler:
        others = [open_connection(pooler) for _ in range(3)]
        busy = others[0].cursor()
        busy.execute("BEGIN")
        with pytest.raises(PoolerSharesSessions):
            open_source(pooler)
        for other in others:
            other.close()


def test_a_pooler_with_a_single_session_has_too_few(postgres: TestServer) -> None:
    with (
        pooler_before(postgres.superuser, PoolMode.SESSION, most_clients=1) as pooler,
        pytest.raises(TooManyConnections),
    ):
        open_source(pooler)
