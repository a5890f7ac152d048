"""Step Functions: each job is one execution, named by the job's id."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from datavalut.jobs.executions import Ending, FoundExecution

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

ENDINGS = {
    "SUCCEEDED": Ending.REACHED_THE_END,
    "FAILED": Ending.FAILED,
    "TIMED_OUT": Ending.TIMED_OUT,
    "ABORTED": Ending.STOPPED,
}


class Executions:
    def __init__(self, client: "SFNClient", state_machine_arn: str) -> None:
        self._client = client
        self._state_machine_arn = state_machine_arn

    def start(self, job_id: str) -> None:
        """Can be repeated: an execution that was started, even one that has ended, is not started again."""
        try:
            self._client.start_execution(
                stateMachineArn=self._state_machine_arn, name=job_id, input=json.dumps({"job_id": job_id})
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ExecutionAlreadyExists":
                raise

    def stop(self, job_id: str) -> bool:
        """Whether there was an execution to stop; one that had ended counts. A Lambda that runs goes on by itself."""
        try:
            self._client.stop_execution(
                executionArn=self.arn(job_id), error="Cancelled", cause="The job was cancelled by its owner."
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ExecutionDoesNotExist":
                raise
            return False
        return True

    def find(self, job_id: str) -> FoundExecution | None:
        try:
            status = self._client.describe_execution(executionArn=self.arn(job_id))["status"]
        except ClientError as error:
            if error.response["Error"]["Code"] != "ExecutionDoesNotExist":
                raise
            return None
        return FoundExecution(ENDINGS.get(status))

    def running(self) -> Iterator[str]:
        pages = self._client.get_paginator("list_executions").paginate(
            stateMachineArn=self._state_machine_arn, statusFilter="RUNNING"
        )
        for page in pages:
            for execution in page["executions"]:
                yield execution["name"]

    def arn(self, job_id: str) -> str:
        return f"{self._state_machine_arn.replace(':stateMachine:', ':execution:', 1)}:{job_id}"
