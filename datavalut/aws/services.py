"""The services of this deployment, each built once, on first use, from `settings()`.

A function's memory lives as long as its process: so do these, and the connections they keep open.
"""

from datetime import timedelta
from functools import cache

import boto3
from botocore.config import Config

from datavalut.aws.events import EventBus
from datavalut.aws.executions import Executions
from datavalut.aws.job_store import DynamoJobStore
from datavalut.aws.secrets import Secrets
from datavalut.settings import settings

# An API function has 29 s at API Gateway: a call that hangs is given up and made again well before.
_CLIENT_CONFIG = Config(
    connect_timeout=2,
    read_timeout=5,
    retries={"mode": "standard", "total_max_attempts": 4},
    tcp_keepalive=True,
)


@cache
def job_store() -> DynamoJobStore:
    return DynamoJobStore(
        boto3.client("dynamodb", config=_CLIENT_CONFIG),
        settings().jobs_table,
        timedelta(days=settings().job_retention_days),
        settings().concurrent_jobs,
    )


@cache
def secrets() -> Secrets:
    return Secrets(
        boto3.client("secretsmanager", config=_CLIENT_CONFIG),
        prefix=settings().secret_prefix,
        key_arn=settings().secret_key_arn,
        target_secret_arn=settings().target_secret_arn,
        page_token_secret_arn=settings().page_token_secret_arn,
        openai_api_key_secret_arn=settings().openai_api_key_secret_arn,
    )


@cache
def executions() -> Executions:
    return Executions(boto3.client("stepfunctions", config=_CLIENT_CONFIG), settings().state_machine_arn)


@cache
def event_bus() -> EventBus:
    return EventBus(boto3.client("events", config=_CLIENT_CONFIG), settings().event_bus_name)


def forget_services() -> None:
    """For tests: the next use builds them anew from the environment."""
    for service in (settings, job_store, secrets, executions, event_bus):
        service.cache_clear()
