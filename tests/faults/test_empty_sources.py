"""Sources that hold little or nothing. Needs PostgreSQL, which the fixtures start. Jobs run step by step, with
everything real but AWS."""

from collections.abc import Callable, Iterator

import pytest

from datavalut.connections import ConnectionParameters
from datavalut.filters.model import FilterPlan
from datavalut.jobs.model import JobRequest, JobStatus
from tests.faults.fault_table import FaultTable
from tests.faults.left_behind import OfRunner, Places
from tests.postgres_server import TestServer, execute, query
from tests.workflow_runner import WorkflowRunner

MakeDatabase = Callable[..., ConnectionParameters]
ADULTS = FilterPlan.model_validate(
    {
        "roots": [
            {
                "table": "people",
                "condition": {
                    "kind": "compare",
                    "left": {"kind": "column", "column": "age"},
                    "operator": ">=",
                    "right": {"kind": "value", "value": 18},
                },
            }
        ]
    }
)
WITHOUT_ROWS = """
CREATE TABLE people (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, age integer);
CREATE TABLE pets (id serial PRIMARY KEY, owner_id integer NOT NULL REFERENCES people);
CREATE TABLE towns (name text UNIQUE) PARTITION BY HASH (name);
CREATE TABLE towns_0 PARTITION OF towns FOR VALUES WITH (MODULUS 1, REMAINDER 0);
CREATE TABLE nothing ();
CREATE MATERIALIZED VIEW ages AS SELECT age, count(*) FROM people GROUP BY age;
"""
dry_or_not = pytest.mark.parametrize("dry_run", [False, True], ids=["job", "dry run"])


@pytest.fixture
def runner(postgres: TestServer) -> Iterator[WorkflowRunner]:
    made = WorkflowRunner(postgres.admin, ADULTS)
    yield made
    for result in made.secrets.results.values():
        postgres.drop_database(result)
        execute(postgres.superuser, f"DROP ROLE IF EXISTS {result.user}")


@dry_or_not
def test_a_database_without_tables_fails_the_job_with_its_name(
    dry_run: bool, runner: WorkflowRunner, make_database: MakeDatabase, faults: FaultTable
) -> None:
    source = make_database()
    job = runner.run(runner.create(source, JobRequest(dry_run=dry_run)))
    left = Places((source,), OfRunner(runner)).left_of(job.job_id)
    faults.record("source without tables", tries=1, left=left)
    assert job.status is JobStatus.FAILED
    assert job.error is not None
    assert (job.error.code, source.database in job.error.message) == ("no_tables", True)


@dry_or_not
def test_tables_without_rows_are_there_and_empty(
    dry_run: bool, runner: WorkflowRunner, make_database: MakeDatabase, faults: FaultTable
) -> None:
    source = make_database(WITHOUT_ROWS)
    job = runner.run(runner.create(source, JobRequest(dry_run=dry_run)))
    left = Places((source,), OfRunner(runner)).left_of(job.job_id)
    faults.record("source without rows", tries=1, left=left)
    assert job.status is JobStatus.COMPLETED, job.error
    assert job.result is not None
    tables = job.result["tables" if dry_run else "report"]
    rows = {
        table["table"]: table["estimated_rows" if dry_run else "rows"]
        for table in (tables if dry_run else tables["tables"])
    }
    assert rows.keys() == {"public.people", "public.pets", "public.towns", "public.nothing"}
    assert rows["public.people"] == 0
    if dry_run:
        return
    assert set(rows.values()) == {0}
    result = runner.secrets.get_result(job.job_id)
    assert query(result, "SELECT count(*) FROM people, pets, towns, nothing, ages") == [(0,)]
    execute(result, "INSERT INTO people (age) VALUES (20); INSERT INTO pets (owner_id) SELECT id FROM people")
    assert query(result, "SELECT id FROM people UNION ALL SELECT id FROM pets") == [(1,), (1,)]
