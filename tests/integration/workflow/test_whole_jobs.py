"""Needs PostgreSQL, which the fixtures start. Jobs run step by step, with everything real but AWS."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from datavalut.connections import ConnectionParameters
from datavalut.filters.model import Evidence, FilterPlan, NotUnderstood, Refusal
from datavalut.jobs.executions import Ending
from datavalut.jobs.model import Job, JobRequest, JobStatus
from datavalut.transfer.errors import JobNoLongerRunning, TransferError
from datavalut.workflow import prepare_target as prepare_module
from datavalut.workflow.build_worker import work_on_build
from datavalut.workflow.errors import TargetServerUnavailable
from datavalut.workflow.finalize import finalize
from datavalut.workflow.prepare_target import prepare_target
from datavalut.workflow.settle import ExecutionEnd, settle
from tests.left_on_server import left_on_server
from tests.postgres_server import TestServer, execute, query
from tests.subset_cases import rows_with
from tests.workflow_runner import WorkflowRunner, workflow_on

SHOP = """
CREATE TABLE customers (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, country text NOT NULL);
CREATE TABLE products (id serial PRIMARY KEY, name text UNIQUE);
CREATE TABLE orders (
    id bigint PRIMARY KEY, customer_id integer REFERENCES customers, product_id integer NOT NULL REFERENCES products
);
CREATE TABLE order_lines (
    order_id bigint REFERENCES orders, line integer, amount numeric(10, 2),
    doubled numeric GENERATED ALWAYS AS (amount * 2) STORED, PRIMARY KEY (order_id, line)
);
CREATE TABLE settings (key text PRIMARY KEY, value jsonb);
CREATE VIEW canadians AS SELECT * FROM customers WHERE country = 'Canada';
CREATE MATERIALIZED VIEW sold AS SELECT product_id, count(*) AS times FROM orders GROUP BY product_id;
INSERT INTO customers (name, country)
    SELECT 'customer ' || n, CASE WHEN n % 3 = 0 THEN 'Canada' ELSE 'France' END FROM generate_series(1, 30) AS n;
INSERT INTO products (name) SELECT 'product ' || n FROM generate_series(1, 10) AS n;
INSERT INTO orders SELECT n, CASE WHEN n % 10 <> 0 THEN 1 + n % 30 END, 1 + n % 7 FROM generate_series(1, 100) AS n;
INSERT INTO order_lines (order_id, line, amount)
    SELECT id, line, id + line / 10.0 FROM orders, generate_series(1, 2) AS line;
INSERT INTO settings VALUES ('colour', '"red"');
ANALYZE;
"""
CANADIANS = FilterPlan(
    roots=(rows_with("customers", "country", "Canada"),),
    reading="Customers from Canada",
    evidence=(Evidence(words="from Canada", meaning="country is Canada"),),
)
UNDERSTOOD = ("Customers from Canada", [{"words": "from Canada", "meaning": "country is Canada"}])


@pytest.fixture
def runner(postgres: TestServer) -> Iterator[WorkflowRunner]:
    with workflow_on(postgres, CANADIANS) as made:
        yield made


@pytest.fixture
def shop(make_database: Callable[..., ConnectionParameters]) -> ConnectionParameters:
    return make_database(SHOP)


def result_of(runner: WorkflowRunner, job: Job) -> ConnectionParameters:
    assert job.status is JobStatus.COMPLETED, job.error
    return runner.secrets.get_result(job.job_id)


def rows_by_table(job: Job) -> dict[str, int]:
    assert job.result is not None
    return {table["table"]: table["rows"] for table in job.result["report"]["tables"]}


def test_a_completed_job_leaves_a_database_with_the_matching_rows_and_what_they_need(
    runner: WorkflowRunner, shop: ConnectionParameters
) -> None:
    job = runner.run(runner.create(shop))
    result = result_of(runner, job)
    assert query(result, "SELECT count(*), count(*) FILTER (WHERE country = 'Canada') FROM customers") == [(10, 10)]
    for table, condition in {
        "orders": "customer_id IN (SELECT id FROM customers WHERE country = 'Canada')",
        "order_lines": "order_id IN (SELECT orders.id FROM orders JOIN customers ON customers.id = customer_id"
        " WHERE country = 'Canada')",
        "products": "id IN (SELECT product_id FROM orders JOIN customers ON customers.id = customer_id"
        " WHERE country = 'Canada')",
        "settings": "true",
    }.items():
        expected = query(shop, f"SELECT t::text FROM {table} AS t WHERE {condition} ORDER BY 1")
        assert query(result, f"SELECT t::text FROM {table} AS t ORDER BY 1") == expected
        assert rows_by_table(job)[f"public.{table}"] == len(expected)
    assert query(result, "SELECT count(*) FROM canadians") == [(10,)]
    assert query(result, "SELECT sum(times) FROM sold") == query(result, "SELECT count(*) FROM orders")


def test_the_report_tells_rules_rows_and_verified_foreign_keys(
    runner: WorkflowRunner, shop: ConnectionParameters
) -> None:
    job = runner.run(runner.create(shop))
    result_of(runner, job)
    assert job.result is not None
    report = job.result["report"]
    assert {table["table"]: table["rule"] for table in report["tables"]} == {
        "public.customers": "root",
        "public.orders": "descendant",
        "public.order_lines": "descendant",
        "public.products": "ancestor",
        "public.settings": "rest",
    }
    assert {table["table"]: table["rows_in_source"] for table in report["tables"]} == {
        "public.customers": 30,
        "public.orders": 100,
        "public.order_lines": 200,
        "public.products": 10,
        "public.settings": 1,
    }
    assert sorted(report["foreign_keys"]) == [
        "public.order_lines (order_id) → public.orders (id)",
        "public.orders (customer_id) → public.customers (id)",
        "public.orders (product_id) → public.products (id)",
    ]
    assert "Canada" in report["explanation"]
    assert (report["plan"]["reading"], report["plan"]["evidence"]) == UNDERSTOOD
    verified = report["verified"]
    assert (verified["tables_counted"], verified["foreign_keys"]) == (5, 3)
    assert verified["rows_counted"] == sum(table["rows"] for table in report["tables"])
    assert verified["roots"] == {"public.customers": "whole condition"}


def test_new_rows_of_the_result_collide_with_none(runner: WorkflowRunner, shop: ConnectionParameters) -> None:
    result = result_of(runner, runner.run(runner.create(shop)))
    execute(result, "INSERT INTO customers (name, country) VALUES ('new', 'Canada')")
    execute(result, "INSERT INTO products (name) VALUES ('new')")


def test_the_result_is_named_after_its_source_and_a_taken_name_gets_a_suffix(
    runner: WorkflowRunner, shop: ConnectionParameters
) -> None:
    names = [result_of(runner, runner.run(runner.create(shop))).database for _ in range(2)]
    assert names == [f"{shop.database}_filtered", f"{shop.database}_filtered_2"]


def test_nothing_of_the_work_is_left_in_the_result(
    runner: WorkflowRunner, shop: ConnectionParameters, postgres: TestServer
) -> None:
    job = runner.run(runner.create(shop))
    result = result_of(runner, job)
    assert query(result, "SELECT nspname::text FROM pg_namespace WHERE nspname LIKE 'datavalut%'") == []
    assert left_on_server(postgres.superuser, job.job_id) == [("role", result.user)]
    assert runner.secrets.requests == {}


def test_progress_never_falls_and_ends_at_one(runner: WorkflowRunner, shop: ConnectionParameters) -> None:
    seen: list[float] = []
    for step in ("prepare", "work", "finalize"):
        runner.before[step] = lambda job_id: seen.append(runner.store.get_state(job_id).progress)
    job = runner.run(runner.create(shop))
    assert seen == sorted(seen)
    assert 0 < seen[-1] < job.progress == 1


def test_a_dry_run_ends_with_its_plan_and_makes_nothing(
    runner: WorkflowRunner, shop: ConnectionParameters, postgres: TestServer
) -> None:
    job = runner.run(runner.create(shop, JobRequest(dry_run=True)))
    assert job.status is JobStatus.COMPLETED
    assert job.result is not None
    assert (job.result["plan"]["reading"], job.result["plan"]["evidence"]) == UNDERSTOOD
    tables = {table["table"]: table for table in job.result["tables"]}
    assert tables["public.customers"]["estimated_rows"] == 10
    for table, planned in tables.items():
        rows = query(shop, f"SELECT * FROM ({planned['sql']}) AS {table.replace('.', '_')}")
        assert planned["estimated_rows"] == len(rows)
    assert left_on_server(postgres.superuser, job.job_id) == []


def test_every_step_can_be_run_again(runner: WorkflowRunner, shop: ConnectionParameters) -> None:
    deployment = runner.deployment
    runner.before["work"] = lambda job_id: work_on_build(deployment, job_id, lambda: 900)
    runner.before["finalize"] = lambda job_id: work_on_build(deployment, job_id, lambda: 900)
    job_id = runner.create(shop)
    job = runner.run(job_id)
    finalize(deployment, job_id)
    settle(deployment, job_id, ExecutionEnd(Ending.FAILED))
    assert query(result_of(runner, job), "SELECT count(*) FROM customers") == [(10,)]


@pytest.mark.parametrize("step", ["plan", "prepare", "work", "finalize"])
def test_a_job_cancelled_before_any_step_leaves_nothing(
    step: str, runner: WorkflowRunner, shop: ConnectionParameters, postgres: TestServer
) -> None:
    def cancel(job_id: str) -> None:
        runner.store.move(job_id, JobStatus.CANCELLED, message="Job cancelled", at=runner.deployment.now())

    runner.before[step] = cancel
    job = runner.run(runner.create(shop))
    assert job.status is JobStatus.CANCELLED
    assert left_on_server(postgres.superuser, job.job_id) == []
    assert not runner.secrets.requests
    assert not runner.secrets.results


def test_a_run_of_preparing_that_was_given_up_does_not_touch_what_the_next_one_made(
    runner: WorkflowRunner, shop: ConnectionParameters, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first of two runs is slow: it comes to make its database when the second has made it."""
    read_source = prepare_module._read_source

    def slowly(*arguments: Any) -> Any:
        monkeypatch.setattr(prepare_module, "_read_source", read_source)
        read = read_source(*arguments)
        prepare_target(runner.deployment, arguments[1])
        return read

    made: list[Any] = []

    def run_twice(job_id: str) -> None:
        monkeypatch.setattr(prepare_module, "_read_source", slowly)
        with pytest.raises(JobNoLongerRunning):
            prepare_target(runner.deployment, job_id)
        login = runner.secrets.get_result(job_id)
        made.extend(
            query(login, "SELECT relname::text FROM pg_class WHERE relname IN ('customers', 'orders') ORDER BY 1")
        )

    runner.before["prepare"] = run_twice
    job = runner.run(runner.create(shop))
    assert made == [("customers",), ("orders",)]
    assert query(result_of(runner, job), "SELECT count(*) FROM customers") == [(10,)]


def test_finalizing_twice_at_once_completes_the_job_as_once(runner: WorkflowRunner, shop: ConnectionParameters) -> None:
    failures: list[TransferError | TargetServerUnavailable] = []

    def finalize_once(job_id: str) -> None:
        try:
            finalize(runner.deployment, job_id)
        except (TransferError, TargetServerUnavailable) as failure:
            failures.append(failure)

    def finalize_twice(job_id: str) -> None:
        with ThreadPoolExecutor(2) as threads:
            list(threads.map(finalize_once, [job_id] * 2))
        assert runner.store.get(job_id).status is JobStatus.COMPLETED, failures

    runner.before["finalize"] = finalize_twice
    job = runner.run(runner.create(shop))
    result = result_of(runner, job)
    assert [failure for failure in failures if not failure.transient] == []
    assert job.result is not None
    assert job.result["database_name"] == result.database
    assert query(result, "SELECT count(*) FROM customers") == [(10,)]


def test_a_prompt_that_is_refused_fails_with_its_words(postgres: TestServer, shop: ConnectionParameters) -> None:
    refusal = Refusal(reason="Some words are not understood.", not_understood=(NotUnderstood(words="purple monkey"),))
    runner = WorkflowRunner(postgres.admin, refusal)
    job = runner.run(runner.create(shop))
    assert job.status is JobStatus.FAILED
    assert job.error is not None
    assert job.error.code == "prompt_not_understood"
    assert job.error.details == ('"purple monkey"',)


def failing_sources(shop: ConnectionParameters) -> dict[str, ConnectionParameters]:
    return {
        "wrong_password": replace(shop, password="wrong"),
        "unknown_database": replace(shop, database="nowhere"),
        "source_unreachable": replace(shop, port=1),
        "unknown_host": replace(shop, host="no-such-host.invalid"),
    }


@pytest.mark.parametrize("code", ["wrong_password", "unknown_database", "source_unreachable", "unknown_host"])
def test_a_source_that_cannot_be_read_fails_the_job_with_its_cause(
    code: str, runner: WorkflowRunner, shop: ConnectionParameters, postgres: TestServer
) -> None:
    job = runner.run(runner.create(failing_sources(shop)[code]))
    assert job.status is JobStatus.FAILED
    assert job.error is not None
    assert job.error.code == code
    assert left_on_server(postgres.superuser, job.job_id) == []


def test_a_table_that_may_not_be_read_fails_the_job_before_anything_is_made(
    runner: WorkflowRunner, shop: ConnectionParameters, postgres: TestServer
) -> None:
    execute(postgres.superuser, "DROP ROLE IF EXISTS half_reader; CREATE ROLE half_reader LOGIN PASSWORD 'secret'")
    execute(shop, "GRANT SELECT ON customers, products, order_lines, settings TO half_reader")
    try:
        job = runner.run(runner.create(replace(shop, user="half_reader", password="secret")))
    finally:
        execute(shop, "DROP OWNED BY half_reader; DROP ROLE half_reader")
    assert job.error is not None
    assert job.error.code == "missing_permission"
    assert "public.orders" in job.error.message
    assert runner.secrets.results == {}


def test_a_table_that_disappears_before_the_snapshot_fails_the_job_with_its_name(
    runner: WorkflowRunner, shop: ConnectionParameters, postgres: TestServer
) -> None:
    runner.before["keep first"] = lambda _: execute(shop, "DROP TABLE IF EXISTS settings")
    job = runner.run(runner.create(shop))
    assert job.error is not None
    assert (job.error.code, "public.settings" in job.error.message) == ("source_changed", True)
    assert left_on_server(postgres.superuser, job.job_id) == []


def test_a_table_that_disappears_before_it_is_copied_fails_the_job_with_its_name(
    runner: WorkflowRunner, shop: ConnectionParameters, postgres: TestServer
) -> None:
    runner.before["work"] = lambda _: execute(shop, "DROP TABLE IF EXISTS order_lines CASCADE")
    job = runner.run(runner.create(shop))
    assert job.error is not None
    assert (job.error.code, "order_lines" in job.error.message) == ("source_changed", True)
    assert left_on_server(postgres.superuser, job.job_id) == []


def test_a_table_that_appears_before_the_snapshot_comes_along(
    runner: WorkflowRunner, shop: ConnectionParameters
) -> None:
    runner.before["keep first"] = lambda _: execute(shop, "CREATE TABLE IF NOT EXISTS news AS SELECT 1 AS x")
    job = runner.run(runner.create(shop))
    assert query(result_of(runner, job), "SELECT x FROM news") == [(1,)]
    assert rows_by_table(job)["public.news"] == 1


def test_the_result_s_role_can_reach_its_own_database_only(
    runner: WorkflowRunner, shop: ConnectionParameters, make_database: Callable[..., ConnectionParameters]
) -> None:
    result = result_of(runner, runner.run(runner.create(shop)))
    other = result_of(runner, runner.run(runner.create(shop)))
    with pytest.raises(Exception, match="permission denied"):
        query(replace(result, database=other.database), "SELECT 1")
