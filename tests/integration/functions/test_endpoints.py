"""The four endpoints, through their handlers, on moto. Needs nothing."""

import json
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest

from datavalut.aws import services
from datavalut.aws.telemetry import logger
from datavalut.connections import ConnectionParameters
from datavalut.jobs.model import JobError, JobStatus
from tests.api_stack import ADA, BOB, CONTEXT, Answer, ApiStack, load_function, rest_event, running_api

REQUEST = {
    "source_db_connection": "postgresql://reader:p%40ss@db.example.org:5433/customer_data",
    "filter_prompt": "Extract customers from last 6 months with 3+ purchases",
}
NOW = datetime(2035, 7, 20, 10, 30, 15, tzinfo=UTC)


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[ApiStack]:
    with running_api(monkeypatch) as stack:
        yield stack


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> StringIO:
    stream = StringIO()
    monkeypatch.setattr(logger.registered_handler, "stream", stream)
    return stream


def assert_problem(answer: Answer, status: int, name: str) -> dict[str, Any]:
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = answer.body
    assert answer.status == status
    assert body["status"] == status
    assert body["type"] == f"urn:datavalut:problem:{name}"
    assert body["success"] is False
    assert body["message"] == body["detail"]
    assert body["request_id"] == "request-1"
    assert body["title"]
    return body


def new_job(api: ApiStack, **changes: Any) -> str:
    job_id: str = api.post({**REQUEST, **changes}).body["job_id"]
    return job_id


def start(job_id: str) -> None:
    services.job_store().move(job_id, JobStatus.RUNNING, message="Reading the source", at=NOW)


def complete(job_id: str, result: dict[str, Any]) -> None:
    start(job_id)
    services.job_store().move(job_id, JobStatus.COMPLETED, message="Done", at=NOW, result=result)


class TestCreating:
    def test_a_job_is_accepted_as_the_contract_says(self, api: ApiStack) -> None:
        answer = api.post(REQUEST)
        assert answer.status == 202
        assert answer.headers["Content-Type"] == "application/json"
        assert answer.headers["Location"] == f"/datavalut/job/{answer.body['job_id']}"
        assert int(answer.headers["Retry-After"]) > 0
        body = answer.body
        assert list(body) == ["success", "message", "job_id", "status", "timestamp", "estimated_time"]
        assert body["success"] is True
        assert body["message"] == "Database creation job started. Use the job_id to check status."
        assert body["status"] == "pending"
        assert body["estimated_time"] == "5-30 minutes (depends on database size)"
        assert datetime.strptime(body["timestamp"], "%Y-%m-%dT%H:%M:%S")

    def test_its_execution_bears_its_name_and_knows_nothing_else(self, api: ApiStack) -> None:
        job_id = new_job(api)
        arn = f"{api.state_machine_arn.replace('stateMachine', 'execution')}:{job_id}"
        assert json.loads(api.step_functions.describe_execution(executionArn=arn)["input"]) == {"job_id": job_id}

    def test_what_is_secret_is_in_the_secret_and_not_in_the_table(self, api: ApiStack) -> None:
        job_id = new_job(api, scope="minimal", target_db_name="canada")
        secret = services.secrets().get_request(job_id)
        assert secret.source == ConnectionParameters("db.example.org", 5433, "customer_data", "reader", "p@ss")
        assert secret.filter_prompt == REQUEST["filter_prompt"]
        assert secret.filter is None
        table = json.dumps(services.job_store()._client.scan(TableName="jobs")["Items"], default=str)
        for word in ("p@ss", "p%40ss", "purchases", "db.example.org"):
            assert word not in table
        request = services.job_store().get(job_id).request
        assert (request.scope, request.dry_run, request.target_db_name) == ("minimal", False, "canada")

    def test_a_filter_is_kept_as_it_was_sent(self, api: ApiStack) -> None:
        plan = {
            "roots": [
                {
                    "table": "customers",
                    "condition": {"kind": "is_null", "operand": {"kind": "column", "column": "email"}},
                }
            ]
        }
        job_id = new_job(api, filter_prompt=None, filter=plan)
        assert services.secrets().get_request(job_id).filter == plan

    def test_a_body_in_base64_is_read(self, api: ApiStack) -> None:
        body = b64encode(json.dumps(REQUEST).encode()).decode()
        event = {**rest_event("POST", "/create-filtered-db", ADA, body=body), "isBase64Encoded": True}
        assert load_function("create_job").handler(event, CONTEXT)["statusCode"] == 202

    def test_the_placeholder_of_the_contracts_examples_gives_a_job_that_has_failed(self, api: ApiStack) -> None:
        """The examples post it as it is and read `job_id` of the answer."""
        answer = api.post({**REQUEST, "source_db_connection": "postgresql://user:pass@host:port/db"})
        assert answer.status == 202
        job = api.get(answer.body["job_id"]).body
        assert job["status"] == "failed"
        assert job["message"] == "The connection string's port is no number from 1 to 65535."
        assert job["error"].startswith(job["message"])
        assert api.request_secret_names() == api.execution_names() == set()

    def test_every_field_at_fault_is_named(self, api: ApiStack) -> None:
        answer = api.post(
            {
                "source_db_connection": "mysql://a@b/c",
                "filter": {"roots": [{"table": "a", "condition": {"kind": "in", "operand": {"kind": "column"}}}]},
                "dry_run": "yes",
                "scope": "all",
                "target_db_name": "postgres",
                "colour": "red",
            }
        )
        body = assert_problem(answer, 422, "invalid-fields")
        assert {error["field"] for error in body["errors"]} == {
            "source_db_connection",
            "filter.roots[0].condition.operand.column",
            "filter.roots[0].condition.values",
            "dry_run",
            "scope",
            "target_db_name",
            "colour",
        }
        assert api.request_secret_names() == api.execution_names() == set()
        assert api.list_jobs().body["total_jobs"] == 0

    def test_nothing_of_a_refused_connection_string_is_repeated(self, api: ApiStack) -> None:
        answer = api.post({**REQUEST, "source_db_connection": "postgresql://reader:s3cr3t/x@db.internal:1/c"})
        assert_problem(answer, 422, "invalid-fields")
        assert "s3cr3t" not in answer.text
        assert "db.internal" not in answer.text

    @pytest.mark.parametrize("body", [None, "", "{", "[]", '"a"', '{"a": NaN}', "[" * 50_000, "\ud800"])
    def test_a_body_that_is_no_json_object_is_400(self, api: ApiStack, body: str | None) -> None:
        assert_problem(api.post(body), 400, "malformed-body")

    def test_a_body_beyond_the_limit_is_413(self, api: ApiStack) -> None:
        assert_problem(api.post({**REQUEST, "filter_prompt": "a" * 60_001}), 413, "body-too-large")

    def test_a_caller_that_is_not_known_is_403(self, api: ApiStack) -> None:
        for answer in (
            api.post(REQUEST, caller=None),
            api.get("job_000000000000", caller=None),
            api.list_jobs(caller=None),
            api.delete("job_000000000000", caller=None),
        ):
            assert_problem(answer, 403, "caller-unknown")

    def test_the_same_idempotency_key_and_body_give_the_same_job_and_one_secret(self, api: ApiStack) -> None:
        headers = {"idempotency-key": "abc"}
        first = api.post(REQUEST, headers=headers)
        reordered = dict(reversed(REQUEST.items()))
        assert api.post(reordered, headers=headers).body == first.body
        assert api.request_secret_names() == {f"datavalut/request/{first.body['job_id']}"}
        assert api.execution_names() == {first.body["job_id"]}

    def test_the_same_idempotency_key_with_another_body_is_422(self, api: ApiStack) -> None:
        headers = {"Idempotency-Key": "abc"}
        first = api.post(REQUEST, headers=headers).body["job_id"]
        answer = api.post({**REQUEST, "dry_run": True}, headers=headers)
        assert assert_problem(answer, 422, "idempotency-key-reused")["job_id"] == first
        assert api.request_secret_names() == {f"datavalut/request/{first}"}

    @pytest.mark.parametrize("key", ["", "a b", "é", "a" * 256])
    def test_an_idempotency_key_must_be_plain(self, api: ApiStack, key: str) -> None:
        body = assert_problem(api.post(REQUEST, headers={"Idempotency-Key": key}), 422, "invalid-fields")
        assert body["errors"][0]["field"] == "Idempotency-Key"

    def test_a_job_that_cannot_be_started_fails_and_its_key_can_be_used_again(
        self, api: ApiStack, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        headers = {"Idempotency-Key": "abc"}
        with monkeypatch.context() as patch:
            patch.setattr(services.executions(), "_state_machine_arn", f"{api.state_machine_arn}x")
            answer = api.post(REQUEST, headers=headers)
        body = assert_problem(answer, 503, "job-not-started")
        assert int(answer.headers["Retry-After"]) > 0
        job = api.get(body["job_id"]).body
        assert job["status"] == "failed"
        assert "could not be started" in job["error"]
        assert api.request_secret_names() == set()
        again = api.post(REQUEST, headers=headers)
        assert again.status == 202
        assert again.body["job_id"] != body["job_id"]

    def test_an_unforeseen_failure_says_nothing_of_itself(
        self, api: ApiStack, monkeypatch: pytest.MonkeyPatch, logged: StringIO
    ) -> None:
        def fail(*_: object) -> None:
            raise RuntimeError(REQUEST)

        monkeypatch.setattr(services.job_store(), "create", fail)
        body = assert_problem(api.post(REQUEST), 500, "internal")
        assert "request-1" in body["detail"]
        assert api.request_secret_names() == set()
        assert "p%40ss" not in logged.getvalue()
        assert "RuntimeError" in logged.getvalue()

    def test_logs_hold_no_body(self, api: ApiStack, logged: StringIO) -> None:
        api.post(REQUEST)
        api.post({**REQUEST, "colour": "s3cr3t"})
        assert "Job accepted" in logged.getvalue()
        for word in ("purchases", "p%40ss", "p@ss", "s3cr3t"):
            assert word not in logged.getvalue()


class TestSourceSecrets:
    def secret(self, api: ApiStack, tag: str | None, value: Any = None) -> str:
        value = value or {"engine": "postgres", "host": "h", "username": "u", "password": "p", "dbname": "d"}
        tags = [{"Key": "datavalut:source", "Value": tag}] if tag else []
        return api.secrets_manager.create_secret(Name="mine", SecretString=json.dumps(value), Tags=tags)["ARN"]  # type: ignore[arg-type]

    def post(self, api: ApiStack, arn: str) -> Answer:
        return api.post({"source_secret_arn": arn, "filter_prompt": "all customers"})

    @pytest.mark.parametrize("tag", ["any", ADA])
    def test_a_secret_lent_to_the_caller_is_used(self, api: ApiStack, tag: str) -> None:
        answer = self.post(api, self.secret(api, tag))
        assert answer.status == 202
        source = services.secrets().get_request(answer.body["job_id"]).source
        assert source == ConnectionParameters("h", 5432, "d", "u", "p")

    @pytest.mark.parametrize("tag", [None, BOB])
    def test_another_secret_is_refused_as_if_it_were_not_there(self, api: ApiStack, tag: str | None) -> None:
        refused = self.post(api, self.secret(api, tag))
        missing = self.post(api, "arn:aws:secretsmanager:eu-central-1:123456789012:secret:none-AbCdEf")
        assert assert_problem(refused, 422, "invalid-fields")["errors"] == missing.body["errors"]

    def test_the_deployments_own_secrets_are_not_lent(self, api: ApiStack) -> None:
        arn = api.secrets_manager.describe_secret(SecretId="datavalut/page-token")["ARN"]
        api.secrets_manager.tag_resource(SecretId=arn, Tags=[{"Key": "datavalut:source", "Value": "any"}])
        assert_problem(self.post(api, arn), 422, "invalid-fields")

    @pytest.mark.parametrize(
        "value", [{"engine": "mysql", "host": "h"}, {"host": "/run/postgresql", "dbname": "d", "username": "u"}]
    )
    def test_a_secret_without_a_usable_connection_is_told(self, api: ApiStack, value: dict[str, str]) -> None:
        body = assert_problem(self.post(api, self.secret(api, "any", value)), 422, "invalid-fields")
        assert body["errors"][0]["field"] == "source_secret_arn"


class TestGetting:
    def test_a_new_job_has_all_keys(self, api: ApiStack) -> None:
        job_id = new_job(api)
        answer = api.get(job_id)
        assert answer.status == 200
        assert int(answer.headers["Retry-After"]) > 0
        body = answer.body
        assert list(body) == [
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
        assert (body["job_id"], body["status"], body["progress"]) == (job_id, "pending", 0.0)
        assert body["started_at"] is body["completed_at"] is body["result"] is body["error"] is None

    def test_a_running_job_shows_its_progress(self, api: ApiStack) -> None:
        job_id = new_job(api)
        start(job_id)
        services.job_store().record_progress(job_id, 0.6, "Creating filtered database...", NOW)
        body = api.get(job_id).body
        assert (body["status"], body["progress"]) == ("running", 0.6)
        assert body["message"] == "Creating filtered database..."
        assert body["started_at"] == body["timestamp"] == "2035-07-20T10:30:15"

    def test_a_completed_job_shows_its_database_and_how_to_log_in(self, api: ApiStack) -> None:
        job_id = new_job(api)
        services.secrets().put_result(
            job_id, ConnectionParameters("localhost", 5432, "customer_data_filtered", "filtered_user", "p/w@1")
        )
        report = {"tables": [{"table": "public.customers", "rows": 3}]}
        complete(
            job_id,
            {
                "database_name": "customer_data_filtered",
                "host": "localhost",
                "port": 5432,
                "user": "filtered_user",
                "report": report,
            },
        )
        answer = api.get(job_id)
        assert "Retry-After" not in answer.headers
        assert answer.body["progress"] == 1.0
        assert answer.body["completed_at"] == "2035-07-20T10:30:15"
        assert answer.body["result"] == {
            "database_details": {
                "dbname": "customer_data_filtered",
                "host": "localhost",
                "port": 5432,
                "user": "filtered_user",
                "password": "***REDACTED***",
            },
            "connection_string": "postgresql://filtered_user:p%2Fw%401@localhost:5432/customer_data_filtered",
            "database_name": "customer_data_filtered",
            "report": report,
        }

    def test_a_completed_job_without_its_credentials_is_still_shown(self, api: ApiStack) -> None:
        job_id = new_job(api)
        complete(job_id, {"database_name": "d", "host": "h", "port": 1, "user": "u", "report": {}})
        assert api.get(job_id).body["result"]["connection_string"] is None

    def test_a_dry_run_shows_its_plan_and_no_database(self, api: ApiStack) -> None:
        job_id = new_job(api, dry_run=True)
        result = {"plan": {"roots": []}, "tables": [{"table": "public.customers", "sql": "SELECT 1"}]}
        complete(job_id, result)
        assert api.get(job_id).body["result"] == result

    def test_a_failed_job_says_why_and_what_to_do(self, api: ApiStack) -> None:
        job_id = new_job(api)
        start(job_id)
        error = JobError("wrong_password", "The password of reader is wrong.", "Send the right one.", ("host h",))
        services.job_store().move(job_id, JobStatus.FAILED, message="", at=NOW, error=error)
        body = api.get(job_id).body
        assert body["status"] == "failed"
        assert body["message"] == "The password of reader is wrong."
        assert body["error"] == "The password of reader is wrong.\nSend the right one.\nhost h"

    def test_a_failed_job_whose_cause_nobody_recorded_has_an_error_too(self, api: ApiStack) -> None:
        job_id = new_job(api)
        services.job_store().move(job_id, JobStatus.FAILED, message="The workflow timed out.", at=NOW)
        assert api.get(job_id).body["error"] == "The workflow timed out."

    @pytest.mark.parametrize("job_id", ["job_000000000000", "job_%20", "x", "job_" + "a" * 3000])
    def test_an_unknown_job_is_404(self, api: ApiStack, job_id: str) -> None:
        assert_problem(api.get(job_id), 404, "job-not-found")
        assert_problem(api.delete(job_id), 404, "job-not-found")

    def test_anothers_job_is_404_as_if_it_were_not_there(self, api: ApiStack) -> None:
        job_id = new_job(api)
        assert_problem(api.get(job_id, caller=BOB), 404, "job-not-found")
        assert_problem(api.delete(job_id, caller=BOB), 404, "job-not-found")
        assert api.get(job_id).body["status"] == "pending"


class TestListing:
    def test_jobs_are_listed_as_the_contract_says(self, api: ApiStack) -> None:
        first, second = new_job(api), new_job(api)
        api.post(REQUEST, caller=BOB)
        body = api.list_jobs().body
        assert list(body) == ["success", "timestamp", "total_jobs", "jobs", "next_token"]
        assert (body["success"], body["total_jobs"], body["next_token"]) == (True, 2, None)
        assert {job["job_id"] for job in body["jobs"]} == {first, second}
        assert list(body["jobs"][0]) == ["job_id", "status", "message", "timestamp"]

    def test_pages_and_a_status(self, api: ApiStack) -> None:
        jobs = [new_job(api) for _ in range(3)]
        api.delete(jobs[0])
        first = api.list_jobs(limit="1", status="pending").body
        second = api.list_jobs(limit="1", status="pending", next_token=first["next_token"]).body
        assert first["total_jobs"] == second["total_jobs"] == 2
        assert {first["jobs"][0]["job_id"], second["jobs"][0]["job_id"]} == {jobs[1], jobs[2]}
        assert second["next_token"] is None

    @pytest.mark.parametrize("limit", ["0", "101", "-1", "1.5", "", "ten", "٣", "9" * 5000])
    def test_a_limit_out_of_range_is_400(self, api: ApiStack, limit: str) -> None:
        assert_problem(api.list_jobs(limit=limit), 400, "invalid-parameter")

    def test_an_unknown_status_is_400(self, api: ApiStack) -> None:
        assert "cancelled" in assert_problem(api.list_jobs(status="done"), 400, "invalid-parameter")["detail"]

    def test_a_token_is_of_no_use_to_others_or_for_another_filter(self, api: ApiStack) -> None:
        for caller in (ADA, BOB):
            for _ in range(2):
                api.post(REQUEST, caller=caller)
        token = api.list_jobs(limit="1").body["next_token"]
        assert api.list_jobs(limit="1", next_token=token).status == 200
        assert_problem(api.list_jobs(limit="1", next_token=token, caller=BOB), 400, "invalid-page-token")
        assert_problem(api.list_jobs(limit="1", next_token=token, status="pending"), 400, "invalid-page-token")
        assert_problem(api.list_jobs(next_token=f"{token}A"), 400, "invalid-page-token")
        assert_problem(api.list_jobs(next_token=""), 400, "invalid-page-token")


class TestCancelling:
    def test_a_job_is_cancelled_and_its_execution_stopped(self, api: ApiStack) -> None:
        job_id = new_job(api)
        answer = api.delete(job_id)
        assert answer.status == 200
        body = answer.body
        assert list(body) == ["success", "message", "job_id", "status", "timestamp"]
        assert (body["success"], body["message"]) == (True, "Job cancelled successfully")
        assert (body["job_id"], body["status"]) == (job_id, "cancelled")
        arn = f"{api.state_machine_arn.replace('stateMachine', 'execution')}:{job_id}"
        assert api.step_functions.describe_execution(executionArn=arn)["status"] == "ABORTED"
        assert api.get(job_id).body["status"] == "cancelled"

    def test_a_second_delete_answers_the_same(self, api: ApiStack) -> None:
        job_id = new_job(api)
        assert api.delete(job_id).body == api.delete(job_id).body

    def test_a_job_whose_execution_never_started_keeps_no_secret(
        self, api: ApiStack, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(services.executions(), "start", lambda _: None)
            job_id = new_job(api)
        assert api.delete(job_id).status == 200
        assert api.request_secret_names() == set()

    @pytest.mark.parametrize("status", [JobStatus.COMPLETED, JobStatus.FAILED])
    def test_a_job_that_has_ended_otherwise_is_409_with_its_status(self, api: ApiStack, status: JobStatus) -> None:
        job_id = new_job(api)
        start(job_id)
        services.job_store().move(job_id, status, message="", at=NOW)
        body = assert_problem(api.delete(job_id), 409, "job-ended")
        assert (body["job_id"], body["job_status"]) == (job_id, status)
        assert status in body["detail"]


def test_a_path_that_is_none_of_ours_is_404(api: ApiStack) -> None:
    assert_problem(api._call("get_job", "GET", "/nothing", ADA), 404, "not-found")


def test_a_path_with_the_stage_before_it_is_routed_too(api: ApiStack) -> None:
    assert api._call("list_jobs", "GET", "/datavalut/jobs", ADA).status == 200


def test_without_authentication_all_jobs_are_the_local_owners(api: ApiStack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCAL_OWNER", "local")
    services.forget_services()
    assert api.post(REQUEST, caller=None).status == 202
    assert api.list_jobs(caller=None).body["total_jobs"] == 1
