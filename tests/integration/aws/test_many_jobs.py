"""Many jobs at the same moment, also with the store in DynamoDB (moto) and transactions that collide. Needs nothing."""

from datetime import timedelta
from random import Random
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from datavalut.aws.job_store import DynamoJobStore
from datavalut.jobs.store import InMemoryJobStore
from tests.aws_doubles import JOBS_TABLE, OneRequestAtATime, create_jobs_table, dynamodb_client, fake_aws
from tests.many_jobs import run_at_once

SLOTS = 3


class Colliding:
    """A client a quarter of whose writes meet another transaction."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._random = Random(7)  # noqa: S311

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._client, name)
        errors = {"transact_write_items": "TransactionCanceledException", "update_item": "TransactionConflictException"}
        if name not in errors:
            return method

        def call(**parameters: Any) -> Any:
            if self._random.random() < 0.25:
                response = {"Error": {"Code": errors[name]}, "CancellationReasons": [{"Code": "TransactionConflict"}]}
                raise ClientError(cast("Any", response), name)
            return method(**parameters)

        return call


def test_two_hundred_in_memory() -> None:
    run_at_once(InMemoryJobStore(SLOTS), SLOTS, jobs=200, cancels=20)


def test_forty_with_transactions_that_collide(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer, because moto copies all of its tables for each transaction."""
    with fake_aws(monkeypatch):
        client = dynamodb_client()
        create_jobs_table(client)
        colliding = cast("Any", Colliding(OneRequestAtATime(client)))
        store = DynamoJobStore(colliding, JOBS_TABLE, timedelta(days=30), SLOTS, pause=lambda _: None)
        run_at_once(store, SLOTS, jobs=40, cancels=8)
