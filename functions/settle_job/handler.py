"""Settle the job: ends it whatever happened. A step of the workflow, and started by its executions' status events."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from datavalut.aws.execution_end import execution_end
from datavalut.aws.telemetry import logger, metrics, observed_step, tracer
from datavalut.aws.workflow_deployment import workflow_deployment
from datavalut.workflow.settle import settle


@logger.inject_lambda_context
@tracer.capture_lambda_handler(capture_response=False, capture_error=False)
@metrics.log_metrics(capture_cold_start_metric=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, str]:
    """The status `unknown` is for what no job belongs to: trying again would not make one."""
    job_id, end = execution_end(event)
    with observed_step("settle_job", job_id):
        return {"status": settle(workflow_deployment(), job_id, end) or "unknown"}
