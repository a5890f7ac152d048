"""Which secrets there are of which jobs, without what they say."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class JobSecretKind(StrEnum):
    REQUEST = "request"  # what was asked for, with the source's password
    RESULT = "result"  # how to log in to the database


@dataclass(frozen=True)
class JobSecret:
    kind: JobSecretKind
    job_id: str
    changed_at: datetime
