"""A source's schema of our own schema's name. Needs PostgreSQL (the fixture starts it)."""

from collections.abc import Callable

from datavalut.connections import ConnectionParameters
from datavalut.transfer.preflight.finding import Severity
from datavalut.transfer.preflight.reserved_schema import check_reserved_schema
from tests.integration.transfer.preflight.conftest import OpenSession

MakeDatabase = Callable[..., ConnectionParameters]


def test_a_schema_of_the_works_name_is_an_error(make_database: MakeDatabase, source_session: OpenSession) -> None:
    (finding,) = check_reserved_schema(source_session(make_database("CREATE SCHEMA datavalut_work")))
    assert (finding.code, finding.severity, finding.subject) == ("reserved_schema", Severity.ERROR, "datavalut_work")


def test_any_other_passes(make_database: MakeDatabase, source_session: OpenSession) -> None:
    assert check_reserved_schema(source_session(make_database('CREATE SCHEMA "Datavalut_work"'))) == ()
