"""Partitioned tables are one table each. Needs: PostgreSQL (embedded)."""

from datavalut.filters.model import FilterPlan
from tests.subset_cases import Kept, rows_with

STATEMENTS = """
    CREATE TABLE customers (id int PRIMARY KEY);
    CREATE TABLE orders (
        id int, year int, customer_id int REFERENCES customers, previous_id int, previous_year int,
        PRIMARY KEY (id, year)
    ) PARTITION BY LIST (year);
    CREATE TABLE orders_2024 PARTITION OF orders FOR VALUES IN (2024);
    CREATE TABLE orders_later PARTITION OF orders FOR VALUES IN (2025, 2026) PARTITION BY LIST (year);
    CREATE TABLE orders_2025 PARTITION OF orders_later FOR VALUES IN (2025);
    CREATE TABLE orders_2026 PARTITION OF orders_later FOR VALUES IN (2026);
    CREATE TABLE items (
        id int PRIMARY KEY, order_id int NOT NULL, order_year int NOT NULL,
        FOREIGN KEY (order_id, order_year) REFERENCES orders
    );
    ALTER TABLE orders ADD FOREIGN KEY (previous_id, previous_year) REFERENCES orders;
    INSERT INTO customers VALUES (1), (2);
    INSERT INTO orders VALUES (1, 2024, 1), (1, 2025, 2), (1, 2026, 1), (2, 2024, 2);
    INSERT INTO orders VALUES (3, 2025, 1, 1, 2024), (3, 2026, 1, 2, 2024), (4, 2026, 1, 3, 2026);
    INSERT INTO items VALUES (1, 1, 2024), (2, 1, 2025), (3, 1, 2026), (4, 3, 2026), (5, 3, 2025);
"""


def test_rows_of_all_partitions_and_their_children_are_kept(kept: Kept) -> None:
    result = kept(STATEMENTS, FilterPlan(roots=(rows_with("customers", "id", 1),)))
    assert [line.rsplit(" ", 3)[0] for line in result.rows("orders")] == ["1 2024", "1 2026", "3 2025"]
    assert result.keys("items") == ["1", "3", "5"]


def test_a_partitioned_root_brings_in_rows_of_other_partitions(kept: Kept) -> None:
    result = kept(STATEMENTS, FilterPlan(roots=(rows_with("orders", "id", 4),)))
    assert [line.rsplit(" ", 3)[0] for line in result.rows("orders")] == ["2 2024", "3 2026", "4 2026"]
    assert result.required["orders"] == 2
    assert result.rows("customers") == ["1", "2"]
    assert result.keys("items") == []


def test_a_partitioned_ancestor_holds_the_rows_that_are_referenced(kept: Kept) -> None:
    result = kept(STATEMENTS, FilterPlan(roots=(rows_with("items", "id", 5),)))
    assert [line.rsplit(" ", 3)[0] for line in result.rows("orders")] == ["1 2024", "3 2025"]
