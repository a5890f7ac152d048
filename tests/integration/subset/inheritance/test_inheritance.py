"""Tables of classic inheritance hold their own rows only. Needs: PostgreSQL (embedded)."""

from datavalut.filters.model import FilterPlan
from tests.subset_cases import Kept, rows_with

STATEMENTS = """
    CREATE TABLE cities (id int PRIMARY KEY, name text);
    CREATE TABLE capitals (state text) INHERITS (cities);
    CREATE TABLE people (id int PRIMARY KEY, city_id int REFERENCES cities);
    INSERT INTO cities VALUES (1, 'Bonn'), (2, 'Ulm');
    INSERT INTO capitals VALUES (1, 'Bern', 'BE'), (3, 'Oslo', 'OS');
    INSERT INTO people VALUES (1, 1), (2, 2);
"""


def test_a_parent_is_copied_without_its_childrens_rows(kept: Kept) -> None:
    result = kept(STATEMENTS, FilterPlan(roots=(rows_with("people", "id", 1),)))
    assert result.rows("cities") == ["1 Bonn"]
    assert result.rows("capitals") == ["1 Bern BE", "3 Oslo OS"]


def test_a_root_of_an_inheritance_tree_means_its_own_rows(kept: Kept) -> None:
    result = kept(STATEMENTS, FilterPlan(roots=(rows_with("cities", "id", 1, 3),)))
    assert result.rows("cities") == ["1 Bonn"]
    assert result.keys("people") == ["1"]
