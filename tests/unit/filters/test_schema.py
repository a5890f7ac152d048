"""The published JSON Schema of a filter plan. Needs nothing running."""

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from datavalut.api.openapi import openapi_document
from datavalut.filters.schema import filter_schema, schema_text
from tests.filter_examples import ORDERS, aggregate, compare, exists, in_time, plan_of
from tests.language_document import examples, plans_with

COMMITTED = Path(__file__).parents[3] / "docs" / "filter.schema.json"
VALIDATOR = jsonschema_rs.Draft202012Validator(filter_schema())


def test_the_committed_schema_is_that_of_the_code() -> None:
    assert COMMITTED.read_text() == schema_text(), "run: python -m datavalut.filters.schema > docs/filter.schema.json"


def test_it_is_a_valid_schema() -> None:
    jsonschema_rs.meta.validate(filter_schema())


def test_the_openapi_document_has_the_same() -> None:
    schema = filter_schema()
    published = schema.pop("$defs")
    schema.pop("$schema")
    components = openapi_document()["components"]["schemas"]
    text = json.dumps(components).replace("#/components/schemas/", "#/$defs/")
    of_openapi: dict[str, Any] = json.loads(text)
    assert of_openapi["FilterPlan"] == schema
    assert {name: of_openapi[name] for name in published} == published
    assert {"$ref": "#/$defs/FilterPlan"} in of_openapi["CreateJobRequest"]["properties"]["filter"]["anyOf"]


@pytest.mark.parametrize("example", examples())
def test_it_accepts_every_example(example: str) -> None:
    found: Any = json.loads(example)
    whole = isinstance(found, dict) and "kind" not in found and "table" not in found and "reason" not in found
    instances = [found] if whole else [plan.model_dump(mode="json") for plan in plans_with(found)]
    for instance in instances:
        VALIDATOR.validate(instance)


@pytest.mark.parametrize(
    "plan",
    [
        {"root": []},
        {"roots": [{"table": "t", "where": "1 = 1"}]},
        {"roots": [{"condition": None}]},
        {"roots": [{"table": "t", "condition": {"kind": "sql", "sql": "DROP TABLE t"}}]},
        {"roots": [{"table": "t", "condition": {"kind": "all", "conditions": []}}]},
        {"roots": [{"table": "t", "condition": {"kind": "not", "condition": {"kind": "exists"}}}]},
        {"roots": [{"table": "t", "sample": {"percent": 101}}]},
        {"roots": [{"table": "t", "top": {"rows": 0, "order_by": []}}]},
        {"scope": "everything"},
        {"exclude": "t"},
        "all customers",
    ],
)
def test_it_refuses_what_is_not_of_the_language(plan: Any) -> None:
    assert not VALIDATOR.is_valid(plan)


def test_a_plan_as_it_is_recorded_fits_it_too() -> None:
    condition = exists(ORDERS, compare(aggregate("count", [{"table": "items"}]), ">", 2))
    for plan in (plan_of(condition), plan_of(in_time("born", kind="age", unit="year")), plan_of(None)):
        VALIDATOR.validate(plan.model_dump(mode="json"))
