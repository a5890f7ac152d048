"""Rows that are kept only because kept rows reference them. Needs: PostgreSQL (embedded)."""

from datavalut.filters.model import FilterPlan
from tests.subset_cases import Kept, rows_with

STATEMENTS = """
    CREATE TABLE departments (id int PRIMARY KEY, head_id int);
    CREATE TABLE employees (id int PRIMARY KEY, department_id int NOT NULL REFERENCES departments);
    CREATE TABLE laptops (id int PRIMARY KEY, employee_id int NOT NULL REFERENCES employees);
    INSERT INTO departments VALUES (1, 3), (2, NULL), (3, NULL);
    INSERT INTO employees VALUES (1, 1), (2, 1), (3, 2), (4, 2), (5, 3);
    INSERT INTO laptops VALUES (1, 1), (2, 3), (3, 4);
    ALTER TABLE departments ADD FOREIGN KEY (head_id) REFERENCES employees;
"""


def test_the_head_of_a_kept_department_is_required_and_brings_in_no_children(kept: Kept) -> None:
    result = kept(STATEMENTS, FilterPlan(roots=(rows_with("departments", "id", 1),)))
    assert result.keys("employees") == ["1", "2", "3"]
    assert result.required["employees"] == 1
    assert result.keys("departments") == ["1", "2"]
    assert result.required["departments"] == 1
    assert result.keys("laptops") == ["1"]


def test_a_required_row_that_the_rule_chooses_too_is_not_counted(kept: Kept) -> None:
    result = kept(STATEMENTS, FilterPlan(roots=(rows_with("departments", "id", 1, 2),)))
    assert result.keys("employees") == ["1", "2", "3", "4"]
    assert result.required == {"departments": 0, "employees": 0, "laptops": 0}


def test_a_row_of_a_required_row_is_left_out_even_if_it_references_a_matching_one_too(kept: Kept) -> None:
    statements = """
        CREATE TABLE people (id int PRIMARY KEY, boss_id int REFERENCES people);
        CREATE TABLE talks (id int PRIMARY KEY, one_id int REFERENCES people, other_id int REFERENCES people);
        INSERT INTO people VALUES (1, NULL), (2, 1), (3, 1);
        INSERT INTO talks VALUES (1, 2, 2), (2, 2, 1), (3, 1, NULL), (4, 2, 3);
    """
    result = kept(statements, FilterPlan(roots=(rows_with("people", "id", 2),)))
    assert result.keys("people") == ["1", "2"]
    assert result.keys("talks") == ["1"]
