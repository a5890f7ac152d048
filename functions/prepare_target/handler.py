"""Prepare the target: role, database, and schema without indexes and foreign keys."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from datavalut.aws.telemetry import logger, metrics, observed_step, tracer
from datavalut.aws.workflow_deployment import workflow_deployment
from datavalut.workflow.prepare_target import prepare_target
from datavalut.workflow.step import run_step


@logger.inject_lambda_context
@tracer.capture_lambda_handler(capture_response=False, capture_error=False)
@metrics.log_metrics(capture_cold_start_metric=True)
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    job_id = str(event["job_id"])
    with observed_step("prepare_target", job_id):
        deployment = workflow_deployment()
        run_step(deployment, job_id, lambda: prepare_target(deployment, job_id))
