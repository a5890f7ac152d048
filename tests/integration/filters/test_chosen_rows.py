"""Which rows filters choose where it is easy to be wrong: edges of time, nulls, duplicates, text, top lists, samples.

Needs PostgreSQL (started by the fixture).
"""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest
from psycopg2 import sql

from datavalut.catalog.model import Catalog
from datavalut.catalog.reader import read_catalog
from datavalut.filters.check import resolve_plan
from datavalut.filters.model import FilterPlan
from datavalut.filters.render import render_root
from tests.filter_examples import (
    NOW,
    ORDERS,
    PRODUCTS,
    SHOP,
    SHOP_SQL,
    Json,
    aggregate,
    any_of,
    arithmetic,
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

ROWS = """
INSERT INTO regions VALUES ('CA', 1, 'Ontario'), ('CA', 2, 'Québec');
INSERT INTO customers
    (id, name, nickname, initials, email, vip, status, visits, balance, score, weight, credit, born, created_at,
     updated_at, wait, lucky, moods, notes, address, home, referred_by, region_country, region_code)
VALUES
    (1, 'Ann', '50% off', 'ab', 'a@x.org', true, 'new', 3, 10.50, 0.1, 0.1, '1,234.50', '2008-11-23',
     '2026-05-23 14:30+00', '2026-10-01 00:00', '3 days', '{1,2}', '{new,closed}', '{"a": {"b": [true]}}', '10.0.0.1',
     '(1,2)', NULL, 'CA', 1),
    (2, 'ÉMILE', '50 off', 'AB', 'b@x.org', false, 'on hold', 0, 0, 'NaN', 0.2, '0', '2008-11-22',
     '2026-05-23 14:29:59.999999+00', '2026-12-31 23:59:59', '72 hours', '{}', NULL, '{"a": "x"}', '10.0.0.2/8',
     NULL, 1, 'CA', NULL),
    (3, NULL, 'a_b', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
     NULL, NULL, 1, NULL, NULL),
    (4, 'it''s \\ "x"', 'aXb', 'a b', 'c@y.org', true, 'closed', 3, 99.99, 'Infinity', 0.3, '-5', 'infinity',
     '2026-11-23 14:30+00', '2027-01-01 00:00', '-1 day', '{3,1}', '{active}', '[1]', NULL, NULL, 4, 'CA', 2),
    (5, 'emile', 'ab', 'x', 'd@z.org', true, 'active', 1, 10.50, '-Infinity', 1, '1', '-infinity',
     'infinity', '-infinity', '0', '{NULL,2}', '{}', '{}', '::1', NULL, 2, 'CA', 2);
INSERT INTO orders (id, customer_id, recipient_id, placed_at, shipped_on, total) VALUES
    (1, 1, 2, '2026-11-01 00:00+00', '2026-11-03', 10), (2, 1, 2, '2026-11-02 00:00+00', '2026-11-02', 20.5),
    (3, 1, 1, NULL, NULL, NULL), (4, 2, NULL, '2020-01-01 00:00+00', '2020-01-01', 0), (5, NULL, 4, NULL, NULL, 7);
INSERT INTO products VALUES (1, 'tea', 2.50), (2, 'pot', 10.00);
INSERT INTO items VALUES (1, 1, 1, 2, 2.50), (1, 2, 1, 1, 2.50), (2, 1, 1, 5, 2.00), (2, 2, 2, 1, 10), (4, 1, 2, 0, 10);
INSERT INTO visits SELECT '2026-01-01'::timestamptz + number * interval '1 hour', 'page ' || number
    FROM generate_series(1, 400) AS number;
"""


class Shop:
    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.catalog: Catalog = read_catalog(connection)

    def plan(self, plan: FilterPlan, key: str = "id") -> list[Any]:
        """The keys of the rows that the plan's only root chooses."""
        [root] = resolve_plan(plan, self.catalog).roots
        table = sql.Identifier(*root.table.split("."))
        chosen = render_root(root, sql.Identifier("t"), self.catalog, NOW)
        query = sql.SQL("SELECT {} FROM {} AS t WHERE {} ORDER BY 1").format(sql.Identifier(key), table, chosen)
        with self.connection.cursor() as cursor:
            cursor.execute(query)
            return [row[0] for row in cursor.fetchall()]

    def customers(self, condition: Json | None, **root: Any) -> list[Any]:
        return self.plan(plan_of(condition, **root))


@pytest.fixture(scope="module")
def shop(postgres: TestServer) -> Iterator[Shop]:
    parameters = postgres.make_database(SHOP_SQL + ROWS)
    with closing(open_connection(parameters)) as connection:
        yield Shop(connection)
    postgres.drop_database(parameters)


def test_the_example_catalog_is_what_is_read_from_its_sql(shop: Shop) -> None:
    assert {table.name: (table.columns, table.primary_key) for table in shop.catalog.tables} == {
        table.name: (table.columns, table.primary_key) for table in SHOP.tables
    }


# Time


def test_the_last_months_begin_at_the_very_moment(shop: Shop) -> None:
    assert shop.customers(in_time("created_at", kind="last", amount=6, unit="month")) == [1, 4]


def test_what_is_older_is_just_the_rest_of_the_past(shop: Shop) -> None:
    assert shop.customers(in_time("created_at", kind="older_than", amount=6, unit="month")) == [2]


def test_a_date_lies_in_a_relative_window_by_its_day(shop: Shop) -> None:
    assert shop.customers(in_time("born", kind="last", amount=18, unit="year")) == [1]
    assert shop.customers(in_time("born", kind="older_than", amount=18, unit="year")) == [2, 5]


def test_a_calendar_period_ends_before_the_next_begins(shop: Shop) -> None:
    assert shop.customers(in_time("updated_at", kind="calendar", unit="quarter", offset=0)) == [1, 2]
    assert shop.customers(in_time("updated_at", kind="calendar", unit="year", offset=1)) == [4]
    assert shop.customers(in_time("updated_at", kind="calendar", unit="quarter", offset=-1)) == []


def test_a_range_leaves_out_its_end(shop: Shop) -> None:
    window = {"kind": "range", "start": "2026-05-23T14:29:59.999999Z", "end": "2026-05-23T14:30:00Z"}
    assert shop.customers(in_time("created_at", **window)) == [2]


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "America/Los_Angeles"])
def test_the_sessions_time_zone_changes_nothing(shop: Shop, zone: str) -> None:
    with shop.connection.cursor() as cursor:
        cursor.execute("SET TimeZone = %s", (zone,))
    try:
        assert shop.customers(compare("created_at", ">=", "2026-05-23T14:30")) == [1, 4, 5]
        assert shop.customers(compare("created_at", ">", column("updated_at"))) == [5]
        assert shop.customers(compare(arithmetic("created_at", "+", "1 month"), "<", "2026-06-23T14:30")) == [2]
        assert shop.customers(in_time("born", kind="last", amount=18, unit="year")) == [1]
        condition = compare(arithmetic("created_at", "-", column("born")), ">", "6391 days")
        assert shop.customers(condition) == [2]
    finally:
        with shop.connection.cursor() as cursor:
            cursor.execute("RESET TimeZone")


def test_infinite_moments_have_no_difference_but_an_order(shop: Shop) -> None:
    assert shop.customers(compare(arithmetic("born", "-", "2000-01-01"), ">", 0)) == [1, 2]
    assert shop.customers(compare("born", ">", "2000-01-01")) == [1, 2, 4]


def test_lengths_of_time_are_compared_as_lengths(shop: Shop) -> None:
    assert shop.customers(compare("wait", "=", "3 days")) == [1, 2]
    assert shop.customers(compare("wait", "<", "0 days")) == [4]


# Nulls and negation


def test_an_unknown_condition_chooses_nothing_but_its_negation_does(shop: Shop) -> None:
    assert shop.customers(compare("vip", "=", True)) == [1, 4, 5]
    assert shop.customers(compare("vip", "<>", True)) == [2]
    assert shop.customers(negation(compare("vip", "=", True))) == [2, 3]


def test_a_partly_null_key_references_nothing(shop: Shop) -> None:
    assert shop.customers(exists([{"table": "regions"}])) == [1, 4, 5]
    assert shop.customers(negation(exists([{"table": "regions"}]))) == [2, 3]


# Numbers


def test_floating_point_columns_are_compared_in_their_own_precision(shop: Shop) -> None:
    assert shop.customers(compare("weight", "=", 0.1)) == [1]
    assert shop.customers(compare("score", "=", "0.1")) == [1]


def test_nan_is_above_everything(shop: Shop) -> None:
    assert shop.customers(compare("score", ">", 1e300)) == [2, 4]


def test_a_constant_beyond_the_columns_range_is_no_error(shop: Shop) -> None:
    assert shop.customers(compare("visits", "<", 10**12)) == [1, 2, 4, 5]
    assert shop.customers(compare("visits", "=", 2.5)) == []


def test_division_by_zero_is_unknown(shop: Shop) -> None:
    assert shop.customers(compare(arithmetic("balance", "/", column("visits")), ">", 3.4)) == [1, 4, 5]


def test_integers_do_not_overflow(shop: Shop) -> None:
    product = column("visits")
    for _ in range(6):
        product = arithmetic(product, "*", 30_000)
    assert shop.customers(compare(product, ">", 0)) == [1, 4, 5]


def test_money_is_a_number(shop: Shop) -> None:
    assert shop.customers(compare("credit", ">=", "1234.50")) == [1]
    assert shop.customers(compare("credit", "<", 0)) == [4]


# Text


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (text("name", "equals", "émile"), [2]),
        (text("name", "equals", "Emile"), [5]),
        (text("name", "contains", "É"), [2]),
        (text("name", "contains", "é", True), []),
        (text("nickname", "contains", "%"), [1]),
        (text("nickname", "equals", "a_b"), [3]),
        (text("nickname", "starts_with", "a_"), [3]),
        (text("name", "ends_with", '\\ "X"'), [4]),
        (text("name", "contains", "'S \\"), [4]),
        (text("initials", "ends_with", "b"), [1, 2, 4]),
        (text("initials", "equals", "ab", True), [1]),
        (text("initials", "equals", "ab"), [1, 2]),
        (text("status", "starts_with", "ON"), [2]),
        (text("email", "ends_with", "@X.org"), [1, 2]),
    ],
)
def test_text_is_matched_as_it_stands(shop: Shop, condition: Json, expected: list[int]) -> None:
    assert shop.customers(condition) == expected


def test_a_hostile_text_is_only_a_text(shop: Shop) -> None:
    hostile = "'; DROP TABLE customers; --\\'"
    assert shop.customers(compare("name", "=", hostile)) == []
    assert shop.customers(text("name", "contains", hostile)) == []
    assert shop.customers(None) == [1, 2, 3, 4, 5]


# Other types


def test_arrays_enums_json_addresses_and_points(shop: Shop) -> None:
    assert shop.customers({"kind": "array_contains", "column": "lucky", "values": [1, 2]}) == [1]
    assert shop.customers({"kind": "array_contains", "column": "lucky", "values": [1, 2], "quantity": "any"}) == [
        1,
        4,
        5,
    ]
    assert shop.customers({"kind": "array_contains", "column": "moods", "values": ["new"]}) == [1]
    assert shop.customers(compare("status", ">", "active")) == [2, 4]
    flag: Json = {"kind": "json", "column": "notes", "path": ["a", "b", "0"], "type": "boolean"}
    assert shop.customers(compare(flag, "=", True)) == [1]
    assert shop.customers(compare("address", "=", "10.0.0.1")) == [1]
    assert shop.customers(negation({"kind": "is_null", "operand": column("home")})) == [1]


def test_a_constant_beside_a_domain_is_not_held_to_its_constraint(shop: Shop) -> None:
    assert shop.customers(compare("email", "=", "not an address")) == []
    assert shop.plan(plan_of(compare("amount", ">", -1), "items"), "line") == [1, 1, 1, 2, 2]


# Related rows


@pytest.mark.parametrize(
    ("operator", "number", "expected"),
    [
        (">=", 3, [1]),
        (">=", 1, [1, 2]),
        ("=", 0, [3, 4, 5]),
        ("<", 3, [2, 3, 4, 5]),
        ("<=", 0, [3, 4, 5]),
        ("<>", 1, [1, 3, 4, 5]),
        (">", -1, [1, 2, 3, 4, 5]),
    ],
)
def test_rows_without_related_rows_count_none(shop: Shop, operator: str, number: int, expected: list[int]) -> None:
    condition = compare(aggregate("count", ORDERS), operator, number)
    assert shop.customers(condition) == expected
    rest = [key for key in (1, 2, 3, 4, 5) if key not in expected]
    assert shop.customers(negation(condition)) == rest


def test_sums_are_zero_and_other_aggregates_null_without_rows(shop: Shop) -> None:
    assert shop.customers(compare(aggregate("sum", ORDERS, "total"), "<", 5)) == [2, 3, 4, 5]
    assert shop.customers(compare(aggregate("sum", ORDERS, "total"), "=", "30.5")) == [1]
    assert shop.customers(compare(aggregate("avg", ORDERS, "total"), "<", 5)) == [2]
    assert shop.customers({"kind": "is_null", "operand": aggregate("max", ORDERS, "total")}) == [3, 4, 5]
    assert shop.customers(compare(aggregate("count", ORDERS, "total"), "=", 2)) == [1]


def test_a_product_bought_three_times_is_one_product(shop: Shop) -> None:
    assert shop.customers(compare(aggregate("count", PRODUCTS), "=", 2)) == [1]
    assert shop.customers(compare(aggregate("sum", PRODUCTS, "price"), "=", "12.50")) == [1]
    assert shop.customers(compare(aggregate("avg", PRODUCTS, "price"), "=", "6.25")) == [1]
    assert shop.customers(compare(aggregate("count_distinct", PRODUCTS, "price"), "=", 2)) == [1]


def test_a_sum_of_products_of_columns(shop: Shop) -> None:
    items: list[Json] = [*ORDERS, {"table": "items"}]
    assert shop.customers(compare(aggregate("sum", items, arithmetic("price", "*", column("amount"))), "=", 27.5)) == [
        1
    ]


def test_a_row_is_compared_with_its_related_rows(shop: Shop) -> None:
    assert shop.customers(compare("balance", "<", aggregate("sum", ORDERS, "total"))) == [1]
    assert shop.customers(compare("balance", ">=", aggregate("sum", ORDERS, "total"))) == [2, 4, 5]
    parent: list[Json] = [{"table": "customers", "direction": "to_parent"}]
    assert shop.customers(compare("visits", "<", aggregate("max", parent, "visits"))) == [2]


def test_the_last_time_of_something(shop: Shop) -> None:
    last = aggregate("max", ORDERS, "placed_at")
    assert shop.customers(in_time(last, kind="last", amount=1, unit="month")) == [1]
    assert shop.customers(in_time(last, kind="older_than", amount=1, unit="year")) == [2]


def test_related_terms_of_or_may_overlap(shop: Shop) -> None:
    condition = any_of(compare("vip", "=", True), exists(ORDERS), compare(aggregate("count", ORDERS), "<", 1))
    assert shop.customers(condition) == [1, 2, 3, 4, 5]
    assert shop.customers(negation(condition)) == []


# Top lists and samples


def test_the_first_rows_come_by_order_then_key_with_nulls_last(shop: Shop) -> None:
    by_balance: Json = {"by": column("balance")}
    assert shop.customers(None, top={"rows": 2, "order_by": [by_balance]}) == [1, 4]
    assert shop.customers(None, top={"rows": 3, "order_by": [by_balance]}) == [1, 4, 5]
    ascending: Json = {"by": column("balance"), "descending": False}
    assert shop.customers(None, top={"rows": 4, "order_by": [ascending]}) == [1, 2, 4, 5]
    assert shop.customers(compare("vip", "=", False), top={"rows": 4, "order_by": [ascending]}) == [2]


def test_the_first_rows_by_an_aggregate(shop: Shop) -> None:
    top = {"rows": 2, "order_by": [{"by": aggregate("count", ORDERS)}]}
    assert shop.customers(None, top=top) == [1, 2]


def test_a_sample_has_its_size_and_stays_the_same(shop: Shop) -> None:
    def sampled(**sample: object) -> list[Any]:
        return shop.plan(plan_of(None, "visits", sample=sample), "page")

    tenth = sampled(percent=10)
    assert 15 <= len(tenth) <= 70
    assert tenth == sampled(percent=10)
    assert set(tenth) < set(sampled(percent=50))
    assert tenth != sampled(percent=10, seed=1)
    assert len(sampled(rows=25)) == 25
    assert sampled(rows=25) == sampled(rows=25)
    assert len(sampled(rows=1_000)) == len(sampled(percent=100)) == 400


def test_no_setting_of_the_session_changes_a_sample(shop: Shop) -> None:
    plan = plan_of(None, "visits", sample={"percent": 20})
    before = shop.plan(plan, "page")
    with shop.connection.cursor() as cursor:
        cursor.execute("SET TimeZone = 'Asia/Tokyo'; SET DateStyle = 'German'; SET extra_float_digits = -5")
    try:
        assert shop.plan(plan, "page") == before
    finally:
        with shop.connection.cursor() as cursor:
            cursor.execute("RESET ALL")


def test_a_sample_keeps_to_the_condition(shop: Shop) -> None:
    chosen = shop.customers(compare("vip", "=", True), sample={"rows": 2, "seed": 3})
    assert len(chosen) == 2
    assert set(chosen) < {1, 4, 5}


# Storage


def test_partitions_and_inheritance(postgres: TestServer) -> None:
    parameters = postgres.make_database(
        """
        CREATE TABLE events (id integer, at date, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
        CREATE TABLE events_old PARTITION OF events FOR VALUES FROM ('2020-01-01') TO ('2025-01-01');
        CREATE TABLE events_new PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2030-01-01');
        INSERT INTO events SELECT number, '2020-06-01'::date + number * 100 FROM generate_series(1, 30) AS number;
        CREATE TABLE vehicles (id integer PRIMARY KEY);
        CREATE TABLE cars (doors integer) INHERITS (vehicles);
        CREATE TABLE trips (id integer PRIMARY KEY, vehicle_id integer REFERENCES vehicles (id));
        INSERT INTO vehicles VALUES (1), (2);
        INSERT INTO cars VALUES (1, 4), (3, 2);
        INSERT INTO trips VALUES (1, 1), (2, 2);
        """
    )
    try:
        with closing(open_connection(parameters)) as connection:
            shop = Shop(connection)
            top = {"rows": 3, "order_by": [{"by": column("at")}]}
            assert shop.plan(plan_of(None, "events", top=top)) == [28, 29, 30]
            assert len(shop.plan(plan_of(None, "events", sample={"rows": 7}))) == 7
            # The row of cars with id 1 is none of vehicles' own.
            vehicle: list[Json] = [{"table": "vehicles"}]
            assert shop.plan(plan_of(compare(aggregate("count", vehicle), "=", 1), "trips")) == [1, 2]
    finally:
        postgres.drop_database(parameters)


def test_all_letters_have_a_case_whatever_the_databases_locale(shop: Shop) -> None:
    with shop.connection.cursor() as cursor:
        cursor.execute("SELECT datctype FROM pg_database WHERE datname = current_database()")
        [ctype] = cursor.fetchone()
    assert replace(shop.catalog).character_type == ctype
    assert shop.customers(text("name", "starts_with", "ém")) == [2]
    assert shop.customers(compare(value("émile"), "=", column("name"))) == []
