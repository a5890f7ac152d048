"""Whether the source's user sees all rows. Needs PostgreSQL (the fixture starts it)."""

from collections.abc import Callable

from datavalut.connections import ConnectionParameters
from datavalut.transfer.preflight.finding import Severity
from datavalut.transfer.preflight.row_security import check_row_security
from tests.integration.transfer.preflight.conftest import MakeReader, OpenSession
from tests.postgres_server import execute

MakeDatabase = Callable[..., ConnectionParameters]

SCHEMA = """
CREATE TABLE a (x int); ALTER TABLE a ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON a USING (x > 1);
CREATE TABLE "B b" (x int); ALTER TABLE "B b" ENABLE ROW LEVEL SECURITY;
CREATE TABLE plain (x int);
"""


def test_all_tables_with_policies_are_named(
    make_database: MakeDatabase, make_reader: MakeReader, source_session: OpenSession
) -> None:
    (finding,) = check_row_security(source_session(make_reader(make_database(SCHEMA))))
    assert (finding.code, finding.severity) == ("row_security", Severity.ERROR)
    assert finding.subject == "public.B b, public.a"
    assert finding.subject in finding.message
    assert "BYPASSRLS" in finding.remedy


def test_a_superuser_and_a_role_that_bypasses_policies_are_not_bound(
    make_database: MakeDatabase, make_reader: MakeReader, source_session: OpenSession
) -> None:
    database = make_database(SCHEMA)
    assert check_row_security(source_session(database)) == ()
    reader = make_reader(database)
    execute(database, f'ALTER ROLE "{reader.user}" BYPASSRLS')
    assert check_row_security(source_session(reader)) == ()


def test_policies_of_a_partition_do_not_count(
    make_database: MakeDatabase, make_reader: MakeReader, source_session: OpenSession
) -> None:
    database = make_database("""
        CREATE TABLE parts (x int) PARTITION BY LIST (x);
        CREATE TABLE parts_1 PARTITION OF parts FOR VALUES IN (1);
        ALTER TABLE parts_1 ENABLE ROW LEVEL SECURITY;
    """)
    assert check_row_security(source_session(make_reader(database))) == ()
