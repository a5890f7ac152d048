"""Needs nothing running: makes a PostgreSQL server of its own, with the smallest data of the benchmark."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bench.floor import Floor
from bench.measure import Built, FailedRun, RivalFailed, Run, differing_tables, expected_contents, measure
from bench.server import SOURCE_DATABASE, BenchDatabases, execute, query, running_databases
from bench.tasks import Task, tasks
from bench.tools import ProgramFailed, logged_in, pipe, run
from bench.tpch import SMALLEST_SCALE, TABLES

SCALE = SMALLEST_SCALE


@pytest.fixture(scope="module")
def databases() -> Iterator[BenchDatabases]:
    with running_databases(SCALE, None) as running:
        yield running


def rows_of(databases: BenchDatabases, statement: str) -> list[tuple[object, ...]]:
    return query(replace(databases.superuser, database=SOURCE_DATABASE), statement)


def database_names(databases: BenchDatabases) -> set[str]:
    return {name for (name,) in query(databases.superuser, "SELECT datname FROM pg_database")}


# The data


def test_row_counts_are_those_of_tpch(databases: BenchDatabases) -> None:
    counts = {table: rows_of(databases, f"SELECT count(*) FROM {table}")[0][0] for table in TABLES}
    lines = counts.pop("lineitem")
    assert counts == {
        "region": 5,
        "nation": 25,
        "supplier": 100,
        "customer": 1500,
        "part": 2000,
        "partsupp": 8000,
        "orders": 15000,
    }
    assert isinstance(lines, int) and 59_000 < lines < 61_000


def test_every_foreign_key_is_declared_and_has_an_index(databases: BenchDatabases) -> None:
    keys = rows_of(
        databases,
        """
        SELECT conrelid::regclass::text, confrelid::regclass::text, cardinality(conkey), EXISTS (
            SELECT FROM pg_index WHERE indrelid = conrelid
            AND (indkey::smallint[])[0:cardinality(conkey) - 1] = conkey)
        FROM pg_constraint WHERE contype = 'f' AND convalidated ORDER BY 1, 2
        """,
    )
    assert keys == [
        ("customer", "nation", 1, True),
        ("lineitem", "orders", 1, True),
        ("lineitem", "partsupp", 2, True),
        ("nation", "region", 1, True),
        ("orders", "customer", 1, True),
        ("partsupp", "part", 1, True),
        ("partsupp", "supplier", 1, True),
        ("supplier", "nation", 1, True),
    ]


def test_a_scale_has_the_same_rows_wherever_it_is_made(databases: BenchDatabases) -> None:
    hashes = {
        table: rows_of(databases, f"SELECT sum(hash_record_extended({table}, 0))::text FROM {table}")[0][0]
        for table in ("customer", "orders")
    }
    assert hashes == {"customer": "-63567922527203007518", "orders": "722327066833288541965"}


def test_the_source_role_may_select_and_nothing_else(databases: BenchDatabases) -> None:
    rights = rows_of(
        databases,
        "SELECT DISTINCT privilege_type FROM information_schema.table_privileges"
        f" WHERE grantee = '{databases.source.user}'",
    )
    assert rights == [("SELECT",)]
    attributes = "rolsuper OR rolcreatedb OR rolcreaterole OR rolbypassrls"
    roles = query(databases.superuser, f"SELECT {attributes} FROM pg_roles WHERE rolname = '{databases.source.user}'")
    assert roles == [(False,)]


def test_kept_data_are_used_again_if_they_are_of_the_same_scale(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    with running_databases(SCALE, tmp_path) as first:
        execute(replace(first.superuser, database=SOURCE_DATABASE), "CREATE TABLE trace ()")
    with running_databases(SCALE, tmp_path) as second:
        assert rows_of(second, "SELECT to_regclass('trace')") == [("trace",)]
        assert query(second.source, "SELECT count(*) FROM nation") == [(25,)]
    with running_databases(2 * SCALE, tmp_path) as third:
        assert rows_of(third, "SELECT to_regclass('trace')") == [(None,)]
        assert query(third.source, "SELECT count(*) FROM customer") == [(3000,)]


# The tasks


def test_the_balance_chooses_18_percent(databases: BenchDatabases) -> None:
    expected = expected_contents(databases, tasks(SCALE)["F"])
    assert 0.15 < expected["customer"].rows / 1500 < 0.21


def test_each_of_the_hundred_customers_has_orders(databases: BenchDatabases) -> None:
    task = tasks(SCALE)["T"]
    assert expected_contents(databases, task)["customer"].rows == 100
    orders = task.queries["orders"].replace("orders.*", "DISTINCT o_custkey", 1)
    assert len(rows_of(databases, orders)) == 100


# Measuring


class FloorWithout:
    """The floor, but for a row of nation."""

    name = "floor without a row"

    def can(self, task: Task) -> bool:
        return True

    def build(self, databases: BenchDatabases, task: Task, database_name: str) -> Built:
        built = Floor().build(databases, task, database_name)
        target = replace(databases.superuser, database=database_name)
        execute(target, "UPDATE nation SET n_comment = n_comment || '!' WHERE n_nationkey = 3")
        return built


class Broken:
    name = "broken"

    def can(self, task: Task) -> bool:
        return True

    def build(self, databases: BenchDatabases, task: Task, database_name: str) -> Built:
        execute(databases.admin, f"CREATE DATABASE {database_name}")
        raise RivalFailed("it does not know numbers")


@pytest.mark.parametrize("key", ["F", "T", "C"])
def test_the_floor_makes_what_is_expected_with_every_key(databases: BenchDatabases, key: str) -> None:
    task = tasks(SCALE)[key]
    expected = expected_contents(databases, task)
    Floor().build(databases, task, "by_the_floor")
    target = replace(databases.superuser, database="by_the_floor")
    try:
        assert differing_tables(target, expected) == ()
        counted = "SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND convalidated"
        assert query(target, counted) == [(8,)]
    finally:
        execute(databases.superuser, "DROP DATABASE by_the_floor WITH (FORCE)")


def test_rows_that_are_not_the_same_to_the_last_bit_are_told(databases: BenchDatabases) -> None:
    task = tasks(SCALE)["T"]
    expected = expected_contents(databases, task)
    (only,) = measure(databases, task, [FloorWithout()], expected, 1)
    assert isinstance(only, Run)
    assert only.differing == ("nation",)


def test_a_table_that_is_missing_differs(databases: BenchDatabases) -> None:
    expected = expected_contents(databases, tasks(SCALE)["T"])
    assert differing_tables(databases.superuser, expected) == tuple(expected)


def test_contenders_take_turns_and_leave_nothing(databases: BenchDatabases) -> None:
    task = tasks(SCALE)["T"]
    before = database_names(databases)
    runs = list(measure(databases, task, [Floor(), Broken()], expected_contents(databases, task), 2))
    assert [(run.round, run.contender) for run in runs] == [
        (0, "floor"),
        (0, "broken"),
        (1, "broken"),
        (1, "floor"),
    ]
    assert [run.reason for run in runs if isinstance(run, FailedRun)] == ["it does not know numbers"] * 2
    assert database_names(databases) == before


def test_what_a_broken_off_run_left_is_not_in_the_way(databases: BenchDatabases) -> None:
    task = tasks(SCALE)["T"]
    execute(databases.superuser, "CREATE DATABASE bench_t_0")
    (only,) = measure(databases, task, [Floor()], expected_contents(databases, task), rounds=1)
    assert isinstance(only, Run)
    assert only.differing == ()


def test_sequential_scans_of_the_big_tables_are_counted(databases: BenchDatabases) -> None:
    task = tasks(SCALE)["C"]
    (only,) = measure(databases, task, [Floor()], expected_contents(databases, task), 1)
    assert isinstance(only, Run)
    assert only.sequential_scans == {"lineitem": 1, "orders": 1}


# Programs


def test_a_program_that_fails_is_told_with_what_it_said(databases: BenchDatabases) -> None:
    with pytest.raises(ProgramFailed, match=r"psql ended with 1(.|\n)*no_such_table"):
        run(["psql", "-X", "-c", "TABLE no_such_table"], logged_in(databases.source))


@pytest.mark.parametrize(("reading", "writing"), [("TABLE no_such_table", "SELECT 1"), ("SELECT 1", "no_such_verb")])
def test_a_pipe_fails_if_either_end_does(databases: BenchDatabases, reading: str, writing: str) -> None:
    environment = logged_in(databases.source)
    psql = ["psql", "-X", "-v", "ON_ERROR_STOP=1", "-c"]
    with pytest.raises(ProgramFailed, match=r"psql ended with 1(.|\n)*no_such"):
        pipe([*psql, reading], environment, [*psql, writing], environment)
