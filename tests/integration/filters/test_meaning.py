"""Random conditions choose the rows that the language's definition says: PostgreSQL against a plain reading in Python.

Needs PostgreSQL (started by the fixture).
"""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.filter_examples import (
    ORDERS,
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
    negation,
    value,
)
from tests.filter_rows import LETTERS, RandomShop

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


@settings(
    max_examples=400,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(data=st.data())
def test_a_condition_chooses_the_rows_that_its_definition_says(shops: list[RandomShop], data: st.DataObject) -> None:
    table = data.draw(st.sampled_from(["customers", "customers", "orders", "items", "products"]))
    condition = data.draw(conditions(table, 3))
    for shop in shops:
        found, meant = shop.chosen(condition, table)
        assert found == meant
