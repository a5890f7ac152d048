"""What a plan means in plain words. Needs nothing running."""

from dataclasses import replace

import pytest

from datavalut.catalog.model import TableName
from datavalut.filters.check import check_plan
from datavalut.filters.explain import explain_condition, explain_plan
from datavalut.filters.model import FilterPlan
from tests.filter_examples import (
    ITEMS,
    NOW,
    ORDERS,
    SHOP,
    Json,
    aggregate,
    all_of,
    any_of,
    arithmetic,
    column,
    compare,
    condition_of,
    exists,
    in_time,
    name,
    negation,
    plan_of,
    text,
    value,
)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (compare("status", "=", "ACTIVE"), "whose status is 'active'"),
        (compare("balance", ">=", 10), "whose balance is at least 10"),
        (compare(value(10), "<", column("balance")), "whose balance is above 10"),
        (compare("created_at", ">=", "2026-05-23"), "whose created_at is on or after 2026-05-23"),
        (compare("vip", "=", True), "whose vip is true"),
        (compare("vip", "<>", True), "whose vip is false"),
        ({"kind": "is_null", "operand": column("name")}, "whose name is empty"),
        (negation({"kind": "is_null", "operand": column("name")}), "whose name is not empty"),
        ({"kind": "in", "operand": column("name"), "values": ["a", "b", "c"]}, "whose name is 'a', 'b' or 'c'"),
        (
            {"kind": "between", "operand": column("visits"), "low": value(1), "high": value(3)},
            "whose visits is between 1 and 3",
        ),
        (text("name", "contains", "tea"), "whose name contains 'tea'"),
        (text("name", "equals", "Tea", True), "whose name is 'Tea' in just these capitals"),
        (
            {"kind": "array_contains", "column": "tags", "values": ["a", "b"], "quantity": "all"},
            "whose tags contains 'a' and 'b'",
        ),
        (
            in_time("born", kind="age", unit="year", at_least=18),
            "whose born is at least 18 years ago (until 2008-11-23 14:30 UTC)",
        ),
        (
            in_time("born", kind="age", unit="year", at_least=18, at_most=30),
            "whose born is 18 to 30 years ago (after 1995-11-23 14:30 UTC until 2008-11-23 14:30 UTC)",
        ),
        (
            in_time("born", kind="age", unit="month", at_most=0),
            "whose born is less than 1 month ago (after 2026-10-23 14:30 UTC until 2026-11-23 14:30 UTC)",
        ),
        (
            in_time("created_at", kind="last", amount=6, unit="month"),
            "whose created_at is in the last 6 months (2026-05-23 14:30 UTC to 2026-11-23 14:30 UTC)",
        ),
        (
            in_time("born", kind="older_than", amount=18, unit="year"),
            "whose born is more than 18 years ago (before 2008-11-23 14:30 UTC)",
        ),
        (in_time("born", kind="calendar", unit="month", offset=-1), "whose born is in October 2026"),
        (in_time("born", kind="calendar", unit="quarter", offset=-1), "whose born is in the quarter 2026 Q3"),
        (
            in_time("born", kind="calendar", unit="week", offset=0),
            "whose born is in the week from 2026-11-23 to 2026-11-29",
        ),
        (
            in_time("born", kind="range", start="2024-01-01", end="2025-01-01"),
            "whose born is on or after 2024-01-01 and before 2025-01-01",
        ),
        (exists(ORDERS), "that have orders by customer_id"),
        (exists([{"table": "regions"}]), "that have regions"),
        (negation(exists(ITEMS)), "that have no items (through orders by customer_id)"),
        (compare(aggregate("count", ORDERS), ">=", 3), "that have at least 3 orders by customer_id"),
        (
            compare(aggregate("count", ORDERS, None, compare("total", ">", 5)), "<", 3),
            "that have fewer than 3 orders by customer_id whose total is above 5",
        ),
        (
            compare(aggregate("sum", ORDERS, "total"), ">", 100),
            "for which the sum of total of orders by customer_id is above 100",
        ),
        (
            compare("balance", "<", aggregate("max", ORDERS, "total")),
            "whose balance is below the highest total of orders by customer_id",
        ),
        (
            compare(arithmetic("balance", "/", column("visits")), ">", 2),
            "for which (balance / visits) is above 2",
        ),
        (
            any_of(compare("visits", "=", 1), all_of(compare("visits", "=", 2), compare("vip", "=", True))),
            "whose visits is 1 or (whose visits is 2 and whose vip is true)",
        ),
        (
            negation(any_of(compare("vip", "=", True), exists(ORDERS))),
            "for which it is not true that (its vip is true or it has orders by customer_id)",
        ),
    ],
)  # fmt: skip
def test_a_condition_reads_as_what_follows_the_tables_name(condition: Json, expected: str) -> None:
    checked = condition_of(check_plan(plan_of(condition), SHOP))
    assert explain_condition(checked, name("customers"), SHOP, NOW) == expected


def explained(plan: FilterPlan) -> str:
    return explain_plan(check_plan(plan, SHOP), SHOP, NOW)


def test_a_plan_is_a_sentence_about_each_part() -> None:
    plan = FilterPlan.model_validate(
        {
            "roots": [
                {
                    "table": "customers",
                    "condition": all_of(
                        compare("created_at", ">=", "2026-05-23"), compare(aggregate("count", ORDERS), ">=", 3)
                    ),
                }
            ],
            "exclude": ["visits"],
            "full": ["products"],
            "scope": "minimal",
        }
    )
    assert explained(plan) == (
        "Keeps customers whose created_at is on or after 2026-05-23 and that have at least 3 orders by customer_id. "
        "Keeps all of products; leaves out visits; brings along only what belongs to these rows and what they need."
    )


def test_top_lists_samples_and_whole_tables() -> None:
    plan = FilterPlan.model_validate(
        {
            "roots": [
                {"table": "customers", "top": {"rows": 10, "order_by": [{"by": column("balance")}]}},
                {"table": "products", "sample": {"percent": 2.5}},
                {"table": "visits"},
            ]
        }
    )
    assert explained(plan) == (
        "Keeps the 10 customers with the highest balance; and a sample of 2.5 % of the products; and all visits."
    )


def test_a_top_list_by_a_number_of_rows_has_one_article() -> None:
    top = {"rows": 10, "order_by": [{"by": aggregate("count", ORDERS)}]}
    plan = FilterPlan.model_validate({"roots": [{"table": "customers", "top": top}]})
    assert explained(plan) == "Keeps the 10 customers with the highest number of orders by customer_id."


def test_a_long_list_is_counted() -> None:
    condition = {"kind": "in", "operand": column("id"), "values": list(range(1_000))}
    assert explained(plan_of(condition)).endswith("8, 9 or 990 more.")


def test_tables_of_the_same_name_are_told_apart() -> None:
    twin = replace(SHOP.table(name("visits")), name=TableName("audit", "visits"))
    catalog = replace(SHOP, tables=(*SHOP.tables, twin))
    plan = check_plan(plan_of(None, "audit.visits"), catalog)
    assert explain_plan(plan, catalog, NOW) == "Keeps all audit.visits."
