"""The API's functions on a fake AWS, called as API Gateway calls them."""

import importlib.util
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from datavalut.aws import job_items, services
from datavalut.aws.workflow_deployment import workflow_deployment
from datavalut.jobs.model import Job
from tests.aws_doubles import JOBS_TABLE, REGION, create_jobs_table, dynamodb_client, fake_aws
from tests.jobs_examples import pending_job

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_stepfunctions import SFNClient

FUNCTIONS = Path(__file__).parent.parent / "functions"
ADA = "arn:aws:iam::123456789012:user/ada"
BOB = "arn:aws:iam::123456789012:user/bob"
PREFIX = "datavalut"
BUS = "datavalut"
CONTEXT = SimpleNamespace(
    function_name="function",
    memory_limit_in_mb=512,
    invoked_function_arn="arn:aws:lambda:eu-central-1:123456789012:function:function",
    aws_request_id="11111111-2222-3333-4444-555555555555",
)


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    text: str

    @property
    def body(self) -> dict[str, Any]:
        value: dict[str, Any] = json.loads(self.text)
        return value


class ApiStack:
    def __init__(self, state_machine_arn: str) -> None:
        self.state_machine_arn = state_machine_arn

    @cached_property
    def step_functions(self) -> "SFNClient":
        return boto3.client("stepfunctions", region_name=REGION)

    @cached_property
    def secrets_manager(self) -> "SecretsManagerClient":
        return boto3.client("secretsmanager", region_name=REGION)

    def request_secret_names(self) -> set[str]:
        secrets = self.secrets_manager.list_secrets()["SecretList"]
        return {secret["Name"] for secret in secrets if secret["Name"].startswith(f"{PREFIX}/request/")}

    def execution_names(self) -> set[str]:
        executions = self.step_functions.list_executions(stateMachineArn=self.state_machine_arn)["executions"]
        return {execution["name"] for execution in executions}

    def post(self, body: Any, *, caller: str | None = ADA, headers: Mapping[str, str] | None = None) -> Answer:
        text = body if isinstance(body, str) or body is None else json.dumps(body)
        return self._call("create_job", "POST", "/create-filtered-db", caller, body=text, headers=headers)

    def get(self, job_id: str, *, caller: str | None = ADA) -> Answer:
        return self._call("get_job", "GET", f"/job/{job_id}", caller)

    def list_jobs(self, *, caller: str | None = ADA, **parameters: str) -> Answer:
        return self._call("list_jobs", "GET", "/jobs", caller, parameters=parameters)

    def delete(self, job_id: str, *, caller: str | None = ADA) -> Answer:
        return self._call("cancel_job", "DELETE", f"/job/{job_id}", caller)

    def _call(
        self,
        function: str,
        method: str,
        path: str,
        caller: str | None,
        *,
        body: str | None = None,
        headers: Mapping[str, str] | None = None,
        parameters: Mapping[str, str] | None = None,
    ) -> Answer:
        event = rest_event(method, path, caller, body=body, headers=headers, parameters=parameters)
        answer = load_function(function).handler(event, CONTEXT)
        sent = {name: values[0] for name, values in answer["multiValueHeaders"].items()}
        return Answer(answer["statusCode"], sent, answer["body"])


def rest_event(
    method: str,
    path: str,
    caller: str | None,
    *,
    body: str | None = None,
    headers: Mapping[str, str] | None = None,
    parameters: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """As a REST API sends it to a function: the stage is in the context's path only."""
    return {
        "resource": path,
        "path": path,
        "httpMethod": method,
        "headers": dict(headers or {}),
        "multiValueHeaders": {name: [value] for name, value in (headers or {}).items()},
        "queryStringParameters": dict(parameters) if parameters else None,
        "multiValueQueryStringParameters": {k: [v] for k, v in parameters.items()} if parameters else None,
        "pathParameters": None,
        "stageVariables": None,
        "requestContext": {
            "requestId": "request-1",
            "stage": "datavalut",
            "path": f"/datavalut{path}",
            "httpMethod": method,
            "identity": {"sourceIp": "192.0.2.1", "userArn": caller},
        },
        "body": body,
        "isBase64Encoded": False,
    }


def stream_record(number: int, before: Job | None, after: Job | None) -> dict[str, Any]:
    """A change of a job, as the table's stream gives it to the function."""
    values = job_items.job_values(after or before or pending_job())
    change: dict[str, Any] = {
        "Keys": job_items.to_attributes({"pk": values["pk"], "sk": values["sk"]}),
        "SequenceNumber": str(number),
    }
    for name, job in (("OldImage", before), ("NewImage", after)):
        if job is not None:
            change[name] = job_items.to_attributes(job_items.job_values(job))
    return {"eventID": str(number), "dynamodb": change}


def load_function(name: str) -> ModuleType:
    """A function's handler, which Lambda loads by its path too."""
    spec = importlib.util.spec_from_file_location(f"functions_{name}", FUNCTIONS / name / "handler.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError(name)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@contextmanager
def running_api(monkeypatch: pytest.MonkeyPatch) -> Iterator[ApiStack]:
    with fake_aws(monkeypatch):
        create_jobs_table(dynamodb_client())
        secrets = boto3.client("secretsmanager", region_name=REGION)
        page_token = secrets.create_secret(Name=f"{PREFIX}/page-token", SecretString="a key for tests")["ARN"]
        boto3.client("events", region_name=REGION).create_event_bus(Name=BUS)
        machine = boto3.client("stepfunctions", region_name=REGION).create_state_machine(
            name="datavalut",
            definition=json.dumps({"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 9, "End": True}}}),
            roleArn="arn:aws:iam::123456789012:role/machine",
        )["stateMachineArn"]
        for name, value in {
            "JOBS_TABLE": JOBS_TABLE,
            "SECRET_PREFIX": PREFIX,
            "PAGE_TOKEN_SECRET_ARN": page_token,
            "STATE_MACHINE_ARN": machine,
            "EVENT_BUS_NAME": BUS,
            "POWERTOOLS_TRACE_DISABLED": "true",
        }.items():
            monkeypatch.setenv(name, value)
        monkeypatch.delenv("LOCAL_OWNER", raising=False)
        _forget_all()
        yield ApiStack(machine)
    _forget_all()


def _forget_all() -> None:
    services.forget_services()
    workflow_deployment.cache_clear()
