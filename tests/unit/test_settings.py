"""Needs nothing running. What a function's environment says."""

import pytest

from datavalut.aws.workflow_deployment import target_disk
from datavalut.settings import SettingError, read_settings
from datavalut.transfer.preflight.disk import TargetDisk

GIB = 2**30


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
