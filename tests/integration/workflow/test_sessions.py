"""Sessions of a job. Needs PostgreSQL, which the fixtures start."""

import pytest

from datavalut.workflow.errors import TargetVersionUnsupported
from datavalut.workflow.sessions import target_session
from tests.postgres_server import TestServer


def test_a_target_server_of_an_unsupported_version_is_not_taken_for_the_source(
    postgres: TestServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("datavalut.transfer.connect.SUPPORTED_VERSIONS", (12, 16))
    with pytest.raises(TargetVersionUnsupported) as raised, target_session("job_0123456789ab", postgres.admin):
        pass
    assert (raised.value.version, raised.value.supported) == (17, (12, 16))
