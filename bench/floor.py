"""The floor: what is left for a good engineer to do with PostgreSQL's own programs, and no tuning.

Schema by pg_dump and psql; each table by a query of its own from psql to psql, two tables at a time; then indexes and
keys by pg_restore.
"""

import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from bench.measure import Built
from bench.server import BenchDatabases
from bench.tasks import Task
from bench.tools import PG_DUMP, PG_RESTORE, PSQL, logged_in, pipe, run

TABLES_AT_ONCE = 2
UNOWNED = ("--no-owner", "--no-privileges")


class Floor:
    name = "floor"

    def can(self, task: Task) -> bool:
        return True

    def build(self, databases: BenchDatabases, task: Task, database_name: str) -> Built:
        admin = logged_in(databases.admin)
        source = logged_in(databases.source)
        target = logged_in(replace(databases.admin, database=database_name))
        began = time.perf_counter()
        run([*PSQL, "-c", f"CREATE DATABASE {database_name}"], admin)
        pipe([PG_DUMP, "--section=pre-data", *UNOWNED], source, [*PSQL], target)
        with ThreadPoolExecutor(TABLES_AT_ONCE) as pool:
            copies = [
                pool.submit(
                    pipe,
                    [*PSQL, "-c", f"COPY ({query}) TO STDOUT"],
                    source,
                    [*PSQL, "-c", f"COPY {table} FROM STDIN"],
                    target,
                )
                for table, query in task.queries.items()
            ]
            for copy in copies:
                copy.result()
        with tempfile.TemporaryDirectory() as folder:
            dump = str(Path(folder) / "post-data")
            run([PG_DUMP, "-Fc", "--section=post-data", *UNOWNED, "-f", dump], source)
            run([PG_RESTORE, "--section=post-data", *UNOWNED, "-j2", "-d", database_name, dump], target)
        return Built(time.perf_counter() - began)
