"""Tables without a primary key, with equal rows and columns that cannot be compared. Needs: PostgreSQL (embedded)."""

from datavalut.filters.model import FilterPlan
from tests.subset_cases import Kept, rows_with

STATEMENTS = """
    CREATE TABLE customers (id int PRIMARY KEY);
    CREATE TABLE events (
        customer_id int REFERENCES customers, code int UNIQUE, second_code int UNIQUE, document json
    );
    CREATE TABLE follow_ups (
        id int PRIMARY KEY, code int REFERENCES events (code), second_code int REFERENCES events (second_code)
    );
    INSERT INTO customers VALUES (1), (2);
    INSERT INTO events VALUES (1, NULL, NULL, '{"a":1}'), (1, NULL, NULL, '{"a":1}'), (2, NULL, NULL, '[]'),
        (1, 1, 11, '{}'), (2, 2, 12, '{}'), (2, NULL, 13, 'null');
    INSERT INTO follow_ups VALUES (1, 1, 12), (2, 2, 13), (3, NULL, NULL);
"""


def test_equal_rows_are_all_kept(kept: Kept) -> None:
    result = kept(STATEMENTS, FilterPlan(roots=(rows_with("customers", "id", 1),)))
    assert result.rows("events") == ["1 1 11 {}", '1 \\N \\N {"a":1}', '1 \\N \\N {"a":1}']
    assert result.keys("follow_ups") == []


def test_rows_of_a_table_without_primary_key_are_kept_by_any_of_its_keys(kept: Kept) -> None:
    result = kept(STATEMENTS, FilterPlan(roots=(rows_with("follow_ups", "id", 1, 2),)))
    assert result.rows("events") == ["1 1 11 {}", "2 2 12 {}", "2 \\N 13 null"]


def test_a_table_without_keys_and_comparable_columns_is_a_root(kept: Kept) -> None:
    statements = """
        CREATE TABLE logs (at int, place point, line json);
        INSERT INTO logs VALUES (1, '(1,2)', '{}'), (1, '(1,2)', '{}'), (2, NULL, NULL);
    """
    result = kept(statements, FilterPlan(roots=(rows_with("logs", "at", 1),)))
    assert result.rows("logs") == ["1 (1,2) {}", "1 (1,2) {}"]


def test_required_rows_of_a_table_without_primary_key_are_told_from_chosen_ones(kept: Kept) -> None:
    statements = """
        CREATE TABLE nodes (code int UNIQUE, next_code int REFERENCES nodes (code), document json);
        INSERT INTO nodes VALUES (1, NULL, '{}'), (2, 1, '{}'), (NULL, 2, '{}'), (NULL, 2, '{}'), (3, 2, '{}');
    """
    root = rows_with("nodes", "next_code", 2)
    result = kept(statements, FilterPlan(roots=(root,)))
    assert result.rows("nodes") == ["1 \\N {}", "2 1 {}", "3 2 {}", "\\N 2 {}", "\\N 2 {}"]
    assert result.required["nodes"] == 2
