"""Streams of rows from one server session to another. Needs PostgreSQL (the fixture starts it)."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace

import pytest
from psycopg2 import sql
from psycopg2.extensions import connection

from datavalut.catalog.model import Table, TableName
from datavalut.connections import ConnectionParameters
from datavalut.transfer.copy import CopiedRows, copy_chunk, copy_rows
from datavalut.transfer.errors import (
    CopyFailed,
    DiskFull,
    JobNoLongerRunning,
    PermissionDenied,
    SourceChanged,
    SourceConnectionLost,
    SourceQueryFailed,
    TargetConnectionLost,
    TransferError,
)
from datavalut.transfer.ledger import copied_tables, create_ledger
from tests.postgres_server import TestServer, execute, query
from tests.transfer_examples import catalog_of, open_source, open_target, whole_table

MakeDatabase = Callable[..., ConnectionParameters]
NAME = TableName("public", "t")
MANY_ROWS = "SELECT g AS id, repeat('x', 1000) AS text FROM generate_series(1, 10000000) AS g"
SLOW_ROWS = "SELECT 1 AS id, 'x' AS text FROM pg_sleep(600)"


@dataclass(frozen=True)
class Sides:
    """Two databases with the same table `t`, and a session of each. `long_rows` is how the source is read."""

    source: ConnectionParameters
    target: ConnectionParameters
    reading: connection
    writing: connection
    table: Table
    long_rows: bool

    def copy(
        self,
        statement: str | None = None,
        check: Callable[[], None] = lambda: None,
        on_bytes: Callable[[int], None] = lambda _: None,
    ) -> CopiedRows:
        rows = whole_table(self.table) if statement is None else sql.SQL(statement)
        columns = self.table.stored_columns
        return copy_chunk(
            self.reading,
            rows,
            self.writing,
            NAME,
            columns,
            long_rows=self.long_rows,
            check=check,
            on_bytes=on_bytes,
        )

    def rows(self, statement: str = "SELECT count(*) FROM t") -> list[tuple[object, ...]]:
        return query(self.target, statement)


MakeSides = Callable[..., Sides]


@pytest.fixture(params=[False, True], ids=["short rows", "long rows"])
def make_sides(make_database: MakeDatabase, request: pytest.FixtureRequest) -> Iterator[MakeSides]:
    opened: list[connection] = []

    def make(table: str = "CREATE TABLE t (id int, text text)", rows: str = "", target_table: str = "") -> Sides:
        source, target = make_database(table + ";" + rows), make_database(target_table or table)
        reading, writing = open_source(source, "reading"), open_target(target, "writing")
        opened.extend([reading, writing])
        create_ledger(writing)
        return Sides(source, target, reading, writing, catalog_of(source).table(NAME), request.param)

    yield make
    for session in opened:
        session.close()


def busy_sessions(sides: Sides) -> int:
    """Queries of either side that still run, after a moment for the servers to notice the end of a session."""
    for _ in range(100):
        ((count,),) = query(
            sides.source,
            "SELECT count(*) FROM pg_stat_activity WHERE application_name IN ('reading', 'writing')"
            f" AND datname IN ('{sides.source.database}', '{sides.target.database}')"
            " AND (state = 'active' OR xact_start IS NOT NULL)",
        )
        if count == 0:
            return 0
        time.sleep(0.05)
    return int(count)


ALL_TYPES = """
CREATE TYPE mood AS ENUM ('sad', 'it''s "ok"');
CREATE TYPE place AS (x float8, name text);
CREATE DOMAIN price AS numeric CHECK (VALUE > 0);
CREATE TABLE t (
    id bigint, small smallint, yes boolean, amount numeric, single real, double float8, cash money, word text,
    short char(4), bytes bytea, day date, moment timestamptz, local timestamp, clock time, zoned timetz,
    span interval, uuid uuid, mood mood, moods mood[], matrix int[][], json json, jsonb jsonb, price price
)
"""
ALL_VALUES = r"""
INSERT INTO t VALUES (
    1, -32768, true, 1.10, '1e-45', 0.1 + 0.2, 12.34, E'tab\t nl\n cr\r bs\\ \\N "q" ü 🐘', 'a', '\x00ff5c2e0a',
    'infinity', 'infinity', '-infinity', '24:00', '12:00:00.000001+15:59', '-1 mon +2 days -00:00:00.000001',
    '00000000-0000-0000-0000-000000000001', 'it''s "ok"', '{sad,NULL}', '[0:1][2:3]={{1,2},{3,4}}',
    '{"b": 1,  "a": 1.0}', '{"b": 1, "a": 1.00}', 0.000000000000000000001
);
INSERT INTO t VALUES (
    2, NULL, false, 'NaN', 'NaN', '-infinity', -0.01, '', '', '', '4713-01-01 BC', '4713-01-01 00:00:00 BC',
    '294276-12-31 23:59:59.999999', '00:00', '00:00-15:59', '178000000 years', NULL, NULL, '{}', '{}', 'null', 'null'
);
INSERT INTO t (id, amount, single, double, word, span)
VALUES (3, 'infinity', '-0', '-0', '\N', 'infinity'), (4, 1e1000, 3.4028235e38, 5e-324, '\.', '-infinity');
"""


@pytest.mark.parametrize("as_text", [False, True], ids=["binary", "text"])
def test_values_are_the_same_to_the_last_bit(make_sides: MakeSides, as_text: bool) -> None:
    """A column of a composite type makes it text, since binary composites hold OIDs."""
    sides = make_sides(
        ALL_TYPES + ("; ALTER TABLE t ADD place place" if as_text else ""),
        ALL_VALUES + ("UPDATE t SET place = (0.1, 'ü,\"') WHERE id = 2" if as_text else ""),
    )
    copied = sides.copy()
    assert copied.rows == 4
    assert copied.bytes > 0
    columns = ", ".join(f'"{column.name}"::text' for column in sides.table.columns)
    assert sides.rows(f"SELECT {columns} FROM t ORDER BY id") == query(
        sides.source, f"SELECT {columns} FROM t ORDER BY id"
    )
    sends = "md5(float8send(double) || float4send(single) || numeric_send(amount) || interval_send(span))"
    assert sides.rows(f"SELECT {sends} FROM t ORDER BY id") == query(sides.source, f"SELECT {sends} FROM t ORDER BY id")


def test_strange_names_are_quoted(make_sides: MakeSides, make_database: MakeDatabase) -> None:
    table = 'CREATE SCHEMA "A b"; CREATE TABLE "A b"."T""; --" ("select" int, "%s" int, "ü x" int)'
    source = make_database(table + '; INSERT INTO "A b"."T""; --" VALUES (1, 2, 3)')
    target = make_database(table)
    (found,) = catalog_of(source).tables
    with closing(open_source(source)) as reading, closing(open_target(target)) as writing:
        create_ledger(writing)
        copied = copy_chunk(reading, whole_table(found), writing, found.name, found.stored_columns)
    assert copied.rows == 1
    assert query(target, 'SELECT * FROM "A b"."T""; --"') == [(1, 2, 3)]


def test_generated_columns_are_made_anew_and_identity_values_kept(make_sides: MakeSides) -> None:
    sides = make_sides(
        "CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY, n int, twice int GENERATED ALWAYS AS (n * 2) STORED)",
        "INSERT INTO t (n) VALUES (5), (6); DELETE FROM t WHERE id = 1",
    )
    assert sides.copy().rows == 1
    assert sides.rows("SELECT * FROM t") == [(2, 6, 12)]


def test_a_table_without_columns_keeps_its_number_of_rows(make_sides: MakeSides) -> None:
    sides = make_sides("CREATE TABLE t ()", "INSERT INTO t DEFAULT VALUES; INSERT INTO t DEFAULT VALUES")
    assert sides.copy().rows == 2
    assert sides.rows() == [(2,)]


def test_rows_of_a_partitioned_table_find_their_partitions(make_sides: MakeSides) -> None:
    sides = make_sides(
        """
        CREATE TABLE t (id int, day int) PARTITION BY RANGE (day);
        CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (0) TO (10);
        CREATE TABLE t_2 PARTITION OF t DEFAULT;
        """,
        "INSERT INTO t SELECT g, g FROM generate_series(1, 20) AS g",
    )
    assert sides.copy().rows == 20
    assert sides.rows("SELECT count(*) FROM t_1") == [(9,)]


@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII"])
def test_other_encodings_are_copied_byte_by_byte(postgres: TestServer, encoding: str) -> None:
    names = [f"encoded_{side}_{encoding.lower()}" for side in ("source", "target")]
    sides = [replace(postgres.superuser, database=name) for name in names]
    try:
        for side in sides:
            locale = "LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0"
            execute(postgres.superuser, f"CREATE DATABASE {side.database} ENCODING '{encoding}' {locale}")
            execute(side, "CREATE TABLE t (x text)")
        source, target = sides
        execute(source, "SET client_encoding = SQL_ASCII; INSERT INTO t VALUES (E'\\xe4\\xff')")
        with closing(open_source(source)) as reading, closing(open_target(target)) as writing:
            create_ledger(writing)
            (found,) = catalog_of(source).tables
            copy_chunk(reading, whole_table(found), writing, found.name, found.stored_columns)
        assert query(target, "SELECT encode(textsend(x), 'hex'), octet_length(x) FROM t")[0][1] == 2
        raw = "SET client_encoding = SQL_ASCII; SELECT encode(textsend(x), 'hex') FROM t"
        assert query(target, raw) == query(source, raw) == [("e4ff",)]
    finally:
        for side in sides:
            postgres.drop_database(side)


def test_a_repeated_chunk_changes_nothing_and_says_the_same(make_sides: MakeSides) -> None:
    sides = make_sides(rows="INSERT INTO t VALUES (1, 'a'), (2, 'b')")
    first = sides.copy()
    execute(sides.source, "INSERT INTO t VALUES (3, 'c')")
    assert sides.copy() == first
    assert sides.rows() == [(2,)]
    (copied,) = copied_tables(sides.writing)
    assert (copied.table, copied.rows, copied.bytes) == (NAME, 2, first.bytes)


def test_other_chunks_of_a_table_add_up(make_sides: MakeSides) -> None:
    sides = make_sides(rows="INSERT INTO t VALUES (1, 'a'), (2, 'b')")
    for chunk in (0, 1):
        chunk_rows = sql.SQL("SELECT id, text FROM t WHERE id % 2 = {}").format(sql.Literal(chunk))
        columns = sides.table.stored_columns
        copy_chunk(sides.reading, chunk_rows, sides.writing, NAME, columns, chunk=chunk)
    assert [copied.rows for copied in copied_tables(sides.writing)] == [2]


def test_of_two_workers_with_the_same_chunk_the_second_waits_and_copies_nothing(make_sides: MakeSides) -> None:
    sides = make_sides(rows="INSERT INTO t VALUES (1, 'a')")
    results: list[CopiedRows] = []

    def again() -> None:
        with closing(open_source(sides.source)) as reading, closing(open_target(sides.target)) as writing:
            results.append(copy_chunk(reading, whole_table(sides.table), writing, NAME, sides.table.stored_columns))

    second = threading.Thread(target=again)

    def start_second() -> None:
        if not second.ident:
            second.start()

    first = sides.copy("SELECT id, text FROM t, pg_sleep(0.5)", check=start_second)
    second.join(30)
    assert results == [first]
    assert sides.rows() == [(1,)]


def test_progress_is_told_in_bytes(make_sides: MakeSides) -> None:
    sides = make_sides(rows="INSERT INTO t VALUES (1, 'a')")
    told: list[int] = []
    copied = sides.copy(on_bytes=told.append)
    assert told[-1] == copied.bytes


class Stop(Exception):
    pass


@pytest.mark.parametrize("statement", [MANY_ROWS, SLOW_ROWS], ids=["while rows flow", "while the source computes"])
def test_a_cancel_ends_both_sides_and_leaves_nothing(make_sides: MakeSides, statement: str) -> None:
    sides = make_sides()
    calls = 0

    def check() -> None:
        nonlocal calls
        calls += 1
        if calls > 1:
            raise JobNoLongerRunning

    with pytest.raises(JobNoLongerRunning):
        sides.copy(statement, check=check)
    assert busy_sessions(sides) == 0
    assert sides.rows() == [(0,)]
    assert sides.rows("SELECT count(*) FROM datavalut_work.copied") == [(0,)]


def test_a_cancel_reaches_a_target_that_waits_for_a_lock(make_sides: MakeSides) -> None:
    sides = make_sides()
    with closing(open_target(sides.target, "locker")) as locker, locker.cursor() as cursor:
        cursor.execute("BEGIN; LOCK TABLE t")
        calls = iter([None, Stop()])

        def check() -> None:
            if error := next(calls):
                raise error

        with pytest.raises(Stop):
            sides.copy(MANY_ROWS, check=check)
    assert busy_sessions(sides) == 0


def failure(sides: Sides, statement: str) -> TransferError:
    with pytest.raises(TransferError) as raised:
        sides.copy(statement)
    assert busy_sessions(sides) == 0
    assert sides.rows() == [(0,)]
    return raised.value


def test_a_row_that_the_target_refuses_ends_the_source_at_once(make_sides: MakeSides) -> None:
    sides = make_sides(target_table="CREATE TABLE t (id int CONSTRAINT few CHECK (id < 5), text text)")
    error = failure(sides, "SELECT g, 'hunter2' FROM generate_series(1, 1000000) AS g")
    assert isinstance(error, CopyFailed)
    assert (error.table, error.sqlstate, error.constraint) == ("public.t", "23514", "few")
    assert error.row == "5, hunter2"
    assert "hunter2" not in str(error)


def test_a_refused_row_of_many_columns_is_told_by_its_beginning(make_sides: MakeSides) -> None:
    columns = ", ".join(f"c{number} text" for number in range(20))
    table = f"CREATE TABLE t (id int, {columns}"
    sides = make_sides(table + ")", target_table=table + ", CHECK (id < 5))")
    error = failure(sides, "SELECT 7" + ", repeat('x', 60)" * 20)
    assert isinstance(error, CopyFailed)
    assert error.row.startswith("7, xxx")
    assert len(error.row) == 500


def test_a_full_disk_is_told_as_such(make_sides: MakeSides) -> None:
    """The server's own error code, raised by a constraint: a disk cannot be filled in a test."""
    full = "BEGIN RAISE EXCEPTION USING ERRCODE = 'disk_full', MESSAGE = 'no space'; END"
    sides = make_sides(
        target_table=f"""
        CREATE FUNCTION fits() RETURNS boolean LANGUAGE plpgsql AS $${full}$$;
        CREATE TABLE t (id int CHECK (fits()), text text)
        """
    )
    assert isinstance(failure(sides, MANY_ROWS), DiskFull)


def test_a_source_that_fails_in_the_middle_leaves_no_rows(make_sides: MakeSides) -> None:
    sides = make_sides()
    error = failure(sides, "SELECT 1 / (5000 - g), 'x' FROM generate_series(1, 10000) AS g")
    assert isinstance(error, SourceQueryFailed)
    assert error.sqlstate == "22012"


def test_a_source_that_fails_at_once(make_sides: MakeSides) -> None:
    assert isinstance(failure(make_sides(), "SELECT nonsense("), SourceQueryFailed)


def test_a_column_that_is_not_there_any_more(make_sides: MakeSides) -> None:
    error = failure(make_sides(), "SELECT nonsense")
    assert isinstance(error, SourceChanged)
    assert "nonsense" in error.change


def test_a_table_that_the_user_may_not_read(make_sides: MakeSides, postgres: TestServer) -> None:
    sides = make_sides("CREATE TABLE t (id int, text text)")
    execute(postgres.superuser, "CREATE ROLE blind LOGIN PASSWORD 'secret'")
    try:
        with (
            closing(open_source(replace(sides.source, user="blind", password="secret"))) as reading,
            pytest.raises(PermissionDenied),
        ):
            copy_rows(reading, whole_table(sides.table), sides.writing, NAME, sides.table.stored_columns)
    finally:
        execute(postgres.superuser, "DROP ROLE blind")


@pytest.mark.parametrize(("side", "expected"), [("reading", SourceConnectionLost), ("writing", TargetConnectionLost)])
def test_a_session_that_is_ended_from_outside(make_sides: MakeSides, side: str, expected: type[TransferError]) -> None:
    sides = make_sides()

    def end_session() -> None:
        execute(
            sides.source,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            f" WHERE application_name = '{side}' AND datname IN ('{sides.source.database}', '{sides.target.database}')",
        )

    with pytest.raises(expected) as raised:
        sides.copy(MANY_ROWS, check=end_session)
    assert raised.value.transient
    assert busy_sessions(sides) == 0
    assert sides.rows() == [(0,)]
