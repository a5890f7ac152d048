"""Foreign tables of the source. Needs PostgreSQL (the fixture starts it)."""

from collections.abc import Callable

from datavalut.catalog.model import Extension
from datavalut.connections import ConnectionParameters
from datavalut.transfer.extensions import AbsentExtension
from datavalut.transfer.preflight.finding import Severity
from datavalut.transfer.preflight.foreign_tables import check_foreign_tables
from tests.integration.transfer.preflight.conftest import MakeReader, OpenSession

MakeDatabase = Callable[..., ConnectionParameters]

SCHEMA = """
CREATE EXTENSION postgres_fdw;
CREATE SERVER elsewhere FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'db.example.com');
CREATE USER MAPPING FOR PUBLIC SERVER elsewhere OPTIONS (user 'app', password 'secret');
CREATE FOREIGN TABLE "A a" (x int) SERVER elsewhere;
CREATE FOREIGN TABLE b (x int) SERVER elsewhere;
"""


def test_foreign_tables_are_a_warning(
    make_database: MakeDatabase, make_reader: MakeReader, source_session: OpenSession
) -> None:
    (finding,) = check_foreign_tables(source_session(make_reader(make_database(SCHEMA))), ())
    assert (finding.code, finding.severity) == ("foreign_tables", Severity.WARNING)
    assert finding.subject == "public.A a, public.b"
    assert "without rows and without user mappings" in finding.message


def test_those_whose_extension_the_target_cannot_have_are_left_out(
    make_database: MakeDatabase, make_reader: MakeReader, source_session: OpenSession
) -> None:
    database = make_database(
        SCHEMA + "CREATE EXTENSION file_fdw; CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;"
        "CREATE FOREIGN TABLE c (x int) SERVER files OPTIONS (filename '/c')"
    )
    absent = AbsentExtension(Extension("file_fdw", "1.0", wraps_foreign_data=True), available=True)
    coming, left_out = check_foreign_tables(source_session(make_reader(database)), [absent])
    assert (coming.code, coming.subject) == ("foreign_tables", "public.A a, public.b")
    assert (left_out.code, left_out.severity) == ("foreign_tables_left_out", Severity.WARNING)
    assert left_out.subject == "public.c"
    assert "file_fdw" in left_out.message


def test_materialized_views_over_foreign_tables_are_an_error(
    make_database: MakeDatabase, make_reader: MakeReader, source_session: OpenSession
) -> None:
    database = make_database(
        SCHEMA + "CREATE TABLE t (x int); CREATE MATERIALIZED VIEW of_t AS TABLE t; CREATE VIEW through AS TABLE b;"
        "CREATE MATERIALIZED VIEW direct AS TABLE b WITH NO DATA;"
        "CREATE MATERIALIZED VIEW over AS SELECT t.x FROM t JOIN through USING (x) WITH NO DATA;"
        "CREATE TABLE parent (x int); CREATE FOREIGN TABLE child () INHERITS (parent) SERVER elsewhere;"
        "CREATE MATERIALIZED VIEW family AS TABLE parent WITH NO DATA;"
    )
    _, finding = check_foreign_tables(source_session(make_reader(database)), ())
    assert (finding.code, finding.severity) == ("foreign_materialized_views", Severity.ERROR)
    assert finding.subject == "public.direct, public.family, public.over"


def test_a_partition_that_is_foreign_is_an_error(
    make_database: MakeDatabase, make_reader: MakeReader, source_session: OpenSession
) -> None:
    database = make_database(
        SCHEMA + "CREATE TABLE parts (x int) PARTITION BY LIST (x); CREATE TABLE here PARTITION OF parts DEFAULT;"
        "CREATE FOREIGN TABLE there PARTITION OF parts FOR VALUES IN (1) SERVER elsewhere"
    )
    _, finding = check_foreign_tables(source_session(make_reader(database)), ())
    assert (finding.code, finding.severity, finding.subject) == (
        "foreign_partitions",
        Severity.ERROR,
        "public.there",
    )


def test_a_source_without_any_passes(make_database: MakeDatabase, source_session: OpenSession) -> None:
    assert check_foreign_tables(source_session(make_database("CREATE TABLE t (x int)")), ()) == ()
