"""How the engine's time and memory grow with the rows that are kept."""

import statistics
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rich.table import Table

from bench.engine import Engine
from bench.measure import FailedRun, Run, expected_contents, measure
from bench.options import GROWTH
from bench.report import WORKER_MEMORY, Bar, console, megabytes, print_bar
from bench.server import BenchDatabases
from bench.tasks import Task, growing_tasks

# Twice the rows in at most so much more than twice the time: no machine holds still to the last percent.
_TOLERANCE = 1.1


@dataclass(frozen=True)
class Kept:
    """Medians of the engine's runs of one task."""

    title: str
    rows: int
    seconds: float
    peak_memory: int  # bytes


def measure_growth(databases: BenchDatabases, rounds: int) -> Iterator[tuple[Task, Run]]:
    """Every task once in a round."""
    tasks = growing_tasks()
    expected = {task.key: expected_contents(databases, task) for task in tasks}
    for _ in range(rounds):
        for task in tasks:
            for run in measure(databases, task, [Engine()], expected[task.key], rounds=1):
                assert not isinstance(run, FailedRun)  # rivals alone may fail
                yield task, run


def kept_by(runs: Iterable[tuple[Task, Run]]) -> tuple[Kept, ...]:
    """In the order of the tasks."""
    by_title: dict[str, list[Run]] = {}
    for task, run in runs:
        by_title.setdefault(task.title, []).append(run)
    return tuple(_kept(title, of_task) for title, of_task in by_title.items())


def growth_bars(kept: Sequence[Kept]) -> Iterator[Bar]:
    """Small subsets have a fixed part in their time, so each is compared with the next larger one."""
    worst = max((after.seconds / before.seconds) / (after.rows / before.rows) for before, after in pairwise(kept))
    text = f"engine: time grows at most {_TOLERANCE} times as fast as the rows kept ({worst:.2f})"
    yield Bar(text, worst <= _TOLERANCE)
    highest = max(one.peak_memory for one in kept)
    text = f"engine: memory under {megabytes(WORKER_MEMORY)} at each size ({megabytes(highest)})"
    yield Bar(text, highest < WORKER_MEMORY)


def print_growth(kept: Sequence[Kept]) -> None:
    table = Table(title="the engine alone, medians")
    for heading in ("kept", "rows", "seconds", "seconds per million rows", "memory"):
        table.add_column(heading, justify="left" if heading == "kept" else "right")
    for one in kept:
        per_million = f"{one.seconds / one.rows * 1e6:.2f}"
        table.add_row(one.title, f"{one.rows:,}", f"{one.seconds:.2f}", per_million, megabytes(one.peak_memory))
    console.print(table)
    for bar in growth_bars(kept):
        print_bar(GROWTH, bar)


def _kept(title: str, runs: Sequence[Run]) -> Kept:
    figures = [run.built.figures for run in runs if run.built.figures is not None]
    return Kept(
        title=title,
        rows=figures[0].rows,
        seconds=statistics.median(run.built.seconds for run in runs),
        peak_memory=max(figure.peak_memory for figure in figures),
    )
