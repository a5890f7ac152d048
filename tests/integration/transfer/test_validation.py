"""How foreign keys are validated. Needs PostgreSQL (the fixture starts it)."""

from collections.abc import Callable
from contextlib import closing

import pytest

from datavalut.catalog.model import TableName
from datavalut.connections import ConnectionParameters
from datavalut.transfer.errors import ForeignKeyViolated
from datavalut.transfer.schema import foreign_keys_to_validate, validate_foreign_key
from tests.postgres_server import execute, query
from tests.transfer_examples import open_target

MakeDatabase = Callable[..., ConnectionParameters]
TABLES = """
CREATE TABLE parents (a int, b int, PRIMARY KEY (a, b));
CREATE TABLE children (x int, b int, a int);
INSERT INTO parents SELECT g, g FROM generate_series(1, 1000) AS g;
INSERT INTO children SELECT 7, g, g FROM generate_series(1, 1000) AS g;
ALTER TABLE children ADD CONSTRAINT to_parents FOREIGN KEY (a, b) REFERENCES parents NOT VALID;
"""
# Of what has just been committed without waiting for the disk, nobody is sure before it is there.
ALL_VISIBLE = ("CHECKPOINT", "VACUUM")


def each(database: ConnectionParameters, *statements: str) -> None:
    for statement in statements:
        execute(database, statement)


def validation(database: ConnectionParameters) -> str:
    """The statements that validated the only key."""
    executed: list[bytes] = []
    with closing(open_target(database)) as session, session.cursor() as cursor:

        def run(statements: bytes) -> None:
            executed.append(statements)
            cursor.execute(statements)

        (oid,) = foreign_keys_to_validate(session, TableName("public", "children"))
        validate_foreign_key(session, oid, run)
    assert query(database, "SELECT convalidated FROM pg_constraint WHERE conname = 'to_parents'") == [(True,)]
    (statements,) = executed
    return statements.decode()


@pytest.fixture
def tables(make_database: MakeDatabase) -> ConnectionParameters:
    return make_database(TABLES)


def test_a_key_with_an_index_on_tables_that_are_all_visible_is_validated_by_merging(
    tables: ConnectionParameters,
) -> None:
    each(tables, *ALL_VISIBLE, "CREATE INDEX ON children (a, b, x)", "ANALYZE")
    assert "enable_hashjoin = off" in validation(tables)


@pytest.mark.parametrize("index", ["(b, a)", "(a, b) WHERE x = 7", "((a + 0), b)", "(a) INCLUDE (b)"])
def test_an_index_that_has_not_the_keys_columns_in_their_order_is_of_no_use(
    tables: ConnectionParameters, index: str
) -> None:
    each(tables, *ALL_VISIBLE, f"CREATE INDEX ON children {index}", "ANALYZE")
    assert "hashjoin" not in validation(tables)


def test_rows_that_would_have_to_be_looked_up_one_by_one_are_not(tables: ConnectionParameters) -> None:
    each(tables, "CREATE INDEX ON children (a, b)", "ANALYZE")
    assert "hashjoin" not in validation(tables)


def test_a_row_without_its_parent_is_found_by_merging_too(tables: ConnectionParameters) -> None:
    each(
        tables,
        "ALTER TABLE children DISABLE TRIGGER ALL",
        "INSERT INTO children VALUES (7, 2000, 2000)",
        *ALL_VISIBLE,
        "CREATE INDEX ON children (a, b)",
        "ANALYZE",
    )
    with pytest.raises(ForeignKeyViolated) as raised:
        validation(tables)
    assert "2000" in str(raised.value.key)
