"""The PostgreSQL server of the tests: started on first use, its directory removed at the end of the session.

Needs nothing installed but the project's own requirements. Other versions than theirs are tested with where they are:

DATAVALUT_TEST_SOURCE_BIN    a directory with initdb, pg_ctl and postgres, of the sources that databases are built from
DATAVALUT_TEST_POSTGRES_BIN  the same of the server of all else, which is the target's
"""

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import make_dsn

from datavalut.connections import ConnectionParameters
from local.postgres import PostgresServer, free_port


def open_connection(parameters: ConnectionParameters, *, autocommit: bool = True) -> Any:
    """A plain psycopg2 connection, for what a test itself wants to do in a database."""
    connection = psycopg2.connect(make_dsn(**parameters.to_libpq()))
    connection.autocommit = autocommit
    return connection


def execute(parameters: ConnectionParameters, statements: str) -> None:
    """Runs SQL: several statements as one transaction."""
    with closing(open_connection(parameters)) as connection, connection.cursor() as cursor:
        cursor.execute(statements)


def query(parameters: ConnectionParameters, statement: str) -> list[tuple[Any, ...]]:
    """The rows of one query."""
    with closing(open_connection(parameters)) as connection, connection.cursor() as cursor:
        cursor.execute(statement)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


@dataclass(frozen=True)
class TestServer:
    """`superuser` owns every source database; `admin` is what a deployment has on its target server: CREATEDB and
    CREATEROLE, no superuser, as on RDS. Both are connections to the database `postgres`."""

    __test__ = False

    superuser: ConnectionParameters
    admin: ConnectionParameters

    @property
    def version(self) -> int:
        """The major one."""
        with closing(open_connection(self.superuser)) as connection:
            return int(connection.server_version // 10000)

    def make_database(self, statements: str = "", *, name: str | None = None) -> ConnectionParameters:
        """A new database (of a random name if none is given) after running the statements; as the superuser."""
        database = name or f"test_{secrets.token_hex(6)}"
        with closing(open_connection(self.superuser)) as connection, connection.cursor() as cursor:
            cursor.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(database)))
        parameters = replace(self.superuser, database=database)
        if statements:
            execute(parameters, statements)
        return parameters

    def drop_database(self, parameters: ConnectionParameters) -> None:
        with closing(open_connection(self.superuser)) as connection, connection.cursor() as cursor:
            force = sql.SQL(" WITH (FORCE)" if connection.server_version >= 130000 else "")
            drop = sql.SQL("DROP DATABASE IF EXISTS {}{}")
            cursor.execute(drop.format(sql.Identifier(parameters.database), force))


def other_programs(variable: str) -> Path | None:
    """The directory that an environment variable names, if it does."""
    directory = os.environ.get(variable)
    return Path(directory) if directory else None


@contextmanager
def running_server(programs: Path | None = None) -> Iterator[TestServer]:
    """Of the embedded version, or of the one whose programs are in that directory."""
    # What every version knows, with the letters of all languages.
    other: dict[str, Any] = {} if programs is None else {"programs": programs, "locale": ("--locale=C.UTF-8",)}
    directory = Path(tempfile.mkdtemp(prefix="datavalut-test-postgres-", dir="/tmp"))
    password, admin_password = secrets.token_hex(16), secrets.token_hex(16)
    server = PostgresServer(
        directory,
        free_port(),
        password,
        {
            "fsync": "off",
            "full_page_writes": "off",
            "synchronous_commit": "off",
            "shared_buffers": "64MB",
            "max_connections": "100",
            "autovacuum": "off",  # statistics change only when a test says so
        },
        **other,
    )
    try:
        server.start()
        superuser = ConnectionParameters(server.host, server.port, "postgres", server.superuser, password, {})
        execute(
            superuser,
            f"CREATE ROLE datavalut_admin LOGIN CREATEDB CREATEROLE NOSUPERUSER PASSWORD '{admin_password}'",
        )
        yield TestServer(superuser, replace(superuser, user="datavalut_admin", password=admin_password))
    finally:
        server.stop()
        shutil.rmtree(directory, ignore_errors=True)
