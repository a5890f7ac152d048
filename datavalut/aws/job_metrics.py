"""The metrics of jobs: of their way through their states, counted where every change comes by, in the table's stream;
and of the slots that they hold or wait for, measured whenever the sweep runs."""

from datetime import datetime

from aws_lambda_powertools import Metrics
from aws_lambda_powertools.metrics import MetricUnit

from datavalut.aws.metric_names import MetricName
from datavalut.jobs.model import Job, JobStatus, Slots
from datavalut.jobs.outcome import is_fault_of_the_deployment

_COUNTED_AS = {
    JobStatus.PENDING: MetricName.JOBS_CREATED,
    JobStatus.RUNNING: MetricName.JOBS_STARTED,
    JobStatus.COMPLETED: MetricName.JOBS_COMPLETED,
    JobStatus.FAILED: MetricName.JOBS_FAILED,
    JobStatus.CANCELLED: MetricName.JOBS_CANCELLED,
}


def measure_slots(metrics: Metrics, slots: Slots, at: datetime) -> None:
    not_started = [slot.since for slot in slots.held.values() if not slot.started]
    waiting_since = [slots.waiting_since] if slots.waiting_since is not None else []
    waited = (at - min([*waiting_since, *not_started], default=at)).total_seconds()
    metrics.add_metric(MetricName.SLOTS_IN_USE, MetricUnit.Count, len(slots.held))
    metrics.add_metric(MetricName.SLOTS_FREE, MetricUnit.Count, max(slots.limit - len(slots.held), 0))
    metrics.add_metric(MetricName.OLDEST_WAIT_SECONDS, MetricUnit.Seconds, max(waited, 0.0))


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
