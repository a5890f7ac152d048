"""The target server ends in the middle of a copy, without warning, and starts again; or it has no room left. On the
local stack, which the fixtures start."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from datavalut.connections import ConnectionParameters
from local.databases import Databases
from local.postgres import PostgresServer
from tests.e2e.aws import Aws
from tests.e2e.client import Client
from tests.faults.fault_table import FaultTable, Record
from tests.faults.held_copy import HeldSource
from tests.local_stack import Stack
from tests.postgres_server import execute, open_connection


@contextmanager
def crashed(server: PostgresServer) -> Iterator[None]:
    """What the server has not written out is lost. It is started again, and recovers, when the block ends."""
    postmaster = server.data_directory / "postmaster.pid"
    os.kill(int(postmaster.read_text().splitlines()[0]), signal.SIGQUIT)  # an immediate shutdown
    deadline = time.monotonic() + 60
    while postmaster.exists():
        assert time.monotonic() < deadline, "the server does not end"
        time.sleep(0.05)
    try:
        yield
    finally:
        server.start()


@contextmanager
def setting(superuser: ConnectionParameters, name: str, value: str) -> Iterator[None]:
    """Of the whole server."""
    with closing(open_connection(superuser)) as session, session.cursor() as cursor:
        cursor.execute(f"ALTER SYSTEM SET {name} = '{value}'")
        cursor.execute("SELECT pg_reload_conf()")
    try:
        yield
    finally:
        with closing(open_connection(superuser)) as session, session.cursor() as cursor:
            cursor.execute(f"ALTER SYSTEM RESET {name}")
            cursor.execute("SELECT pg_reload_conf()")


@contextmanager
def little_temporary_space(server: PostgresServer, superuser: ConnectionParameters) -> Iterator[None]:
    with setting(superuser, "temp_file_limit", "1MB"):
        yield


@contextmanager
def small_disk(server: PostgresServer, superuser: ConnectionParameters) -> Iterator[None]:
    """For all databases that are made meanwhile."""
    folder = Path(tempfile.mkdtemp(prefix="datavalut-small-disk-", dir="/var/tmp"))
    mount(folder, "16m")
    try:
        shutil.chown(folder, server.directory.owner())
        with closing(open_connection(superuser)) as session, session.cursor() as cursor:
            cursor.execute(f"CREATE TABLESPACE small_disk LOCATION '{folder}'")
            cursor.execute("ALTER DATABASE template0 SET TABLESPACE small_disk")
            try:
                yield
            finally:
                cursor.execute("ALTER DATABASE template0 SET TABLESPACE pg_default")
                cursor.execute("DROP TABLESPACE small_disk")
    finally:
        unmount(folder)
        folder.rmdir()


def mount(folder: Path, size: str) -> None:
    """A file system in memory."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "none", folder], check=True, capture_output=True)


def unmount(folder: Path) -> None:
    """Even where the server has a file of it open still."""
    subprocess.run(["umount", "--lazy", folder], check=True)


def can_mount() -> bool:
    folder = Path(tempfile.mkdtemp())
    try:
        mount(folder, "1m")
    except (OSError, subprocess.CalledProcessError):
        return False
    else:
        unmount(folder)
        return True
    finally:
        folder.rmdir()


# What every machine has, and a disk that is really full, where we may make one.
QUOTAS = {"temp_file_limit": little_temporary_space, "a disk of 16 MB": small_disk}


@dataclass(frozen=True)
class NoRoom:
    """`is_possible` says whether this machine lets the server have so little."""

    fault: str
    is_possible: bool


@pytest.fixture(params=QUOTAS)
def no_room(request: pytest.FixtureRequest, stack: Stack) -> Iterator[NoRoom]:
    quota = QUOTAS[request.param]
    fault = f"the target server has no room left ({request.param})"
    if quota is small_disk and not can_mount():
        yield NoRoom(fault, is_possible=False)
        return
    with quota(Databases(stack.settings).server, stack.superuser):
        yield NoRoom(fault, is_possible=True)


def test_a_job_outlasts_a_crash_of_the_target_server_in_the_middle_of_its_copy(
    client: Client, aws: Aws, held: HeldSource, record: Record, stack: Stack
) -> None:
    with held.held_job(client) as (job_id, _), crashed(Databases(stack.settings).server):
        aws.when_failed(job_id, "TransientFault")
    held.require_exact(client.ended(job_id))
    retries = aws.failures(job_id).count("TransientFault")
    record("the target server crashes in the middle of a chunk, and starts again", job_id, retries)


def test_what_is_told_to_be_completed_outlasts_a_crash_of_the_target_server_right_after(
    client: Client, held: HeldSource, record: Record, stack: Stack
) -> None:
    """The server writes out what was committed as late as it may."""
    with setting(stack.superuser, "wal_writer_delay", "10s"):
        job_id = client.created(held.source.to_url(), "all things")
        job = client.ended(job_id)
        with crashed(Databases(stack.settings).server):
            pass
    held.require_exact(job)
    record("the target server crashes when a job is just completed", job_id, 1)


_MATERIALIZED = """
CREATE MATERIALIZED VIEW numbers AS SELECT n FROM generate_series(1, 1000000) AS n;
"""


def test_a_job_for_which_the_target_server_has_no_room_fails_with_its_cause(
    no_room: NoRoom, client: Client, held: HeldSource, record: Record, faults: FaultTable
) -> None:
    if not no_room.is_possible:
        faults.record_impossible(no_room.fault)
        return
    execute(held.source, _MATERIALIZED)
    job_id = client.created(held.source.to_url(), "all things")
    job = client.ended(job_id)
    assert job["status"] == "failed"
    assert "no more disk space" in job["error"]
    record(no_room.fault, job_id, 1)
