"""A source that is a standby. Needs PostgreSQL (the fixture starts it)."""

import pytest

from datavalut.transfer.preflight.finding import Severity
from datavalut.transfer.preflight.standby import check_standby
from tests.integration.transfer.preflight.conftest import OpenSession
from tests.postgres_server import TestServer
from tests.standby_server import running_standby


def test_a_primary_passes(postgres: TestServer, source_session: OpenSession) -> None:
    assert check_standby(source_session(postgres.superuser)) == ()


def test_a_standby_that_cancels_queries_is_a_warning(postgres: TestServer, source_session: OpenSession) -> None:
    with running_standby(postgres, {"max_standby_streaming_delay": "90s"}) as standby:
        (finding,) = check_standby(source_session(standby.of(postgres.superuser)))
    assert (finding.code, finding.severity) == ("standby_cancels_queries", Severity.WARNING)
    assert "after 90 seconds" in finding.message
    assert "hot_standby_feedback = on" in finding.remedy


@pytest.mark.parametrize("setting", [{"max_standby_streaming_delay": "-1"}, {"hot_standby_feedback": "on"}])
def test_a_standby_that_lets_queries_end_passes(
    setting: dict[str, str], postgres: TestServer, source_session: OpenSession
) -> None:
    with running_standby(postgres, setting) as standby:
        assert check_standby(source_session(standby.of(postgres.superuser))) == ()
