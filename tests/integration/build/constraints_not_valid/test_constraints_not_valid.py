"""Constraints that the source never enforced come along as they are, with the rows that violate them. Needs
PostgreSQL."""

from datavalut.filters.model import FilterPlan
from tests.build_cases import Built
from tests.subset_cases import rows_with

ORDERS = """
    CREATE TABLE customers (id int PRIMARY KEY);
    CREATE TABLE shops (id int PRIMARY KEY, owner int REFERENCES customers);
    CREATE TABLE orders (id int PRIMARY KEY, customer int, shop int REFERENCES shops);
    INSERT INTO customers VALUES (1), (2);
    INSERT INTO shops VALUES (1, 1), (2, 2);
    INSERT INTO orders VALUES (1, 1, NULL), (2, 99, NULL), (3, 99, 1), (4, 2, 1), (5, 99, 2);
    ALTER TABLE orders ADD CONSTRAINT unsure FOREIGN KEY (customer) REFERENCES customers NOT VALID;
"""


def test_a_reference_to_no_row_neither_links_nor_leaves_out(built: Built) -> None:
    result = built(ORDERS, FilterPlan(roots=(rows_with("customers", "id", 1),)))
    assert result.rows("orders") == ["(1,1,)", "(3,99,1)"]


def test_a_reference_to_no_row_keeps_nothing(built: Built) -> None:
    result = built(ORDERS, FilterPlan(roots=(rows_with("orders", "id", 3),)))
    assert result.rows("orders") == ["(3,99,1)"]
    assert result.rows("customers") == ["(1)"]


def test_a_reference_to_no_row_does_not_make_a_sibling(built: Built) -> None:
    result = built(ORDERS, FilterPlan(roots=(rows_with("shops", "id", 2),), exclude=("orders",)))
    assert result.rows("orders") == []
    result = built(ORDERS, FilterPlan(roots=(rows_with("shops", "id", 2),)))
    assert result.rows("orders") == ["(5,99,2)"]


def test_a_root_is_not_filtered_by_a_reference_to_no_row(built: Built) -> None:
    plan = FilterPlan(roots=(rows_with("customers", "id", 1), rows_with("orders", "shop", 1)))
    assert built(ORDERS, plan).rows("orders") == ["(3,99,1)"]


def test_references_to_no_row_in_a_circle_leave_nothing_out(built: Built) -> None:
    statements = """
        CREATE TABLE accounts (id int PRIMARY KEY);
        CREATE TABLE threads (id int PRIMARY KEY, account int REFERENCES accounts, last_message int);
        CREATE TABLE messages (id int PRIMARY KEY, account int REFERENCES accounts, thread int REFERENCES threads);
        INSERT INTO accounts VALUES (1), (2);
        INSERT INTO threads VALUES (1, 1, 99), (2, NULL, 99), (3, 1, 2);
        INSERT INTO messages VALUES (1, NULL, 1), (2, 2, 1), (3, NULL, 2);
        ALTER TABLE threads ADD FOREIGN KEY (last_message) REFERENCES messages NOT VALID;
    """
    result = built(statements, FilterPlan(roots=(rows_with("accounts", "id", 1),)))
    assert result.rows("threads") == ["(1,1,99)"]
    assert result.rows("messages") == ["(1,,1)"]


def test_a_key_to_a_partitioned_table(built: Built) -> None:
    statements = """
        CREATE TABLE days (day int PRIMARY KEY) PARTITION BY RANGE (day);
        CREATE TABLE days_1 PARTITION OF days FOR VALUES FROM (0) TO (10);
        CREATE TABLE days_2 PARTITION OF days DEFAULT;
        CREATE TABLE notes (id int PRIMARY KEY, day int);
        INSERT INTO days VALUES (1), (20); INSERT INTO notes VALUES (1, 1), (2, 99);
        ALTER TABLE notes ADD FOREIGN KEY (day) REFERENCES days NOT VALID;
    """
    result = built(statements, FilterPlan(roots=(rows_with("notes", "id", 1, 2),)))
    assert result.rows("days") == ["(1)"]
    assert result.keys("notes") == ["1", "2"]


def test_the_same_key_twice_of_which_one_is_valid(built: Built) -> None:
    statements = """
        CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (id int PRIMARY KEY, p int REFERENCES p);
        ALTER TABLE c ADD CONSTRAINT again FOREIGN KEY (p) REFERENCES p NOT VALID;
        INSERT INTO p VALUES (1), (2); INSERT INTO c VALUES (1, 1), (2, 2), (3, NULL);
    """
    assert built(statements, FilterPlan(roots=(rows_with("p", "id", 1),))).keys("c") == ["1"]


def test_checks_of_tables_and_domains(built: Built) -> None:
    statements = """
        CREATE DOMAIN price AS numeric;
        CREATE TABLE t (id int PRIMARY KEY, price price); INSERT INTO t VALUES (1, -1), (2, -2);
        ALTER DOMAIN price ADD CONSTRAINT positive CHECK (VALUE > 0) NOT VALID;
        ALTER TABLE t ADD CONSTRAINT small CHECK (price > 100) NOT VALID;
        CREATE TABLE wide (n int) PARTITION BY RANGE (n);
        CREATE TABLE wide_1 PARTITION OF wide DEFAULT; INSERT INTO wide VALUES (1);
        ALTER TABLE wide ADD CONSTRAINT large CHECK (n > 100) NOT VALID;
    """
    result = built(statements, FilterPlan(roots=(rows_with("t", "id", 2),)))
    assert result.rows("t") == ["(2,-2)"]
    assert result.rows("wide") == ["(1)"]
