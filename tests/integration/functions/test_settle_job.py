"""The function that ends jobs, on moto. Needs nothing."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.api_stack import CONTEXT, load_function, running_api

STATUS_CHANGE = "Step Functions Execution Status Change"


@pytest.fixture
def settle_job(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    with running_api(monkeypatch):
        yield lambda event: load_function("settle_job").handler(event, CONTEXT)


@pytest.mark.parametrize(
    "event",
    [
        {"detail-type": STATUS_CHANGE, "detail": {"name": "a-look-at-it", "status": "FAILED"}},
        {"detail-type": STATUS_CHANGE, "detail": {"name": "job_0123456789ab", "status": "ABORTED"}},
        {"job_id": "job_0123456789ab"},
        {"Comment": "Insert your JSON here", "failure": {"Error": "States.ParameterPathFailure", "Cause": "$.job_id"}},
    ],
    ids=["the end of any execution", "of one named as jobs are", "a step of it", "a step without a job"],
)
def test_an_execution_that_somebody_started_by_hand_is_nobodys_alarm(settle_job: Any, event: dict[str, Any]) -> None:
    """Nothing is raised that would be tried again, counted as a failure, and kept as undelivered."""
    assert settle_job(event) == {"status": "unknown"}
