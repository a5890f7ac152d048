"""Needs nothing running. The table that the tests of faults end with."""

import pytest

from tests.faults.fault_table import FaultTable


def test_a_line_tells_how_often_a_fault_was_tried_and_that_nothing_is_left() -> None:
    table = FaultTable()
    table.record("a worker is killed", tries=2, left=[])
    table.record("the disk is full", tries=1, left=[])
    table.record("a worker is killed", tries=10, left=[])
    assert table.lines() == [
        "fault               tries  what was left behind",
        "a worker is killed     12  nothing",
        "the disk is full        1  nothing",
    ]


def test_what_is_left_fails_its_test_and_is_told_in_the_table() -> None:
    table = FaultTable()
    with pytest.raises(AssertionError, match="left behind: a worker is killed"):
        table.record("a worker is killed", tries=1, left=["role filtered_1", "slot"])
    assert table.lines()[1].endswith("1  role filtered_1, slot")


def test_a_fault_that_did_not_happen_fails_its_test() -> None:
    with pytest.raises(AssertionError, match="did not happen"):
        FaultTable().record("a worker is killed", tries=0, left=[])


def test_what_this_machine_does_not_let_happen_is_told() -> None:
    table = FaultTable()
    table.record("a worker is killed", tries=1, left=[])
    table.record_impossible("the disk is full")
    assert table.lines()[2] == "the disk is full        -  not possible here"


def test_a_run_without_faults_has_no_table() -> None:
    assert FaultTable().lines() == []
