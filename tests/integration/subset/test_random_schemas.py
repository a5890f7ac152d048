"""Databases of every kind, with several plans each: the queries keep as many rows of every table as docs/semantics.md
says, and count those that no rule chooses. tests/integration/build compares the rows themselves. Needs: PostgreSQL
(embedded).

DATAVALUT_SUBSET_EXAMPLES is how many plans are tried, 60 if it is not set.
"""

import os
from collections.abc import Callable
from contextlib import closing

import pytest

from datavalut.catalog.reader import read_catalog
from datavalut.connections import ConnectionParameters
from datavalut.filters.check import check_plan
from datavalut.filters.render import render_root
from datavalut.subset.plan import plan_subset
from datavalut.subset.sql import count_query
from tests.postgres_server import TestServer
from tests.random_databases.database import random_database
from tests.random_databases.oracle_input import read_oracle_input
from tests.random_databases.plans import matcher, random_plan
from tests.subset_examples import NOW, count, count_required
from tests.subset_oracle import kept_rows
from tests.transfer_examples import open_source

PLANS = 6
FIRST_SEED = 10_000  # other databases than those of the builds
DATABASES = int(os.environ.get("DATAVALUT_SUBSET_EXAMPLES", "60")) // PLANS


@pytest.mark.parametrize("seed", range(FIRST_SEED, FIRST_SEED + DATABASES))
def test_every_table_keeps_as_many_rows_as_the_definition_says(
    postgres: TestServer, make_database: Callable[..., ConnectionParameters], seed: int
) -> None:
    random = random_database(seed, postgres.version)
    source = make_database(random.script)
    oracle_input = read_oracle_input(source, random.draft)
    matches = matcher(oracle_input.catalog.foreign_keys, oracle_input.rows)
    with closing(open_source(source)) as session, session.cursor() as cursor:
        catalog = read_catalog(session)
        for _ in range(PLANS):
            plan = random_plan(random.draft)
            expected = kept_rows(oracle_input.catalog, plan, oracle_input.rows, matches)
            subset = plan_subset(catalog, check_plan(plan, catalog))
            for table in catalog.tables:
                kept = count(cursor, count_query(subset, table.name, NOW, render_root))
                counts = (kept, count_required(cursor, subset, table.name))
                required = expected.required.get(table.name, ())
                assert counts == (len(expected.rows[table.name]), len(required)), f"{table.name} of {plan!r}"
