"""The target server ends in the middle of a copy, without warning, and starts again; or it has no room left. On the
local stack, which the fixtures start."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

from datavalut.connections import ConnectionParameters
from local.databases import Databases
from local.postgres import PostgresServer
from tests.e2e.aws import Aws
from tests.e2e.client import Client
from tests.faults.fault_table import Record
from tests.faults.held_copy import HeldSource
from tests.local_stack import Stack
from tests.postgres_server import open_connection


@contextmanager
def crashed(server: PostgresServer) -> Iterator[None]:
    """What the server has not written out is lost. It is started again, and recovers, when the block ends."""
    postmaster = server.data_directory / "postmaster.pid"
    os.kill(int(postmaster.read_text().splitlines()[0]), signal.SIGQUIT)  # an immediate shutdown
    while postmaster.exists():
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


def test_a_job_outlasts_a_crash_of_the_target_server_in_the_middle_of_its_copy(
    client: Client, aws: Aws, held: HeldSource, record: Record, stack: Stack
) -> None:
    with held.held_job(client) as (job_id, _), crashed(Databases(stack.settings).server):
        aws.when_failed(job_id)
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
