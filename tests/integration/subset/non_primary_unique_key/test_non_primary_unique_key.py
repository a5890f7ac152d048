"""Foreign keys to a unique key that is not the primary key. Needs: PostgreSQL (embedded)."""

from datavalut.filters.model import FilterPlan
from tests.subset_cases import Kept, rows_with

STATEMENTS = """
    CREATE TABLE countries (id int PRIMARY KEY, code text UNIQUE, area text, number int, UNIQUE (area, number));
    CREATE TABLE people (id int PRIMARY KEY, country_code text REFERENCES countries (code));
    CREATE TABLE visits (
        id int PRIMARY KEY, country_id int REFERENCES countries, area text, number int,
        FOREIGN KEY (area, number) REFERENCES countries (area, number)
    );
    INSERT INTO countries VALUES (1, 'c3', 'x', 1), (2, 'c2', 'x', 2), (3, 'c1', 'y', 1), (4, NULL, NULL, NULL);
    INSERT INTO people VALUES (1, 'c1'), (2, 'c2'), (3, NULL);
    INSERT INTO visits VALUES (1, 1, 'y', 1), (2, 4, NULL, NULL), (3, NULL, 'x', 2), (4, 1, 'x', 1);
"""


def test_the_referenced_columns_are_joined_and_not_the_primary_key(kept: Kept) -> None:
    assert kept(STATEMENTS, FilterPlan(roots=(rows_with("people", "id", 1),))).keys("countries") == ["3"]
    assert kept(STATEMENTS, FilterPlan(roots=(rows_with("countries", "id", 2),))).keys("people") == ["2"]


def test_a_parent_referenced_by_several_of_its_keys_is_kept_once(kept: Kept) -> None:
    assert kept(STATEMENTS, FilterPlan(roots=(rows_with("visits", "id", 1, 2),))).keys("countries") == ["1", "3", "4"]
    assert kept(STATEMENTS, FilterPlan(roots=(rows_with("visits", "id", 4),))).keys("countries") == ["1"]


def test_siblings_join_a_parent_that_was_referenced_by_several_of_its_keys(kept: Kept) -> None:
    result = kept(STATEMENTS, FilterPlan(roots=(rows_with("visits", "id", 1, 4),)))
    assert result.keys("countries") == ["1", "3"]
    assert result.rows("people") == ["1 c1"]
