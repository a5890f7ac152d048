"""What a job may do to its source: read, in sessions that are few, bounded in time, known by the job's id, and go to no
other address than one that was checked. Needs PostgreSQL, which the fixtures start."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import psycopg2.errors
import pytest
from psycopg2.extensions import connection

from datavalut.connections import ConnectionParameters
from datavalut.transfer.addresses import AddressPolicy
from datavalut.transfer.archive import dump_schema
from datavalut.transfer.connect import connect
from datavalut.transfer.errors import AddressNotAllowed
from datavalut.transfer.snapshot import ExportedSnapshot
from datavalut.workflow import kept_snapshot
from datavalut.workflow.deployment import Deployment
from datavalut.workflow.kept_snapshot import import_kept_snapshot
from datavalut.workflow.plan_filter import source_sessions
from datavalut.workflow.plan_record import PlanRecord
from tests.integration.workflow.test_whole_jobs import CANADIANS, SHOP, result_of
from tests.postgres_server import TestServer, open_connection
from tests.standby_server import running_standby
from tests.workflow_runner import WorkflowRunner, workflow_on

REBOUND = "rebound.invalid"  # a name that no name server knows: who asks one again cannot connect
PERMITTED, DENIED = "127.0.0.1", "127.0.0.2"
POLICY = AddressPolicy(allowed=(ip_network(f"{PERMITTED}/32"),), denied=(ip_network("127.0.0.0/8"),))


@pytest.fixture
def shop(make_database: Callable[..., ConnectionParameters]) -> ConnectionParameters:
    return make_database(SHOP)


@pytest.fixture
def runner(postgres: TestServer) -> Iterator[WorkflowRunner]:
    with workflow_on(postgres, CANADIANS) as made:
        yield made


@pytest.fixture
def name_server(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that the name `REBOUND` has, one after the other; the last one stays."""
    answers: list[str] = []
    really = socket.getaddrinfo

    def answer(host: Any, *arguments: Any, **options: Any) -> Any:
        if host != REBOUND:
            return really(host, *arguments, **options)
        return really(answers.pop(0) if len(answers) > 1 else answers[0], *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    return answers


@contextmanager
def sessions_of(source: ConnectionParameters, database: str) -> Iterator[list[list[str]]]:
    """The names of all sessions in the database, over and over."""
    seen: list[list[str]] = []
    stop = threading.Event()

    def look() -> None:
        with closing(open_connection(source)) as session, session.cursor() as cursor:
            while not stop.wait(0.01):
                cursor.execute(
                    "SELECT application_name FROM pg_stat_activity"
                    f" WHERE datname = '{database}' AND backend_type = 'client backend'"
                )
                seen.append([name for (name,) in cursor.fetchall()])

    looking = threading.Thread(target=look)
    looking.start()
    try:
        yield seen
    finally:
        stop.set()
        looking.join()


def test_a_source_session_has_limits_of_time_and_refuses_to_write(shop: ConnectionParameters) -> None:
    session = connect(shop, application_name="job_1", address_policy=POLICY, read_only=True)
    with closing(session), session.cursor() as cursor:
        cursor.execute(
            "SELECT name, setting::bigint FROM pg_settings WHERE name IN"
            " ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout')"
        )
        limits = dict(cursor.fetchall())
        assert limits.keys() == {"statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"}
        assert all(0 < limit <= 15 * 60 * 1000 for limit in limits.values())
        assert limits["lock_timeout"] <= 60 * 1000
        for statement in ("INSERT INTO settings VALUES ('a', '1')", "CREATE TABLE t ()", "CREATE ROLE somebody"):
            with pytest.raises(psycopg2.errors.ReadOnlySqlTransaction):
                cursor.execute(statement)


def test_all_sessions_of_a_job_bear_its_id_and_are_as_few_as_was_checked(
    runner: WorkflowRunner, shop: ConnectionParameters, postgres: TestServer
) -> None:
    job_id = runner.create(shop)
    with sessions_of(postgres.superuser, shop.database) as seen:
        job = runner.run(job_id)
    result_of(runner, job)
    names = {name for sessions in seen for name in sessions}
    assert names - {""} == {job_id}  # a session has no name for a moment, until it is let in
    workers = PlanRecord.model_validate(job.plan).workers
    assert max(map(len, seen)) <= source_sessions(workers, on_standby=False)


def test_on_a_standby_the_sessions_that_make_sure_of_the_snapshot_are_among_those_that_were_checked(
    runner: WorkflowRunner, shop: ConnectionParameters, postgres: TestServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They stay for as long as it takes that those of all workers are seen at once."""

    def import_slowly(deployment: Deployment, job_id: str, session: connection) -> str:
        time.sleep(0.5)
        return import_kept_snapshot(deployment, job_id, session)

    monkeypatch.setattr(kept_snapshot, "import_kept_snapshot", import_slowly)
    with running_standby(postgres) as standby:
        job_id = runner.create(standby.of(shop))
        with sessions_of(standby.server, shop.database) as seen:
            job = runner.run(job_id)
    result_of(runner, job)
    workers = PlanRecord.model_validate(job.plan).workers
    most = max(map(len, seen))
    assert source_sessions(workers, on_standby=False) < most <= source_sessions(workers, on_standby=True)


def test_the_address_that_was_checked_is_the_one_that_is_connected_to(
    runner: WorkflowRunner, shop: ConnectionParameters, name_server: list[str]
) -> None:
    """By every session of a whole job, that of pg_dump too, which is a process of its own: had any asked a name server
    itself, it would have found nobody."""
    name_server.append(PERMITTED)
    runner.deployment = replace(runner.deployment, source_addresses=POLICY)
    result_of(runner, runner.run(runner.create(replace(shop, host=REBOUND))))


def test_a_name_that_leads_elsewhere_when_it_is_asked_for_again_is_not_followed(
    shop: ConnectionParameters, name_server: list[str], tmp_path: Path
) -> None:
    name_server.extend([PERMITTED, DENIED])
    rebound = replace(shop, host=REBOUND)
    session = connect(rebound, application_name="job_1", address_policy=POLICY, read_only=True)
    with closing(session), session.cursor() as cursor:
        cursor.execute("SELECT host(inet_server_addr())")
        assert cursor.fetchone() == (PERMITTED,)
        with pytest.raises(AddressNotAllowed):
            connect(rebound, application_name="job_1", address_policy=POLICY, read_only=True)
        session.autocommit = False
        with pytest.raises(AddressNotAllowed):
            dump_schema(
                rebound,
                ExportedSnapshot(session).snapshot_id,
                tmp_path / "schema.dump",
                application_name="job_1",
                address_policy=POLICY,
            )
