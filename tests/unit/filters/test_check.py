"""Which plans fit a catalog, and what is said of those that do not. Needs nothing running."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from datavalut.catalog.model import Catalog, Column, ForeignKey, Table, TableName, TypeCategory
from datavalut.filters.check import (
    MAXIMUM_CONSTANTS,
    MAXIMUM_DEPTH,
    MAXIMUM_NODES,
    MAXIMUM_PROBLEMS,
    MAXIMUM_STEPS,
    MAXIMUM_TEXT,
    check_plan,
)
from datavalut.filters.errors import FilterPlanError, FilterProblem, ProblemKind
from datavalut.filters.model import Aggregate, Comparison, Direction, Exists, FilterPlan, LiteralValue, Root
from tests.filter_examples import (
    ORDERS,
    PRODUCTS,
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


def problems(plan: FilterPlan, catalog: Catalog = SHOP) -> list[FilterProblem]:
    with pytest.raises(FilterPlanError) as raised:
        check_plan(plan, catalog)
    return list(raised.value.problems)


def problem(condition: Json | None, table: str = "customers", **root: Any) -> FilterProblem:
    """The one problem of a plan with one root."""
    [only] = problems(plan_of(condition, table, **root))
    return only


# Names


def test_tables_columns_and_steps_are_resolved() -> None:
    condition = all_of(compare("NAME", "=", "x"), exists([{"table": "ORDERS", "columns": ["Customer_Id"]}]))
    [root] = check_plan(plan_of(condition, "Customers"), SHOP).roots
    assert root == Root.model_validate(
        {
            "table": "public.customers",
            "condition": all_of(
                compare("name", "=", "x"),
                exists([{"table": "public.orders", "columns": ["customer_id"], "direction": "to_children"}]),
            ),
        }
    )


def test_checking_a_checked_plan_changes_nothing() -> None:
    condition = all_of(
        exists(PRODUCTS, text("name", "contains", "tea")),
        compare("status", "=", "NEW"),
        compare("vip", "=", "True"),
        in_time("born", kind="last", amount=3, unit="year"),
        compare(aggregate("avg", ORDERS, arithmetic("total", "*", 2)), ">", "2.50"),
        {"kind": "array_contains", "column": "moods", "values": ["Closed"]},
    )
    once = check_plan(plan_of(condition), SHOP)
    assert check_plan(once, SHOP) == once


def test_an_unknown_table_names_the_nearest() -> None:
    unknown = problem(None, "custmers")
    assert unknown.location == "roots[0].table"
    assert unknown.candidates == ("public.customers",)


def test_an_unknown_column_names_the_nearest() -> None:
    unknown = problem(negation(compare("creatd_at", "=", 1)))
    assert unknown.location == "roots[0].condition.condition.left.column"
    assert unknown.candidates[0] == "created_at"
    assert "no column 'creatd_at'" in unknown.reason


def in_schemas(*schemas: str, search_path: tuple[str, ...] = ("public",)) -> Catalog:
    tables = tuple(Table(TableName(schema, "events"), SHOP.tables[0].columns) for schema in schemas)
    return Catalog("shop", 170000, tables, search_path=search_path)


def test_a_bare_name_means_the_first_table_of_the_search_path() -> None:
    catalog = in_schemas("audit", "public", search_path=("app", "public", "audit"))
    [root] = check_plan(plan_of(None, "events"), catalog).roots
    assert root.table == "public.events"


def test_a_bare_name_may_be_found_outside_the_search_path() -> None:
    [root] = check_plan(plan_of(None, "EVENTS"), in_schemas("audit")).roots
    assert root.table == "audit.events"


def test_a_bare_name_that_several_schemas_have_is_ambiguous() -> None:
    [ambiguous] = problems(plan_of(None, "events"), in_schemas("audit", "archive"))
    assert ambiguous.candidates == ("audit.events", "archive.events")


def test_names_that_differ_by_case_only_are_told_apart() -> None:
    columns = tuple(Column(label, "text", TypeCategory.TEXT) for label in ("Name", "name", "NAME"))
    catalog = Catalog("shop", 170000, (Table(name("t"), columns),))
    for exact in ("Name", "name", "NAME"):
        checked = condition_of(check_plan(plan_of(compare(exact, "=", "x"), "t"), catalog))
        assert isinstance(checked, Comparison)
        assert checked.left.model_dump()["column"] == exact
    [ambiguous] = problems(plan_of(compare("nAME", "=", "x"), "t"), catalog)
    assert ambiguous.candidates == ("Name", "name", "NAME")


def test_a_schema_or_table_name_may_hold_a_dot() -> None:
    catalog = Catalog("shop", 170000, (Table(TableName("public", "shop.orders"), SHOP.tables[0].columns),))
    for written in ("shop.orders", "public.shop.orders"):
        assert check_plan(plan_of(None, written), catalog).roots[0].table == "public.shop.orders"


# Paths


def steps_of(condition: Json) -> tuple[tuple[str, tuple[str, ...] | None, Direction | None], ...]:
    checked = condition_of(check_plan(plan_of(condition), SHOP))
    assert isinstance(checked, Exists)
    return tuple((step.table, step.columns, step.direction) for step in checked.path)


def test_a_path_goes_up_and_down_and_through_composite_keys() -> None:
    assert steps_of(exists([{"table": "regions"}, {"table": "customers"}])) == (
        ("public.regions", ("region_country", "region_code"), Direction.TO_PARENT),
        ("public.customers", ("region_country", "region_code"), Direction.TO_CHILDREN),
    )


def test_a_composite_keys_columns_may_come_in_any_order() -> None:
    path: list[Json] = [{"table": "regions", "columns": ["region_code", "region_country"]}]
    assert steps_of(exists(path))[0][1] == ("region_country", "region_code")


def test_two_foreign_keys_between_the_same_tables_must_be_told_apart() -> None:
    ambiguous = problem(exists([{"table": "orders"}]))
    assert ambiguous.location == "roots[0].condition.path[0]"
    assert ambiguous.candidates == (
        "public.orders(customer_id) to_children",
        "public.orders(recipient_id) to_children",
    )


def test_a_reference_of_a_table_to_itself_needs_a_direction() -> None:
    ambiguous = problem(exists([{"table": "customers"}]))
    assert ambiguous.candidates == (
        "public.customers(referred_by) to_parent",
        "public.customers(referred_by) to_children",
    )
    assert steps_of(exists([{"table": "customers", "direction": "to_parent"}]))[0][2] is Direction.TO_PARENT


def test_a_step_without_a_foreign_key_names_the_tables_that_have_one() -> None:
    nowhere = problem(exists([{"table": "products"}]))
    assert nowhere.reason == "no foreign key joins public.customers and public.products"
    assert set(nowhere.candidates) == {"public.customers", "public.regions", "public.orders"}


def test_a_step_with_columns_of_no_foreign_key_names_those_that_there_are() -> None:
    wrong = problem(exists([{"table": "orders", "columns": ["id"]}]))
    assert "public.orders(customer_id) to_children" in wrong.candidates


def test_two_foreign_keys_on_the_same_columns_are_one_step() -> None:
    twin = replace(SHOP.foreign_keys[4], name="order_fkey_again")
    catalog = replace(SHOP, foreign_keys=(*SHOP.foreign_keys, twin))
    condition = exists([{"table": "orders"}])
    assert check_plan(plan_of(condition, "items"), catalog)


def test_of_two_foreign_keys_on_the_same_columns_the_one_to_the_primary_key_is_meant() -> None:
    to_unique = ForeignKey("a", name("items"), ("order_id",), name("orders"), ("customer_id",))
    for keys in [(to_unique, *SHOP.foreign_keys), (*SHOP.foreign_keys, to_unique)]:
        catalog = replace(SHOP, foreign_keys=keys)
        assert check_plan(plan_of(exists([{"table": "orders"}]), "items"), catalog)


@pytest.mark.parametrize(
    ("plan", "kind", "candidates"),
    [
        (plan_of(None, "custmers"), ProblemKind.UNKNOWN_TABLE, ("public.customers",)),
        (plan_of(compare("nmae", "=", "x")), ProblemKind.UNKNOWN_COLUMN, ("name", "nickname")),
        (plan_of(compare("title", "=", "x")), ProblemKind.UNKNOWN_COLUMN, ("public.regions.title",)),
        (plan_of(exists([{"table": "products"}])), ProblemKind.UNKNOWN_PATH, None),
        (plan_of(exists([{"table": "orders"}])), ProblemKind.AMBIGUOUS_NAME, None),
        (plan_of(compare("name", "=", column("visits"))), ProblemKind.TYPE_MISMATCH, ()),
        (plan_of(compare("status", "=", "actve")), ProblemKind.IMPOSSIBLE_VALUE, ("active",)),
        (plan_of(compare("born", "=", "2026-02-30")), ProblemKind.IMPOSSIBLE_VALUE, ()),
        (plan_of(compare(value(1), "=", 2)), ProblemKind.INCOMPLETE, ()),
        (plan_of(in_time("born", kind="age", unit="year", at_least=3, at_most=2)), ProblemKind.CONTRADICTION, ()),
        (plan_of(in_time("born", kind="age", unit="year", at_least=1_900)), None, ()),
        (plan_of(in_time("born", kind="age", unit="year", at_least=1_901)), ProblemKind.TOO_LARGE, ()),
        (FilterPlan(exclude=("visits",), full=("visits",)), ProblemKind.CONTRADICTION, ()),
    ],
)
def test_every_fault_has_its_kind(
    plan: FilterPlan, kind: ProblemKind | None, candidates: tuple[str, ...] | None
) -> None:
    if kind is None:
        check_plan(plan, SHOP)
        return
    [found] = problems(plan)
    assert found.kind is kind
    if candidates is not None:
        assert found.candidates[: len(candidates)] == candidates


# Types


@pytest.mark.parametrize(
    ("condition", "location", "reason"),
    [
        (compare("visits", "=", "many"), "right.value", "'many' is no number"),
        (compare("visits", "=", True), "right.value", "true is no number"),
        (compare("balance", "=", "NaN"), "right.value", "'NaN' is no number"),
        (compare("balance", "=", "1_000"), "right.value", "'1_000' is no number"),
        (compare("balance", "=", "٣"), "right.value", "'٣' is no number"),
        (compare("weight", "=", 1e39), "right.value", "'1e+39' is out of the range of real"),
        (compare("balance", "=", "1e99999"), "right.value", "the number is too long"),
        (compare("balance", "=", 10**2000), "right.value", "the number is too long"),
        (compare("name", "=", True), "right.value", "True is no text"),
        (compare("vip", "=", 1), "right.value", "'1' is neither true nor false"),
        (compare("born", "=", "2026-02-30"), "right.value", "'2026-02-30' is no date or time"),
        (compare("born", "=", 2026), "right.value", "2026 is no date or time"),
        (compare("created_at", "=", "yesterday"), "right.value", "'yesterday' is no date or time"),
        (compare("opens", "=", "25:00"), "right.value", "'25:00' is no time of day"),
        (compare("wait", "=", "3 fortnights"), "right.value", "'fortnights' is no unit of time"),
        (compare("wait", "=", "9999999 days"), "right.value", "'9999999 days' is too long"),
        (compare("token", "=", "abc"), "right.value", "'abc' is no uuid"),
        (compare("address", "=", "10.0.0.256"), "right.value", "'10.0.0.256' is no inet"),
        (compare("address", "=", "fe80::1%eth0"), "right.value", "'fe80::1%eth0' is no inet"),
        (compare("raw", "=", "00ff"), "right.value", "'00ff' is no byte string"),
        (compare("home", "=", "(1,2)"), "", "values of type point cannot be compared"),
        (compare("profile", "=", "x"), "", "values of type jsonb cannot be compared"),
        (compare("tags", "=", "x"), "right.value", "values of type text[] cannot be compared with a constant"),
        (compare("name", "=", column("visits")), "", "values of type text and smallint cannot be compared"),
        (compare("vip", "<", column("born")), "", "values of type boolean and date cannot be compared"),
        (compare(value(1), "=", 2), "", "compares two constants"),
        (compare(arithmetic(value(1), "+", 2), "=", 3), "left", "computes with two constants"),
        (compare(arithmetic("name", "+", 2), "=", 3), "left.right", "there is no arithmetic with a text"),
        (compare(arithmetic("born", "*", column("visits")), "=", 3), "left", "there is no date * smallint"),
        (compare(arithmetic("born", "+", 10**9), "=", "2026-01-01"), "left.right.value", "is too many days"),
        (
            compare(arithmetic("created_at", "-", column("born")), ">", "18 years"),
            "right.value",
            "a month has no fixed length",
        ),
        (text("visits", "contains", "1"), "operand", "a smallint is no text"),
        (text("name", "contains", ""), "text", "is empty, which every text contains"),
        (in_time("name", kind="last", amount=1, unit="day"), "operand", "a text is no date or time"),
        (in_time("opens", kind="last", amount=1, unit="day"), "operand", "a time without time zone is no date or time"),
        (in_time("born", kind="last", amount=10**6, unit="year"), "window.amount", "reaches more than 1900 years away"),
        (
            in_time("born", kind="calendar", offset=9_999, unit="year"),
            "window.offset",
            "reaches more than 1900 years away",
        ),
        (in_time("born", kind="range"), "window", "needs a start or an end"),
        (in_time("born", kind="range", start="soon"), "window.start", "'soon' is no date or time"),
        (in_time("born", kind="range", start="2026-01-02", end="2026-01-01"), "window", "ends before it starts"),
        ({"kind": "array_contains", "column": "name", "values": ["a"]}, "column", "a text is no array"),
        ({"kind": "array_contains", "column": "lucky", "values": [1, 2.5]}, "values[1]", "2.5 is no integer"),
        ({"kind": "in", "operand": column("visits"), "values": [1, "x"]}, "values[1]", "'x' is no number"),
        ({"kind": "is_null", "operand": value(1)}, "operand", "is a constant"),
        (
            compare({"kind": "json", "column": "name", "path": ["a"]}, "=", "x"),
            "left.column",
            "a text is no json or jsonb",
        ),
        (compare(aggregate("sum", ORDERS), "=", 1), "left.of", "sum needs a value to aggregate"),
        (
            compare(aggregate("sum", ORDERS, "shipped_on"), "=", 1),
            "left.of",
            "there is no sum of date",
        ),
        (
            compare(aggregate("max", [{"table": "customers", "direction": "to_parent"}], "vip"), "=", True),
            "left.of",
            "there is no max of boolean",
        ),
    ],
)  # fmt: skip
def test_what_does_not_fit_a_type_is_named(condition: Json, location: str, reason: str) -> None:
    found = problem(condition)
    assert found.location == ".".join(part for part in ("roots[0].condition", location) if part)
    assert found.reason.startswith(reason)


def test_an_unknown_enum_label_names_the_nearest() -> None:
    assert problem(compare("status", "=", "actve")).candidates == ("active",)


def test_an_enum_label_that_looks_like_none_names_some() -> None:
    assert problem(compare("status", "=", "zzz")).candidates == ("new", "active", "on hold", "closed")


def test_enum_labels_and_booleans_are_spelled_as_they_are_stored() -> None:
    checked = condition_of(check_plan(plan_of(compare("status", "=", "ON HOLD")), SHOP))
    assert isinstance(checked, Comparison)
    assert checked.right == LiteralValue(value="on hold")


@pytest.mark.parametrize(
    "condition",
    [
        compare("visits", "<", column("balance")),
        compare("born", "<", column("created_at")),
        compare("status", "=", column("name")),
        compare("balance", ">", "1e3"),
        compare("name", "=", 12345),
        compare("created_at", ">", "2026-01-01T00:00:00Z"),
        compare(arithmetic("created_at", "-", column("born")), ">", "6574 days"),
        compare("created_at", ">", arithmetic("born", "+", "18 years")),
        compare("wait", ">", "1 year"),
        compare(value("2026-01-01"), ">", column("born")),
        {"kind": "between", "operand": value("2026-01-01"), "low": column("born"), "high": column("created_at")},
        compare(aggregate("count", ORDERS), "=", column("visits")),
    ],
)
def test_types_that_go_together_are_accepted(condition: Json) -> None:
    check_plan(plan_of(condition), SHOP)


def test_a_text_that_the_database_cannot_hold_is_a_problem() -> None:
    assert "null character" in problem(compare("name", "=", "a\0b")).reason
    latin = replace(SHOP, encoding="LATIN1")
    check_plan(plan_of(compare("name", "=", "é")), latin)
    [foreign] = problems(plan_of(compare("name", "=", "日")), latin)
    assert "encoding" in foreign.reason
    [half] = problems(plan_of(compare("name", "=", "\ud800")))
    assert "encoding" in half.reason


# The plan as a whole


def test_all_problems_are_told_at_once() -> None:
    condition = any_of(compare("nmae", "=", 1), compare("visits", "=", "x"), exists([{"table": "orders"}]))
    plan = FilterPlan.model_validate(
        {"roots": [{"table": "customers", "condition": condition}, {"table": "nothing"}], "exclude": ["visit"]}
    )
    assert [found.location for found in problems(plan)] == [
        "roots[0].condition.conditions[0].left.column",
        "roots[0].condition.conditions[1].right.value",
        "roots[0].condition.conditions[2].path[0]",
        "roots[1].table",
        "exclude[0]",
    ]


def test_a_plan_that_names_nothing_is_a_problem() -> None:
    [nothing] = problems(FilterPlan())
    assert "names no table" in nothing.reason


def test_a_plan_may_only_exclude() -> None:
    assert check_plan(FilterPlan(exclude=("Visits", "visits")), SHOP).exclude == ("public.visits",)


def test_one_table_is_a_root_once() -> None:
    [twice] = problems(FilterPlan(roots=(Root(table="customers"), Root(table="public.Customers"))))
    assert twice.location == "roots[1].table"
    assert "already" in twice.reason


@pytest.mark.parametrize(
    "plan",
    [
        FilterPlan(roots=(Root(table="visits"),), exclude=("visits",)),
        FilterPlan(roots=(Root(table="visits"),), full=("visits",)),
        FilterPlan(exclude=("visits",), full=("VISITS",)),
    ],
)
def test_a_table_has_one_part_in_a_plan(plan: FilterPlan) -> None:
    [contradiction] = problems(plan)
    assert "cannot be both" in contradiction.reason


def test_a_root_is_a_top_list_or_a_sample() -> None:
    top = {"rows": 3, "order_by": [{"by": column("id")}]}
    assert "cannot be both" in problem(None, top=top, sample={"rows": 3}).reason


@pytest.mark.parametrize("sample", [{}, {"percent": 5, "rows": 5}])
def test_a_sample_is_by_percent_or_by_rows(sample: Json) -> None:
    assert problem(None, sample=sample).reason == "needs either percent or rows"


def test_a_top_list_needs_an_order() -> None:
    found = problem(None, top={"rows": 3, "order_by": [{"by": column("home")}]})
    assert found.location == "roots[0].top.order_by[0].by"
    assert found.reason == "values of type point have no order"
    assert "is a constant" in problem(None, top={"rows": 3, "order_by": [{"by": value(1)}]}).reason


def test_numbers_beyond_bigint_are_problems() -> None:
    top = {"rows": 2**63, "order_by": [{"by": column("id")}]}
    assert problem(None, top=top).location == "roots[0].top.rows"
    assert problem(None, sample={"rows": 1, "seed": 2**63}).location == "roots[0].sample.seed"


# What a hostile client may send


def test_deep_nesting_is_refused() -> None:
    condition = compare("vip", "=", True)
    for _ in range(MAXIMUM_DEPTH + 1):
        condition = negation(condition)
    assert "nested" in problem(condition).reason


def test_nesting_that_would_exhaust_the_stack_is_refused_before() -> None:
    text_of_plan = '{"kind":"not","condition":' * 50_000 + "null" + "}" * 50_000
    with pytest.raises(ValidationError):
        FilterPlan.model_validate_json('{"roots":[{"table":"customers","condition":' + text_of_plan + "}]}")


def test_a_plan_of_too_many_conditions_is_refused() -> None:
    condition = any_of(*[compare("vip", "=", True)] * MAXIMUM_NODES)
    assert "more than" in problem(condition).reason


def test_a_list_of_too_many_constants_is_refused() -> None:
    condition = {"kind": "in", "operand": column("id"), "values": [1] * (MAXIMUM_CONSTANTS + 1)}
    assert "constants" in problem(condition).reason


def test_a_text_that_is_too_long_is_refused() -> None:
    assert "longer than" in problem(compare("name", "=", "x" * (MAXIMUM_TEXT + 1))).reason


def test_a_path_that_is_too_long_is_refused() -> None:
    path = [{"table": "customers", "direction": "to_parent"}] * (MAXIMUM_STEPS + 1)
    assert "more than" in problem(exists(path)).reason


def test_a_plan_of_too_many_tables_is_refused() -> None:
    [refusal] = problems(FilterPlan(exclude=("visits",) * (MAXIMUM_NODES + 1)))
    assert "tables" in refusal.reason


def test_no_more_than_so_many_problems_are_told() -> None:
    assert len(problems(plan_of(any_of(*[compare("nmae", "=", 1)] * 500)))) == MAXIMUM_PROBLEMS


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(
    constant=st.one_of(
        st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=30)
    ),
    table_column=st.sampled_from([table_column.name for table_column in SHOP.table(name("customers")).columns]),
    operator=st.sampled_from(["=", "<", ">="]),
)
def test_any_constant_beside_any_column_is_checked_or_refused(
    constant: bool | int | float | str, table_column: str, operator: str
) -> None:
    plan = plan_of(compare(table_column, operator, constant))
    try:
        checked = check_plan(plan, SHOP)
    except FilterPlanError as error:
        assert error.problems
    else:
        assert check_plan(checked, SHOP) == checked


def test_an_aggregates_own_condition_is_checked_on_its_end() -> None:
    condition = compare(aggregate("count", ORDERS, None, compare("total", ">", 5)), ">", 1)
    checked = condition_of(check_plan(plan_of(condition), SHOP))
    assert isinstance(checked, Comparison)
    assert isinstance(checked.left, Aggregate)
    found = problem(compare(aggregate("count", ORDERS, None, compare("vip", "=", True)), ">", 1))
    assert found.location == "roots[0].condition.left.condition.left.column"
