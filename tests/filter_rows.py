"""Random rows of the shop of `filter_examples`: as plain Python, and as a database holds them."""

import json
import math
import random
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from psycopg2 import sql

from datavalut.catalog.model import Catalog, TableName
from datavalut.catalog.reader import read_catalog
from datavalut.filters.check import resolve_plan
from datavalut.filters.model import Root
from datavalut.filters.names import resolve_table
from datavalut.filters.render import render_root
from tests.filter_examples import NOW, SHOP_SQL, STATUS_LABELS, Json, name, plan_of
from tests.filter_oracle import ALWAYS_AFTER, ALWAYS_BEFORE, InfiniteMoment, Oracle, Row

KEYS = {
    "customers": ["id"],
    "orders": ["id"],
    "items": ["order_id", "line"],
    "products": ["id"],
    "regions": ["country", "code"],
}
LETTERS = ["a", "A", "b", "é", "É", "ß", "я", "Я", "%", "_", "\\", "'", '"', " ", "日", "😀", "{", "}"]
TOKENS = [UUID("12345678-1234-1234-1234-123456789abc"), UUID("ffffffff-0000-0000-0000-000000000000")]


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
                "balance": some(*(Fraction(cents, 100) for cents in (0, 1, 50, 100, 250, -300, 99999999)), math.nan),
                "score": some(0.0, 0.5, -2.25, 1e20, math.inf, -math.inf, math.nan),
                "born": day(),
                "created_at": moment(),
                "updated_at": updated.replace(tzinfo=None) if isinstance(updated, datetime) else updated,
                "initials": some("ab", "AB", "a b", "É"),
                "email": some("a@b", "A@B", "'@\\"),
                "weight": some(0.0, 0.5, -2.25, math.inf, math.nan),
                "credit": some(Fraction(0), Fraction(5, 2), Fraction(-3)),
                "opens": some(time(0), time(9, 30), time(23, 59, 59, 999999)),
                "wait": some(timedelta(0), timedelta(days=3), timedelta(hours=72, microseconds=1), timedelta(days=-1)),
                "token": some(*TOKENS),
                "lucky": some([], [1, 2], [2, None], [2_147_483_647]),
                "moods": some([], ["new", "closed"], ["on hold"], [None]),
                "notes": some({"a": "é"}, {"a": [True, 1]}, {"a": 2.5}, ["a"], "a"),
                "raw": some(b"", b"\x00\xff", b"'"),
                "address": some("10.0.0.1", "10.0.0.2/8", "::1"),
                "home": some("(1,2)"),
                "tags": some([], ["a"], ["a", "É"], ["'", "\\", "a,b"]),
                "profile": some(
                    {"a": 1}, {"a": "1"}, {"a": True}, {"a": [0.5, "x"]}, {"b": {"a": None}}, [1], "a", {"-1": "x"}
                ),
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
    if column_name in {"profile", "notes"} and item is not None:
        return json.dumps(item)
    if isinstance(item, UUID):
        return str(item)
    if isinstance(item, InfiniteMoment):
        return str(item.seconds).replace("inf", "infinity")
    return item


class RandomShop:
    """One database of random rows and its plain twin."""

    def __init__(self, connection: Any, seed: int) -> None:
        self.connection = connection
        rows = random_rows(seed)
        with connection.cursor() as cursor:
            cursor.execute(SHOP_SQL)
        _insert_rows(connection, rows)
        self.catalog: Catalog = read_catalog(connection)
        self.oracle = Oracle(self.catalog, rows, NOW)

    def root(self, condition: Json | None, table: str, **root: object) -> Root:
        [resolved] = resolve_plan(plan_of(condition, table, **root), self.catalog).roots
        return resolved

    def found(self, root: Root) -> list[Any]:
        """The keys that PostgreSQL chooses."""
        name = resolve_table(root.table, self.catalog).name
        query = sql.SQL("SELECT {} FROM {} AS chosen WHERE {}").format(
            sql.SQL(", ").join(map(sql.Identifier, KEYS[name.name])),
            sql.Identifier(name.schema, name.name),
            render_root(root, sql.Identifier("chosen"), self.catalog, NOW),
        )
        with self.connection.cursor() as cursor:
            cursor.execute(query)
            return sorted(cursor.fetchall())

    def meant(self, root: Root) -> list[Row]:
        """The rows that the definition of the root's condition chooses."""
        name = resolve_table(root.table, self.catalog).name
        return self.oracle.rows[name] if root.condition is None else self.oracle.chosen(root.condition, name)

    def chosen(self, condition: Json, table: str) -> tuple[list[Any], list[Any]]:
        """The keys that PostgreSQL chooses, and those that the definition does."""
        root = self.root(condition, table)
        return self.found(root), sorted(key_of(row, table) for row in self.meant(root))


def key_of(row: Row, table: str) -> tuple[Any, ...]:
    return tuple(row[part] for part in KEYS[table])


def _insert_rows(connection: Any, rows: dict[TableName, list[Row]]) -> None:
    with connection.cursor() as cursor:
        for table, table_rows in rows.items():
            for row in table_rows:
                statement = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
                    sql.Identifier(table.schema, table.name),
                    sql.SQL(", ").join(map(sql.Identifier, row)),
                    sql.SQL(", ").join(_placeholder(row[column_name]) for column_name in row),
                )
                cursor.execute(statement, [stored(row[column_name], column_name) for column_name in row])


def _placeholder(item: Any) -> sql.Composable:
    """A list of Python's alone does not say of what type it is."""
    if isinstance(item, list):
        label = next((part for part in item if part is not None), None)
        return sql.SQL("%s::customer_status[]") if label in STATUS_LABELS else sql.SQL("%s")
    return sql.Placeholder()
