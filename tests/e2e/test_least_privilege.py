"""What a function may not do, tried with its own role on the local stack, which the fixtures start and which checks
every policy as AWS does."""

from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from infra.jobs_table import BY_OWNER
from local.deploy import STACK
from local.emulator import REGION
from tests.e2e.client import Client
from tests.e2e.places import Cloud
from tests.local_stack import Stack

Call = Callable[["Role"], Any]


class Role:
    """The role of a function, to act as."""

    def __init__(self, stack: Stack, function: str) -> None:
        self._url = stack.aws_url
        root = Cloud(stack.aws_url)
        configuration = root.client("lambda").get_function_configuration(FunctionName=f"{STACK}-{function}")
        self.table = configuration["Environment"]["Variables"]["JOBS_TABLE"]
        self.machine = root.client("stepfunctions").list_state_machines()["stateMachines"][0]["stateMachineArn"]
        assumed = root.client("sts").assume_role(RoleArn=configuration["Role"], RoleSessionName="tests")
        self._credentials = assumed["Credentials"]

    def client(self, service: Any) -> Any:
        return boto3.client(
            service,
            endpoint_url=self._url,
            region_name=REGION,
            aws_access_key_id=self._credentials["AccessKeyId"],
            aws_secret_access_key=self._credentials["SecretAccessKey"],
            aws_session_token=self._credentials["SessionToken"],
        )


def read_job(role: Role) -> Any:
    return role.client("dynamodb").get_item(TableName=role.table, Key={"pk": {"S": "job#x"}, "sk": {"S": "job"}})


def write_job(role: Role) -> Any:
    return role.client("dynamodb").put_item(TableName=role.table, Item={"pk": {"S": "tests"}, "sk": {"S": "tests"}})


def delete_job(role: Role) -> Any:
    return role.client("dynamodb").delete_item(TableName=role.table, Key={"pk": {"S": "tests"}, "sk": {"S": "tests"}})


def list_jobs(role: Role) -> Any:
    return role.client("dynamodb").query(
        TableName=role.table, KeyConditionExpression="pk = :pk", ExpressionAttributeValues={":pk": {"S": "owner#x"}}
    )


def list_by_index(role: Role) -> Any:
    return role.client("dynamodb").query(
        TableName=role.table,
        IndexName=BY_OWNER,
        KeyConditionExpression="gsi1pk = :pk",
        ExpressionAttributeValues={":pk": {"S": "owner#x"}},
    )


def scan_jobs(role: Role) -> Any:
    return role.client("dynamodb").scan(TableName=role.table)


def read_secret(name: str) -> Call:
    return lambda role: role.client("secretsmanager").get_secret_value(SecretId=name)


def start_execution(role: Role) -> Any:
    return role.client("stepfunctions").start_execution(stateMachineArn=role.machine, name="job_of_nobody")


def stop_execution(role: Role) -> Any:
    arn = f"{role.machine.replace(':stateMachine:', ':execution:')}:job_of_nobody"
    return role.client("stepfunctions").stop_execution(executionArn=arn)


def put_event(role: Role) -> Any:
    entry = {"EventBusName": f"{STACK}-jobs", "Source": "datavalut.jobs", "DetailType": "Job Completed", "Detail": "{}"}
    return role.client("events").put_events(Entries=[entry])


def invoke_settling(role: Role) -> Any:
    return role.client("lambda").invoke(FunctionName=f"{STACK}-settle_job", Payload=b"{}")


ADMIN = read_secret("datavalut/target")
REQUEST = read_secret("datavalut/request/job_000000000000")
RESULT = read_secret("datavalut/result/job_000000000000")
CHANGED = (write_job, delete_job)  # made or deleted: what they may update is there already
DENIED: dict[str, tuple[Call, ...]] = {
    "create_job": (ADMIN, RESULT, stop_execution, put_event, invoke_settling, scan_jobs, list_by_index),
    "get_job": (ADMIN, REQUEST, write_job, start_execution, stop_execution, put_event),
    "list_jobs": (ADMIN, REQUEST, RESULT, read_job, write_job, start_execution, stop_execution, scan_jobs),
    "cancel_job": (ADMIN, REQUEST, RESULT, put_event, scan_jobs),
    "plan_job": (RESULT, start_execution, stop_execution, put_event),
    "keep_snapshot": (ADMIN, RESULT, list_jobs, *CHANGED, start_execution, stop_execution),
    "prepare_target": (RESULT, *CHANGED, start_execution, stop_execution, put_event),
    "copy_worker": (ADMIN, *CHANGED, start_execution, stop_execution, put_event),
    "finalize_job": (REQUEST, start_execution, stop_execution, put_event),
    "settle_job": (RESULT, stop_execution, put_event, scan_jobs),
    "sweep": (RESULT, put_event, invoke_settling, scan_jobs),
    "publish_events": (ADMIN, REQUEST, RESULT, list_jobs, delete_job, start_execution, stop_execution),
}


@pytest.mark.parametrize("function", DENIED)
def test_a_function_is_denied_what_it_has_no_business_with(function: str, stack: Stack) -> None:
    role = Role(stack, function)
    (list_jobs if function == "list_jobs" else read_job)(role)  # what it has business with is not denied
    for call in DENIED[function]:
        with pytest.raises(ClientError) as refused:
            call(role)
        assert "AccessDenied" in refused.value.response["Error"]["Code"], call


def test_without_a_role_nothing_is_allowed(stack: Stack, client: Client) -> None:
    nobody = boto3.client(
        "dynamodb",
        endpoint_url=stack.aws_url,
        region_name=REGION,
        aws_access_key_id="AKIAIOSFODNN7EXAMPLE",
        aws_secret_access_key="nobodys",
    )
    with pytest.raises(ClientError):
        nobody.list_tables()
    assert client.get("/jobs").status_code == 200
