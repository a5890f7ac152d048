"""Statements that the server carries out to their end, whether we live to see it or not.

An index may take longer than a worker lives. PostgreSQL goes on with a statement when its client is gone: it notices
only when it next reads from the client or writes to it, unless it is told to look (client_connection_check_interval).
And statements that come as one message are one transaction (PostgreSQL manual, "Multiple Statements in a Simple
Query"). So a statement that comes with the note that it is done needs nobody to wait for it. What the session has
claimed by advisory locks stays claimed until then, and whoever ends the job's sessions ends it, too.

That it has failed is noted as well, in the ledger: who tries next is told, instead of trying for as long again.
"""

import os
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from typing import Any, Self

import psycopg2
from psycopg2 import errors as sqlstates
from psycopg2.extensions import connection

from datavalut.errors import DataValutError
from datavalut.transfer.ledger import NotedFailure, noting_failure, take_failure

_SECONDS_BETWEEN_QUESTIONS = 1.0

# No limit of time, but that of the job; and nothing is written to a client that may be gone, before the end.
_ALONE = b"""
SET LOCAL statement_timeout = 0; SET LOCAL client_min_messages = error; SET LOCAL client_connection_check_interval = 0;
"""


class LeftToServer(DataValutError):
    """The server goes on by itself, with a session that we have no more part in."""


class Unattended:
    """Carries statements out in a session in autocommit mode, of a database with a ledger. Waits for the server in a
    thread of its own, which ends with the context."""

    def __init__(self, target: connection) -> None:
        self._target = target
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="statement")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.shutdown()

    def carry_out(self, statements: bytes, stay: Callable[[], bool]) -> None:
        """Runs the statements as one transaction; if the very same have failed when nobody was there, that is raised.

        `stay` is asked about every second whether to wait for the end. If not, LeftToServer is raised and the server
        goes on; if it raises, the server is told to stop. Either way our session is closed. SQL errors are psycopg2's.
        """
        with self._target.cursor() as cursor:
            self._attend(cursor, _ALONE + noting_failure(statements), stay)
            failure = take_failure(cursor, statements)
        if failure is not None:
            raise _noted_error(failure)

    def _attend(self, cursor: Any, batch: bytes, stay: Callable[[], bool]) -> None:
        running = self._thread.submit(cursor.execute, batch)
        try:
            while not wait([running], _SECONDS_BETWEEN_QUESTIONS).done:
                if not stay():
                    raise LeftToServer
        except BaseException as reason:
            if not isinstance(reason, LeftToServer):
                with suppress(psycopg2.Error):
                    self._target.cancel()
            _hang_up(self._target)
            wait([running])
            self._target.close()
            raise
        running.result()


def _noted_error(failure: NotedFailure) -> psycopg2.Error:
    """As psycopg2 would have raised it."""
    try:
        kind = sqlstates.lookup(failure.sqlstate)
    except KeyError:
        kind = psycopg2.DatabaseError
    noted = type(kind.__name__, (kind,), {"pgcode": failure.sqlstate, "diag": failure})
    error: psycopg2.Error = noted(failure.message_primary)
    return error


def _hang_up(target: connection) -> None:
    """Lets the thread that waits for the server go: closing the session would wait for that one."""
    with suppress(OSError), socket.socket(fileno=os.dup(target.fileno())) as line:
        line.shutdown(socket.SHUT_RDWR)
