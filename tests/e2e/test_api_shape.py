"""The contract's shapes through HTTP on the local stack, which the fixtures start."""

import re

import requests

from tests.e2e.client import Client
from tests.local_stack import Stack

PROBLEM_KEYS = {"type", "title", "status", "detail", "success", "message", "request_id"}
UNKNOWN_JOB = "job_000000000000"


def assert_problem(response: requests.Response, status: int) -> None:
    assert response.status_code == status, response.text
    assert response.headers["Content-Type"] == "application/problem+json"
    body = response.json()
    assert body.keys() >= PROBLEM_KEYS
    assert body["status"] == status
    assert body["success"] is False
    assert body["message"] == body["detail"]


def test_a_new_job_is_answered_at_once_as_the_contract_says(stack: Stack, client: Client) -> None:
    response = client.post(
        {"source_db_connection": stack.sample_url, "filter_prompt": "customers from country Canada", "dry_run": True}
    )
    assert response.status_code == 202
    body = response.json()
    assert body.keys() == {"success", "message", "job_id", "status", "timestamp", "estimated_time"}
    assert body["success"] is True
    assert body["status"] == "pending"
    assert re.fullmatch(r"job_[0-9a-f]{12}", body["job_id"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", body["timestamp"])
    assert response.headers["Location"] == f"/datavalut/job/{body['job_id']}"
    assert int(response.headers["Retry-After"]) > 0
    job = client.ended(body["job_id"])
    assert list(job) == [
        "job_id",
        "status",
        "message",
        "progress",
        "timestamp",
        "started_at",
        "completed_at",
        "result",
        "error",
    ]


def test_each_field_at_fault_is_named(client: Client) -> None:
    response = client.post({"source_db_connection": "mysql://somewhere", "scope": "everything", "colour": "red"})
    assert_problem(response, 422)
    assert {error["field"] for error in response.json()["errors"]} == {
        "source_db_connection",
        "scope",
        "colour",
        "filter_prompt",
    }


def test_a_body_that_is_no_json_is_malformed(client: Client) -> None:
    response = requests.post(
        f"{client.api}/create-filtered-db", data="{", headers={"Content-Type": "application/json"}, timeout=30
    )
    assert_problem(response, 400)


def test_an_unknown_job_is_not_found(client: Client) -> None:
    assert_problem(client.get(f"/job/{UNKNOWN_JOB}"), 404)
    assert_problem(client.delete(UNKNOWN_JOB), 404)


def test_an_unknown_route_has_the_same_shape_of_error(client: Client) -> None:
    assert client.get("/nothing").headers["Content-Type"] == "application/problem+json"


def test_jobs_are_listed_newest_first_page_by_page(stack: Stack, client: Client) -> None:
    created = [client.created(stack.sample_url, "all tags", dry_run=True) for _ in range(3)]
    for job_id in created:
        client.ended(job_id)
    first = client.get("/jobs?limit=2").json()
    assert [job["job_id"] for job in first["jobs"]] == created[:0:-1]
    assert first["jobs"][0].keys() == {"job_id", "status", "message", "timestamp"}
    second = client.get(f"/jobs?limit=2&next_token={first['next_token']}").json()
    assert second["jobs"][0]["job_id"] == created[0]
    assert first["total_jobs"] == second["total_jobs"] >= 3
    completed = client.get("/jobs?status=completed").json()
    assert {job["status"] for job in completed["jobs"]} == {"completed"}


def test_a_bad_page_token_or_limit_is_refused(client: Client) -> None:
    assert_problem(client.get("/jobs?next_token=abc"), 400)
    assert_problem(client.get("/jobs?limit=0"), 400)
    assert_problem(client.get("/jobs?status=lost"), 400)
