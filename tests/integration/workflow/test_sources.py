"""What a source has to give, and what is told when it does not.

Needs PostgreSQL, which the fixtures start. Jobs run step by step, with everything real but AWS.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from datavalut.connections import ConnectionParameters
from datavalut.filters.model import FilterPlan
from datavalut.jobs.model import Job, JobError, JobRequest, JobStatus
from datavalut.transfer.preflight.disk import TargetDisk
from tests.pooler_proxy import PoolMode, pooler_before
from tests.postgres_server import TestServer, execute, query
from tests.standby_server import running_standby
from tests.subset_cases import rows_with
from tests.workflow_runner import WorkflowRunner, workflow_on

SHOP = """
CREATE SCHEMA "Sales Dept";
CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE TABLE customers (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, country text NOT NULL, mood mood);
CREATE TABLE "Sales Dept".orders (
    id serial, customer_id integer REFERENCES customers, day date, PRIMARY KEY (id, day)
) PARTITION BY RANGE (day);
CREATE TABLE "Sales Dept".orders_2024 PARTITION OF "Sales Dept".orders FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE "Sales Dept".orders_rest PARTITION OF "Sales Dept".orders DEFAULT;
CREATE TABLE categories (id integer PRIMARY KEY, parent_id integer REFERENCES categories);
CREATE SEQUENCE free;
CREATE MATERIALIZED VIEW totals AS SELECT customer_id, count(*) FROM "Sales Dept".orders GROUP BY customer_id;
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER touched BEFORE UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION touch();
INSERT INTO customers (country, mood)
    SELECT CASE WHEN n % 3 = 0 THEN 'Canada' ELSE 'France' END, 'happy' FROM generate_series(1, 30) AS n;
INSERT INTO "Sales Dept".orders (customer_id, day)
    SELECT 1 + n % 30, date '2024-06-01' + n FROM generate_series(1, 400) AS n;
INSERT INTO categories VALUES (1, NULL), (2, 1), (3, 2);
REFRESH MATERIALIZED VIEW totals;
ANALYZE;
"""
CANADIANS = FilterPlan(roots=(rows_with("customers", "country", "Canada"),))
READER = "select_only"
OPEN_TO_ALL = "The filtered database's role can connect to other databases"


@pytest.fixture
def runner(postgres: TestServer) -> Iterator[WorkflowRunner]:
    with workflow_on(postgres, CANADIANS) as made:
        yield made


@pytest.fixture
def shop(make_database: Callable[..., ConnectionParameters]) -> ConnectionParameters:
    return make_database(SHOP)


@pytest.fixture
def reader(shop: ConnectionParameters) -> Iterator[ConnectionParameters]:
    """The shop as a role that has CONNECT, USAGE on the schemas and SELECT on the tables, and of what everybody has by
    default nothing."""
    execute(
        shop,
        f"""
        CREATE ROLE {READER} LOGIN PASSWORD 'secret';
        REVOKE ALL ON DATABASE {shop.database} FROM PUBLIC; REVOKE ALL ON SCHEMA public FROM PUBLIC;
        REVOKE ALL ON FUNCTION touch() FROM PUBLIC; REVOKE ALL ON TYPE mood FROM PUBLIC;
        GRANT CONNECT ON DATABASE {shop.database} TO {READER};
        GRANT USAGE ON SCHEMA public, "Sales Dept" TO {READER};
        GRANT SELECT ON customers, categories TO {READER};
        GRANT SELECT ON "Sales Dept".orders, "Sales Dept".orders_2024, "Sales Dept".orders_rest TO {READER};
        """,
    )
    yield replace(shop, user=READER, password="secret")
    execute(shop, f"DROP OWNED BY {READER}; DROP ROLE {READER}")


def report_of(job: Job) -> dict[str, Any]:
    assert job.status is JobStatus.COMPLETED, job.error
    assert job.result is not None
    report: dict[str, Any] = job.result["report"]
    return report


def assert_holds_the_canadians(runner: WorkflowRunner, job: Job, shop: ConnectionParameters) -> None:
    report_of(job)
    result = runner.secrets.get_result(job.job_id)
    for table, condition in {
        "customers": "country = 'Canada'",
        '"Sales Dept".orders': "customer_id IN (SELECT id FROM customers WHERE country = 'Canada')",
        "categories": "true",
    }.items():
        expected = query(shop, f"SELECT t::text FROM {table} AS t WHERE {condition} ORDER BY 1")
        assert expected
        assert query(result, f"SELECT t::text FROM {table} AS t ORDER BY 1") == expected
    assert query(result, "SELECT sum(count) FROM totals") == query(result, 'SELECT count(*) FROM "Sales Dept".orders')
    execute(result, "INSERT INTO customers (country) VALUES ('Canada')")


def changes(shop: ConnectionParameters, server: TestServer) -> list[tuple[Any, ...]]:
    """What was ever written in the database, once no session is left that could still tell: its statistics are there
    before it is gone."""
    sessions = f"SELECT count(*) FROM pg_stat_activity WHERE datname = '{shop.database}'"
    while query(server.superuser, sessions) != [(0,)]:
        time.sleep(0.01)
    return query(
        server.superuser,
        "SELECT tup_inserted, tup_updated, tup_deleted, temp_files FROM pg_stat_database"
        f" WHERE datname = '{shop.database}'",
    )


def warnings_about_the_source(report: dict[str, Any]) -> list[str]:
    """This server is both sides' at once: the source is one of the target's databases, and open to every role."""
    told: list[str] = report["warnings"]
    return [warning for warning in told if not warning.startswith(OPEN_TO_ALL)]


def test_a_role_with_select_alone_is_enough_and_nothing_is_written(
    runner: WorkflowRunner, shop: ConnectionParameters, reader: ConnectionParameters, postgres: TestServer
) -> None:
    before = changes(shop, postgres)
    job = runner.run(runner.create(reader))
    assert changes(shop, postgres) == before
    assert_holds_the_canadians(runner, job, shop)
    assert warnings_about_the_source(report_of(job)) == [
        "Sequence public.free may repeat values: the source's user may not read where it stands."
    ]


def test_a_hot_standby_is_read_as_its_primary_is(
    runner: WorkflowRunner, shop: ConnectionParameters, reader: ConnectionParameters, postgres: TestServer
) -> None:
    with running_standby(postgres) as standby:
        job = runner.run(runner.create(standby.of(reader)))
        assert_holds_the_canadians(runner, job, standby.of(shop))
    (warning, _) = warnings_about_the_source(report_of(job))
    assert "The source is a standby that cancels queries after 30 seconds" in warning


def test_a_pooler_that_lends_whole_sessions_will_do_with_a_warning(
    runner: WorkflowRunner, shop: ConnectionParameters
) -> None:
    with pooler_before(shop, PoolMode.SESSION) as pooler:
        job = runner.run(runner.create(pooler))
    assert_holds_the_canadians(runner, job, shop)
    (warning,) = warnings_about_the_source(report_of(job))
    assert warning.startswith("A pooler stands between DataValut and the source")


def failure_of(runner: WorkflowRunner, source: ConnectionParameters) -> JobError:
    """Of a job that has made nothing."""
    job = runner.run(runner.create(source))
    assert job.status is JobStatus.FAILED
    assert runner.secrets.results == {}
    assert job.error is not None
    return job.error


def test_a_pooler_that_lends_a_session_for_a_transaction_fails_the_job(
    runner: WorkflowRunner, shop: ConnectionParameters
) -> None:
    with pooler_before(shop, PoolMode.TRANSACTION) as pooler:
        error = failure_of(runner, pooler)
    assert error.code == "pooler_in_transaction_mode"
    assert error.remedy == "Connect to the server itself (usually port 5432), not to the pooler."


def test_all_that_is_wrong_is_told_at_once_before_anything_is_made(
    runner: WorkflowRunner, shop: ConnectionParameters, reader: ConnectionParameters
) -> None:
    execute(
        shop,
        f"""
        REVOKE SELECT ON categories, "Sales Dept".orders_rest FROM {READER};
        ALTER TABLE customers ENABLE ROW LEVEL SECURITY;
        CREATE EXTENSION pageinspect; CREATE EXTENSION pg_surgery;
        """,
    )
    error = failure_of(runner, reader)
    assert error.code == "preflight_failed"
    assert error.message == "3 things keep the job from being begun."
    permission, row_security, extensions = error.details
    assert permission.startswith("The source's user may not read Sales Dept.orders_rest, public.categories. Let it")
    assert row_security.startswith("Row-level security hides rows of public.customers")
    assert "superuser may create on the target server: pageinspect, pg_surgery" in extensions


def test_a_dry_run_tells_the_warnings_too(runner: WorkflowRunner, shop: ConnectionParameters) -> None:
    runner.deployment = replace(runner.deployment, target_disk=TargetDisk(size_bytes=1, limit_bytes=2**50))
    job = runner.run(runner.create(shop, JobRequest(dry_run=True)))
    assert job.status is JobStatus.COMPLETED
    assert job.result is not None
    open_to_all, warning = job.result["warnings"]
    assert open_to_all.startswith(OPEN_TO_ALL)
    assert warning.startswith("The rows may need 0.0 GiB on the target server")


def test_rows_that_can_never_fit_fail_the_job(runner: WorkflowRunner, shop: ConnectionParameters) -> None:
    runner.deployment = replace(runner.deployment, target_disk=TargetDisk(size_bytes=1, limit_bytes=1))
    assert failure_of(runner, shop).code == "disk_too_small"


def test_too_few_sessions_fail_the_job(
    runner: WorkflowRunner, shop: ConnectionParameters, reader: ConnectionParameters
) -> None:
    execute(shop, f"ALTER ROLE {READER} CONNECTION LIMIT 3")
    assert failure_of(runner, reader).code == "too_many_connections"


def test_a_source_that_is_newer_than_pg_dump_fails_the_job(
    runner: WorkflowRunner, reader: ConnectionParameters, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("datavalut.transfer.connect.SOURCE_VERSIONS", (12, 16))
    error = failure_of(runner, reader)
    assert error.code == "unsupported_server_version"
    assert error.message == "The source runs PostgreSQL 17; this DataValut reads 12 to 16."


def test_an_admin_who_may_make_nothing_fails_the_job(shop: ConnectionParameters, reader: ConnectionParameters) -> None:
    runner = WorkflowRunner(replace(reader, database=shop.database), CANADIANS)
    error = failure_of(runner, shop)
    assert (error.code, error.message) == ("target_role", "The target server's admin lacks CREATEDB and CREATEROLE.")
