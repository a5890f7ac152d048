"""Tables that share a parent with what is kept, and tables that share one with those. Needs: PostgreSQL (embedded)."""

from datavalut.filters.model import FilterPlan
from tests.subset_cases import Kept, rows_with

STATEMENTS = """
    CREATE TABLE products (id int PRIMARY KEY);
    CREATE TABLE items (id int PRIMARY KEY, product_id int REFERENCES products);
    CREATE TABLE tags (id int PRIMARY KEY);
    CREATE TABLE product_tags (
        id int PRIMARY KEY, product_id int REFERENCES products, tag_id int REFERENCES tags
    );
    CREATE TABLE tag_notes (id int PRIMARY KEY, product_tag_id int REFERENCES product_tags);
    CREATE TABLE synonyms (id int PRIMARY KEY, tag_id int REFERENCES tags);
    CREATE TABLE country_codes (id int PRIMARY KEY);
    INSERT INTO products VALUES (1), (2), (3);
    INSERT INTO items VALUES (1, 1), (2, 2);
    INSERT INTO tags VALUES (1), (2), (3);
    INSERT INTO product_tags VALUES (1, 1, 1), (2, 1, NULL), (3, 2, 2), (4, NULL, 1);
    INSERT INTO tag_notes VALUES (1, 1), (2, 3), (3, NULL);
    INSERT INTO synonyms VALUES (1, 1), (2, 2), (3, 1);
    INSERT INTO country_codes VALUES (49), (33);
"""


def test_siblings_come_in_rounds_each_with_what_it_references(kept: Kept) -> None:
    result = kept(STATEMENTS, FilterPlan(roots=(rows_with("items", "id", 1),)))
    assert result.rows("products") == ["1"]
    assert result.keys("product_tags") == ["1", "2"]
    assert result.keys("tag_notes") == ["1"]
    assert result.rows("tags") == ["1"]
    assert result.keys("synonyms") == ["1", "3"]
    rounds = {name: result.table(name).round for name in ("product_tags", "tag_notes", "synonyms")}
    assert rounds == {"product_tags": 1, "tag_notes": 1, "synonyms": 2}


def test_a_table_connected_to_no_root_is_copied_whole(kept: Kept) -> None:
    result = kept(STATEMENTS, FilterPlan(roots=(rows_with("items", "id", 1),)))
    assert result.rows("country_codes") == ["33", "49"]
    assert result.table("country_codes").rule == "rest"


def test_a_sibling_must_not_reference_a_row_that_an_assigned_table_leaves_out(kept: Kept) -> None:
    statements = """
        CREATE TABLE colors (id int PRIMARY KEY);
        CREATE TABLE sizes (id int PRIMARY KEY);
        CREATE TABLE items (id int PRIMARY KEY, color_id int REFERENCES colors, size_id int REFERENCES sizes);
        CREATE TABLE samples (id int PRIMARY KEY, color_id int REFERENCES colors, size_id int REFERENCES sizes);
        INSERT INTO colors VALUES (1), (2);
        INSERT INTO sizes VALUES (1), (2);
        INSERT INTO items VALUES (1, 1, 1);
        INSERT INTO samples VALUES (1, 1, 1), (2, 1, 2), (3, 2, 1), (4, 1, NULL), (5, NULL, NULL);
    """
    result = kept(statements, FilterPlan(roots=(rows_with("items", "id", 1),)))
    assert result.keys("samples") == ["1", "4"]
    assert result.rows("sizes") == ["1"]
