"""Whole databases through all steps of a transfer, by schema traits. Needs PostgreSQL (the fixture starts it)."""

import subprocess
from collections.abc import Callable

import pytest

from datavalut.connections import ConnectionParameters
from datavalut.transfer.tools import postgres_tool
from tests.postgres_server import TestServer, execute
from tests.transfer_examples import copied_whole

MakeDatabase = Callable[..., ConnectionParameters]


def dumped(database: ConnectionParameters) -> list[str]:
    """pg_dump's own words for schema and rows, in no order, which rows have none of."""
    output = subprocess.run(
        [postgres_tool("pg_dump"), "--no-owner", "--no-privileges", "--inserts", "-d", database.to_url()],
        capture_output=True,
        text=True,
        check=True,
        env={"PGOPTIONS": "-c row_security=off"},
    ).stdout
    return sorted(line for line in output.splitlines() if line.strip() and not line.startswith(("--", "\\")))


TRAITS = {
    "cycle": """
        CREATE TABLE departments (id int PRIMARY KEY, head int);
        CREATE TABLE employees (
            id int PRIMARY KEY, department int REFERENCES departments, manager int REFERENCES employees
        );
        ALTER TABLE departments ADD FOREIGN KEY (head) REFERENCES employees;
        INSERT INTO departments VALUES (1, NULL); INSERT INTO employees VALUES (1, 1, 1), (2, 1, 1);
        UPDATE departments SET head = 2;
    """,
    "composite key to a unique key": """
        CREATE TABLE p (id int PRIMARY KEY, a int, b text, UNIQUE (b, a));
        CREATE TABLE c (b text, a int, FOREIGN KEY (b, a) REFERENCES p (b, a));
        INSERT INTO p VALUES (1, 1, 'x'); INSERT INTO c VALUES ('x', 1), (NULL, 1), ('x', NULL);
    """,
    "partitions": """
        CREATE TABLE p (id int, day int, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
        CREATE TABLE p_1 PARTITION OF p FOR VALUES FROM (0) TO (10);
        CREATE TABLE p_2 PARTITION OF p FOR VALUES FROM (10) TO (20) PARTITION BY HASH (id);
        CREATE TABLE p_2_0 PARTITION OF p_2 FOR VALUES WITH (MODULUS 2, REMAINDER 0);
        CREATE TABLE p_2_1 PARTITION OF p_2 FOR VALUES WITH (MODULUS 2, REMAINDER 1);
        CREATE TABLE c (p int, day int, FOREIGN KEY (p, day) REFERENCES p);
        INSERT INTO p SELECT g, g FROM generate_series(1, 19) AS g; INSERT INTO c VALUES (5, 5), (15, 15);
    """,
    "inheritance": """
        CREATE TABLE a (id serial PRIMARY KEY, x text); CREATE TABLE b (y text) INHERITS (a);
        INSERT INTO a (x) VALUES ('a'); INSERT INTO b (x, y) VALUES ('b', 'y');
    """,
    "identity and generated columns": """
        CREATE TABLE t (
            id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, n int, m int GENERATED ALWAYS AS (n + 1) STORED
        );
        INSERT INTO t (n) SELECT g FROM generate_series(1, 5) AS g;
    """,
    "triggers and rules that change rows": """
        CREATE TABLE t (x int);
        CREATE FUNCTION double() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.x = NEW.x * 2; RETURN NEW; END';
        INSERT INTO t VALUES (1), (2);
        CREATE TRIGGER double BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION double();
        CREATE TABLE u (x int); INSERT INTO u VALUES (7);
        CREATE RULE ignore AS ON INSERT TO u DO INSTEAD NOTHING;
    """,
    "domains, enums, arrays, ranges and citext": """
        CREATE EXTENSION citext; CREATE TYPE mood AS ENUM ('sad', 'happy');
        CREATE DOMAIN price AS numeric CHECK (VALUE > 0);
        CREATE TABLE t (m mood, ms mood[], p price, ps price[], c citext UNIQUE, r int4range, b bit(3));
        INSERT INTO t VALUES ('sad', '{happy,NULL}', 1.50, '{2.5}', 'Ab', '[1,5)', B'101');
    """,
    "strange names": """
        CREATE SCHEMA "My ""Schema"" 1"; CREATE TABLE "My ""Schema"" 1"."select" ("a b" int PRIMARY KEY, "%s" text);
        INSERT INTO "My ""Schema"" 1"."select" VALUES (1, E'tab\\t\\\\.');
    """,
    "row security forced on the owner": """
        CREATE TABLE t (x serial PRIMARY KEY); INSERT INTO t VALUES (DEFAULT), (DEFAULT);
        CREATE MATERIALIZED VIEW m AS SELECT count(*) FROM t;
        CREATE TABLE c (x int REFERENCES t); INSERT INTO c VALUES (2);
        ALTER TABLE t ENABLE ROW LEVEL SECURITY; ALTER TABLE t FORCE ROW LEVEL SECURITY;
        CREATE POLICY odd ON t USING (x % 2 = 1);
    """,
    "a constraint that calls a function of the user": """
        CREATE FUNCTION is_fine(int) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1 > 0';
        CREATE FUNCTION is_good(int) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN is_fine($1); END';
        CREATE TABLE t (x int CHECK (is_good(x))); INSERT INTO t VALUES (1);
    """,
    "sequences in use": """
        CREATE SEQUENCE alone INCREMENT -2; SELECT nextval('alone'), nextval('alone');
        CREATE TABLE t (id serial PRIMARY KEY, other int DEFAULT nextval('alone'));
        INSERT INTO t (other) VALUES (1), (2); DELETE FROM t WHERE id = 2;
    """,
    "a table of no columns, an empty table and a view": """
        CREATE TABLE none (); INSERT INTO none DEFAULT VALUES; CREATE TABLE empty (x int); CREATE VIEW v AS TABLE empty;
        CREATE UNLOGGED TABLE light (x int); INSERT INTO light VALUES (1);
    """,
}


@pytest.mark.parametrize("trait", TRAITS)
def test_the_copy_is_the_source_word_for_word(make_database: MakeDatabase, postgres: TestServer, trait: str) -> None:
    source = make_database(TRAITS[trait])
    with copied_whole(postgres, source) as copy:
        as_superuser = ConnectionParameters(**{**postgres.superuser.__dict__, "database": copy.database.database})
        assert dumped(as_superuser) == dumped(source)


def test_nothing_of_the_work_remains(make_database: MakeDatabase, postgres: TestServer) -> None:
    with copied_whole(postgres, make_database("CREATE TABLE t (x int)")) as copy:
        execute(copy.database, "CREATE SCHEMA datavalut_work")
