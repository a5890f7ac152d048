"""Plan the filter: from the prompt to what each table keeps."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from datavalut.aws.telemetry import logger, metrics, observed_step, tracer
from datavalut.aws.workflow_deployment import workflow_deployment
from datavalut.workflow.plan_filter import plan_filter
from datavalut.workflow.step import run_step


@logger.inject_lambda_context
@tracer.capture_lambda_handler(capture_response=False, capture_error=False)
@metrics.log_metrics(capture_cold_start_metric=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    job_id = str(event["job_id"])
    with observed_step("plan_job", job_id):
        deployment = workflow_deployment()
        outcome = run_step(deployment, job_id, lambda: plan_filter(deployment, job_id))
    return {"job_id": job_id, "dry_run": outcome.dry_run, "workers": list(outcome.workers)}
