"""Measures contenders by turns, and looks at what each of them made."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Protocol

import psycopg2.errors
from psycopg2 import sql

from bench.server import SOURCE_DATABASE, SOURCE_ROLE, BenchDatabases, execute, query
from bench.tasks import Task
from datavalut.connections import ConnectionParameters

WATCHED_TABLES = ("lineitem", "orders")  # the big ones: a small task must not read them from end to end
_SECONDS_TO_DISCONNECT = 10


@dataclass(frozen=True)
class TableFigures:
    """`seconds` is the time of the table's chunks, added up."""

    table: str
    rows: int
    bytes: int
    seconds: float
    chunks: int


@dataclass(frozen=True)
class EngineFigures:
    """What the engine says of a run. Memory is that of its process, without pg_dump and pg_restore."""

    peak_memory: int  # bytes
    tables: tuple[TableFigures, ...]
    phases: Mapping[str, float]  # seconds

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables)

    @property
    def bytes(self) -> int:
        return sum(table.bytes for table in self.tables)

    @property
    def chunks(self) -> int:
        return sum(table.chunks for table in self.tables)

    def to_json_object(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json_object(cls, value: Mapping[str, Any]) -> "EngineFigures":
        tables = tuple(TableFigures(**table) for table in value["tables"])
        return cls(peak_memory=value["peak_memory"], tables=tables, phases=value["phases"])


@dataclass(frozen=True)
class Built:
    """How long a contender took."""

    seconds: float
    figures: EngineFigures | None = None


class RivalFailed(Exception):
    """A rival did not come to its end. That is a result, not a fault of the measurement."""


class Contender(Protocol):
    @property
    def name(self) -> str: ...

    def can(self, task: Task) -> bool:
        """Whether it is made for such a task."""

    def build(self, databases: BenchDatabases, task: Task, database_name: str) -> Built:
        """Makes the database of that name, which is not there yet. Raises RivalFailed, and any other error where all
        that is measured depends upon it."""


@dataclass(frozen=True)
class Contents:
    """A table's rows: how many, and the sum of their hashes, which says that they are the same to the last bit."""

    rows: int
    hashes: int


@dataclass(frozen=True)
class Run:
    """`differing` are the tables whose contents are not those expected. `sequential_scans` are those of the source
    while the run went on."""

    contender: str
    round: int
    built: Built
    differing: tuple[str, ...]
    sequential_scans: Mapping[str, int]


@dataclass(frozen=True)
class FailedRun:
    contender: str
    round: int
    reason: str


def expected_contents(databases: BenchDatabases, task: Task) -> dict[str, Contents]:
    """What every contender is to make, by the task's own queries. Reads the source into the caches besides."""
    source = replace(databases.superuser, database=SOURCE_DATABASE)
    return {table: _contents(source, query_text) for table, query_text in task.queries.items()}


def measure(
    databases: BenchDatabases,
    task: Task,
    contenders: Sequence[Contender],
    expected: Mapping[str, Contents],
    rounds: int,
) -> Iterator[Run | FailedRun]:
    """Each contender once in a round, every round begun by the next one. Results are dropped when they were looked
    at."""
    able = [contender for contender in contenders if contender.can(task)]
    for number in range(rounds):
        first = number % len(able)
        for contender in able[first:] + able[:first]:
            name = f"bench_{task.key.lower()}_{number}"
            _drop(databases, name)  # of a run that was broken off
            execute(databases.superuser, "CHECKPOINT")
            before = _sequential_scans(databases)
            try:
                built = contender.build(databases, task, name)
                scans = {table: count - before[table] for table, count in _sequential_scans(databases).items()}
                differing = differing_tables(replace(databases.superuser, database=name), expected)
                yield Run(contender.name, number, built, differing, scans)
            except RivalFailed as failure:
                yield FailedRun(contender.name, number, str(failure))
            finally:
                _drop(databases, name)


def differing_tables(target: ConnectionParameters, expected: Mapping[str, Contents]) -> tuple[str, ...]:
    """Those of which the target does not hold what is expected."""
    differing = []
    for table, contents in expected.items():
        try:
            found = _contents(target, f"SELECT * FROM {table}")
        except psycopg2.errors.UndefinedTable:
            found = None
        if found != contents:
            differing.append(table)
    return tuple(differing)


def _contents(database: ConnectionParameters, rows: str) -> Contents:
    hashed = "SELECT count(*), coalesce(sum(hash_record_extended(kept, 0)), 0) FROM ({}) AS kept"
    ((count, hashes),) = query(database, sql.SQL(hashed).format(sql.SQL(rows)))
    return Contents(int(count), int(hashes))


def _drop(databases: BenchDatabases, name: str) -> None:
    """The database if it is there, and the role that was made for it."""
    database = sql.Identifier(name)
    owners = query(
        databases.superuser,
        sql.SQL("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = {}").format(sql.Literal(name)),
    )
    execute(databases.superuser, sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(database))
    for (owner,) in owners:
        if owner not in (databases.admin.user, databases.superuser.user):
            execute(databases.superuser, sql.SQL("DROP ROLE {}").format(sql.Identifier(owner)))


def _sequential_scans(databases: BenchDatabases) -> dict[str, int]:
    """Counted since the source was made. A session's counts are in when it has ended."""
    source = replace(databases.superuser, database=SOURCE_DATABASE)
    sessions = sql.SQL("SELECT FROM pg_stat_activity WHERE datname = {} AND usename = {}").format(
        sql.Literal(SOURCE_DATABASE), sql.Literal(SOURCE_ROLE)
    )
    deadline = time.monotonic() + _SECONDS_TO_DISCONNECT
    while query(databases.superuser, sessions) and time.monotonic() < deadline:
        time.sleep(0.02)
    counts = query(source, "SELECT relname, seq_scan FROM pg_stat_user_tables")
    return {table: count for table, count in counts if table in WATCHED_TABLES}
