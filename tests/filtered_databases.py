"""A filtered database from end to end, between two real ones. Needs PostgreSQL."""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass

import pytest
from psycopg2 import sql

from datavalut.catalog.model import TableName
from datavalut.connections import ConnectionParameters
from datavalut.engine import copying, cutting, keys
from datavalut.engine.in_process import build_filtered_database
from datavalut.engine.root_proofs import Proof
from datavalut.filters.model import FilterPlan
from tests.postgres_server import TestServer, open_connection
from tests.subset_examples import NOW


@dataclass(frozen=True)
class FilteredDatabase:
    """`database` is the result as its own role, `rows` and `required_rows` are what was reported of each table, and
    `roots` how far each root's condition was found to hold."""

    database: ConnectionParameters
    rows: Mapping[TableName, int]
    required_rows: Mapping[TableName, int]
    roots: Mapping[TableName, Proof]
    warnings: tuple[str, ...]


@contextmanager
def filtered_database(server: TestServer, source: ConnectionParameters, plan: FilterPlan) -> Iterator[FilteredDatabase]:
    """The result of a plan over the source, dropped at the end. The one server plays source and target."""
    name = f"filtered_{secrets.token_hex(6)}"
    built = build_filtered_database(source, server.admin, plan, reference_time=NOW, database_name=name)
    try:
        yield FilteredDatabase(
            built.connection,
            {table.table: table.rows for table in built.tables},
            {table.table: table.required_rows for table in built.tables},
            built.roots,
            built.warnings,
        )
    finally:
        server.drop_database(built.connection)
        with closing(open_connection(server.superuser)) as connection, connection.cursor() as cursor:
            cursor.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(built.connection.user)))


def use_small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables of a few pages are cut as those of many gigabytes are, and a handful of keys is too many for a query."""
    monkeypatch.setattr(cutting, "CHUNK_SECONDS", 1e-6)
    monkeypatch.setattr(copying, "_LEAST_CUT_BYTES", 0)
    monkeypatch.setattr(copying, "_LEAST_FROZEN_BYTES", 0)
    for module in (cutting, keys):
        monkeypatch.setattr(module, "MOST_KEYS", 2)
