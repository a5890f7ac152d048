"""Tables that reference each other in a circle, copied in chunks. Needs PostgreSQL."""

import pytest

from datavalut.filters.model import FilterPlan, Root
from tests.build_cases import Built
from tests.filtered_databases import use_small_chunks


def test_a_row_that_is_reached_from_many_keys_comes_once(built: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each mark references another thread, and each thread leads by its message to the first one."""
    use_small_chunks(monkeypatch)
    result = built(
        """
        CREATE TABLE messages (id int, thread int, UNIQUE (id));
        CREATE TABLE threads (id int PRIMARY KEY, last_message int REFERENCES messages (id));
        CREATE TABLE marks (id int PRIMARY KEY, thread int REFERENCES threads);
        INSERT INTO messages SELECT n, 1 FROM generate_series(1, 6) AS n;
        INSERT INTO threads SELECT n, n FROM generate_series(1, 6) AS n;
        INSERT INTO marks SELECT n, n FROM generate_series(1, 6) AS n;
        ALTER TABLE messages ADD FOREIGN KEY (thread) REFERENCES threads;
        """,
        FilterPlan(roots=(Root(table="marks"),)),
    )
    assert result.keys("messages") == ["1", "2", "3", "4", "5", "6"]
    assert result.keys("threads") == ["1", "2", "3", "4", "5", "6"]
