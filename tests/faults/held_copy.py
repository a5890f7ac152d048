"""A copy that can be met in its middle: the target holds it at one row for as long as the test wants."""

import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from datavalut.connections import ConnectionParameters, parse_connection_string
from tests.e2e.client import Client
from tests.postgres_server import execute, query

_PATIENCE_SECONDS = 90.0
ROWS = 3000
# The rows are more than pipes and sockets take: while the target waits, the source is in the middle of its query.
_SOURCE = f"""
CREATE TABLE kinds (id integer PRIMARY KEY, name text UNIQUE);
CREATE FUNCTION may_come_in(integer) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    WHILE $1 = {ROWS // 2} AND EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = '%(role)s')
    LOOP PERFORM pg_catalog.pg_sleep(0.05); END LOOP;
    RETURN true;
END $$;
CREATE TABLE things (
    id integer PRIMARY KEY CHECK (may_come_in(id)), kind integer NOT NULL REFERENCES kinds, name text, filling text
);
CREATE INDEX ON things (name);
INSERT INTO kinds SELECT n, 'kind ' || n FROM generate_series(1, 10) AS n;
INSERT INTO things SELECT n, 1 + n %% 10, 'thing ' || n, repeat('x', 3000) FROM generate_series(1, {ROWS}) AS n;
ANALYZE;
"""
_TABLES = ("kinds", "things")


@dataclass(frozen=True)
class HeldSession:
    """The target's session that a copy is held in."""

    backend: int
    client_port: int

    @property
    def worker(self) -> int:
        """The id of the worker's process: it has the socket's other end."""
        inode = _socket_at(self.client_port)
        for descriptor in Path("/proc").glob("[0-9]*/fd/*"):
            with suppress(OSError):  # the process has ended, or is another user's
                if str(descriptor.readlink()) == f"socket:[{inode}]":
                    return int(descriptor.parts[2])
        raise LookupError(f"no process has the socket at port {self.client_port}")


def _socket_at(port: int) -> str:
    """The inode of the socket whose own end is at this port of 127.0.0.1."""
    for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]:
        fields = line.split()
        if fields[1] == f"0100007F:{port:04X}":
            return fields[9]
    raise LookupError(f"no socket is at port {port}")


@dataclass(frozen=True)
class HeldSource:
    """`target` is the superuser of the server that holds copies of this source while there is the role there."""

    source: ConnectionParameters
    target: ConnectionParameters
    role: str

    @classmethod
    def made(cls, make_database: Callable[..., ConnectionParameters], target: ConnectionParameters) -> "HeldSource":
        role = f"hold_{secrets.token_hex(6)}"
        return cls(make_database(_SOURCE % {"role": role}), target, role)

    @contextmanager
    def held_job(self, client: Client) -> Iterator[tuple[str, HeldSession]]:
        """A job for all rows, from when its copy is held, until the block ends."""
        execute(self.target, f"CREATE ROLE {self.role}")
        try:
            yield client.created(self.source.to_url(), "all things"), self._held_session()
        finally:
            execute(self.target, f"DROP ROLE {self.role}")

    def _held_session(self) -> HeldSession:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < deadline:
            held = query(
                self.target,
                "SELECT pid, client_port FROM pg_stat_activity"
                " WHERE query LIKE 'COPY%things%FROM STDIN%' AND wait_event = 'PgSleep'",
            )
            if held:
                return HeldSession(*held[0])
            time.sleep(0.1)
        raise TimeoutError("no copy is held")

    def require_exact(self, job: Mapping[str, Any]) -> None:
        """Every row is in the job's result, and once."""
        assert job["status"] == "completed", job["error"]
        result = parse_connection_string(job["result"]["connection_string"])
        for table in _TABLES:
            rows = f"SELECT t::text FROM {table} AS t ORDER BY 1"
            assert query(result, rows) == query(self.source, rows), table
