"""Several tables that reference each other in a circle. Needs: PostgreSQL (embedded)."""

from datavalut.filters.model import FilterPlan
from tests.subset_cases import Kept, rows_with

STORES = """
    CREATE TABLE stores (id int PRIMARY KEY, manager_id int NOT NULL);
    CREATE TABLE staff (id int PRIMARY KEY, store_id int NOT NULL REFERENCES stores);
    CREATE TABLE sales (id int PRIMARY KEY, staff_id int NOT NULL REFERENCES staff);
    INSERT INTO stores VALUES (1, 2), (2, 3), (3, 3), (4, 4);
    INSERT INTO staff VALUES (1, 1), (2, 2), (3, 3), (4, 4), (5, 4);
    ALTER TABLE stores ADD FOREIGN KEY (manager_id) REFERENCES staff;
    INSERT INTO sales VALUES (1, 1), (2, 4);
"""


def test_a_circle_of_ancestors_is_followed_until_nothing_new_is_reached(kept: Kept) -> None:
    result = kept(STORES, FilterPlan(roots=(rows_with("sales", "id", 1),)))
    assert result.rows("staff") == ["1 1", "2 2", "3 3"]
    assert result.rows("stores") == ["1 2", "2 3", "3 3"]


def test_a_circle_from_a_root_to_its_descendant_and_back_filters_nothing(kept: Kept) -> None:
    result = kept(STORES, FilterPlan(roots=(rows_with("stores", "id", 1),)))
    assert result.rows("stores") == ["1 2", "2 3", "3 3"]
    assert result.rows("staff") == ["1 1", "2 2", "3 3"]
    assert (result.required["stores"], result.required["staff"]) == (2, 2)
    assert result.rows("sales") == ["1 1"]


DESCENDANTS = """
    CREATE TABLE accounts (id int PRIMARY KEY);
    CREATE TABLE threads (
        id int PRIMARY KEY, account_id int REFERENCES accounts, last_message_id int
    );
    CREATE TABLE messages (
        id int PRIMARY KEY, account_id int REFERENCES accounts, thread_id int REFERENCES threads
    );
    INSERT INTO accounts VALUES (1), (2);
    INSERT INTO threads VALUES (1, 1, NULL), (2, NULL, 3), (3, 1, 4), (4, NULL, 5), (5, NULL, 6);
    INSERT INTO messages VALUES (1, NULL, 1), (2, 2, 1), (3, NULL, 1), (4, 2, NULL), (5, NULL, 3), (6, NULL, 5);
    ALTER TABLE threads ADD FOREIGN KEY (last_message_id) REFERENCES messages;
"""


def _check_descendants(kept: Kept, statements: str) -> None:
    result = kept(statements, FilterPlan(roots=(rows_with("accounts", "id", 1),)))
    # Message 4 is another account's, so thread 3 is left out, with message 5 in it and thread 4, which ends with that.
    # Thread 5 and message 6 are linked to each other only.
    assert result.rows("threads") == ["1 1 \\N", "2 \\N 3"]
    assert result.rows("messages") == ["1 \\N 1", "3 \\N 1"]


def test_descendants_in_a_circle_link_each_other_and_leave_each_other_out(kept: Kept) -> None:
    _check_descendants(kept, DESCENDANTS)


def test_indexes_on_the_references_change_nothing(kept: Kept) -> None:
    _check_descendants(
        kept, DESCENDANTS + "CREATE INDEX ON threads (last_message_id); CREATE INDEX ON messages (thread_id);"
    )


def test_a_circle_of_siblings_is_chosen_as_one_of_descendants_is(kept: Kept) -> None:
    statements = (
        DESCENDANTS
        + """
        CREATE TABLE bills (id int PRIMARY KEY, account_id int REFERENCES accounts);
        INSERT INTO bills VALUES (1, 1), (2, 2);
    """
    )
    result = kept(statements, FilterPlan(roots=(rows_with("bills", "id", 1),)))
    assert result.table("threads").rule == "sibling"
    assert result.rows("threads") == ["1 1 \\N", "2 \\N 3"]
    assert result.rows("messages") == ["1 \\N 1", "3 \\N 1"]
