"""Work on a job's build: rows of the source's snapshot into the target, and what follows them."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from datavalut.aws.telemetry import logger, metrics, observed_step, tracer
from datavalut.aws.workflow_deployment import workflow_deployment
from datavalut.workflow.build_worker import work_on_build
from datavalut.workflow.step import run_step


@logger.inject_lambda_context
@tracer.capture_lambda_handler(capture_response=False, capture_error=False)
@metrics.log_metrics(capture_cold_start_metric=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, bool]:
    job_id = str(event["job_id"])

    def remaining_seconds() -> float:
        return context.get_remaining_time_in_millis() / 1000

    with observed_step("copy_worker", job_id):
        deployment = workflow_deployment()
        return {"done": run_step(deployment, job_id, lambda: work_on_build(deployment, job_id, remaining_seconds))}
