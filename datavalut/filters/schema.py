"""The JSON Schema of a filter plan, as it is published.

`python -m datavalut.filters.schema > docs/filter.schema.json`; a test holds the file to it.
"""

import json
import sys
from typing import Any

from datavalut.filters.model import FilterPlan


def filter_schema() -> dict[str, Any]:
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | FilterPlan.model_json_schema()


def schema_text() -> str:
    return json.dumps(filter_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(schema_text())
