"""How a job looks in DynamoDB: keys, attributes and documents.

One table holds, by partition and sort key:

    job#<job id>          job                        the job, small: every write of it costs its size
    job#<job id>          document#<id>#<part>       a part of its plan or result, JSON compressed by gzip
    job#<job id>          forgotten                  the job has expired, and the counters know
    owner#<owner>         counters#<shard>           how many jobs the owner has in each status
    idempotency#<hash>    idempotency                which job an owner's idempotency key stands for
    slots                 held                       which jobs may run
    slots                 waiting#<age>#<job id>     a job that is to run as soon as it may

A plan or a result may be larger than DynamoDB's 400 KB an item: it is split into parts. It is never changed: the job
points to it by a new id each time, so that a reader of the pointer finds the whole of it.

An owner's counters are several items, whose sum is the number: each job counts in one of them, so that jobs that one
owner creates at the same moment seldom wait for each other.
"""

import gzip
import hashlib
import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any

from boto3.dynamodb.types import Binary, TypeDeserializer, TypeSerializer

from datavalut.jobs.model import HeldSlot, Job, JobError, JobRequest, JobStatus, KeptSnapshot, Slots
from datavalut.jobs.store import page_key

Attributes = dict[str, Any]  # as the low-level client takes and gives them: {"name": {"S": "value"}}

BY_OWNER = "by_owner"
BY_OWNER_AND_STATUS = "by_owner_and_status"

JOB_SORT_KEY = "job"
FORGOTTEN_SORT_KEY = "forgotten"
IDEMPOTENCY_SORT_KEY = "idempotency"
SLOTS_PARTITION = "slots"
HELD_SORT_KEY = "held"  # before WAITING_PREFIX in order: one query gives it and the oldest waiting job
WAITING_PREFIX = "waiting#"
COUNTERS_PREFIX = "counters#"
COUNTER_SHARDS = 16

DOCUMENT_PART_BYTES = 300_000
MAX_DOCUMENT_BYTES = 12_000_000  # compressed


def job_partition(job_id: str) -> str:
    return f"job#{job_id}"


def owner_partition(owner: str) -> str:
    return f"owner#{owner}"


def status_partition(owner: str, status: JobStatus) -> str:
    return f"owner#{owner}#{status}"


def counters_sort_key(job_id: str) -> str:
    return f"{COUNTERS_PREFIX}{zlib.crc32(job_id.encode()) % COUNTER_SHARDS:02}"


def waiting_sort_key(job_id: str, created_at: datetime) -> str:
    return f"{WAITING_PREFIX}{stored_time(created_at)}#{job_id}"


def idempotency_partition(owner: str, idempotency_key: str) -> str:
    """A hash, because both parts are of any length and alphabet."""
    return f"idempotency#{hashlib.sha256(json.dumps([owner, idempotency_key]).encode()).hexdigest()}"


def document_prefix(document_id: str) -> str:
    return f"document#{document_id}#"


def document_sort_key(document_id: str, part: int) -> str:
    return f"{document_prefix(document_id)}{part:04}"


@cache
def _serializer() -> TypeSerializer:
    return TypeSerializer()


@cache
def _deserializer() -> TypeDeserializer:
    return TypeDeserializer()


def to_attributes(values: Mapping[str, Any]) -> Attributes:
    """What is None is left out."""
    return {name: _serializer().serialize(value) for name, value in values.items() if value is not None}


def from_attributes(attributes: Attributes) -> dict[str, Any]:
    values = {name: _deserializer().deserialize(value) for name, value in attributes.items()}
    return {name: value.__bytes__() if isinstance(value, Binary) else value for name, value in values.items()}


def stored_number(value: float) -> Decimal:
    """DynamoDB takes no floats; the shortest decimal that reads back as the same float is exact enough."""
    return Decimal(repr(value))


def stored_time(time: datetime) -> str:
    """Of one width and one offset, so that times compare as texts."""
    return time.isoformat(timespec="microseconds")


def stored_error(error: JobError) -> dict[str, Any]:
    return {**asdict(error), "details": list(error.details)}


def stored_snapshots(snapshots: Mapping[str, KeptSnapshot]) -> dict[str, Any]:
    return {
        keeper: {"snapshot_id": snapshot.snapshot_id, "since": stored_time(snapshot.since)}
        for keeper, snapshot in snapshots.items()
    }


def _snapshots(stored: Mapping[str, Any]) -> dict[str, KeptSnapshot]:
    return {
        keeper: KeptSnapshot(values["snapshot_id"], datetime.fromisoformat(values["since"]))
        for keeper, values in stored.items()
    }


def job_values(job: Job) -> dict[str, Any]:
    """The attributes of the job's item, but for its documents and its expiry."""
    key = page_key(job)
    return {
        "pk": job_partition(job.job_id),
        "sk": JOB_SORT_KEY,
        "gsi1pk": owner_partition(job.owner),
        "gsi1sk": key,
        "gsi2pk": status_partition(job.owner, job.status),
        "gsi2sk": key,
        "job_id": job.job_id,
        "owner": job.owner,
        "status": str(job.status),
        "message": job.message,
        "created_at": stored_time(job.created_at),
        "timestamp": stored_time(job.timestamp),
        "request": {name: value for name, value in asdict(job.request).items() if value is not None},
        "admitted": job.admitted,
        "progress": stored_number(job.progress),
        "started_at": stored_time(job.started_at) if job.started_at else None,
        "completed_at": stored_time(job.completed_at) if job.completed_at else None,
        "error": stored_error(job.error) if job.error else None,
        "source_database": job.source_database,
        "snapshots": stored_snapshots(job.snapshots),
        "snapshot_released": job.snapshot_released,
        "preparations": job.preparations,
        "rows_expected": job.rows_expected,
        "rows_copied": job.rows_copied,
        "tables_copied": job.tables_copied,
    }


def job_from_attributes(attributes: Attributes) -> Job:
    """The job without plan and result, from its item or from an image of it in the table's stream."""
    values = from_attributes(attributes)

    def time(name: str) -> datetime | None:
        return datetime.fromisoformat(values[name]) if name in values else None

    error = values.get("error")
    return Job(
        job_id=values["job_id"],
        owner=values["owner"],
        status=JobStatus(values["status"]),
        message=values["message"],
        created_at=datetime.fromisoformat(values["created_at"]),
        timestamp=datetime.fromisoformat(values["timestamp"]),
        request=JobRequest(**values["request"]),
        admitted=values["admitted"],
        progress=float(values["progress"]),
        started_at=time("started_at"),
        completed_at=time("completed_at"),
        error=JobError(**{**error, "details": tuple(error["details"])}) if error else None,
        source_database=values.get("source_database"),
        snapshots=_snapshots(values.get("snapshots", {})),
        snapshot_released=values["snapshot_released"],
        preparations=int(values["preparations"]),
        rows_expected=int(values["rows_expected"]),
        rows_copied=int(values["rows_copied"]),
        tables_copied=int(values["tables_copied"]),
    )


def stored_slot(slot: HeldSlot) -> dict[str, Any]:
    return {"since": stored_time(slot.since), "started": slot.started}


def waiting_values(job: Job) -> dict[str, Any]:
    return {
        "pk": SLOTS_PARTITION,
        "sk": waiting_sort_key(job.job_id, job.created_at),
        "job_id": job.job_id,
        "created_at": stored_time(job.created_at),
    }


def slots_from_items(held: Attributes, oldest: Attributes | None, limit: int) -> Slots:
    """From the item of the held slots and that of the oldest waiting job."""
    waiting = from_attributes(oldest) if oldest else {}
    return Slots(
        limit=limit,
        held={
            job_id: HeldSlot(datetime.fromisoformat(slot["since"]), slot["started"])
            for job_id, slot in from_attributes(held)["held"].items()
        },
        next_job_id=waiting.get("job_id"),
        waiting_since=datetime.fromisoformat(waiting["created_at"]) if waiting else None,
    )


def compress(document: dict[str, Any]) -> bytes:
    return gzip.compress(json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode(), mtime=0)


def decompress(data: bytes) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(gzip.decompress(data))
    return document


def parts_of(data: bytes) -> Iterator[bytes]:
    for start in range(0, len(data), DOCUMENT_PART_BYTES):
        yield data[start : start + DOCUMENT_PART_BYTES]
