"""Jobs through HTTP on the local stack, which the fixtures start."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import psycopg2
import pytest

from datavalut.connections import ConnectionParameters, parse_connection_string
from tests.e2e.aws import Aws
from tests.e2e.client import Client
from tests.left_on_server import left_on_server
from tests.local_stack import Stack
from tests.postgres_server import query

SEED_PROMPT = "Extract customers from last 6 months with 3+ purchases"
MATCHING_CUSTOMERS = """
SELECT id FROM customers
WHERE created_at >= now() - interval '6 months' AND (SELECT count(*) FROM orders WHERE customer_id = customers.id) >= 3
"""
# Rows are checked as they come in, and the check takes its time: so the copy can be met in the middle.
SLOW_TO_COPY = """
CREATE FUNCTION takes_its_time(integer) RETURNS boolean LANGUAGE sql AS 'SELECT true';
CREATE TABLE things (id integer PRIMARY KEY CHECK (takes_its_time(id)), name text);
INSERT INTO things SELECT n, 'thing ' || n FROM generate_series(1, 5000) AS n;
CREATE OR REPLACE FUNCTION takes_its_time(integer) RETURNS boolean LANGUAGE plpgsql
    AS 'BEGIN PERFORM pg_catalog.pg_sleep(0.02); RETURN true; END';
ANALYZE;
"""


def when_nothing_is_left(stack: Stack, job_id: str, seconds: float = 30) -> list[Any]:
    """What is left at last: cleaning up goes on for a moment after the job has ended."""
    deadline = time.monotonic() + seconds
    while (left := left_on_server(stack.superuser, job_id)) and time.monotonic() < deadline:
        time.sleep(0.2)
    return left


def test_the_seed_s_prompt_makes_the_database_it_asks_for(stack: Stack, client: Client) -> None:
    job = client.ended(client.created(stack.sample_url, SEED_PROMPT))
    assert job["status"] == "completed", job["error"]
    assert job["progress"] == 1
    result = parse_connection_string(job["result"]["connection_string"])
    for table, condition in {
        "customers": f"id IN ({MATCHING_CUSTOMERS})",
        "orders": f"customer_id IN ({MATCHING_CUSTOMERS})",
        "order_items": f"order_id IN (SELECT id FROM orders WHERE customer_id IN ({MATCHING_CUSTOMERS}))",
        "reviews": f"customer_id IN ({MATCHING_CUSTOMERS})",
        "country_codes": "true",
    }.items():
        expected = query(stack.sample, f"SELECT t::text FROM {table} AS t WHERE {condition} ORDER BY 1")
        assert len(expected) > 0
        assert query(result, f"SELECT t::text FROM {table} AS t ORDER BY 1") == expected
    assert query(result, "SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND NOT convalidated") == [(0,)]


def test_a_completed_job_says_how_to_log_in_and_keeps_the_password_to_one_place(stack: Stack, client: Client) -> None:
    job = client.ended(client.created(stack.sample_url, "customers from country Canada"))
    assert job["status"] == "completed", job["error"]
    result = job["result"]
    login = parse_connection_string(result["connection_string"])
    assert result["database_details"] == {
        "dbname": login.database,
        "host": login.host,
        "port": login.port,
        "user": login.user,
        "password": "***REDACTED***",
    }
    assert result["database_name"] == login.database
    assert job["message"] == f"Successfully created filtered database: {login.database}"
    assert str(job).count(login.password) == 1


def test_jobs_at_the_same_time_do_not_get_in_each_other_s_way(stack: Stack, client: Client) -> None:
    prompts = ["customers from country Canada", "customers from country Germany", SEED_PROMPT]
    with ThreadPoolExecutor(len(prompts)) as threads:
        job_ids = list(threads.map(lambda prompt: client.created(stack.sample_url, prompt), prompts))
    jobs = [client.ended(job_id) for job_id in job_ids]
    assert [job["status"] for job in jobs] == ["completed"] * len(prompts), jobs
    countries = [
        query(parse_connection_string(job["result"]["connection_string"]), "SELECT DISTINCT country FROM customers")
        for job in jobs
    ]
    assert countries[:2] == [[("Canada",)], [("Germany",)]]
    assert len({job["result"]["database_name"] for job in jobs}) == len(prompts)


def test_a_job_cancelled_in_the_middle_of_its_copy_leaves_nothing(
    stack: Stack, client: Client, make_source: Callable[[str], ConnectionParameters]
) -> None:
    source = make_source(SLOW_TO_COPY)
    job_id = client.created(source.to_url(), "all things")
    client.when(job_id, lambda job: job["message"].startswith("Copying") or job["progress"] >= 0.1)
    answer = client.delete(job_id)
    assert answer.status_code == 200
    assert answer.json()["status"] == "cancelled"
    assert when_nothing_is_left(stack, job_id) == []
    assert client.job(job_id)["status"] == "cancelled"
    assert client.delete(job_id).json() == answer.json()


@pytest.mark.parametrize("progress", [0, 0.05, 0.1], ids=["planning", "preparing", "copying"])
def test_a_job_whose_execution_is_stopped_by_hand_is_cancelled_and_leaves_nothing(
    progress: float, stack: Stack, client: Client, aws: Aws, make_source: Callable[[str], ConnectionParameters]
) -> None:
    source = make_source(SLOW_TO_COPY)
    job_id = client.created(source.to_url(), "all things")
    client.when(job_id, lambda job: job["status"] == "running" and job["progress"] >= progress)
    aws.executions.stop_execution(executionArn=aws.execution(job_id))
    job = client.ended(job_id)
    assert job["status"] == "cancelled"
    assert when_nothing_is_left(stack, job_id) == []
    assert client.job(job_id) == job


def test_cancelling_a_completed_job_is_a_conflict_that_names_its_status(stack: Stack, client: Client) -> None:
    job_id = client.created(stack.sample_url, "customers from country Canada", dry_run=True)
    client.ended(job_id)
    answer = client.delete(job_id)
    assert answer.status_code == 409
    assert "completed" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (lambda url: url.replace("@", "x@", 1), "password"),
        (lambda url: f"{url}_missing", "sample_shop_missing"),
        (
            lambda url: url.replace("127.0.0.1:", "127.0.0.1:1", 1)[: url.index("@") + 12] + "1/shop",
            "cannot be reached",
        ),
        (lambda _: "postgresql://user:pass@host:port/db", "port"),
        (lambda _: "postgresql://user:pass@no-such-host.invalid/db", "no-such-host.invalid"),
    ],
    ids=["wrong password", "unknown database", "nothing listens", "the contract's placeholder", "unknown host"],
)
def test_a_source_that_cannot_be_read_fails_the_job_in_words(
    source: Callable[[str], str], words: str, stack: Stack, client: Client
) -> None:
    job_id = client.created(source(stack.sample_url), SEED_PROMPT)
    job = client.ended(job_id)
    assert job["status"] == "failed"
    assert words in job["error"]
    assert when_nothing_is_left(stack, job_id) == []


def test_nonsense_fails_with_the_words_that_are_not_understood(stack: Stack, client: Client) -> None:
    job = client.ended(client.created(stack.sample_url, "purple monkey dishwasher"))
    assert job["status"] == "failed"
    assert "monkey" in job["error"]


def test_a_dry_run_shows_its_plan_which_can_be_sent_back_as_a_filter(stack: Stack, client: Client) -> None:
    dry = client.ended(client.created(stack.sample_url, SEED_PROMPT, dry_run=True))
    assert dry["status"] == "completed", dry["error"]
    body = {"source_db_connection": stack.sample_url, "filter": dry["result"]["plan"]}
    job = client.ended(client.post(body).json()["job_id"])
    assert job["status"] == "completed", job["error"]
    planned = {table["table"]: table["estimated_rows"] for table in dry["result"]["tables"]}
    kept = {table["table"]: table["rows"] for table in job["result"]["report"]["tables"]}
    assert kept == planned


def test_a_schema_that_the_target_cannot_hold_fails_with_the_object_s_name(
    stack: Stack, client: Client, make_source: Callable[[str], ConnectionParameters]
) -> None:
    source = make_source(
        "CREATE TABLE things (id integer PRIMARY KEY);"
        "CREATE FUNCTION size_of(text) RETURNS integer LANGUAGE internal IMMUTABLE AS 'textlen'"
    )
    job_id = client.created(source.to_url(), "all things")
    job = client.ended(job_id)
    assert job["status"] == "failed"
    assert "size_of" in job["error"]
    assert when_nothing_is_left(stack, job_id) == []


def test_an_extension_that_the_target_does_not_let_in_is_named(
    stack: Stack, client: Client, make_source: Callable[[str], ConnectionParameters]
) -> None:
    source = make_source("CREATE TABLE things (id integer PRIMARY KEY); CREATE EXTENSION pageinspect")
    job_id = client.created(source.to_url(), "all things")
    job = client.ended(job_id)
    assert job["status"] == "failed"
    assert "pageinspect" in job["error"]
    assert when_nothing_is_left(stack, job_id) == []


def test_the_result_s_role_reaches_no_other_database(stack: Stack, client: Client) -> None:
    job = client.ended(client.created(stack.sample_url, "customers from country Canada"))
    login = parse_connection_string(job["result"]["connection_string"])
    for database in ("postgres", "template1", stack.sample.database):
        with pytest.raises(psycopg2.OperationalError, match="permission denied"):
            query(replace(login, database=database), "SELECT 1")


def test_the_same_idempotency_key_gives_the_same_job(stack: Stack, client: Client) -> None:
    body = {"source_db_connection": stack.sample_url, "filter_prompt": SEED_PROMPT, "dry_run": True}
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda _: client.post(body, **{"Idempotency-Key": "key-of-the-test"}), range(4)))
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["job_id"] for answer in answers}) == 1
    client.ended(answers[0].json()["job_id"])
