"""The examples of docs/filter-language.md."""

import json
import re
from pathlib import Path

from datavalut.filters.model import FilterPlan
from tests.filter_examples import Json, compare, exists, in_time, plan_of
from tests.filter_words import words_of

DOCUMENT = (Path(__file__).parents[1] / "docs" / "filter-language.md").read_text(encoding="utf-8")
[SHOP_SQL] = re.findall(r"```sql\n(.*?)```", DOCUMENT, re.DOTALL)

_CONDITIONS = {"all", "any", "not", "compare", "in", "between", "is_null", "text", "array_contains", "time", "exists"}
_WINDOWS = {"last", "next", "older_than", "age", "calendar", "range"}


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


def plans_with(example: Json | list[Json]) -> list[FilterPlan]:
    """Whole plans of which the example is a part, one for each table that it may be about. None for a refusal."""
    if isinstance(example, list):
        return _for_each_table(exists(example))
    if "reason" in example:
        return []
    if "kind" not in example:
        return [FilterPlan.model_validate(example if "table" not in example else {"roots": [example]})]
    if example["kind"] in _CONDITIONS:
        return _for_each_table(example)
    if example["kind"] in _WINDOWS:
        return _for_each_table(in_time("created_at", **example))
    if example["kind"] == "value":
        return _for_each_table(compare("price", "=", example))
    return _for_each_table({"kind": "is_null", "operand": example})


def _for_each_table(condition: Json) -> list[FilterPlan]:
    tables = re.findall(r"CREATE TABLE (\w+)", SHOP_SQL)
    return [plan_of(condition, table) for table in tables]


def words_shown() -> set[tuple[str, str]]:
    """The words of the language that the examples use."""
    plans = [plan for example in examples() for plan in plans_with(json.loads(example))[:1]]
    return {word for plan in plans for word in words_of(plan)}
