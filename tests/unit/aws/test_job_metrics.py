"""What is measured of slots and of those who wait for one. Needs nothing."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aws_lambda_powertools import Metrics

from datavalut.aws.job_metrics import measure_slots
from datavalut.jobs.model import HeldSlot, Slots

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def metrics() -> Iterator[Metrics]:
    measured = Metrics(namespace="DataValut", service="datavalut")
    measured.clear_metrics()
    yield measured
    measured.clear_metrics()


def measured(metrics: Metrics, slots: Slots) -> dict[str, Any]:
    measure_slots(metrics, slots, NOW)
    written: Any = metrics.serialize_metric_set()
    return {name: written[name] for name in ("SlotsInUse", "SlotsFree", "OldestWaitSeconds")}


def test_slots_in_use_and_the_age_of_the_queue(metrics: Metrics) -> None:
    held = {f"job_{number}": HeldSlot(NOW - timedelta(hours=3), started=True) for number in range(3)}
    slots = Slots(limit=3, held=held, next_job_id="job_9", waiting_since=NOW - timedelta(minutes=5))
    assert measured(metrics, slots) == {"SlotsInUse": [3], "SlotsFree": [0], "OldestWaitSeconds": [300]}


@pytest.mark.parametrize("queue_minutes", [None, 5, 50])
def test_a_job_that_holds_a_slot_and_was_never_started_waits_too(metrics: Metrics, queue_minutes: int | None) -> None:
    held = {
        "job_1": HeldSlot(NOW - timedelta(hours=3), started=True),
        "job_2": HeldSlot(NOW - timedelta(minutes=20)),
        "job_3": HeldSlot(NOW - timedelta(minutes=30)),
    }
    since = None if queue_minutes is None else NOW - timedelta(minutes=queue_minutes)
    waited = measured(metrics, Slots(limit=4, held=held, waiting_since=since))["OldestWaitSeconds"]
    assert waited == [max(queue_minutes or 0, 30) * 60]


def test_an_empty_queue_has_no_age(metrics: Metrics) -> None:
    slots = Slots(limit=3, held={}, next_job_id=None, waiting_since=None)
    assert measured(metrics, slots) == {"SlotsInUse": [0], "SlotsFree": [3], "OldestWaitSeconds": [0]}


def test_a_limit_that_was_lowered_leaves_no_slot_free(metrics: Metrics) -> None:
    held = {f"job_{number}": HeldSlot(NOW) for number in range(3)}
    assert measured(metrics, Slots(limit=2, held=held, next_job_id=None, waiting_since=None))["SlotsFree"] == [0]
