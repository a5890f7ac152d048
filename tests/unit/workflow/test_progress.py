"""Needs nothing running."""

from datavalut.workflow.progress import Phase, copying_progress


def test_phases_follow_one_another() -> None:
    starts = [phase.start for phase in Phase]
    assert starts == sorted(set(starts))
    assert starts[-1] < 1


def test_copying_moves_from_its_phase_to_the_next_with_the_rows() -> None:
    assert copying_progress(0, 100) == Phase.COPYING.start
    assert copying_progress(100, 100) == Phase.INDEXING.start
    assert copying_progress(10, 100) < copying_progress(60, 100) < copying_progress(90, 100)


def test_more_rows_than_expected_do_not_run_over_into_the_next_phase() -> None:
    assert copying_progress(500, 100) == Phase.INDEXING.start


def test_nothing_to_copy_is_copied_at_once() -> None:
    assert copying_progress(0, 0) == Phase.INDEXING.start
