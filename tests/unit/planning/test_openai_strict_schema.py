"""The schema of the model's answer keeps the documented rules of strict structured outputs. Needs nothing running."""

from collections.abc import Iterator
from typing import Any, Literal

import pytest
from pydantic import BaseModel, Field

from datavalut.planning.model_answer import RESPONSE_FORMAT, PlannerAnswer
from datavalut.planning.strict_schema import UnsupportedSchemaError, strict_schema

SCHEMA = strict_schema(PlannerAnswer)
TYPES = {"string", "number", "boolean", "integer", "object", "array", "null"}
KEYWORDS = {
    "type",
    "enum",
    "anyOf",
    "items",
    "properties",
    "required",
    "additionalProperties",
    "description",
    "$ref",
    "$defs",
}


def parts(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The schema and all schemas inside it."""
    yield schema
    inner = [*schema.get("properties", {}).values(), *schema.get("$defs", {}).values(), *schema.get("anyOf", [])]
    if "items" in schema:
        inner.append(schema["items"])
    for part in inner:
        yield from parts(part)


def depth(schema: dict[str, Any]) -> int:
    inner = [*schema.get("properties", {}).values(), *schema.get("anyOf", [])]
    inner += [schema["items"]] if "items" in schema else []
    return (1 if "properties" in schema else 0) + max((depth(part) for part in inner), default=0)


def test_the_root_is_an_object_and_no_union() -> None:
    assert SCHEMA["type"] == "object"
    assert "anyOf" not in SCHEMA


def test_only_supported_keywords_and_types_occur() -> None:
    for part in parts(SCHEMA):
        assert set(part) <= KEYWORDS
        assert part.get("type", "string") in TYPES


def test_every_object_requires_all_its_properties_and_forbids_others() -> None:
    objects = [part for part in parts(SCHEMA) if part.get("type") == "object"]
    assert len(objects) > 25
    for part in objects:
        assert part["required"] == list(part["properties"])
        assert part["additionalProperties"] is False


def test_every_part_says_what_it_is() -> None:
    for part in parts(SCHEMA):
        assert {"type", "anyOf", "$ref"} & set(part)


def test_a_reference_stands_alone_and_leads_to_a_definition() -> None:
    references = [part for part in parts(SCHEMA) if "$ref" in part]
    assert references
    for part in references:
        assert set(part) == {"$ref"}
        assert part["$ref"].removeprefix("#/$defs/") in SCHEMA["$defs"]


def test_the_language_stays_recursive() -> None:
    negated = SCHEMA["$defs"]["Not"]["properties"]["condition"]["anyOf"]
    assert {"$ref": "#/$defs/Not"} in negated


def test_the_documented_limits_are_far_away() -> None:
    everything = list(parts(SCHEMA))
    assert sum(len(part.get("properties", {})) for part in everything) < 5_000
    assert max(depth(part) for part in [SCHEMA, *SCHEMA["$defs"].values()]) <= 5
    assert sum(len(part.get("enum", [])) for part in everything) < 500
    names = [name for part in everything for name in (*part.get("properties", {}), *part.get("$defs", {}))]
    labels = [str(label) for part in everything for label in part.get("enum", [])]
    assert len("".join(names + labels)) < 15_000


def test_the_response_format_asks_for_strictness() -> None:
    assert RESPONSE_FORMAT["type"] == "json_schema"
    assert RESPONSE_FORMAT["json_schema"]["strict"] is True
    assert RESPONSE_FORMAT["json_schema"]["name"].replace("_", "").isalnum()


def test_optional_fields_become_required_and_nullable() -> None:
    class Example(BaseModel):
        size: int | None = Field(default=None, ge=1)
        kind: Literal["a"] = "a"

    assert strict_schema(Example) == {
        "type": "object",
        "properties": {
            "size": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
            "kind": {"type": "string", "enum": ["a"]},
        },
        "required": ["size", "kind"],
        "additionalProperties": False,
    }


def test_a_model_that_strict_mode_cannot_express_is_refused() -> None:
    class Pair(BaseModel):
        pair: tuple[int, str]

    with pytest.raises(UnsupportedSchemaError) as raised:
        strict_schema(Pair)
    assert raised.value.keyword == "prefixItems"
