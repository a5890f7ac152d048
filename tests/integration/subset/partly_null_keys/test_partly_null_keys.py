"""References with a null in one of their columns are none (MATCH SIMPLE). Needs: PostgreSQL (embedded)."""

from datavalut.filters.model import FilterPlan
from tests.subset_cases import Kept, rows_with

STATEMENTS = """
    CREATE TABLE tenants (id int PRIMARY KEY);
    CREATE TABLE orders (tenant_id int REFERENCES tenants, id int, PRIMARY KEY (tenant_id, id));
    CREATE TABLE notes (
        id int PRIMARY KEY, tenant_id int NOT NULL REFERENCES tenants, order_id int,
        FOREIGN KEY (tenant_id, order_id) REFERENCES orders
    );
    INSERT INTO tenants VALUES (1), (2);
    INSERT INTO orders VALUES (1, 1), (1, 2), (2, 1);
    INSERT INTO notes VALUES (1, 1, 1), (2, 1, NULL), (3, 1, 2), (4, 2, NULL), (5, 2, 1);
"""


def test_a_partly_null_reference_does_not_leave_a_row_out(kept: Kept) -> None:
    assert kept(STATEMENTS, FilterPlan(roots=(rows_with("tenants", "id", 1),))).keys("notes") == ["1", "2", "3"]


def test_a_partly_null_reference_does_not_link_a_row(kept: Kept) -> None:
    assert kept(STATEMENTS, FilterPlan(roots=(rows_with("orders", "id", 2),))).keys("notes") == ["3"]


def test_an_order_without_a_customer_is_left_out(kept: Kept) -> None:
    statements = """
        CREATE TABLE customers (id int PRIMARY KEY);
        CREATE TABLE orders (
            id int PRIMARY KEY, customer_id int REFERENCES customers, referred_by int REFERENCES customers
        );
        INSERT INTO customers VALUES (1), (2);
        INSERT INTO orders VALUES (1, 1, NULL), (2, NULL, NULL), (3, 1, 2), (4, NULL, 1), (5, 2, 1), (6, 1, 1);
    """
    assert kept(statements, FilterPlan(roots=(rows_with("customers", "id", 1),))).keys("orders") == ["1", "4", "6"]
