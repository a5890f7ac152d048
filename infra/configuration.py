"""What a deployment can choose: the CDK context, read once and checked.

cdk deploy -c architecture=arm64 -c retention=60
"""

from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from constructs import Node


class ConfigurationError(Exception):
    """A context value that cannot be meant. Names it."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"context value {name}: {reason}")
        self.name = name
        self.reason = reason


class Target(StrEnum):
    AWS = "aws"
    LOCAL = "local"  # the emulator of `make up`: without VPC, RDS and own encryption keys


@dataclass(frozen=True)
class Configuration:
    """Each field is a context value of the same name.

    `retention` is in days, for jobs, and `log_retention` too. `source_allowed_networks` and `source_denied_networks`
    are lists with commas, of networks in which a source may or may not be; empty means the library's defaults.
    `openai_secret` is the name or the ARN of a secret that holds an OpenAI API key; without it, and without
    `openai_base_url`, the offline planner reads the prompts.
    `concurrent_jobs` is how many jobs may run at once; the others wait.
    `snapshot_keeper_seconds` cuts how long a keeper holds a source's snapshot before the other one takes over; 0 is as
    long as a function may run.
    `copy_workers` is how many functions share one job's work at most.
    `jwt_issuer` and `jwt_audience` let callers come with a token of that issuer for that audience, instead of signing
    their requests with IAM credentials; `jwt_keys_url` is where its keys are, if they cannot be discovered.
    `alarm_topic` is the ARN of an SNS topic that alarms are sent to; empty means that they are only shown.
    `interface_endpoint_zones` and `nat_gateways` are numbers of availability zones (docs/deployment.md has the prices).
    """

    target: Target = Target.AWS
    architecture: str = "x86_64"
    secret_prefix: str = "datavalut"  # noqa: S105 a name, not a secret
    concurrent_jobs: int = 3
    retention: int = 30
    log_retention: int = 90
    planner: str = "auto"
    planner_fallback: str = "none"
    planner_share_values: bool = False
    planner_schema_tokens: int = 60_000
    planner_request_seconds: int = 90
    openai_secret: str = ""
    openai_model: str = "gpt-4.1"
    openai_base_url: str = ""
    source_allowed_networks: str = ""
    source_denied_networks: str = ""
    snapshot_keeper_seconds: int = 0
    copy_workers: int = 4
    requests_per_second: int = 50
    request_burst: int = 100
    nat_gateways: int = 1
    interface_endpoint_zones: int = 1
    database_instance_class: str = "t4g.medium"
    database_storage_gib: int = 50
    database_storage_limit_gib: int = 1000
    database_multi_az: bool = False
    deletion_protection: bool = True
    alarm_topic: str = ""
    jwt_issuer: str = ""
    jwt_audience: str = ""
    jwt_keys_url: str = ""

    @property
    def is_local(self) -> bool:
        return self.target is Target.LOCAL

    @property
    def takes_tokens(self) -> bool:
        return bool(self.jwt_issuer)


_ONE_OF = {
    "architecture": ("x86_64", "arm64"),
    "planner": ("auto", "openai", "offline"),
    "planner_fallback": ("none", "offline"),
    # The days that CloudWatch Logs offers.
    "log_retention": (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
    "nat_gateways": (0, 1, 2),
    "copy_workers": tuple(range(1, 41)),  # the state machine starts no more than 40 at once
    "interface_endpoint_zones": (0, 1, 2),
}

_AT_LEAST_ONE = ("concurrent_jobs", "retention", "planner_schema_tokens", "planner_request_seconds")
_AT_MOST = {"planner_request_seconds": 780}  # all requests of a prompt together take no longer


def read_configuration(node: Node) -> Configuration:
    """Raises ConfigurationError. Values come as text from a command line, and as JSON from cdk.json."""
    given: dict[str, Any] = {}
    for field in fields(Configuration):
        value = node.try_get_context(field.name)
        if value is None:
            continue
        given[field.name] = _typed(field.name, value, type(field.default))
        if field.name in _AT_LEAST_ONE and given[field.name] < 1:
            raise ConfigurationError(field.name, "is below one")
        most = _AT_MOST.get(field.name)
        if most is not None and given[field.name] > most:
            raise ConfigurationError(field.name, f"is above {most}")
        choices = _ONE_OF.get(field.name)
        if choices and given[field.name] not in choices:
            raise ConfigurationError(field.name, f"is none of {', '.join(map(str, choices))}")
    configuration = Configuration(**given)
    _check_tokens(configuration)
    return configuration


def _check_tokens(configuration: Configuration) -> None:
    if bool(configuration.jwt_issuer) != bool(configuration.jwt_audience):
        missing = "jwt_audience" if configuration.jwt_issuer else "jwt_issuer"
        raise ConfigurationError(missing, "is missing: issuer and audience belong together")
    if configuration.jwt_keys_url and not configuration.jwt_issuer:
        raise ConfigurationError("jwt_issuer", "is missing: jwt_keys_url alone says nothing")
    for name in ("jwt_issuer", "jwt_keys_url"):
        address = getattr(configuration, name)
        if address and not address.startswith("https://"):
            raise ConfigurationError(name, "does not begin with https://")


def _typed(name: str, value: Any, kind: Any) -> Any:
    if kind is bool:
        spelling = str(value).lower()
        if spelling not in ("true", "false"):
            raise ConfigurationError(name, "is neither true nor false")
        return spelling == "true"
    if kind is int:
        try:
            number = int(value)
        except (TypeError, ValueError):
            raise ConfigurationError(name, "is not a whole number") from None
        if number < 0:
            raise ConfigurationError(name, "is below zero")
        return number
    if kind is Target:
        try:
            return Target(value)
        except ValueError:
            raise ConfigurationError(name, f"is none of {', '.join(Target)}") from None
    return str(value)
