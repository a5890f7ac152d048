"""The emulator, as its operator uses it."""

import json
import time
from typing import Any

import boto3

from datavalut.aws.job_items import JOB_SORT_KEY, job_partition
from local.emulator import REGION, ROOT_KEY


class Aws:
    def __init__(self, url: str) -> None:
        def client(service: Any) -> Any:
            return boto3.client(
                service,
                endpoint_url=url,
                region_name=REGION,
                aws_access_key_id=ROOT_KEY,
                aws_secret_access_key=ROOT_KEY,
            )

        self.executions = client("stepfunctions")
        self.functions = client("lambda")
        self.secrets = client("secretsmanager")
        self._jobs = client("dynamodb")
        (machine,) = self.executions.list_state_machines()["stateMachines"]
        self.machine: str = machine["stateMachineArn"]

    def execution(self, job_id: str) -> str:
        return f"{self.machine.replace(':stateMachine:', ':execution:')}:{job_id}"

    def execution_status(self, name: str) -> str:
        return str(self.executions.describe_execution(executionArn=self.execution(name))["status"])

    def forget_job(self, job_id: str) -> None:
        """Its record is gone, as that of a job that has lapsed."""
        (table,) = self._jobs.list_tables()["TableNames"]
        key = {"pk": job_partition(job_id), "sk": JOB_SORT_KEY}
        self._jobs.delete_item(TableName=table, Key={name: {"S": value} for name, value in key.items()})

    def failures(self, job_id: str) -> list[str]:
        """The names of the errors by which tasks of the job's execution failed, and were tried again or not."""
        pages = self.executions.get_paginator("get_execution_history").paginate(executionArn=self.execution(job_id))
        return [
            event["taskFailedEventDetails"]["error"]
            for page in pages
            for event in page["events"]
            if event["type"] == "TaskFailed"
        ]

    def when_failed(self, job_id: str, error: str, seconds: float = 60) -> None:
        """Returns as soon as a task of the job's execution has failed by this error."""
        deadline = time.monotonic() + seconds
        while error not in self.failures(job_id):
            assert time.monotonic() < deadline, f"after {seconds} seconds nothing has failed by {error}"
            time.sleep(0.2)

    def sweep(self) -> dict[str, int]:
        answer = self.functions.invoke(FunctionName="DataValut-sweep", Payload=b"{}")
        swept: dict[str, int] = json.load(answer["Payload"])
        assert "FunctionError" not in answer, swept
        return swept
