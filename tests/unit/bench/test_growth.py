"""Needs nothing running: runs are made up."""

from bench.growth import growth_bars, kept_by
from bench.measure import Built, EngineFigures, Run, TableFigures
from bench.tasks import GROWING_SHARES, Task, growing_tasks

MIB = 2**20


def run(task: Task, rows: int, seconds: float, memory: int = 100 * MIB) -> tuple[Task, Run]:
    table = TableFigures("lineitem", rows, bytes=0, seconds=seconds, chunks=1)
    figures = EngineFigures(memory, tables=(table,), phases={})
    return task, Run("engine", 0, Built(seconds, figures), (), {})


def met(*runs: tuple[Task, Run]) -> list[bool]:
    return [bar.met for bar in growth_bars(kept_by(runs))]


SMALL, LARGE = growing_tasks()[:2]


def test_twice_the_rows_may_take_twice_the_time() -> None:
    assert met(run(SMALL, 1000, 1.0), run(LARGE, 2000, 2.1)) == [True, True]
    assert met(run(SMALL, 1000, 1.0), run(LARGE, 2000, 2.3)) == [False, True]


def test_a_fixed_part_is_no_fault() -> None:
    assert met(run(SMALL, 1000, 1.0), run(LARGE, 2000, 1.2)) == [True, True]


def test_memory_is_bounded_at_each_size() -> None:
    assert met(run(SMALL, 1000, 1.0), run(LARGE, 2000, 1.2, memory=200 * MIB)) == [True, False]


def test_a_task_is_told_by_its_median_and_its_highest_memory() -> None:
    runs = [run(SMALL, 1000, seconds, memory) for seconds, memory in ((3.0, 7), (1.0, 9), (2.0, 8))]
    (kept,) = kept_by(runs)
    assert (kept.title, kept.rows, kept.seconds, kept.peak_memory) == (SMALL.title, 1000, 2.0, 9)


def test_the_shares_double() -> None:
    assert [task.title for task in growing_tasks()] == [
        f"{percent}% of the customers, and all that follows" for percent in ("4.5", "9", "18", "36")
    ]
    assert GROWING_SHARES == (0.045, 0.09, 0.18, 0.36)
