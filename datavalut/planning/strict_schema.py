"""From a pydantic model to the part of JSON Schema that structured outputs take in strict mode.

OpenAI's rules: the root is an object and no union; every object lists all its properties as required and forbids
others; a union is `anyOf` (not `oneOf`, no discriminator); a reference stands alone. Recursion by `$ref` is fine.
Bounds and defaults are left out: other servers that speak the same protocol take fewer of them, and the models
check them anyway.
"""

from typing import Any

from pydantic import BaseModel

Schema = dict[str, Any]

KEPT = frozenset({"type", "enum", "description"})
LEFT_OUT = frozenset(
    {
        "title",
        "default",
        "discriminator",
        "additionalProperties",
        "required",
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "minLength",
        "maxLength",
        "pattern",
        "format",
        "minItems",
        "maxItems",
    }
)


class UnsupportedSchemaError(Exception):
    """A model uses a part of JSON Schema that strict mode has no form for: a mistake in this program."""

    def __init__(self, keyword: str) -> None:
        super().__init__(f"strict mode has no form for {keyword!r}")
        self.keyword = keyword


def strict_schema(model: type[BaseModel]) -> Schema:
    """The model's schema in strict form. Raises UnsupportedSchemaError."""
    schema = model.model_json_schema()
    definitions = schema.pop("$defs", {})
    strict = _strict(schema)
    if definitions:
        strict["$defs"] = {name: _strict(definition) for name, definition in definitions.items()}
    return strict


def _strict(schema: Schema) -> Schema:
    if "$ref" in schema:
        return {"$ref": schema["$ref"]}
    strict: Schema = {}
    for keyword, content in schema.items():
        match keyword:
            case "anyOf" | "oneOf":
                strict["anyOf"] = [part for choice in content for part in _choices(_strict(choice))]
            case "const":
                strict["enum"] = [content]
            case "items":
                strict["items"] = _strict(content)
            case "properties":
                strict["properties"] = {name: _strict(part) for name, part in content.items()}
                strict["required"] = list(content)
                strict["additionalProperties"] = False
            case _ if keyword in KEPT:
                strict[keyword] = content
            case _ if keyword not in LEFT_OUT:
                raise UnsupportedSchemaError(keyword)
    return strict


def _choices(schema: Schema) -> list[Schema]:
    """A union inside a union is part of it."""
    return schema["anyOf"] if set(schema) == {"anyOf"} else [schema]
