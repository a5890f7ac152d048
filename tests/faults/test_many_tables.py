"""A source with very many tables.

Needs PostgreSQL, which the fixtures start. The job runs step by step, with everything real but AWS.
"""

from collections.abc import Callable, Iterator

import pytest

from datavalut.connections import ConnectionParameters
from datavalut.filters.model import FilterPlan
from datavalut.jobs.model import JobStatus
from tests.faults.extent import IS_FULL
from tests.faults.fault_table import FaultTable
from tests.faults.left_behind import OfRunner, Places
from tests.postgres_server import TestServer, execute, query
from tests.workflow_runner import WorkflowRunner

TABLES = 1000 if IS_FULL else 100
# Every table references the one of half its number, and table 0 those of the customers: a tree of ten levels.
MAKE_TABLES = f"""
CREATE TABLE customers (id integer PRIMARY KEY);
INSERT INTO customers SELECT generate_series(1, 4);
CREATE TABLE t_0 (id integer PRIMARY KEY, parent_id integer NOT NULL REFERENCES customers);
INSERT INTO t_0 SELECT n, n FROM generate_series(1, 4) AS n;
DO $$ BEGIN
    FOR number IN 1 .. {TABLES - 2} LOOP
        EXECUTE format(
            'CREATE TABLE t_%s (id integer PRIMARY KEY, parent_id integer NOT NULL REFERENCES t_%s, note text);'
            'CREATE INDEX ON t_%s (parent_id);'
            'INSERT INTO t_%s SELECT n, n, ''note '' || n FROM generate_series(1, 4) AS n',
            number, number / 2, number, number
        );
    END LOOP;
END $$;
"""
FIRST_CUSTOMERS = FilterPlan.model_validate(
    {
        "roots": [
            {
                "table": "customers",
                "condition": {
                    "kind": "compare",
                    "left": {"kind": "column", "column": "id"},
                    "operator": "<=",
                    "right": {"kind": "value", "value": 3},
                },
            }
        ]
    }
)


@pytest.fixture
def runner(postgres: TestServer) -> Iterator[WorkflowRunner]:
    made = WorkflowRunner(postgres.admin, FIRST_CUSTOMERS)
    yield made
    for result in made.secrets.results.values():
        postgres.drop_database(result)
        execute(postgres.superuser, f"DROP ROLE IF EXISTS {result.user}")


def test_very_many_tables_are_copied_with_their_keys_and_indexes(
    runner: WorkflowRunner, make_database: Callable[..., ConnectionParameters], faults: FaultTable
) -> None:
    source = make_database(MAKE_TABLES)
    job = runner.run(runner.create(source))
    left = Places((source,), OfRunner(runner)).left_of(job.job_id)
    faults.record(f"source with {TABLES} tables", tries=1, left=left)
    assert job.status is JobStatus.COMPLETED, job.error
    assert job.result is not None
    report = job.result["report"]
    assert {table["rows"] for table in report["tables"]} == {3}
    assert len(report["tables"]) == report["verified"]["tables_counted"] == TABLES
    assert report["verified"]["foreign_keys"] == TABLES - 1
    result = runner.secrets.get_result(job.job_id)
    indexes = "SELECT count(*) FROM pg_indexes WHERE schemaname = 'public'"
    assert query(result, indexes) == query(source, indexes)
