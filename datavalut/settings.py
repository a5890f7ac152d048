"""Settings of a deployment, read once from the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import TypeVar

from datavalut.errors import DataValutError

Network = IPv4Network | IPv6Network
Choice = TypeVar("Choice", bound=StrEnum)

DEFAULT_SCHEMA_TOKENS = 60_000
DEFAULT_REQUEST_SECONDS = 90


class SettingError(DataValutError):
    def __init__(self, variable: str, reason: str) -> None:
        super().__init__(f"setting {variable}: {reason}")
        self.variable = variable
        self.reason = reason


class PlannerChoice(StrEnum):
    AUTO = "auto"  # OpenAI if the deployment holds a key or names a server of its own, else offline
    OPENAI = "openai"
    OFFLINE = "offline"


class PlannerFallback(StrEnum):
    """What reads a prompt when the language model gives no answer."""

    NONE = "none"  # nothing: the job fails and says so
    OFFLINE = "offline"


@dataclass(frozen=True)
class Settings:
    """`*_networks` say which addresses a source may have, after name resolution: one that is in a denied network and
    in no allowed one is refused. `secret_key_arn` is the KMS key of new secrets, None for AWS's own. `copy_workers` is
    how many functions may share one job's work, `concurrent_jobs` how many jobs may run at once.
    `snapshot_keeper_seconds` is how long a keeper of a snapshot holds it at most, None for as long as its function may
    run. `target_root_certificates` is a file of the certificates by which the target server proves who it is.
    `target_storage_gib` is what the target server was made with, the limit what it may grow to; 0 is unknown.
    """

    jobs_table: str
    state_machine_arn: str
    event_bus_name: str
    secret_prefix: str
    secret_key_arn: str | None
    target_secret_arn: str
    target_storage_gib: int
    target_storage_limit_gib: int
    target_root_certificates: Path | None
    page_token_secret_arn: str
    jwt_issuer: str
    jwt_audience: str
    jwt_keys_url: str | None
    planner: PlannerChoice
    planner_fallback: PlannerFallback
    planner_share_values: bool
    planner_schema_tokens: int
    planner_request_seconds: int
    openai_api_key_secret_arn: str | None
    openai_model: str
    openai_base_url: str | None
    allowed_networks: tuple[Network, ...]
    denied_networks: tuple[Network, ...]
    local_owner: str | None
    job_retention_days: int
    concurrent_jobs: int
    snapshot_keeper_seconds: int | None
    copy_workers: int


# Loopback, link-local, metadata, multicast and reserved addresses: only an allowed network opens any of them.
ALWAYS_DENIED_NETWORKS: tuple[Network, ...] = tuple(
    ip_network(network)
    for network in (
        "0.0.0.0/8",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "::/128",
        "::1/128",
        "fe80::/10",
        "fd00:ec2::254/128",
        "ff00::/8",
    )
)


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Each function has only the variables that its work needs; the rest stay empty.

    Raises SettingError that names the variable.
    """

    def networks(variable: str, default: str) -> tuple[Network, ...]:
        try:
            return tuple(
                ip_network(part.strip()) for part in environment.get(variable, default).split(",") if part.strip()
            )
        except ValueError as error:
            raise SettingError(variable, str(error)) from None

    def integer(variable: str, default: int, least: int = 0) -> int:
        try:
            number = int(environment.get(variable, default))
        except ValueError:
            raise SettingError(variable, "is not a whole number") from None
        if number < least:
            raise SettingError(variable, f"is below {least}")
        return number

    def positive(variable: str, default: int) -> int:
        number = integer(variable, default)
        if number <= 0:
            raise SettingError(variable, "is not above zero")
        return number

    def choice(variable: str, default: Choice) -> Choice:
        try:
            return type(default)(environment.get(variable) or default)
        except ValueError:
            raise SettingError(variable, f"is none of {', '.join(type(default))}") from None

    def yes_or_no(variable: str) -> bool:
        text = environment.get(variable, "").lower()
        if text not in {"", "true", "false", "1", "0", "yes", "no"}:
            raise SettingError(variable, "is neither true nor false")
        return text in {"true", "1", "yes"}

    certificates = environment.get("TARGET_ROOT_CERTIFICATES")
    return Settings(
        jobs_table=environment.get("JOBS_TABLE", ""),
        state_machine_arn=environment.get("STATE_MACHINE_ARN", ""),
        event_bus_name=environment.get("EVENT_BUS_NAME", ""),
        secret_prefix=environment.get("SECRET_PREFIX", "datavalut"),
        secret_key_arn=environment.get("SECRET_KEY_ARN") or None,
        target_secret_arn=environment.get("TARGET_SECRET_ARN", ""),
        target_storage_gib=integer("TARGET_STORAGE_GIB", 0),
        target_storage_limit_gib=integer("TARGET_STORAGE_LIMIT_GIB", 0),
        target_root_certificates=Path(certificates) if certificates else None,
        page_token_secret_arn=environment.get("PAGE_TOKEN_SECRET_ARN", ""),
        jwt_issuer=environment.get("JWT_ISSUER", ""),
        jwt_audience=environment.get("JWT_AUDIENCE", ""),
        jwt_keys_url=environment.get("JWT_KEYS_URL") or None,
        planner=choice("PLANNER", PlannerChoice.AUTO),
        planner_fallback=choice("PLANNER_FALLBACK", PlannerFallback.NONE),
        planner_share_values=yes_or_no("PLANNER_SHARE_VALUES"),
        planner_schema_tokens=positive("PLANNER_SCHEMA_TOKENS", DEFAULT_SCHEMA_TOKENS),
        planner_request_seconds=positive("PLANNER_REQUEST_SECONDS", DEFAULT_REQUEST_SECONDS),
        openai_api_key_secret_arn=environment.get("OPENAI_API_KEY_SECRET_ARN") or None,
        openai_model=environment.get("OPENAI_MODEL", "gpt-4.1"),
        openai_base_url=environment.get("OPENAI_BASE_URL") or None,
        allowed_networks=networks("SOURCE_ALLOWED_NETWORKS", ""),
        denied_networks=ALWAYS_DENIED_NETWORKS + networks("SOURCE_DENIED_NETWORKS", ""),
        local_owner=environment.get("LOCAL_OWNER") or None,
        job_retention_days=integer("JOB_RETENTION_DAYS", 30),
        copy_workers=integer("COPY_WORKERS", 4),
        concurrent_jobs=integer("CONCURRENT_JOBS", 3, least=1),
        snapshot_keeper_seconds=integer("SNAPSHOT_KEEPER_SECONDS", 0) or None,
    )


@cache
def settings() -> Settings:
    return read_settings(os.environ)
