"""Random conditions choose the rows that the language's definition says: PostgreSQL against a plain reading in Python.

Needs PostgreSQL (started by the fixture).
"""

import json
import math
import random
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg2 import sql

from datavalut.catalog.model import Catalog, TableName
from datavalut.catalog.reader import read_catalog
from datavalut.filters.check import resolve_plan
from datavalut.filters.render import render_root
from tests.filter_examples import (
    NOW,
    ORDERS,
    SHOP_SQL,
    STATUS_LABELS,
    Json,
    aggregate,
    all_of,
    any_of,
    arithmetic,
    column,
    compare,
    exists,
    in_time,
    name,
    negation,
    plan_of,
    value,
)
from tests.filter_oracle import ALWAYS_AFTER, ALWAYS_BEFORE, InfiniteMoment, Oracle, Row
from tests.postgres_server import TestServer, open_connection

LETTERS = ["a", "A", "b", "é", "É", "ß", "я", "Я", "%", "_", "\\", "'", '"', " ", "日", "😀", "{", "}"]
SESSIONS = [
    "SET TimeZone = 'Pacific/Kiritimati'; SET DateStyle = 'SQL, DMY'",
    "SET TimeZone = 'America/St_Johns'; SET IntervalStyle = 'sql_standard'; SET standard_conforming_strings = off",
]


def random_rows(seed: int) -> dict[TableName, list[Row]]:
    """Few rows with few distinct values, so that conditions meet them often."""
    pick = random.Random(seed)  # noqa: S311 (rows, not secrets)

    def some(*values: Any) -> Any:
        return pick.choice([*values, None])

    def word() -> Any:
        return some("".join(pick.choice(LETTERS) for _ in range(pick.randrange(4))), "a", "É")

    def moment() -> Any:
        hours = pick.choice([1, 24, 24 * 7, 24 * 31, 24 * 365])
        near = NOW + timedelta(hours=pick.randint(-hours, hours), microseconds=pick.choice([0, 0, 1]))
        edges = (NOW, NOW.replace(month=5), datetime.fromisoformat("2026-10-01T00:00:00+00:00"))
        return some(near, *edges, ALWAYS_AFTER, ALWAYS_BEFORE)

    def day() -> Any:
        return some(
            NOW.date() + timedelta(days=pick.randint(-400, 400)),
            date(2026, 10, 1),
            date(2026, 5, 23),
            ALWAYS_AFTER,
            ALWAYS_BEFORE,
        )

    regions = [{"country": country, "code": code, "title": word()} for country in ("CA", "Ñandú") for code in (1, 2)]
    customers: list[Row] = []
    for number in range(1, 26):
        region = some(*regions)
        updated = moment()
        customers.append(
            {
                "id": number,
                "name": word(),
                "nickname": word(),
                "vip": some(True, False),
                "status": some(*STATUS_LABELS),
                "visits": some(-1, 0, 1, 2, 3, 32767),
                "balance": some(*(Fraction(cents, 100) for cents in (0, 1, 50, 100, 250, -300, 99999999))),
                "score": some(0.0, 0.5, -2.25, 1e20, math.inf, -math.inf, math.nan),
                "born": day(),
                "created_at": moment(),
                "updated_at": updated.replace(tzinfo=None) if isinstance(updated, datetime) else updated,
                "tags": some([], ["a"], ["a", "É"], ["'", "\\", "a,b"]),
                "profile": some({"a": 1}, {"a": "1"}, {"a": True}, {"a": [0.5, "x"]}, {"b": {"a": None}}, [1], "a"),
                "referred_by": some(pick.randint(1, number)),
                "region_country": region and region["country"],
                "region_code": some(region and region["code"]),
            }
        )
    orders = [
        {
            "id": number,
            "customer_id": some(pick.randint(1, 12)),
            "recipient_id": some(pick.randint(1, 25)),
            "placed_at": moment(),
            "shipped_on": day(),
            "total": some(Fraction(0), Fraction(1, 2), Fraction(10), Fraction(25, 4)),
        }
        for number in range(1, 31)
    ]
    products = [
        {"id": number, "name": word() or "", "price": some(Fraction(1), Fraction(5, 2), Fraction(10))}
        for number in range(1, 5)
    ]
    items = [
        {
            "order_id": pick.randint(1, 20),
            "line": line,
            "product_id": some(1, 2, 3, 4),
            "amount": some(0, 1, 2, 3),
            "price": some(Fraction(1), Fraction(5, 2), Fraction(1, 10)),
        }
        for line in range(40)
    ]
    return {
        name("regions"): regions,
        name("customers"): customers,
        name("products"): products,
        name("orders"): orders,
        name("items"): items,
    }


def stored(item: Any, column_name: str) -> Any:
    if isinstance(item, Fraction):
        return Decimal(item.numerator) / Decimal(item.denominator)
    if column_name == "profile" and item is not None:
        return json.dumps(item)
    if isinstance(item, InfiniteMoment):
        return str(item.seconds).replace("inf", "infinity")
    return item


class Shop:
    """One database of random rows and its plain twin."""

    def __init__(self, connection: Any, seed: int) -> None:
        self.connection = connection
        rows = random_rows(seed)
        with connection.cursor() as cursor:
            cursor.execute(SHOP_SQL)
            for table, table_rows in rows.items():
                for row in table_rows:
                    statement = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
                        sql.Identifier(table.schema, table.name),
                        sql.SQL(", ").join(map(sql.Identifier, row)),
                        sql.SQL(", ").join(sql.Placeholder() * len(row)),
                    )
                    cursor.execute(statement, [stored(row[column_name], column_name) for column_name in row])
        self.catalog: Catalog = read_catalog(connection)
        self.oracle = Oracle(self.catalog, rows, NOW)

    def chosen(self, condition: Json, table: str, key: list[str]) -> tuple[list[Any], list[Any]]:
        """The keys that PostgreSQL chooses, and those that the definition does."""
        [root] = resolve_plan(plan_of(condition, table), self.catalog).roots
        assert root.condition is not None
        query = sql.SQL("SELECT {} FROM {} AS chosen WHERE {}").format(
            sql.SQL(", ").join(map(sql.Identifier, key)),
            sql.Identifier(table),
            render_root(root, sql.Identifier("chosen"), self.catalog, NOW),
        )
        with self.connection.cursor() as cursor:
            cursor.execute(query)
            found = sorted(cursor.fetchall())
        meant = sorted(tuple(row[part] for part in key) for row in self.oracle.chosen(root.condition, name(table)))
        return found, meant


@pytest.fixture(scope="module")
def shops(postgres: TestServer) -> Iterator[list[Shop]]:
    databases = [postgres.make_database() for _ in SESSIONS]
    connections = [open_connection(parameters) for parameters in databases]
    shops = []
    for seed, (connection, session) in enumerate(zip(connections, SESSIONS, strict=True)):
        with connection.cursor() as cursor:
            cursor.execute(session)
        shops.append(Shop(connection, seed))
    yield shops
    for connection, parameters in zip(connections, databases, strict=True):
        with closing(connection):
            pass
        postgres.drop_database(parameters)


# Conditions

OPERATORS = st.sampled_from(["=", "<>", "<", "<=", ">", ">="])
NUMBERS = st.sampled_from([0, 1, 2, 3, -1, 0.5, 2.5, "2.5", "-3.00", "1e2", 40000, 10**12, "99999999.99"])
WORDS = st.one_of(st.sampled_from(["a", "É", "é", "'", "\\", "%"]), st.text(alphabet=LETTERS, min_size=1, max_size=3))
TIMES = st.sampled_from(
    ["2026-11-23", "2026-11-23T14:30:00Z", "2026-11-23T14:30:00", "2026-10-01", "2026-05-23", "2026-11-23T09:30-05:00"]
)
UNITS = ["minute", "hour", "day", "week", "month", "quarter", "year"]
DOWN_UP: list[Json] = [*ORDERS, {"table": "items"}, {"table": "products"}]
PATHS_FROM_CUSTOMERS: dict[str, list[list[Json]]] = {
    "orders": [ORDERS, [{"table": "orders", "columns": ["recipient_id"]}]],
    "items": [[*ORDERS, {"table": "items"}]],
    "products": [DOWN_UP],
    "regions": [[{"table": "regions"}]],
    "customers": [
        [{"table": "customers", "direction": "to_parent"}],
        [{"table": "customers", "direction": "to_children"}],
        [{"table": "regions"}, {"table": "customers"}],
        [*ORDERS, {"table": "customers", "columns": ["recipient_id"]}],
    ],
}
PATHS: dict[str, dict[str, list[list[Json]]]] = {
    "customers": PATHS_FROM_CUSTOMERS,
    "orders": {"items": [[{"table": "items"}]], "customers": [[{"table": "customers", "columns": ["customer_id"]}]]},
    "items": {"products": [[{"table": "products"}]], "orders": [[{"table": "orders"}]]},
    "products": {"items": [[{"table": "items"}]], "orders": [[{"table": "items"}, {"table": "orders"}]]},
    "regions": {"customers": [[{"table": "customers"}]]},
}
NUMBER_COLUMNS = {
    "customers": ["visits", "balance", "score", "id"],
    "orders": ["total", "id"],
    "items": ["amount", "price"],
    "products": ["price"],
    "regions": ["code"],
}
TEXT_COLUMNS = {"customers": ["name", "nickname", "status"], "products": ["name"], "regions": ["title", "country"]}
TIME_COLUMNS = {"customers": ["born", "created_at", "updated_at"], "orders": ["placed_at", "shipped_on"]}


@st.composite
def windows(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(st.sampled_from(["last", "next", "older_than", "age", "calendar", "range"]))
    if kind == "age":
        at_least = draw(st.integers(0, 20))
        at_most = draw(st.none() | st.integers(at_least, at_least + 10))
        return {"kind": kind, "unit": draw(st.sampled_from(UNITS[2:])), "at_least": at_least, "at_most": at_most}
    if kind == "range":
        start, end = draw(TIMES), draw(st.none() | st.sampled_from(["2026-11-24", "2026-11-23T20:00Z"]))
        return {"kind": kind, "start": start, "end": end}
    if kind == "calendar":
        return {"kind": kind, "unit": draw(st.sampled_from(UNITS[2:])), "offset": draw(st.integers(-3, 3))}
    return {"kind": kind, "unit": draw(st.sampled_from(UNITS)), "amount": draw(st.integers(1, 40))}


@st.composite
def number_expressions(draw: st.DrawFn, table: str, depth: int) -> Json:
    if depth > 0 and draw(st.integers(0, 3)) == 0:
        end = draw(st.sampled_from(sorted(PATHS[table])))
        path = draw(st.sampled_from(PATHS[table][end]))
        condition = draw(st.none() | conditions(end, depth - 1))
        function = draw(st.sampled_from(["count", "count_distinct", "sum", "avg", "min", "max"]))
        of = None if function == "count" and draw(st.booleans()) else draw(number_expressions(end, depth - 1))
        return aggregate(function, path, of, condition)
    if depth > 0 and draw(st.integers(0, 3)) == 0:
        left = draw(number_expressions(table, depth - 1))
        return arithmetic(left, draw(st.sampled_from("+-*")), draw(number_expressions(table, 0) | NUMBERS))
    if table == "customers" and draw(st.integers(0, 4)) == 0:
        path = draw(st.sampled_from([["a"], ["a", "0"], ["0"]]))
        return {"kind": "json", "column": "profile", "path": path, "type": "numeric"}
    return column(draw(st.sampled_from(NUMBER_COLUMNS[table])))


def number_conditions(table: str, depth: int) -> st.SearchStrategy[Json]:
    numbers = number_expressions(table, depth)
    return st.one_of(
        st.builds(compare, numbers, OPERATORS, NUMBERS),
        st.builds(lambda left, operator, right: compare(value(left), operator, right), NUMBERS, OPERATORS, numbers),
        st.builds(compare, numbers, OPERATORS, numbers),
        st.builds(
            lambda operand, low, high: {"kind": "between", "operand": operand, "low": value(low), "high": value(high)},
            numbers,
            NUMBERS,
            NUMBERS,
        ),
        st.builds(
            lambda operand, values: {"kind": "in", "operand": operand, "values": values},
            numbers,
            st.lists(NUMBERS, min_size=1, max_size=3),
        ),
        st.builds(lambda operand: {"kind": "is_null", "operand": operand}, numbers),
        # A quotient is rounded somewhere: it is compared with round constants only.
        st.builds(
            lambda left, right, operator, constant: compare(arithmetic(left, "/", right), operator, constant),
            number_expressions(table, 0),
            number_expressions(table, 0),
            OPERATORS,
            NUMBERS,
        ),
    )


def text_conditions(table: str) -> st.SearchStrategy[Json]:
    return st.builds(
        lambda operand, matching, sought, case_sensitive: {
            "kind": "text",
            "operand": column(operand),
            "matching": matching,
            "text": sought,
            "case_sensitive": case_sensitive,
        },
        st.sampled_from(TEXT_COLUMNS[table]),
        st.sampled_from(["equals", "contains", "starts_with", "ends_with"]),
        WORDS,
        st.booleans(),
    )


def time_conditions(table: str) -> st.SearchStrategy[Json]:
    columns = st.sampled_from(TIME_COLUMNS[table])
    return st.one_of(
        st.builds(lambda operand, window: in_time(operand, **window), columns, windows()),
        st.builds(compare, columns, OPERATORS, TIMES),
        st.builds(lambda left, operator, right: compare(left, operator, column(right)), columns, OPERATORS, columns),
    )


def customer_conditions() -> st.SearchStrategy[Json]:
    return st.one_of(
        st.builds(lambda yes: compare("vip", "=", yes), st.booleans()),
        st.builds(
            lambda operator, label: compare("status", operator, label),
            st.sampled_from(["=", "<>"]),
            st.sampled_from(STATUS_LABELS),
        ),
        st.builds(
            lambda values, quantity: {
                "kind": "array_contains",
                "column": "tags",
                "values": values,
                "quantity": quantity,
            },
            st.lists(st.sampled_from(["a", "É", "'", "\\", "a,b"]), min_size=1, max_size=2),
            st.sampled_from(["all", "any"]),
        ),
        st.builds(
            lambda path, word: compare({"kind": "json", "column": "profile", "path": path}, "=", word),
            st.sampled_from([["a"], ["a", "1"]]),
            st.sampled_from(["1", "x"]),
        ),
        st.builds(
            lambda operand, window: in_time(operand, **window),
            st.sampled_from(["min", "max"]).map(lambda function: aggregate(function, ORDERS, "placed_at")),
            windows(),
        ),
        st.builds(lambda operator: compare("name", operator, column("nickname")), st.sampled_from(["=", "<>"])),
    )


@st.composite
def conditions(draw: st.DrawFn, table: str, depth: int) -> Json:
    if depth > 0:
        parts = conditions(table, depth - 1)
        match draw(st.integers(0, 8)):
            case 0:
                return all_of(*draw(st.lists(parts, min_size=1, max_size=3)))
            case 1:
                return any_of(*draw(st.lists(parts, min_size=1, max_size=3)))
            case 2 | 3:
                return negation(draw(parts))
            case 4 | 5:
                end = draw(st.sampled_from(sorted(PATHS[table])))
                path = draw(st.sampled_from(PATHS[table][end]))
                return exists(path, draw(st.none() | conditions(end, depth - 1)))
            case _:
                pass
    kinds = [number_conditions(table, depth)]
    if table in TEXT_COLUMNS:
        kinds.append(text_conditions(table))
    if table in TIME_COLUMNS:
        kinds.append(time_conditions(table))
    if table == "customers":
        kinds.append(customer_conditions())
    return draw(st.one_of(kinds))


KEYS = {"customers": ["id"], "orders": ["id"], "items": ["order_id", "line"], "products": ["id"]}


@settings(
    max_examples=400,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(data=st.data())
def test_a_condition_chooses_the_rows_that_its_definition_says(shops: list[Shop], data: st.DataObject) -> None:
    table = data.draw(st.sampled_from(["customers", "customers", "orders", "items", "products"]))
    condition = data.draw(conditions(table, 3))
    for shop in shops:
        found, meant = shop.chosen(condition, table, KEYS[table])
        assert found == meant
