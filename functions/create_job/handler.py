"""POST /datavalut/create-filtered-db: accepts a job and starts its execution."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.utilities.typing import LambdaContext

from datavalut.api.create import accept_job
from datavalut.api.owner import owner_of
from datavalut.api.requests import read_create_job_body, read_idempotency_key
from datavalut.api.resolver import POLL_SECONDS, answer, header, make_resolver
from datavalut.api.responses import job_created
from datavalut.aws import services
from datavalut.aws.faults import is_transient
from datavalut.aws.telemetry import logger, metrics, tracer
from datavalut.settings import settings

app = make_resolver(logger, metrics, is_transient)


@app.post("/create-filtered-db")
def create_job() -> Response[str]:
    event = app.current_event
    job = accept_job(
        owner=owner_of(event.raw_event, settings().local_owner),
        body=read_create_job_body(event.decoded_body),
        idempotency_key=read_idempotency_key(header(app, "Idempotency-Key")),
        at=datetime.now(UTC),
        store=services.job_store(),
        secrets=services.secrets(),
        executions=services.executions(),
    )
    logger.info("Job accepted", job_id=job.job_id, status=job.status)
    return answer(
        job_created(job),
        HTTPStatus.ACCEPTED,
        {"Location": f"/datavalut/job/{job.job_id}", "Retry-After": str(POLL_SECONDS)},
    )


@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_REST)
@tracer.capture_lambda_handler(capture_response=False, capture_error=False)
@metrics.log_metrics(capture_cold_start_metric=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return app.resolve(event, context)
