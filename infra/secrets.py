"""The secrets: those of the deployment, and the names of those that jobs have."""

from typing import cast

from aws_cdk import ArnFormat, RemovalPolicy, Stack
from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infra.acknowledge import acknowledge
from infra.configuration import Configuration


def arn_of(secret: secretsmanager.Secret) -> str:
    """By its attribute, which the emulator knows too: there, a reference to a secret is its name."""
    return cast(secretsmanager.CfnSecret, secret.node.default_child).attr_id


class Secrets(Construct):
    """`page_token_arn` is that of the key that page tokens are sealed with, and by which requests are known
    again that bear an Idempotency-Key. `openai` is the API key of the planner, if the deployment has one. `request_arn`
    and `result_arn` match a job's secrets: what it was asked, with the source's password, and the connection to what it
    made."""

    def __init__(
        self, scope: Construct, construct_id: str, *, configuration: Configuration, encryption_key: kms.IKey | None
    ) -> None:
        super().__init__(scope, construct_id)
        prefix = configuration.secret_prefix
        page_token = secretsmanager.Secret(
            self,
            "PageToken",
            secret_name=f"{prefix}/page-token",
            description="The key of page tokens, and of the fingerprints of requests that bear an Idempotency-Key",
            encryption_key=encryption_key,
            generate_secret_string=secretsmanager.SecretStringGenerator(password_length=64, exclude_punctuation=True),
            removal_policy=RemovalPolicy.DESTROY,
        )
        acknowledge(
            page_token,
            "AwsSolutions-SMG4",
            "A new one makes page tokens invalid, and what is sent again with its Idempotency-Key another request,"
            " for as long as jobs are kept: it is left as it is.",
        )
        self.page_token_arn = arn_of(page_token)
        self.openai: secretsmanager.ISecret | None = None
        if configuration.openai_secret.startswith("arn:"):
            self.openai = secretsmanager.Secret.from_secret_complete_arn(self, "OpenAi", configuration.openai_secret)
        elif configuration.openai_secret:
            self.openai = secretsmanager.Secret.from_secret_name_v2(self, "OpenAi", configuration.openai_secret)
        self.request_arn = self._arn(f"{prefix}/request/*")
        self.result_arn = self._arn(f"{prefix}/result/*")

    def _arn(self, name: str) -> str:
        return Stack.of(self).format_arn(
            service="secretsmanager", resource="secret", resource_name=name, arn_format=ArnFormat.COLON_RESOURCE_NAME
        )
