"""Extensions that the target server cannot have. Needs PostgreSQL (the fixture starts it)."""

from psycopg2.extensions import connection

from datavalut.catalog.model import Extension
from datavalut.transfer.preflight.extensions import check_extensions
from datavalut.transfer.preflight.finding import Severity


def extensions(*names: str) -> list[Extension]:
    return [Extension(name, "1.0") for name in names]


def test_extensions_that_the_jobs_role_may_install_pass(admin: connection) -> None:
    assert check_extensions(extensions("citext", "hstore", "pg_trgm"), admin) == ()
    assert check_extensions((), admin) == ()


def test_all_that_are_missing_and_all_that_are_for_superusers_are_named(admin: connection) -> None:
    source = extensions("vector", "pageinspect", "citext", "postgres_fdw", "PostGIS")
    missing, closed = check_extensions(source, admin)
    assert {(finding.code, finding.severity) for finding in (missing, closed)} == {
        ("missing_extension", Severity.ERROR)
    }
    assert missing.subject == "PostGIS, vector"
    assert "does not have: PostGIS, vector" in missing.message
    assert closed.subject == "pageinspect, postgres_fdw"
    assert "only a superuser may create" in closed.message
