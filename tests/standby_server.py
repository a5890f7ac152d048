"""A hot standby of the test server: a copy made by pg_basebackup that follows it, and can only be read."""

import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from datavalut.connections import ConnectionParameters
from local.postgres import PostgresServer, free_port
from tests.postgres_server import TestServer, execute, query

_CATCH_UP_SECONDS = 30


@dataclass(frozen=True)
class Standby:
    """`server` is a connection to its database `postgres`, as the superuser."""

    server: ConnectionParameters
    primary: ConnectionParameters

    def of(self, database: ConnectionParameters) -> ConnectionParameters:
        """The same database, user and password, here, as soon as all is here that the primary has."""
        # A commit that waits for its own record takes all before it to the disk, from where it is sent.
        execute(self.primary, "SET LOCAL synchronous_commit = on; SELECT pg_current_xact_id()")
        ((written,),) = query(self.primary, "SELECT pg_current_wal_flush_lsn()::text")
        deadline = time.monotonic() + _CATCH_UP_SECONDS
        while query(self.server, f"SELECT pg_last_wal_replay_lsn() >= '{written}'") != [(True,)]:
            if time.monotonic() > deadline:
                raise TimeoutError("the standby does not catch up")
            time.sleep(0.05)
        return replace(database, host=self.server.host, port=self.server.port)


@contextmanager
def running_standby(primary: TestServer, settings: dict[str, str] | None = None) -> Iterator[Standby]:
    """`settings` are postgresql.conf parameters of the standby."""
    directory = Path(tempfile.mkdtemp(prefix="datavalut-test-standby-", dir="/tmp"))
    server = _StandbyServer(
        directory,
        free_port(),
        primary.superuser.password,
        {"fsync": "off", "shared_buffers": "64MB", **(settings or {})},
        primary=primary.superuser,
    )
    try:
        server.start()
        yield Standby(replace(primary.superuser, port=server.port), primary.superuser)
    finally:
        server.stop()
        shutil.rmtree(directory, ignore_errors=True)


@dataclass(frozen=True, kw_only=True)
class _StandbyServer(PostgresServer):
    primary: ConnectionParameters = field(repr=False)

    def _initialize(self) -> None:
        password_file = self.directory / f"password-{secrets.token_hex(4)}"
        password_file.touch(mode=0o600)
        password_file.write_text(f"*:*:*:*:{self.primary.password}\n")
        shutil.chown(password_file, self.directory.owner())
        source = f"host={self.primary.host} port={self.primary.port} user={self.primary.user} passfile={password_file}"
        self._run(
            "pg_basebackup",
            *("--wal-method=stream", "--checkpoint=fast", "--no-sync", "--write-recovery-conf"),
            *(f"--pgdata={self.data_directory}", f"--dbname={source}"),
        )
