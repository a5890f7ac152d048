"""Reading the rows of a COPY piece by piece, so that no row is ever held, however long.

A row comes as one message, which libpq keeps until it is whole (psycopg2 then copies it twice). The boundaries of these
messages mean nothing (PostgreSQL manual, "COPY Operations" of the protocol): so the stream is read here, from libpq's
own connection below libpq, through its TLS where there is one. libpq sends the statement and reads how it ended: the
first message that is not of the copied data is looked at without being taken, and left to libpq whole.
"""

import select
import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from ctypes import addressof, c_char
from typing import Protocol

from psycopg2.extensions import connection

from datavalut.transfer import libpq
from datavalut.transfer.errors import TransferError
from datavalut.transfer.statements import source_failure

_PIECE_BYTES = 64 * 1024
# Kinds of messages: of the data, and those that come around it or may come at any time (CopyOutResponse, CopyDone,
# NoticeResponse, ParameterStatus, NotificationResponse), which nobody waits for.
_DATA = ord("d")
_PASSED_OVER = frozenset(b"HcNSA")
_HEADER = struct.Struct("!Bi")  # the kind, and the length of what follows, with its own four bytes


def read_long_rows(
    source: connection, statement: str, write: Callable[[memoryview], object], table: str | None = None
) -> None:
    """Runs COPY … TO STDOUT and calls `write` with each piece, which is valid during the call only.

    Raises errors about the source, which name `table`, and what `write` raises: then the session is in the middle of
    the COPY, of no more use, and to be closed.
    """
    session = source.pgconn_ptr
    if not libpq.send_query(session, statement.encode()):
        raise source_failure(None, "", table)
    with _wire(source) as wire:
        read_data(wire, write)
    for result in libpq.results(session):
        if libpq.result_status(result) == libpq.FATAL_ERROR:
            raise _failure(result, table)


def _failure(result: int, table: str | None) -> TransferError:
    """Without an SQLSTATE it is libpq itself that failed: the session is lost."""
    fields = libpq.SQLSTATE, libpq.PRIMARY_MESSAGE
    sqlstate, message = (libpq.result_error_field(result, field) or b"" for field in fields)
    return source_failure(sqlstate.decode() or None, message.decode(errors="replace"), table)


class Wire(Protocol):
    """What comes from the server, decrypted. Both wait until there is something; `peek` gives what `skip` then takes
    as much of as it is told. They raise SourceConnectionLost."""

    def peek(self) -> memoryview: ...

    def skip(self, length: int) -> None: ...


def read_data(wire: Wire, write: Callable[[memoryview], object]) -> None:
    """Up to the first message that is neither data nor passed over."""
    header = bytearray()
    is_data = False
    left = 0  # of the present message
    while True:
        piece = wire.peek()
        place = 0
        while place < len(piece):
            if left > 0:
                end = min(place + left, len(piece))
                if is_data:
                    write(piece[place:end])
                left -= end - place
            elif not header and (end := _whole_messages(piece, place, write)) > place:
                pass
            elif not header and piece[place] != _DATA and piece[place] not in _PASSED_OVER:
                wire.skip(place)
                return
            else:
                end = min(place + _HEADER.size - len(header), len(piece))
                header += piece[place:end]
                if len(header) == _HEADER.size:
                    kind, length = _HEADER.unpack(header)
                    is_data, left = kind == _DATA, length - 4
                    header.clear()
            place = end
        wire.skip(place)


def _whole_messages(piece: memoryview, start: int, write: Callable[[memoryview], object]) -> int:
    """Writes the messages of data that are whole in the piece, all at once: rows may be short, too. Gives their end."""
    rows = []
    last = len(piece) - _HEADER.size
    end = start
    while end <= last:
        kind, length = _HEADER.unpack_from(piece, end)
        after = end + 1 + length
        if kind != _DATA or after > len(piece) or length < 4:
            break
        rows.append(piece[end + _HEADER.size : after])
        end = after
    if rows:
        write(memoryview(b"".join(rows)))
    return end


@contextmanager
def _wire(source: connection) -> Iterator[Wire]:
    encrypted = libpq.ssl_struct(source.pgconn_ptr, b"OpenSSL")
    if encrypted is not None:
        yield _EncryptedWire(encrypted, source.fileno())
        return
    plain = socket.socket(fileno=source.fileno())
    try:
        yield _PlainWire(plain)
    finally:
        plain.detach()  # it is libpq's


class _PlainWire:
    def __init__(self, plain: socket.socket) -> None:
        self._plain = plain
        self._buffer = memoryview(bytearray(_PIECE_BYTES))

    def peek(self) -> memoryview:
        return self._buffer[: self._receive(_PIECE_BYTES, socket.MSG_PEEK)]

    def skip(self, length: int) -> None:
        while length > 0:
            length -= self._receive(length, 0)

    def _receive(self, length: int, flags: int) -> int:
        while True:
            with suppress(BlockingIOError):
                try:
                    received = self._plain.recv_into(self._buffer, length, flags)
                except ConnectionError:
                    received = 0
                if received == 0:
                    raise source_failure(None, "")
                return received
            select.select([self._plain], [], [])


class _EncryptedWire:
    def __init__(self, encrypted: int, descriptor: int) -> None:
        self._encrypted = encrypted
        self._descriptor = descriptor
        self._buffer = (c_char * _PIECE_BYTES)()
        self._view = memoryview(self._buffer).cast("B")

    def peek(self) -> memoryview:
        return self._view[: self._receive(libpq.ssl_peek, _PIECE_BYTES)]

    def skip(self, length: int) -> None:
        while length > 0:
            length -= self._receive(libpq.ssl_read, length)

    def _receive(self, receive: Callable[[int, int, int], int], length: int) -> int:
        while True:
            libpq.clear_ssl_errors()  # the queue is the thread's
            received = receive(self._encrypted, addressof(self._buffer), length)
            if received > 0:
                return received
            match libpq.ssl_get_error(self._encrypted, received):
                case libpq.SSL_WANT_READ:
                    select.select([self._descriptor], [], [])
                case libpq.SSL_WANT_WRITE:
                    select.select([], [self._descriptor], [])
                case _:
                    raise source_failure(None, "")
