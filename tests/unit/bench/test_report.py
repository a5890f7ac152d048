"""Needs nothing running: runs are made up."""

from bench.measure import Built, EngineFigures, Run
from bench.report import bars, summarize


def run(contender: str, number: int, seconds: float, *, memory: int = 0, scans: int = 0, differing: str = "") -> Run:
    figures = EngineFigures(memory, tables=(), phases={}) if memory else None
    tables = (differing,) if differing else ()
    return Run(contender, number, Built(seconds, figures), tables, {"lineitem": scans, "orders": 0})


def met(task: str, runs: list[Run]) -> dict[str, bool]:
    """By the beginning of each bar's text."""
    return {bar.text.partition(" (")[0]: bar.met for bar in bars(task, summarize(runs))}


def test_a_ratio_is_to_the_floor_of_the_same_round() -> None:
    runs = [run("floor", 0, 10), run("engine", 0, 5), run("engine", 1, 20), run("floor", 1, 20), run("floor", 2, 1)]
    runs.append(run("engine", 2, 3))
    engine = summarize(runs)["engine"]
    assert (engine.ratio, engine.lowest_ratio, engine.highest_ratio) == (1.0, 0.5, 3.0)
    assert engine.seconds == 5


def test_contenders_come_by_their_ratios() -> None:
    runs = [run("floor", 0, 10), run("db-condenser", 0, 12), run("engine", 0, 6)]
    assert list(summarize(runs)) == ["engine", "floor", "db-condenser"]


def test_a_table_that_differed_once_is_told() -> None:
    runs = [run("floor", 0, 10), run("engine", 0, 5), run("floor", 1, 10), run("engine", 1, 5, differing="orders")]
    assert summarize(runs)["engine"].differing == ("orders",)


def test_the_engine_is_held_to_its_bar_and_to_its_memory() -> None:
    floor = run("floor", 0, 10)
    within = met("F", [floor, run("engine", 0, 6.5, memory=199 * 2**20)])
    assert within == {"engine: at most 0.65 times the floor": True, "engine: memory under 200 MiB": True}
    beyond = met("F", [floor, run("engine", 0, 6.6, memory=200 * 2**20)])
    assert beyond == {"engine: at most 0.65 times the floor": False, "engine: memory under 200 MiB": False}


def test_copying_everything_is_to_be_ahead_of_pgcopydb() -> None:
    runs = [run("floor", 0, 10), run("engine", 0, 7), run("pgcopydb", 0, 6.9)]
    assert met("C", runs)["engine: ahead of pgcopydb"] is False


def test_a_small_task_may_not_read_the_big_tables_from_end_to_end() -> None:
    runs = [run("floor", 0, 0.5, scans=3), run("engine", 0, 0.5, scans=1)]
    assert met("T", runs)["engine: no sequential scan of lineitem or orders"] is False


def test_a_whole_job_is_held_to_the_engine_or_to_seconds() -> None:
    runs = [run("floor", 0, 10), run("engine", 0, 6), run("whole job", 0, 8.5)]
    assert met("C", runs)["whole job: at most 0.2 times the floor above the engine"] is False
    assert met("T", [run("floor", 0, 0.5), run("whole job", 0, 2.9)])["whole job: at most 3.0 s"] is True


def test_what_was_not_measured_has_no_bar() -> None:
    assert met("C", [run("floor", 0, 10), run("pgcopydb", 0, 8)]) == {}
