"""A source without anything to filter. Needs PostgreSQL (the fixture starts it)."""

from collections.abc import Callable

import pytest

from datavalut.connections import ConnectionParameters
from datavalut.transfer.preflight.finding import Severity
from datavalut.transfer.preflight.tables import check_tables
from tests.transfer_examples import catalog_of

MakeDatabase = Callable[..., ConnectionParameters]


@pytest.mark.parametrize(
    "statements",
    [
        "",
        "CREATE VIEW ones AS SELECT 1; CREATE SEQUENCE numbers",
        "CREATE EXTENSION postgres_fdw; CREATE SERVER other FOREIGN DATA WRAPPER postgres_fdw;"
        " CREATE FOREIGN TABLE things (id integer) SERVER other",
    ],
    ids=["nothing", "views and sequences", "foreign tables"],
)
def test_a_database_without_tables_is_an_error_with_its_name(make_database: MakeDatabase, statements: str) -> None:
    source = make_database(statements)
    (finding,) = check_tables(catalog_of(source))
    assert (finding.code, finding.severity, finding.subject) == ("no_tables", Severity.ERROR, source.database)
    assert source.database in finding.message


def test_a_table_without_rows_or_columns_passes(make_database: MakeDatabase) -> None:
    assert check_tables(catalog_of(make_database("CREATE TABLE nothing ()"))) == ()
