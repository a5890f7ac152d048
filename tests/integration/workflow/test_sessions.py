"""Sessions of a job. Needs PostgreSQL, which the fixtures start."""

from dataclasses import replace
from pathlib import Path

import pytest

from datavalut.filters.model import Refusal
from datavalut.transfer.errors import TlsNotSupported
from datavalut.workflow.errors import TargetServerUnavailable, TargetVersionUnsupported
from datavalut.workflow.sessions import target_session
from tests.postgres_server import TestServer
from tests.workflow_runner import WorkflowRunner

JOB_ID = "job_0123456789ab"


def test_a_target_server_of_an_unsupported_version_is_not_taken_for_the_source(
    postgres: TestServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("datavalut.transfer.connect.TARGET_VERSIONS", (15, 16))
    deployment = WorkflowRunner(postgres.admin, Refusal(reason="")).deployment
    with pytest.raises(TargetVersionUnsupported) as raised, target_session(deployment, JOB_ID, postgres.admin):
        pass
    assert (raised.value.version, raised.value.supported) == (17, (15, 16))


def test_a_target_server_must_prove_who_it_is_where_the_deployment_says_so(postgres: TestServer) -> None:
    deployment = WorkflowRunner(postgres.admin, Refusal(reason="")).deployment
    strict = replace(deployment, target_root_certificates=Path("/nowhere/roots.pem"))
    with pytest.raises(TargetServerUnavailable) as raised, target_session(strict, JOB_ID, postgres.admin):
        pass
    assert isinstance(raised.value.__cause__, TlsNotSupported)  # the tests' server has no certificate
