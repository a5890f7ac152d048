"""What only the store in DynamoDB has: conflicts, expiry, sizes. On moto; needs nothing."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

import pytest
from botocore.exceptions import ClientError

from datavalut.aws import job_items
from datavalut.aws.job_store import MAX_ATTEMPTS, DynamoJobStore
from datavalut.jobs.errors import IllegalMove, JobTooLarge, StoreBusy
from datavalut.jobs.model import JobStatus, KeptSnapshot
from tests.aws_doubles import JOBS_TABLE, create_jobs_table, dynamodb_client, fake_aws
from tests.jobs_examples import OWNER, pending_job, seconds_later

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

RETENTION = timedelta(days=30)
SLOTS = 20


class Interfered:
    """A client before whose next writes something else happens."""

    def __init__(self, client: "DynamoDBClient") -> None:
        self._client = client
        self.errors: list[ClientError] = []

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._client, name)
        if name not in ("transact_write_items", "update_item"):
            return method

        def call(**parameters: Any) -> Any:
            if self.errors:
                raise self.errors.pop()
            return method(**parameters)

        return call


def conflict_of_transaction() -> ClientError:
    response = {
        "Error": {"Code": "TransactionCanceledException", "Message": ""},
        "CancellationReasons": [{"Code": "None"}, {"Code": "TransactionConflict"}],
    }
    return ClientError(cast("Any", response), "TransactWriteItems")


def conflict_with_transaction() -> ClientError:
    return ClientError({"Error": {"Code": "TransactionConflictException", "Message": ""}}, "UpdateItem")


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator["DynamoDBClient"]:
    with fake_aws(monkeypatch):
        dynamodb = dynamodb_client()
        create_jobs_table(dynamodb)
        yield dynamodb


@pytest.fixture
def interfered(client: "DynamoDBClient") -> Interfered:
    return Interfered(client)


@pytest.fixture
def store(interfered: Interfered) -> DynamoJobStore:
    return DynamoJobStore(cast("DynamoDBClient", interfered), JOBS_TABLE, RETENTION, SLOTS, pause=lambda _: None)


def items(client: "DynamoDBClient", prefix: str) -> list[dict[str, Any]]:
    found = client.scan(TableName=JOBS_TABLE)["Items"]
    return [job_items.from_attributes(item) for item in found if item["sk"]["S"].startswith(prefix)]


class TestConflicts:
    def test_a_transaction_that_met_another_is_written_again(
        self, store: DynamoJobStore, interfered: Interfered
    ) -> None:
        interfered.errors = [conflict_of_transaction() for _ in range(3)]
        job = store.create(pending_job(), None, "")
        interfered.errors = [conflict_of_transaction() for _ in range(3)]
        store.move(job.job_id, JobStatus.RUNNING, message="", at=job.created_at)
        assert store.list_jobs(OWNER, JobStatus.RUNNING, 10, None).total == 1

    def test_an_update_that_met_a_transaction_is_written_again(
        self, store: DynamoJobStore, interfered: Interfered
    ) -> None:
        job = store.create(pending_job(), None, "")
        interfered.errors = [conflict_with_transaction() for _ in range(3)]
        assert store.add_copied(job.job_id, 7, 1).rows_copied == 7

    def test_after_too_many_conflicts_nothing_is_written(self, store: DynamoJobStore, interfered: Interfered) -> None:
        store.slots()  # it begins the table's item of them
        interfered.errors = [conflict_of_transaction() for _ in range(MAX_ATTEMPTS)]
        with pytest.raises(StoreBusy):
            store.create(pending_job(), None, "")
        assert store.list_jobs(OWNER, None, 10, None).total == 0

    def test_another_failure_is_not_taken_for_a_conflict(self, store: DynamoJobStore, interfered: Interfered) -> None:
        response = {
            "Error": {"Code": "TransactionCanceledException", "Message": ""},
            "CancellationReasons": [{"Code": "ValidationError"}],
        }
        interfered.errors = [ClientError(cast("Any", response), "TransactWriteItems")]
        with pytest.raises(ClientError):
            store.create(pending_job(), None, "")

    def test_a_move_sees_what_came_between_its_reading_and_its_writing(
        self, store: DynamoJobStore, client: "DynamoDBClient", monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The winner is written after the loser has read the job."""
        job = store.create(pending_job(), None, "")
        winner = DynamoJobStore(client, JOBS_TABLE, RETENTION, SLOTS)
        written = store._written

        def lose(writes: Any) -> bool:
            monkeypatch.setattr(store, "_written", written)
            winner.move(job.job_id, JobStatus.CANCELLED, message="", at=job.created_at)
            return written(writes)

        monkeypatch.setattr(store, "_written", lose)
        with pytest.raises(IllegalMove) as refusal:
            store.move(job.job_id, JobStatus.RUNNING, message="", at=job.created_at, result={"a": 1})
        assert refusal.value.current.status is JobStatus.CANCELLED
        assert items(client, "document#") == []


class TestExpiry:
    @pytest.mark.parametrize("end", [JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELLED])
    def test_a_job_lapses_after_its_retention_counted_from_its_end_and_never_before_it_ends(
        self, end: JobStatus, store: DynamoJobStore, client: "DynamoDBClient"
    ) -> None:
        job = store.create(pending_job(), None, "")
        (item,) = items(client, "job")
        assert "expires_at" not in item
        store.move(job.job_id, JobStatus.RUNNING, message="", at=seconds_later(1))
        (item,) = items(client, "job")
        assert "expires_at" not in item
        store.move(job.job_id, end, message="", at=seconds_later(86_400))
        (item,) = items(client, "job")
        assert item["expires_at"] == int((seconds_later(86_400) + RETENTION).timestamp())

    def test_a_job_that_has_ended_when_it_is_created_lapses_too(
        self, store: DynamoJobStore, client: "DynamoDBClient"
    ) -> None:
        store.create(replace(pending_job(), status=JobStatus.FAILED, completed_at=seconds_later(1)), None, "")
        (item,) = items(client, "job")
        assert item["expires_at"] == int((seconds_later(1) + RETENTION).timestamp())

    def test_the_key_of_a_job_outlives_it(self, store: DynamoJobStore, client: "DynamoDBClient") -> None:
        """A request that is sent once more finds its job as long as there is one, also if it ended days later."""
        job = store.create(pending_job(), "key", "")
        store.move(job.job_id, JobStatus.CANCELLED, message="", at=seconds_later(6 * 86_400))
        (item,), (record,) = items(client, "job"), items(client, "idempotency")
        assert record["expires_at"] > item["expires_at"]

    def test_counters_never_lapse(self, store: DynamoJobStore, client: "DynamoDBClient") -> None:
        store.create(pending_job(), None, "")
        (counters,) = items(client, "counters")
        assert "expires_at" not in counters

    def test_a_job_that_has_lapsed_is_taken_out_of_the_count_once(self, store: DynamoJobStore) -> None:
        job = store.create(pending_job(1), None, "")
        store.create(pending_job(2), None, "")
        for _ in range(3):
            store.forget(job)
        assert store.list_jobs(OWNER, None, 10, None).total == 1

    def test_the_key_of_a_job_that_has_lapsed_can_be_used_again(
        self, store: DynamoJobStore, client: "DynamoDBClient"
    ) -> None:
        """Its idempotency record may be there for a day or two longer."""
        job = store.create(pending_job(1), "key", "fingerprint")
        client.delete_item(
            TableName=JOBS_TABLE,
            Key=job_items.to_attributes({"pk": job_items.job_partition(job.job_id), "sk": job_items.JOB_SORT_KEY}),
        )
        assert store.create(pending_job(2), "key", "fingerprint") == pending_job(2)


class TestCosts:
    def test_reading_listing_and_counting_take_the_same_calls_however_many_jobs_there_are(
        self, store: DynamoJobStore, client: "DynamoDBClient"
    ) -> None:
        calls: list[str] = []
        client.meta.events.register("before-call.dynamodb", lambda model, **_: calls.append(model.name))

        def made_calls() -> list[str]:
            calls.clear()
            store.list_jobs(OWNER, None, 2, None)
            store.list_jobs(OWNER, JobStatus.PENDING, 2, None)
            store.get_state(pending_job(0).job_id)
            store.slots()
            return list(calls)

        store.create(pending_job(0), None, "")
        few = made_calls()
        assert few == ["Query", "Query"] * 2 + ["GetItem", "Query"]  # a list is its page and its count
        for number in range(1, 60):
            store.create(pending_job(number), None, "")
        assert made_calls() == few
        assert store.list_jobs(OWNER, None, 2, None).total == 60

    def test_jobs_that_wait_are_told_apart_by_one_query_whose_answer_has_two_items(
        self, store: DynamoJobStore, client: "DynamoDBClient"
    ) -> None:
        read: list[int] = []
        for number in range(SLOTS + 20):
            store.create(pending_job(number), None, "")
        client.meta.events.register(
            "after-call.dynamodb.Query", lambda parsed, **_: read.append(parsed["ScannedCount"])
        )
        assert store.slots().next_job_id == pending_job(SLOTS).job_id
        assert read == [2]


class TestSizes:
    def test_a_document_beyond_all_measure_is_refused_and_nothing_of_it_kept(
        self, store: DynamoJobStore, client: "DynamoDBClient", monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(job_items, "MAX_DOCUMENT_BYTES", 10)
        job = store.create(pending_job(), None, "")
        store.move(job.job_id, JobStatus.RUNNING, message="", at=job.created_at)
        with pytest.raises(JobTooLarge) as refusal:
            store.record_plan(job.job_id, {"roots": list(range(100))}, "shop", 0)
        assert (refusal.value.what, refusal.value.limit) == ("plan", 10)
        assert items(client, "document#") == []

    def test_progress_costs_no_more_for_a_large_plan(self, store: DynamoJobStore, client: "DynamoDBClient") -> None:
        job = store.create(pending_job(), None, "")
        store.move(job.job_id, JobStatus.RUNNING, message="", at=job.created_at)
        store.record_plan(job.job_id, {"roots": list(range(100_000))}, "shop", 0)
        (item,) = items(client, "job")
        assert len(str(item)) < 2000


def test_every_field_of_a_job_survives_the_table(store: DynamoJobStore) -> None:
    """A field that is added to Job and forgotten in job_items fails here."""
    job = replace(
        pending_job(),
        admitted=True,
        progress=0.1,
        started_at=seconds_later(1),
        completed_at=seconds_later(2),
        source_database="shop",
        snapshots={"first": KeptSnapshot("00000003-0000001B-1", seconds_later(1))},
        snapshot_released=True,
        preparations=4,
        rows_expected=1,
        rows_copied=2,
        tables_copied=3,
    )
    assert store.create(job, None, "") == job
    assert store.get(job.job_id) == job
