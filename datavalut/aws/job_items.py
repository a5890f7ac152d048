"""How a job looks in DynamoDB: keys, attributes and documents.

One table holds, by partition and sort key:

    job#<job id>          job                        the job, small: every write of it costs its size
    job#<job id>          document#<id>#<part>       a part of its plan or result, JSON compressed by gzip
    job#<job id>          forgotten                  the job has expired, and the counters know
    owner#<owner>         counters                   how many jobs the owner has in each status
    idempotency#<hash>    idempotency                which job an owner's idempotency key stands for

A plan or a result may be larger than DynamoDB's 400 KB an item: it is split into parts. It is never changed: the job
points to it by a new id each time, so that a reader of the pointer finds the whole of it.
"""

import gzip
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any

from boto3.dynamodb.types import Binary, TypeDeserializer, TypeSerializer

from datavalut.jobs.model import Job, JobError, JobRequest, JobStatus, KeptSnapshot
from datavalut.jobs.store import page_key

Attributes = dict[str, Any]  # as the low-level client takes and gives them: {"name": {"S": "value"}}

BY_OWNER = "by_owner"
BY_OWNER_AND_STATUS = "by_owner_and_status"

JOB_SORT_KEY = "job"
FORGOTTEN_SORT_KEY = "forgotten"
COUNTERS_SORT_KEY = "counters"
IDEMPOTENCY_SORT_KEY = "idempotency"

DOCUMENT_PART_BYTES = 300_000
MAX_DOCUMENT_BYTES = 12_000_000  # compressed


def job_partition(job_id: str) -> str:
    return f"job#{job_id}"


def owner_partition(owner: str) -> str:
    return f"owner#{owner}"


def status_partition(owner: str, status: JobStatus) -> str:
    return f"owner#{owner}#{status}"


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
        "progress": stored_number(job.progress),
        "started_at": stored_time(job.started_at) if job.started_at else None,
        "completed_at": stored_time(job.completed_at) if job.completed_at else None,
        "error": stored_error(job.error) if job.error else None,
        "source_database": job.source_database,
        "snapshots": stored_snapshots(job.snapshots),
        "snapshot_released": job.snapshot_released,
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
        progress=float(values["progress"]),
        started_at=time("started_at"),
        completed_at=time("completed_at"),
        error=JobError(**{**error, "details": tuple(error["details"])}) if error else None,
        source_database=values.get("source_database"),
        snapshots=_snapshots(values.get("snapshots", {})),
        snapshot_released=values["snapshot_released"],
        rows_expected=int(values["rows_expected"]),
        rows_copied=int(values["rows_copied"]),
        tables_copied=int(values["tables_copied"]),
    )


def compress(document: dict[str, Any]) -> bytes:
    return gzip.compress(json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode(), mtime=0)


def decompress(data: bytes) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(gzip.decompress(data))
    return document


def parts_of(data: bytes) -> Iterator[bytes]:
    for start in range(0, len(data), DOCUMENT_PART_BYTES):
        yield data[start : start + DOCUMENT_PART_BYTES]
