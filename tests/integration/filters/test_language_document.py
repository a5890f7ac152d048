"""Every example of docs/filter-language.md can be run on the shop that the document shows. Needs PostgreSQL."""

import json
from collections.abc import Iterator
from contextlib import closing

import pytest

from datavalut.catalog.reader import read_catalog
from datavalut.filters.check import check_plan
from datavalut.filters.errors import FilterPlanError
from datavalut.filters.model import FilterPlan
from datavalut.workflow.planning_source import SessionSource
from tests.filter_examples import NOW
from tests.language_document import SHOP_SQL, examples, plans_with
from tests.postgres_server import TestServer
from tests.transfer_examples import open_source


@pytest.fixture(scope="module")
def shop(postgres: TestServer) -> Iterator[SessionSource]:
    parameters = postgres.make_database(SHOP_SQL)
    with closing(open_source(parameters)) as session:
        yield SessionSource(session, read_catalog(session), NOW)
    postgres.drop_database(parameters)


def checked(plan: FilterPlan, shop: SessionSource) -> FilterPlan | None:
    try:
        return check_plan(plan, shop.catalog, NOW)
    except FilterPlanError:
        return None


@pytest.mark.parametrize("example", [example for example in examples() if "reason" not in json.loads(example)])
def test_it_can_be_run(shop: SessionSource, example: str) -> None:
    fitting = [found for plan in plans_with(json.loads(example)) if (found := checked(plan, shop)) is not None]
    assert fitting, "it fits no table of the shop"
    for plan in fitting:
        assert shop.explain(plan) is None
