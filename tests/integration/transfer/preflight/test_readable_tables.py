"""Whether the source's user may read every table. Needs PostgreSQL (the fixture starts it)."""

from collections.abc import Callable

from datavalut.connections import ConnectionParameters
from datavalut.transfer.preflight.finding import Severity
from datavalut.transfer.preflight.readable_tables import check_readable_tables
from tests.integration.transfer.preflight.conftest import MakeReader, OpenSession
from tests.postgres_server import execute

MakeDatabase = Callable[..., ConnectionParameters]


def test_a_role_that_may_select_every_table_passes(
    make_database: MakeDatabase, make_reader: MakeReader, source_session: OpenSession
) -> None:
    reader = make_reader(make_database("CREATE TABLE t (x int); CREATE SEQUENCE s; CREATE SCHEMA empty"))
    assert check_readable_tables(source_session(reader)) == ()


def test_all_tables_and_partitions_are_named_with_the_grants_that_are_missing(
    make_database: MakeDatabase, make_reader: MakeReader, source_session: OpenSession
) -> None:
    database = make_database("""
        CREATE TABLE fine (x int);
        CREATE TABLE "B b" (x int);
        CREATE TABLE parts (x int) PARTITION BY LIST (x);
        CREATE TABLE parts_1 PARTITION OF parts FOR VALUES IN (1);
        CREATE SCHEMA "Closed";
        CREATE TABLE "Closed".t (x int);
    """)
    reader = make_reader(database)
    execute(database, f'REVOKE SELECT ON "B b", parts_1 FROM "{reader.user}"')
    execute(database, f'GRANT SELECT ON "Closed".t TO "{reader.user}"')
    (finding,) = check_readable_tables(source_session(reader))
    assert (finding.code, finding.severity) == ("missing_permission", Severity.ERROR)
    assert finding.subject == "Closed.t, public.B b, public.parts_1"
    assert finding.message == "The source's user may not read Closed.t, public.B b, public.parts_1."
    assert finding.remedy == (
        f'Let it, in the source\'s database: GRANT USAGE ON SCHEMA "Closed" TO "{reader.user}"; '
        f'GRANT SELECT ON ALL TABLES IN SCHEMA "public" TO "{reader.user}";'
    )


def test_the_grants_of_the_remedy_are_enough(
    make_database: MakeDatabase, make_reader: MakeReader, source_session: OpenSession
) -> None:
    database = make_database("CREATE SCHEMA a; CREATE TABLE a.t (x int); CREATE SCHEMA b; CREATE TABLE b.t (x int)")
    reader = make_reader(database)
    (finding,) = check_readable_tables(source_session(reader))
    execute(database, finding.remedy.partition(": ")[2])
    assert check_readable_tables(source_session(reader)) == ()


def test_of_very_many_tables_the_rest_is_counted(
    make_database: MakeDatabase, make_reader: MakeReader, source_session: OpenSession
) -> None:
    tables = "".join(f"CREATE TABLE closed.t_{number:02} (x int);" for number in range(37))
    reader = make_reader(make_database(f"CREATE SCHEMA closed; {tables}"))
    (finding,) = check_readable_tables(source_session(reader))
    assert finding.subject.startswith("closed.t_00, closed.t_01, ")
    assert finding.subject.endswith(", closed.t_19 and 17 more")


def test_a_column_privilege_is_not_enough_for_the_schema_to_be_dumped(
    make_database: MakeDatabase, make_reader: MakeReader, source_session: OpenSession
) -> None:
    database = make_database("CREATE TABLE t (x int, y int)")
    reader = make_reader(database)
    execute(database, f'REVOKE SELECT ON t FROM "{reader.user}"; GRANT SELECT (x, y) ON t TO "{reader.user}"')
    (finding,) = check_readable_tables(source_session(reader))
    assert finding.subject == "public.t"


def test_tables_of_an_extension_are_not_asked_for(
    make_database: MakeDatabase, make_reader: MakeReader, source_session: OpenSession
) -> None:
    database = make_database("CREATE EXTENSION hstore; CREATE TABLE t (x int); ALTER EXTENSION hstore ADD TABLE t")
    reader = make_reader(database)
    execute(database, f'REVOKE SELECT ON t FROM "{reader.user}"')
    assert check_readable_tables(source_session(reader)) == ()
