"""The benchmark's PostgreSQL server: source and target on one, set up as an ordinary RDS instance is where it matters."""

import json
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import make_dsn

from bench import tpch
from datavalut.connections import ConnectionParameters
from local.postgres import PostgresServer, free_port

SOURCE_DATABASE = "tpch"
SOURCE_ROLE = "bench_source"
ADMIN_ROLE = "bench_admin"

# What is not here is PostgreSQL's default: synchronous_commit, full_page_writes, autovacuum and the parallel workers
# too. Checkpoints are far apart so that none falls into one of two measurements that are compared.
SETTINGS: Mapping[str, str] = {
    "wal_level": "replica",
    "fsync": "on",
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
    CREATEDB and CREATEROLE, no superuser. `superuser` is for what the benchmark itself looks up."""

    source: ConnectionParameters
    admin: ConnectionParameters
    superuser: ConnectionParameters
    scale: float


@contextmanager
def running_databases(scale: float, kept: Path | None) -> Iterator[BenchDatabases]:
    """A server that holds the data of this scale, stopped at the end.

    It is new, and its directory removed at the end, unless `kept` names a directory: that one stays, and its data are
    used again if they are of this scale.
    """
    directory = kept or Path(tempfile.mkdtemp(prefix="datavalut-bench-", dir="/tmp"))
    try:
        with _running_server(directory, scale) as databases:
            yield databases
    finally:
        if kept is None:
            shutil.rmtree(directory, ignore_errors=True)


@contextmanager
def _running_server(directory: Path, scale: float) -> Iterator[BenchDatabases]:
    port = free_port()
    passwords = _passwords(directory)
    databases = _databases(port, passwords, scale)
    if _recorded(directory) != _record(scale):
        _recorded_file(directory).unlink(missing_ok=True)
        generating = PostgresServer(directory, port, passwords["superuser"], _GENERATION_SETTINGS)
        try:
            generating.start()
            _make_source(databases, passwords)
        finally:
            generating.stop()
        os.sync()  # what was written without fsync
        _recorded_file(directory).write_text(json.dumps(_record(scale)), encoding="utf-8")
    server = PostgresServer(directory, port, passwords["superuser"], SETTINGS)
    try:
        server.start()
        yield databases
    finally:
        server.stop()


def execute(database: ConnectionParameters, *statements: sql.Composable | str) -> None:
    """Each statement on its own, in one session."""
    with closing(connect(database)) as connection, connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def query(database: ConnectionParameters, statement: sql.Composable | str) -> list[tuple[Any, ...]]:
    with closing(connect(database)) as connection, connection.cursor() as cursor:
        cursor.execute(statement)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def connect(database: ConnectionParameters) -> Any:
    """A plain session in autocommit mode."""
    connection = psycopg2.connect(make_dsn(**database.to_libpq()))
    connection.autocommit = True
    return connection


def _databases(port: int, passwords: Mapping[str, str], scale: float) -> BenchDatabases:
    superuser = ConnectionParameters(
        PostgresServer.host, port, "postgres", PostgresServer.superuser, passwords["superuser"]
    )
    return BenchDatabases(
        source=replace(superuser, database=SOURCE_DATABASE, user=SOURCE_ROLE, password=passwords["source"]),
        admin=replace(superuser, user=ADMIN_ROLE, password=passwords["admin"]),
        superuser=superuser,
        scale=scale,
    )


def _make_source(databases: BenchDatabases, passwords: Mapping[str, str]) -> None:
    source, role = sql.Identifier(SOURCE_DATABASE), sql.Identifier(SOURCE_ROLE)
    execute(databases.superuser, sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(source))
    _make_role(databases.superuser, ADMIN_ROLE, "CREATEDB CREATEROLE", passwords["admin"])
    _make_role(databases.superuser, SOURCE_ROLE, "", passwords["source"])
    execute(
        databases.superuser,
        sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(source),
        sql.SQL("REVOKE CONNECT ON DATABASE {} FROM PUBLIC").format(source),
        sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(source, role),
    )
    owner = replace(databases.superuser, database=SOURCE_DATABASE)
    tpch.generate(owner, databases.scale)
    execute(owner, sql.SQL("GRANT SELECT ON ALL TABLES IN SCHEMA public TO {}").format(role))


def _make_role(superuser: ConnectionParameters, name: str, rights: str, password: str) -> None:
    exists = query(superuser, sql.SQL("SELECT FROM pg_roles WHERE rolname = {}").format(sql.Literal(name)))
    execute(
        superuser,
        sql.SQL("{} ROLE {} LOGIN NOSUPERUSER {} PASSWORD {}").format(
            sql.SQL("ALTER" if exists else "CREATE"), sql.Identifier(name), sql.SQL(rights), sql.Literal(password)
        ),
    )


def _passwords(directory: Path) -> dict[str, str]:
    """Made once, and kept as long as the data."""
    directory.mkdir(parents=True, exist_ok=True)
    file = directory / "passwords.json"
    if not file.exists():
        file.touch(mode=0o600)
        made = {name: secrets.token_hex(16) for name in ("superuser", "admin", "source")}
        file.write_text(json.dumps(made), encoding="utf-8")
    passwords: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
    return passwords


def _record(scale: float) -> dict[str, float]:
    return {"scale": scale, "version": tpch.VERSION}


def _recorded_file(directory: Path) -> Path:
    return directory / "tpch.json"


def _recorded(directory: Path) -> dict[str, float] | None:
    """Of which scale the data are, if they were made to the end."""
    file = _recorded_file(directory)
    if not file.exists():
        return None
    recorded: dict[str, float] = json.loads(file.read_text(encoding="utf-8"))
    return recorded
