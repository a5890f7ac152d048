"""The SQL of filters lets PostgreSQL use the indexes that there are, and join where it need not count.

What is looked at is EXPLAIN on tables large enough that reading them whole would be the wrong plan. Needs PostgreSQL.
"""

import json
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from psycopg2 import sql

from datavalut.catalog.model import Catalog
from datavalut.catalog.reader import read_catalog
from datavalut.filters.check import check_plan
from datavalut.filters.render import render_root
from tests.filter_examples import (
    NOW,
    Json,
    aggregate,
    all_of,
    any_of,
    column,
    compare,
    exists,
    in_time,
    negation,
    plan_of,
    text,
    value,
)
from tests.postgres_server import TestServer, open_connection

SHOP = """
CREATE TYPE state AS ENUM ('new', 'paid', 'lost');
CREATE TABLE customers (
    id integer PRIMARY KEY,
    name text COLLATE "C",
    points integer,
    rank smallint NOT NULL,
    balance numeric,
    score double precision,
    born date,
    created_at timestamptz NOT NULL,
    updated_at timestamp,
    token uuid,
    state state,
    tags text[],
    profile jsonb
);
CREATE TABLE orders (
    id integer PRIMARY KEY,
    customer_id integer REFERENCES customers,
    total numeric
);
INSERT INTO customers
SELECT n, 'name ' || n, n, n, n, n, '1900-01-01'::date + n, '2026-11-23 14:30+00'::timestamptz - n * interval '1 day',
    '2026-11-23 14:30'::timestamp - n * interval '1 day', lpad(n::text, 32, '0')::uuid,
    CASE WHEN n < 20 THEN 'lost' ELSE 'paid' END::state, ARRAY['tag ' || n, 'all'],
    jsonb_build_object('plan', 'plan ' || n, 'seats', jsonb_build_object('used', n))
FROM generate_series(1, 30000) AS n;
INSERT INTO orders SELECT n, 1 + n % 29000, n FROM generate_series(1, 60000) AS n;
CREATE INDEX ON customers (name);
CREATE INDEX ON customers (lower(name));
CREATE INDEX ON customers (points);
CREATE INDEX ON customers (rank);
CREATE INDEX ON customers (balance);
CREATE INDEX ON customers (score);
CREATE INDEX ON customers (born);
CREATE INDEX ON customers (created_at);
CREATE INDEX ON customers (updated_at);
CREATE INDEX ON customers (token);
CREATE INDEX ON customers (state);
CREATE INDEX ON customers USING gin (tags);
CREATE INDEX ON customers USING gin (profile jsonb_path_ops);
CREATE INDEX ON orders (customer_id);
ANALYZE;
"""
ORDERS: list[Json] = [{"table": "orders"}]


class Explained:
    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._catalog: Catalog = read_catalog(connection)

    def nodes(self, condition: Json | None, top: Json | None = None) -> list[dict[str, Any]]:
        """The nodes of the server's plan for the rows of customers that are chosen, the outermost first."""
        [checked] = check_plan(plan_of(condition, top=top), self._catalog, NOW).roots
        chosen = render_root(checked, sql.Identifier("chosen"), self._catalog, NOW)
        query = sql.SQL("EXPLAIN (FORMAT JSON) SELECT * FROM customers AS chosen WHERE {}").format(chosen)
        with self._connection.cursor() as cursor:
            cursor.execute(query)
            [(explained,)] = cursor.fetchall()
        plans = json.loads(explained) if isinstance(explained, str) else explained
        return list(_nodes(plans[0]["Plan"]))

    def indexes(self, condition: Json) -> set[str]:
        return {node["Index Name"] for node in self.nodes(condition) if "Index Name" in node}


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for inner in node.get("Plans", []):
        yield from _nodes(inner)


@pytest.fixture(scope="module")
def shop(postgres: TestServer) -> Iterator[Explained]:
    parameters = postgres.make_database(SHOP)
    with closing(open_connection(parameters)) as connection:
        yield Explained(connection)
    postgres.drop_database(parameters)


def json_value(path: list[str], json_type: str = "text") -> Json:
    return {"kind": "json", "column": "profile", "path": path, "type": json_type}


@pytest.mark.parametrize(
    ("condition", "index"),
    [
        (compare("points", ">", 29_990), "customers_points_idx"),
        (compare("points", ">", 29_990.5), "customers_points_idx"),
        (compare(value("3.5"), ">=", column("points")), "customers_points_idx"),
        (compare("points", "=", "17"), "customers_points_idx"),
        (compare("rank", "<", 9.5), "customers_rank_idx"),
        (compare("balance", "<", "9.5"), "customers_balance_idx"),
        (compare("score", ">=", 29_995), "customers_score_idx"),
        (compare("created_at", ">=", "2026-11-20"), "customers_created_at_idx"),
        (compare("created_at", ">=", "2026-11-20T10:00+02:00"), "customers_created_at_idx"),
        (compare("updated_at", ">", "2026-11-20"), "customers_updated_at_idx"),
        (compare("born", "<", "1900-01-10"), "customers_born_idx"),
        (compare("born", "<", "1900-01-10T12:00"), "customers_born_idx"),
        (compare("token", "=", "0" * 31 + "7"), "customers_token_idx"),
        (compare("state", "=", "LOST"), "customers_state_idx"),
        (compare("name", "=", "name 7"), "customers_name_idx"),
        ({"kind": "between", "operand": column("points"), "low": value(1), "high": value(9)}, "customers_points_idx"),
        ({"kind": "between", "operand": column("points"), "low": value(0.5), "high": value(9)}, "customers_points_idx"),
        ({"kind": "in", "operand": column("points"), "values": [1, 5, "9"]}, "customers_points_idx"),
        ({"kind": "in", "operand": column("name"), "values": ["name 1", "name 2"]}, "customers_name_idx"),
        (text("name", "equals", "name 7", True), "customers_name_idx"),
        (text("name", "starts_with", "name 77", True), "customers_name_idx"),
        ({"kind": "array_contains", "column": "tags", "values": ["tag 7"]}, "customers_tags_idx"),
        (
            {"kind": "array_contains", "column": "tags", "values": ["tag 7", "tag 8"], "quantity": "any"},
            "customers_tags_idx",
        ),
        (compare(json_value(["plan"]), "=", "plan 7"), "customers_profile_idx"),
        (compare(json_value(["seats", "used"], "numeric"), "=", 7), "customers_profile_idx"),
        (
            {"kind": "in", "operand": json_value(["plan"]), "values": ["plan 7", "plan 8"]},
            "customers_profile_idx",
        ),
        (in_time("created_at", kind="last", amount=2, unit="week"), "customers_created_at_idx"),
        (in_time("updated_at", kind="next", amount=2, unit="week"), "customers_updated_at_idx"),
        (in_time("updated_at", kind="older_than", amount=82, unit="year"), "customers_updated_at_idx"),
        (in_time("born", kind="age", unit="year", at_least=126), "customers_born_idx"),
        (in_time("born", kind="age", unit="day", at_most=17_000), "customers_born_idx"),
        (in_time("created_at", kind="calendar", unit="month", offset=-1), "customers_created_at_idx"),
        (in_time("born", kind="range", start="1950-01-01", end="1950-02-01"), "customers_born_idx"),
        (negation(compare("rank", ">", 9)), "customers_rank_idx"),
        (negation(compare("points", ">", 9)), "customers_points_idx"),
        (negation(in_time("created_at", kind="older_than", amount=9, unit="day")), "customers_created_at_idx"),
        (negation(in_time("updated_at", kind="older_than", amount=9, unit="day")), "customers_updated_at_idx"),
    ],
)
def test_an_index_on_the_column_serves(shop: Explained, condition: Json, index: str) -> None:
    assert shop.indexes(condition) == {index}


def test_alternatives_are_served_by_an_index_each(shop: Explained) -> None:
    condition = any_of(compare("points", "<", 9), compare("born", "<", "1900-01-10"))
    assert shop.indexes(condition) == {"customers_points_idx", "customers_born_idx"}


# Related rows


def subplans(nodes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What would run once for each row."""
    return [node for node in nodes if node.get("Parent Relationship") == "SubPlan"]


def join_types(nodes: list[dict[str, Any]]) -> set[str]:
    return {node["Join Type"] for node in nodes if "Join Type" in node}


@pytest.mark.parametrize(
    "condition",
    [
        exists(ORDERS),
        compare(aggregate("count", ORDERS), ">=", 1),
        compare(aggregate("count", ORDERS), ">", 0),
        compare(aggregate("count", ORDERS), "<>", 0),
        compare(aggregate("count", ORDERS, "total"), ">", 0),
        compare(aggregate("count_distinct", ORDERS, "total"), ">=", 1),
        negation(compare(aggregate("count", ORDERS), "=", 0)),
    ],
)
def test_at_least_one_related_row_is_a_join_and_counts_nothing(shop: Explained, condition: Json) -> None:
    nodes = shop.nodes(condition)
    assert subplans(nodes) == []
    # PostgreSQL may make the inner side unique first, and join it as it likes: a semi-join all the same.
    counting = [node for node in nodes if node["Node Type"] == "Aggregate" and "Filter" in node]
    assert counting == []
    assert any(join in {"Semi", "Right Semi"} for join in join_types(nodes)) or "Inner" in join_types(nodes)


@pytest.mark.parametrize(
    "condition",
    [
        negation(exists(ORDERS)),
        compare(aggregate("count", ORDERS), "=", 0),
        compare(aggregate("count", ORDERS), "<", 1),
        negation(compare(aggregate("count", ORDERS), ">", 0)),
    ],
)
def test_no_related_row_is_an_anti_join(shop: Explained, condition: Json) -> None:
    nodes = shop.nodes(condition)
    assert join_types(nodes) <= {"Anti", "Right Anti"}
    assert join_types(nodes)
    assert subplans(nodes) == []
    assert not any(node["Node Type"] == "Aggregate" for node in nodes)


@pytest.mark.parametrize(
    "condition",
    [
        compare(aggregate("count", ORDERS), ">=", 3),
        compare(aggregate("count", ORDERS), "<", 3),
        compare(aggregate("sum", ORDERS, "total"), ">", 100),
        compare("balance", "<", aggregate("sum", ORDERS, "total")),
        any_of(compare("points", "<", 9), exists(ORDERS, compare("total", ">", 59_000))),
        any_of(compare("points", "<", 9), compare(aggregate("count", ORDERS), ">=", 3)),
    ],
)
def test_related_rows_are_grouped_once_and_never_for_each_row(shop: Explained, condition: Json) -> None:
    nodes = shop.nodes(condition)
    assert subplans(nodes) == []
    assert join_types(nodes)


def test_for_few_rows_the_related_ones_are_found_by_their_index(shop: Explained) -> None:
    assert shop.indexes(all_of(compare("id", "<", 5), exists(ORDERS))) == {
        "customers_pkey",
        "orders_customer_id_idx",
    }


@pytest.mark.parametrize(("by", "descending"), [("created_at", True), ("created_at", False), ("points", False)])
def test_the_first_rows_are_read_in_the_order_of_an_index(shop: Explained, by: str, descending: bool) -> None:
    top = {"rows": 10, "order_by": [{"by": column(by), "descending": descending}]}
    indexes = {node["Index Name"] for node in shop.nodes(None, top=top) if "Index Name" in node}
    assert f"customers_{by}_idx" in indexes


def test_the_first_rows_are_sorted_once(shop: Explained) -> None:
    nodes = shop.nodes(None, top={"rows": 10, "order_by": [{"by": column("points")}]})
    assert subplans(nodes) == []
    assert [node["Node Type"] for node in nodes].count("Limit") == 1
