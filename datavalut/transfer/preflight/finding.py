"""What a check tells: data, from which a job's error and a report's warnings are made."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

MOST_NAMES = 20


class Severity(StrEnum):
    ERROR = "error"  # stops the job before anything is made
    WARNING = "warning"  # goes into the plan and the report


@dataclass(frozen=True)
class Finding:
    """`code` is stable; `subject` is what it is about: names of objects, or a setting; `message` (what is wrong) and
    `remedy` (what to do about it) are sentences."""

    code: str
    severity: Severity
    subject: str
    message: str
    remedy: str

    def sentence(self) -> str:
        return f"{self.message} {self.remedy}"


def listed(names: Iterable[str], most: int = MOST_NAMES) -> str:
    """Names as text: all of them up to `most`, then how many more there are ("a, b and 17 more")."""
    every = list(names)
    if len(every) <= most:
        return ", ".join(every)
    return f"{', '.join(every[:most])} and {len(every) - most} more"
