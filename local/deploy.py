"""Deploys a synthesized app to the emulator: its assets to S3, its template to CloudFormation, as the CDK does."""

import io
import json
import time
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from local.emulator import ACCOUNT, REGION, ROOT_KEY
from local.errors import LocalStackError

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_s3 import S3Client

STACK = "DataValut"
_DEPLOYMENT_SECONDS = 180


@dataclass(frozen=True)
class Deployer:
    """Of the assembly in the folder `assembly`, to the emulator at `aws_url`."""

    aws_url: str
    assembly: Path
    _config: Config = field(default_factory=lambda: Config(retries={"total_max_attempts": 3}, read_timeout=120))

    def client(self, service: Any) -> Any:
        return boto3.client(
            service,
            endpoint_url=self.aws_url,
            region_name=REGION,
            aws_access_key_id=ROOT_KEY,
            aws_secret_access_key=ROOT_KEY,
            config=self._config,
        )

    def put_secret(self, name: str, value: str) -> None:
        """For a secret that the app expects to find."""
        client = self.client("secretsmanager")
        try:
            client.create_secret(Name=name, SecretString=value)
        except client.exceptions.ResourceExistsException:
            client.put_secret_value(SecretId=name, SecretString=value)

    def deploy(self, parameters: Mapping[str, str]) -> dict[str, str]:
        """Creates the stack, or updates it if something changed. Returns its outputs. Raises LocalStackError."""
        template = (self.assembly / f"{STACK}.template.json").read_text(encoding="utf-8")
        template_url = self._publish_assets()
        cloudformation: CloudFormationClient = self.client("cloudformation")
        arguments: Any = {
            "StackName": STACK,
            "Parameters": [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
            "Capabilities": ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"],
        }
        arguments |= {"TemplateURL": template_url} if template_url else {"TemplateBody": template}
        try:
            if self._status(cloudformation) is None:
                cloudformation.create_stack(**arguments)
            else:
                cloudformation.update_stack(**arguments)
        except ClientError as error:
            if "No updates are to be performed" not in str(error):
                raise LocalStackError("the emulator refused the template", str(error)) from error
        return self._wait(cloudformation)

    def _publish_assets(self) -> str | None:
        """Returns the template's address, if it is among the assets."""
        s3: S3Client = self.client("s3")
        manifest = json.loads((self.assembly / f"{STACK}.assets.json").read_text(encoding="utf-8"))
        template_url = None
        for asset in manifest["files"].values():
            source = self.assembly / asset["source"]["path"]
            for destination in asset["destinations"].values():
                bucket, key = (
                    destination[name].replace("${AWS::AccountId}", ACCOUNT).replace("${AWS::Region}", REGION)
                    for name in ("bucketName", "objectKey")
                )
                if source.name == f"{STACK}.template.json":
                    template_url = f"{self.aws_url}/{bucket}/{key}"
                if not _is_there(s3, bucket, key):
                    body = _zipped(source) if asset["source"]["packaging"] == "zip" else source.read_bytes()
                    s3.put_object(Bucket=bucket, Key=key, Body=body)
        return template_url

    def _status(self, cloudformation: "CloudFormationClient") -> str | None:
        try:
            return cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]["StackStatus"]
        except ClientError:
            return None

    def _wait(self, cloudformation: "CloudFormationClient") -> dict[str, str]:
        deadline = time.monotonic() + _DEPLOYMENT_SECONDS
        while time.monotonic() < deadline:
            status = self._status(cloudformation) or "unknown"
            if status in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
                stack = cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]
                return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}
            if status.endswith(("FAILED", "ROLLBACK_COMPLETE")):
                raise LocalStackError(f"the deployment ended as {status}", self._reasons(cloudformation))
            time.sleep(0.2)
        raise LocalStackError(f"the deployment has not ended after {_DEPLOYMENT_SECONDS} seconds")

    @staticmethod
    def _reasons(cloudformation: "CloudFormationClient") -> str:
        events = cloudformation.describe_stack_events(StackName=STACK)["StackEvents"]
        failed = [event for event in reversed(events) if event.get("ResourceStatus", "").endswith("FAILED")]
        return "\n".join(f"{it.get('LogicalResourceId')}: {it.get('ResourceStatusReason', '')}" for it in failed[:5])


def _is_there(s3: "S3Client", bucket: str, key: str) -> bool:
    try:
        s3.head_object(Bucket=bucket, Key=key)
    except ClientError:
        with suppress(s3.exceptions.BucketAlreadyOwnedByYou, s3.exceptions.BucketAlreadyExists):
            s3.create_bucket(Bucket=bucket)
        return False
    return True


def _zipped(folder: Path) -> bytes:
    """Not compressed: it never leaves this machine."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                archive.write(file, file.relative_to(folder))
    return buffer.getvalue()
