"""Tables that the plan leaves out, and tables that it keeps whole. Needs: PostgreSQL (embedded)."""

from datavalut.filters.model import FilterPlan
from tests.subset_cases import Kept, rows_with

SHOP = """
    CREATE TABLE customers (id int PRIMARY KEY);
    CREATE TABLE orders (id int PRIMARY KEY, customer_id int REFERENCES customers, last_event_id int);
    CREATE TABLE items (id int PRIMARY KEY, order_id int REFERENCES orders);
    CREATE TABLE events (id int PRIMARY KEY, customer_id int REFERENCES customers);
    CREATE TABLE event_notes (id int PRIMARY KEY, event_id int REFERENCES events);
    INSERT INTO customers VALUES (1), (2), (3);
    INSERT INTO orders VALUES (1, 1, NULL), (2, 2, NULL), (3, 1, 3), (4, NULL, NULL);
    INSERT INTO items VALUES (1, 1), (2, 2), (3, 3), (4, 4), (5, NULL);
    INSERT INTO events VALUES (1, 1), (2, 2), (3, 3);
    INSERT INTO event_notes VALUES (1, 1), (2, 2), (3, 3);
    ALTER TABLE orders ADD FOREIGN KEY (last_event_id) REFERENCES events;
"""


def test_an_excluded_table_holds_only_rows_that_kept_rows_reference(kept: Kept) -> None:
    result = kept(SHOP, FilterPlan(roots=(rows_with("customers", "id", 1),), exclude=("events",)))
    assert result.keys("orders") == ["1", "3"]
    assert result.rows("events") == ["3 3"]
    assert result.required["events"] == 1
    assert result.rows("customers") == ["1", "3"]
    assert result.required["customers"] == 1


def test_children_of_an_excluded_tables_kept_rows_are_its_siblings(kept: Kept) -> None:
    result = kept(SHOP, FilterPlan(roots=(rows_with("customers", "id", 1),), exclude=("events",)))
    assert result.table("event_notes").rule == "sibling"
    assert result.keys("event_notes") == ["3"]


def test_what_only_an_excluded_table_connects_to_a_root_stays_empty(kept: Kept) -> None:
    result = kept(SHOP, FilterPlan(roots=(rows_with("customers", "id", 1),), exclude=("orders",)))
    assert result.rows("orders") == []
    assert result.rows("items") == []
    assert result.table("items").rule == "empty"
    assert result.keys("events") == ["1"]


def test_a_full_table_keeps_all_its_rows_and_what_they_reference(kept: Kept) -> None:
    result = kept(SHOP, FilterPlan(roots=(rows_with("customers", "id", 1),), exclude=("events",), full=("orders",)))
    assert result.keys("orders") == ["1", "2", "3", "4"]
    assert result.rows("customers") == ["1", "2", "3"]
    assert result.required["customers"] == 2


def test_a_full_table_below_a_root_passes_links_on(kept: Kept) -> None:
    result = kept(SHOP, FilterPlan(roots=(rows_with("customers", "id", 1),), full=("orders",)))
    assert result.keys("items") == ["1", "3"]


def test_a_full_table_filters_nothing(kept: Kept) -> None:
    statements = """
        CREATE TABLE countries (id int PRIMARY KEY);
        CREATE TABLE customers (id int PRIMARY KEY, country_id int REFERENCES countries);
        CREATE TABLE offices (id int PRIMARY KEY, country_id int REFERENCES countries);
        INSERT INTO countries VALUES (1), (2), (3);
        INSERT INTO customers VALUES (1, 1), (2, 2);
        INSERT INTO offices VALUES (1, 1), (2, 2), (3, 3);
    """
    root = rows_with("customers", "id", 1)
    assert kept(statements, FilterPlan(roots=(root,))).keys("offices") == ["1"]
    result = kept(statements, FilterPlan(roots=(root,), full=("countries",)))
    assert result.rows("countries") == ["1", "2", "3"]
    assert result.keys("offices") == ["1", "2", "3"]


def test_rows_that_a_round_brings_in_through_an_excluded_table_bring_in_no_more_siblings(kept: Kept) -> None:
    statements = """
        CREATE TABLE products (id int PRIMARY KEY);
        CREATE TABLE items (id int PRIMARY KEY, product_id int REFERENCES products);
        CREATE TABLE bundles (id int PRIMARY KEY, product_id int REFERENCES products);
        CREATE TABLE reviews (
            id int PRIMARY KEY, product_id int NOT NULL REFERENCES products, bundle_id int REFERENCES bundles
        );
        INSERT INTO products VALUES (1), (2), (3);
        INSERT INTO items VALUES (1, 1), (2, 2);
        INSERT INTO bundles VALUES (1, 2), (2, 3), (3, 1);
        INSERT INTO reviews VALUES (1, 1, 1), (2, 2, NULL), (3, 2, 2), (4, 1, NULL);
    """
    result = kept(statements, FilterPlan(roots=(rows_with("items", "id", 1),), exclude=("bundles",)))
    assert result.keys("reviews") == ["1", "4"]
    assert result.rows("bundles") == ["1 2"]
    assert result.rows("products") == ["1", "2"]
    assert result.table("products").referenced_in == (0, 1)
