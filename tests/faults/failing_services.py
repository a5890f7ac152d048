"""AWS's services made to fail, at a call that a test chooses, after all that their clients have tried."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from threading import RLock, local
from typing import Any, cast

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError, ReadTimeoutError


class ServiceFault(Enum):
    THROTTLED = "throttled"
    FAILED = "failed inside"
    ANSWER_LOST = "did what was asked, and its answer was lost"


_THROTTLING = {
    "dynamodb": "ProvisionedThroughputExceededException",
    "secretsmanager": "ThrottlingException",
    "states": "ThrottlingException",
    "events": "ThrottlingException",
}


@dataclass
class Calls:
    """What one run has called, in order, as "dynamodb.GetItem"; whether the fault came about."""

    made: list[str] = field(default_factory=list)
    has_failed: bool = False


class FailingServices:
    """While `failing(nth, fault)` is entered, the nth call of the same thread fails so. Calls of all threads are let
    through one by one: moto undoes a refused transaction by restoring its tables, and would lose what another thread
    wrote meanwhile."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._call: Any = cast("Any", BaseClient)._make_api_call
        self._moto = RLock()
        self._present = local()
        answer = self._answer  # bound to this, not to a client
        monkeypatch.setattr(BaseClient, "_make_api_call", lambda *call: answer(*call))  # noqa: PLW0108

    @contextmanager
    def failing(self, nth: int, fault: ServiceFault) -> Iterator[Calls]:
        calls = Calls()
        self._present.planned = (nth, fault, calls)
        try:
            yield calls
        finally:
            del self._present.planned

    def _answer(self, client: Any, operation: str, parameters: Any) -> Any:
        service = client.meta.service_model.endpoint_prefix
        nth, fault, calls = getattr(self._present, "planned", (0, ServiceFault.THROTTLED, Calls()))
        calls.made.append(f"{service}.{operation}")
        fails = len(calls.made) == nth
        calls.has_failed |= fails
        if fails and fault is ServiceFault.THROTTLED:
            raise _refusal(_THROTTLING[service], 400, operation)
        if fails and fault is ServiceFault.FAILED:
            raise _refusal("InternalServerError", 500, operation)
        with self._moto:
            answer = self._call(client, operation, parameters)
        if fails:
            raise ReadTimeoutError(endpoint_url=f"https://{service}.example.com")
        return answer


def _refusal(code: str, status: int, operation: str) -> ClientError:
    response = {"Error": {"Code": code, "Message": ""}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(cast("Any", response), operation)
