"""Workers of one build in processes of their own, which are killed in the middle of chunks, over and over, while
another one works on. Needs PostgreSQL (the fixture starts it)."""

import signal
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime

import pytest

from datavalut.connections import ConnectionParameters
from datavalut.engine.copying import Subset
from datavalut.engine.preparation import prepare_build
from datavalut.engine.worker import Unobserved
from datavalut.subset.plan import plan_subset
from datavalut.transfer.archive import read_scripts
from tests.faults.doomed_worker import cut_small, start_doomed_worker, work
from tests.faults.fault_table import FaultTable
from tests.faults.left_behind import Places
from tests.integration.engine.test_builds import CANADIANS, SHOP, assert_whole
from tests.postgres_server import TestServer, query
from tests.transfer_examples import catalog_of, dumped_schema, made_target, open_target

WORKERS = 3


def test_what_killed_workers_had_begun_is_done_by_another_and_nothing_is_there_twice(
    postgres: TestServer,
    make_database: Callable[..., ConnectionParameters],
    monkeypatch: pytest.MonkeyPatch,
    faults: FaultTable,
) -> None:
    cut_small(monkeypatch)
    source = make_database("CREATE TABLE products (name text PRIMARY KEY);" + SHOP)
    catalog = catalog_of(source)
    subset = Subset.of(plan_subset(catalog, CANADIANS), datetime.now(UTC))
    deaths = 0
    with made_target(postgres, catalog) as made, dumped_schema(source) as archive:
        job_id, database = made.names.job_id, made.database.database
        with closing(open_target(made.database)) as session:
            prepare_build(session, read_scripts(archive), subset.plan)
        for is_alone in (True, True, False):
            doomed = [start_doomed_worker(source, made.database, subset, job_id) for _ in range(WORKERS)]
            if not is_alone:
                wait_for_a_claim(postgres.superuser, database)
                assert work(source, made.database, subset, job_id, Unobserved())
            for process in doomed:
                process.join()
                deaths += process.exitcode == -signal.SIGKILL
        assert_whole(source, made, subset)
    assert deaths > 2 * WORKERS
    left = Places((postgres.superuser,)).left_of(job_id)
    faults.record("workers' processes are killed in the middle of chunks of one build", tries=deaths, left=left)


def wait_for_a_claim(server: ConnectionParameters, database: str) -> None:
    deadline = time.monotonic() + 60
    claims = (
        "SELECT FROM pg_locks WHERE locktype = 'advisory'"
        f" AND database = (SELECT oid FROM pg_database WHERE datname = '{database}')"
    )
    while not query(server, claims):
        assert time.monotonic() < deadline, "no worker has claimed anything"
        time.sleep(0.01)
