"""Which rows filters choose where columns have collations of their own. Needs PostgreSQL (started by the fixture).

The tests' server has no ICU, so that none of its collations really takes different texts for equal: one only says so.
"""

from collections.abc import Iterator
from contextlib import closing

import pytest
from psycopg2 import sql

from datavalut.catalog.model import TableName
from datavalut.filters.check import check_plan
from datavalut.filters.render import render_root
from datavalut.workflow.planning_source import SessionSource
from tests.filter_examples import NOW, Json, aggregate, all_of, column, compare, plan_of, root_of, text
from tests.integration.filters.test_chosen_rows import Shop
from tests.postgres_server import TestServer, open_connection

TABLES = """
    CREATE COLLATION by_letter (provider = builtin, locale = 'C.UTF-8');
    CREATE COLLATION any_case (provider = builtin, locale = 'C.UTF-8');
    UPDATE pg_collation SET collisdeterministic = false WHERE collname = 'any_case';
    CREATE TABLE people (
        id integer PRIMARY KEY, bytes text COLLATE "C", letters text COLLATE by_letter, own text,
        login character varying(5) COLLATE any_case CHECK (login IN ('ann', 'bob')),
        initials character(3) COLLATE any_case, words text[] COLLATE by_letter, terms text[] COLLATE "C",
        chief integer REFERENCES people
    );
    INSERT INTO people VALUES
        (1, 'Zoe', 'anna', 'ann', 'ann', 'AB', '{a}', '{a}', NULL),
        (2, 'anna', 'anna', 'ann', 'bob', 'ab', '{a}', '{b}', 1),
        (3, 'Anna', 'anna', 'BOB', 'bob', 'x', NULL, NULL, 1),
        (4, NULL, 'Anna', 'ann', NULL, NULL, NULL, NULL, 2);
"""
REPORTS = [{"table": "people", "direction": "to_children"}]


@pytest.fixture(scope="module")
def people(postgres: TestServer) -> Iterator[Shop]:
    parameters = postgres.make_database(TABLES)
    with closing(open_connection(parameters)) as connection:
        yield Shop(connection)
    postgres.drop_database(parameters)


@pytest.mark.parametrize(
    ("condition", "ids"),
    [
        (compare("bytes", "=", column("letters")), [2]),
        (compare("bytes", "<>", column("letters")), [1, 3]),
        (compare("bytes", "<", column("letters")), [1, 3]),
        (compare("bytes", "<", column("own")), [1, 3]),
        (compare("words", "=", column("terms")), [1]),
        (compare("login", "=", column("bytes")), []),
        (compare(aggregate("max", REPORTS, "bytes"), "=", column("letters")), [1]),
        ({"kind": "between", "operand": column("letters"), "low": column("bytes"), "high": column("login")}, [2, 3]),
        ({"kind": "between", "operand": column("own"), "low": column("bytes"), "high": column("letters")}, [1, 3]),
    ],
)
def test_columns_of_different_collations_can_be_compared(people: Shop, condition: Json, ids: list[int]) -> None:
    plan = check_plan(plan_of(condition, "people"), people.catalog, NOW)
    assert SessionSource(people.connection, people.catalog, NOW).explain(plan) is None
    assert people.plan(plan) == ids


@pytest.mark.parametrize(
    "condition",
    [
        all_of(compare("login", "=", "ANN"), compare("login", "=", "ann")),
        compare("login", "=", "Bob"),
        compare("login", "=", "longer than five"),
        text("login", "equals", "ANN", case_sensitive=True),
    ],
)
def test_a_column_whose_collation_may_take_texts_for_equal_can_meet_it(people: Shop, condition: Json) -> None:
    assert not people.catalog.table(TableName("public", "people")).column("login").deterministic
    check_plan(plan_of(condition, "people"), people.catalog, NOW)


@pytest.mark.parametrize(
    ("condition", "ids"),
    [
        (text("login", "equals", "ann", case_sensitive=True), [1]),
        (text("login", "equals", "ANN"), [1]),
        (text("login", "contains", "n", case_sensitive=True), [1]),
        (text("login", "ends_with", "B"), [2, 3]),
        (text("initials", "equals", "ab", case_sensitive=True), [2]),
        (text("initials", "contains", "b"), [1, 2]),
    ],
)
def test_its_texts_are_matched_by_the_databases_own(people: Shop, condition: Json, ids: list[int]) -> None:
    """With LIKE and a collation that is not deterministic servers before PostgreSQL 18 run no query."""
    plan = check_plan(plan_of(condition, "people"), people.catalog, NOW)
    rendered = render_root(root_of(plan), sql.Identifier("t"), people.catalog, NOW).as_string(people.connection)
    assert 'COLLATE pg_catalog."default"' in rendered
    assert people.plan(plan) == ids
