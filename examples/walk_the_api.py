"""Walks the whole API of a running stack, and says at each step what it saw. Exits with 1 at the first surprise.

    python walk_the_api.py --source postgresql://… [--api http://localhost:8002/datavalut] [--prompt "…"]

DATAVALUT_SOURCE and DATAVALUT_API stand in for the options. It needs nothing beside Python, and leaves one filtered
database behind: that is what it is for.
"""

import argparse
import json
import os
import re
import sys
import time
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

PROMPT = "Extract customers from last 6 months with 3+ purchases"
LONGEST_JOB_SECONDS = 1800
POLL_SECONDS = 0.5
JOB_KEYS = [
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
ENDED = ("completed", "failed", "cancelled")
TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}")
UNKNOWN_JOB = "job_000000000000"


class Surprise(Exception):
    """The API did what its contract does not say."""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: dict[str, Any]


class Api:
    def __init__(self, address: str) -> None:
        self._address = address.rstrip("/")

    def call(
        self, method: str, path: str, body: object = None, *, raw: bytes | None = None, key: str | None = None
    ) -> Answer:
        data = raw if raw is not None else None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"} | ({"Idempotency-Key": key} if key else {})
        request = Request(self._address + path, data=data, headers=headers, method=method)
        try:
            with urlopen(request, timeout=60) as response:
                return Answer(response.status, _headers(response.headers.items()), json.load(response))
        except HTTPError as error:
            with error:
                return Answer(error.code, _headers(error.headers.items()), json.load(error))


def _headers(items: Iterable[tuple[str, str]]) -> dict[str, str]:
    """By lower-case names: HTTP does not tell cases apart, and HTTP/2 has no others."""
    return {name.lower(): value for name, value in items}


def expect(what: str, seen: object, expected: object) -> None:
    if seen != expected:
        raise Surprise(f"{what}: expected {expected!r}, saw {seen!r}")


def expect_that(what: str, is_so: object) -> None:
    if not is_so:
        raise Surprise(what)


def done(what: str) -> None:
    print(f"ok  {what}", flush=True)


def expect_problem(answer: Answer, status: int, *fields: str) -> None:
    body = answer.body
    expect("status of the refusal", answer.status, status)
    expect("its content type", answer.headers["content-type"].split(";")[0], "application/problem+json")
    expect("its status in the body", body["status"], status)
    expect("its success", body["success"], False)
    expect("its message", body["message"], body["detail"])
    for name in ("type", "title", "request_id"):
        expect_that(f"the refusal has no {name}", body[name])
    if fields:
        expect("the fields at fault", sorted(error["field"] for error in body["errors"]), sorted(fields))


def create(api: Api, body: dict[str, object], key: str | None = None) -> str:
    answer = api.call("POST", "/create-filtered-db", body, key=key)
    expect(f"status of POST ({answer.body.get('message')})", answer.status, 202)
    job_id = str(answer.body["job_id"])
    expect(
        "keys of the answer to POST",
        list(answer.body),
        ["success", "message", "job_id", "status", "timestamp", "estimated_time"],
    )
    expect_that(f"{job_id} is no job id", re.fullmatch("job_[0-9a-f]{12}", job_id))
    expect("Location", answer.headers["location"], f"/datavalut/job/{job_id}")
    expect_that("Retry-After is missing", int(answer.headers["retry-after"]) > 0)
    return job_id


def get(api: Api, job_id: str) -> dict[str, Any]:
    answer = api.call("GET", f"/job/{job_id}")
    expect("status of GET", answer.status, 200)
    job = answer.body
    expect("keys of the job", list(job), JOB_KEYS)
    expect("id of the job", job["job_id"], job_id)
    for name in ("timestamp", "started_at", "completed_at"):
        expect_that(f"{name} is no time: {job[name]!r}", job[name] is None or TIME.fullmatch(job[name]))
    expect("Retry-After while the job has not ended", "retry-after" in answer.headers, job["status"] not in ENDED)
    return job


def follow(api: Api, job_id: str) -> dict[str, Any]:
    """The job at its end; on the way, nothing may go backwards."""
    deadline = time.monotonic() + LONGEST_JOB_SECONDS
    before = get(api, job_id)
    while before["status"] not in ENDED:
        expect_that(f"{job_id} has not ended after {LONGEST_JOB_SECONDS} s", time.monotonic() < deadline)
        time.sleep(POLL_SECONDS)
        job = get(api, job_id)
        expect_that("progress fell", job["progress"] >= before["progress"])
        expect_that("the timestamp went back", job["timestamp"] >= before["timestamp"])
        expect_that("a running job became pending", (before["status"], job["status"]) != ("running", "pending"))
        if job["message"] != before["message"]:
            print(f"      {job['status']} {job['progress']:4.0%} {job['message']}", flush=True)
        before = job
    return before


def walk_refusals(api: Api, source: str) -> None:
    path = "/create-filtered-db"
    expect_problem(api.call("POST", path, raw=b"{"), 400)
    expect_problem(api.call("POST", path, {}), 422, "source_db_connection", "filter_prompt")
    body: dict[str, object] = {"source_db_connection": "mysql://a:b@c/d", "filter_prompt": PROMPT, "colour": "red"}
    expect_problem(api.call("POST", path, body), 422, "source_db_connection", "colour")
    body = {"source_db_connection": source, "filter": {"roots": [{"table": "a", "where": "1=1"}]}}
    expect_problem(api.call("POST", path, body), 422, "filter.roots[0].where")
    expect_problem(api.call("GET", f"/job/{UNKNOWN_JOB}"), 404)
    expect_problem(api.call("DELETE", f"/job/{UNKNOWN_JOB}"), 404)
    expect_problem(api.call("GET", "/jobs?limit=0"), 400)
    expect_problem(api.call("GET", "/jobs?next_token=none"), 400)
    expect_problem(api.call("GET", "/jobs?status=done"), 400)
    done("what is wrong is refused, and told what is wrong with it")


def walk_idempotency(api: Api, body: dict[str, object]) -> str:
    key = str(uuid.uuid4())
    job_id = create(api, body, key)
    expect("job of the same key and body", create(api, body, key), job_id)
    expect_problem(api.call("POST", "/create-filtered-db", {**body, "dry_run": True}, key=key), 422)
    done(f"the same idempotency key gives the same job: {job_id}")
    return job_id


def walk_dry_run(api: Api, body: dict[str, object]) -> None:
    job = follow(api, create(api, {**body, "dry_run": True}))
    expect(f"end of the dry run ({job['error']})", job["status"], "completed")
    expect_that("the dry run has no plan", job["result"]["plan"])
    expect_that("the dry run has no tables", job["result"]["tables"])
    done(f"a dry run shows its plan, and {len(job['result']['tables'])} tables")


def walk_job(api: Api, job_id: str) -> None:
    job = follow(api, job_id)
    expect(f"end of the job ({job['error']})", job["status"], "completed")
    expect("its progress", job["progress"], 1.0)
    expect("its error", job["error"], None)
    expect_that("it has no times", job["started_at"] and job["completed_at"])
    result = job["result"]
    details = result["database_details"]
    expect("keys of the details", list(details), ["dbname", "host", "port", "user", "password"])
    expect("its password", details["password"], "***REDACTED***")
    expect("its name", details["dbname"], result["database_name"])
    expect_that("no connection string", result["connection_string"].startswith(f"postgresql://{details['user']}:"))
    expect_that("the report has no tables", result["report"]["tables"])
    expect_problem(api.call("DELETE", f"/job/{job_id}"), 409)
    done(f"a job ends with a database: {result['database_name']}; it cannot be cancelled any more")


def walk_cancel(api: Api, body: dict[str, object]) -> None:
    job_id = create(api, body)
    first = api.call("DELETE", f"/job/{job_id}")
    expect(f"status of DELETE ({first.body.get('message')})", first.status, 200)
    expect("keys of its answer", list(first.body), ["success", "message", "job_id", "status", "timestamp"])
    expect("its status", first.body["status"], "cancelled")
    expect("answer to a second DELETE", api.call("DELETE", f"/job/{job_id}").body, first.body)
    job = get(api, job_id)
    expect("status of the cancelled job", job["status"], "cancelled")
    expect("its result", job["result"], None)
    done(f"a job is cancelled, and stays so: {job_id}")


def walk_list(api: Api, job_id: str) -> None:
    seen: list[str] = []
    times: list[str] = []
    parameters = {"limit": "2"}
    for _ in range(1000):
        page = api.call("GET", f"/jobs?{urlencode(parameters)}")
        expect("status of the list", page.status, 200)
        expect("keys of the list", list(page.body), ["success", "timestamp", "total_jobs", "jobs", "next_token"])
        for job in page.body["jobs"]:
            expect("keys of a listed job", list(job), ["job_id", "status", "message", "timestamp"])
            seen.append(job["job_id"])
            times.append(job["timestamp"])
        if page.body["next_token"] is None:
            break
        expect("jobs on a page that is not the last", len(page.body["jobs"]), 2)
        parameters["next_token"] = page.body["next_token"]
    expect_that(f"{job_id} is not listed", job_id in seen)
    expect("jobs that are listed twice", len(seen) - len(set(seen)), 0)
    cancelled = api.call("GET", "/jobs?status=cancelled&limit=100")
    expect("the only status of a filtered list", {job["status"] for job in cancelled.body["jobs"]}, {"cancelled"})
    done(f"{len(seen)} jobs are listed, page by page, {cancelled.body['total_jobs']} of them cancelled")


def main() -> int:
    parser = argparse.ArgumentParser(description="Walks the whole API of a running stack.")
    parser.add_argument("--api", default=os.environ.get("DATAVALUT_API", "http://localhost:8002/datavalut"))
    parser.add_argument("--source", default=os.environ.get("DATAVALUT_SOURCE"), help="the source's connection string")
    parser.add_argument("--prompt", default=PROMPT)
    options = parser.parse_args()
    if not options.source:
        parser.error("--source, or DATAVALUT_SOURCE, is needed")
    api = Api(options.api)
    body: dict[str, object] = {"source_db_connection": options.source, "filter_prompt": options.prompt}
    try:
        walk_refusals(api, options.source)
        walk_dry_run(api, body)
        job_id = walk_idempotency(api, body)
        walk_job(api, job_id)
        walk_cancel(api, body)
        walk_list(api, job_id)
    except Surprise as surprise:
        print(f"SURPRISE  {surprise}", file=sys.stderr)
        return 1
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f"SURPRISE  {type(error).__name__}: {error}", file=sys.stderr)
        return 1
    print("The API does what its contract says.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
