"""What users would take instead, where it is installed."""

import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from bench.floor import UNOWNED
from bench.measure import Built, Contender, RivalFailed
from bench.server import BenchDatabases
from bench.tasks import Task
from bench.tools import PG_DUMP, PG_RESTORE, PSQL, ProgramFailed, logged_in, program_environment, run

JOBS = 2


def installed_rivals() -> Sequence[Contender]:
    rivals: list[Contender] = [DumpAndRestore()]
    pgcopydb, condenser = shutil.which("pgcopydb"), shutil.which("subset")
    if pgcopydb is not None:
        rivals.append(Pgcopydb(pgcopydb))
    if condenser is not None and _is_condenser(condenser):
        rivals.append(Condenser(condenser))
    return rivals


class DumpAndRestore:
    """In the directory format, since pg_restore cannot load by two jobs from a pipe, and without compression, which
    would take most of the time."""

    name = "pg_dump, pg_restore -j2"

    def can(self, task: Task) -> bool:
        return task.condition is None

    def build(self, databases: BenchDatabases, task: Task, database_name: str) -> Built:
        target = logged_in(replace(databases.admin, database=database_name))
        with tempfile.TemporaryDirectory(prefix="datavalut-bench-") as folder:
            dump = str(Path(folder) / "dump")
            began = time.perf_counter()
            _create(databases, database_name)
            _run([PG_DUMP, "-Fd", f"-j{JOBS}", "-Z0", *UNOWNED, "-f", dump], logged_in(databases.source))
            _run([PG_RESTORE, f"-j{JOBS}", *UNOWNED, "-d", database_name, dump], target)
            return Built(time.perf_counter() - began)


class Pgcopydb:
    name = "pgcopydb"

    def __init__(self, program: str) -> None:
        self._program = program

    def can(self, task: Task) -> bool:
        return task.condition is None

    def build(self, databases: BenchDatabases, task: Task, database_name: str) -> Built:
        environment = {
            **program_environment(),
            "PGCOPYDB_SOURCE_PGURI": databases.source.to_url(),
            "PGCOPYDB_TARGET_PGURI": replace(databases.admin, database=database_name).to_url(),
        }
        with tempfile.TemporaryDirectory(prefix="datavalut-bench-") as folder:
            began = time.perf_counter()
            _create(databases, database_name)
            _run(
                [
                    *(self._program, "clone", *UNOWNED[:1], "--no-acl", "--skip-large-objects"),
                    *("--table-jobs", str(JOBS), "--index-jobs", str(JOBS), "--dir", str(Path(folder) / "work")),
                ],
                environment,
            )
            return Built(time.perf_counter() - began)


class Condenser:
    """db-condenser, whose program is called `subset`."""

    name = "db-condenser"

    def __init__(self, program: str) -> None:
        self._program = program

    def can(self, task: Task) -> bool:
        return task.condition is not None

    def build(self, databases: BenchDatabases, task: Task, database_name: str) -> Built:
        target = replace(databases.admin, database=database_name)
        configuration = {
            "db_type": "postgres",
            "initial_targets": [{"table": "public.customer", "where": task.condition}],
            "keep_disconnected_tables": True,
            "parallel_read_workers": JOBS,
            **{
                f"{end}_db_connection_info": {
                    "user_name": database.user,
                    "host": database.host,
                    "db_name": database.database,
                    "port": database.port,
                    "password": f"${{{end.upper()}_PASSWORD}}",
                }
                for end, database in (("source", databases.source), ("destination", target))
            },
        }
        environment = {
            **program_environment(),
            "SOURCE_PASSWORD": databases.source.password,
            "DESTINATION_PASSWORD": target.password,
        }
        with tempfile.TemporaryDirectory(prefix="datavalut-bench-") as folder:
            (Path(folder) / "config.json").write_text(json.dumps(configuration), encoding="utf-8")
            began = time.perf_counter()
            _create(databases, database_name)
            _run([self._program, "-y", "--config", "config.json"], environment, directory=Path(folder))
            return Built(time.perf_counter() - began)


def _create(databases: BenchDatabases, name: str) -> None:
    _run([*PSQL, "-c", f"CREATE DATABASE {name}"], logged_in(databases.admin))


def _run(arguments: Sequence[str], environment: Mapping[str, str], *, directory: Path | None = None) -> None:
    try:
        run(arguments, environment, directory=directory)
    except ProgramFailed as error:
        raise RivalFailed(str(error)) from error


def _is_condenser(program: str) -> bool:
    completed = subprocess.run([program, "--help"], capture_output=True, text=True, check=False)
    return "Database Condenser" in completed.stdout
