"""GET /datavalut/jobs: the caller's jobs, newest first."""

from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.utilities.typing import LambdaContext

from datavalut.api.owner import owner_of
from datavalut.api.page_token import PageTokens
from datavalut.api.requests import read_list_jobs_request
from datavalut.api.resolver import answer, make_resolver
from datavalut.api.responses import job_list
from datavalut.api.show import list_page
from datavalut.aws import services
from datavalut.aws.faults import is_transient
from datavalut.aws.telemetry import logger, metrics, tracer
from datavalut.settings import settings

app = make_resolver(logger, metrics, is_transient)


@app.get("/jobs")
def list_jobs() -> Response[str]:
    event = app.current_event
    page, next_token = list_page(
        read_list_jobs_request(event.query_string_parameters),
        owner_of(event.raw_event, settings().local_owner),
        services.job_store(),
        PageTokens(services.secrets().page_token_key()),
    )
    return answer(job_list(page.jobs, page.total, next_token, datetime.now(UTC)))


@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_REST)
@tracer.capture_lambda_handler(capture_response=False, capture_error=False)
@metrics.log_metrics(capture_cold_start_metric=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return app.resolve(event, context)
