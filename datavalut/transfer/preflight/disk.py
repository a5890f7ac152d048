"""Whether the target server's disk has room for the rows.

SQL cannot tell a disk's size. So this is known only where the deployment says it, and what else than databases lies on
the disk (logs, write-ahead log) is not known at all.
"""

from dataclasses import dataclass

from psycopg2.extensions import connection

from datavalut.transfer.preflight.finding import Finding, Severity
from datavalut.transfer.statements import writing_target

_REMEDY = "Ask for fewer rows, or ask the operator of this deployment for space."


@dataclass(frozen=True)
class TargetDisk:
    """`size_bytes` is what it had when it was made, `limit_bytes` what it may grow to by itself, but not while one job
    fills it."""

    size_bytes: int
    limit_bytes: int


@dataclass(frozen=True)
class NeededBytes:
    """Of tables with their indexes, as they are in the source. `at_least` are those whose rows were counted or are all
    kept, `about` includes those whose number is an estimate."""

    at_least: int
    about: int


def check_disk(target: connection, needed: NeededBytes, disk: TargetDisk) -> tuple[Finding, ...]:
    """An error if it can never have room for what is needed at least; a warning if an estimate, or its size at first,
    say so: an estimate may be wrong by far, and it may have grown.

    Raises errors about the target.
    """
    used = _bytes_used(target)
    if needed.at_least > disk.limit_bytes - used:
        return (
            Finding(
                "disk_too_small",
                Severity.ERROR,
                "target",
                f"The rows need at least {_gib(needed.at_least)} on the target server, which takes "
                f"{_gib(disk.limit_bytes)} at most, {_gib(used)} of them in use.",
                _REMEDY,
            ),
        )
    if needed.about > disk.size_bytes - used:
        return (
            Finding(
                "disk_may_fill",
                Severity.WARNING,
                "target",
                f"The rows may need {_gib(needed.about)} on the target server, which was made with "
                f"{_gib(disk.size_bytes)}, {_gib(used)} of them in use.",
                _REMEDY,
            ),
        )
    return ()


def _bytes_used(target: connection) -> int:
    """By the databases that this session's user may ask for."""
    with writing_target(), target.cursor() as cursor:
        cursor.execute(
            "SELECT COALESCE(pg_catalog.sum(pg_catalog.pg_database_size(oid)), 0)::bigint"
            " FROM pg_catalog.pg_database"
            " WHERE pg_catalog.has_database_privilege(oid, 'CONNECT')"
        )
        ((used,),) = cursor.fetchall()
    return int(used)


def _gib(number: int) -> str:
    return f"{number / 2**30:.1f} GiB"
