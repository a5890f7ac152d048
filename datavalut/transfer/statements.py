"""SQL errors of a source or a target as this package's errors."""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg2
from psycopg2.extensions import connection

from datavalut.transfer.errors import (
    DiskFull,
    PermissionDenied,
    SourceBusy,
    SourceChanged,
    SourceConnectionLost,
    SourceQueryFailed,
    StatementTimedOut,
    TargetBusy,
    TargetConnectionLost,
    TargetNotAllowed,
    TargetQueryFailed,
    TransferError,
)

_CONNECTION_CLASSES = ("08",)
_SHUTDOWN = ("57P01", "57P02", "57P03", "57P05", "25P03")  # the server or an admin ended the session

# The disk is full, or a limit of the server's (temp_file_limit) lets one session have no more of it.
_NO_SPACE = ("53100", "53400")

# Lock not available, serialization failure, deadlock, too many connections.
_BUSY = ("55P03", "40001", "40P01", "53300")

# The server's detail on rows that break a rule; in whatever language it speaks, the parentheses are the same.
_VIOLATING_KEY = re.compile(r"\((?P<columns>.*)\)=\((?P<values>.*)\)")
_CONFLICTING_KEYS = re.compile(r"\((?P<columns>.*)\)=\((?P<values>.*)\).*\((?P=columns)\)=\((?P<others>.*)\)")
_REFUSED_ROW = re.compile(r"\((?P<values>.*)\)", re.DOTALL)
_MOST_OF_A_ROW = 500  # characters


def source_error(error: psycopg2.Error, table: str | None = None) -> TransferError:
    """`table` is the table that was read, if it was one."""
    return source_failure(None if lost_connection(error) else error.pgcode or "", first_line(error), table)


def source_failure(code: str | None, message: str, table: str | None = None) -> TransferError:
    """`code` is the SQLSTATE, None for a session that is lost; `message` is the server's, without details."""
    if code is None or _ends_session(code):
        return SourceConnectionLost()
    if code == "42501":
        return PermissionDenied(table)
    if code in _BUSY:
        return SourceBusy(code)
    if code == "57014":
        return StatementTimedOut()
    if code in ("42P01", "42703", "3F000"):  # undefined table, column, schema: its text says which
        return SourceChanged(message, table)
    return SourceQueryFailed(code, message)


def target_error(error: psycopg2.Error) -> TransferError:
    code = error.pgcode
    if lost_connection(error):
        return TargetConnectionLost()
    if code in _NO_SPACE:
        return DiskFull()
    if code in _BUSY:
        return TargetBusy(code)
    if code == "42501":
        return TargetNotAllowed()
    if code == "57014":
        return StatementTimedOut()
    return TargetQueryFailed(code or "", first_line(error))


@contextmanager
def reading_source(table: str | None = None) -> Iterator[None]:
    """Turns the block's SQL errors into errors about the source."""
    try:
        yield
    except psycopg2.Error as error:
        raise source_error(error, table) from error


@contextmanager
def writing_target() -> Iterator[None]:
    """Turns the block's SQL errors into errors about the target."""
    try:
        yield
    except psycopg2.Error as error:
        raise target_error(error) from error


def lost_connection(error: psycopg2.Error) -> bool:
    """Whether the session is over: libpq lost it (no SQLSTATE at all), or the server ended it."""
    code = error.pgcode
    if code is None:
        lost = isinstance(error, psycopg2.OperationalError | psycopg2.InterfaceError)
        return lost or type(error) is psycopg2.DatabaseError  # what psycopg2 raises where libpq gives no class
    return _ends_session(code)


def _ends_session(code: str) -> bool:
    return code.startswith(_CONNECTION_CLASSES) or code in _SHUTDOWN


def first_line(error: psycopg2.Error) -> str:
    """The server's message, without details, which may hold values of rows."""
    primary = error.diag.message_primary
    return primary if primary is not None else str(error).strip().partition("\n")[0]


def violating_key(error: psycopg2.Error) -> str:
    """ "customer_id = 5", as the server's detail tells it ("Key (customer_id)=(5) is not present in ..."); of two that
    exclude each other both; nothing if it tells none."""
    detail = error.diag.message_detail or ""
    if both := _CONFLICTING_KEYS.search(detail):
        return f"{both['columns']} = {both['values']} and {both['columns']} = {both['others']}"
    found = _VIOLATING_KEY.search(detail)
    return f"{found['columns']} = {found['values']}" if found else ""


def refused_row(error: psycopg2.Error) -> str:
    """The values of a row that a constraint refused, as far as the server tells them ("Failing row contains (7, -1)"),
    cut where there are many; nothing if it tells none."""
    found = _REFUSED_ROW.search(error.diag.message_detail or "")
    return found["values"][:_MOST_OF_A_ROW] if found else ""


@contextmanager
def transaction(target: connection) -> Iterator[None]:
    """One transaction of a session in autocommit mode, which is undone if the block raises. Raises errors about the
    target."""
    with target.cursor() as cursor:
        with writing_target():
            cursor.execute("BEGIN")
        try:
            yield
            with writing_target():
                cursor.execute("COMMIT")
        except BaseException:
            with suppress(psycopg2.Error):  # a closed session has nothing to roll back
                cursor.execute("ROLLBACK")
            raise
