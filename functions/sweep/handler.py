"""Sweep: ends what slipped through. Started from time to time by a schedule."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from datavalut.aws import services
from datavalut.aws.telemetry import logger, metrics, tracer
from datavalut.aws.workflow_deployment import workflow_deployment
from datavalut.workflow.sweep import Sweep


@logger.inject_lambda_context
@tracer.capture_lambda_handler(capture_response=False, capture_error=False)
@metrics.log_metrics(capture_cold_start_metric=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """How many of each kind were found and made good."""
    sweep = Sweep(workflow_deployment(), services.executions())
    sweep.run()
    swept = {
        "jobs_settled": sweep.jobs_settled,
        "executions_stopped": sweep.executions_stopped,
        "secrets_deleted": sweep.secrets_deleted,
        "targets_dropped": sweep.targets_dropped,
    }
    logger.info("Swept", extra=swept)
    return swept
