"""`kept`: what a subset of a small database holds. Needs: PostgreSQL (embedded)."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from datavalut.catalog.reader import read_catalog
from datavalut.filters.check import check_plan
from datavalut.filters.model import FilterPlan
from datavalut.filters.render import render_root
from datavalut.subset.plan import plan_subset
from datavalut.subset.sql import copy_query, count_query
from tests.postgres_server import TestServer, open_connection
from tests.subset_cases import Kept, KeptRows
from tests.subset_examples import NOW, copy_out, count, count_required


@pytest.fixture(scope="package")
def subset_cursor(postgres: TestServer) -> Iterator[Any]:
    parameters = postgres.make_database()
    with closing(open_connection(parameters, autocommit=False)) as connection, connection.cursor() as cursor:
        yield cursor
    postgres.drop_database(parameters)


@pytest.fixture
def kept(subset_cursor: Any) -> Iterator[Kept]:
    """`kept(statements, plan)`: the subset of the database that the statements make."""

    def keep(statements: str, plan: FilterPlan) -> KeptRows:
        subset_cursor.connection.rollback()
        subset_cursor.execute(statements)
        catalog = read_catalog(subset_cursor.connection)
        subset = plan_subset(catalog, check_plan(plan, catalog))
        lines: dict[str, list[str]] = {}
        required: dict[str, int] = {}
        for table in subset.tables:
            facts = (subset, table.name, NOW, render_root)
            copied = copy_out(subset_cursor, copy_query(*facts))
            lines[table.name.name] = sorted(line.replace("\t", " ") for line in copied.elements())
            assert count(subset_cursor, count_query(*facts)) == copied.total()
            required[table.name.name] = count_required(subset_cursor, subset, table.name)
        return KeptRows(subset, lines, required)

    yield keep
    subset_cursor.connection.rollback()
