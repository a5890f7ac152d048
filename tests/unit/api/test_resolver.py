"""What an answer to an error leaves in the log. Needs nothing."""

import json
from io import StringIO

import pytest
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from datavalut.api.errors import InvalidPageToken, ServiceUnavailable
from datavalut.api.resolver import make_resolver
from datavalut.transfer.errors import SourceQueryFailed


@pytest.mark.parametrize("refusal", [InvalidPageToken(), ServiceUnavailable()])
def test_a_refusals_cause_is_logged_by_its_type_and_not_by_its_text(refusal: Exception) -> None:
    said = StringIO()
    logger = Logger(service=f"test of {type(refusal).__name__}", stream=said)
    app = make_resolver(logger, Metrics(namespace="Tests", service="tests"), lambda _: False)

    @app.get("/jobs")
    def refuse() -> Response[str]:
        raise refusal from SourceQueryFailed("22P02", "invalid input: hunter2")

    request = {"httpMethod": "GET", "path": "/jobs", "headers": {}, "requestContext": {"requestId": "1"}}
    app.resolve(request, LambdaContext())
    assert json.loads(said.getvalue())["cause"] == "SourceQueryFailed"
    assert "hunter2" not in said.getvalue()
