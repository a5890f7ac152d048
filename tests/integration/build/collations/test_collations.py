"""References whose columns sort otherwise than what they reference. Needs PostgreSQL."""

import pytest

from datavalut.filters.model import FilterPlan, Root
from tests.build_cases import Built
from tests.subset_cases import rows_with

STATEMENTS = """
    CREATE COLLATION "My Own" (LOCALE = 'C');
    CREATE TABLE parents (n int, key text COLLATE "My Own" PRIMARY KEY);
    CREATE TABLE children (n int, key text COLLATE "POSIX" REFERENCES parents, other text REFERENCES parents);
    INSERT INTO parents VALUES (1, 'a'), (2, 'b'), (3, 'c');
    INSERT INTO children VALUES (1, 'a', 'a'), (2, 'b', NULL), (3, 'b', 'b'), (4, NULL, NULL);
"""


def test_references_are_followed(built: Built) -> None:
    assert built(STATEMENTS, FilterPlan(roots=(rows_with("children", "n", 1, 4),))).keys("parents") == ["1"]
    assert built(STATEMENTS, FilterPlan(roots=(rows_with("parents", "n", 2),))).keys("children") == ["2", "3"]


@pytest.mark.parametrize(("least", "kept"), [(1, ["1", "2"]), (2, ["2"])])
def test_related_rows_are_counted(built: Built, least: int, kept: list[str]) -> None:
    path = [{"table": "children", "columns": ["key"]}]
    counted = Root.model_validate(
        {
            "table": "parents",
            "condition": {
                "kind": "compare",
                "left": {"kind": "aggregate", "function": "count", "path": path},
                "operator": ">=",
                "right": {"kind": "value", "value": least},
            },
        }
    )
    assert built(STATEMENTS, FilterPlan(roots=(counted,))).keys("parents") == kept
