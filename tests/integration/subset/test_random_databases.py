"""Every table of random databases holds exactly the rows that docs/semantics.md says. Needs: PostgreSQL (embedded).

DATAVALUT_SUBSET_EXAMPLES is how many databases are tried, 60 if it is not set.
"""

import os
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from datavalut.filters.render import render_root
from datavalut.subset.plan import plan_subset
from datavalut.subset.sql import copy_query, count_query
from tests.postgres_server import TestServer, open_connection
from tests.subset_examples import NOW, copy_out, count, count_required, create, matches, random_example
from tests.subset_oracle import kept_rows

EXAMPLES = int(os.environ.get("DATAVALUT_SUBSET_EXAMPLES", "60"))


@pytest.fixture(scope="module")
def cursor(postgres: TestServer) -> Iterator[Any]:
    parameters = postgres.make_database()
    with closing(open_connection(parameters, autocommit=False)) as connection, connection.cursor() as cursor:
        yield cursor
    postgres.drop_database(parameters)


@pytest.mark.parametrize("seed", range(EXAMPLES))
def test_every_table_holds_what_the_definition_says(cursor: Any, seed: int) -> None:
    example = random_example(seed)
    expected = kept_rows(example.catalog, example.plan, example.rows, matches)
    subset = plan_subset(example.catalog, example.plan)
    try:
        create(cursor, example.catalog, example.rows)
        for table in subset.tables:
            facts = (subset, table.name, NOW, render_root)
            assert copy_out(cursor, copy_query(*facts)) == example.texts(table.name, expected.rows[table.name])
            assert count(cursor, count_query(*facts)) == len(expected.rows[table.name])
            assert count_required(cursor, subset, table.name) == len(expected.required.get(table.name, ()))
    finally:
        cursor.connection.rollback()
