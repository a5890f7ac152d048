"""Rows from a source straight into a target: COPY (query) TO STDOUT, a pipe, COPY table FROM STDIN.

Rows are never looked at on the way, and only a pipe's worth of bytes is held at a time.
"""

import fcntl
import io
import os
import select
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from threading import Lock

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import connection

from datavalut.catalog.model import Column, TableName, TypeCategory
from datavalut.transfer.errors import CopyFailed, TransferError
from datavalut.transfer.long_rows import read_long_rows
from datavalut.transfer.statements import first_line, refused_row, source_error, target_error, writing_target

_PIPE_BYTES = 1024 * 1024
# Larger ones would stay with the allocator: a worker's memory is to be small.
_READ_BYTES = 64 * 1024
_SECONDS_BETWEEN_CHECKS = 1.0
_REFUSED_ROW_CLASSES = ("22", "23")  # data exceptions, integrity constraint violations

# Binary values of these mean the same on every server of one major version. Of others they may hold OIDs, or depend on
# the version of an extension.
_SAME_IN_BINARY = frozenset(TypeCategory) - {TypeCategory.OTHER, TypeCategory.ARRAY}
_FIRST_BINARY_MAJOR = 14  # older ones refuse arrays of enums, whose element type has another OID in the target


class CopyFormat(StrEnum):
    BINARY = "binary"
    TEXT = "text"


@dataclass(frozen=True)
class CopiedRows:
    """`bytes` are those of the COPY stream; `seconds` is the time it took."""

    rows: int
    bytes: int
    seconds: float


def copy_chunk(
    source: connection,
    query: sql.Composable,
    target: connection,
    table: TableName,
    columns: Sequence[Column],
    *,
    chunk: int = 0,
    chosen_rows: int = 0,
    read: TableName | None = None,
    frozen: bool = False,
    long_rows: bool = False,
    check: Callable[[], None] = lambda: None,
    on_bytes: Callable[[int], None] = lambda _: None,
    make_sure: Callable[[], None] = lambda: None,
) -> CopiedRows:
    """Copies one chunk of a table exactly once: its rows and its entry in the ledger are one transaction. Of a chunk
    that was copied before, the entry is returned and nothing is read. `target` is in autocommit mode.

    `chosen_rows` is noted with it: how many of the rows the table's rule chooses, where that is counted. `make_sure` is
    called when all rows are read and before they count: nothing is copied if it raises.

    `frozen` is for a chunk that is all of an ordinary table: the table is emptied in the same transaction, so that
    PostgreSQL lets rows be written as if they were long there, and need not touch them again. Otherwise as `copy_rows`.
    """
    key = {"schema": table.schema, "name": table.name, "chunk": chunk}
    with writing_target(), target.cursor() as cursor:
        cursor.execute("BEGIN")
        try:
            cursor.execute(
                "INSERT INTO datavalut_work.copied (table_schema, table_name, chunk)"
                " VALUES (%(schema)s, %(name)s, %(chunk)s) ON CONFLICT DO NOTHING",
                key,
            )
            if cursor.rowcount == 0:
                cursor.execute(
                    "SELECT rows, bytes, seconds FROM datavalut_work.copied"
                    " WHERE (table_schema, table_name, chunk) = (%(schema)s, %(name)s, %(chunk)s)",
                    key,
                )
                ((rows, size, seconds),) = cursor.fetchall()
                copied = CopiedRows(rows, size, seconds)
            else:
                if frozen:
                    cursor.execute(sql.SQL("TRUNCATE ONLY {}").format(sql.Identifier(table.schema, table.name)))
                copied = copy_rows(
                    source,
                    query,
                    target,
                    table,
                    columns,
                    read=read,
                    frozen=frozen,
                    long_rows=long_rows,
                    check=check,
                    on_bytes=on_bytes,
                )
                make_sure()
                cursor.execute(
                    "UPDATE datavalut_work.copied SET rows = %(rows)s, chosen_rows = %(chosen_rows)s,"
                    " bytes = %(bytes)s, seconds = %(seconds)s"
                    " WHERE (table_schema, table_name, chunk) = (%(schema)s, %(name)s, %(chunk)s)",
                    {
                        **key,
                        "rows": copied.rows,
                        "chosen_rows": chosen_rows,
                        "bytes": copied.bytes,
                        "seconds": copied.seconds,
                    },
                )
            cursor.execute("COMMIT")
        except BaseException:
            with suppress(psycopg2.Error):  # a closed session has nothing to roll back
                cursor.execute("ROLLBACK")
            raise
    return copied


def copy_rows(
    source: connection,
    query: sql.Composable,
    target: connection,
    table: TableName,
    columns: Sequence[Column],
    *,
    read: TableName | None = None,
    frozen: bool = False,
    long_rows: bool = False,
    check: Callable[[], None] = lambda: None,
    on_bytes: Callable[[int], None] = lambda _: None,
) -> CopiedRows:
    """Copies the query's rows into the columns of the target's table, inside of the target's present transaction.

    The query selects exactly `columns`, in this order; `read` is the table that it reads them from, if that is another
    one by name. `long_rows` says that its rows may be of many megabytes. About every second, `on_bytes` gets the bytes
    sent so far, and `check` is called, which ends both sides by raising. After any error both sessions are closed, so
    that nothing of the copy remains.

    Raises what `check` raises, CopyFailed if the target refuses a row, and errors about the source and the target: of
    two failures the one that came first.
    """
    copy_format = choose_format(columns, _version_and_encoding(source), _version_and_encoding(target))
    encoding = sql.Literal(source.get_parameter_status("server_encoding"))
    options = sql.SQL("(FORMAT {}, ENCODING {}").format(sql.SQL(copy_format), encoding)
    names = sql.SQL("({})").format(sql.SQL(", ").join(sql.Identifier(column.name) for column in columns))
    copy_out = sql.SQL("COPY ({}) TO STDOUT {})").format(query, options)
    copy_in = sql.SQL("COPY {} {} FROM STDIN {}{})").format(
        sql.Identifier(table.schema, table.name),
        names if columns else sql.SQL(""),
        options,
        sql.SQL(", FREEZE" if frozen else ""),
    )
    return _Stream(source, target, read or table, table, long_rows=long_rows).run(
        copy_out.as_string(source), copy_in.as_string(target), check, on_bytes
    )


def choose_format(columns: Sequence[Column], source: tuple[int, str], target: tuple[int, str]) -> CopyFormat:
    """Binary where it is sure to mean the same on both sides, else text. A side is its `server_version_num` and its
    encoding."""
    same_major = source[0] // 10000 == target[0] // 10000 >= _FIRST_BINARY_MAJOR
    if same_major and source[1] == target[1] == "UTF8" and all(map(_is_same_in_binary, columns)):
        return CopyFormat.BINARY
    return CopyFormat.TEXT


def _is_same_in_binary(column: Column) -> bool:
    category = column.element if column.category is TypeCategory.ARRAY else column.category
    return category in _SAME_IN_BINARY


def _version_and_encoding(side: connection) -> tuple[int, str]:
    return side.server_version, str(side.get_parameter_status("server_encoding"))


class _Ended(Exception):
    """Breaks off what is written to the target."""


class _Stream:
    """One copy: a thread reads the source into a pipe, another writes the pipe to the target, and the caller's own
    thread watches both."""

    def __init__(
        self, source: connection, target: connection, read: TableName, table: TableName, *, long_rows: bool
    ) -> None:
        self._source = source
        self._read = str(read)
        self._long_rows = long_rows
        self._target = target
        self._table = table
        self._cause: BaseException | None = None
        self._cause_lock = Lock()
        outlet, self._inlet = os.pipe()
        _enlarge(outlet)
        self._pipe = _Pipe(outlet, target.fileno(), lambda: self._cause is not None)

    def run(self, read: str, write: str, check: Callable[[], None], on_bytes: Callable[[int], None]) -> CopiedRows:
        began = time.monotonic()
        with ThreadPoolExecutor(max_workers=2, thread_name_prefix="copy") as threads:
            reading = threads.submit(self._read_source, read)
            writing = threads.submit(self._write_target, write)
            pending: set[Future[int]] = {reading, writing}
            while pending:
                _, pending = wait(pending, timeout=_SECONDS_BETWEEN_CHECKS, return_when=FIRST_COMPLETED)
                try:
                    check()
                    on_bytes(self._pipe.bytes)
                except BaseException as error:
                    self._fail(error)
                if self._cause is not None:
                    self._end_statements()
        if self._cause is not None:
            self._source.close()
            self._target.close()
            raise self._cause
        return CopiedRows(writing.result(), self._pipe.bytes, time.monotonic() - began)

    def _fail(self, error: BaseException) -> None:
        """Keeps the first failure; what it brings about on the other side is not the cause."""
        with self._cause_lock:
            self._cause = self._cause or error

    def _end_statements(self) -> None:
        for side in (self._source, self._target):
            with suppress(psycopg2.Error):
                side.cancel()

    def _read_source(self, statement: str) -> int:
        inlet = os.fdopen(self._inlet, "wb", buffering=_READ_BYTES)
        try:
            if self._long_rows:
                read_long_rows(self._source, statement, inlet.write, self._read)
            else:
                with self._source.cursor() as cursor:
                    cursor.copy_expert(statement, inlet)
            inlet.flush()
        except BrokenPipeError:
            pass  # the writing side has ended, and knows why
        except psycopg2.Error as error:
            self._fail(source_error(error, self._read))
        except BaseException as error:
            self._fail(error)
        finally:
            # Only now: what reads the end of the stream must already see whether it is a good one.
            with suppress(OSError):
                inlet.close()
        return 0

    def _write_target(self, statement: str) -> int:
        try:
            with self._pipe, self._target.cursor() as cursor:
                cursor.execute("SET LOCAL client_min_messages = error")  # so that only an error makes the server speak
                cursor.copy_expert(statement, self._pipe, size=_READ_BYTES)
                return int(cursor.rowcount)
        except psycopg2.Error as error:
            self._fail(self._write_error(error))
        except BaseException as error:
            self._fail(error)
        return 0

    def _write_error(self, error: psycopg2.Error) -> TransferError:
        if error.pgcode is not None and error.pgcode.startswith(_REFUSED_ROW_CLASSES):
            constraint = error.diag.constraint_name or ""
            return CopyFailed(str(self._table), error.pgcode, first_line(error), constraint, refused_row(error))
        return target_error(error)


class _Pipe(io.RawIOBase):
    """The pipe's end that the target is written from."""

    def __init__(self, outlet: int, target: int, has_failed: Callable[[], bool]) -> None:
        super().__init__()
        self.bytes = 0
        self._outlet = outlet
        self._target = target
        self._has_failed = has_failed
        self._poll = select.poll()
        self._poll.register(outlet, select.POLLIN)
        self._poll.register(target, select.POLLIN)

    def read(self, size: int = -1, /) -> bytes:
        """Waits for bytes and gives up to `size` of them; none at the end. Raises _Ended to break the COPY off."""
        ready: set[int] = set()
        while not ready:
            if self._has_failed():
                raise _Ended
            ready = {descriptor for descriptor, _ in self._poll.poll(int(_SECONDS_BETWEEN_CHECKS * 1000))}
        if self._target in ready:
            raise _Ended  # the server speaks in the middle of a COPY: it has failed, and says why once we stop
        content = os.read(self._outlet, size)
        if not content and self._has_failed():
            raise _Ended
        self.bytes += len(content)
        return content

    def close(self) -> None:
        if not self.closed:
            os.close(self._outlet)
        super().close()


def _enlarge(pipe: int) -> None:
    """Fewer, larger reads, where the system has such pipes and allows it."""
    with suppress(OSError, AttributeError):
        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
