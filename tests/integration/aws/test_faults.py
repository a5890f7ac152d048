"""Which errors of AWS pass by themselves. Needs nothing."""

from typing import Any, cast

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ReadTimeoutError,
)

from datavalut.aws.faults import is_transient


def answer(code: str, status: int) -> ClientError:
    response = {"Error": {"Code": code, "Message": ""}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(cast("Any", response), "GetItem")


@pytest.mark.parametrize(
    "error",
    [
        answer("ThrottlingException", 400),
        answer("ProvisionedThroughputExceededException", 400),
        answer("TransactionConflictException", 400),
        answer("InternalServiceError", 500),
        answer("ServiceUnavailable", 503),
        ConnectTimeoutError(endpoint_url="https://dynamodb"),
        ReadTimeoutError(endpoint_url="https://dynamodb"),
        EndpointConnectionError(endpoint_url="https://dynamodb"),
    ],
)
def test_throttling_failures_of_a_service_and_lost_connections_pass(error: Exception) -> None:
    assert is_transient(error)


@pytest.mark.parametrize(
    "error",
    [
        answer("AccessDeniedException", 400),
        answer("ValidationException", 400),
        answer("ResourceNotFoundException", 400),
        NoCredentialsError(),
        RuntimeError(),
    ],
)
def test_all_others_stay(error: Exception) -> None:
    assert not is_transient(error)
