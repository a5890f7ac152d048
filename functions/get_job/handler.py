"""GET /datavalut/job/{job_id}: how far a job is, and its result."""

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.utilities.typing import LambdaContext

from datavalut.api.owner import owner_of
from datavalut.api.resolver import POLL_SECONDS, answer, make_resolver
from datavalut.api.responses import job_state
from datavalut.api.show import credentials_of, job_of_owner
from datavalut.aws import services
from datavalut.aws.faults import is_transient
from datavalut.aws.telemetry import logger, metrics, tracer
from datavalut.settings import settings

app = make_resolver(logger, metrics, is_transient)


@app.get("/job/<job_id>")
def get_job(job_id: str) -> Response[str]:
    owner = owner_of(app.current_event.raw_event, settings().local_owner)
    job = job_of_owner(job_id, owner, services.job_store())
    headers = {} if job.status.is_final else {"Retry-After": str(POLL_SECONDS)}
    return answer(job_state(job, credentials_of(job, services.secrets())), headers=headers)


@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_REST)
@tracer.capture_lambda_handler(capture_response=False, capture_error=False)
@metrics.log_metrics(capture_cold_start_metric=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return app.resolve(event, context)
