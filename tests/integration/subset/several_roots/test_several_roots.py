"""More than one table with a predicate. Needs: PostgreSQL (embedded)."""

from datavalut.filters.model import FilterPlan
from tests.subset_cases import Kept, rows_with

SHOP = """
    CREATE TABLE customers (id int PRIMARY KEY, contact_id int);
    CREATE TABLE products (id int PRIMARY KEY);
    CREATE TABLE orders (id int PRIMARY KEY, customer_id int REFERENCES customers);
    CREATE TABLE items (
        id int PRIMARY KEY, order_id int NOT NULL REFERENCES orders, product_id int NOT NULL REFERENCES products
    );
    INSERT INTO customers VALUES (1), (2), (3);
    INSERT INTO products VALUES (1), (2);
    INSERT INTO orders VALUES (1, 1), (2, 2), (3, 3), (4, NULL);
    INSERT INTO items VALUES (1, 1, 1), (2, 1, 2), (3, 2, 1), (4, 3, 2), (5, 4, 1);
"""


def test_a_row_below_two_roots_must_lead_to_kept_rows_of_both(kept: Kept) -> None:
    plan = FilterPlan(roots=(rows_with("customers", "id", 1, 2), rows_with("products", "id", 1)))
    result = kept(SHOP, plan)
    assert result.keys("items") == ["1", "3"]
    assert result.rows("products") == ["1"]


def test_a_root_below_another_root_is_filtered_by_it(kept: Kept) -> None:
    plan = FilterPlan(roots=(rows_with("customers", "id", 1), rows_with("orders", "id", 1, 2, 4)))
    result = kept(SHOP, plan)
    assert result.keys("orders") == ["1", "4"]
    assert result.keys("items") == ["1", "2", "5"]


def test_a_root_is_filtered_by_another_roots_descendant(kept: Kept) -> None:
    plan = FilterPlan(roots=(rows_with("customers", "id", 1), rows_with("items", "id", 1, 3, 5)))
    result = kept(SHOP, plan)
    assert result.keys("orders") == ["1"]
    assert result.keys("items") == ["1"]


def test_two_roots_that_reference_each_other_leave_each_other_out(kept: Kept) -> None:
    statements = """
        CREATE TABLE teams (id int PRIMARY KEY, captain_id int);
        CREATE TABLE players (id int PRIMARY KEY, team_id int REFERENCES teams);
        INSERT INTO teams VALUES (1, 1), (2, 2), (3, 4), (4, NULL);
        INSERT INTO players VALUES (1, 1), (2, 3), (3, 2), (4, 3), (5, 4);
        ALTER TABLE teams ADD FOREIGN KEY (captain_id) REFERENCES players;
    """
    plan = FilterPlan(roots=(rows_with("teams", "id", 1, 2, 4), rows_with("players", "id", 1, 2, 3, 5)))
    result = kept(statements, plan)
    # Team 3 does not match, so player 2 goes, so team 2 goes, so player 3 goes.
    assert result.keys("teams") == ["1", "4"]
    assert result.keys("players") == ["1", "5"]


def test_a_roots_own_descendant_does_not_filter_it_unless_another_root_is_above_too(kept: Kept) -> None:
    statements = """
        CREATE TABLE regions (id int PRIMARY KEY);
        CREATE TABLE customers (id int PRIMARY KEY, default_address_id int);
        CREATE TABLE addresses (
            id int PRIMARY KEY, customer_id int REFERENCES customers, region_id int REFERENCES regions
        );
        INSERT INTO regions VALUES (1), (2);
        INSERT INTO customers VALUES (1, 1), (2, 2), (3, 3), (4, NULL);
        INSERT INTO addresses VALUES (1, 1, 1), (2, 2, 2), (3, 4, 1), (4, 1, 1);
        ALTER TABLE customers ADD FOREIGN KEY (default_address_id) REFERENCES addresses;
    """
    alone = kept(statements, FilterPlan(roots=(rows_with("customers", "id", 1, 2, 3),)))
    assert alone.keys("customers") == ["1", "2", "3", "4"]
    assert alone.required["customers"] == 1
    assert alone.keys("addresses") == ["1", "2", "3", "4"]
    assert alone.required["addresses"] == 1
    both = kept(statements, FilterPlan(roots=(rows_with("customers", "id", 1, 2, 3), rows_with("regions", "id", 1))))
    # Address 2 is in another region, and address 3 is of a customer who does not match.
    assert both.keys("customers") == ["1"]
    assert both.keys("addresses") == ["1", "4"]


def test_a_path_to_another_root_that_comes_through_the_root_itself_does_not_filter_it(kept: Kept) -> None:
    statements = """
        CREATE TABLE regions (id int PRIMARY KEY);
        CREATE TABLE customers (id int PRIMARY KEY, region_id int REFERENCES regions, default_address_id int);
        CREATE TABLE addresses (id int PRIMARY KEY, customer_id int REFERENCES customers);
        INSERT INTO regions VALUES (1), (2);
        INSERT INTO customers VALUES (1, 1, 2), (2, 2, 1), (3, 1, NULL);
        INSERT INTO addresses VALUES (1, 1), (2, 2), (3, 3);
        ALTER TABLE customers ADD FOREIGN KEY (default_address_id) REFERENCES addresses;
    """
    result = kept(statements, FilterPlan(roots=(rows_with("customers", "id", 1, 2), rows_with("regions", "id", 1))))
    # Customer 2 is left out by its region, and comes back with the address that customer 1 references.
    assert result.keys("customers") == ["1", "2"]
    assert result.required == {"regions": 1, "customers": 1, "addresses": 1}
    assert result.keys("addresses") == ["1", "2"]
