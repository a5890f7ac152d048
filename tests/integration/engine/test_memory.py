"""What a worker holds at a time. Needs PostgreSQL (the fixture starts it)."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from datavalut.connections import ConnectionParameters
from tests.postgres_server import TestServer, execute, query
from tests.tls_server import encrypted_server, self_signed

MakeDatabase = Callable[..., ConnectionParameters]
MEGABYTE = 2**20
PROGRAM = Path(__file__).with_name("memory_of_a_build.py")
PROJECT = Path(__file__).parents[3]

LONG_ROW = f"""
    CREATE TABLE t (id int PRIMARY KEY, value bytea); ALTER TABLE t ALTER value SET STORAGE EXTERNAL;
    INSERT INTO t VALUES (1, convert_to(repeat('x', 220 * {MEGABYTE}), 'UTF8')), (2, 'y');
"""
MANY_ROWS = """
    CREATE TABLE t (id int PRIMARY KEY, value text);
    INSERT INTO t SELECT g, repeat('x', 400) FROM generate_series(1, 500000) AS g;
"""


def memory_of_a_build(server: TestServer, source: ConnectionParameters) -> int:
    """The most that the building process took. What it built is the same as the source."""
    built = replace(source, database=f"{source.database}_built")
    admin = replace(server.admin, options=source.options)
    try:
        completed = subprocess.run(
            [sys.executable, PROGRAM],
            input=f"{source.to_url()}\n{admin.to_url()}\n",
            capture_output=True,
            text=True,
            check=True,
            cwd=PROJECT,
            env={"PYTHONPATH": str(PROJECT)},
        )
        sums = "SELECT count(*), sum(hashtext(md5(value))) FROM t"
        assert query(built, sums) == query(source, sums)
    finally:
        server.drop_database(built)
        execute(replace(server.superuser, options=source.options), _DROP_ROLES)
    return int(completed.stdout)


@pytest.mark.parametrize("statements", [LONG_ROW, MANY_ROWS], ids=["a row of 220 MiB", "half a million rows"])
def test_a_build_takes_less_than_200_mib_whatever_the_table_or_the_rows(
    make_database: MakeDatabase, postgres: TestServer, statements: str
) -> None:
    assert memory_of_a_build(postgres, make_database(statements)) < 200 * MEGABYTE


def test_so_it_does_through_encryption() -> None:
    with encrypted_server(self_signed()) as server:
        source = replace(server.make_database(), options={"sslmode": "require"})
        execute(source, LONG_ROW)
        assert memory_of_a_build(server, source) < 200 * MEGABYTE


_DROP_ROLES = """
DO $$ DECLARE made text; BEGIN
    FOR made IN SELECT rolname FROM pg_roles WHERE rolname LIKE 'filtered\\_%'
        AND NOT EXISTS (SELECT FROM pg_database WHERE datdba = pg_roles.oid)
    LOOP EXECUTE format('DROP ROLE %I', made); END LOOP;
END $$
"""
