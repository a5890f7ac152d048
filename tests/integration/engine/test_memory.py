"""What a worker holds at a time. Needs PostgreSQL (the fixture starts it)."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from datavalut.connections import ConnectionParameters
from tests.postgres_server import TestServer, execute, query

MakeDatabase = Callable[..., ConnectionParameters]
MEGABYTE = 2**20
PROGRAM = Path(__file__).with_name("memory_of_a_build.py")
PROJECT = Path(__file__).parents[3]

SOURCES = {
    "rows of 70 MB": f"""
        CREATE TABLE t (id int PRIMARY KEY, value bytea); ALTER TABLE t ALTER value SET STORAGE EXTERNAL;
        INSERT INTO t SELECT g, convert_to(repeat('x', 70 * {MEGABYTE}), 'UTF8') FROM generate_series(1, 2) AS g;
    """,
    "half a million rows": """
        CREATE TABLE t (id int PRIMARY KEY, value text);
        INSERT INTO t SELECT g, repeat('x', 400) FROM generate_series(1, 500000) AS g;
    """,
}


@pytest.mark.parametrize("source", SOURCES)
def test_a_build_takes_less_than_200_mib_whatever_the_table_or_the_rows(
    make_database: MakeDatabase, postgres: TestServer, source: str
) -> None:
    database = make_database(SOURCES[source])
    built = replace(database, database=f"{database.database}_built")
    try:
        completed = subprocess.run(
            [sys.executable, PROGRAM],
            input=f"{database.to_url()}\n{postgres.admin.to_url()}\n",
            capture_output=True,
            text=True,
            check=True,
            cwd=PROJECT,
            env={"PYTHONPATH": str(PROJECT)},
        )
        assert query(built, "SELECT count(*) FROM t") == query(database, "SELECT count(*) FROM t")
    finally:
        postgres.drop_database(built)
        execute(postgres.superuser, _DROP_ROLES)
    assert int(completed.stdout) < 200 * MEGABYTE


_DROP_ROLES = """
DO $$ DECLARE made text; BEGIN
    FOR made IN SELECT rolname FROM pg_roles WHERE rolname LIKE 'filtered\\_%'
        AND NOT EXISTS (SELECT FROM pg_database WHERE datdba = pg_roles.oid)
    LOOP EXECUTE format('DROP ROLE %I', made); END LOOP;
END $$
"""
