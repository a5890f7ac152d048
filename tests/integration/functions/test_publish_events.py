"""The table's stream becomes events, on moto. Needs nothing."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from datavalut.aws import job_items, services
from datavalut.aws.errors import EventNotPublished
from datavalut.connections import ConnectionParameters
from datavalut.jobs.events import JobEvent
from datavalut.jobs.model import JobError, JobStatus
from tests.api_stack import CONTEXT, load_function, running_api, stream_record
from tests.jobs_examples import OWNER, pending_job, seconds_later


class RecordingBus:
    def __init__(self) -> None:
        self.published: list[JobEvent] = []
        self.refused = ""

    def publish(self, event: JobEvent) -> None:
        if event.detail["job_id"] == self.refused:
            raise EventNotPublished("InternalFailure")
        self.published.append(event)


@pytest.fixture
def bus(monkeypatch: pytest.MonkeyPatch) -> Iterator[RecordingBus]:
    with running_api(monkeypatch):
        recording = RecordingBus()
        monkeypatch.setattr(services.event_bus(), "publish", recording.publish)
        yield recording


def call(*records: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = load_function("publish_events").handler({"Records": list(records)}, CONTEXT)
    return answer


PENDING = pending_job()
RUNNING = replace(PENDING, status=JobStatus.RUNNING)
FAILED = replace(RUNNING, status=JobStatus.FAILED, timestamp=seconds_later(60))


def test_each_change_of_status_is_published_in_order(bus: RecordingBus) -> None:
    progress = replace(RUNNING, progress=0.5)
    records = [
        stream_record(n, *pair)
        for n, pair in enumerate([(None, PENDING), (PENDING, RUNNING), (RUNNING, progress), (progress, FAILED)])
    ]
    assert call(*records) == {"batchItemFailures": []}
    assert [event.detail_type for event in bus.published] == ["Job Created", "Job Started", "Job Failed"]


def test_from_the_first_event_that_the_bus_refuses_on_all_are_tried_again(bus: RecordingBus) -> None:
    other = pending_job(2)
    bus.refused = other.job_id
    assert call(stream_record(1, None, PENDING), stream_record(2, None, other), stream_record(3, PENDING, RUNNING)) == {
        "batchItemFailures": [{"itemIdentifier": "2"}]
    }
    assert [event.detail_type for event in bus.published] == ["Job Created"]


def test_what_is_not_a_job_is_passed_over(bus: RecordingBus) -> None:
    keys = job_items.to_attributes({"pk": "owner#ada", "sk": job_items.counters_sort_key("job_000000000001")})
    other = {"eventID": "1", "dynamodb": {"Keys": keys, "SequenceNumber": "1", "NewImage": keys}}
    assert call(other) == {"batchItemFailures": []}
    assert bus.published == []


def test_a_job_that_has_lapsed_leaves_the_count_and_is_not_told(bus: RecordingBus) -> None:
    store = services.job_store()
    store.create(PENDING, None, "")
    services.secrets().put_result(PENDING.job_id, ConnectionParameters("h", 1, "d", "u", "p"))
    lapsed = stream_record(1, PENDING, None)
    call(lapsed)
    call(lapsed)
    assert store.list_jobs(OWNER, None, 10, None).total == 0
    assert services.secrets().find_result(PENDING.job_id) is None
    assert bus.published == []


def metrics_of(output: str) -> dict[str, list[float]]:
    """By their names, what the function wrote for CloudWatch to read."""
    values: dict[str, list[float]] = {}
    for line in output.splitlines():
        written = json.loads(line)
        if "_aws" in written:
            names = [it["Name"] for described in written["_aws"]["CloudWatchMetrics"] for it in described["Metrics"]]
            for name in names:
                value = written[name]
                values.setdefault(name, []).extend(value if isinstance(value, list) else [value])
    return values


def test_a_jobs_way_through_its_states_is_measured(bus: RecordingBus, capsys: pytest.CaptureFixture[str]) -> None:
    started = replace(RUNNING, started_at=PENDING.created_at + timedelta(seconds=10))
    completed = replace(started, status=JobStatus.COMPLETED, completed_at=PENDING.created_at + timedelta(seconds=40))
    call(stream_record(1, None, PENDING), stream_record(2, PENDING, started), stream_record(3, started, completed))
    metrics = metrics_of(capsys.readouterr().out)
    assert metrics["JobsCreated"] == metrics["JobsStarted"] == metrics["JobsCompleted"] == [1]
    assert metrics["JobWaitSeconds"] == [10]
    assert metrics["JobSeconds"] == [30]
    assert "JobsFailed" not in metrics


@pytest.mark.parametrize(("code", "ours"), [("wrong_password", False), ("internal_error", True)])
def test_a_failure_is_measured_by_whose_fault_it_is(
    bus: RecordingBus, capsys: pytest.CaptureFixture[str], code: str, ours: bool
) -> None:
    call(stream_record(1, RUNNING, replace(FAILED, error=JobError(code, "", ""))))
    metrics = metrics_of(capsys.readouterr().out)
    assert metrics["JobsFailed"] == [1]
    assert ("JobsFailedByUs" in metrics) == ours


def test_what_was_not_published_is_not_counted(bus: RecordingBus, capsys: pytest.CaptureFixture[str]) -> None:
    bus.refused = PENDING.job_id
    call(stream_record(1, None, PENDING))
    metrics = metrics_of(capsys.readouterr().out)
    assert metrics["RecordsFailed"] == [1]
    assert "JobsCreated" not in metrics


def test_an_event_reaches_the_bus(monkeypatch: pytest.MonkeyPatch) -> None:
    with running_api(monkeypatch):
        sent: list[dict[str, Any]] = []
        client = services.event_bus()._client
        put_events = client.put_events

        def listen(**parameters: Any) -> Any:
            sent.extend(parameters["Entries"])
            return put_events(**parameters)

        monkeypatch.setattr(client, "put_events", listen)
        assert call(stream_record(1, None, PENDING)) == {"batchItemFailures": []}
    (entry,) = sent
    assert (entry["Source"], entry["DetailType"], entry["EventBusName"]) == (
        "datavalut.jobs",
        "Job Created",
        "datavalut",
    )
    assert json.loads(entry["Detail"])["job_id"] == PENDING.job_id


def test_an_event_that_the_bus_takes_only_in_appearance_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with running_api(monkeypatch):
        bus = services.event_bus()
        answer = {"FailedEntryCount": 1, "Entries": [{"ErrorCode": "ThrottlingException"}]}
        monkeypatch.setattr(bus._client, "put_events", lambda **_: answer)
        with pytest.raises(EventNotPublished) as refusal:
            bus.publish(JobEvent("Job Created", {}))
    assert refusal.value.code == "ThrottlingException"
