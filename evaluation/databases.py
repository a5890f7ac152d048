"""The databases that the prompts are about, on the embedded server: made for one run, and removed after it."""

import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import connection, make_dsn

from datavalut.catalog.model import Catalog
from datavalut.catalog.reader import read_catalog
from datavalut.connections import ConnectionParameters
from datavalut.planning.source import ColumnValues
from datavalut.transfer.addresses import ANY_ADDRESS
from datavalut.transfer.connect import connect
from datavalut.workflow.source_values import SourceValues
from local import sample_shop
from local.postgres import PostgresServer, free_port

_SCHEMAS = Path(__file__).with_name("schemas")


@dataclass(frozen=True)
class Database:
    """`session` may only read. Its `moment()` is `reference_time`, which the gold rows are defined by."""

    session: connection
    catalog: Catalog
    values: ColumnValues
    reference_time: datetime


@contextmanager
def running_server() -> Iterator[ConnectionParameters]:
    """As the superuser, in the database `postgres`."""
    directory = Path(tempfile.mkdtemp(prefix="datavalut-evaluation-", dir="/tmp"))
    password = secrets.token_hex(16)
    settings = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    server = PostgresServer(directory, free_port(), password, settings)
    try:
        server.start()
        yield ConnectionParameters(server.host, server.port, "postgres", server.superuser, password, {})
    finally:
        server.stop()
        shutil.rmtree(directory, ignore_errors=True)


@contextmanager
def made_database(server: ConnectionParameters, name: str) -> Iterator[Database]:
    with closing(psycopg2.connect(make_dsn(**server.to_libpq()))) as admin, admin.cursor() as cursor:
        admin.autocommit = True
        cursor.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
    parameters = replace(server, database=name)
    with closing(psycopg2.connect(make_dsn(**parameters.to_libpq()))) as owner, owner.cursor() as cursor:
        owner.autocommit = True
        if name == "shop":
            sample_shop.load(owner)
        else:
            cursor.execute((_SCHEMAS / f"{name}.sql").read_text(encoding="utf-8"))
        cursor.execute("SELECT now()")
        ((reference_time,),) = cursor.fetchall()
        moment = sql.Literal(f"SELECT timestamptz '{reference_time.isoformat()}'")
        cursor.execute(
            sql.SQL("CREATE FUNCTION moment() RETURNS timestamptz IMMUTABLE LANGUAGE sql AS {}").format(moment)
        )
        cursor.execute("ANALYZE")
    with closing(
        connect(parameters, application_name="evaluation", address_policy=ANY_ADDRESS, read_only=True)
    ) as session:
        catalog = read_catalog(session)
        yield Database(session, catalog, SourceValues(session, catalog), reference_time)
