"""The source's tables are changed while a job reads them: its result is exact, or it fails and says what has happened
to which table.

Needs PostgreSQL, which the fixtures start. Jobs run step by step, with everything real but AWS.
"""

import time
from collections.abc import Callable, Iterator
from enum import Enum
from threading import Lock
from typing import Any

import psycopg2
import pytest

from datavalut.connections import ConnectionParameters
from datavalut.filters.model import FilterPlan
from datavalut.jobs.model import JobStatus
from tests.faults.extent import IS_FULL
from tests.faults.fault_table import FaultTable
from tests.faults.left_behind import OfRunner, Places
from tests.postgres_server import TestServer, execute, query
from tests.workflow_runner import WorkflowRunner

SHOP = """
CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE TABLE customers (id integer PRIMARY KEY, country text NOT NULL);
CREATE TABLE visits (customer_id integer REFERENCES customers, day date, page text) PARTITION BY RANGE (day);
CREATE TABLE visits_may PARTITION OF visits FOR VALUES FROM ('2025-05-01') TO ('2025-06-01');
CREATE TABLE visits_june PARTITION OF visits FOR VALUES FROM ('2025-06-01') TO ('2025-07-01');
CREATE TABLE visits_july (LIKE visits);
CREATE TABLE settings (
    name text PRIMARY KEY, value text, previous text, number integer, code varchar(10), mood mood
);
CREATE TABLE settings_next (LIKE settings);
CREATE INDEX settings_by_number ON settings (number);
INSERT INTO customers SELECT n, CASE WHEN n % 3 = 0 THEN 'Canada' ELSE 'France' END FROM generate_series(1, 30) AS n;
INSERT INTO visits SELECT 1 + n % 30, date '2025-05-01' + n % 60, 'page ' || n FROM generate_series(1, 300) AS n;
INSERT INTO visits_july SELECT 3, date '2025-07-01', 'page ' || n FROM generate_series(1, 5) AS n;
INSERT INTO settings SELECT 'name ' || n, 'value ' || n, 'old ' || n, n, 'c' || n, 'happy'
    FROM generate_series(1, 50) AS n;
INSERT INTO settings_next SELECT * FROM settings LIMIT 7;
ANALYZE;
"""
CANADIANS = FilterPlan.model_validate(
    {
        "roots": [
            {
                "table": "customers",
                "condition": {
                    "kind": "compare",
                    "left": {"kind": "column", "column": "country"},
                    "operator": "=",
                    "right": {"kind": "value", "value": "Canada"},
                },
            }
        ]
    }
)
CANADIAN_VISITS = "customer_id IN (SELECT id FROM customers WHERE country = 'Canada')"


class Moment(Enum):
    BEFORE_THE_SNAPSHOT = "between plan and snapshot"
    BEFORE_THE_SCHEMA = "between snapshot and schema"
    BEFORE_THE_ROWS = "between schema and rows"
    AMONG_THE_ROWS = "while rows are copied"


# By what is done: the statements, what is to be told of it, and at which moments; at the others, the result is exact.
# A table is planned, so one that is gone is told even if it is gone before the snapshot is taken.
ALWAYS = frozenset(Moment)
AFTERWARDS = ALWAYS - {Moment.BEFORE_THE_SNAPSHOT}
NEVER: frozenset[Moment] = frozenset()
CHANGES: dict[str, tuple[str, str, frozenset[Moment]]] = {
    "table dropped": ("DROP TABLE settings", "public.settings", ALWAYS),
    "table dropped and made anew": (
        "CREATE TABLE made (LIKE settings INCLUDING ALL); DROP TABLE settings; ALTER TABLE made RENAME TO settings",
        "public.settings",
        AFTERWARDS,
    ),
    "another table in its place": (
        "ALTER TABLE settings RENAME TO settings_before; ALTER TABLE settings_next RENAME TO settings;"
        " ALTER TABLE settings_before RENAME TO settings_next",
        "public.settings",
        AFTERWARDS,
    ),
    "column dropped": ("ALTER TABLE settings DROP COLUMN value", "public.settings", AFTERWARDS),
    "column dropped and made anew": (
        "ALTER TABLE settings DROP COLUMN value, ADD COLUMN value text DEFAULT 'new'",
        "column value of public.settings",
        AFTERWARDS,
    ),
    "column of the filter dropped": ("ALTER TABLE customers DROP COLUMN country", "customers", ALWAYS),
    "column renamed": ("ALTER TABLE settings RENAME value TO content", "public.settings", AFTERWARDS),
    "another column in its place": (
        "ALTER TABLE settings RENAME value TO other; ALTER TABLE settings RENAME previous TO value;"
        " ALTER TABLE settings RENAME other TO previous",
        "column previous of public.settings",
        AFTERWARDS,
    ),
    "column added": ("ALTER TABLE settings ADD COLUMN more integer DEFAULT 7", "", NEVER),
    "type changed": ("ALTER TABLE settings ALTER COLUMN number TYPE bigint", "public.settings", AFTERWARDS),
    "type changed, and no row": ("ALTER TABLE settings ALTER COLUMN code TYPE text", "", NEVER),
    "table emptied": ("TRUNCATE settings", "public.settings", AFTERWARDS),
    "foreign key dropped": (
        "ALTER TABLE visits DROP CONSTRAINT visits_customer_id_fkey",
        "public.visits",
        frozenset({Moment.BEFORE_THE_SNAPSHOT}),
    ),
    "rows deleted": ("DELETE FROM settings", "", NEVER),
    "index dropped": (
        "DROP INDEX settings_by_number",
        "index public.settings_by_number",
        frozenset({Moment.BEFORE_THE_SCHEMA}),
    ),
    "partition dropped": ("DROP TABLE visits_may", "public.visits_may", AFTERWARDS),
    "partition detached": (
        "ALTER TABLE visits DETACH PARTITION visits_may",
        "partition public.visits_may of public.visits",
        AFTERWARDS,
    ),
    "table attached as a partition": (
        "ALTER TABLE visits ATTACH PARTITION visits_july FOR VALUES FROM ('2025-07-01') TO ('2025-08-01')",
        "public.visits_july",
        ALWAYS,
    ),
    "partition made": (
        "CREATE TABLE visits_august PARTITION OF visits FOR VALUES FROM ('2025-08-01') TO ('2025-09-01');"
        " INSERT INTO visits SELECT 3, '2025-08-01', 'new'",
        "",
        NEVER,
    ),
}

# Each before the rows, where most would do harm if they were not told; the others where something else notices them.
TRIED = (
    [(name, moment) for name in CHANGES for moment in Moment]
    if IS_FULL
    else [
        *((name, Moment.BEFORE_THE_ROWS) for name in CHANGES),
        ("column of the filter dropped", Moment.BEFORE_THE_SNAPSHOT),
        ("foreign key dropped", Moment.BEFORE_THE_SNAPSHOT),
        ("table dropped", Moment.BEFORE_THE_SCHEMA),
        ("column renamed", Moment.BEFORE_THE_SCHEMA),
        ("index dropped", Moment.BEFORE_THE_SCHEMA),
    ]
)


@pytest.fixture
def runner(postgres: TestServer) -> Iterator[WorkflowRunner]:
    made = WorkflowRunner(postgres.admin, CANADIANS)
    yield made
    for result in made.secrets.results.values():
        postgres.drop_database(result)
        execute(postgres.superuser, f"DROP ROLE IF EXISTS {result.user}")


@pytest.fixture
def shop(make_database: Callable[..., ConnectionParameters]) -> ConnectionParameters:
    return make_database(SHOP)


class Change:
    """Made once, at its moment; `expected` is then what a job that has read at the snapshot's moment holds."""

    def __init__(self, runner: WorkflowRunner, shop: ConnectionParameters, statements: str, moment: Moment) -> None:
        self._runner = runner
        self._shop = shop
        self._statements = statements
        self._moment = moment
        self._lock = Lock()
        self.is_made = False
        self.expected = contents(shop, CANADIAN_VISITS)
        match moment:
            case Moment.BEFORE_THE_SNAPSHOT:
                runner.before["keep first"] = self.make
            case Moment.BEFORE_THE_SCHEMA:
                runner.before["prepare"] = self.make
            case Moment.BEFORE_THE_ROWS:
                runner.before["work"] = self.make
            case Moment.AMONG_THE_ROWS:
                self._add_copied = runner.store.add_copied
                runner.store.add_copied = self._make_among_the_rows  # type: ignore[method-assign]

    def make(self, job_id: str) -> None:
        with self._lock:
            if self.is_made:
                return
            while self._moment is Moment.BEFORE_THE_SCHEMA and not self._runner.store.get_state(job_id).snapshots:
                time.sleep(0.01)
            # Who reads a table holds on to it: what happens to it then, happens when it has been read.
            execute(self._shop, f"SET LOCAL lock_timeout = '300ms'; {self._statements}")
            self.is_made = True
            if self._moment is Moment.BEFORE_THE_SNAPSHOT and "country" not in self._statements:
                self.expected = contents(self._shop, CANADIAN_VISITS)

    def _make_among_the_rows(self, job_id: str, rows: int, tables: int) -> Any:
        try:
            self.make(job_id)
        except psycopg2.errors.LockNotAvailable:
            self.is_made = True
        return self._add_copied(job_id, rows, tables)


def contents(database: ConnectionParameters, visits: str = "true") -> dict[str, Any]:
    """Rows, and the indexes of a table."""
    ((is_there,),) = query(database, "SELECT to_regclass('settings') IS NOT NULL")
    return {
        "settings": is_there and query(database, "SELECT to_jsonb(t)::text FROM settings AS t ORDER BY 1"),
        "visits": query(database, f"SELECT t::text FROM visits AS t WHERE {visits} ORDER BY 1"),
        "indexes": query(database, "SELECT indexdef FROM pg_indexes WHERE tablename = 'settings' ORDER BY 1"),
    }


@pytest.mark.parametrize(("name", "moment"), TRIED, ids=lambda value: getattr(value, "value", value))
def test_a_source_that_changes_gives_an_exact_result_or_is_told_to_have_changed(
    name: str, moment: Moment, runner: WorkflowRunner, shop: ConnectionParameters, faults: FaultTable
) -> None:
    statements, told, moments = CHANGES[name]
    change = Change(runner, shop, statements, moment)
    job = runner.run(runner.create(shop))
    faults.record(
        f"source changes: {name}",
        tries=change.is_made,
        left=Places((shop,), OfRunner(runner)).left_of(job.job_id),
    )
    if job.status is JobStatus.COMPLETED:
        assert contents(runner.secrets.get_result(job.job_id)) == change.expected
        assert moment is Moment.AMONG_THE_ROWS or moment not in moments
    else:
        assert job.error is not None
        assert (job.error.code, told in job.error.message) == ("source_changed", True)
        assert moment in moments
