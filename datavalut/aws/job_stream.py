"""The jobs table's stream, from which events are made: what was written is told, and nothing else, however a function
that wrote it died."""

from collections.abc import Sequence
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from datavalut.aws.events import EventBus
from datavalut.aws.job_items import JOB_SORT_KEY, job_from_attributes
from datavalut.aws.job_metrics import count_move
from datavalut.aws.job_store import DynamoJobStore
from datavalut.aws.metric_names import MetricName
from datavalut.aws.secrets import Secrets
from datavalut.jobs.events import job_event


def publish_records(
    records: Sequence[dict[str, Any]],
    *,
    bus: EventBus,
    store: DynamoJobStore,
    secrets: Secrets,
    logger: Logger,
    metrics: Metrics,
) -> dict[str, Any]:
    """Publishes the records' events in order, up to the first that fails. A job that has lapsed leaves its owner's
    count, and its result's secret goes with it.

    Returns what Lambda expects: the number of the record from which it is to begin again, if any. What was published
    before it is not published again, but a batch that timed out is.
    """
    for record in records:
        try:
            _publish(record, bus, store, secrets, metrics)
        except Exception as error:
            logger.error("Event not published", error=type(error).__name__, event_id=record.get("eventID"))
            metrics.add_metric(MetricName.RECORDS_FAILED, MetricUnit.Count, 1)
            return {"batchItemFailures": [{"itemIdentifier": record["dynamodb"]["SequenceNumber"]}]}
    metrics.add_metric(MetricName.RECORDS_PUBLISHED, MetricUnit.Count, len(records))
    return {"batchItemFailures": []}


def _publish(record: dict[str, Any], bus: EventBus, store: DynamoJobStore, secrets: Secrets, metrics: Metrics) -> None:
    change = record["dynamodb"]
    if change["Keys"]["sk"]["S"] != JOB_SORT_KEY:
        return
    before = job_from_attributes(change["OldImage"]) if "OldImage" in change else None
    after = job_from_attributes(change["NewImage"]) if "NewImage" in change else None
    if after is None:
        if before is not None:
            secrets.delete_result(before.job_id)
            store.forget(before)
        return
    event = job_event(before, after)
    if event is not None:
        bus.publish(event)
        count_move(metrics, after)
