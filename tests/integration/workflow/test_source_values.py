"""The words that planners see of a source's columns. Needs PostgreSQL."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace

import pytest
from psycopg2.extensions import connection

from datavalut.catalog.model import Catalog, TableName
from datavalut.catalog.reader import read_catalog
from datavalut.connections import ConnectionParameters
from datavalut.planning.source import ColumnValues
from datavalut.workflow import source_values
from datavalut.workflow.source_values import LARGE_TABLE, MOST_VALUES, SourceValues
from tests.postgres_server import TestServer, execute
from tests.transfer_examples import open_source

SHOP = TableName("public", "Shop's customers")
TABLES = f"""
    CREATE DOMAIN word AS character varying(20);
    CREATE TYPE level AS ENUM ('low', 'high');
    CREATE TABLE "Shop's customers" (
        id integer PRIMARY KEY, "The country" text, plan word, code character(4), email text, level level, notes text
    );
    INSERT INTO "Shop's customers"
    SELECT number, (ARRAY['Österreich', 'Canada', NULL, 'canada', ''])[1 + number % 5], 'plan ' || number % 3, 'ab',
        'person' || number || '@example.org', 'low', repeat('x', 90 + number % 20)
    FROM generate_series(1, {MOST_VALUES + 200}) AS number;
"""


@pytest.fixture(scope="module")
def database(postgres: TestServer) -> Iterator[ConnectionParameters]:
    parameters = postgres.make_database(TABLES)
    yield parameters
    postgres.drop_database(parameters)


@pytest.fixture
def source(database: ConnectionParameters) -> Iterator[connection]:
    with closing(open_source(database)) as session:
        yield session


def values_of(source: connection) -> ColumnValues:
    return SourceValues(source, read_catalog(source))


def test_the_different_values_come_in_the_order_of_their_characters(source: connection) -> None:
    values = values_of(source)
    assert values.values(SHOP, "The country") == ("Canada", "canada", "Österreich")
    assert values.values(SHOP, "plan") == ("plan 0", "plan 1", "plan 2")
    assert values.values(SHOP, "code") == ("ab",)


@pytest.mark.parametrize("analyzed", [False, True])
def test_too_many_values_are_none(make_database: Callable[..., ConnectionParameters], analyzed: bool) -> None:
    with closing(open_source(make_database(TABLES + (f'; ANALYZE "{SHOP.name}"' if analyzed else "")))) as source:
        values = values_of(source)
        assert values.values(SHOP, "email") is None
        assert values.values(SHOP, "plan") == ("plan 0", "plan 1", "plan 2")


def test_only_texts_have_words(source: connection) -> None:
    values = values_of(source)
    assert values.values(SHOP, "id") is None
    assert values.values(SHOP, "level") is None


def test_long_texts_are_no_words(source: connection) -> None:
    assert {len(value) for value in values_of(source).values(SHOP, "notes") or ()} == set(range(90, 101))


def test_a_column_is_read_once(source: connection, database: ConnectionParameters) -> None:
    values = values_of(source)
    before = values.values(SHOP, "plan")
    execute(database, f"""INSERT INTO "{SHOP.name}" (id, plan) VALUES (-1, 'plan 9')""")
    try:
        assert values.values(SHOP, "plan") == before
        assert "plan 9" in (values_of(source).values(SHOP, "plan") or ())
    finally:
        execute(database, f"""DELETE FROM "{SHOP.name}" WHERE id = -1""")


def as_if_large(catalog: Catalog) -> Catalog:
    return replace(catalog, tables=tuple(replace(table, size_bytes=LARGE_TABLE + 1) for table in catalog.tables))


def test_a_large_table_is_not_read_but_its_statistics_are(make_database: Callable[..., ConnectionParameters]) -> None:
    parameters = make_database(TABLES)
    with closing(open_source(parameters)) as source:
        catalog = as_if_large(read_catalog(source))
        assert SourceValues(source, catalog).values(SHOP, "plan") is None
        execute(parameters, f'ANALYZE "{SHOP.name}"')
        values = SourceValues(source, catalog)
        assert values.values(SHOP, "plan") == ("plan 0", "plan 1", "plan 2")
        assert values.values(SHOP, "email") is None


def test_a_survey_reads_small_columns_together_and_tells_the_same(source: connection) -> None:
    asked = tuple((SHOP, column) for column in ("The country", "plan", "code", "email", "level", "id"))
    apart = values_of(source)
    assert values_of(source).survey(asked) == {(table, column): apart.values(table, column) for table, column in asked}


def test_a_survey_knows_the_statistics_of_what_it_does_not_read(
    make_database: Callable[..., ConnectionParameters], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source_values, "SURVEYED_BYTES", 0)
    parameters = make_database(TABLES)
    asked = ((SHOP, "plan"), (SHOP, "email"))
    with closing(open_source(parameters)) as source:
        assert values_of(source).survey(asked) == dict.fromkeys(asked)
        execute(parameters, f'ANALYZE "{SHOP.name}"')
        values = values_of(source)
        assert values.survey(asked) == {asked[0]: ("plan 0", "plan 1", "plan 2"), asked[1]: None}
        execute(parameters, f"""INSERT INTO "{SHOP.name}" (id, plan) VALUES (-1, 'plan 9')""")
        assert "plan 9" in (values.values(SHOP, "plan") or ())  # what is asked for by itself is read


def test_a_survey_that_takes_too_long_knows_the_statistics(
    make_database: Callable[..., ConnectionParameters], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source_values, "SURVEY_SECONDS", 0.001)
    slow = "CREATE TABLE t (word text); INSERT INTO t SELECT 'a' FROM generate_series(1, 300000); ANALYZE t"
    with closing(open_source(make_database(slow))) as source:
        values = values_of(source)
        asked = (TableName("public", "t"), "word")
        assert values.survey((asked,)) == {asked: ("a",)}
        assert values.values(*asked) == ("a",)  # the session goes on


def test_when_much_was_read_the_statistics_do(
    make_database: Callable[..., ConnectionParameters], monkeypatch: pytest.MonkeyPatch
) -> None:
    parameters = make_database(TABLES)
    with closing(open_source(parameters)) as source:
        execute(parameters, f'ANALYZE "{SHOP.name}"')
        values = values_of(source)
        known = values.values(SHOP, "code")
        monkeypatch.setattr(source_values, "READ_BYTES", 0)
        execute(parameters, f"""INSERT INTO "{SHOP.name}" (id, plan) VALUES (-1, 'plan 9')""")
        assert values.values(SHOP, "plan") == ("plan 0", "plan 1", "plan 2")
        assert values.values(SHOP, "code") == known == ("ab",)


def test_what_takes_too_long_is_none_and_the_session_goes_on(
    make_database: Callable[..., ConnectionParameters], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source_values, "STATEMENT_MILLISECONDS", 1)
    slow = make_database("CREATE TABLE t (word text); INSERT INTO t SELECT 'a' FROM generate_series(1, 300000)")
    with closing(open_source(slow)) as source, source.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        before = cursor.fetchone()
        assert values_of(source).values(TableName("public", "t"), "word") is None
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == before


def test_after_a_while_no_more_columns_are_read(source: connection, monkeypatch: pytest.MonkeyPatch) -> None:
    values = values_of(source)
    known = values.values(SHOP, "plan")
    monkeypatch.setattr(source_values, "READING_SECONDS", 0)
    assert values.values(SHOP, "The country") is None
    assert values.values(SHOP, "plan") == known


def test_partitions_count_and_heirs_do_not(make_database: Callable[..., ConnectionParameters]) -> None:
    parameters = make_database(
        """
        CREATE TABLE events (kind text) PARTITION BY LIST (kind);
        CREATE TABLE events_a PARTITION OF events FOR VALUES IN ('a');
        CREATE TABLE events_b PARTITION OF events FOR VALUES IN ('b');
        INSERT INTO events VALUES ('a'), ('b');
        CREATE TABLE vehicles (kind text);
        CREATE TABLE cars () INHERITS (vehicles);
        INSERT INTO vehicles VALUES ('bicycle');
        INSERT INTO cars VALUES ('car');
        ANALYZE;
        """
    )
    with closing(open_source(parameters)) as source:
        for catalog in (read_catalog(source), as_if_large(read_catalog(source))):
            values = SourceValues(source, catalog)
            assert values.values(TableName("public", "vehicles"), "kind") in {("bicycle",), None}
        whole = values_of(source)
        assert whole.values(TableName("public", "events"), "kind") == ("a", "b")
        assert whole.values(TableName("public", "vehicles"), "kind") == ("bicycle",)
