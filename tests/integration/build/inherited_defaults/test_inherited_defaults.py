"""Defaults of tables that inherit, which children may have otherwise than their parents. Needs PostgreSQL."""

import pytest

from datavalut.filters.model import FilterPlan
from tests.build_cases import Built

# `built` compares every object of the result, defaults too, with the source.
TWO_PARENTS = (
    "CREATE TABLE a (v int); CREATE TABLE b (v int); CREATE TABLE c () INHERITS (a, b); INSERT INTO c VALUES (5);"
)


@pytest.mark.parametrize(
    "then",
    [
        "",
        "ALTER TABLE c ALTER v SET DEFAULT 7;",
        "ALTER TABLE c ALTER v SET DEFAULT 7; CREATE TABLE d () INHERITS (c); ALTER TABLE d ALTER v DROP DEFAULT;",
    ],
)
def test_parents_may_differ(built: Built, then: str) -> None:
    differing = "ALTER TABLE ONLY a ALTER v SET DEFAULT 1; ALTER TABLE ONLY b ALTER v SET DEFAULT 2;"
    assert built(TWO_PARENTS + differing + then, FilterPlan()).rows("c") == ["(5)"]


def test_a_childs_child_inherits_none_from_above_it(built: Built) -> None:
    result = built(
        TWO_PARENTS + "ALTER TABLE ONLY b ALTER v SET DEFAULT 2; CREATE TABLE d () INHERITS (c)", FilterPlan()
    )
    assert result.value("pg_get_expr(adbin, adrelid) FROM pg_attrdef WHERE adrelid = 'b'::regclass") == "2"
    assert result.value("count(*) FROM pg_attrdef WHERE adrelid IN ('c'::regclass, 'd'::regclass)") == 0


def test_parents_keep_what_their_defaults_need(built: Built) -> None:
    result = built(
        """
        CREATE FUNCTION "next One"() RETURNS int LANGUAGE sql AS 'SELECT 1';
        CREATE TABLE "A a" (id serial, "%s" int DEFAULT "next One"(), twice int GENERATED ALWAYS AS (id * 2) STORED);
        CREATE TABLE "B
b" (id int DEFAULT 3); CREATE TABLE c () INHERITS ("A a"); ALTER TABLE c INHERIT "B
b";
        INSERT INTO c DEFAULT VALUES; INSERT INTO "A a" DEFAULT VALUES;
        """,
        FilterPlan(),
    )
    assert result.rows('ONLY "A a"') == ["(2,1,4)"]
    assert result.value("nextval(pg_get_serial_sequence('\"A a\"', 'id'))") == 3
