"""The jobs table's stream: puts each change of a job's status on the event bus."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from datavalut.aws import services
from datavalut.aws.job_stream import publish_records
from datavalut.aws.telemetry import logger, metrics, tracer


@logger.inject_lambda_context
@tracer.capture_lambda_handler(capture_response=False, capture_error=False)
@metrics.log_metrics(capture_cold_start_metric=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return publish_records(
        event["Records"],
        bus=services.event_bus(),
        store=services.job_store(),
        secrets=services.secrets(),
        logger=logger,
        metrics=metrics,
    )
