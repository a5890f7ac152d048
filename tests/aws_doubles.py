"""AWS for tests: moto in place of the real one, with no credentials of the machine in reach."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws

from datavalut.aws import job_items

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

REGION = "eu-central-1"
JOBS_TABLE = "jobs"


@contextmanager
def fake_aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_SESSION_TOKEN", "AWS_CONFIG_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    monkeypatch.setenv("AWS_REGION", REGION)
    with mock_aws():
        yield


def create_jobs_table(client: "DynamoDBClient", name: str = JOBS_TABLE) -> None:
    client.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[
            {"AttributeName": attribute, "AttributeType": "S"}
            for attribute in ("pk", "sk", "gsi1pk", "gsi1sk", "gsi2pk", "gsi2sk")
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": index,
                "KeySchema": [
                    {"AttributeName": f"gsi{number}pk", "KeyType": "HASH"},
                    {"AttributeName": f"gsi{number}sk", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "ALL"},
            }
            for number, index in ((1, job_items.BY_OWNER), (2, job_items.BY_OWNER_AND_STATUS))
        ],
    )


def dynamodb_client() -> "DynamoDBClient":
    return boto3.client("dynamodb", region_name=REGION)


class OneRequestAtATime:
    """A client whose requests are let through one by one, as moto needs when threads share it: it undoes a refused
    transaction by restoring its tables, and would lose what another thread wrote meanwhile."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._lock = Lock()

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._client, name)
        if name == "get_paginator":
            return method

        def call(**parameters: Any) -> Any:
            with self._lock:
                return method(**parameters)

        return call
