"""The store of jobs in DynamoDB. How a job is laid out there is in `job_items`."""

import random
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from secrets import token_hex
from typing import TYPE_CHECKING, Any, Literal, TypedDict

from botocore.exceptions import ClientError

from datavalut.aws import job_items
from datavalut.aws.job_items import (
    Attributes,
    from_attributes,
    job_from_attributes,
    stored_error,
    stored_number,
    stored_slot,
    stored_snapshots,
    stored_time,
    to_attributes,
)
from datavalut.jobs.errors import (
    IdempotencyKeyReused,
    IllegalMove,
    JobNotFoundError,
    JobNotRunning,
    JobTooLarge,
    StoreBusy,
)
from datavalut.jobs.model import HeldSlot, Job, JobError, JobStatus, KeptSnapshot, Slots
from datavalut.jobs.store import JobPage, moved

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

MAX_ATTEMPTS = 16  # at a write that others may get in between; with the pauses below about 5 s at worst
_BATCH = 100  # of keys that DynamoDB reads in one call
_FORGOTTEN_KEPT = timedelta(days=7)  # streams keep their records for one
_OUTLIVES_JOB = timedelta(days=7)  # documents and idempotency records: jobs end well within

Document = Literal["plan", "result"]


class UsedInUpdate(TypedDict, total=False):
    """What an expression's `#` and `:` stand for. DynamoDB refuses empty maps: those are left out."""

    ExpressionAttributeNames: dict[str, str]
    ExpressionAttributeValues: Attributes


class DynamoJobStore:
    """See `datavalut.jobs.store.JobStore`. Jobs vanish `retention` after their end. `slot_limit` is how many may run
    at once."""

    def __init__(
        self,
        client: "DynamoDBClient",
        table: str,
        retention: timedelta,
        slot_limit: int,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client = client
        self._table = table
        self._retention = retention
        self._slot_limit = slot_limit
        self._pause = pause

    # creating

    def create(self, job: Job, idempotency_key: str | None, request_fingerprint: str) -> Job:
        for attempt in self._attempts():
            # Where many come for a slot at once, each but one waits at its second attempt, whether a slot is free or
            # not: waiting needs nothing that others write too, and `admit_next` has the rest in order.
            new = replace(job, admitted=attempt == 0 and self._may_start_at_once(job))
            if self._written(self._creation(new, idempotency_key, request_fingerprint)):
                return new
            if idempotency_key is not None:
                earlier = self._created_earlier(job.owner, idempotency_key, request_fingerprint)
                if earlier is not None:
                    return earlier
        raise StoreBusy(job.job_id)

    def _may_start_at_once(self, job: Job) -> bool:
        slots = self.slots()
        return job.status is JobStatus.PENDING and slots.has_room and slots.next_job_id is None

    def _creation(
        self, job: Job, idempotency_key: str | None, request_fingerprint: str
    ) -> "list[TransactWriteItemTypeDef]":
        """A job lapses from its end on only, however long it waits and runs; some end as they are created."""
        item = job_items.job_values(job)
        if job.completed_at is not None:
            item["expires_at"] = self._expires_at(job.completed_at)
        writes = [self._put(item), self._count(job, {job.status: 1})]
        if job.admitted:
            writes.append(self._hold_slot(job.job_id, job.created_at))
        elif job.status is JobStatus.PENDING:
            writes.append(self._put(job_items.waiting_values(job)))
        if idempotency_key is not None:
            record = {
                "pk": job_items.idempotency_partition(job.owner, idempotency_key),
                "sk": job_items.IDEMPOTENCY_SORT_KEY,
                "job_id": job.job_id,
                "fingerprint": request_fingerprint,
                "expires_at": self._expires_at(job.created_at + _OUTLIVES_JOB),
            }
            writes.append(self._put(record))
        return writes

    def _created_earlier(self, owner: str, idempotency_key: str, request_fingerprint: str) -> Job | None:
        record = self._item(job_items.idempotency_partition(owner, idempotency_key), job_items.IDEMPOTENCY_SORT_KEY)
        if record is None:
            return None
        values = from_attributes(record)
        job_id: str = values["job_id"]
        if values["fingerprint"] != request_fingerprint:
            raise IdempotencyKeyReused(job_id)
        try:
            return self.get_state(job_id)
        except JobNotFoundError:  # it has expired; the record is about to
            self.release_idempotency_key(owner, idempotency_key, job_id)
            return None

    def release_idempotency_key(self, owner: str, idempotency_key: str, job_id: str) -> None:
        try:
            self._client.delete_item(
                TableName=self._table,
                Key=_key(job_items.idempotency_partition(owner, idempotency_key), job_items.IDEMPOTENCY_SORT_KEY),
                ConditionExpression="job_id = :job_id",
                ExpressionAttributeValues=to_attributes({":job_id": job_id}),
            )
        except ClientError as error:
            if not _is(error, "ConditionalCheckFailedException"):
                raise

    # reading

    def get(self, job_id: str) -> Job:
        attributes = self._job_attributes(job_id)
        values = from_attributes(attributes)
        return replace(
            job_from_attributes(attributes),
            plan=self._read_document(job_id, values.get("plan_document")),
            result=self._read_document(job_id, values.get("result_document")),
        )

    def get_state(self, job_id: str) -> Job:
        return job_from_attributes(self._job_attributes(job_id))

    def find_states(self, job_ids: Collection[str]) -> dict[str, Job]:
        found: dict[str, Job] = {}
        left = [_key(job_items.job_partition(job_id), job_items.JOB_SORT_KEY) for job_id in job_ids]
        while left:
            some, left = left[:_BATCH], left[_BATCH:]
            answer = self._client.batch_get_item(RequestItems={self._table: {"Keys": some, "ConsistentRead": True}})
            for item in answer["Responses"][self._table]:
                job = job_from_attributes(item)
                found[job.job_id] = job
            unread = answer["UnprocessedKeys"].get(self._table, {"Keys": []})["Keys"]
            if unread:
                self._pause(1)
                left += unread
        return found

    def list_jobs(self, owner: str, status: JobStatus | None, limit: int, after: str | None) -> JobPage:
        if status is None:
            index, number, partition = job_items.BY_OWNER, 1, job_items.owner_partition(owner)
        else:
            index, number, partition = (
                job_items.BY_OWNER_AND_STATUS,
                2,
                job_items.status_partition(owner, status),
            )
        condition = f"gsi{number}pk = :partition"
        values = {":partition": partition}
        if after is not None:
            condition += f" AND gsi{number}sk < :after"
            values[":after"] = after
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            IndexName=index,
            KeyConditionExpression=condition,
            ExpressionAttributeValues=to_attributes(values),
            ScanIndexForward=False,
            # One more than asked for tells whether there is a next page.
            PaginationConfig={"PageSize": limit + 1, "MaxItems": limit + 1},
        )
        items = [item for page in pages for item in page["Items"]]
        page = items[:limit]
        return JobPage(
            jobs=tuple(job_from_attributes(item) for item in page),
            next_after=page[-1][f"gsi{number}sk"]["S"] if len(items) > limit else None,
            total=self._counted(owner, status),
        )

    def _counted(self, owner: str, status: JobStatus | None) -> int:
        answer = self._client.query(
            TableName=self._table,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :prefix)",
            ExpressionAttributeValues=to_attributes(
                {":pk": job_items.owner_partition(owner), ":prefix": job_items.COUNTERS_PREFIX}
            ),
            ConsistentRead=True,
        )
        shards = [from_attributes(item) for item in answer["Items"]]
        return sum(int(shard.get(each, 0)) for shard in shards for each in JobStatus if status in (None, each))

    # changing

    def move(
        self,
        job_id: str,
        to_status: JobStatus,
        *,
        message: str,
        at: datetime,
        error: JobError | None = None,
        result: dict[str, Any] | None = None,
        started_at: datetime | None = None,
        completed_at: datetime | None = None,
        only_from: JobStatus | None = None,
    ) -> Job:
        document_id: str | None = None
        try:
            for _ in self._attempts():
                current = self.get_state(job_id)
                job = moved(
                    current,
                    to_status,
                    message=message,
                    at=at,
                    error=error,
                    started_at=started_at,
                    completed_at=completed_at,
                    only_from=only_from,
                )
                if result is not None and document_id is None:
                    document_id = self._write_document(job_id, "result", result, at)
                writes = [self._move(current, job, document_id), self._count(job, {current.status: -1, job.status: 1})]
                if current.status is JobStatus.PENDING and not current.admitted:
                    writes.append(self._delete_waiting(job_id, current.created_at))
                if self._written(writes):
                    return job
            raise StoreBusy(job_id)
        except (IllegalMove, StoreBusy):
            if document_id is not None:
                self._delete_document(job_id, document_id)
            raise

    def _move(self, current: Job, job: Job, result_document: str | None) -> "TransactWriteItemTypeDef":
        """Only what the move changes is written: what workers record at the same time stays."""
        changes: dict[str, Any] = {
            "status": str(job.status),
            "gsi2pk": job_items.status_partition(job.owner, job.status),
            "message": job.message,
            "timestamp": stored_time(job.timestamp),
        }
        if job.started_at != current.started_at and job.started_at:
            changes["started_at"] = stored_time(job.started_at)
        if job.completed_at != current.completed_at and job.completed_at:
            changes["completed_at"] = stored_time(job.completed_at)
            changes["expires_at"] = self._expires_at(job.completed_at)
        if job.status is JobStatus.COMPLETED:
            changes["progress"] = stored_number(job.progress)
        if job.error != current.error and job.error:
            changes["error"] = stored_error(job.error)
        if result_document is not None:
            changes["result_document"] = result_document
        error_as_read = "attribute_exists" if current.error else "attribute_not_exists"
        expression, names, values = _set(changes)
        return {
            "Update": {
                "TableName": self._table,
                "Key": _key(job_items.job_partition(job.job_id), job_items.JOB_SORT_KEY),
                "UpdateExpression": expression,
                "ConditionExpression": "#status = :status_before AND admitted = :admitted"
                f" AND #timestamp <= :timestamp AND {error_as_read}(#error)",
                "ExpressionAttributeNames": {**names, "#error": "error"},
                "ExpressionAttributeValues": to_attributes(
                    {**values, ":status_before": str(current.status), ":admitted": current.admitted}
                ),
            }
        }

    def slots(self) -> Slots:
        answer = self._client.query(
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues=to_attributes({":pk": job_items.SLOTS_PARTITION}),
            ConsistentRead=True,
            Limit=2,
        )
        match answer["Items"]:
            case [held, *oldest] if held["sk"]["S"] == job_items.HELD_SORT_KEY:
                return job_items.slots_from_items(held, oldest[0] if oldest else None, self._slot_limit)
        # The first job of a deployment: a slot is written into this item, and so it has to be there.
        self._written([self._put({"pk": job_items.SLOTS_PARTITION, "sk": job_items.HELD_SORT_KEY, "held": {}})])
        return self.slots()

    def admit_next(self, at: datetime) -> Job | None:
        job_id = ""
        for _ in self._attempts():
            slots = self.slots()
            if slots.next_job_id is None or slots.waiting_since is None or not slots.has_room:
                return None
            job_id = slots.next_job_id
            no_more_waiting = self._delete_waiting(job_id, slots.waiting_since)
            job = self._waiting(job_id)
            if job is None:
                self._written([no_more_waiting])
            elif self._written([self._admit(job_id), self._hold_slot(job_id, at), no_more_waiting]):
                return replace(job, admitted=True)
        raise StoreBusy(job_id)

    def _waiting(self, job_id: str) -> Job | None:
        """The job if it waits. That it is said to and does not is of another's doing, in this moment or by hand."""
        try:
            job = self.get_state(job_id)
        except JobNotFoundError:
            return None
        return job if job.status is JobStatus.PENDING and not job.admitted else None

    def record_started(self, job_id: str) -> None:
        self._update_slot(job_id, "SET #held.#job_id.started = :true", {":true": True})

    def free_slot(self, job_id: str) -> None:
        self._update_slot(job_id, "REMOVE #held.#job_id", {})

    def record_progress(self, job_id: str, progress: float, message: str, at: datetime) -> None:
        for _ in self._attempts():
            changes = {"progress": stored_number(progress), "message": message, "timestamp": stored_time(at)}
            if self._changed(
                job_id, changes, "#status = :running AND #progress <= :progress AND #timestamp <= :timestamp"
            ):
                return
            current = self._running(job_id)
            if current.progress > progress:
                return
            at = max(at, current.timestamp)
        raise StoreBusy(job_id)

    def add_copied(self, job_id: str, rows: int, tables: int) -> Job:
        attributes = self._update_job(
            job_id,
            "ADD rows_copied :rows, tables_copied :tables",
            "attribute_exists(pk)",
            names={},
            values=to_attributes({":rows": rows, ":tables": tables}),
        )
        if attributes is None:
            raise JobNotFoundError(job_id)
        return job_from_attributes(attributes)

    def begin_preparation(self, job_id: str) -> int:
        attributes = self._update_job(
            job_id,
            "ADD preparations :one",
            "#status = :running",
            names={"#status": "status"},
            values=to_attributes({":one": 1, ":running": str(JobStatus.RUNNING)}),
        )
        if attributes is None:
            raise JobNotRunning(job_id, self.get_state(job_id).status)
        return job_from_attributes(attributes).preparations

    def record_plan(self, job_id: str, plan: dict[str, Any], source_database: str, rows_expected: int) -> None:
        facts = {"source_database": source_database, "rows_expected": rows_expected}
        self._record_document(job_id, "plan", plan, facts)

    def record_result(self, job_id: str, result: dict[str, Any]) -> None:
        self._record_document(job_id, "result", result, {})

    def _record_document(self, job_id: str, what: Document, document: dict[str, Any], facts: dict[str, Any]) -> None:
        self._running(job_id)
        document_id = self._write_document(job_id, what, document, datetime.now(UTC))
        if not self._changed(job_id, {f"{what}_document": document_id, **facts}, "#status = :running"):
            self._delete_document(job_id, document_id)
            self._running(job_id)
            raise StoreBusy(job_id)

    def record_snapshots(
        self, job_id: str, snapshots: Mapping[str, KeptSnapshot], *, instead_of: Mapping[str, KeptSnapshot]
    ) -> bool:
        values = {"snapshots": stored_snapshots(snapshots), "instead_of": stored_snapshots(instead_of)}
        recorded = self._update_job(
            job_id,
            "SET #snapshots = :snapshots",
            "#status = :running AND #snapshots = :instead_of",
            names={"#snapshots": "snapshots", "#status": "status"},
            values=to_attributes({f":{name}": value for name, value in values.items()} | {":running": "running"}),
        )
        if recorded is None:
            self._running(job_id)
        return recorded is not None

    def release_snapshot(self, job_id: str) -> None:
        if not self._changed(job_id, {"snapshot_released": True}, "attribute_exists(pk)"):
            raise JobNotFoundError(job_id)

    def record_error(self, job_id: str, error: JobError) -> None:
        if not self._changed(
            job_id, {"error": stored_error(error)}, "#status IN (:pending, :running) AND attribute_not_exists(#error)"
        ):
            self.get_state(job_id)  # raises JobNotFoundError; else there is an error already, or the job has ended

    def forget(self, job: Job) -> None:
        """Takes a job that has expired out of the counters. Can be repeated without harm."""
        forgotten = self._put(
            {
                "pk": job_items.job_partition(job.job_id),
                "sk": job_items.FORGOTTEN_SORT_KEY,
                "expires_at": _epoch(datetime.now(UTC) + _FORGOTTEN_KEPT),
            }
        )
        for _ in self._attempts():
            if self._written([forgotten, self._count(job, {job.status: -1})]):
                return
            if self._item(job_items.job_partition(job.job_id), job_items.FORGOTTEN_SORT_KEY) is not None:
                return
        raise StoreBusy(job.job_id)

    # documents

    def _write_document(self, job_id: str, what: Document, document: dict[str, Any], at: datetime) -> str:
        data = job_items.compress(document)
        if len(data) > job_items.MAX_DOCUMENT_BYTES:
            raise JobTooLarge(job_id, what, len(data), job_items.MAX_DOCUMENT_BYTES)
        document_id = f"{what}-{token_hex(6)}"
        for number, part in enumerate(job_items.parts_of(data)):
            self._client.put_item(
                TableName=self._table,
                Item=to_attributes(
                    {
                        "pk": job_items.job_partition(job_id),
                        "sk": job_items.document_sort_key(document_id, number),
                        "data": part,
                        "expires_at": self._expires_at(at + _OUTLIVES_JOB),
                    }
                ),
            )
        return document_id

    def _document_parts(self, job_id: str, document_id: str) -> Iterator[Attributes]:
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :prefix)",
            ExpressionAttributeValues=to_attributes(
                {":pk": job_items.job_partition(job_id), ":prefix": job_items.document_prefix(document_id)}
            ),
            ConsistentRead=True,
        )
        for page in pages:
            yield from page["Items"]

    def _read_document(self, job_id: str, document_id: str | None) -> dict[str, Any] | None:
        if document_id is None:
            return None
        data = b"".join(from_attributes(part)["data"] for part in self._document_parts(job_id, document_id))
        return job_items.decompress(data)

    def _delete_document(self, job_id: str, document_id: str) -> None:
        for part in list(self._document_parts(job_id, document_id)):
            self._client.delete_item(TableName=self._table, Key={"pk": part["pk"], "sk": part["sk"]})

    # single steps

    def _expires_at(self, ended_at: datetime) -> int:
        return _epoch(ended_at + self._retention)

    def _attempts(self) -> Iterator[int]:
        """Numbers of attempts, with a growing random pause before each but the first."""
        for attempt in range(MAX_ATTEMPTS):
            if attempt:
                self._pause(random.uniform(0, min(0.5, 0.01 * 2**attempt)))  # noqa: S311  # spreads load, no secret
            yield attempt

    def _item(self, pk: str, sk: str) -> Attributes | None:
        answer = self._client.get_item(TableName=self._table, Key=_key(pk, sk), ConsistentRead=True)
        return answer.get("Item")

    def _job_attributes(self, job_id: str) -> Attributes:
        attributes = self._item(job_items.job_partition(job_id), job_items.JOB_SORT_KEY)
        if attributes is None:
            raise JobNotFoundError(job_id)
        return attributes

    def _running(self, job_id: str) -> Job:
        job = self.get_state(job_id)
        if job.status is not JobStatus.RUNNING:
            raise JobNotRunning(job_id, job.status)
        return job

    def _changed(self, job_id: str, changes: dict[str, Any], condition: str) -> bool:
        """Whether the condition held. It may name the changes' attributes and values, `#status`, and any status."""
        expression, names, values = _set(changes)
        values |= {f":{status}": str(status) for status in JobStatus if f":{status}" in condition}
        if "#status" in condition:
            names["#status"] = "status"
        return self._update_job(job_id, expression, condition, names, to_attributes(values)) is not None

    def _update_job(
        self, job_id: str, expression: str, condition: str, names: dict[str, str], values: Attributes
    ) -> Attributes | None:
        """The job's new attributes; None if the condition did not hold."""
        key = _key(job_items.job_partition(job_id), job_items.JOB_SORT_KEY)
        return self._update(job_id, key, expression, condition, _used(names, values))

    def _update_slot(self, job_id: str, expression: str, values: dict[str, Any]) -> bool:
        """Whether the job holds a slot, `#held.#job_id` in the expression."""
        key = _key(job_items.SLOTS_PARTITION, job_items.HELD_SORT_KEY)
        names = {"#held": "held", "#job_id": job_id}
        condition = "attribute_exists(#held.#job_id)"
        return self._update(job_id, key, expression, condition, _used(names, to_attributes(values))) is not None

    def _update(
        self, job_id: str, key: Attributes, expression: str, condition: str, used: UsedInUpdate
    ) -> Attributes | None:
        """The item's new attributes; None if the condition did not hold."""
        for _ in self._attempts():
            try:
                answer = self._client.update_item(
                    TableName=self._table,
                    Key=key,
                    UpdateExpression=expression,
                    ConditionExpression=condition,
                    ReturnValues="ALL_NEW",
                    **used,
                )
            except ClientError as error:
                if _is(error, "ConditionalCheckFailedException"):
                    return None
                if _is(error, "TransactionConflictException"):
                    continue
                raise
            return answer["Attributes"]
        raise StoreBusy(job_id)

    def _written(self, writes: "list[TransactWriteItemTypeDef]") -> bool:
        """Whether the transaction was written. If not, a condition did not hold, or others wrote at the same time."""
        try:
            self._client.transact_write_items(TransactItems=writes)
        except ClientError as error:
            if not _is(error, "TransactionCanceledException"):
                raise
            reasons = error.response.get("CancellationReasons", [])
            if {reason.get("Code", "None") for reason in reasons} <= {
                "None",
                "ConditionalCheckFailed",
                "TransactionConflict",
                "ProvisionedThroughputExceeded",
                "ThrottlingError",
            }:
                return False
            raise
        return True

    def _put(self, values: dict[str, Any]) -> "TransactWriteItemTypeDef":
        return {
            "Put": {
                "TableName": self._table,
                "Item": to_attributes(values),
                "ConditionExpression": "attribute_not_exists(pk)",
            }
        }

    def _hold_slot(self, job_id: str, since: datetime) -> "TransactWriteItemTypeDef":
        return {
            "Update": {
                "TableName": self._table,
                "Key": _key(job_items.SLOTS_PARTITION, job_items.HELD_SORT_KEY),
                "UpdateExpression": "SET #held.#job_id = :slot",
                "ConditionExpression": "size(#held) < :limit AND attribute_not_exists(#held.#job_id)",
                "ExpressionAttributeNames": {"#held": "held", "#job_id": job_id},
                "ExpressionAttributeValues": to_attributes(
                    {":slot": stored_slot(HeldSlot(since)), ":limit": self._slot_limit}
                ),
            }
        }

    def _admit(self, job_id: str) -> "TransactWriteItemTypeDef":
        values = {":true": True, ":false": False, ":pending": str(JobStatus.PENDING)}
        return {
            "Update": {
                "TableName": self._table,
                "Key": _key(job_items.job_partition(job_id), job_items.JOB_SORT_KEY),
                "UpdateExpression": "SET admitted = :true",
                "ConditionExpression": "#status = :pending AND admitted = :false",
                "ExpressionAttributeNames": {"#status": "status"},
                "ExpressionAttributeValues": to_attributes(values),
            }
        }

    def _delete_waiting(self, job_id: str, created_at: datetime) -> "TransactWriteItemTypeDef":
        sort_key = job_items.waiting_sort_key(job_id, created_at)
        return {"Delete": {"TableName": self._table, "Key": _key(job_items.SLOTS_PARTITION, sort_key)}}

    def _count(self, job: Job, changes: dict[JobStatus, int]) -> "TransactWriteItemTypeDef":
        return {
            "Update": {
                "TableName": self._table,
                "Key": _key(job_items.owner_partition(job.owner), job_items.counters_sort_key(job.job_id)),
                "UpdateExpression": "ADD " + ", ".join(f"#{status} :{status}" for status in changes),
                "ExpressionAttributeNames": {f"#{status}": str(status) for status in changes},
                "ExpressionAttributeValues": to_attributes({f":{status}": by for status, by in changes.items()}),
            }
        }


def _key(pk: str, sk: str) -> Attributes:
    return to_attributes({"pk": pk, "sk": sk})


def _set(changes: dict[str, Any]) -> tuple[str, dict[str, str], dict[str, Any]]:
    """An update expression with its names and values. All names are given as #name: many are reserved words."""
    expression = "SET " + ", ".join(f"#{name} = :{name}" for name in changes)
    return expression, {f"#{name}": name for name in changes}, {f":{name}": value for name, value in changes.items()}


def _used(names: dict[str, str], values: Attributes) -> UsedInUpdate:
    used: UsedInUpdate = {}
    if names:
        used["ExpressionAttributeNames"] = names
    if values:
        used["ExpressionAttributeValues"] = values
    return used


def _is(error: ClientError, code: str) -> bool:
    return error.response["Error"]["Code"] == code


def _epoch(time: datetime) -> int:
    """Seconds, as DynamoDB's expiry takes them."""
    return int(time.timestamp())
