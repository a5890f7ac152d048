"""From a checked body to a job."""

from datetime import datetime
from typing import Protocol

from datavalut.api.errors import FieldProblem, InvalidFields
from datavalut.api.requests import CreateJobBody
from datavalut.connections import ConnectionParameters, PortNotANumberError, parse_connection_string
from datavalut.jobs.executions import Executions
from datavalut.jobs.lifecycle import RequestSecrets, create_failed_job, create_job
from datavalut.jobs.model import Job, JobError, JobRequest
from datavalut.jobs.request_secret import RequestSecret
from datavalut.jobs.source_secret import SourceSecretRefused
from datavalut.jobs.store import JobStore

BAD_PORT = JobError(
    code="bad_port",
    message="The connection string's port is no number from 1 to 65535.",
    remedy="Replace the placeholder by your server's port, 5432 by default.",
)


class Secrets(RequestSecrets, Protocol):
    def source_connection(self, arn: str, owner: str) -> ConnectionParameters:
        """Raises SourceSecretRefused."""

    def page_token_key(self) -> bytes: ...


def accept_job(
    *,
    owner: str,
    body: CreateJobBody,
    idempotency_key: str | None,
    at: datetime,
    store: JobStore,
    secrets: Secrets,
    executions: Executions,
) -> Job:
    """The job that this request makes, or made before under its idempotency key.

    A port that is no number gives a job that has failed: the contract's examples post the placeholder
    `postgresql://user:pass@host:port/db` and go on with the answer's `job_id`.

    Raises InvalidFields, IdempotencyKeyReused, JobNotStarted.
    """
    request = JobRequest(
        scope=body.request.scope,
        dry_run=bool(body.request.dry_run),
        target_db_name=body.request.target_db_name,
    )
    fingerprint = body.fingerprint(secrets.page_token_key())
    try:
        source = _source(body, owner, secrets)
    except PortNotANumberError:
        return create_failed_job(
            owner=owner,
            request=request,
            error=BAD_PORT,
            idempotency_key=idempotency_key,
            request_fingerprint=fingerprint,
            at=at,
            store=store,
        )
    return create_job(
        owner=owner,
        request=request,
        secret=RequestSecret(source, body.request.filter_prompt, body.filter_json),
        idempotency_key=idempotency_key,
        request_fingerprint=fingerprint,
        at=at,
        store=store,
        secrets=secrets,
        executions=executions,
    )


def _source(body: CreateJobBody, owner: str, secrets: Secrets) -> ConnectionParameters:
    if body.request.source_secret_arn is None:
        return parse_connection_string(body.request.source_db_connection or "")
    try:
        return secrets.source_connection(body.request.source_secret_arn, owner)
    except SourceSecretRefused as error:
        raise InvalidFields((FieldProblem("source_secret_arn", str(error)),)) from None
