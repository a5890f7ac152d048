"""How much comes along beside the roots and their descendants. Needs: PostgreSQL (embedded)."""

from datavalut.filters.model import FilterPlan, Scope
from tests.subset_cases import Kept, rows_with

STATEMENTS = """
    CREATE TABLE countries (id int PRIMARY KEY);
    CREATE TABLE customers (
        id int PRIMARY KEY, country_id int REFERENCES countries, referred_by int REFERENCES customers
    );
    CREATE TABLE orders (id int PRIMARY KEY, customer_id int REFERENCES customers);
    CREATE TABLE offices (id int PRIMARY KEY, country_id int REFERENCES countries);
    CREATE TABLE settings (id int PRIMARY KEY);
    INSERT INTO countries VALUES (1), (2);
    INSERT INTO customers VALUES (1, 1, 2), (2, 1, NULL), (3, 2, NULL);
    INSERT INTO orders VALUES (1, 1), (2, 2);
    INSERT INTO offices VALUES (1, 1), (2, 2);
    INSERT INTO settings VALUES (1);
"""
TABLES = ("countries", "customers", "orders", "offices", "settings")


def _keys(kept: Kept, scope: Scope | None) -> list[list[str]]:
    result = kept(STATEMENTS, FilterPlan(roots=(rows_with("customers", "id", 1),), scope=scope))
    return [result.keys(table) for table in TABLES]


def test_related_is_the_default(kept: Kept) -> None:
    assert _keys(kept, None) == [["1"], ["1", "2"], ["1"], ["1"], ["1"]]


def test_minimal_leaves_siblings_and_the_rest_empty(kept: Kept) -> None:
    assert _keys(kept, Scope.MINIMAL) == [["1"], ["1", "2"], ["1"], [], []]


def test_wide_keeps_whole_whatever_is_not_below_a_root(kept: Kept) -> None:
    assert _keys(kept, Scope.WIDE) == [["1", "2"], ["1", "2"], ["1"], ["1", "2"], ["1"]]


def test_without_roots_all_tables_are_the_rest(kept: Kept) -> None:
    result = kept(STATEMENTS, FilterPlan(exclude=("offices",)))
    assert [len(result.rows(table)) for table in TABLES] == [2, 3, 2, 0, 1]
