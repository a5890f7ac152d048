"""Big tables that hold rows which are merely required beside those that their rule chooses: what is found of them is
found by chunks. Needs PostgreSQL (the fixture starts it)."""

from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from datavalut.connections import ConnectionParameters
from datavalut.engine.completion import complete_build
from datavalut.engine.copying import Subset
from datavalut.engine.root_proofs import Proof
from datavalut.engine.worker import Unobserved
from datavalut.filters.model import FilterPlan
from tests.postgres_server import TestServer, query
from tests.subset_cases import rows_with
from tests.transfer_examples import MadeTarget, open_target
from tests.unfinished_builds import prepared_build, run_cut_short, run_worker

# Each audit is kept, with its order and the order's customer, whatever their country; but not the order's items.
SHOP = """
CREATE TABLE customers (id int PRIMARY KEY, country text, note text);
CREATE TABLE orders (id int PRIMARY KEY, customer_id int NOT NULL REFERENCES customers, note text);
CREATE INDEX ON orders (customer_id);
CREATE TABLE items (order_id int NOT NULL REFERENCES orders, number int, PRIMARY KEY (order_id, number));
CREATE TABLE audits (order_id int NOT NULL REFERENCES orders);
CREATE TABLE visitors (id int PRIMARY KEY, country text, note text);
CREATE TABLE visits (visitor_id int NOT NULL REFERENCES visitors);
INSERT INTO customers
    SELECT g, CASE g % 3 WHEN 0 THEN 'Canada' END, repeat('x', 100) FROM generate_series(1, 3000) AS g;
INSERT INTO visitors SELECT id + 7000, country, note FROM customers;
INSERT INTO orders SELECT g, 1 + g % 3000, repeat('y', 200) FROM generate_series(1, 6000) AS g;
INSERT INTO items SELECT g, n FROM generate_series(1, 6000) AS g, generate_series(1, 2) AS n;
INSERT INTO audits SELECT g FROM generate_series(1, 6000, 100) AS g;
INSERT INTO visits SELECT g FROM generate_series(7001, 10000, 50) AS g;
ANALYZE;
"""
PLAN = FilterPlan(
    roots=(rows_with("public.customers", "country", "Canada"), rows_with("public.visitors", "country", "Canada")),
    full=("public.audits", "public.visits"),
)
CANADIANS = "SELECT id FROM customers WHERE country = 'Canada'"
REQUIRED = {
    "customers": "SELECT customer_id FROM orders WHERE id IN (SELECT order_id FROM audits)",
    "orders": "SELECT order_id FROM audits",
    "visitors": "SELECT visitor_id FROM visits",
}
CHOSEN = {
    "customers": CANADIANS,
    "orders": f"SELECT id FROM orders WHERE customer_id IN ({CANADIANS})",
    "visitors": "SELECT id FROM visitors WHERE country = 'Canada'",
}


@pytest.fixture
def shop(make_database: Callable[..., ConnectionParameters]) -> ConnectionParameters:
    return make_database(SHOP)


@pytest.fixture
def prepared(postgres: TestServer, shop: ConnectionParameters) -> Iterator[tuple[MadeTarget, Subset]]:
    with prepared_build(postgres, shop, PLAN) as build:
        yield build


def assert_exact(shop: ConnectionParameters, made: MadeTarget, subset: Subset) -> None:
    """The rows, and how many of them are said to be merely required."""
    with closing(open_target(made.database)) as session:
        completion = complete_build(session, subset, {})
    required = {table.table.name: table.required_rows for table in completion.tables}
    for table, chosen in CHOSEN.items():
        kept = query(shop, f"{chosen} UNION {REQUIRED[table]} ORDER BY 1")
        assert query(made.database, f"SELECT id FROM {table} ORDER BY 1") == kept, table
        assert required[table] == len(query(shop, f"{REQUIRED[table]} EXCEPT {chosen}")) > 0, table
    items = f"SELECT * FROM items WHERE order_id IN ({CHOSEN['orders']}) ORDER BY 1, 2"
    assert query(made.database, "SELECT * FROM items ORDER BY 1, 2") == query(shop, items)
    assert set(completion.roots.values()) == {Proof.WHOLE}


def chunks(made: MadeTarget, kind: str, by: str) -> dict[str, int]:
    """How many chunks of the kind there are of each table, of those that are cut by pages or by keys."""
    is_by_keys = "(chunk ->> 'first_key' IS NOT NULL OR chunk ->> 'end_key' IS NOT NULL)"
    return dict(
        query(
            made.database,
            "SELECT table_name, count(*) FROM datavalut_work.items"
            f" WHERE kind = '{kind}' AND {is_by_keys} = {by == 'keys'} GROUP BY table_name",
        )
    )


@pytest.mark.usefixtures("tiny_chunks")
def test_keys_of_chosen_rows_and_their_count_are_cut_as_rows_are(
    shop: ConnectionParameters, prepared: tuple[MadeTarget, Subset]
) -> None:
    made, subset = prepared
    assert run_worker(shop, made, subset, Unobserved())
    by_pages, by_keys = chunks(made, "chunk of keys", "pages"), chunks(made, "chunk of keys", "keys")
    assert by_pages.keys() == {"customers"}, "a root's keys are cut by pages"
    assert by_pages["customers"] > 1
    assert by_keys == {"orders": 4}, "1,000 keys of customers, 300 a chunk"
    counted = query(made.database, "SELECT chosen_rows > 0 FROM datavalut_work.copied WHERE table_name = 'visitors'")
    assert len(counted) == chunks(made, "chunk", "pages")["visitors"] > 1
    assert all(is_some for (is_some,) in counted), "chosen visitors are counted by chunk"
    assert_exact(shop, made, subset)


@pytest.mark.usefixtures("tiny_chunks")
def test_chunks_of_keys_that_are_cut_short_are_there_once(
    shop: ConnectionParameters, prepared: tuple[MadeTarget, Subset]
) -> None:
    cuts = run_cut_short(shop, *prepared, checks=5)
    assert cuts > 3
    assert_exact(shop, *prepared)


def test_tables_that_are_not_cut_tell_their_required_rows_as_well(
    shop: ConnectionParameters, prepared: tuple[MadeTarget, Subset]
) -> None:
    made, subset = prepared
    assert run_worker(shop, made, subset, Unobserved())
    assert query(made.database, "SELECT DISTINCT chunk FROM datavalut_work.copied") == [(0,)]
    assert_exact(shop, made, subset)
