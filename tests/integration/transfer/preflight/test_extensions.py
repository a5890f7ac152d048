"""Extensions that the target server cannot have. Needs PostgreSQL (the fixture starts it)."""

from collections.abc import Callable

from datavalut.catalog.model import Extension
from datavalut.connections import ConnectionParameters
from datavalut.transfer.extensions import AbsentExtension
from datavalut.transfer.preflight.extensions import check_extensions
from datavalut.transfer.preflight.finding import Severity
from tests.integration.transfer.preflight.conftest import MakeReader, OpenSession

MakeDatabase = Callable[..., ConnectionParameters]


def absent(name: str, *, available: bool = True, wraps_foreign_data: bool = False) -> AbsentExtension:
    return AbsentExtension(Extension(name, "1.0", wraps_foreign_data=wraps_foreign_data), available)


def test_a_source_whose_extensions_the_target_can_have_passes(
    make_database: MakeDatabase, source_session: OpenSession
) -> None:
    assert check_extensions((), source_session(make_database("CREATE EXTENSION citext"))) == ()


def test_all_that_are_missing_and_all_that_are_for_superusers_are_named(
    make_database: MakeDatabase, source_session: OpenSession
) -> None:
    found = [absent("PostGIS", available=False), absent("pageinspect"), absent("vector", available=False)]
    missing, closed = check_extensions(found, source_session(make_database()))
    assert {(finding.code, finding.severity) for finding in (missing, closed)} == {
        ("missing_extension", Severity.ERROR)
    }
    assert missing.subject == "PostGIS, vector"
    assert "does not have: PostGIS, vector" in missing.message
    assert closed.subject == "pageinspect"
    assert "only a superuser may create" in closed.message


def test_what_needs_a_missing_extension_is_named(
    make_database: MakeDatabase, make_reader: MakeReader, source_session: OpenSession
) -> None:
    source = make_database("""
        CREATE EXTENSION citext;
        CREATE DOMAIN email AS citext; CREATE TABLE users (id int, "Name" citext);
        CREATE VIEW upper_users AS SELECT upper("Name"::citext::text) FROM users WHERE "Name" = 'x';
    """)
    (finding,) = check_extensions([absent("citext", available=False)], source_session(make_reader(source)))
    assert finding.subject == "citext"
    for needing in ("type public.email", 'table column public.users."Name"', "view public.upper_users"):
        assert needing in finding.message


def test_what_only_watches_a_server_is_left_out(make_database: MakeDatabase, source_session: OpenSession) -> None:
    source = make_database("CREATE EXTENSION pg_stat_statements; CREATE EXTENSION pg_buffercache")
    found = [absent("pg_stat_statements"), absent("pg_buffercache", available=False)]
    (finding,) = check_extensions(found, source_session(source))
    assert (finding.code, finding.severity) == ("extension_left_out", Severity.WARNING)
    assert finding.subject == "pg_stat_statements, pg_buffercache"


def test_what_only_watches_a_server_is_missing_where_a_view_reads_it(
    make_database: MakeDatabase, source_session: OpenSession
) -> None:
    source = make_database("CREATE EXTENSION pg_stat_statements; CREATE VIEW slow AS TABLE pg_stat_statements")
    (finding,) = check_extensions([absent("pg_stat_statements")], source_session(source))
    assert (finding.code, finding.severity) == ("missing_extension", Severity.ERROR)
    assert "pg_stat_statements (for view public.slow)" in finding.message


FOREIGN = """
CREATE EXTENSION postgres_fdw; CREATE SEQUENCE numbers;
CREATE SERVER elsewhere FOREIGN DATA WRAPPER postgres_fdw; CREATE USER MAPPING FOR PUBLIC SERVER elsewhere;
CREATE TABLE parent (y int);
CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE FOREIGN TABLE far (x int DEFAULT nextval('numbers') CHECK (x > 0), z serial) INHERITS (parent) SERVER elsewhere;
CREATE TRIGGER fires AFTER INSERT ON far EXECUTE FUNCTION nothing();
CREATE STATISTICS "x y" ON x, y FROM far;
"""


def test_a_wrapper_is_left_out_with_its_servers_and_tables(
    make_database: MakeDatabase, source_session: OpenSession
) -> None:
    (finding,) = check_extensions(
        [absent("postgres_fdw", wraps_foreign_data=True)], source_session(make_database(FOREIGN))
    )
    assert (finding.code, finding.subject) == ("extension_left_out", "postgres_fdw")


def test_a_wrapper_is_missing_where_something_else_needs_a_foreign_table(
    make_database: MakeDatabase, source_session: OpenSession
) -> None:
    source = make_database(
        FOREIGN
        + "CREATE VIEW near AS TABLE far; CREATE TABLE holds (it far);"
        + "CREATE FUNCTION takes(far) RETURNS int LANGUAGE sql AS 'SELECT 1';"
    )
    (finding,) = check_extensions([absent("postgres_fdw", wraps_foreign_data=True)], source_session(source))
    assert (finding.code, finding.severity) == ("missing_extension", Severity.ERROR)
    for needing in ("view public.near", "table column public.holds.it", "function public.takes(public.far)"):
        assert needing in finding.message
