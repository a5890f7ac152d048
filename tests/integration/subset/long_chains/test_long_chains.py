"""Tables that lead to each other over many steps. Needs: PostgreSQL (embedded)."""

import pytest

from datavalut.filters.model import FilterPlan, Root
from tests.subset_cases import Kept, rows_with

LENGTH = 40
# Row n of each table is below row n of the one before it; in the last table there is a second one below row 2.
CHAIN = (
    "CREATE TABLE t0 (id int PRIMARY KEY); INSERT INTO t0 VALUES (1), (2), (3);"
    + "".join(
        f"CREATE TABLE t{n} (id int PRIMARY KEY, above int REFERENCES t{n - 1});"
        f"INSERT INTO t{n} VALUES (1, 1), (2, 2), (3, 3), (4, NULL);"
        for n in range(1, LENGTH)
    )
    + f"INSERT INTO t{LENGTH - 1} VALUES (5, 2)"
)


@pytest.mark.parametrize(
    ("root", "kept_of"),
    [
        (rows_with("t0", "id", 1, 2), {"t0": ["1", "2"], "t20": ["1", "2"], "t39": ["1", "2", "5"]}),
        (rows_with("t39", "id", 5, 1), {"t39": ["1", "5"], "t20": ["1", "2"], "t0": ["1", "2"]}),
        (rows_with("t20", "id", 3, 4), {"t0": ["3"], "t19": ["3"], "t20": ["3", "4"], "t39": ["3"]}),
    ],
)
def test_rows_are_kept_from_one_end_to_the_other(kept: Kept, root: Root, kept_of: dict[str, list[str]]) -> None:
    result = kept(CHAIN, FilterPlan(roots=(root,)))
    assert {table: result.keys(table) for table in kept_of} == kept_of
