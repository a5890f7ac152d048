"""Two tables with more than one foreign key between them. Needs: PostgreSQL (embedded)."""

from datavalut.filters.model import FilterPlan
from tests.subset_cases import Kept, rows_with

STATEMENTS = """
    CREATE TABLE places (id int PRIMARY KEY);
    CREATE TABLE trips (
        id int PRIMARY KEY, start_id int NOT NULL REFERENCES places, end_id int NOT NULL REFERENCES places,
        via_id int REFERENCES places
    );
    INSERT INTO places VALUES (1), (2), (3), (4);
    INSERT INTO trips VALUES (1, 1, 2, NULL), (2, 1, 3, NULL), (3, 2, 1, 3), (4, 2, 1, 1), (5, 3, 4, 4);
"""


def test_each_key_must_lead_to_a_kept_row(kept: Kept) -> None:
    assert kept(STATEMENTS, FilterPlan(roots=(rows_with("places", "id", 1, 2),))).keys("trips") == ["1", "4"]


def test_each_key_brings_in_the_row_it_references(kept: Kept) -> None:
    result = kept(STATEMENTS, FilterPlan(roots=(rows_with("trips", "id", 3, 5),)))
    assert result.rows("places") == ["1", "2", "3", "4"]
    assert result.required["places"] == 0
