"""Logs, traces and metrics of every function. None of them ever holds a body, a result or an error's text of unknown
origin: events are not logged, responses and errors not captured."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from aws_lambda_powertools import Logger, Metrics, Tracer, single_metric
from aws_lambda_powertools.metrics import MetricUnit

from datavalut.aws.metric_names import NAMESPACE, SERVICE, MetricName

logger = Logger(service=SERVICE)
# Calls of AWS only: a traced psycopg2 would hand out proxies for connections, which COPY and psycopg2.sql do not take.
tracer = Tracer(service=SERVICE, patch_modules=("botocore",))
metrics = Metrics(namespace=NAMESPACE, service=SERVICE)


@contextmanager
def observed_step(step: str, job_id: str) -> Iterator[None]:
    """One run of a step of a job: every line that is logged meanwhile bears the job's id, which correlates the lines,
    traces and executions of all its steps. At the end there is one line that says how it ended, and one metric."""
    logger.append_keys(job_id=job_id, step=step)
    logger.set_correlation_id(job_id)
    tracer.put_annotation("job_id", job_id)
    started = time.monotonic()
    try:
        yield
    except BaseException as error:
        _tell_end(step, started, error)
        raise
    else:
        _tell_end(step, started, None)


def _tell_end(step: str, started: float, error: BaseException | None) -> None:
    """By the error's type alone: what its text says was logged by whoever knew that it may be."""
    seconds = time.monotonic() - started
    outcome = "done" if error is None else type(error).__name__
    logger.info("Step ended", outcome=outcome, seconds=round(seconds, 3))
    with single_metric(MetricName.STEP_SECONDS, MetricUnit.Seconds, seconds, namespace=NAMESPACE) as metric:
        metric.add_dimension("service", SERVICE)
        metric.add_dimension("step", step)
