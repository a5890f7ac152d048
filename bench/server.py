"""The benchmark's PostgreSQL server: source and target on one, set up as an ordinary RDS instance where it matters.

Its directory is laid out as the local stack's, so that the stack, when it is started there, finds the server running
and uses it: one server for all that is compared.
"""

import json
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import make_dsn

from bench import tpch
from datavalut.connections import ConnectionParameters
from local.databases import Databases
from local.postgres import PostgresServer, free_port
from local.settings import LocalSettings

SOURCE_DATABASE = "tpch"
SOURCE_ROLE = "bench_source"
# Not that of the local stack, whose sweep drops what its admin has made for no job of the stack.
ADMIN_ROLE = "bench_admin"

# What is not here is PostgreSQL's default: full_page_writes, autovacuum and the parallel workers too. Checkpoints are
# far apart so that none falls into one of two measurements that are compared.
SETTINGS: Mapping[str, str] = {
    "wal_level": "replica",
    "fsync": "on",
    "synchronous_commit": "on",
    "shared_buffers": "1GB",
    "maintenance_work_mem": "64MB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "30min",
}
# Nothing is measured while the data are made.
_GENERATION_SETTINGS: Mapping[str, str] = {
    **SETTINGS,
    "fsync": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
}


@dataclass(frozen=True)
class BenchDatabases:
    """`source` may only select; `admin`, connected to `postgres`, is what a deployment has on its target server:
    CREATEDB and CREATEROLE, no superuser. `superuser` is for what the benchmark itself looks up. `settings` are those
    with which the local stack uses this server."""

    source: ConnectionParameters
    admin: ConnectionParameters
    superuser: ConnectionParameters
    scale: float
    settings: LocalSettings


@contextmanager
def running_databases(scale: float, kept: Path | None) -> Iterator[BenchDatabases]:
    """A server that holds the data of this scale, stopped at the end.

    It is new, and its directory removed at the end, unless `kept` names a directory: that one stays, and its data are
    used again if they are of this scale, else replaced.
    """
    with _directory(kept) as directory:
        settings = LocalSettings(free_port(), free_port(), free_port(), directory)
        try:
            with _running_server(settings, scale) as databases:
                yield databases
        finally:
            if kept is None:
                shutil.rmtree(settings.postgres_directory, ignore_errors=True)


@contextmanager
def _directory(kept: Path | None) -> Iterator[Path]:
    if kept is not None:
        kept.mkdir(parents=True, exist_ok=True)
        yield kept.absolute()
        return
    directory = Path(tempfile.mkdtemp(prefix="datavalut-bench-", dir="/tmp"))
    directory.chmod(0o755)  # as root, the server runs as an account that must get in
    try:
        yield directory / "stack"
    finally:
        shutil.rmtree(directory, ignore_errors=True)


@contextmanager
def _running_server(settings: LocalSettings, scale: float) -> Iterator[BenchDatabases]:
    directory, port = settings.postgres_directory, settings.postgres_port
    directory.mkdir(parents=True, exist_ok=True)
    passwords = Databases(settings).passwords
    record = _Record.in_directory(directory)
    superuser = ConnectionParameters(
        PostgresServer.host, port, "postgres", PostgresServer.superuser, passwords.superuser
    )
    databases = BenchDatabases(
        source=replace(superuser, database=SOURCE_DATABASE, user=SOURCE_ROLE, password=record.source_password),
        admin=replace(superuser, user=ADMIN_ROLE, password=passwords.admin),
        superuser=superuser,
        scale=scale,
        settings=settings,
    )
    if (record.scale, record.version) != (scale, tpch.VERSION):
        replace(record, scale=None).write(directory)
        generating = PostgresServer(directory, port, passwords.superuser, _GENERATION_SETTINGS)
        try:
            generating.start()
            _make_role(databases, databases.source, "")
            _make_source(databases)
        finally:
            generating.stop()
        os.sync()  # what was written without fsync
        replace(record, scale=scale, version=tpch.VERSION).write(directory)
    server = PostgresServer(directory, port, passwords.superuser, SETTINGS)
    try:
        server.start()
        _make_role(databases, databases.admin, "CREATEDB CREATEROLE")
        # The local stack takes it from everybody else.
        execute(
            databases.superuser,
            sql.SQL("GRANT CONNECT ON DATABASE postgres TO {}").format(sql.Identifier(databases.admin.user)),
        )
        yield databases
    finally:
        server.stop()


def execute(database: ConnectionParameters, *statements: sql.Composable | str) -> None:
    """Each statement on its own, in one session."""
    with closing(_connect(database)) as connection, connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def query(database: ConnectionParameters, statement: sql.Composable | str) -> list[tuple[Any, ...]]:
    with closing(_connect(database)) as connection, connection.cursor() as cursor:
        cursor.execute(statement)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def _connect(database: ConnectionParameters) -> Any:
    connection = psycopg2.connect(make_dsn(**database.to_libpq()))
    connection.autocommit = True
    return connection


def _make_role(databases: BenchDatabases, role: ConnectionParameters, rights: str) -> None:
    known = query(
        databases.superuser, sql.SQL("SELECT FROM pg_roles WHERE rolname = {}").format(sql.Literal(role.user))
    )
    statement = sql.SQL("{} ROLE {} LOGIN NOSUPERUSER {} PASSWORD {}").format(
        sql.SQL("ALTER" if known else "CREATE"), sql.Identifier(role.user), sql.SQL(rights), sql.Literal(role.password)
    )
    execute(databases.superuser, statement)


def _make_source(databases: BenchDatabases) -> None:
    database, role = sql.Identifier(SOURCE_DATABASE), sql.Identifier(SOURCE_ROLE)
    execute(
        databases.superuser,
        sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(database),
        sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(database),
        sql.SQL("REVOKE CONNECT ON DATABASE {} FROM PUBLIC").format(database),
        sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, role),
    )
    owner = replace(databases.superuser, database=SOURCE_DATABASE)
    tpch.generate(owner, databases.scale)
    execute(owner, sql.SQL("GRANT SELECT ON ALL TABLES IN SCHEMA public TO {}").format(role))


@dataclass(frozen=True)
class _Record:
    """What is known of a kept directory: of which scale its data are, if they were made to the end."""

    source_password: str
    scale: float | None = None
    version: int = tpch.VERSION

    @classmethod
    def in_directory(cls, directory: Path) -> "_Record":
        file = cls._file(directory)
        if file.exists():
            return cls(**json.loads(file.read_text(encoding="utf-8")))
        return cls(source_password=secrets.token_hex(16))

    def write(self, directory: Path) -> None:
        file = self._file(directory)
        file.touch(mode=0o600)
        file.write_text(json.dumps(asdict(self)), encoding="utf-8")

    @staticmethod
    def _file(directory: Path) -> Path:
        return directory / "bench.json"
