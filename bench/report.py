"""What is printed: a line a run, the engine's figures, and at the end the ratios beside what they ought to be."""

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from bench.measure import EngineFigures, FailedRun, Run
from bench.tasks import Task

# Of the medians of the ratios to the floor.
ENGINE_BARS = {"F": 0.65, "T": 1.3, "C": 0.75}
WHOLE_JOB_ABOVE_ENGINE = {"F": 0.2, "C": 0.2}
WHOLE_JOB_SECONDS = {"T": 3.0}
WORKER_MEMORY = 200 * 2**20  # bytes

_TELLING_SHARE = 0.1  # of a run's time: what takes less is not worth its figures

console = Console(highlight=False, width=120)


@dataclass(frozen=True)
class Summary:
    """One contender's runs of one task. `ratio` is the median of those to the floor's run of the same round."""

    contender: str
    seconds: float
    ratio: float
    lowest_ratio: float
    highest_ratio: float
    scans: int
    peak_memory: int | None
    differing: tuple[str, ...]


def summarize(runs: Sequence[Run]) -> dict[str, Summary]:
    """By contender, in the order of the ratios."""
    floor = {run.round: run.built.seconds for run in runs if run.contender == "floor"}
    summaries = []
    for name in {run.contender for run in runs}:
        own = [run for run in runs if run.contender == name]
        ratios = [run.built.seconds / floor[run.round] for run in own if run.round in floor]
        memory = [run.built.figures.peak_memory for run in own if run.built.figures is not None]
        summaries.append(
            Summary(
                contender=name,
                seconds=statistics.median(run.built.seconds for run in own),
                ratio=statistics.median(ratios),
                lowest_ratio=min(ratios),
                highest_ratio=max(ratios),
                scans=max(sum(run.sequential_scans.values()) for run in own),
                peak_memory=max(memory, default=None),
                differing=tuple(sorted({table for run in own for table in run.differing})),
            )
        )
    return {summary.contender: summary for summary in sorted(summaries, key=lambda summary: summary.ratio)}


@dataclass(frozen=True)
class Bar:
    text: str
    met: bool


def bars(task: str, summaries: Mapping[str, Summary]) -> Iterable[Bar]:
    """What the results of a task ought to be, as far as it was measured."""
    engine, job, pgcopydb = (summaries.get(name) for name in ("engine", "whole job", "pgcopydb"))
    if engine is not None:
        bar = ENGINE_BARS[task]
        yield Bar(f"engine: at most {bar} times the floor ({engine.ratio:.2f})", engine.ratio <= bar)
        if engine.peak_memory is not None:
            met = engine.peak_memory < WORKER_MEMORY
            yield Bar(f"engine: memory under {megabytes(WORKER_MEMORY)} ({megabytes(engine.peak_memory)})", met)
        if pgcopydb is not None:
            yield Bar(f"engine: ahead of pgcopydb ({pgcopydb.ratio:.2f})", engine.ratio < pgcopydb.ratio)
        if task == "T":
            yield Bar(f"engine: no sequential scan of lineitem or orders ({engine.scans})", engine.scans == 0)
    if job is not None and engine is not None and task in WHOLE_JOB_ABOVE_ENGINE:
        above, bar = job.ratio - engine.ratio, WHOLE_JOB_ABOVE_ENGINE[task]
        yield Bar(f"whole job: at most {bar} times the floor above the engine ({above:.2f})", above <= bar)
    if job is not None and task in WHOLE_JOB_SECONDS:
        bar = WHOLE_JOB_SECONDS[task]
        yield Bar(f"whole job: at most {bar} s ({job.seconds:.1f} s)", job.seconds <= bar)


def print_run(task: Task, run: Run) -> None:
    watched = ", ".join(f"{count} of {table}" for table, count in run.sequential_scans.items() if count)
    scans = f"  sequential scans: {watched or 'none'}" if task.key == "T" else ""
    wrong = f"  [red]DIFFERS in {', '.join(run.differing)}[/red]" if run.differing else ""
    console.print(f"  round {run.round + 1}  {run.contender:<24}{run.built.seconds:8.2f} s{scans}{wrong}")
    if run.built.figures is not None:
        _print_figures(run.built.figures, run.built.seconds)


def print_failed_run(run: FailedRun) -> None:
    console.print(f"  round {run.round + 1}  {run.contender:<24}  [red]failed[/red]")
    console.print(run.reason, markup=False)


def _print_figures(figures: EngineFigures, seconds: float) -> None:
    console.print(
        f"             {figures.rows:,} rows in {figures.chunks} chunks, memory {megabytes(figures.peak_memory)}"
    )
    for phase, taken in figures.phases.items():
        # What one phase lets through, of all rows. Where it takes next to no time, that says nothing.
        rates = _rates(figures.rows, figures.bytes, taken) if taken > _TELLING_SHARE * seconds else ""
        console.print(f"             {phase:<30}{taken:8.2f} s  {rates}".rstrip())
    for table in sorted(figures.tables, key=lambda table: -table.seconds):
        if table.seconds > _TELLING_SHARE * seconds:
            console.print(
                f"               {table.table:<28}{table.seconds:8.2f} s"
                f"  {_rates(table.rows, table.bytes, table.seconds)}, {table.rows:,} rows in {table.chunks} chunks"
            )


def _rates(rows: int, size: int, seconds: float) -> str:
    return f"{rows / seconds:,.0f} rows/s, {size / seconds / 1e6:,.1f} MB/s"


def print_results(scale: float, results: Mapping[str, tuple[Task, Sequence[Run]]]) -> None:
    table = Table(title=f"scale {scale:g}, medians, ratios to the floor")
    for heading in ("task", "contender", "seconds", "ratio", "spread", "contents"):
        table.add_column(heading, justify="right" if heading in ("seconds", "ratio") else "left")
    for key, (_, runs) in results.items():
        for summary in summarize(runs).values():
            table.add_row(
                key,
                summary.contender,
                f"{summary.seconds:.2f}",
                f"{summary.ratio:.2f}",
                f"({summary.lowest_ratio:.2f} to {summary.highest_ratio:.2f})",
                f"[red]differ: {', '.join(summary.differing)}[/red]" if summary.differing else "exact",
            )
        table.add_section()
    console.print(table)
    for key, (_, runs) in results.items():
        for bar in bars(key, summarize(runs)):
            print_bar(key, bar)


def print_bar(task: str, bar: Bar) -> None:
    console.print(f"  {'[green]met   [/green]' if bar.met else '[red]missed[/red]'} {task}  {bar.text}")


def megabytes(size: int) -> str:
    return f"{size / 2**20:.0f} MiB"
