"""Needs nothing running. A target server that is older than the source."""

import pytest

from datavalut.transfer.preflight.finding import Severity
from datavalut.transfer.preflight.target_version import check_target_version


@pytest.mark.parametrize(("source", "target"), [(170010, 170002), (120022, 170010), (170002, 170010)])
def test_the_same_or_a_newer_major_version_passes(source: int, target: int) -> None:
    assert check_target_version(source, target) == ()


def test_an_older_major_version_is_a_warning() -> None:
    (finding,) = check_target_version(170010, 160009)
    assert (finding.code, finding.severity) == ("target_older", Severity.WARNING)
    assert "PostgreSQL 16, the source 17" in finding.message
