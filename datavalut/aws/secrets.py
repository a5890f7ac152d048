"""Secrets Manager: the one place where connection strings, prompts and passwords are kept."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, TypedDict

from botocore.exceptions import ClientError

from datavalut.connections import ConnectionParameters, ConnectionStringError
from datavalut.jobs.errors import SecretNotFoundError
from datavalut.jobs.job_secrets import JobSecret, JobSecretKind
from datavalut.jobs.request_secret import RequestSecret
from datavalut.jobs.source_secret import SourceSecretRefused

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

SOURCE_TAG = "datavalut:source"
ANY_OWNER = "any"

_SECRET_ARN = re.compile(r"arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:(?P<name>[A-Za-z0-9/_+=.@-]{1,512})")
_NOT_THERE = frozenset({"ResourceNotFoundException", "InvalidRequestException"})  # the latter: about to be deleted
_NOT_READABLE = _NOT_THERE | {"AccessDeniedException", "DecryptionFailure", "InvalidParameterException"}


class KmsKey(TypedDict, total=False):
    """Left out, Secrets Manager's own key of the account."""

    KmsKeyId: str


class Secrets:
    """Secrets of jobs are named `<prefix>/request/<job id>` and `<prefix>/result/<job id>`."""

    def __init__(
        self,
        client: "SecretsManagerClient",
        *,
        prefix: str,
        key_arn: str | None,
        target_secret_arn: str,
        page_token_secret_arn: str,
        openai_api_key_secret_arn: str | None,
    ) -> None:
        self._client = client
        self._prefix = prefix
        self._key: KmsKey = {"KmsKeyId": key_arn} if key_arn else {}
        self._target_secret_arn = target_secret_arn
        self._page_token_secret_arn = page_token_secret_arn
        self._openai_api_key_secret_arn = openai_api_key_secret_arn
        self._page_token_key: bytes | None = None

    # of a job

    def put_request(self, job_id: str, request: RequestSecret) -> None:
        self._put(self._request_name(job_id), json.dumps(request.to_json_object(), ensure_ascii=False))

    def get_request(self, job_id: str) -> RequestSecret:
        """Raises SecretNotFoundError."""
        return RequestSecret.from_json_object(json.loads(self._get(self._request_name(job_id))))

    def delete_request(self, job_id: str) -> None:
        """Does nothing if it is gone already."""
        self._delete(self._request_name(job_id))

    def put_result(self, job_id: str, connection: ConnectionParameters) -> None:
        self._put(self._result_name(job_id), connection.to_json())

    def get_result(self, job_id: str) -> ConnectionParameters:
        """How to log in to the job's finished database. Raises SecretNotFoundError."""
        return ConnectionParameters.from_json(self._get(self._result_name(job_id)))

    def find_result(self, job_id: str) -> ConnectionParameters | None:
        """As `get_result`; None if it is gone."""
        try:
            return self.get_result(job_id)
        except SecretNotFoundError:
            return None

    def delete_result(self, job_id: str) -> None:
        """Does nothing if it is gone already."""
        self._delete(self._result_name(job_id))

    def of_jobs(self) -> Iterator[JobSecret]:
        """All secrets that jobs of this deployment have, by their names."""
        ours = re.compile(rf"{re.escape(self._prefix)}/(?P<kind>request|result)/(?P<job_id>job_[0-9a-f]{{12}})")
        pages = self._client.get_paginator("list_secrets").paginate(
            Filters=[{"Key": "name", "Values": [f"{self._prefix}/request/", f"{self._prefix}/result/"]}]
        )
        for page in pages:
            for secret in page["SecretList"]:
                match = ours.fullmatch(secret["Name"])
                if match is not None:
                    changed_at = secret.get("LastChangedDate", secret["CreatedDate"])
                    yield JobSecret(JobSecretKind(match["kind"]), match["job_id"], changed_at)

    # of the deployment

    def target_admin(self) -> ConnectionParameters:
        """The role that makes databases and roles on the target server. Raises SecretNotFoundError."""
        return ConnectionParameters.from_json(self._get(self._target_secret_arn))

    def openai_api_key(self) -> str | None:
        """None if the deployment has none, or an empty one."""
        if self._openai_api_key_secret_arn is None:
            return None
        try:
            return self._get(self._openai_api_key_secret_arn).strip() or None
        except SecretNotFoundError:
            return None

    def page_token_key(self) -> bytes:
        """Signs page tokens and fingerprints of requests. Read once in a process's life."""
        if self._page_token_key is None:
            self._page_token_key = self._get(self._page_token_secret_arn).encode()
        return self._page_token_key

    # of a caller

    def source_connection(self, arn: str, owner: str) -> ConnectionParameters:
        """What the caller's own secret holds.

        Its tag `datavalut:source` must name the caller, or say `any`: whoever may tag the secret lends it to us, and
        for whom. Without that, a caller could read through us what only we may read.

        Raises SourceSecretRefused.
        """
        match = _SECRET_ARN.fullmatch(arn)
        if match is None:
            raise SourceSecretRefused("is not given by its full ARN")
        refusal = SourceSecretRefused(
            f"is not there, or not lent: its tag {SOURCE_TAG} must be {owner} or {ANY_OWNER}, "
            "and this deployment must be allowed to read it"
        )
        if match["name"].startswith(f"{self._prefix}/") or arn in self._own_arns():
            raise refusal
        try:
            tags = self._client.describe_secret(SecretId=arn).get("Tags", [])
            if not any(tag.get("Key") == SOURCE_TAG and tag.get("Value") in (owner, ANY_OWNER) for tag in tags):
                raise refusal
            text = self._client.get_secret_value(SecretId=arn).get("SecretString", "")
        except ClientError as error:
            if error.response["Error"]["Code"] in _NOT_READABLE:
                raise refusal from None
            raise
        try:
            return ConnectionParameters.from_json(text)
        except ConnectionStringError as error:
            raise SourceSecretRefused(f"holds no usable connection: it {error.reason}") from None

    def _own_arns(self) -> set[str | None]:
        return {self._target_secret_arn, self._page_token_secret_arn, self._openai_api_key_secret_arn}

    def _request_name(self, job_id: str) -> str:
        return f"{self._prefix}/request/{job_id}"

    def _result_name(self, job_id: str) -> str:
        return f"{self._prefix}/result/{job_id}"

    def _put(self, name: str, value: str) -> None:
        try:
            self._client.create_secret(Name=name, SecretString=value, **self._key)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceExistsException":
                raise
            self._client.put_secret_value(SecretId=name, SecretString=value)

    def _get(self, name: str) -> str:
        with _telling_what_is_gone(name):
            return self._client.get_secret_value(SecretId=name)["SecretString"]

    def _delete(self, name: str) -> None:
        with suppress(SecretNotFoundError), _telling_what_is_gone(name):
            self._client.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)


@contextmanager
def _telling_what_is_gone(name: str) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] in _NOT_THERE:
            raise SecretNotFoundError(name) from None
        raise
