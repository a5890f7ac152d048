"""What the embedded PostgreSQL server holds for the local stack: the admin of the deployment, and the sample shop."""

import json
import os
import secrets
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg2
import psycopg2.errors
from psycopg2 import sql

from local import sample_shop
from local.errors import LocalStackError
from local.ports import require_free
from local.postgres import PostgresServer, PostgresServerError
from local.settings import HOST, LocalSettings

ADMIN = "datavalut_admin"
SAMPLE = "sample_shop"
SAMPLE_ROLE = "shop"


@dataclass(frozen=True)
class Passwords:
    """Made once and kept as long as the data."""

    superuser: str = field(default_factory=lambda: secrets.token_hex(16), repr=False)
    admin: str = field(default_factory=lambda: secrets.token_hex(16), repr=False)
    sample: str = field(default_factory=lambda: secrets.token_hex(8), repr=False)

    @classmethod
    def in_file(cls, file: Path) -> "Passwords":
        if file.exists():
            return cls(**json.loads(file.read_text(encoding="utf-8")))
        passwords = cls()
        file.touch(mode=0o600)
        file.write_text(json.dumps(asdict(passwords)), encoding="utf-8")
        return passwords


@dataclass(frozen=True)
class Databases:
    settings: LocalSettings

    @property
    def passwords(self) -> Passwords:
        return Passwords.in_file(self.settings.postgres_directory / "passwords.json")

    @property
    def server(self) -> PostgresServer:
        return self._server(self.passwords.superuser)

    def is_running(self) -> bool:
        return self._server("").is_running()

    def _server(self, superuser_password: str) -> PostgresServer:
        return PostgresServer(
            self.settings.postgres_directory,
            self.settings.postgres_port,
            superuser_password,
            {"max_connections": "200", "shared_buffers": "256MB", "max_wal_size": "2GB"},
        )

    @property
    def sample_url(self) -> str:
        password = quote(self.passwords.sample, safe="")
        return f"postgresql://{SAMPLE_ROLE}:{password}@{HOST}:{self.settings.postgres_port}/{SAMPLE}"

    @property
    def admin_connection(self) -> str:
        """JSON in the shape of RDS's secrets."""
        connection = {
            "host": HOST,
            "port": self.settings.postgres_port,
            "username": ADMIN,
            "password": self.passwords.admin,
            "dbname": "postgres",
        }
        return json.dumps(connection)

    def start(self) -> bool:
        """Starts the server if it does not run. Whether it did. Raises LocalStackError."""
        directory = self.settings.postgres_directory
        if self.is_running():
            return False
        require_free(self.settings.postgres_port, "PostgreSQL", "DATAVALUT_POSTGRES_PORT")
        _require_ours(directory)
        server = self.server
        try:
            server.start()
        except PostgresServerError as error:
            if "No space left on device" in str(error):
                raise LocalStackError(f"the disk of {directory} is full", str(error)) from error
            raise LocalStackError(f"PostgreSQL does not start; see {server.log_file}", str(error)) from error
        return True

    def stop(self) -> bool:
        """Whether the server ran."""
        server = self._server("")
        if not server.is_running():
            return False
        server.stop()
        return True

    def fill(self) -> None:
        """Makes the roles and the sample shop, where they are missing. Raises LocalStackError."""
        try:
            self._fill()
        except psycopg2.errors.DiskFull as error:
            raise LocalStackError(f"the disk of {self.settings.postgres_directory} is full", str(error)) from error
        except psycopg2.Error as error:
            raise LocalStackError("the sample database could not be loaded", str(error)) from error

    def _fill(self) -> None:
        with closing(self._connect("postgres")) as connection, connection.cursor() as cursor:
            self._make_role(cursor, ADMIN, "CREATEDB CREATEROLE", self.passwords.admin)
            self._make_role(cursor, SAMPLE_ROLE, "", self.passwords.sample)
            cursor.execute("SELECT FROM pg_database WHERE datname = %s", [SAMPLE])
            if cursor.rowcount == 0:
                create = sql.SQL("CREATE DATABASE {} OWNER {}")
                cursor.execute(create.format(sql.Identifier(SAMPLE), sql.Identifier(SAMPLE_ROLE)))
            # By default every role may connect to every database; a job's role is to reach its own only.
            cursor.execute(f"REVOKE CONNECT ON DATABASE postgres, template1, {SAMPLE} FROM PUBLIC")
            cursor.execute(f"GRANT CONNECT ON DATABASE postgres TO {ADMIN}")
        with closing(psycopg2.connect(self.sample_url)) as connection:
            sample_shop.load(connection)

    def remove_half_made(self) -> None:
        """What jobs of an earlier emulator left behind when it was stopped: it no longer knows them."""
        with closing(self._connect("postgres")) as connection, connection.cursor() as cursor:
            cursor.execute(r"SELECT datname FROM pg_database WHERE datname LIKE 'datavalut\_build\_%'")
            for (name,) in cursor.fetchall():
                cursor.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
            cursor.execute(
                r"SELECT rolname FROM pg_roles WHERE rolname ~ '^filtered_[0-9a-f]{12}$'"
                " AND NOT EXISTS (SELECT FROM pg_shdepend WHERE refclassid = 'pg_authid'::regclass AND refobjid ="
                " pg_roles.oid)"
            )
            for (name,) in cursor.fetchall():
                cursor.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))

    def _connect(self, database: str) -> Any:
        connection = psycopg2.connect(
            host=HOST,
            port=self.settings.postgres_port,
            dbname=database,
            user=PostgresServer.superuser,
            password=self.passwords.superuser,
        )
        connection.autocommit = True
        return connection

    @staticmethod
    def _make_role(cursor: Any, name: str, rights: str, password: str) -> None:
        cursor.execute("SELECT FROM pg_roles WHERE rolname = %s", [name])
        verb = "ALTER" if cursor.rowcount else "CREATE"
        statement = sql.SQL("{} ROLE {} LOGIN NOSUPERUSER {} PASSWORD {}")
        cursor.execute(
            statement.format(sql.SQL(verb), sql.Identifier(name), sql.SQL(rights), sql.Literal(password)),
        )


def _require_ours(directory: Path) -> None:
    """A folder below /var/tmp could have been put there by someone else."""
    if directory.is_symlink():
        raise LocalStackError(f"{directory} is a link: remove it")
    if not directory.exists():
        directory.mkdir(parents=True, mode=0o700)
        return
    if os.geteuid() == 0 and directory.stat().st_uid >= 1000 and directory.stat().st_uid != 65534:
        raise LocalStackError(f"{directory} belongs to another user: remove it")
