"""What a deployment's variables say. Needs nothing running."""

import pytest

from datavalut.aws.workflow_deployment import target_disk
from datavalut.planning.openai_planner import REQUEST_SECONDS, SCHEMA_TOKENS
from datavalut.settings import PlannerChoice, PlannerFallback, SettingError, read_settings
from datavalut.transfer.preflight.disk import TargetDisk
from infra.configuration import Configuration

GIB = 2**30


def test_without_variables_no_value_is_shared_and_nothing_falls_back() -> None:
    settings = read_settings({})
    assert settings.planner is PlannerChoice.AUTO
    assert settings.planner_fallback is PlannerFallback.NONE
    assert settings.planner_share_values is False
    assert settings.planner_schema_tokens == SCHEMA_TOKENS == Configuration().planner_schema_tokens
    assert settings.planner_request_seconds == REQUEST_SECONDS == Configuration().planner_request_seconds


def test_each_choice_can_be_made() -> None:
    settings = read_settings(
        {
            "PLANNER": "openai",
            "PLANNER_FALLBACK": "offline",
            "PLANNER_SHARE_VALUES": "True",
            "PLANNER_SCHEMA_TOKENS": "8000",
            "PLANNER_REQUEST_SECONDS": "600",
        }
    )
    assert settings.planner is PlannerChoice.OPENAI
    assert settings.planner_fallback is PlannerFallback.OFFLINE
    assert settings.planner_share_values is True
    assert settings.planner_schema_tokens == 8_000
    assert settings.planner_request_seconds == 600


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("PLANNER", "gpt"),
        ("PLANNER_FALLBACK", "yes"),
        ("PLANNER_SHARE_VALUES", "maybe"),
        ("PLANNER_SCHEMA_TOKENS", "many"),
        ("PLANNER_SCHEMA_TOKENS", "0"),
        ("PLANNER_REQUEST_SECONDS", "0"),
        ("JOB_RETENTION_DAYS", "a week"),
        ("SOURCE_DENIED_NETWORKS", "10.0.0.0/8, everywhere"),
        ("TARGET_STORAGE_GIB", "much"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_its_name(variable: str, text: str) -> None:
    with pytest.raises(SettingError, match=variable):
        read_settings({variable: text})


def test_the_target_servers_disk_is_what_it_was_made_with_and_may_grow_to() -> None:
    settings = read_settings({"TARGET_STORAGE_GIB": "50", "TARGET_STORAGE_LIMIT_GIB": "1000"})
    assert target_disk(settings) == TargetDisk(size_bytes=50 * GIB, limit_bytes=1000 * GIB)


def test_a_disk_that_does_not_grow_is_its_own_limit() -> None:
    assert target_disk(read_settings({"TARGET_STORAGE_GIB": "50"})) == TargetDisk(50 * GIB, 50 * GIB)


def test_a_disk_that_nobody_tells_of_is_unknown() -> None:
    assert target_disk(read_settings({})) is None


def test_a_setting_that_is_no_number_is_named() -> None:
    with pytest.raises(SettingError) as raised:
        read_settings({"TARGET_STORAGE_GIB": "much"})
    assert raised.value.variable == "TARGET_STORAGE_GIB"


def test_at_least_one_job_may_run() -> None:
    assert read_settings({}).concurrent_jobs == 3
    with pytest.raises(SettingError) as raised:
        read_settings({"CONCURRENT_JOBS": "0"})
    assert raised.value.variable == "CONCURRENT_JOBS"
