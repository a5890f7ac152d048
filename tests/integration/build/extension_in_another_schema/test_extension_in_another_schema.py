"""Types of an extension that lies in a schema which no search path names: their operators are there as well. Needs
PostgreSQL."""

from datavalut.filters.model import FilterPlan, Root
from tests.build_cases import Built
from tests.subset_cases import rows_with

STATEMENTS = """
    CREATE SCHEMA "Extension's"; CREATE EXTENSION citext SCHEMA "Extension's";
    CREATE TABLE authors (id int, name "Extension's".citext UNIQUE);
    CREATE TABLE books (id int PRIMARY KEY, author "Extension's".citext REFERENCES authors (name));
    CREATE TABLE pens (author "Extension's".citext REFERENCES authors (name), id int);
    INSERT INTO authors VALUES (1, 'Ann'), (2, 'Bob');
    INSERT INTO books VALUES (1, 'ANN'), (2, 'bob'), (3, NULL);
    INSERT INTO pens VALUES ('aNn', 1), ('bOb', 2);
"""


def test_references_are_followed_as_the_server_compares_them(built: Built) -> None:
    result = built(STATEMENTS, FilterPlan(roots=(rows_with("books", "id", 1),)))
    assert result.rows("authors") == ["(1,Ann)"]
    assert result.rows("pens") == ["(aNn,1)"]


def test_children_are_found_as_the_server_compares_them(built: Built) -> None:
    result = built(STATEMENTS, FilterPlan(roots=(rows_with("authors", "id", 2),)))
    assert result.keys("books") == ["2"]
    assert result.keys("pens") == ["bOb"]


def test_a_filter_compares_related_rows_as_the_server_does(built: Built) -> None:
    with_books = Root.model_validate(
        {"table": "authors", "condition": {"kind": "exists", "path": [{"table": "books"}]}}
    )
    result = built(STATEMENTS, FilterPlan(roots=(with_books,)))
    assert result.rows("authors") == ["(1,Ann)", "(2,Bob)"]
