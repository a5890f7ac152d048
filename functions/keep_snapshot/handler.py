"""Keep the snapshot: one of two sessions that hold the source's moment by turns while others read it."""

import math
from functools import partial
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from datavalut.aws.telemetry import logger, metrics, observed_step, tracer
from datavalut.aws.workflow_deployment import workflow_deployment
from datavalut.settings import settings
from datavalut.workflow.keep_snapshot import Keeper, keep_snapshot
from datavalut.workflow.step import run_step


@logger.inject_lambda_context
@tracer.capture_lambda_handler(capture_response=False, capture_error=False)
@metrics.log_metrics(capture_cold_start_metric=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, bool]:
    """`keep` says whether this keeper is to be run again."""
    job_id = str(event["job_id"])
    keeper = Keeper(event["keeper"])
    longest = settings().snapshot_keeper_seconds or math.inf

    def remaining_seconds() -> float:
        return context.get_remaining_time_in_millis() / 1000

    with observed_step("keep_snapshot", job_id):
        deployment = workflow_deployment()
        step = partial(keep_snapshot, deployment, job_id, keeper, remaining_seconds, longest)
        return {"keep": run_step(deployment, job_id, step)}
