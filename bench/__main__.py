"""`make bench`: how fast rows are copied, against PostgreSQL's own psql piped into psql, on this machine."""

import os
import secrets
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import make_dsn

from datavalut.catalog.reader import read_catalog
from datavalut.connections import ConnectionParameters
from datavalut.transfer.addresses import ANY_ADDRESS
from datavalut.transfer.connect import connect
from datavalut.transfer.copy import copy_rows
from datavalut.transfer.tools import postgres_tool
from local.postgres import PostgresServer, free_port

ROWS = int(os.environ.get("DATAVALUT_BENCH_ROWS", "1500000"))
ROUNDS = int(os.environ.get("DATAVALUT_BENCH_ROUNDS", "5"))
TABLE = """
CREATE TABLE events (id bigint, customer_id integer, amount numeric(10, 2), happened_at timestamptz, note text);
INSERT INTO events
    SELECT n, n % 100000, (n % 10000) / 100.0, timestamptz '2026-01-01' + n * interval '1 second', 'note ' || n
    FROM generate_series(1, {rows}) AS n;
VACUUM (ANALYZE) events;
"""


def run_sql(parameters: ConnectionParameters, *statements: str) -> None:
    with closing(psycopg2.connect(make_dsn(**parameters.to_libpq()))) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        for statement in statements:
            cursor.execute(statement)


def seconds_of(work: Callable[[], None], before: Callable[[], None]) -> float:
    before()
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def copy_by_datavalut(source: ConnectionParameters, target: ConnectionParameters) -> None:
    with (
        closing(connect(source, application_name="bench", address_policy=ANY_ADDRESS, read_only=True)) as reader,
        closing(connect(target, application_name="bench", address_policy=ANY_ADDRESS)) as writer,
    ):
        (table,) = read_catalog(reader).tables
        with writer.cursor() as cursor:
            cursor.execute("BEGIN")
        copied = copy_rows(reader, sql.SQL("SELECT * FROM events"), writer, table.name, table.stored_columns)
        with writer.cursor() as cursor:
            cursor.execute("COMMIT")
    if copied.rows != ROWS:
        raise RuntimeError(f"{copied.rows} of {ROWS} rows were copied")


def copy_by_psql(source: ConnectionParameters, target: ConnectionParameters) -> None:
    psql = [str(postgres_tool("psql")), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", source.host, "-p", str(source.port)]
    environment = {"PGPASSWORD": source.password, "PGUSER": source.user, "PGOPTIONS": "-c synchronous_commit=off"}
    read = subprocess.Popen(
        [*psql, "-d", source.database, "-c", "COPY (SELECT * FROM events) TO STDOUT (FORMAT binary)"],
        env=environment,
        stdout=subprocess.PIPE,
    )
    subprocess.run(
        [*psql, "-d", target.database, "-c", "COPY events FROM STDIN (FORMAT binary)"],
        env=environment,
        stdin=read.stdout,
        check=True,
    )
    if read.wait() != 0:
        raise RuntimeError("psql could not read the source")


def main() -> int:
    directory = Path(tempfile.mkdtemp(prefix="datavalut-bench-", dir="/tmp"))
    password = secrets.token_hex(16)
    server = PostgresServer(directory, free_port(), password, {"fsync": "off", "max_wal_size": "4GB"})
    try:
        server.start()
        admin = ConnectionParameters(server.host, server.port, "postgres", server.superuser, password)
        source = ConnectionParameters(server.host, server.port, "source", server.superuser, password)
        target = ConnectionParameters(server.host, server.port, "target", server.superuser, password)
        run_sql(admin, "CREATE DATABASE source", "CREATE DATABASE target")
        run_sql(source, *(part for part in TABLE.format(rows=ROWS).split(";") if part.strip()))
        run_sql(target, TABLE.split(";", maxsplit=1)[0])

        def empty_target() -> None:
            run_sql(target, "TRUNCATE events", "CHECKPOINT")

        ratios = []
        for number in range(ROUNDS + 1):
            ours = seconds_of(lambda: copy_by_datavalut(source, target), empty_target)
            theirs = seconds_of(lambda: copy_by_psql(source, target), empty_target)
            if number:  # the first round fills the caches
                ratios.append(ours / theirs)
                print(f"round {number}: DataValut {ours:.2f} s, psql | psql {theirs:.2f} s, ratio {ours / theirs:.2f}")
        print(f"copying {ROWS:,} rows: {statistics.median(ratios):.2f} of psql's time (median of {ROUNDS} rounds)")
    finally:
        server.stop()
        shutil.rmtree(directory, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
