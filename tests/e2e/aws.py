"""The emulator, as its operator uses it."""

import json
from typing import Any

import boto3

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
        (machine,) = self.executions.list_state_machines()["stateMachines"]
        self.machine: str = machine["stateMachineArn"]

    def execution(self, job_id: str) -> str:
        return f"{self.machine.replace(':stateMachine:', ':execution:')}:{job_id}"

    def sweep(self) -> dict[str, int]:
        answer = self.functions.invoke(FunctionName="DataValut-sweep", Payload=b"{}")
        swept: dict[str, int] = json.load(answer["Payload"])
        assert "FunctionError" not in answer, swept
        return swept
