"""What tests of a transfer make: sessions, and targets on the test server. Needs PostgreSQL."""

import secrets
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from psycopg2 import sql
from psycopg2.extensions import connection

from datavalut.catalog.model import Catalog, Table
from datavalut.catalog.reader import read_catalog
from datavalut.connections import ConnectionParameters
from datavalut.transfer.connect import ANY_ADDRESS, connect
from datavalut.transfer.copy import CopiedRows, copy_chunk
from datavalut.transfer.ledger import copied_tables, create_ledger, drop_ledger
from datavalut.transfer.schema import dump_schema, restore_post_data, restore_pre_data
from datavalut.transfer.sequences import read_sequences, set_sequences
from datavalut.transfer.snapshot import ExportedSnapshot, import_snapshot
from datavalut.transfer.target import TargetNames, create_target, drop_target
from datavalut.transfer.verify import Verification, verify_target
from tests.postgres_server import TestServer


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


@dataclass(frozen=True)
class WholeCopy:
    database: ConnectionParameters
    verification: Verification


@contextmanager
def copied_whole(server: TestServer, source: ConnectionParameters) -> Iterator[WholeCopy]:
    """Every row of a database through all steps of a transfer, verified, not published."""
    with ExitStack() as stack:
        archive = stack.enter_context(dumped_schema(source))
        reading = stack.enter_context(closing(open_source(source)))
        keeper = stack.enter_context(ExportedSnapshot(open_source(source)))
        import_snapshot(reading, keeper.snapshot_id)
        catalog = read_catalog(reading)
        made = stack.enter_context(made_target(server, catalog))
        with closing(open_target(made.database)) as restoring:
            create_ledger(restoring)
            restore_pre_data(restoring, archive)
        with closing(open_target(made.database)) as writing:
            for table in catalog.tables:
                copy_whole_table(reading, writing, table)
        with closing(open_target(made.database)) as finishing:
            restore_post_data(finishing, archive)
            set_sequences(finishing, read_sequences(reading))
            sent = {copied.table: copied.rows for copied in copied_tables(finishing)}
            verification = verify_target(finishing, catalog, sent)
            drop_ledger(finishing)
        yield WholeCopy(made.database, verification)
