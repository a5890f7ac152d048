"""A schema from pg_dump, rebuilt object by object. Needs PostgreSQL (the fixture starts it)."""

import os
import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from datavalut.connections import ConnectionParameters
from datavalut.transfer import archive
from datavalut.transfer.addresses import ANY_ADDRESS
from datavalut.transfer.archive import Piece, dump_schema, read_scripts
from datavalut.transfer.errors import (
    ConstraintViolated,
    ForeignKeyViolated,
    MissingExtension,
    SchemaNotReadable,
    SchemaNotRestorable,
    SnapshotLost,
    TransferError,
    WrongPassword,
)
from datavalut.transfer.ledger import create_ledger
from datavalut.transfer.schema import restore_piece
from datavalut.transfer.snapshot import ExportedSnapshot
from datavalut.transfer.tools import postgres_tool
from datavalut.transfer.unattended import Unattended
from tests.postgres_server import TestServer, execute, open_connection, query
from tests.transfer_examples import (
    build_whole,
    catalog_of,
    copied_whole,
    dumped_schema,
    made_target,
    open_source,
    open_target,
)

MakeDatabase = Callable[..., ConnectionParameters]


@contextmanager
def restored(server: TestServer, source: ConnectionParameters) -> Iterator[ConnectionParameters]:
    """The finished copy of the source, as its own role."""
    with copied_whole(server, source) as copy:
        yield copy.database


def dumped(database: ConnectionParameters) -> list[str]:
    """pg_dump's own words for the schema."""
    output = subprocess.run(
        [postgres_tool("pg_dump"), "--schema-only", "--no-owner", "--no-privileges", "-d", database.to_url()],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return [line for line in output.splitlines() if line.strip() and not line.startswith(("--", "\\"))]


SCHEMA = r"""
CREATE SCHEMA "Sales Dept";
CREATE EXTENSION citext; CREATE EXTENSION pg_trgm;
COMMENT ON EXTENSION citext IS 'ours';
COMMENT ON SCHEMA public IS 'another comment';
CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE DOMAIN price AS numeric CHECK (VALUE > 0);
CREATE TYPE pair AS (x int, y int);
CREATE SEQUENCE free START 100 INCREMENT 5;
CREATE TABLE customers (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email citext UNIQUE, mood mood DEFAULT 'happy', nick text,
    upper_nick text GENERATED ALWAYS AS (upper(nick)) STORED, number int DEFAULT nextval('free')
);
CREATE TABLE "Sales Dept"."Order's" (
    id serial, customer_id int REFERENCES customers DEFERRABLE INITIALLY DEFERRED, day date, price price,
    PRIMARY KEY (id, day), EXCLUDE USING btree (id WITH =)
) ;
CREATE TABLE parts (id int, day date, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE parts_2 PARTITION OF parts DEFAULT;
CREATE INDEX ON parts (day);
CREATE INDEX "trigrams" ON customers USING gin (nick gin_trgm_ops) WHERE nick <> '';
CREATE STATISTICS some_statistics ON id, nick FROM customers;
CREATE VIEW happy AS SELECT * FROM customers WHERE mood = 'happy';
CREATE MATERIALIZED VIEW b_totals AS SELECT count(*) AS number FROM customers;
CREATE MATERIALIZED VIEW a_totals AS SELECT number + 1 AS number FROM b_totals WITH NO DATA;
CREATE UNIQUE INDEX ON b_totals (number);
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
/*
--
-- TOC entry 1 (class 0 OID 0)
-- Name: forged; Type: TABLE; Schema: public; Owner: -
--
\unrestrict something
*/
RETURN NEW; END $$;
CREATE TRIGGER touched BEFORE UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION touch();
CREATE RULE protect AS ON DELETE TO parts DO INSTEAD NOTHING;
ALTER TABLE customers ENABLE ROW LEVEL SECURITY; ALTER TABLE customers FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON customers USING (nick = current_user);
COMMENT ON COLUMN customers.nick IS E'a comment\n-- with lines\n--\n-- TOC entry 2 (class 1 OID 2)\n''; DROP TABLE x';
CREATE TABLE inherited (extra int) INHERITS (customers);
CREATE AGGREGATE total (int) (SFUNC = int4pl, STYPE = int);
CREATE COLLATION plain (provider = builtin, locale = 'C.UTF-8');
CREATE TEXT SEARCH CONFIGURATION simple_one (COPY = simple);
CREATE OPERATOR === (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq);
"""


def test_every_object_is_there_word_for_word(make_database: MakeDatabase, postgres: TestServer) -> None:
    source = make_database(SCHEMA)
    with restored(postgres, source) as target:
        # A comment on an extension may be written by the extension's owner only.
        expected = [line for line in dumped(source) if not line.startswith("COMMENT ON EXTENSION citext")]
        assert [line for line in dumped(target) if not line.startswith("COMMENT ON EXTENSION citext")] == expected


def test_a_script_sets_nothing_that_an_old_server_does_not_know(make_database: MakeDatabase) -> None:
    with dumped_schema(make_database(SCHEMA)) as archive:
        scripts = read_scripts(archive)
    known_to_all = {"check_function_bodies", "client_encoding", "client_min_messages", "row_security"}
    known_to_all |= {"standard_conforming_strings", "xmloption"}
    for script in (scripts.pre_data, scripts.post_data):
        assert set(re.findall(r"^SET (\w+)", script.preamble.decode(), re.MULTILINE)) == known_to_all


def test_all_belongs_to_the_jobs_role(make_database: MakeDatabase, postgres: TestServer) -> None:
    with restored(postgres, make_database(SCHEMA)) as target:
        owners = query(
            target,
            "SELECT DISTINCT pg_get_userbyid(relowner)::text FROM pg_class"
            " WHERE relnamespace IN ('public'::regnamespace, '\"Sales Dept\"'::regnamespace)",
        )
        assert owners == [(target.user,)]


def test_a_role_with_select_alone_can_dump(make_database: MakeDatabase, postgres: TestServer) -> None:
    source = make_database("CREATE TABLE t (id serial PRIMARY KEY); CREATE SEQUENCE alone")
    execute(source, "CREATE ROLE reader LOGIN PASSWORD 'secret'; GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader")
    try:
        with restored(postgres, replace(source, user="reader", password="secret")) as target:
            assert [str(table.name) for table in catalog_of(target).tables] == ["public.t"]
    finally:
        execute(source, "DROP OWNED BY reader; DROP ROLE reader")


def test_materialized_views_are_filled_in_the_order_that_they_need(
    make_database: MakeDatabase, postgres: TestServer
) -> None:
    with restored(postgres, make_database(SCHEMA)) as target:
        assert query(target, "SELECT number FROM a_totals") == [(1,)]


def test_an_event_trigger_is_left_out_and_named(make_database: MakeDatabase, postgres: TestServer) -> None:
    source = make_database("""
        CREATE FUNCTION watch() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
        CREATE EVENT TRIGGER "my watch" ON ddl_command_end EXECUTE FUNCTION watch();
        COMMENT ON EVENT TRIGGER "my watch" IS 'it watches';
    """)
    with dumped_schema(source) as archive:
        assert read_scripts(archive).left_out == ("EVENT TRIGGER my watch",)
    with restored(postgres, source) as target:
        assert query(target, "SELECT count(*) FROM pg_event_trigger") == [(0,)]


def test_policies_for_roles_that_the_target_does_not_have_are_left_out(
    make_database: MakeDatabase, postgres: TestServer
) -> None:
    source = make_database("""
        CREATE ROLE passing; CREATE TABLE t (x int); ALTER TABLE t ENABLE ROW LEVEL SECURITY;
        CREATE POLICY theirs ON t TO passing, datavalut_admin USING (x = 1); COMMENT ON POLICY theirs ON t IS 'theirs';
        CREATE POLICY kept ON t TO datavalut_admin USING (x = 2);
    """)
    with made_target(postgres, catalog_of(source)) as made, dumped_schema(source) as archive:
        execute(source, "DROP POLICY theirs ON t; DROP ROLE passing")
        build_whole(source, made.database, archive)
        assert query(made.database, "SELECT polname::text FROM pg_policy") == [("kept",)]
        assert query(made.database, "SELECT relrowsecurity FROM pg_class WHERE relname = 't'") == [(True,)]


def restore_failure(postgres: TestServer, source: ConnectionParameters) -> TransferError:
    with pytest.raises(TransferError) as raised, restored(postgres, source):
        pass
    return raised.value


def test_an_extension_that_only_a_superuser_may_install_is_named(
    make_database: MakeDatabase, postgres: TestServer
) -> None:
    error = restore_failure(postgres, make_database("CREATE EXTENSION pageinspect"))
    assert isinstance(error, MissingExtension)
    assert (error.name, error.installable) == ("pageinspect", True)


def test_an_extension_that_the_target_does_not_have_is_named(make_database: MakeDatabase, postgres: TestServer) -> None:
    source = make_database("CREATE EXTENSION pg_trgm")
    execute(source, "UPDATE pg_extension SET extname = 'not_there' WHERE extname = 'pg_trgm'")
    error = restore_failure(postgres, source)
    assert isinstance(error, MissingExtension)
    assert (error.name, error.installable) == ("not_there", False)


def test_an_object_that_cannot_be_made_is_named_with_the_servers_reason(
    make_database: MakeDatabase, postgres: TestServer
) -> None:
    source = make_database(
        "CREATE SCHEMA math; CREATE FUNCTION math.fast(int) RETURNS int LANGUAGE sql LEAKPROOF AS 'SELECT 1'"
    )
    error = restore_failure(postgres, source)
    assert isinstance(error, SchemaNotRestorable)
    assert (error.object_name, error.sqlstate) == ("FUNCTION math.fast(integer)", "42501")
    assert "superuser" in error.reason


def test_a_key_that_was_never_validated_stays_so(make_database: MakeDatabase, postgres: TestServer) -> None:
    source = make_database("""
        CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (p int, n int);
        INSERT INTO c VALUES (5, -1);
        ALTER TABLE c ADD CONSTRAINT unsure FOREIGN KEY (p) REFERENCES p NOT VALID;
        ALTER TABLE c ADD CONSTRAINT doubtful CHECK (n > 0) NOT VALID;
    """)
    with restored(postgres, source) as target:
        assert query(
            target, "SELECT conname::text, convalidated FROM pg_constraint WHERE conrelid = 'c'::regclass ORDER BY 1"
        ) == [
            ("doubtful", False),
            ("unsure", False),
        ]
        assert query(target, "SELECT * FROM c") == [(5, -1)]


def test_rows_that_violate_a_key_are_told_by_table_key_and_value(
    make_database: MakeDatabase, postgres: TestServer
) -> None:
    source = make_database("""
        CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE "C c" (p int);
        ALTER TABLE "C c" ADD CONSTRAINT "my key" FOREIGN KEY (p) REFERENCES p;
        SET session_replication_role = replica; INSERT INTO "C c" VALUES (5);
    """)
    error = restore_failure(postgres, source)
    assert isinstance(error, ForeignKeyViolated)
    assert (error.table, error.name, error.key) == ("public.C c", "my key", "p = 5")
    assert "5" not in str(error)


# Rows that an index of the source would have refused, had it not been damaged: the copy's tables get them first.
@pytest.mark.parametrize(
    ("definition", "rows", "told"),
    [
        ("ADD CONSTRAINT one_each UNIQUE (id)", "(1), (1)", "id = 1"),
        ("ADD CONSTRAINT one_each EXCLUDE USING btree (id WITH =)", "(1), (1)", "id = 1 and id = 1"),
    ],
)
def test_rows_that_violate_a_constraint_are_told_by_table_constraint_and_value(
    make_database: MakeDatabase, definition: str, rows: str, told: str
) -> None:
    statements = f'ALTER TABLE public."T t" {definition};'.encode()
    piece = Piece(1, "CONSTRAINT", "public", "T t one_each", (), statements)
    database = make_database(f'CREATE TABLE "T t" (id int); INSERT INTO "T t" VALUES {rows}')
    with (
        closing(open_target(database)) as target,
        target.cursor() as cursor,
        pytest.raises(ConstraintViolated) as raised,
    ):
        restore_piece(piece, cursor.execute)
    assert (raised.value.table, raised.value.name, raised.value.key) == ("public.T t", "one_each", told)
    assert "1" not in str(raised.value)


def test_rows_that_violate_a_unique_index_are_told_though_nobody_waited_for_it(make_database: MakeDatabase) -> None:
    piece = Piece(1, "INDEX", "public", "each", (), b"CREATE UNIQUE INDEX each ON public.t (lower(word));")
    database = make_database("CREATE TABLE t (word text); INSERT INTO t VALUES ('a'), ('A')")
    with closing(open_target(database)) as target:
        create_ledger(target)
        with Unattended(target) as unattended, pytest.raises(ConstraintViolated) as raised:
            restore_piece(piece, lambda statements: unattended.carry_out(statements, lambda: True))
    assert (raised.value.table, raised.value.name, raised.value.key) == ("public.t", "each", "lower(word) = a")


def dump(source: ConnectionParameters, destination: Path, snapshot_id: str = "00000003-0000001B-1") -> None:
    dump_schema(source, snapshot_id, destination, application_name="tests", address_policy=ANY_ADDRESS)


def test_a_dump_without_its_snapshot_says_so(make_database: MakeDatabase, tmp_path: Path) -> None:
    with pytest.raises(SnapshotLost):
        dump(make_database(), tmp_path / "archive")


def test_a_dump_with_a_wrong_password_says_so(make_database: MakeDatabase, tmp_path: Path) -> None:
    with pytest.raises(WrongPassword):
        dump(replace(make_database(), password="wrong"), tmp_path / "archive")


@pytest.fixture
def half_readable(make_database: MakeDatabase) -> Iterator[tuple[ConnectionParameters, ConnectionParameters]]:
    """A database as its owner, and as a role that may read one of its two tables."""
    owner = make_database("CREATE TABLE denied (x int); CREATE TABLE allowed (x int)")
    execute(owner, "CREATE ROLE half_reader LOGIN PASSWORD 'secret'; GRANT SELECT ON allowed TO half_reader")
    yield owner, replace(owner, user="half_reader", password="secret")
    execute(owner, "DROP OWNED BY half_reader; DROP ROLE half_reader")


@pytest.mark.parametrize(
    ("meanwhile", "patience"),
    [
        ("LOCK TABLE allowed IN ACCESS EXCLUSIVE MODE", archive._LOCK_WAIT_MILLISECONDS),
        ("CREATE TEMPORARY TABLE scratch (x int)", 0),
        ("CREATE TABLE made_later (x int)", 0),
        ("CREATE INDEX ON allowed (x)", 0),
    ],
)
def test_a_missing_right_is_not_taken_for_what_others_lock_meanwhile(
    meanwhile: str,
    patience: int,
    half_readable: tuple[ConnectionParameters, ConnectionParameters],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without patience, every failure may be of having waited for a lock; with it, this one comes too early."""
    owner, reader = half_readable
    monkeypatch.setattr(archive, "_LOCK_WAIT_MILLISECONDS", patience)
    with (
        ExportedSnapshot(open_source(reader)) as snapshot,
        closing(open_connection(owner, autocommit=False)) as other,
        other.cursor() as cursor,
    ):
        cursor.execute(meanwhile)
        with pytest.raises(SchemaNotReadable, match="denied"):
            dump(reader, tmp_path / "archive", snapshot.snapshot_id)


def test_an_archive_that_cannot_be_read_gives_the_tools_reason(tmp_path: Path) -> None:
    with pytest.raises(SchemaNotReadable) as raised:
        read_scripts(tmp_path / "missing")
    assert "missing" in raised.value.reason


def test_no_secret_is_among_the_arguments(
    make_database: MakeDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[list[str], dict[str, str]]] = []

    def run(arguments: list[str], *, env: dict[str, str], **_: object) -> "subprocess.CompletedProcess[str]":
        seen.append((arguments, env))
        return subprocess.CompletedProcess(arguments, 0, "", "")

    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setitem(os.environ, "AWS_SECRET_ACCESS_KEY", "key")
    source = make_database()
    with ExportedSnapshot(open_source(source)) as snapshot:
        dump(source, tmp_path / "archive", snapshot.snapshot_id)
    ((arguments, environment),) = seen
    assert source.password not in " ".join(arguments)
    assert environment["PGPASSWORD"] == source.password
    assert "AWS_SECRET_ACCESS_KEY" not in environment
