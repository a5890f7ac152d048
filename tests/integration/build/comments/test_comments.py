"""Texts that look like what pg_dump writes around its statements. Needs PostgreSQL."""

import pytest

from datavalut.filters.model import FilterPlan
from tests.build_cases import Built
from tests.subset_cases import rows_with

TEXTS = {
    "a last line that looks like a comment": "one\n-- two",
    "the end of a dump": "one\n\n--\n-- PostgreSQL database dump complete\n--\n\n",
    "a statement's end": "one NOT VALID;\n\n--\n",
    "a command of psql": "one\n\\restrict two\n\\unrestrict two\n\\connect three",
    "a header": "one\n--\n-- TOC entry 5 (class 1259 OID 5)\n-- Name: t; Type: TABLE; Schema: public; Owner: x\n--\n",
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_comment_comes_along_as_it_is(built: Built, name: str) -> None:
    text = TEXTS[name].replace("'", "''")
    statements = f"""
        CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE z (id int PRIMARY KEY CONSTRAINT of_z REFERENCES a);
        INSERT INTO a VALUES (1), (2); INSERT INTO z VALUES (1), (2);
        COMMENT ON TABLE a IS '{text}'; COMMENT ON CONSTRAINT of_z ON z IS '{text}';
        CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $body$SELECT '{text}'$body$;
    """
    result = built(statements, FilterPlan(roots=(rows_with("a", "id", 1),)))
    assert result.rows("z") == ["(1)"]
    assert result.value("f()") == TEXTS[name]
    assert result.value("obj_description('a'::regclass)") == TEXTS[name]
