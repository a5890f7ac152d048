"""`make bench`: the engine, whole jobs and rivals against what PostgreSQL's own programs take, on this machine."""

import sys
from collections.abc import Sequence
from contextlib import ExitStack

from bench.engine import Engine
from bench.floor import Floor
from bench.growth import kept_by, measure_growth, print_growth
from bench.measure import Contender, FailedRun, Run, expected_contents, measure
from bench.options import GROWTH, InvalidOption, Options
from bench.report import console, print_failed_run, print_results, print_run
from bench.rivals import installed_rivals
from bench.server import BenchDatabases, running_databases
from bench.tasks import Task, tasks
from bench.tools import ProgramFailed
from bench.whole_job import JobNotCompleted, WholeJob, running_stack
from local.errors import LocalStackError
from local.postgres import PostgresServerError
from local.up import print_failure

OURS = (Floor.name, Engine.name, WholeJob.name)


def main() -> int:
    try:
        options = Options.from_environment()
        return _run(options)
    except InvalidOption as error:
        print(f"make bench: {error}", file=sys.stderr)
    except (ProgramFailed, JobNotCompleted, PostgresServerError) as error:
        print(f"make bench: nothing to compare: {error}", file=sys.stderr)
    except LocalStackError as error:
        print_failure("make bench", error)
    return 1


def _run(options: Options) -> int:
    console.print(f"data of scale {options.scale:g} ...")
    results: dict[str, tuple[Task, Sequence[Run]]] = {}
    with running_databases(options.scale, options.directory) as databases, ExitStack() as running:
        contenders = _contenders(options, databases, running)
        for key in options.tasks:
            if key != GROWTH:
                task = tasks(options.scale)[key]
                results[key] = (task, _measured(databases, task, contenders, options.rounds))
        growth = _measured_growth(databases, options.rounds) if GROWTH in options.tasks else []
    if results:
        print_results(options.scale, results)
    if growth:
        print_growth(kept_by(growth))
    # A machine may be slow; rows may not differ. What rivals make is theirs.
    ours = [run for _, runs in results.values() for run in runs if run.contender in OURS]
    ours += [run for _, run in growth]
    return 1 if any(run.differing for run in ours) else 0


def _contenders(options: Options, databases: BenchDatabases, running: ExitStack) -> list[Contender]:
    contenders: list[Contender] = [Floor()]
    if "engine" in options.contenders:
        contenders.append(Engine())
    if "whole-job" in options.contenders:
        whole_job = running.enter_context(running_stack(databases))
        _warm_up(databases, whole_job)
        contenders.append(whole_job)
    if "rivals" in options.contenders:
        contenders.extend(installed_rivals())
    return contenders


def _warm_up(databases: BenchDatabases, whole_job: WholeJob) -> None:
    """The first job starts the functions."""
    task = tasks(databases.scale)["T"]
    for _ in measure(databases, task, [whole_job], {}, rounds=1):
        pass


def _measured(databases: BenchDatabases, task: Task, contenders: Sequence[Contender], rounds: int) -> Sequence[Run]:
    expected = expected_contents(databases, task)
    rows = sum(contents.rows for contents in expected.values())
    console.print(f"\n[bold]{task.key}[/bold]  {task.title}: {rows:,} rows")
    runs: list[Run] = []
    for run in measure(databases, task, contenders, expected, rounds):
        if isinstance(run, FailedRun):
            print_failed_run(run)
        else:
            print_run(task, run)
            runs.append(run)
    return runs


def _measured_growth(databases: BenchDatabases, rounds: int) -> Sequence[tuple[Task, Run]]:
    console.print(f"\n[bold]{GROWTH}[/bold]  ever more customers, the engine alone")
    runs: list[tuple[Task, Run]] = []
    for task, run in measure_growth(databases, rounds):
        print_run(task, run)
        runs.append((task, run))
    return runs


if __name__ == "__main__":
    sys.exit(main())
