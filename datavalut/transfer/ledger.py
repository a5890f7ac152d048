"""What a build has done so far, kept in the target database itself, in a schema that is dropped at the end.

A step's entry is written in the transaction of the step's work: a step that is run again finds its entry and changes
nothing; of two that run at the same time the second waits for the first, then finds its entry.
"""

import hashlib
import secrets
from dataclasses import dataclass
from typing import Any

from psycopg2 import sql
from psycopg2.extensions import connection

from datavalut.catalog.model import TableName
from datavalut.transfer.statements import writing_target

WORK_SCHEMA = "datavalut_work"

_CREATE = """
CREATE SCHEMA IF NOT EXISTS datavalut_work;
CREATE TABLE IF NOT EXISTS datavalut_work.documents (name text PRIMARY KEY, content bytea NOT NULL);
CREATE TABLE IF NOT EXISTS datavalut_work.measured (
    table_schema text,
    table_name text,
    required_rows bigint NOT NULL,
    rows_in_source bigint NOT NULL,
    rows_in_source_estimated boolean NOT NULL,
    PRIMARY KEY (table_schema, table_name)
);
CREATE TABLE IF NOT EXISTS datavalut_work.counted (
    table_schema text,
    table_name text,
    rows bigint NOT NULL,
    PRIMARY KEY (table_schema, table_name)
);
CREATE TABLE IF NOT EXISTS datavalut_work.unmet (
    table_schema text,
    table_name text,
    whole_condition bigint NOT NULL,
    own_columns bigint NOT NULL,
    PRIMARY KEY (table_schema, table_name)
);
CREATE TABLE IF NOT EXISTS datavalut_work.failures (
    statement_hash text PRIMARY KEY,
    sqlstate text NOT NULL,
    message text NOT NULL,
    detail text NOT NULL,
    table_name text NOT NULL,
    constraint_name text NOT NULL
);
CREATE TABLE IF NOT EXISTS datavalut_work.copied (
    table_schema text,
    table_name text,
    chunk integer,
    rows bigint NOT NULL DEFAULT 0,
    chosen_rows bigint NOT NULL DEFAULT 0,
    bytes bigint NOT NULL DEFAULT 0,
    seconds double precision NOT NULL DEFAULT 0,
    PRIMARY KEY (table_schema, table_name, chunk)
)
"""


@dataclass(frozen=True)
class CopiedTable:
    """The sums over a table's chunks. `seconds` is the time that copying took, of chunks in parallel added up."""

    table: TableName
    rows: int
    bytes: int
    seconds: float
    chunks: int


@dataclass(frozen=True)
class CopiedChunks:
    """What has been copied into one table so far. `chosen_rows` are those of the rows that the table's rule chooses,
    where that was counted."""

    chunks: int
    rows: int
    chosen_rows: int


@dataclass(frozen=True)
class TableMeasures:
    """`required_rows` are kept only because kept rows reference them."""

    required_rows: int
    rows_in_source: int
    rows_in_source_estimated: bool


@dataclass(frozen=True)
class UnmetRows:
    """How many rows of a root do not meet its whole condition, or not even what this says of the row's own columns."""

    whole_condition: int
    own_columns: int


@dataclass(frozen=True)
class NotedFailure:
    """How statements have failed, by the names of psycopg2's diagnostics. What the server leaves out is None."""

    sqlstate: str
    message_primary: str
    message_detail: str | None
    table_name: str | None
    constraint_name: str | None


def create_ledger(target: connection) -> None:
    with writing_target(), target.cursor() as cursor:
        cursor.execute(_CREATE)


def drop_ledger(target: connection) -> None:
    """Removes every trace of the work. Can be repeated."""
    with writing_target(), target.cursor() as cursor:
        cursor.execute("DROP SCHEMA IF EXISTS datavalut_work CASCADE")


def store_document(target: connection, name: str, content: bytes) -> None:
    """Keeps what later steps need to know; of one name the last."""
    with writing_target(), target.cursor() as cursor:
        cursor.execute(
            "INSERT INTO datavalut_work.documents VALUES (%s, %s)"
            " ON CONFLICT (name) DO UPDATE SET content = excluded.content",
            (name, content),
        )


def load_document(target: connection, name: str) -> bytes:
    """Raises KeyError if there is none of that name."""
    with writing_target(), target.cursor() as cursor:
        cursor.execute("SELECT content FROM datavalut_work.documents WHERE name = %s", (name,))
        row = cursor.fetchone()
    if row is None:
        raise KeyError(name)
    return bytes(row[0])


def record_measures(target: connection, table: TableName, measures: TableMeasures) -> None:
    """Can be repeated: the last measures stand."""
    with writing_target(), target.cursor() as cursor:
        cursor.execute(
            "INSERT INTO datavalut_work.measured VALUES (%s, %s, %s, %s, %s)"
            " ON CONFLICT (table_schema, table_name) DO UPDATE SET required_rows = excluded.required_rows,"
            " rows_in_source = excluded.rows_in_source, rows_in_source_estimated = excluded.rows_in_source_estimated",
            (
                table.schema,
                table.name,
                measures.required_rows,
                measures.rows_in_source,
                measures.rows_in_source_estimated,
            ),
        )


def measured_tables(target: connection) -> dict[TableName, TableMeasures]:
    with writing_target(), target.cursor() as cursor:
        cursor.execute(
            "SELECT table_schema, table_name, required_rows, rows_in_source, rows_in_source_estimated"
            " FROM datavalut_work.measured"
        )
        return {TableName(schema, name): TableMeasures(*measures) for schema, name, *measures in cursor.fetchall()}


def recording_count(table: TableName, count: sql.Composable) -> sql.Composable:
    """The statement that keeps how many rows the table is found to have. Can be repeated."""
    return sql.SQL(
        "INSERT INTO datavalut_work.counted VALUES ({}, {}, ({}))"
        " ON CONFLICT (table_schema, table_name) DO UPDATE SET rows = excluded.rows"
    ).format(sql.Literal(table.schema), sql.Literal(table.name), count)


def is_counted(target: connection, table: TableName) -> bool:
    with writing_target(), target.cursor() as cursor:
        cursor.execute(
            "SELECT FROM datavalut_work.counted WHERE (table_schema, table_name) = (%s, %s)", (table.schema, table.name)
        )
        return cursor.fetchone() is not None


def counted_tables(target: connection) -> dict[TableName, int]:
    with writing_target(), target.cursor() as cursor:
        cursor.execute("SELECT table_schema, table_name, rows FROM datavalut_work.counted")
        return {TableName(schema, name): rows for schema, name, rows in cursor.fetchall()}


def recording_unmet(table: TableName, counts: sql.Composable) -> sql.Composable:
    """The statement that keeps the `UnmetRows` of a root, which the SELECT counts. Can be repeated."""
    return sql.SQL(
        "INSERT INTO datavalut_work.unmet SELECT {}, {}, counts.* FROM ({}) AS counts (whole_condition, own_columns)"
        " ON CONFLICT (table_schema, table_name) DO UPDATE"
        " SET whole_condition = excluded.whole_condition, own_columns = excluded.own_columns"
    ).format(sql.Literal(table.schema), sql.Literal(table.name), counts)


def unmet_rows(target: connection) -> dict[TableName, UnmetRows]:
    """Of the roots that were looked at so far."""
    with writing_target(), target.cursor() as cursor:
        cursor.execute("SELECT table_schema, table_name, whole_condition, own_columns FROM datavalut_work.unmet")
        return {TableName(schema, name): UnmetRows(*counts) for schema, name, *counts in cursor.fetchall()}


def copied_tables(target: connection) -> tuple[CopiedTable, ...]:
    """What has been copied so far, by table; not the keys that are kept for the work."""
    with writing_target(), target.cursor() as cursor:
        cursor.execute(
            "SELECT table_schema, table_name, sum(rows)::bigint, sum(bytes)::bigint, sum(seconds), count(*)"
            " FROM datavalut_work.copied WHERE table_schema <> %s"
            " GROUP BY table_schema, table_name ORDER BY table_schema, table_name",
            (WORK_SCHEMA,),
        )
        return tuple(
            CopiedTable(TableName(schema, name), rows, size, seconds, chunks)
            for schema, name, rows, size, seconds, chunks in cursor.fetchall()
        )


def copied_chunks(target: connection, table: TableName) -> CopiedChunks:
    with writing_target(), target.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), COALESCE(sum(rows), 0)::bigint, COALESCE(sum(chosen_rows), 0)::bigint"
            " FROM datavalut_work.copied WHERE (table_schema, table_name) = (%s, %s)",
            (table.schema, table.name),
        )
        ((chunks, rows, chosen_rows),) = cursor.fetchall()
    return CopiedChunks(chunks, rows, chosen_rows)


# Between dollar signs stands a word that the statements do not contain.
_NOTING_FAILURE = b"""
DO $%(word)bdo$
DECLARE code text; message text; detail text; of_table text; of_constraint text;
BEGIN
    IF EXISTS (SELECT FROM datavalut_work.failures WHERE statement_hash = '%(hash)b') THEN
        RETURN;
    END IF;
    EXECUTE $%(word)b$%(statements)b
$%(word)b$;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL,
        of_table = TABLE_NAME, of_constraint = CONSTRAINT_NAME;
    INSERT INTO datavalut_work.failures VALUES ('%(hash)b', code, message, detail, of_table, of_constraint);
END $%(word)bdo$;
SELECT sqlstate, message, detail, table_name, constraint_name
FROM datavalut_work.failures WHERE statement_hash = '%(hash)b'
"""


def noting_failure(statements: bytes) -> bytes:
    """The statements as ones that do not fail: what they did is undone instead, and their failure noted. If the very
    same have failed before, they are not run. The last of them tells the failure to `take_failure`."""
    return _NOTING_FAILURE % {
        b"word": f"w{secrets.token_hex(8)}".encode(),
        b"hash": _hash(statements).encode(),
        b"statements": statements,
    }


def take_failure(cursor: Any, statements: bytes) -> NotedFailure | None:
    """What the cursor, which has just carried out `noting_failure` of these statements, was told. It is forgotten:
    what was wrong may be mended. SQL errors are psycopg2's."""
    told = cursor.fetchone()
    if told is None:
        return None
    cursor.execute("DELETE FROM datavalut_work.failures WHERE statement_hash = %s", (_hash(statements),))
    code, message, *others = told
    return NotedFailure(code, message, *(other or None for other in others))


def _hash(statements: bytes) -> str:
    return hashlib.sha256(statements).hexdigest()
