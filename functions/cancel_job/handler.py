"""DELETE /datavalut/job/{job_id}: cancels a job and stops its execution."""

from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.utilities.typing import LambdaContext

from datavalut.api.owner import owner_of
from datavalut.api.resolver import answer, make_resolver
from datavalut.api.responses import job_cancelled
from datavalut.aws import services
from datavalut.aws.faults import is_transient
from datavalut.aws.telemetry import logger, metrics, tracer
from datavalut.jobs.lifecycle import cancel_job
from datavalut.settings import settings

app = make_resolver(logger, metrics, is_transient)


@app.delete("/job/<job_id>")
def cancel(job_id: str) -> Response[str]:
    job = cancel_job(
        job_id=job_id,
        owner=owner_of(app.current_event.raw_event, settings().local_owner),
        at=datetime.now(UTC),
        store=services.job_store(),
        secrets=services.secrets(),
        executions=services.executions(),
    )
    logger.info("Job cancelled", job_id=job.job_id)
    return answer(job_cancelled(job))


@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_REST)
@tracer.capture_lambda_handler(capture_response=False, capture_error=False)
@metrics.log_metrics(capture_cold_start_metric=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return app.resolve(event, context)
