"""A small shop in which every kind of column and of foreign key that filters know occurs: as SQL and as a catalog."""

from datetime import UTC, datetime
from typing import Any

from datavalut.catalog.model import Catalog, Column, ForeignKey, Table, TableName, TypeCategory
from datavalut.filters.model import Condition, FilterPlan, Root

NOW = datetime(2026, 11, 23, 14, 30, tzinfo=UTC)

SHOP_SQL = """
CREATE TYPE customer_status AS ENUM ('new', 'active', 'on hold', 'closed');
CREATE DOMAIN email_address AS text CHECK (value LIKE '%@%');
CREATE DOMAIN quantity AS integer CHECK (value >= 0);

CREATE TABLE regions (
    country text NOT NULL,
    code integer NOT NULL,
    title text,
    PRIMARY KEY (country, code)
);
CREATE TABLE customers (
    id integer PRIMARY KEY,
    name text,
    nickname character varying(40),
    initials character(4),
    email email_address,
    vip boolean,
    status customer_status,
    visits smallint,
    balance numeric(10,2),
    score double precision,
    weight real,
    credit money,
    born date,
    created_at timestamp with time zone,
    updated_at timestamp without time zone,
    opens time without time zone,
    wait interval,
    token uuid,
    tags text[],
    lucky integer[],
    moods customer_status[],
    profile jsonb,
    notes json,
    raw bytea,
    address inet,
    home point,
    referred_by integer REFERENCES customers (id),
    region_country text,
    region_code integer,
    FOREIGN KEY (region_country, region_code) REFERENCES regions (country, code)
);
CREATE TABLE orders (
    id bigint PRIMARY KEY,
    customer_id integer REFERENCES customers (id),
    recipient_id integer REFERENCES customers (id),
    placed_at timestamp with time zone,
    shipped_on date,
    total numeric(12,2)
);
CREATE TABLE products (
    id integer PRIMARY KEY,
    name text NOT NULL,
    price numeric(10,2)
);
CREATE TABLE items (
    order_id bigint NOT NULL REFERENCES orders (id),
    line integer NOT NULL,
    product_id integer REFERENCES products (id),
    amount quantity,
    price numeric(10,2),
    PRIMARY KEY (order_id, line)
);
CREATE TABLE visits (seen_at timestamp with time zone, page text);
"""

STATUS_LABELS = ("new", "active", "on hold", "closed")


def name(table: str) -> TableName:
    return TableName("public", table)


SHOP = Catalog(
    database="shop",
    server_version=170000,
    character_type="en_US.UTF-8",
    tables=(
        Table(
            name("regions"),
            (
                Column("country", "text", TypeCategory.TEXT, not_null=True),
                Column("code", "integer", TypeCategory.INTEGER, not_null=True),
                Column("title", "text", TypeCategory.TEXT),
            ),
            primary_key=("country", "code"),
        ),
        Table(
            name("customers"),
            (
                Column("id", "integer", TypeCategory.INTEGER, not_null=True),
                Column("name", "text", TypeCategory.TEXT),
                Column("nickname", "character varying(40)", TypeCategory.TEXT),
                Column("initials", "character(4)", TypeCategory.TEXT),
                Column("email", "public.email_address", TypeCategory.TEXT),
                Column("vip", "boolean", TypeCategory.BOOLEAN),
                Column("status", "public.customer_status", TypeCategory.ENUM, enum_labels=STATUS_LABELS),
                Column("visits", "smallint", TypeCategory.INTEGER),
                Column("balance", "numeric(10,2)", TypeCategory.NUMERIC),
                Column("score", "double precision", TypeCategory.NUMERIC),
                Column("weight", "real", TypeCategory.NUMERIC),
                Column("credit", "money", TypeCategory.NUMERIC),
                Column("born", "date", TypeCategory.DATE),
                Column("created_at", "timestamp with time zone", TypeCategory.TIMESTAMPTZ),
                Column("updated_at", "timestamp without time zone", TypeCategory.TIMESTAMP),
                Column("opens", "time without time zone", TypeCategory.TIME),
                Column("wait", "interval", TypeCategory.INTERVAL),
                Column("token", "uuid", TypeCategory.UUID),
                Column("tags", "text[]", TypeCategory.ARRAY, element=TypeCategory.TEXT, element_type_name="text"),
                Column(
                    "lucky", "integer[]", TypeCategory.ARRAY, element=TypeCategory.INTEGER, element_type_name="integer"
                ),
                Column(
                    "moods",
                    "public.customer_status[]",
                    TypeCategory.ARRAY,
                    enum_labels=STATUS_LABELS,
                    element=TypeCategory.ENUM,
                    element_type_name="public.customer_status",
                ),
                Column("profile", "jsonb", TypeCategory.JSON),
                Column("notes", "json", TypeCategory.JSON),
                Column("raw", "bytea", TypeCategory.BINARY),
                Column("address", "inet", TypeCategory.OTHER),
                Column("home", "point", TypeCategory.OTHER),
                Column("referred_by", "integer", TypeCategory.INTEGER),
                Column("region_country", "text", TypeCategory.TEXT),
                Column("region_code", "integer", TypeCategory.INTEGER),
            ),
            primary_key=("id",),
        ),
        Table(
            name("orders"),
            (
                Column("id", "bigint", TypeCategory.INTEGER, not_null=True),
                Column("customer_id", "integer", TypeCategory.INTEGER),
                Column("recipient_id", "integer", TypeCategory.INTEGER),
                Column("placed_at", "timestamp with time zone", TypeCategory.TIMESTAMPTZ),
                Column("shipped_on", "date", TypeCategory.DATE),
                Column("total", "numeric(12,2)", TypeCategory.NUMERIC),
            ),
            primary_key=("id",),
        ),
        Table(
            name("products"),
            (
                Column("id", "integer", TypeCategory.INTEGER, not_null=True),
                Column("name", "text", TypeCategory.TEXT, not_null=True),
                Column("price", "numeric(10,2)", TypeCategory.NUMERIC),
            ),
            primary_key=("id",),
        ),
        Table(
            name("items"),
            (
                Column("order_id", "bigint", TypeCategory.INTEGER, not_null=True),
                Column("line", "integer", TypeCategory.INTEGER, not_null=True),
                Column("product_id", "integer", TypeCategory.INTEGER),
                Column("amount", "public.quantity", TypeCategory.INTEGER),
                Column("price", "numeric(10,2)", TypeCategory.NUMERIC),
            ),
            primary_key=("order_id", "line"),
        ),
        Table(
            name("visits"),
            (
                Column("seen_at", "timestamp with time zone", TypeCategory.TIMESTAMPTZ),
                Column("page", "text", TypeCategory.TEXT),
            ),
        ),
    ),
    foreign_keys=(
        ForeignKey("referred_by_fkey", name("customers"), ("referred_by",), name("customers"), ("id",)),
        ForeignKey(
            "region_fkey", name("customers"), ("region_country", "region_code"), name("regions"), ("country", "code")
        ),
        ForeignKey("customer_fkey", name("orders"), ("customer_id",), name("customers"), ("id",)),
        ForeignKey("recipient_fkey", name("orders"), ("recipient_id",), name("customers"), ("id",)),
        ForeignKey("order_fkey", name("items"), ("order_id",), name("orders"), ("id",)),
        ForeignKey("product_fkey", name("items"), ("product_id",), name("products"), ("id",)),
    ),
)

# Short forms of the language's JSON, as a client would write it.

Json = dict[str, Any]

ORDERS: list[Json] = [{"table": "orders", "columns": ["customer_id"]}]
ITEMS: list[Json] = [*ORDERS, {"table": "items"}]
PRODUCTS: list[Json] = [*ITEMS, {"table": "products"}]


def column(column_name: str) -> Json:
    return {"kind": "column", "column": column_name}


def value(constant: object) -> Json:
    return {"kind": "value", "value": constant}


def compare(left: Json | str, operator: str, right: Json | object) -> Json:
    """A string on the left is a column, anything but an expression on the right a constant."""
    left_side = column(left) if isinstance(left, str) else left
    right_side = right if isinstance(right, dict) else value(right)
    return {"kind": "compare", "left": left_side, "operator": operator, "right": right_side}


def arithmetic(left: Json | str, operator: str, right: Json | object) -> Json:
    return compare(left, operator, right) | {"kind": "arithmetic"}


def aggregate(function: str, path: list[Json], of: Json | str | None = None, condition: Json | None = None) -> Json:
    of_side = column(of) if isinstance(of, str) else of
    return {"kind": "aggregate", "function": function, "path": path, "of": of_side, "condition": condition}


def exists(path: list[Json], condition: Json | None = None) -> Json:
    return {"kind": "exists", "path": path, "condition": condition}


def in_time(operand: Json | str, **window: object) -> Json:
    return {"kind": "time", "operand": column(operand) if isinstance(operand, str) else operand, "window": window}


def text(operand: str, matching: str, sought: str, case_sensitive: bool = False) -> Json:
    return {
        "kind": "text",
        "operand": column(operand),
        "matching": matching,
        "text": sought,
        "case_sensitive": case_sensitive,
    }


def all_of(*conditions: Json) -> Json:
    return {"kind": "all", "conditions": list(conditions)}


def any_of(*conditions: Json) -> Json:
    return {"kind": "any", "conditions": list(conditions)}


def negation(condition: Json) -> Json:
    return {"kind": "not", "condition": condition}


def plan_of(condition: Json | None, table: str = "customers", **root: object) -> FilterPlan:
    return FilterPlan.model_validate({"roots": [{"table": table, "condition": condition, **root}]})


def root_of(plan: FilterPlan) -> Root:
    return plan.roots[0]


def condition_of(plan: FilterPlan) -> Condition:
    condition = plan.roots[0].condition
    assert condition is not None
    return condition
