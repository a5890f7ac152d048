"""What a language model is told agrees with the language. Needs nothing running."""

import json
import re

import jsonschema_rs

from datavalut.catalog.model import Catalog, Column, ForeignKey, Table, TypeCategory
from datavalut.filters.check import check_plan
from datavalut.filters.model import FilterPlan
from datavalut.planning.instructions import INSTRUCTIONS
from datavalut.planning.model_answer import PlannerAnswer
from datavalut.planning.strict_schema import strict_schema
from tests.filter_examples import name
from tests.filter_words import language_words

[EXAMPLE] = re.findall(r"(?m)^\{.*\}$", INSTRUCTIONS)
CATALOG = Catalog(
    "shop",
    170000,
    (
        Table(
            name("customers"),
            (Column("id", "integer", TypeCategory.INTEGER), Column("country", "text", TypeCategory.TEXT)),
            primary_key=("id",),
        ),
        Table(
            name("orders"),
            (
                Column("customer_id", "integer", TypeCategory.INTEGER),
                Column("total", "numeric", TypeCategory.NUMERIC),
                Column("placed_at", "timestamp with time zone", TypeCategory.TIMESTAMPTZ),
            ),
        ),
    ),
    (ForeignKey("customer_fkey", name("orders"), ("customer_id",), name("customers"), ("id",)),),
)


def test_the_example_is_an_answer_as_it_has_to_be() -> None:
    jsonschema_rs.Draft202012Validator(strict_schema(PlannerAnswer)).validate(json.loads(EXAMPLE))
    answer = PlannerAnswer.model_validate_json(EXAMPLE)
    assert isinstance(answer.plan, FilterPlan)
    check_plan(answer.plan, CATALOG)


def test_every_kind_is_told_with_its_fields() -> None:
    for field, word in language_words():
        if field == "kind":
            assert re.search(rf"\b{word}\([a-z_, ]+\)", INSTRUCTIONS), word
