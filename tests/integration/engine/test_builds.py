"""Builds by workers that are cut short, killed, or given tiny chunks. Needs PostgreSQL (the fixture starts it)."""

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from threading import Thread

import pytest
from psycopg2 import sql
from psycopg2.extensions import connection

from datavalut.catalog.model import TableName
from datavalut.connections import ConnectionParameters
from datavalut.engine import copying, cutting, keys, worker
from datavalut.engine.completion import complete_build
from datavalut.engine.copying import Subset
from datavalut.engine.in_process import BuiltDatabase, build_filtered_database
from datavalut.engine.root_proofs import unmet_query
from datavalut.engine.worker import Unobserved, Worker
from datavalut.filters.model import FilterPlan
from datavalut.transfer.errors import (
    ConstraintViolated,
    Discrepancy,
    SourceChanged,
    TableTooLarge,
    TransferError,
    VerificationFailed,
)
from datavalut.transfer.ledger import copied_tables
from datavalut.transfer.snapshot import ExportedSnapshot, import_snapshot
from tests.postgres_server import TestServer, execute, open_connection, query
from tests.subset_cases import rows_with
from tests.subset_examples import NOW, create, matches, random_example
from tests.subset_oracle import kept_rows
from tests.transfer_examples import (
    MadeTarget,
    open_source,
    open_target,
)
from tests.unfinished_builds import prepared_build, run_cut_short, run_worker

MakeDatabase = Callable[..., ConnectionParameters]
SHOP = """
CREATE TABLE customers (id int PRIMARY KEY, country text, note text);
CREATE TABLE orders (id int PRIMARY KEY, customer_id int NOT NULL REFERENCES customers, note text);
CREATE INDEX ON orders (customer_id);
CREATE TABLE items (order_id int REFERENCES orders, number int, product text REFERENCES products, note text,
    PRIMARY KEY (order_id, number));
CREATE INDEX ON items (product);
INSERT INTO customers
    SELECT g, CASE g % 3 WHEN 0 THEN 'Canada' END, repeat('x', 100) FROM generate_series(1, 3000) AS g;
INSERT INTO products SELECT 'product ' || g FROM generate_series(1, 1000) AS g;
INSERT INTO orders SELECT g, 1 + g % 3000, repeat('y', 200) FROM generate_series(1, 9000) AS g;
INSERT INTO items SELECT g, n, 'product ' || 1 + g % 1000, repeat('z', 50)
    FROM generate_series(1, 9000) AS g, generate_series(1, 2) AS n;
ANALYZE;
"""
CANADIANS = FilterPlan(roots=(rows_with("public.customers", "country", "Canada"),))


EXPECTED = {
    "customers": "SELECT * FROM customers WHERE country = 'Canada'",
    "orders": "SELECT * FROM orders WHERE customer_id % 3 = 0",
    "items": "SELECT * FROM items WHERE order_id IN (SELECT id FROM orders WHERE customer_id % 3 = 0)",
    "products": "SELECT * FROM products WHERE name IN (SELECT product FROM items JOIN orders ON id = order_id"
    " WHERE customer_id % 3 = 0)",
}


@pytest.fixture
def shop(make_database: MakeDatabase) -> ConnectionParameters:
    return make_database("CREATE TABLE products (name text PRIMARY KEY);" + SHOP)


@pytest.fixture
def build(postgres: TestServer) -> Iterator[Callable[[ConnectionParameters, FilterPlan], BuiltDatabase]]:
    built: list[BuiltDatabase] = []

    def make(source: ConnectionParameters, plan: FilterPlan) -> BuiltDatabase:
        name = f"built_{secrets.token_hex(6)}"
        built.append(build_filtered_database(source, postgres.admin, plan, reference_time=NOW, database_name=name))
        return built[-1]

    yield make
    for database in built:
        postgres.drop_database(database.connection)
        execute(postgres.superuser, f"DROP ROLE {database.connection.user}")


Build = Callable[[ConnectionParameters, FilterPlan], BuiltDatabase]


def assert_canadians(source: ConnectionParameters, target: ConnectionParameters) -> None:
    for table, select in EXPECTED.items():
        expected = query(source, f"{select} ORDER BY 1, 2" if table != "products" else f"{select} ORDER BY 1")
        found = query(
            target, f"SELECT * FROM {table} ORDER BY 1, 2" if table != "products" else "TABLE products ORDER BY 1"
        )
        assert found == expected, table


def chunks_of(database: BuiltDatabase) -> dict[str, int]:
    return {table.table.name: table.chunks for table in database.tables}


def test_small_tables_are_copied_in_one_chunk(build: Build, shop: ConnectionParameters) -> None:
    database = build(shop, CANADIANS)
    assert set(chunks_of(database).values()) == {1}
    assert_canadians(shop, database.connection)


@pytest.mark.usefixtures("tiny_chunks")
def test_chunks_by_pages_and_by_keys_make_the_same_rows(build: Build, shop: ConnectionParameters) -> None:
    database = build(shop, CANADIANS)
    chunks = chunks_of(database)
    assert chunks["customers"] > 1, "a root is cut by pages"
    assert chunks["orders"] == 4, "1,000 keys of customers, 300 a chunk"
    assert chunks["items"] == 10, "3,000 keys of orders, 300 a chunk"
    assert_canadians(shop, database.connection)


@pytest.mark.usefixtures("tiny_chunks")
def test_a_whole_table_is_cut_by_pages(build: Build, shop: ConnectionParameters) -> None:
    database = build(shop, FilterPlan())
    assert chunks_of(database)["orders"] > 1
    for table in EXPECTED:
        assert query(database.connection, f"SELECT count(*) FROM {table}") == query(
            shop, f"SELECT count(*) FROM {table}"
        )


@pytest.fixture
def very_old_and_slow_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the source read a whole table for each range of its pages, which takes very long."""
    monkeypatch.setattr(copying, "_LEAST_CUT_BYTES", 0)
    monkeypatch.setattr(cutting, "_FIRST_MAJOR_WITH_PAGE_RANGES", 99)
    monkeypatch.setattr(cutting, "_LEAST_COPY_SECONDS", 1e-6)
    monkeypatch.setattr(cutting, "MOST_CHUNK_SECONDS", 1e-6)


NOTES = """
CREATE TABLE notes (id int PRIMARY KEY, note text);
INSERT INTO notes SELECT g, repeat('x', 100) FROM generate_series(1, 3000) AS g;
ANALYZE;
"""


@pytest.mark.usefixtures("very_old_and_slow_server")
def test_a_table_that_no_worker_could_read_is_refused_by_name(build: Build, make_database: MakeDatabase) -> None:
    with pytest.raises(TableTooLarge) as raised:
        build(make_database(NOTES), FilterPlan())
    assert raised.value.table == "public.notes"


@pytest.mark.usefixtures("very_old_and_slow_server")
def test_of_such_a_table_rows_that_an_index_finds_are_copied(build: Build, make_database: MakeDatabase) -> None:
    database = build(make_database(NOTES), FilterPlan(roots=(rows_with("notes", "id", 7),)))
    assert query(database.connection, "SELECT id FROM notes") == [(7,)]


@pytest.mark.usefixtures("tiny_chunks")
@pytest.mark.parametrize("seed", range(12))
def test_tiny_chunks_of_random_databases_hold_what_the_definition_says(
    build: Build, make_database: MakeDatabase, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    for module in (cutting, keys):
        monkeypatch.setattr(module, "MOST_KEYS", 2)
    example = random_example(seed)
    source = make_database()
    with closing(open_connection(source)) as session, session.cursor() as cursor:
        create(cursor, example.catalog, example.rows)
        cursor.execute("ANALYZE")
    expected = kept_rows(example.catalog, example.plan, example.rows, matches)
    database = build(source, example.plan)
    built = {table.table: (table.rows, table.required_rows) for table in database.tables}
    assert built == {
        table.name: (len(expected.rows[table.name]), len(expected.required.get(table.name, ())))
        for table in example.catalog.tables
    }


@pytest.mark.usefixtures("tiny_chunks")
def test_chunks_by_keys_keep_to_the_bytes_that_a_query_takes(
    build: Build, make_database: MakeDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A chunk whose keys did not fit would be given the rows of all chunks."""
    for module in (cutting, keys):
        monkeypatch.setattr(module, "MOST_KEYS", 1000)
    for module in (copying, keys):
        monkeypatch.setattr(module, "MOST_KEY_BYTES", 75 * 100)  # what 100 UUIDs may take at most in an array
    source = make_database("""
        CREATE TABLE parents (id uuid PRIMARY KEY, n int);
        CREATE TABLE children (parent uuid NOT NULL REFERENCES parents, note text);
        CREATE INDEX ON children (parent);
        INSERT INTO parents SELECT md5(g::text)::uuid, g FROM generate_series(1, 900) AS g;
        INSERT INTO children SELECT id, repeat('x', 100) FROM parents, generate_series(1, 3);
        ANALYZE;
    """)
    database = build(source, FilterPlan(roots=(rows_with("public.parents", "n", *range(1, 901)),)))
    assert chunks_of(database)["children"] == 9
    assert query(database.connection, "SELECT count(*) FROM children") == [(2700,)]


@pytest.mark.usefixtures("tiny_chunks")
def test_a_partitioned_table_that_is_read_whole_is_cut(build: Build, make_database: MakeDatabase) -> None:
    source = make_database("""
        CREATE TABLE parents (id int PRIMARY KEY, n int);
        CREATE TABLE children (id int, parent int NOT NULL REFERENCES parents, note text) PARTITION BY HASH (id);
        CREATE TABLE children_0 PARTITION OF children FOR VALUES WITH (MODULUS 2, REMAINDER 0);
        CREATE TABLE children_1 PARTITION OF children FOR VALUES WITH (MODULUS 2, REMAINDER 1);
        INSERT INTO parents SELECT g, g % 10 FROM generate_series(1, 200) AS g;
        INSERT INTO children SELECT g, 1 + g % 200, repeat('x', 200) FROM generate_series(1, 20000) AS g;
        ANALYZE;
    """)
    database = build(source, FilterPlan(roots=(rows_with("public.parents", "n", 1),)))
    assert chunks_of(database)["children"] > 1
    assert query(database.connection, "SELECT count(*), count(DISTINCT id) FROM children") == [(2000, 2000)]


def test_an_index_whose_function_reads_tables_is_built_when_their_rows_are_there(
    build: Build, make_database: MakeDatabase
) -> None:
    source = make_database("""
        CREATE TABLE names (id int PRIMARY KEY, name text) PARTITION BY HASH (id);
        CREATE TABLE names_0 PARTITION OF names FOR VALUES WITH (MODULUS 1, REMAINDER 0);
        CREATE TABLE a (id int);
        INSERT INTO names SELECT g, 'name ' || g FROM generate_series(1, 20000) AS g; INSERT INTO a VALUES (7);
        CREATE FUNCTION name_of(int) RETURNS text LANGUAGE sql IMMUTABLE
            BEGIN ATOMIC SELECT name FROM names WHERE id = $1 GROUP BY id; END;
        CREATE INDEX ON a (name_of(id));
    """)
    database = build(source, FilterPlan())
    by_index = "SET enable_seqscan = off; SELECT id FROM a WHERE name_of(id) = 'name 7'"
    assert query(database.connection, by_index) == [(7,)]


def test_a_check_of_a_parent_that_was_never_validated_keeps_out_no_row_of_a_child(
    build: Build, make_database: MakeDatabase
) -> None:
    source = make_database("""
        CREATE TABLE base (x int); CREATE TABLE kid () INHERITS (base);
        INSERT INTO kid SELECT -g FROM generate_series(1, 1000) AS g;
        ALTER TABLE base ADD CONSTRAINT positive CHECK (x > 0) NOT VALID;
    """)
    assert query(build(source, FilterPlan()).connection, "SELECT count(*) FROM ONLY kid") == [(1000,)]


def test_a_foreign_key_whose_name_fits_two_tables_is_validated(build: Build, make_database: MakeDatabase) -> None:
    source = make_database("""
        CREATE TABLE "a b" (id int PRIMARY KEY); INSERT INTO "a b" VALUES (1);
        CREATE TABLE a (b int CONSTRAINT "b fk" REFERENCES "a b"); INSERT INTO a VALUES (1);
    """)
    assert build(source, FilterPlan()).verification.foreign_keys == 1


def test_text_of_a_database_that_does_not_know_its_encoding_is_found(build: Build, postgres: TestServer) -> None:
    source = replace(postgres.superuser, database=f"ascii_{secrets.token_hex(4)}")
    execute(
        postgres.superuser,
        f"CREATE DATABASE {source.database} ENCODING 'SQL_ASCII' LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0",
    )
    try:
        execute(
            source,
            "SET client_encoding = SQL_ASCII; CREATE TABLE p (id text PRIMARY KEY, n int);"
            " CREATE TABLE c (p text REFERENCES p); INSERT INTO p VALUES (E'\\xe4', 1), ('b', 2);"
            " INSERT INTO c SELECT id FROM p",
        )
        database = build(source, FilterPlan(roots=(rows_with("public.p", "n", 1),)))
        assert query(database.connection, "SELECT octet_length(p) FROM c") == [(1,)]
    finally:
        postgres.drop_database(source)


class Rewriting(Unobserved):
    """Changes the source when a table is copied."""

    def __init__(self, source: ConnectionParameters, table: str, change: str) -> None:
        self.source, self.table, self.change = source, table, change

    def copied(self, table: TableName, rows: int) -> None:
        if table.name == self.table:
            execute(self.source, self.change)


@pytest.mark.parametrize("change", ["TRUNCATE products CASCADE", "VACUUM FULL products"])
def test_a_table_that_is_emptied_or_rewritten_before_it_is_read_fails_the_build(
    shop: ConnectionParameters, prepared: "tuple[MadeTarget, Subset]", change: str
) -> None:
    """An older snapshot would see nothing, or not all, in the table's new file."""
    made, subset = prepared
    with closing(open_target(made.database)) as session, ExportedSnapshot(open_source(shop)) as snapshot:

        def open_reader(sessions: ExitStack) -> connection:
            reader = sessions.enter_context(closing(open_source(shop)))
            import_snapshot(reader, snapshot.snapshot_id)
            return reader

        rewriting = Rewriting(shop, "customers", change)
        with pytest.raises(SourceChanged, match=r"public\.(products|items)"):
            Worker(session, subset, open_reader, lambda _: None, rewriting, workers=1).run()


class Killing(Unobserved):
    """Ends the session of a worker that has sent rows of a table, as a crash of its process would."""

    def __init__(self, server: ConnectionParameters, table: str) -> None:
        self.server, self.table, self.kills = server, table, 0

    def sent(self, table: TableName, number_of_bytes: int) -> None:
        if table.name == self.table and self.kills == 0:
            self.kills += 1
            execute(
                self.server,
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'COPY%FROM STDIN%'"
                " AND pid <> pg_backend_pid()",
            )


@pytest.fixture
def prepared(postgres: TestServer, shop: ConnectionParameters) -> Iterator[tuple[MadeTarget, Subset]]:
    with prepared_build(postgres, shop, CANADIANS) as build:
        yield build


def assert_whole(source: ConnectionParameters, made: MadeTarget, subset: Subset) -> None:
    with closing(open_target(made.database)) as session:
        assert complete_build(session, subset, {}).verification.foreign_keys == 3
        assert all(table.chunks >= 1 for table in copied_tables(session))
    assert_canadians(source, made.database)


@pytest.mark.usefixtures("tiny_chunks")
def test_a_build_goes_on_wherever_its_workers_were_cut_short(
    shop: ConnectionParameters, prepared: tuple[MadeTarget, Subset]
) -> None:
    cuts = run_cut_short(shop, *prepared, checks=5)
    assert cuts > 3
    assert_whole(shop, *prepared)


@pytest.mark.parametrize("table", ["customers", "orders", "products"])
def test_a_worker_that_is_killed_in_the_middle_of_a_copy_leaves_nothing_twice(
    shop: ConnectionParameters, prepared: tuple[MadeTarget, Subset], postgres: TestServer, table: str
) -> None:
    killing = Killing(postgres.superuser, table)
    with pytest.raises(TransferError):
        while True:
            run_worker(shop, *prepared, killing)
            pytest.fail("the worker was not killed")
    assert run_worker(shop, *prepared, Unobserved())
    assert_whole(shop, *prepared)


def test_a_worker_whose_time_is_up_begins_nothing_and_says_so(
    shop: ConnectionParameters, prepared: tuple[MadeTarget, Subset]
) -> None:
    made, subset = prepared
    with closing(open_target(made.database)) as session:
        its_worker = Worker(
            session, subset, lambda _: pytest.fail("the source was opened"), lambda _: None, Unobserved(), 1
        )
        assert not its_worker.run(lambda: False)


SLOW_IN_THE_TARGET = """
CREATE SEQUENCE calls;
CREATE FUNCTION slow(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN
    IF current_database() LIKE 'datavalut_build%' THEN
        PERFORM pg_sleep(0.1), nextval('public.calls');
    END IF;
    RETURN $1;
END $$;
CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t SELECT generate_series(1, 30);
CREATE INDEX slow_index ON t (slow(id));
CREATE MATERIALIZED VIEW v AS SELECT slow(id + 100) AS x FROM t;
"""


def for_a_second() -> Callable[[], bool]:
    end = time.monotonic() + 1
    return lambda: time.monotonic() < end


def test_what_takes_longer_than_a_worker_lives_is_made_all_the_same_and_once(
    make_database: MakeDatabase, postgres: TestServer
) -> None:
    source = make_database(SLOW_IN_THE_TARGET)
    lives, done = 0, False
    with prepared_build(postgres, source, FilterPlan()) as (made, subset):
        while not done:
            lives += 1
            done = run_worker(source, made, subset, Unobserved(), for_a_second())
        assert query(made.database, "SELECT last_value FROM calls") == [(60,)]
        assert query(made.database, "SELECT count(x) FROM v") == [(30,)]
    assert lives > 3


def test_why_it_failed_when_its_worker_had_left_is_told_by_the_next(
    make_database: MakeDatabase, postgres: TestServer
) -> None:
    source = make_database("""
        CREATE FUNCTION slow(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN
            IF current_database() NOT LIKE 'datavalut_build%' THEN RETURN $1; END IF;
            PERFORM pg_sleep(0.1); RETURN 7;
        END $$;
        CREATE TABLE t (id int); INSERT INTO t SELECT generate_series(1, 20);
        CREATE UNIQUE INDEX slow_index ON t (slow(id));
    """)
    with prepared_build(postgres, source, FilterPlan()) as (made, subset):
        assert not run_worker(source, made, subset, Unobserved(), for_a_second())
        with pytest.raises(ConstraintViolated) as raised:
            while not run_worker(source, made, subset, Unobserved(), for_a_second()):
                pass
    assert (raised.value.table, raised.value.name) == ("public.t", "slow_index")
    assert raised.value.key == "public.slow(id) = 7"


class Rewritten(Unobserved):
    """Changes the target as soon as a table's rows are there."""

    def __init__(self, server: TestServer, made: MadeTarget, table: str, change: str) -> None:
        self.target = replace(server.superuser, database=made.database.database)
        self.table, self.change = table, change

    def table_is_copied(self, table: TableName) -> None:
        if table.name == self.table:
            execute(self.target, self.change)


def test_a_root_with_a_row_that_does_not_meet_its_condition_is_not_verified(
    shop: ConnectionParameters, prepared: tuple[MadeTarget, Subset], postgres: TestServer
) -> None:
    made, subset = prepared
    rewritten = Rewritten(postgres, made, "customers", "UPDATE customers SET country = NULL WHERE id = 3")
    assert run_worker(shop, made, subset, rewritten)
    with closing(open_target(made.database)) as session, pytest.raises(VerificationFailed) as raised:
        complete_build(session, subset, {})
    (discrepancy,) = raised.value.discrepancies
    assert discrepancy == Discrepancy("rows of public.customers that do not meet its condition", "0", "1")


def test_a_proof_that_takes_longer_than_a_worker_lives_is_made_all_the_same_and_once(
    shop: ConnectionParameters, prepared: tuple[MadeTarget, Subset], monkeypatch: pytest.MonkeyPatch
) -> None:
    made, subset = prepared
    execute(made.database, "CREATE SEQUENCE datavalut_work.proofs")

    def slow_query(target: connection, subset: Subset, name: TableName) -> sql.Composable:
        counts = unmet_query(target, subset, name)
        slow = "SELECT counts.* FROM ({}) AS counts, pg_sleep(2), nextval('datavalut_work.proofs')"
        return sql.SQL(slow).format(counts)

    monkeypatch.setattr(worker, "unmet_query", slow_query)
    lives, done = 0, False
    while not done:
        lives += 1
        done = run_worker(shop, made, subset, Unobserved(), for_a_second())
    assert lives > 1
    assert query(made.database, "SELECT last_value FROM datavalut_work.proofs") == [(1,)]
    assert_whole(shop, made, subset)


@pytest.mark.usefixtures("tiny_chunks")
def test_many_workers_share_a_build(shop: ConnectionParameters, prepared: tuple[MadeTarget, Subset]) -> None:
    done: list[bool] = []
    threads = [Thread(target=lambda: done.append(run_worker(shop, *prepared, Unobserved()))) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert done == [True] * 5
    assert_whole(shop, *prepared)
