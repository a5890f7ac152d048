"""A table that references itself: as a root, below one, above one, and beside one. Needs: PostgreSQL (embedded)."""

from datavalut.filters.model import FilterPlan
from tests.subset_cases import Kept, rows_with

EMPLOYEES = """
    CREATE TABLE departments (id int PRIMARY KEY);
    CREATE TABLE employees (
        id int PRIMARY KEY, department_id int REFERENCES departments, manager_id int REFERENCES employees
    );
    INSERT INTO departments VALUES (1), (2);
    INSERT INTO employees VALUES (1, 2, NULL), (2, 1, 1), (3, 1, 2), (4, 2, 2), (5, 1, NULL), (6, 1, 5), (7, 1, 6);
"""


def test_a_roots_manager_and_the_managers_manager_come_in_but_not_their_other_reports(kept: Kept) -> None:
    result = kept(EMPLOYEES, FilterPlan(roots=(rows_with("employees", "id", 3),)))
    assert result.keys("employees") == ["1", "2", "3"]
    assert result.required["employees"] == 2


def test_a_required_row_brings_in_what_it_references(kept: Kept) -> None:
    result = kept(EMPLOYEES, FilterPlan(roots=(rows_with("employees", "id", 3),)))
    assert result.rows("departments") == ["1", "2"]


def test_a_descendant_whose_manager_is_left_out_is_left_out_with_all_below_it(kept: Kept) -> None:
    result = kept(EMPLOYEES, FilterPlan(roots=(rows_with("departments", "id", 1),)))
    assert result.keys("employees") == ["5", "6", "7"]
    assert result.required["employees"] == 0


def test_a_descendant_is_linked_through_rows_of_its_own_table(kept: Kept) -> None:
    folders = """
        CREATE TABLE owners (id int PRIMARY KEY);
        CREATE TABLE folders (
            id int PRIMARY KEY, owner_id int REFERENCES owners, parent_id int REFERENCES folders
        );
        INSERT INTO owners VALUES (1), (2);
        INSERT INTO folders VALUES (1, 1, NULL), (2, NULL, 1), (3, NULL, 2), (4, 2, 3), (5, NULL, 4),
            (6, 2, NULL), (7, NULL, 6), (8, NULL, NULL), (9, NULL, 8);
    """
    result = kept(folders, FilterPlan(roots=(rows_with("owners", "id", 1),)))
    assert result.keys("folders") == ["1", "2", "3"]


def test_rows_in_a_circle_keep_each_other_once_linked_and_do_not_link_themselves(kept: Kept) -> None:
    rings = """
        CREATE TABLE owners (id int PRIMARY KEY);
        CREATE TABLE links (
            id int PRIMARY KEY, owner_id int REFERENCES owners, next_id int NOT NULL REFERENCES links
                DEFERRABLE INITIALLY DEFERRED
        );
        INSERT INTO owners VALUES (1), (2);
        INSERT INTO links VALUES (1, 1, 2), (2, NULL, 3), (3, NULL, 1),
            (4, NULL, 5), (5, NULL, 4), (6, 1, 7), (7, 2, 6), (8, 1, 8);
    """
    result = kept(rings, FilterPlan(roots=(rows_with("owners", "id", 1),)))
    assert result.keys("links") == ["1", "2", "3", "8"]


def test_an_ancestors_own_ancestors_are_kept(kept: Kept) -> None:
    categories = """
        CREATE TABLE categories (id int PRIMARY KEY, parent_id int REFERENCES categories);
        CREATE TABLE products (id int PRIMARY KEY, category_id int REFERENCES categories);
        INSERT INTO categories VALUES (1, NULL), (2, 1), (3, 2), (4, 2), (5, NULL);
        INSERT INTO products VALUES (1, 3), (2, 4), (3, 5);
    """
    result = kept(categories, FilterPlan(roots=(rows_with("products", "id", 1),)))
    assert result.keys("categories") == ["1", "2", "3"]


def test_a_sibling_whose_parent_of_the_same_table_is_left_out_is_left_out(kept: Kept) -> None:
    reviews = """
        CREATE TABLE products (id int PRIMARY KEY);
        CREATE TABLE sales (id int PRIMARY KEY, product_id int REFERENCES products);
        CREATE TABLE reviews (
            id int PRIMARY KEY, product_id int NOT NULL REFERENCES products, answers_id int REFERENCES reviews
        );
        CREATE INDEX ON reviews (answers_id);
        INSERT INTO products VALUES (1), (2);
        INSERT INTO sales VALUES (1, 1), (2, 2);
        INSERT INTO reviews VALUES (1, 1, NULL), (2, 1, 1), (3, 2, NULL), (4, 1, 3), (5, 1, 4);
    """
    result = kept(reviews, FilterPlan(roots=(rows_with("sales", "id", 1),)))
    assert result.keys("reviews") == ["1", "2"]


def test_a_chain_of_a_thousand_rows_is_followed_to_its_end(kept: Kept) -> None:
    versions = """
        CREATE TABLE versions (id int PRIMARY KEY, previous_id int REFERENCES versions);
        INSERT INTO versions SELECT number, nullif(number - 1, 0) FROM generate_series(1, 1500) AS number;
    """
    result = kept(versions, FilterPlan(roots=(rows_with("versions", "id", 1000),)))
    assert len(result.keys("versions")) == 1000
    assert result.required["versions"] == 999
