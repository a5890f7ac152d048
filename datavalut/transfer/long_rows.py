"""Reading the rows of a COPY piece by piece, so that a long row is held once.

libpq keeps the message of a row until it is whole. psycopg2 then copies it twice: a worker would need three times the
length of the longest row. PQgetlineAsync (PostgreSQL manual, "Obsolete Functions for COPY"; by libpq's own source it
hands out a message in pieces) makes no further copy. It is slower for short rows, since each takes a call.
"""

import ctypes
import select
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg2._psycopg
from psycopg2.extensions import connection

from datavalut.transfer.errors import TransferError
from datavalut.transfer.statements import source_failure

_PIECE_BYTES = 64 * 1024
_COPY_OUT, _FATAL_ERROR = 3, 7  # of ExecStatusType
_SQLSTATE, _PRIMARY = ord("C"), ord("M")  # of PG_DIAG_*

_libpq = ctypes.CDLL(psycopg2._psycopg.__file__)  # the libpq that psycopg2 itself has loaded
for _name, _arguments, _restype in (
    ("PQexec", [ctypes.c_void_p, ctypes.c_char_p], ctypes.c_void_p),
    ("PQresultStatus", [ctypes.c_void_p], ctypes.c_int),
    ("PQresultErrorField", [ctypes.c_void_p, ctypes.c_int], ctypes.c_char_p),
    ("PQclear", [ctypes.c_void_p], None),
    ("PQgetResult", [ctypes.c_void_p], ctypes.c_void_p),
    ("PQgetlineAsync", [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int], ctypes.c_int),
    ("PQconsumeInput", [ctypes.c_void_p], ctypes.c_int),
):
    getattr(_libpq, _name).argtypes = _arguments
    getattr(_libpq, _name).restype = _restype


def read_long_rows(
    source: connection, statement: str, write: Callable[[memoryview], object], table: str | None = None
) -> None:
    """Runs COPY … TO STDOUT and calls `write` with each piece, which is valid during the call only.

    Raises errors about the source, which name `table`, and what `write` raises: then the session is in the middle of
    the COPY, of no more use, and to be closed.
    """
    session = source.pgconn_ptr
    with _cleared(_libpq.PQexec(session, statement.encode())) as begun:
        if _libpq.PQresultStatus(begun) != _COPY_OUT:
            raise _failure(begun, table)
    piece = ctypes.create_string_buffer(_PIECE_BYTES)
    view = memoryview(piece).cast("B")
    while (length := _libpq.PQgetlineAsync(session, piece, _PIECE_BYTES)) >= 0:
        if length > 0:
            write(view[:length])
            continue
        select.select([source.fileno()], [], [])
        if not _libpq.PQconsumeInput(session):
            raise source_failure(None, "", table)
    while (ended := _libpq.PQgetResult(session)) is not None:
        with _cleared(ended) as result:
            if _libpq.PQresultStatus(result) == _FATAL_ERROR:
                raise _failure(result, table)


@contextmanager
def _cleared(pointer: int | None) -> Iterator[int | None]:
    try:
        yield pointer
    finally:
        _libpq.PQclear(pointer)


def _failure(result: int | None, table: str | None) -> TransferError:
    """Without an SQLSTATE it is libpq itself that failed: the session is lost."""
    sqlstate, message = (_libpq.PQresultErrorField(result, field) or b"" for field in (_SQLSTATE, _PRIMARY))
    return source_failure(sqlstate.decode() or None, message.decode(errors="replace"), table)
