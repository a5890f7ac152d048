"""What is known to fail before anything is begun. Needs PostgreSQL (the fixture starts it)."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace

import pytest

from datavalut.connections import ConnectionParameters
from datavalut.transfer.errors import PermissionDenied, RowSecurityHidesRows
from datavalut.transfer.preflight import check_source
from tests.postgres_server import TestServer, execute
from tests.transfer_examples import open_source

MakeDatabase = Callable[..., ConnectionParameters]


@pytest.fixture
def reader(postgres: TestServer) -> Iterator[Callable[[ConnectionParameters], ConnectionParameters]]:
    """The same database as a role that has only SELECT on the tables in public."""
    execute(postgres.superuser, "CREATE ROLE reader LOGIN PASSWORD 'secret'")
    granted: list[ConnectionParameters] = []

    def grant(database: ConnectionParameters) -> ConnectionParameters:
        execute(database, "GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader")
        granted.append(database)
        return replace(database, user="reader", password="secret")

    yield grant
    for database in granted:
        execute(database, "DROP OWNED BY reader")
    execute(postgres.superuser, "DROP ROLE reader")


Reader = Callable[[ConnectionParameters], ConnectionParameters]


def check(parameters: ConnectionParameters) -> None:
    with closing(open_source(parameters)) as session:
        check_source(session)


def test_a_role_that_can_select_everything_passes(make_database: MakeDatabase, reader: Reader) -> None:
    check(reader(make_database("CREATE TABLE t (x int); CREATE SEQUENCE s; CREATE VIEW v AS TABLE t")))


def test_a_table_without_the_privilege_is_named(make_database: MakeDatabase, reader: Reader) -> None:
    database = make_database('CREATE TABLE a (x int); CREATE TABLE "B b" (x int)')
    role = reader(database)
    execute(database, 'REVOKE SELECT ON "B b" FROM reader')
    with pytest.raises(PermissionDenied) as raised:
        check(role)
    assert raised.value.table == "public.B b"


def test_a_schema_without_the_privilege_names_its_table(make_database: MakeDatabase, reader: Reader) -> None:
    with pytest.raises(PermissionDenied) as raised:
        check(reader(make_database("CREATE SCHEMA hidden; CREATE TABLE hidden.t (x int)")))
    assert raised.value.table == "hidden.t"


def test_row_security_that_would_hide_rows_is_told_by_table(make_database: MakeDatabase, reader: Reader) -> None:
    schema = "CREATE TABLE t (x int); ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON t USING (x > 1)"
    database = make_database(schema)
    with pytest.raises(RowSecurityHidesRows) as raised:
        check(reader(database))
    assert raised.value.table == "public.t"
    check(database)  # a superuser is not bound by it
