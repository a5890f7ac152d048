"""Secrets, on moto. Needs nothing. How a caller's own secrets are used: tests/integration/functions."""

from collections.abc import Iterator

import boto3
import pytest

from datavalut.aws.secrets import Secrets
from datavalut.connections import ConnectionParameters
from datavalut.jobs.errors import SecretNotFoundError
from datavalut.jobs.job_secrets import JobSecretKind
from datavalut.jobs.request_secret import RequestSecret
from tests.aws_doubles import REGION, fake_aws

JOB_ID = "job_a1b2c3d4e5f6"
CONNECTION = ConnectionParameters("h", 5432, "shop", "ü", "p@ss", {"sslmode": "require"})


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> Iterator[Secrets]:
    with fake_aws(monkeypatch):
        client = boto3.client("secretsmanager", region_name=REGION)
        target = client.create_secret(Name="target", SecretString=CONNECTION.to_json())["ARN"]
        page_token = client.create_secret(Name="page-token", SecretString="key")["ARN"]
        openai = client.create_secret(Name="openai", SecretString=" sk-key\n")["ARN"]
        yield Secrets(
            client,
            prefix="datavalut",
            key_arn=None,
            target_secret_arn=target,
            page_token_secret_arn=page_token,
            openai_api_key_secret_arn=openai,
        )


@pytest.mark.parametrize(
    "request_secret",
    [RequestSecret(CONNECTION, filter_prompt="all customers"), RequestSecret(CONNECTION, filter={"roots": []})],
)
def test_a_request_is_read_back(secrets: Secrets, request_secret: RequestSecret) -> None:
    secrets.put_request(JOB_ID, request_secret)
    assert secrets.get_request(JOB_ID) == request_secret


def test_a_result_is_read_back_and_can_be_written_again(secrets: Secrets) -> None:
    secrets.put_result(JOB_ID, ConnectionParameters("h", 1, "d", "u", "first"))
    secrets.put_result(JOB_ID, CONNECTION)
    assert secrets.get_result(JOB_ID) == secrets.find_result(JOB_ID) == CONNECTION


def test_what_is_deleted_is_gone_at_once_and_can_be_deleted_again(secrets: Secrets) -> None:
    secrets.put_request(JOB_ID, RequestSecret(CONNECTION, filter_prompt="a"))
    secrets.put_result(JOB_ID, CONNECTION)
    for _ in range(2):
        secrets.delete_request(JOB_ID)
        secrets.delete_result(JOB_ID)
    with pytest.raises(SecretNotFoundError):
        secrets.get_request(JOB_ID)
    with pytest.raises(SecretNotFoundError):
        secrets.get_result(JOB_ID)
    assert secrets.find_result(JOB_ID) is None


def test_the_secrets_of_all_jobs_are_listed_and_no_others(secrets: Secrets) -> None:
    other = f"job_{'0' * 12}"
    secrets.put_request(JOB_ID, RequestSecret(CONNECTION, filter_prompt="a"))
    for job_id in (JOB_ID, other):
        secrets.put_result(job_id, CONNECTION)
    for name in ("datavalut/request/else", f"other/request/{JOB_ID}", f"datavalut-2/result/{JOB_ID}", "datavalut/key"):
        secrets._client.create_secret(Name=name, SecretString="a")
    listed = list(secrets.of_jobs())
    assert {(secret.kind, secret.job_id) for secret in listed} == {
        (JobSecretKind.REQUEST, JOB_ID),
        (JobSecretKind.RESULT, JOB_ID),
        (JobSecretKind.RESULT, other),
    }
    assert all(secret.changed_at.tzinfo is not None for secret in listed)


def test_the_deployments_own_secrets(secrets: Secrets) -> None:
    assert secrets.target_admin() == CONNECTION
    assert secrets.page_token_key() == b"key"
    assert secrets.openai_api_key() == "sk-key"


@pytest.mark.parametrize("text", [None, "", "  \n", "missing"])
def test_a_deployment_may_have_no_key_for_openai(monkeypatch: pytest.MonkeyPatch, text: str | None) -> None:
    with fake_aws(monkeypatch):
        client = boto3.client("secretsmanager", region_name=REGION)
        arn = None
        if text is not None:
            arn = "openai"
            if text != "missing":
                client.create_secret(Name=arn, SecretString=text or " ")
        without = Secrets(
            client,
            prefix="datavalut",
            key_arn=None,
            target_secret_arn="",
            page_token_secret_arn="",
            openai_api_key_secret_arn=arn,
        )
        assert without.openai_api_key() is None


def test_what_is_secret_is_not_in_the_representation() -> None:
    shown = repr(RequestSecret(CONNECTION, filter_prompt="all customers", filter={"roots": []}))
    for word in ("p@ss", "customers", "roots"):
        assert word not in shown
