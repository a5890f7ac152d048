"""Foreign keys of types that are none of the usual ones. Needs PostgreSQL."""

import pytest

from datavalut.filters.model import FilterPlan
from tests.build_cases import Built
from tests.subset_cases import rows_with

# The type, two values, and the first of them in other words.
TYPES = {
    "composite": ("pair", "(1,x)", "(2,y)", "( 1,x)"),
    "array": ("int[]", "{1,NULL}", "{2}", "{1, null}"),
    "range": ("int4range", "[1,2)", "[5,6)", "[1,1]"),
    "enum": ("mood", "sad", "happy", "sad"),
    "domain": ("number", "1", "2", "1"),
    "numeric": ("numeric", "1.0", "2", "1.000"),
    "character": ("char(5)", "ab", "b", "ab   "),
    "interval": ("interval", "1 day", "2 days", "24 hours"),
    "jsonb": ("jsonb", '{"a": 1}', '{"a": 2}', '{"a": 1.0}'),
    "inet": ("inet", "10.0.0.1", "::1", "10.0.0.1/32"),
    "bytea": ("bytea", r"\x00ff", r"\x01", r"\x00FF"),
    "double precision": ("float8", "0", "1", "-0"),
    "timestamp with time zone": ("timestamptz", "2024-01-01 00:00+00", "infinity", "2024-01-01 01:00+01"),
}


@pytest.mark.parametrize("name", TYPES)
def test_references_are_followed_up_and_down(built: Built, name: str) -> None:
    sql, first, second, same = TYPES[name]
    statements = f"""
        CREATE TYPE pair AS (a int, b text); CREATE TYPE mood AS ENUM ('sad', 'happy');
        CREATE DOMAIN number AS int CHECK (VALUE > 0);
        CREATE TABLE p (n int, key {sql} PRIMARY KEY); INSERT INTO p VALUES (1, '{first}'), (2, '{second}');
        CREATE TABLE c (n int, key {sql} REFERENCES p, other {sql} REFERENCES p);
        INSERT INTO c VALUES (1, '{same}', NULL), (2, '{second}', '{second}'), (3, NULL, '{same}');
        CREATE TABLE d (n int, key {sql} NOT NULL REFERENCES p); INSERT INTO d VALUES (1, '{same}'), (2, '{second}');
    """
    down = built(statements, FilterPlan(roots=(rows_with("p", "n", 1),)))
    assert down.keys("c") == ["1", "3"]
    assert down.keys("d") == ["1"]
    up = built(statements, FilterPlan(roots=(rows_with("c", "n", 1, 3),)))
    assert up.keys("p") == ["1"]
    assert up.keys("d") == ["1"]
