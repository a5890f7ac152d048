"""What planners learn of a source by a session. Needs PostgreSQL; the model's server is a thread."""

import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace

import openai
import pytest

from datavalut.catalog.model import Catalog, Column, TypeCategory
from datavalut.catalog.reader import read_catalog
from datavalut.connections import ConnectionParameters
from datavalut.filters.check import check_plan
from datavalut.filters.model import Evidence, FilterPlan
from datavalut.planning.openai_planner import OpenAIPlanner, PlannerOptions
from datavalut.transfer.errors import PermissionDenied, SourceConnectionLost
from datavalut.workflow.planning_source import SessionSource
from tests.filter_examples import NOW, ORDERS, SHOP_SQL, aggregate, compare, plan_of
from tests.postgres_server import execute
from tests.transfer_examples import open_source
from tests.unit.planning.scripted_model import completion, scripted_model

MakeDatabase = Callable[..., ConnectionParameters]


def with_a_column_that_is_gone(catalog: Catalog) -> Catalog:
    gone = Column("gone", "integer", TypeCategory.INTEGER)
    return replace(
        catalog,
        tables=tuple(
            replace(table, columns=(*table.columns, gone)) if table.name.name == "products" else table
            for table in catalog.tables
        ),
    )


def test_a_plan_that_the_server_can_run_has_no_fault(make_database: MakeDatabase) -> None:
    with closing(open_source(make_database(SHOP_SQL))) as session:
        source = SessionSource(session, read_catalog(session), NOW)
        condition = compare(aggregate("count", ORDERS), ">=", 3)
        top = {"rows": 3, "order_by": [{"by": {"kind": "column", "column": "name"}}]}
        for plan in (plan_of(condition), plan_of(condition, top=top), plan_of(None, "visits", sample={"rows": 3})):
            assert source.explain(check_plan(plan, source.catalog)) is None


def test_what_the_server_cannot_run_is_told_in_its_words(make_database: MakeDatabase) -> None:
    with closing(open_source(make_database(SHOP_SQL))) as session:
        source = SessionSource(session, with_a_column_that_is_gone(read_catalog(session)), NOW)
        failure = source.explain(check_plan(plan_of(compare("gone", "=", 1), "products"), source.catalog))
        assert failure == "roots[0]: column chosen.gone does not exist"
        assert source.explain(check_plan(plan_of(None), source.catalog)) is None, "the session goes on"


def test_what_is_no_fault_of_the_plan_is_raised(make_database: MakeDatabase) -> None:
    parameters = make_database(SHOP_SQL + "CREATE ROLE nobody_of_planning LOGIN PASSWORD 'secret';")
    try:
        nobody = replace(parameters, user="nobody_of_planning", password="secret")
        with closing(open_source(nobody)) as session:
            source = SessionSource(session, read_catalog(session), NOW)
            plan = check_plan(plan_of(None), source.catalog)
            with pytest.raises(PermissionDenied):
                source.explain(plan)
            session.close()
            with pytest.raises(SourceConnectionLost):
                source.explain(plan)
    finally:
        execute(parameters, "DROP ROLE nobody_of_planning")


def test_a_model_repairs_what_the_server_could_not_run_and_sees_the_shared_words(make_database: MakeDatabase) -> None:
    shop = make_database(SHOP_SQL + "INSERT INTO products VALUES (1, 'Garden gnome', 9);")

    def answer(column: str, constant: object) -> str:
        plan = plan_of(compare(column, "=", constant), "products").model_copy(
            update={"reading": "Products", "evidence": (Evidence(words="garden gnomes", meaning="the name"),)}
        )
        return json.dumps({"plan": plan.model_dump(mode="json"), "refusal": None})

    replies = [completion(answer("gone", 1)), completion(answer("name", "Garden gnome"))]
    with closing(open_source(shop)) as session, scripted_model(replies) as model:
        source = SessionSource(session, with_a_column_that_is_gone(read_catalog(session)), NOW)
        client = openai.OpenAI(api_key="key", base_url=model.url, max_retries=0)
        plan = OpenAIPlanner(client, "model", PlannerOptions(share_values=True)).plan("garden gnomes", source)
    assert isinstance(plan, FilterPlan)
    assert plan.roots[0].table == "public.products"
    assert '"values": ["Garden gnome"]' in model.messages(0)[1]["content"]
    assert "column chosen.gone does not exist" in model.messages(1)[-1]["content"]
