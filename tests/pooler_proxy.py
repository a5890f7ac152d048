"""A connection pooler in miniature, in front of the test server: it makes up the keys by which queries are cancelled,
as PgBouncer does, and lends its sessions for as long as a client stays, or for a transaction.

It speaks as much of the protocol as logging in and simple queries take. It never encrypts.
"""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from enum import Enum

from datavalut.connections import ConnectionParameters

_SSL_REQUEST = 80877103
_NO_PROCESS = 2_000_000_000  # higher than any that a system has
_MADE_UP_KEY = struct.pack("!cIII", b"K", 12, _NO_PROCESS, 4242)
_IDLE = b"I"  # of ReadyForQuery: outside of a transaction


class PoolMode(Enum):
    SESSION = "session"
    TRANSACTION = "transaction"


@contextmanager
def pooler_before(
    server: ConnectionParameters, mode: PoolMode, *, most_clients: int | None = None
) -> Iterator[ConnectionParameters]:
    """The server's parameters with the pooler's address. Of clients at a time, those above `most_clients` may log in,
    and are sent away at their first query."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        pooler = _Pooler(server, mode, most_clients)
        threading.Thread(target=pooler.serve, args=(listener,), daemon=True).start()
        try:
            yield replace(server, port=listener.getsockname()[1])
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            pooler.close()


@dataclass
class _Pooler:
    server: ConnectionParameters
    mode: PoolMode
    most_clients: int | None
    clients: int = 0
    free: list[socket.socket] = field(default_factory=list)  # the one used last is the first to be lent
    sockets: list[socket.socket] = field(default_factory=list)

    def serve(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                self._keep(client)
                threading.Thread(target=self._serve_client, args=(client,), daemon=True).start()

    def close(self) -> None:
        for each in self.sockets:
            each.close()

    def _keep(self, each: socket.socket) -> None:
        each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # messages are small, and waited for
        self.sockets.append(each)

    def _serve_client(self, client: socket.socket) -> None:
        with client, suppress(OSError):
            session = self._log_in(client)
            if session is None:
                return
            self.clients += 1
            try:
                if self.most_clients is None or self.clients <= self.most_clients:
                    self._relay_queries(client, session)
                else:
                    _read_message(client)
            finally:
                self.clients -= 1

    def _log_in(self, client: socket.socket) -> socket.socket | None:
        """A session of the client's own, after passing its login on. None for one that only tries the port."""
        startup = _read_startup(client)
        if startup is None:
            return None
        session = socket.create_connection((self.server.host, self.server.port))
        self._keep(session)
        session.sendall(startup)
        while True:
            kind, message = _read_message(session)
            client.sendall(_MADE_UP_KEY if kind == b"K" else message)
            if kind == b"Z":
                return session
            if kind == b"R" and message[5:9] not in (b"\0\0\0\0", b"\0\0\0\x0c"):  # a question, unless OK or final
                session.sendall(_read_message(client)[1])

    def _relay_queries(self, client: socket.socket, own: socket.socket) -> None:
        session = self._after_transaction(own)
        try:
            while True:
                kind, query = _read_message(client)
                if kind == b"X":
                    return
                session = session or self.free.pop()
                session.sendall(query)
                if _relay_answer(session, client) == _IDLE:
                    session = self._after_transaction(session)
        finally:
            if session is not None:
                session.close()

    def _after_transaction(self, session: socket.socket) -> socket.socket | None:
        """What the client still has of it."""
        if self.mode is PoolMode.SESSION:
            return session
        self.free.append(session)
        return None


def _relay_answer(session: socket.socket, client: socket.socket) -> bytes:
    """The transaction's status at its end."""
    while True:
        kind, message = _read_message(session)
        client.sendall(message)
        if kind == b"Z":
            return message[5:6]


def _read_startup(client: socket.socket) -> bytes | None:
    while True:
        start = _read_bytes(client, 8)
        if not start:
            return None
        length, code = struct.unpack("!II", start)
        if code != _SSL_REQUEST:
            return start + _read_bytes(client, length - 8)
        client.sendall(b"N")


def _read_message(wire: socket.socket) -> tuple[bytes, bytes]:
    """Its kind, and all of it. Raises ConnectionError at the end."""
    start = _read_bytes(wire, 5)
    if not start:
        raise ConnectionResetError
    (length,) = struct.unpack("!I", start[1:])
    return start[:1], start + _read_bytes(wire, length - 4)


def _read_bytes(wire: socket.socket, number: int) -> bytes:
    read = b""
    while len(read) < number:
        part = wire.recv(number - len(read))
        if not part:
            return b""
        read += part
    return read
