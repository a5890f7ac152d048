"""Which errors of AWS pass by themselves. Their clients have tried a few times already, within seconds."""

from http import HTTPStatus

from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnection

# By name, since services answer with 400 to what they refuse for a moment only.
_PASSING = frozenset(
    {
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "RequestTimeout",
        "RequestTimeoutException",
        "SlowDown",
        "Throttling",
        "ThrottledException",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)


def is_transient(error: Exception) -> bool:
    """Whether the same call may succeed in a minute: throttling, a failure of the service's own, a lost connection."""
    match error:
        case ClientError():
            status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
            return error.response["Error"]["Code"] in _PASSING or status >= HTTPStatus.INTERNAL_SERVER_ERROR
        case HTTPClientError() | NoConnection():
            return True
        case _:
            return False
