"""Each construct of the language by itself: random uses of it choose the rows that its definition says.

`test_meaning` puts them together. Needs PostgreSQL (started by the fixture).
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datavalut.filters import model
from tests.filter_examples import (
    ITEMS,
    ORDERS,
    PRODUCTS,
    SHOP,
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
    value,
)
from tests.filter_oracle import alike
from tests.filter_rows import KEYS, LETTERS, TOKENS, RandomShop, key_of
from tests.filter_words import language_words, words_of

Conditions = st.SearchStrategy[Json]

OPERATORS = st.sampled_from(["=", "<>", "<", "<=", ">", ">="])
EQUALITY = st.sampled_from(["=", "<>"])
NUMBERS = st.sampled_from([0, 1, 2, 3, -1, 0.5, -2.25, "2.5", "-3.00", "1e2", 40000, 10**12, "99999999.99"])
LENGTHS = ["3 days", "72 hours", "0 days", "1 week", "-1 day"]
MOMENTS = ["2026-11-23", "2026-11-23T14:30:00Z", "2026-05-23T14:30", "2026-10-01", "2026-11-23T09:30-05:00"]
TEXTS = st.one_of(
    st.sampled_from(["a", "É", "é", "'", "\\", "%", "ab", "a@b", ""]), st.text(alphabet=LETTERS, max_size=3)
)
CUSTOMER_COLUMNS = [table_column.name for table_column in SHOP.table(name("customers")).columns]
# Constants beside the columns of each type, and the operators that compare them.
CONSTANTS: dict[str, tuple[list[str], st.SearchStrategy[Any], st.SearchStrategy[str]]] = {
    "smallint": (["visits"], NUMBERS, OPERATORS),
    "numeric": (["balance"], NUMBERS, OPERATORS),
    "double precision": (["score"], NUMBERS, OPERATORS),
    "real": (["weight"], NUMBERS, OPERATORS),
    "money": (["credit"], NUMBERS, OPERATORS),
    "text": (["name", "nickname"], TEXTS, OPERATORS),
    "char": (["initials"], st.sampled_from(["ab", "AB", "a b", "É", "x"]), EQUALITY),
    "domain": (["email"], st.sampled_from(["a@b", "A@B", "no address", "'@\\"]), EQUALITY),
    "boolean": (["vip"], st.booleans(), EQUALITY),
    "enum": (["status"], st.sampled_from(STATUS_LABELS), OPERATORS),
    "date": (["born"], st.sampled_from(MOMENTS), OPERATORS),
    "timestamptz": (["created_at"], st.sampled_from(MOMENTS), OPERATORS),
    "timestamp": (["updated_at"], st.sampled_from(MOMENTS), OPERATORS),
    "time": (["opens"], st.sampled_from(["00:00", "09:30", "23:59:59.999999", "12:00:00"]), OPERATORS),
    "interval": (["wait"], st.sampled_from([*LENGTHS, "1 month"]), OPERATORS),
    "uuid": (["token"], st.sampled_from([str(TOKENS[0]).upper(), str(TOKENS[1]), "0" * 32]), OPERATORS),
    "bytea": (["raw"], st.sampled_from(["\\x", "\\x00ff", "\\x27"]), OPERATORS),
    "inet": (["address"], st.sampled_from(["10.0.0.1", "10.0.0.2/8", "::1", "10.0.0.9"]), EQUALITY),
}
WINDOWS: dict[str, st.SearchStrategy[Json]] = {
    "last": st.builds(
        lambda amount, unit: {"kind": "last", "amount": amount, "unit": unit},
        st.integers(1, 40),
        st.sampled_from(["minute", "hour", "day", "week", "month", "quarter", "year"]),
    ),
    "next": st.builds(
        lambda amount, unit: {"kind": "next", "amount": amount, "unit": unit},
        st.integers(1, 40),
        st.sampled_from(["minute", "hour", "day", "week", "month", "quarter", "year"]),
    ),
    "older_than": st.builds(
        lambda amount, unit: {"kind": "older_than", "amount": amount, "unit": unit},
        st.integers(1, 40),
        st.sampled_from(["minute", "hour", "day", "week", "month", "quarter", "year"]),
    ),
    # Some rows are six months old to the microsecond.
    "age": st.builds(
        lambda ages, unit: {"kind": "age", "unit": unit, "at_least": ages[0], "at_most": ages[1]},
        st.sampled_from([(0, None), (6, None), (0, 0), (0, 5), (2, 5), (6, 6)]),
        st.sampled_from(["month", "month", "day", "week", "quarter", "year"]),
    ),
    "calendar": st.builds(
        lambda offset, unit: {"kind": "calendar", "offset": offset, "unit": unit},
        st.integers(-3, 3),
        st.sampled_from(["day", "week", "month", "quarter", "year"]),
    ),
    "range": st.builds(
        lambda start, end: {"kind": "range", "start": start, "end": end},
        st.sampled_from(MOMENTS),
        st.none() | st.sampled_from(["2026-11-24", "2026-11-23T20:00Z"]),
    ),
}
PATHS: list[list[Json]] = [
    ORDERS,
    ITEMS,
    PRODUCTS,
    PRODUCTS,  # which are reached in several ways
    [*ORDERS, {"table": "customers", "columns": ["recipient_id"]}],
    [{"table": "orders", "columns": ["recipient_id"]}],
    [{"table": "regions"}],
    [{"table": "customers", "direction": "to_parent"}],
    [{"table": "customers", "direction": "to_children"}],
    [{"table": "regions"}, {"table": "customers"}],
    [{"table": "customers", "direction": "to_parent"}] * 3,
]
ON_END = {
    "orders": compare("total", ">", 1),
    "items": compare("amount", ">=", 2),
    "products": compare("price", "<", 5),
    "regions": compare("code", "=", 1),
    "customers": compare("vip", "=", True),
}
# What each function takes at the end of each path.
NUMBERS_AT = {"orders": "total", "items": "price", "products": "price", "regions": "code", "customers": "balance"}
ORDERED_AT = {
    "orders": ["total", "placed_at", "shipped_on"],
    "items": ["amount", "price"],
    "products": ["name", "price"],
    "regions": ["title", "code"],
    "customers": ["score", "name", "born", "updated_at", "wait", "opens"],
}
CONSTANT_BESIDE = {
    "placed_at": "2026-11-23", "shipped_on": "2026-10-01", "name": "a", "title": "a", "born": "2026-11-23",
    "updated_at": "2026-11-23", "wait": "3 days", "opens": "09:30",
}  # fmt: skip


def compared(type_name: str) -> Conditions:
    columns, constants, operators = CONSTANTS[type_name]
    return st.one_of(
        st.builds(compare, st.sampled_from(columns), operators, constants),
        st.builds(
            lambda of, operator, constant: compare(value(constant), operator, column(of)),
            st.sampled_from(columns),
            operators,
            constants,
        ),
    )


def betweens() -> Conditions:
    def between(type_name: str) -> Conditions:
        columns, constants, _ = CONSTANTS[type_name]
        return st.builds(
            lambda of, low, high: {
                "kind": "between",
                "operand": column(of),
                "low": value(low),
                "high": value(high),
            },
            st.sampled_from(columns),
            constants,
            constants,
        )

    ordered = [type_name for type_name, (_, _, operators) in CONSTANTS.items() if operators is OPERATORS]
    return st.one_of([between(type_name) for type_name in ordered])


def lists() -> Conditions:
    def one_of(type_name: str) -> Conditions:
        columns, constants, _ = CONSTANTS[type_name]
        return st.builds(
            lambda of, values: {"kind": "in", "operand": column(of), "values": values},
            st.sampled_from(columns),
            st.lists(constants, min_size=1, max_size=4),
        )

    return st.one_of([one_of(type_name) for type_name in CONSTANTS if type_name != "interval"])


def columns_together() -> Conditions:
    pairs = [
        ("visits", "balance"), ("balance", "score"), ("score", "weight"), ("credit", "balance"), ("name", "nickname"),
        ("born", "created_at"), ("created_at", "updated_at"), ("updated_at", "born"), ("visits", "id"),
    ]  # fmt: skip
    return st.builds(
        lambda pair, operator: compare(pair[0], operator, column(pair[1])), st.sampled_from(pairs), OPERATORS
    )


def json_values(json_type: str, constants: list[Any]) -> Conditions:
    def operand(path: list[str], of: str) -> Json:
        return {"kind": "json", "column": of, "path": path, "type": json_type}

    operands = st.builds(
        operand,
        st.sampled_from([["a"], ["a", "0"], ["0"], ["b", "a"], ["a", "-1"], [" 0"], ["-1"]]),
        st.sampled_from(["profile", "notes"]),
    )
    operators = EQUALITY if json_type == "boolean" else OPERATORS
    return st.one_of(
        st.builds(compare, operands, operators, st.sampled_from(constants)),
        st.builds(
            lambda operand, values: {"kind": "in", "operand": operand, "values": values},
            operands,
            st.lists(st.sampled_from(constants), min_size=1, max_size=3),
        ),
        st.builds(lambda operand: {"kind": "is_null", "operand": operand}, operands),
    )


def computed_numbers() -> Conditions:
    numbers = st.sampled_from(["visits", "balance", "score", "credit"])
    computed = st.builds(arithmetic, numbers, st.sampled_from("+-*"), numbers.map(column) | NUMBERS)
    quotients = st.builds(arithmetic, numbers, st.just("/"), numbers.map(column) | st.sampled_from([2, "0", "0.5"]))
    return st.builds(compare, computed | quotients, OPERATORS, NUMBERS)


def computed_moments() -> Conditions:
    moments = st.sampled_from(["born", "created_at", "updated_at"])
    moved = st.builds(arithmetic, moments, st.sampled_from("+-"), st.sampled_from([*LENGTHS, "1 month", "2 years"]))
    days = st.builds(arithmetic, st.just("born"), st.sampled_from("+-"), st.sampled_from([0, 30, -400]))
    lengths = st.builds(
        lambda left, right: arithmetic(left, "-", column(right)), moments, st.sampled_from(["created_at", "updated_at"])
    )
    from_constants = st.builds(lambda right: arithmetic(value("2026-11-23"), "-", column(right)), moments)
    of_dates = st.builds(
        lambda constant: arithmetic("born", "-", constant), st.sampled_from(["2026-11-23", "2026-05-23"])
    )
    return st.one_of(
        st.builds(compare, moved | days, OPERATORS, st.sampled_from(MOMENTS)),
        st.builds(compare, lengths, OPERATORS, st.sampled_from(LENGTHS)),
        st.builds(compare, of_dates, OPERATORS, st.sampled_from([0, 53, "-1"])),
        st.builds(lambda left, right: compare(left, "<", column(right)), moved, moments),
        st.builds(lambda operand: {"kind": "is_null", "operand": operand}, from_constants | lengths),
    )


def arrays() -> Conditions:
    values = {
        "tags": st.sampled_from(["a", "É", "'", "\\", "a,b", "x"]),
        "lucky": st.sampled_from([1, 2, 3, 2_147_483_647]),
        "moods": st.sampled_from(STATUS_LABELS),
    }
    return st.one_of(
        [
            st.builds(
                lambda of, values, quantity: {
                    "kind": "array_contains",
                    "column": of,
                    "values": values,
                    "quantity": quantity,
                },
                st.just(array),
                st.lists(of_column, min_size=1, max_size=2),
                st.sampled_from(["all", "any"]),
            )
            for array, of_column in values.items()
        ]
    )


def texts(matching: str) -> Conditions:
    sought = TEXTS if matching == "equals" else TEXTS.filter(bool)
    operands = st.one_of(
        st.sampled_from(["name", "nickname", "initials", "email", "status"]).map(column),
        st.just({"kind": "json", "column": "profile", "path": ["a"], "type": "text"}),
    )
    return st.builds(
        lambda operand, text, case_sensitive: {
            "kind": "text",
            "operand": operand,
            "matching": matching,
            "text": text,
            "case_sensitive": case_sensitive,
        },
        operands,
        sought,
        st.booleans(),
    )


def windows(kind: str) -> Conditions:
    operands = st.one_of(
        st.sampled_from(["born", "created_at", "updated_at"]).map(column),
        st.builds(lambda of: arithmetic(of, "+", "3 days"), st.sampled_from(["born", "created_at"])),
        st.builds(lambda function: aggregate(function, ORDERS, "shipped_on"), st.sampled_from(["min", "max"])),
    )
    return st.builds(lambda operand, window: in_time(operand, **window), operands, WINDOWS[kind])


@st.composite
def paths(draw: st.DrawFn) -> tuple[list[Json], str, Json | None]:
    path = draw(st.sampled_from(PATHS))
    end = path[-1]["table"]
    return path, end, draw(st.none() | st.just(ON_END[end]))


@st.composite
def existing(draw: st.DrawFn) -> Json:
    path, _, condition = draw(paths())
    return exists(path, condition)


@st.composite
def aggregates(draw: st.DrawFn, function: str) -> Json:
    path, end, condition = draw(paths())
    of: str | None = NUMBERS_AT[end]
    if function in {"count", "count_distinct", "min", "max"}:
        of = draw(st.sampled_from(ORDERED_AT[end]))
    if function == "count" and draw(st.booleans()):
        of = None
    constant: Any = draw(NUMBERS)
    if function in {"min", "max"} and of in CONSTANT_BESIDE:
        constant = CONSTANT_BESIDE[of]
    operand = aggregate(function, path, of, condition)
    if draw(st.integers(0, 3)) == 0:
        return {"kind": "is_null", "operand": operand}
    return compare(operand, draw(OPERATORS), constant)


SIMPLE: Conditions = st.one_of(
    compared("smallint"), compared("double precision"), compared("enum"), texts("contains"), existing()
)
CONSTRUCTS: dict[str, Conditions] = {
    **{f"compare {type_name}": compared(type_name) for type_name in CONSTANTS},
    "compare column": columns_together(),
    "between": betweens(),
    "in": lists(),
    "is_null": st.builds(lambda of: {"kind": "is_null", "operand": column(of)}, st.sampled_from(CUSTOMER_COLUMNS)),
    "json text": json_values("text", ["1", "x", "é"]),
    "json numeric": json_values("numeric", [1, "0.5", 2.5, "1.0"]),
    "json boolean": json_values("boolean", [True, False]),
    "arithmetic": computed_numbers(),
    "arithmetic with times": computed_moments(),
    "array_contains": arrays(),
    **{f"text {matching}": texts(matching) for matching in model.TextMatching},
    **{f"time {kind}": windows(kind) for kind in WINDOWS},
    "exists": existing(),
    **{f"aggregate {function}": aggregates(function) for function in model.AggregateFunction},
    "all": st.builds(lambda parts: all_of(*parts), st.lists(SIMPLE, min_size=1, max_size=3)),
    "any": st.builds(lambda parts: any_of(*parts), st.lists(SIMPLE, min_size=1, max_size=3)),
    "not": st.builds(negation, SIMPLE),
}

thorough = partial(settings, deadline=None, derandomize=True, database=None)


@pytest.mark.parametrize("construct", CONSTRUCTS)
def test_it_chooses_the_rows_that_its_definition_says(shops: list[RandomShop], construct: str) -> None:
    @thorough(max_examples=100)
    @given(condition=CONSTRUCTS[construct], negated=st.booleans())
    def holds(condition: Json, negated: bool) -> None:
        for shop in shops:
            found, meant = shop.chosen(negation(condition) if negated else condition, "customers")
            assert found == meant

    holds()


def test_no_construct_is_left_out(shops: list[RandomShop]) -> None:
    used: set[tuple[str, str]] = set()

    @thorough(max_examples=1_500)
    @given(condition=st.one_of(list(CONSTRUCTS.values())))
    def collect(condition: Json) -> None:
        used.update(words_of(shops[0].root(condition, "customers")))

    collect()
    assert language_words() - used == set()


# Of the rows that a condition chooses, some


def first_rows(shop: RandomShop, root: model.Root) -> list[Any]:
    """By the definition: sorted by the key, then by each order from the last to the first, nulls always last."""
    assert root.top is not None
    table = root.table.partition(".")[2]
    rows = sorted(shop.meant(root), key=lambda row: key_of(row, table))
    for ordering in reversed(root.top.order_by):
        valued = [(shop.oracle.value(ordering.by, row), row) for row in rows]
        known = [(alike(found, found)[0], row) for found, row in valued if found is not None]
        known.sort(key=lambda pair: pair[0], reverse=ordering.descending)
        rows = [row for _, row in known] + [row for found, row in valued if found is None]
    return sorted(key_of(row, table) for row in rows[: root.top.rows])


ORDERINGS: st.SearchStrategy[Json] = st.builds(
    lambda by, descending: {"by": by, "descending": descending},
    st.one_of(
        st.sampled_from(["visits", "balance", "score", "name", "born", "created_at", "vip", "wait", "token"]).map(
            column
        ),
        st.just(arithmetic("balance", "*", column("visits"))),
        st.sampled_from(["count", "count_distinct", "sum", "avg", "max"]).map(
            lambda function: aggregate(function, ORDERS, "total")
        ),
        st.just(aggregate("count", PRODUCTS)),
    ),
    st.booleans(),
)


@thorough(max_examples=200)
@given(
    condition=st.none() | SIMPLE,
    rows=st.integers(1, 30),
    order_by=st.lists(ORDERINGS, min_size=1, max_size=3),
)
def test_a_top_list_holds_the_first_rows(
    shops: list[RandomShop], condition: Json | None, rows: int, order_by: list[Json]
) -> None:
    for shop in shops:
        root = shop.root(condition, "customers", top={"rows": rows, "order_by": order_by})
        assert shop.found(root) == first_rows(shop, root)


def hashes(shop: RandomShop, table: str, seed: int) -> Callable[[tuple[Any, ...]], int]:
    """The server's hash of each key: which numbers they are is no part of the language, but that they decide is."""
    texts = ", ".join(f"{part}::text" for part in KEYS[table])
    text = texts if len(KEYS[table]) == 1 else f"ARRAY[{texts}]::text"
    with shop.connection.cursor() as cursor:
        keys = ", ".join(KEYS[table])
        cursor.execute(f'SELECT {keys}, hashtextextended({text} COLLATE "C", {seed}) FROM {table}')
        by_key = {row[:-1]: row[-1] for row in cursor.fetchall()}
    return lambda key: int(by_key[key])


@thorough(max_examples=100)
@given(
    table=st.sampled_from(["customers", "orders", "items"]),
    conditional=st.booleans(),
    share=st.one_of(
        st.builds(lambda percent: {"percent": percent}, st.sampled_from([0.5, 1, 10, 33.3, 50, 99.9, 100])),
        st.builds(lambda rows: {"rows": rows}, st.integers(1, 50)),
    ),
    seed=st.integers(-3, 3),
)
def test_a_sample_holds_the_rows_whose_keys_hash_lowest(
    shops: list[RandomShop], table: str, conditional: bool, share: Json, seed: int
) -> None:
    condition = ON_END[table] if conditional else None
    for shop in shops:
        root = shop.root(condition, table, sample=share | {"seed": seed})
        hash_of = hashes(shop, table, seed)
        keys = [key_of(row, table) for row in shop.meant(root)]
        if "rows" in share:
            meant = sorted(keys, key=lambda key: (hash_of(key), key))[: share["rows"]]
        else:
            meant = [key for key in keys if (hash_of(key) + 2**63) / 2**64 < share["percent"] / 100]
        assert shop.found(root) == sorted(meant)
