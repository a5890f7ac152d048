"""What tests of a transfer make: sessions, and targets on the test server. Needs PostgreSQL."""

import secrets
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from psycopg2 import sql
from psycopg2.extensions import connection

from datavalut.catalog.model import Catalog, Table
from datavalut.catalog.reader import read_catalog
from datavalut.connections import ConnectionParameters
from datavalut.engine.copying import Subset
from datavalut.engine.in_process import build_filtered_database
from datavalut.engine.preparation import prepare_build
from datavalut.engine.worker import Unobserved, Worker
from datavalut.filters.model import FilterPlan
from datavalut.subset.plan import plan_subset
from datavalut.transfer.addresses import ANY_ADDRESS
from datavalut.transfer.archive import dump_schema, read_scripts
from datavalut.transfer.connect import connect
from datavalut.transfer.copy import CopiedRows, copy_chunk
from datavalut.transfer.snapshot import ExportedSnapshot
from datavalut.transfer.target import TargetNames, create_target, drop_target
from datavalut.transfer.verify import Verification
from tests.postgres_server import TestServer, execute


def open_source(parameters: ConnectionParameters, name: str = "tests") -> connection:
    return connect(parameters, application_name=name, address_policy=ANY_ADDRESS, read_only=True)


def open_target(parameters: ConnectionParameters, name: str = "tests") -> connection:
    return connect(parameters, application_name=name, address_policy=ANY_ADDRESS)


def catalog_of(parameters: ConnectionParameters) -> Catalog:
    with closing(open_source(parameters)) as session:
        return read_catalog(session)


@dataclass(frozen=True)
class MadeTarget:
    """`database` is the build database as the job's role."""

    names: TargetNames
    database: ConnectionParameters


@contextmanager
def made_target(server: TestServer, like: Catalog) -> Iterator[MadeTarget]:
    """An empty target, dropped at the end whatever its name is by then."""
    names = TargetNames(f"job_{secrets.token_hex(6)}")
    password = secrets.token_hex(8)
    with closing(open_target(server.admin)) as admin:
        create_target(admin, names, password, like, lambda: True)
        try:
            yield MadeTarget(
                names,
                replace(server.admin, database=names.build_database, user=names.role, password=password),
            )
        finally:
            drop_target(admin, names)


def whole_table(table: Table) -> sql.Composable:
    """The query for all rows of a table."""
    return sql.SQL("SELECT {} FROM {}{}").format(
        sql.SQL(", ").join(sql.Identifier(column.name) for column in table.stored_columns),
        sql.SQL("ONLY ") if table.inherited else sql.SQL(""),
        sql.Identifier(table.name.schema, table.name.name),
    )


def copy_whole_table(source: connection, target: connection, table: Table) -> CopiedRows:
    return copy_chunk(source, whole_table(table), target, table.name, table.stored_columns)


@contextmanager
def dumped_schema(source: ConnectionParameters) -> Iterator[Path]:
    """The archive of the source's schema."""
    with tempfile.TemporaryDirectory() as directory, ExportedSnapshot(open_source(source)) as snapshot:
        archive = Path(directory) / "schema.dump"
        dump_schema(source, snapshot.snapshot_id, archive, application_name="tests", address_policy=ANY_ADDRESS)
        yield archive


def build_whole(source: ConnectionParameters, target: ConnectionParameters, archive: Path) -> None:
    """Every row of the source, and the schema of the archive, into an empty database by one worker."""
    plan = plan_subset(catalog_of(source), FilterPlan())
    with closing(open_target(target)) as session:
        prepare_build(session, read_scripts(archive), plan)
        Worker(
            session,
            Subset.of(plan, datetime.now(UTC)),
            lambda sessions: sessions.enter_context(closing(open_source(source))),
            lambda reader: None,
            Unobserved(),
            workers=1,
        ).run()


@dataclass(frozen=True)
class WholeCopy:
    """`database` is the finished one as its own role."""

    database: ConnectionParameters
    verification: Verification


@contextmanager
def copied_whole(server: TestServer, source: ConnectionParameters) -> Iterator[WholeCopy]:
    """Every row of a database through all that a build does, dropped at the end."""
    name = f"whole_{secrets.token_hex(6)}"
    built = build_filtered_database(
        source, server.admin, FilterPlan(), reference_time=datetime.now(UTC), database_name=name
    )
    try:
        yield WholeCopy(built.connection, built.verification)
    finally:
        server.drop_database(built.connection)
        execute(server.superuser, f"DROP ROLE {built.connection.user}")
