"""The metrics of a job's way through its states, counted where every change comes by: in the table's stream."""

from aws_lambda_powertools import Metrics
from aws_lambda_powertools.metrics import MetricUnit

from datavalut.aws.metric_names import MetricName
from datavalut.jobs.model import Job, JobStatus
from datavalut.jobs.outcome import is_fault_of_the_deployment

_COUNTED_AS = {
    JobStatus.PENDING: MetricName.JOBS_CREATED,
    JobStatus.RUNNING: MetricName.JOBS_STARTED,
    JobStatus.COMPLETED: MetricName.JOBS_COMPLETED,
    JobStatus.FAILED: MetricName.JOBS_FAILED,
    JobStatus.CANCELLED: MetricName.JOBS_CANCELLED,
}


def count_move(metrics: Metrics, job: Job) -> None:
    """`job` is as it came into its present status."""
    metrics.add_metric(_COUNTED_AS[job.status], MetricUnit.Count, 1)
    if job.status is JobStatus.FAILED and is_fault_of_the_deployment(job.error):
        metrics.add_metric(MetricName.JOBS_FAILED_BY_US, MetricUnit.Count, 1)
    if job.status is JobStatus.RUNNING and job.started_at is not None:
        waited = (job.started_at - job.created_at).total_seconds()
        metrics.add_metric(MetricName.JOB_WAIT_SECONDS, MetricUnit.Seconds, max(waited, 0.0))
    if job.status.is_final and job.started_at is not None and job.completed_at is not None:
        ran = (job.completed_at - job.started_at).total_seconds()
        metrics.add_metric(MetricName.JOB_SECONDS, MetricUnit.Seconds, max(ran, 0.0))
