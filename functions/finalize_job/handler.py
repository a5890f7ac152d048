"""Finalize: verify the database, give it its name, complete the job."""

from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from datavalut.aws.metric_names import MetricName
from datavalut.aws.telemetry import logger, metrics, observed_step, tracer
from datavalut.aws.workflow_deployment import workflow_deployment
from datavalut.workflow.finalize import finalize
from datavalut.workflow.step import run_step


@logger.inject_lambda_context
@tracer.capture_lambda_handler(capture_response=False, capture_error=False)
@metrics.log_metrics(capture_cold_start_metric=True)
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    job_id = str(event["job_id"])
    with observed_step("finalize_job", job_id):
        deployment = workflow_deployment()
        totals = run_step(deployment, job_id, lambda: finalize(deployment, job_id))
    if totals is not None:
        metrics.add_metric(MetricName.ROWS_COPIED, MetricUnit.Count, totals.rows)
        metrics.add_metric(MetricName.BYTES_COPIED, MetricUnit.Bytes, totals.bytes)
