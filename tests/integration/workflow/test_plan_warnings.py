"""What a caller should look at before trusting a plan. Needs PostgreSQL."""

from collections.abc import Callable
from contextlib import closing

import pytest

from datavalut.catalog.reader import read_catalog
from datavalut.connections import ConnectionParameters
from datavalut.filters.check import check_plan
from datavalut.filters.model import Condition, FilterPlan, Root, Sample
from datavalut.filters.render import render_root
from datavalut.subset.plan import plan_subset
from datavalut.subset.sql import count_query
from datavalut.workflow.plan_record import PlannedTable
from datavalut.workflow.plan_warnings import plan_warnings
from tests.filter_examples import NOW
from tests.postgres_server import query
from tests.transfer_examples import open_source
from tests.unit.planning.offline.conditions import compare

MakeDatabase = Callable[..., ConnectionParameters]
TABLES = """
    CREATE TABLE goods (id integer PRIMARY KEY, price integer NOT NULL);
    INSERT INTO goods SELECT number, number FROM generate_series(1, 100) AS number;
    ANALYZE;
"""
STALE_STATISTICS = """
    CREATE TABLE goods (id integer PRIMARY KEY, price integer NOT NULL) WITH (autovacuum_enabled = false);
    INSERT INTO goods SELECT number, number FROM generate_series(1, 1000) AS number;
    ANALYZE;
    DELETE FROM goods WHERE id > 100;
"""
NOTHING = "No row of public.goods matches: the filtered database holds none of them."
UNCONDITIONAL = "All rows of public.goods are asked for: its condition is empty."
EVERYTHING = "All rows of public.goods are kept: its condition leaves none out, or other kept rows need them."


def warnings_of(
    make_database: MakeDatabase, condition: Condition | None, sample: Sample | None = None, tables: str = TABLES
) -> tuple[str, ...]:
    parameters = make_database(tables)
    with closing(open_source(parameters)) as source:
        catalog = read_catalog(source)
        plan = FilterPlan(roots=(Root(table="goods", condition=condition, sample=sample),))
        subset = plan_subset(catalog, check_plan(plan, catalog))
        (decided,) = subset.tables
        counted = count_query(subset, decided.name, NOW, render_root).as_string(source)
        ((rows,),) = query(parameters, counted)
        planned = PlannedTable(
            schema_name="public",
            name="goods",
            rule=decided.rule,
            reason=decided.reason,
            rows_expected=rows,
            rows_in_source=catalog.tables[0].estimated_rows,
        )
        return plan_warnings(source, subset, (planned,))


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (compare("price", ">", 100), (NOTHING,)),
        (None, (UNCONDITIONAL,)),
        (compare("price", ">", 0), (EVERYTHING,)),
        (compare("price", ">", 1), ()),
        (compare("price", "<", 50), ()),
    ],
    ids=["nothing", "no condition", "everything", "all but one", "some"],
)
def test_a_subject_of_which_nothing_or_everything_is_kept_is_told(
    make_database: MakeDatabase, condition: Condition | None, expected: tuple[str, ...]
) -> None:
    assert warnings_of(make_database, condition) == expected


@pytest.mark.parametrize(("least", "expected"), [(0, (EVERYTHING,)), (1, ())])
def test_statistics_that_are_out_of_date_change_no_warning(
    make_database: MakeDatabase, least: int, expected: tuple[str, ...]
) -> None:
    assert warnings_of(make_database, compare("price", ">", least), tables=STALE_STATISTICS) == expected


def test_a_sample_of_all_rows_is_no_surprise(make_database: MakeDatabase) -> None:
    assert warnings_of(make_database, None, Sample(rows=10)) == ()
