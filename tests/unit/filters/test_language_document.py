"""docs/filter-language.md shows every construct of the language, and only what the language accepts. Needs nothing
running."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from datavalut.filters import model
from datavalut.filters.check import MAXIMUM_CONSTANTS, MAXIMUM_DEPTH, MAXIMUM_NODES, MAXIMUM_PROBLEMS, MAXIMUM_STEPS

DOCUMENT = (Path(__file__).parents[3] / "docs" / "filter-language.md").read_text(encoding="utf-8")
ANYTHING: TypeAdapter[Any] = TypeAdapter(
    model.Condition
    | model.Expression
    | model.TimeWindow
    | model.FilterPlan
    | model.Root
    | model.Refusal
    | tuple[model.PathStep, ...]
)


def examples() -> list[str]:
    """The JSON of all code blocks (each a value, or one a line) and of the tables, less what is only hinted at."""
    found = []
    for block in re.findall(r"```json\n(.*?)```", DOCUMENT, re.DOTALL):
        try:
            json.loads(block)
            found.append(block)
        except json.JSONDecodeError:
            found += re.findall(r"^(?:\{|\[).*?(?=\n\{|\n\[|\Z)", block.strip(), re.DOTALL | re.MULTILINE)
    found += re.findall(r"^\| `(\{.*?\})` \|", DOCUMENT, re.MULTILINE)
    return [example for example in found if "…" not in example and "[A, B]" not in example and '": A}' not in example]


@pytest.mark.parametrize("example", examples())
def test_every_example_is_of_the_language(example: str) -> None:
    ANYTHING.validate_json(example)


def test_every_construct_is_shown() -> None:
    kinds = {
        field.default
        for construct in vars(model).values()
        if isinstance(construct, type) and issubclass(construct, model.FilterModel)
        for name, field in construct.model_fields.items()
        if name == "kind"
    }
    assert {kind for kind in kinds if f'"kind": "{kind}"' not in DOCUMENT} == set()
    for field in {*model.FilterPlan.model_fields, *model.Root.model_fields}:
        assert f"`{field}`" in DOCUMENT or f'"{field}"' in DOCUMENT


def test_the_limits_are_those_of_the_check() -> None:
    for limit in (MAXIMUM_NODES, MAXIMUM_CONSTANTS):
        assert f"{limit:,}" in DOCUMENT
    for limit in (MAXIMUM_DEPTH, MAXIMUM_STEPS, MAXIMUM_PROBLEMS):
        assert re.search(rf"\b{limit}\b", DOCUMENT)
