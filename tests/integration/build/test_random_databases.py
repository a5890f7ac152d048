"""Random databases, through the real engine from one database into another, hold exactly what docs/semantics.md says:
every row, every foreign key, every sequence and every object. Needs PostgreSQL (the fixture starts it).

DATAVALUT_BUILD_EXAMPLES is how many databases are tried, 40 if it is not set. With DATAVALUT_TEST_SOURCE_BIN
(tests/postgres_server.py), they are databases of that version.
`python -m tests.random_databases.database 17` prints the database and the plan of seed 17.
"""

import os
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest

from datavalut.connections import ConnectionParameters
from tests.database_comparison import check_same_objects, next_value, row_texts
from tests.filtered_databases import FilteredDatabase, filtered_database, use_small_chunks
from tests.postgres_server import TestServer, query
from tests.random_databases.database import RandomDatabase, random_database
from tests.random_databases.oracle_input import OracleInput, read_oracle_input
from tests.random_databases.plans import matcher
from tests.subset_oracle import kept_rows

EXAMPLES = int(os.environ.get("DATAVALUT_BUILD_EXAMPLES", "40"))


@pytest.fixture
def random(source_postgres: TestServer, monkeypatch: pytest.MonkeyPatch, seed: int) -> RandomDatabase:
    """Of the seed; three of four are copied in small chunks. Few of them have keys of chosen rows to be kept, or chosen
    rows to be counted, which come in chunks as well."""
    if seed % 4:
        use_small_chunks(monkeypatch)
    return random_database(seed, source_postgres.version)


@pytest.mark.parametrize("seed", range(EXAMPLES))
def test_a_filtered_database_is_what_the_definition_says(
    postgres: TestServer,
    random: RandomDatabase,
    make_source: Callable[..., ConnectionParameters],
    alike: Callable[[ConnectionParameters, str], ConnectionParameters],
) -> None:
    source = make_source(random.script)
    oracle_input = read_oracle_input(source, random.draft)
    with filtered_database(postgres, source, random.plan) as result:
        target = replace(postgres.superuser, database=result.database.database)
        check_rows(random, oracle_input, target, result)
        check_same_objects(alike(source, random.script), target)
        check_sequences(random, source, target)
        check_nothing_else_came_along(target, result)


def check_rows(
    random: RandomDatabase, oracle_input: OracleInput, target: ConnectionParameters, result: FilteredDatabase
) -> None:
    catalog, rows = oracle_input.catalog, oracle_input.rows
    expected = kept_rows(catalog, random.plan, rows, matcher(catalog.foreign_keys, rows))
    for table in random.draft.tables:
        texts = oracle_input.texts[table.name]
        kept = Counter(texts[position] for position in expected.rows[table.name])
        assert row_texts(target, table.name, only=bool(table.own_rows_only)) == kept, f"rows of {table.name}"
        assert result.rows[table.name] == kept.total()
        assert result.required_rows[table.name] == len(expected.required.get(table.name, ()))


def check_sequences(random: RandomDatabase, source: ConnectionParameters, target: ConnectionParameters) -> None:
    for sequence in random.draft.sequences:
        following, sources = next_value(target, sequence.name), next_value(source, sequence.name)
        values = [
            -value if sequence.descends else value
            for table, column in sequence.feeds
            for (value,) in query(target, f'SELECT "{column}" FROM {table.sql}')
        ]
        if sources is None or following is None:
            assert sources == following
            continue
        sign = -1 if sequence.descends else 1
        assert all(value < sign * following for value in values), f"{sequence.name} repeats a value"
        if all(value < sign * sources for value in values):
            assert following == sources, f"{sequence.name} does not go on where the source's is"


def check_nothing_else_came_along(target: ConnectionParameters, result: FilteredDatabase) -> None:
    """Neither owners and grants, nor what watches or publishes the source's changes."""
    ours = "relnamespace::regnamespace::text !~ '^(pg_|information_schema)'"
    owners = query(target, f"SELECT DISTINCT relowner::regrole::text FROM pg_class WHERE {ours}")
    assert owners in ([], [(result.database.user,)])
    assert query(target, f"SELECT oid::regclass FROM pg_class WHERE {ours} AND relacl IS NOT NULL") == []
    assert query(target, "SELECT pubname FROM pg_publication") == []
