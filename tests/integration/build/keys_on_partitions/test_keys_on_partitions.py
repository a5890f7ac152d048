"""Foreign keys that are declared on partitions, or lead to one. Needs PostgreSQL."""

import pytest

from datavalut.catalog.model import TableName
from datavalut.engine.root_proofs import Proof
from datavalut.filters.model import FilterPlan, Root
from tests.build_cases import Built
from tests.filter_examples import Json, aggregate, column, compare, exists, negation, plan_of
from tests.filtered_databases import use_small_chunks
from tests.subset_cases import rows_with

DECLARED_ON_ONE = """
    CREATE TABLE customers (id int PRIMARY KEY);
    CREATE TABLE orders (id int, year int, customer int, PRIMARY KEY (id, year)) PARTITION BY LIST (year);
    CREATE TABLE orders_2024 PARTITION OF orders FOR VALUES IN (2024);
    CREATE TABLE orders_2025 PARTITION OF orders FOR VALUES IN (2025);
    ALTER TABLE orders_2024 ADD FOREIGN KEY (customer) REFERENCES customers;
    INSERT INTO customers VALUES (1), (2);
    INSERT INTO orders VALUES (1, 2024, 1), (2, 2024, 2), (3, 2025, 1), (4, 2025, 2), (5, 2025, 99);
"""
TO_ONE = """
    CREATE TABLE orders (id int, year int, PRIMARY KEY (id, year)) PARTITION BY LIST (year);
    CREATE TABLE orders_2024 PARTITION OF orders FOR VALUES IN (2024);
    CREATE TABLE orders_2025 PARTITION OF orders FOR VALUES IN (2025);
    ALTER TABLE orders_2024 ADD UNIQUE (id);
    CREATE TABLE notes (id int PRIMARY KEY, order_id int REFERENCES orders_2024 (id));
    CREATE INDEX ON notes (order_id);
    INSERT INTO orders VALUES (1, 2024), (1, 2025), (2, 2024), (2, 2025);
    INSERT INTO notes VALUES (1, 1), (2, 2), (3, NULL);
"""


def test_a_key_of_one_partition_counts_for_the_rows_of_all(built: Built) -> None:
    result = built(DECLARED_ON_ONE, FilterPlan(roots=(rows_with("customers", "id", 1),)))
    assert result.keys("orders") == ["1", "3"]


def test_a_row_of_another_partition_may_reference_nothing(built: Built) -> None:
    result = built(DECLARED_ON_ONE, FilterPlan(roots=(rows_with("orders", "id", 3, 5),)))
    assert result.rows("orders") == ["(3,2025,1)", "(5,2025,99)"]
    assert result.rows("customers") == ["(1)"]


def test_a_key_of_every_partition_is_one_of_the_table(built: Built) -> None:
    statements = (
        DECLARED_ON_ONE
        + """
        DELETE FROM orders WHERE customer = 99;
        ALTER TABLE orders_2025 ADD FOREIGN KEY (customer) REFERENCES customers;
    """
    )
    result = built(statements, FilterPlan(roots=(rows_with("customers", "id", 2),)))
    assert result.keys("orders") == ["2", "4"]


@pytest.mark.parametrize("chunks", ["whole", "small"])
def test_a_key_to_a_partition_leads_to_a_row_of_that_one(
    built: Built, monkeypatch: pytest.MonkeyPatch, chunks: str
) -> None:
    if chunks == "small":
        use_small_chunks(monkeypatch)
    result = built(TO_ONE, FilterPlan(roots=(rows_with("notes", "id", 1),)))
    assert result.rows("orders") == ["(1,2024)"]


def test_the_children_of_a_row_are_not_those_of_its_namesake(built: Built) -> None:
    result = built(TO_ONE, FilterPlan(roots=(rows_with("orders", "year", 2025),)))
    assert result.rows("orders") == ["(1,2025)", "(2,2025)"]
    assert result.rows("notes") == []


def test_a_row_with_two_keys_to_partitions_comes_once(built: Built) -> None:
    statements = (
        TO_ONE
        + """
        ALTER TABLE notes ADD COLUMN other int REFERENCES orders_2024 (id);
        UPDATE notes SET other = 3 - order_id;
    """
    )
    result = built(statements, FilterPlan(roots=(Root(table="orders"),)))
    assert result.rows("notes") == ["(1,1,2)", "(2,2,1)"]


ORDERS_IN_TARGET = TableName("public", "orders")
NOTES: list[Json] = [{"table": "notes"}]
ORDERS: list[Json] = [{"table": "orders"}]
NUMBER_OF_NOTES = aggregate("count", NOTES)


@pytest.mark.parametrize(
    ("condition", "kept"),
    [
        (exists(NOTES), ["(1,2024)", "(2,2024)"]),
        (negation(exists(NOTES)), ["(1,2025)", "(2,2025)"]),
        (exists([*NOTES, *ORDERS], compare("id", "=", 1)), ["(1,2024)"]),
        (compare(NUMBER_OF_NOTES, "=", 1), ["(1,2024)", "(2,2024)"]),
        (compare(NUMBER_OF_NOTES, "<", 1), ["(1,2025)", "(2,2025)"]),
        (compare(NUMBER_OF_NOTES, "=", column("id")), ["(1,2024)"]),
        (compare(aggregate("sum", NOTES, "id"), "<=", 1), ["(1,2024)", "(1,2025)", "(2,2025)"]),
    ],
)
def test_a_condition_on_children_knows_whose_they_are(built: Built, condition: Json, kept: list[str]) -> None:
    assert built(TO_ONE, plan_of(condition, "orders")).rows("orders") == kept


def test_a_condition_that_needs_children_of_a_partition_is_proven_by_them(built: Built) -> None:
    plan = plan_of(exists(NOTES), "orders")
    assert built(TO_ONE, plan).result.roots == {ORDERS_IN_TARGET: Proof.WHOLE}


def test_a_condition_that_children_would_break_is_not_proven_by_overlooking_them(built: Built) -> None:
    """Order 1 has two notes, of which one is kept: of its condition no more is proven than what needs no notes."""
    two_notes = "UPDATE notes SET order_id = 1 WHERE id = 2; DELETE FROM orders WHERE id = 2"
    plan = plan_of(compare(NUMBER_OF_NOTES, "<>", 1), "orders")
    result = built(TO_ONE + two_notes, FilterPlan(roots=(*plan.roots, rows_with("notes", "id", 1))))
    assert (result.rows("orders"), result.keys("notes")) == (["(1,2024)", "(1,2025)"], ["1"])
    assert result.result.roots[ORDERS_IN_TARGET] is Proof.OWN_COLUMNS


@pytest.mark.parametrize(
    ("condition", "kept"),
    [
        (exists(ORDERS, compare("year", "=", 2025)), []),
        (exists(ORDERS, compare("year", "=", 2024)), ["1", "2"]),
        (compare(aggregate("count", ORDERS), "=", 1), ["1", "2"]),
        (compare(aggregate("max", ORDERS, "year"), "=", column("wanted")), ["1"]),
    ],
)
def test_a_condition_on_parents_knows_which_they_are(built: Built, condition: Json, kept: list[str]) -> None:
    wanted = "ALTER TABLE notes ADD wanted int; UPDATE notes SET wanted = 2023 + id"
    assert built(TO_ONE + wanted, plan_of(condition, "notes")).keys("notes") == kept
