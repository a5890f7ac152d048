"""Keys of several columns. Needs: PostgreSQL (embedded)."""

from datavalut.filters.model import FilterPlan
from tests.subset_cases import Kept, rows_with


def test_a_composite_reference_is_compared_column_by_column(kept: Kept) -> None:
    statements = """
        CREATE TABLE orders (shop int, number int, PRIMARY KEY (shop, number));
        CREATE TABLE items (id int PRIMARY KEY, number int, shop int, FOREIGN KEY (shop, number) REFERENCES orders);
        INSERT INTO orders VALUES (1, 2), (2, 1), (2, 2);
        INSERT INTO items VALUES (1, 2, 1), (2, 1, 2), (3, 2, 2);
    """
    assert kept(statements, FilterPlan(roots=(rows_with("orders", "number", 1),))).keys("items") == ["2"]
    assert kept(statements, FilterPlan(roots=(rows_with("items", "id", 1),))).rows("orders") == ["1 2"]


def test_a_join_table_needs_both_of_its_parents(kept: Kept) -> None:
    statements = """
        CREATE TABLE products (id int PRIMARY KEY);
        CREATE TABLE tags (id int PRIMARY KEY);
        CREATE TABLE product_tags (
            product_id int REFERENCES products, tag_id int REFERENCES tags, PRIMARY KEY (product_id, tag_id)
        );
        INSERT INTO products VALUES (1), (2);
        INSERT INTO tags VALUES (1), (2);
        INSERT INTO product_tags VALUES (1, 1), (1, 2), (2, 1), (2, 2);
    """
    plan = FilterPlan(roots=(rows_with("products", "id", 1), rows_with("tags", "id", 2)))
    assert kept(statements, plan).rows("product_tags") == ["1 2"]
