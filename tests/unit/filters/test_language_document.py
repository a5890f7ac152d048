"""docs/filter-language.md shows every construct of the language. Needs nothing running; that its examples can be run is
tested with PostgreSQL."""

import json
import re

import pytest

from datavalut.filters import model
from datavalut.filters.check import MAXIMUM_CONSTANTS, MAXIMUM_DEPTH, MAXIMUM_NODES, MAXIMUM_PROBLEMS, MAXIMUM_STEPS
from datavalut.filters.errors import ProblemKind
from tests.filter_words import language_words
from tests.language_document import DOCUMENT, examples, plans_with, words_shown


@pytest.mark.parametrize("example", examples())
def test_every_example_is_of_the_language(example: str) -> None:
    if "reason" in json.loads(example):
        model.Refusal.model_validate_json(example)
    else:
        assert plans_with(json.loads(example))


def test_every_construct_is_shown() -> None:
    assert language_words() - words_shown() == set()
    for field in {*model.FilterPlan.model_fields, *model.Root.model_fields}:
        assert f"`{field}`" in DOCUMENT or f'"{field}"' in DOCUMENT


def test_every_kind_of_fault_is_told() -> None:
    refused = DOCUMENT.split("## What is refused")[1].split("\n## ")[0]
    for kind in ProblemKind:
        assert re.search(rf"(?m)^\| .*\b{kind}\b.* \|", refused)


def test_the_limits_are_those_of_the_check() -> None:
    for limit in (MAXIMUM_NODES, MAXIMUM_CONSTANTS):
        assert f"{limit:,}" in DOCUMENT
    for limit in (MAXIMUM_DEPTH, MAXIMUM_STEPS, MAXIMUM_PROBLEMS):
        assert re.search(rf"\b{limit}\b", DOCUMENT)
