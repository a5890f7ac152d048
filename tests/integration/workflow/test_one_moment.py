"""Needs PostgreSQL, which the fixtures start. However long a copy takes, its rows are those of one moment."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from threading import Event, Thread
from typing import Any

import pytest

from datavalut.connections import ConnectionParameters
from datavalut.engine.copying import Copying
from datavalut.engine.work_items import Chunk, WorkItem
from datavalut.filters.model import FilterPlan
from datavalut.jobs.model import Job, JobStatus, KeptSnapshot
from datavalut.workflow.keep_snapshot import Keeper
from tests.postgres_server import TestServer, execute, open_connection, query
from tests.standby_server import running_standby
from tests.workflow_runner import WorkflowRunner, workflow_on

WITNESSES = [f"witness_{number}" for number in range(1, 6)]
SCHEMA = """
CREATE TABLE parents (id bigint PRIMARY KEY);
CREATE TABLE children (id bigint PRIMARY KEY, parent_id bigint NOT NULL REFERENCES parents);
CREATE TABLE toys (id bigint PRIMARY KEY, child_id bigint NOT NULL REFERENCES children);
""" + "".join(f"CREATE TABLE {table} AS SELECT 0::bigint AS number;" for table in WITNESSES)
# What transaction number n does. After it each witness says n; the parents are n - 6 to n, the children and the toys
# n - 9 to n; a child has the parent of its own number, and from its third transaction on the one three above.
CHANGE = (
    "".join(f"UPDATE {table} SET number = %(n)s;" for table in WITNESSES)
    + """
INSERT INTO parents VALUES (%(n)s);
INSERT INTO children VALUES (%(n)s, %(n)s);
INSERT INTO toys VALUES (%(n)s, %(n)s);
UPDATE children SET parent_id = %(n)s WHERE id = %(n)s - 3;
DELETE FROM toys WHERE id = %(n)s - 10;
DELETE FROM children WHERE id = %(n)s - 10;
DELETE FROM parents WHERE id = %(n)s - 7;
"""
)
FIRST_CHANGES = 20
ALL_PARENTS = FilterPlan.model_validate(
    {
        "roots": [
            {
                "table": "parents",
                "condition": {
                    "kind": "compare",
                    "left": {"kind": "column", "column": "id"},
                    "operator": ">",
                    "right": {"kind": "value", "value": 0},
                },
            }
        ]
    }
)


@contextmanager
def changing(source: ConnectionParameters) -> Iterator[None]:
    """While the block runs, transactions follow one another."""
    is_over = Event()

    def change() -> None:
        with closing(open_connection(source, autocommit=False)) as session, session.cursor() as cursor:
            number = FIRST_CHANGES
            while not is_over.wait(0.005):
                number += 1
                cursor.execute(CHANGE, {"n": number})
                session.commit()

    writer = Thread(target=change)
    writer.start()
    try:
        yield
        assert writer.is_alive()
    finally:
        is_over.set()
        writer.join()


@pytest.fixture
def source(make_database: Callable[..., ConnectionParameters]) -> ConnectionParameters:
    made = make_database(SCHEMA)
    with closing(open_connection(made)) as session, session.cursor() as cursor:
        for number in range(1, FIRST_CHANGES + 1):
            cursor.execute(CHANGE, {"n": number})
    execute(made, "ANALYZE")
    return made


@pytest.fixture
def runner(postgres: TestServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[WorkflowRunner]:
    """Each worker copies a table every half second, while keepers live for less than a second."""
    copy = Copying.copy_or_cut

    def copy_slowly(copying: Copying, item: WorkItem) -> tuple[Chunk, ...]:
        time.sleep(0.5)
        return copy(copying, item)

    monkeypatch.setattr(Copying, "copy_or_cut", copy_slowly)
    with workflow_on(postgres, ALL_PARENTS) as made:
        made.keeper_seconds = 0.8
        yield made


@pytest.fixture
def turns(runner: WorkflowRunner, monkeypatch: pytest.MonkeyPatch) -> "Counter[str]":
    """How often each keeper has recorded a snapshot."""
    counted: Counter[str] = Counter()
    record = runner.store.record_snapshots

    def counting(job_id: str, snapshots: Mapping[str, KeptSnapshot], *, instead_of: Mapping[str, KeptSnapshot]) -> bool:
        recorded = record(job_id, snapshots, instead_of=instead_of)
        if recorded:
            counted.update(keeper for keeper in snapshots if snapshots[keeper] != instead_of.get(keeper))
        return recorded

    monkeypatch.setattr(runner.store, "record_snapshots", counting)
    return counted


def column(database: ConnectionParameters, select: str) -> list[Any]:
    return [value for (value,) in query(database, select)]


def test_rows_are_of_one_moment_while_the_source_changes_and_keepers_hand_over(
    runner: WorkflowRunner, source: ConnectionParameters, turns: "Counter[str]"
) -> None:
    with changing(source):
        job = runner.run(runner.create(source))
    assert job.status is JobStatus.COMPLETED, job.error
    assert min(turns[keeper] for keeper in Keeper) >= 3, turns
    assert_one_moment(runner, job, source)


def test_a_standby_is_read_at_one_moment_and_handed_over_only_where_its_replay_heeds_the_next_keeper(
    runner: WorkflowRunner, source: ConnectionParameters, postgres: TestServer
) -> None:
    """The writer removes rows all the time, and the replay waits for the keeper of the first snapshot to end."""
    with running_standby(postgres) as standby:
        read = standby.of(source)
        with changing(source):
            job = runner.run(runner.create(read))
        assert job.status is JobStatus.COMPLETED, job.error
        assert_one_moment(runner, job, source)


def test_a_standby_whose_replay_waits_for_nobody_is_handed_over(
    runner: WorkflowRunner, source: ConnectionParameters, postgres: TestServer, turns: "Counter[str]"
) -> None:
    with running_standby(postgres) as standby:
        job = runner.run(runner.create(standby.of(source)))
    assert job.status is JobStatus.COMPLETED, job.error
    assert min(turns[keeper] for keeper in Keeper) >= 3, turns


def test_a_standby_that_removes_rows_while_they_are_read_fails_the_job(
    runner: WorkflowRunner, source: ConnectionParameters, postgres: TestServer
) -> None:
    with running_standby(postgres, {"max_standby_streaming_delay": "100ms"}) as standby:
        read = standby.of(source)
        with changing(source):
            job = runner.run(runner.create(read))
    assert job.status is JobStatus.FAILED
    assert job.error is not None
    assert job.error.code == "source_connection_lost"
    assert "hot_standby_feedback" in job.error.remedy


def assert_one_moment(runner: WorkflowRunner, job: Job, source: ConnectionParameters) -> None:
    result = runner.secrets.get_result(job.job_id)
    (moment, *others) = [number for table in WITNESSES for number in column(result, f"SELECT number FROM {table}")]
    assert others == [moment] * (len(WITNESSES) - 1)
    (last,) = column(source, "SELECT number FROM witness_1")
    assert FIRST_CHANGES <= moment < last - 100, "the source did not change while it was copied"
    assert column(result, "SELECT id FROM parents ORDER BY 1") == list(range(moment - 6, moment + 1))
    assert query(result, "SELECT id, parent_id FROM children ORDER BY 1") == [
        (child, child + 3 if child <= moment - 3 else child) for child in range(moment - 9, moment + 1)
    ]
    assert query(result, "SELECT id, child_id FROM toys ORDER BY 1") == [
        (toy, toy) for toy in range(moment - 9, moment + 1)
    ]
