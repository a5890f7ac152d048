"""Objects that only a superuser can make. Needs PostgreSQL (the fixture starts it)."""

from collections.abc import Callable

import pytest

from datavalut.connections import ConnectionParameters
from datavalut.transfer.errors import SchemaNotRestorable
from datavalut.transfer.preflight.finding import Severity
from datavalut.transfer.preflight.superuser_objects import check_superuser_objects
from tests.integration.transfer.preflight.conftest import MakeReader, OpenSession
from tests.postgres_server import TestServer
from tests.transfer_examples import copied_whole

MakeDatabase = Callable[..., ConnectionParameters]

OBJECTS = {
    "function in an untrusted language": (
        "CREATE FUNCTION process() RETURNS int LANGUAGE internal AS 'pg_backend_pid'",
        ["function public.process()"],
    ),
    "leakproof function": (
        "CREATE FUNCTION fast(int) RETURNS int LANGUAGE sql LEAKPROOF AS 'SELECT 1'",
        ["function public.fast(integer)"],
    ),
    "function with a planner support function": (
        "CREATE FUNCTION likes(text, text) RETURNS bool LANGUAGE sql SUPPORT textlike_support AS 'SELECT true'",
        ["function public.likes(pg_catalog.text,pg_catalog.text)"],
    ),
    "aggregate over an internal state": (
        "CREATE AGGREGATE mean (numeric) (SFUNC = numeric_avg_accum, STYPE = internal, FINALFUNC = numeric_avg)",
        ["aggregate public.mean(numeric)"],
    ),
    "operator class": (
        "CREATE OPERATOR CLASS ours FOR TYPE int USING btree AS"
        " OPERATOR 1 <, OPERATOR 3 =, OPERATOR 5 >, FUNCTION 1 btint4cmp(int, int)",
        ["operator class public.ours USING btree", "operator family public.ours USING btree"],
    ),
    "cast without a function": (
        "CREATE CAST (bytea AS text) WITHOUT FUNCTION",
        ["cast (pg_catalog.bytea AS pg_catalog.text)"],
    ),
    "text search template": (
        "CREATE TEXT SEARCH TEMPLATE plain (LEXIZE = dsimple_lexize)",
        ["text search template public.plain"],
    ),
    "text search parser": (
        "CREATE TEXT SEARCH PARSER words (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end,"
        " LEXTYPES = prsd_lextype)",
        ["text search parser public.words"],
    ),
    "access method": (
        "CREATE ACCESS METHOD heaped TYPE TABLE HANDLER heap_tableam_handler",
        ["access method heaped"],
    ),
    "foreign-data wrapper": ("CREATE FOREIGN DATA WRAPPER nothing", ["foreign-data wrapper nothing"]),
    "language": ("CREATE LANGUAGE ours HANDLER plpgsql_call_handler", ["language ours"]),
    "base type": (
        "CREATE TYPE carton;"
        "CREATE FUNCTION carton_in(cstring) RETURNS carton LANGUAGE internal STRICT IMMUTABLE AS 'int4in';"
        "CREATE FUNCTION carton_out(carton) RETURNS cstring LANGUAGE internal STRICT IMMUTABLE AS 'int4out';"
        "CREATE TYPE carton (INPUT = carton_in, OUTPUT = carton_out, LIKE = int4)",
        [
            "function public.carton_in(pg_catalog.cstring)",
            "function public.carton_out(public.carton)",
            "type public.carton",
        ],
    ),
}


@pytest.mark.parametrize("kind", OBJECTS)
def test_each_kind_is_named_and_could_not_be_made(
    kind: str,
    make_database: MakeDatabase,
    make_reader: MakeReader,
    source_session: OpenSession,
    postgres: TestServer,
) -> None:
    statements, names = OBJECTS[kind]
    database = make_database(statements)
    (finding,) = check_superuser_objects(source_session(make_reader(database)))
    assert (finding.code, finding.severity) == ("superuser_objects", Severity.ERROR)
    assert finding.subject == ", ".join(names)
    with pytest.raises(SchemaNotRestorable), copied_whole(postgres, database):
        pass


def test_what_any_role_can_make_and_what_an_extension_owns_passes(
    make_database: MakeDatabase, make_reader: MakeReader, source_session: OpenSession, postgres: TestServer
) -> None:
    database = make_database("""
        CREATE EXTENSION hstore; CREATE EXTENSION citext;
        CREATE TYPE span AS RANGE (SUBTYPE = float8, SUBTYPE_DIFF = float8mi);
        CREATE TYPE mood AS ENUM ('sad', 'happy'); CREATE DOMAIN price AS numeric CHECK (VALUE > 0);
        CREATE TYPE pair AS (x int, y int); CREATE TABLE t (x span, y mood[], z price, p pair, h hstore);
        CREATE FUNCTION twice(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 * 2';
        CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
        CREATE PROCEDURE nothing() LANGUAGE sql AS 'SELECT 1';
        CREATE AGGREGATE total (int) (SFUNC = int4pl, STYPE = int);
        CREATE OPERATOR === (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq);
        CREATE CAST (mood AS int) WITH INOUT;
        CREATE COLLATION plain (provider = builtin, locale = 'C.UTF-8');
        CREATE TEXT SEARCH DICTIONARY words (TEMPLATE = simple);
        CREATE TEXT SEARCH CONFIGURATION simple_one (COPY = simple);
    """)
    assert check_superuser_objects(source_session(make_reader(database))) == ()
    with copied_whole(postgres, database):
        pass
