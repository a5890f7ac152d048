"""Room on the target server's disk. Needs PostgreSQL (the fixture starts it)."""

from collections.abc import Callable

import pytest
from psycopg2.extensions import connection

from datavalut.connections import ConnectionParameters
from datavalut.transfer.preflight.disk import NeededBytes, TargetDisk, check_disk
from datavalut.transfer.preflight.finding import Severity
from tests.postgres_server import execute

GIB = 2**30
DISK = TargetDisk(size_bytes=50 * GIB, limit_bytes=1000 * GIB)


def test_rows_that_fit_pass(admin: connection) -> None:
    assert check_disk(admin, NeededBytes(at_least=10 * GIB, about=40 * GIB), DISK) == ()


def test_rows_that_can_never_fit_are_an_error(admin: connection) -> None:
    (finding,) = check_disk(admin, NeededBytes(at_least=1001 * GIB, about=1200 * GIB), DISK)
    assert (finding.code, finding.severity) == ("disk_too_small", Severity.ERROR)
    assert "at least 1001.0 GiB" in finding.message
    assert "takes 1000.0 GiB at most" in finding.message


@pytest.mark.parametrize("needed", [NeededBytes(1 * GIB, 1200 * GIB), NeededBytes(60 * GIB, 60 * GIB)])
def test_an_estimate_that_does_not_fit_is_a_warning(needed: NeededBytes, admin: connection) -> None:
    (finding,) = check_disk(admin, needed, DISK)
    assert (finding.code, finding.severity) == ("disk_may_fill", Severity.WARNING)
    assert "made with 50.0 GiB" in finding.message


def test_what_databases_take_already_counts(admin: connection) -> None:
    with admin.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        ((used,),) = cursor.fetchall()
    disk = TargetDisk(size_bytes=50 * GIB, limit_bytes=50 * GIB)
    (finding,) = check_disk(admin, NeededBytes(50 * GIB - used + 1, 50 * GIB), disk)
    assert finding.code == "disk_too_small"


def test_databases_that_the_admin_may_not_enter_are_left_out(
    admin: connection, make_database: Callable[..., ConnectionParameters]
) -> None:
    closed = make_database()
    execute(closed, f"REVOKE CONNECT ON DATABASE {closed.database} FROM PUBLIC")
    assert check_disk(admin, NeededBytes(at_least=0, about=0), DISK) == ()
