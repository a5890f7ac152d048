"""Foreign keys that a row has only some of, or only a part of. Needs PostgreSQL."""

import pytest

from datavalut.filters.model import FilterPlan, Root
from tests.build_cases import Built
from tests.filtered_databases import use_small_chunks
from tests.subset_cases import rows_with


def test_a_row_without_one_reference_still_has_the_others(built: Built) -> None:
    """Each of the two keys has a null where the other has none."""
    statements = """
        CREATE TABLE people (id int PRIMARY KEY, name text);
        CREATE TABLE books (id int PRIMARY KEY, author int REFERENCES people, editor int REFERENCES people);
        CREATE TABLE copies (id int PRIMARY KEY, book int NOT NULL REFERENCES books);
        INSERT INTO people SELECT n, 'person ' || n FROM generate_series(1, 6) AS n;
        INSERT INTO books VALUES (1, 1, NULL), (2, NULL, 2), (3, 3, 4), (4, 5, 6), (5, NULL, NULL);
        INSERT INTO copies SELECT n, n FROM generate_series(1, 5) AS n;
    """
    result = built(statements, FilterPlan(roots=(rows_with("copies", "id", 1, 2, 3, 5),)))
    assert result.keys("books") == ["1", "2", "3", "5"]
    assert result.keys("people") == ["1", "2", "3", "4"]


def test_the_same_for_keys_of_several_columns(built: Built) -> None:
    statements = """
        CREATE TABLE people (tenant int, id int, PRIMARY KEY (tenant, id));
        CREATE TABLE books (
            id int PRIMARY KEY, tenant int, author int, editor int,
            FOREIGN KEY (tenant, author) REFERENCES people, FOREIGN KEY (tenant, editor) REFERENCES people
        );
        CREATE TABLE copies (id int PRIMARY KEY, book int NOT NULL REFERENCES books);
        INSERT INTO people SELECT 1, n FROM generate_series(1, 6) AS n;
        INSERT INTO books VALUES (1, 1, 1, NULL), (2, 1, NULL, 2), (3, 1, 3, 4), (4, NULL, 5, 6);
        INSERT INTO copies SELECT n, n FROM generate_series(1, 4) AS n;
    """
    result = built(statements, FilterPlan(roots=(rows_with("copies", "id", 1, 2, 3, 4),)))
    assert result.rows("people") == ["(1,1)", "(1,2)", "(1,3)", "(1,4)"]


def test_keys_that_are_partly_null_are_in_no_chunk(built: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    use_small_chunks(monkeypatch)
    statements = """
        CREATE TABLE people (tenant int, id int, PRIMARY KEY (tenant, id));
        CREATE TABLE books (id int PRIMARY KEY, tenant int, author int, FOREIGN KEY (tenant, author) REFERENCES people);
        INSERT INTO people SELECT 1, n FROM generate_series(1, 6) AS n;
        INSERT INTO books VALUES (1, 1, 1), (2, 1, 2), (3, 1, 3);
        INSERT INTO books VALUES (4, 2, NULL), (5, 3, NULL), (6, 4, NULL), (7, NULL, 5);
    """
    result = built(statements, FilterPlan(roots=(Root(table="books"),)))
    assert result.rows("people") == ["(1,1)", "(1,2)", "(1,3)"]
