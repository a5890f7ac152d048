"""Conditions that nothing can meet are told as such, and only those. Needs nothing running."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datavalut.catalog.model import Catalog, Column, Table, TypeCategory
from datavalut.filters.check import check_plan, resolve_plan
from datavalut.filters.contradictions import impossible_conditions
from datavalut.filters.errors import FilterPlanError, FilterProblem, ProblemKind
from tests.filter_examples import (
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
from tests.filter_oracle import Oracle
from tests.filter_rows import random_rows

COUNT = aggregate("count", ORDERS)
NAME_IS_NULL: Json = {"kind": "is_null", "operand": column("name")}
PLAN_OF_PROFILE: Json = {"kind": "json", "column": "profile", "path": ["plan"]}


def one_of(operand: str, *values: object) -> Json:
    return {"kind": "in", "operand": column(operand), "values": list(values)}


def between(operand: str, low: object, high: object) -> Json:
    return {"kind": "between", "operand": column(operand), "low": value(low), "high": value(high)}


def problem(condition: Json, table: str = "customers", catalog: Catalog = SHOP) -> FilterProblem:
    with pytest.raises(FilterPlanError) as raised:
        check_plan(plan_of(condition, table), catalog, NOW)
    [only] = raised.value.problems
    return only


@pytest.mark.parametrize(
    "conditions",
    [
        (compare("balance", ">", 5), compare("balance", "<", 3)),
        (compare("balance", ">", 5), compare("balance", "<=", 5)),
        (all_of(compare("balance", ">=", 5), compare("balance", ">", 5)), compare("balance", "<=", 5)),
        (all_of(compare("balance", "<", 5), compare("balance", "<=", 5)), compare("balance", ">=", 5)),
        (compare(value(5), "<", column("balance")), compare("balance", "<", "4.99")),
        (compare("visits", ">", 5), compare("visits", "<", 6)),
        (compare("visits", ">=", 5.5), compare("visits", "<=", 5.9)),
        (compare("visits", "=", 1), compare("visits", "=", 2)),
        (compare("visits", "=", 1), compare("visits", "<>", "1.0")),
        (compare("score", ">", 5), compare("score", "<", 5.0)),
        (one_of("visits", 1, 2), one_of("visits", 3, 4)),
        (one_of("visits", 1, 2), compare("visits", ">", 2)),
        (one_of("visits", 1, 2), negation(one_of("visits", 2, 1, 3))),
        (between("visits", 1, 3), compare("visits", ">", 3)),
        (compare("visits", ">", 3), negation(compare("visits", ">", 2))),
        (compare("name", "=", "a"), compare("name", "=", "b")),
        (text("name", "equals", "Ann"), text("name", "equals", "bob")),
        (compare("name", "=", "Ann"), text("name", "equals", "bob")),
        (compare("vip", "=", True), compare("vip", "=", "false")),
        (compare("vip", "=", True), negation(compare("vip", "=", True))),
        (compare("status", "=", "new"), compare("status", "=", "CLOSED")),
        (compare("status", "<", "active"), compare("status", ">", "active")),
        (compare("token", "=", "0" * 32), compare("token", "=", "1" * 32)),
        (NAME_IS_NULL, compare("name", "=", "a")),
        (NAME_IS_NULL, compare("name", "<>", "a")),
        (NAME_IS_NULL, compare("name", "=", column("nickname"))),
        (NAME_IS_NULL, negation(NAME_IS_NULL)),
        (compare(PLAN_OF_PROFILE, "=", "pro"), compare(PLAN_OF_PROFILE, "=", "free")),
        (compare("born", "<", "2000-01-01"), compare("born", ">", "2001-01-01")),
        (compare("created_at", ">", "2026-01-01"), in_time("created_at", kind="range", end="2026-01-01")),
        (
            in_time("created_at", kind="range", start="2024-01-01", end="2025-01-01"),
            in_time("created_at", kind="range", start="2025-01-01", end="2026-01-01"),
        ),
        (
            in_time("created_at", kind="last", amount=3, unit="month"),
            in_time("created_at", kind="older_than", amount=6, unit="month"),
        ),
        (in_time("born", kind="age", unit="year", at_least=18), compare("born", ">", "2020-01-01")),
        (
            in_time("created_at", kind="calendar", unit="year", offset=0),
            negation(in_time("created_at", kind="range", start="2020-01-01")),
        ),
        (exists(ORDERS), negation(exists(ORDERS))),
        (exists(ORDERS, compare("total", ">", 5)), negation(exists(ORDERS))),
        (compare(COUNT, ">=", 3), compare(COUNT, "<", 3)),
        (compare(COUNT, ">=", 3), negation(exists(ORDERS))),
        (compare(COUNT, "=", 0), exists(ORDERS, compare("total", ">", 5))),
        (
            compare(arithmetic("balance", "*", column("visits")), ">", 5),
            compare(arithmetic("balance", "*", column("visits")), "<", 5),
        ),
        (compare("visits", "=", 1), any_of(compare("visits", "=", 2), compare("visits", ">", 2))),
        (compare("visits", "=", 1), negation(any_of(compare("visits", "=", 1), compare("vip", "=", True)))),
        (all_of(compare("visits", ">", 1), compare("vip", "=", True)), all_of(compare("visits", "<", 0))),
    ],
)
def test_conditions_that_exclude_each_other_are_a_contradiction(conditions: tuple[Json, Json]) -> None:
    for first, second in (conditions, reversed(conditions)):
        assert problem(all_of(first, second)).kind is ProblemKind.CONTRADICTION
        check_plan(plan_of(any_of(first, second)), SHOP, NOW)


@pytest.mark.parametrize(
    "condition",
    [
        all_of(compare("balance", ">=", 5), compare("balance", "<=", 5)),
        all_of(compare("balance", ">", 5), compare("balance", "<", 6)),
        all_of(compare("visits", ">", 5), compare("visits", "<", 7)),
        all_of(compare("visits", "<>", 1), compare("visits", "<>", 2)),
        all_of(one_of("visits", 1, 2), one_of("visits", 2, 3)),
        all_of(text("name", "equals", "Ann"), compare("name", "=", "ANN")),
        all_of(compare("name", "<", "a"), compare("name", ">", "b")),  # by which collation?
        all_of(compare("weight", "=", "0.1"), compare("weight", "=", "0.10000000001")),  # the same real
        all_of(negation(compare("visits", ">", 3)), negation(compare("visits", "<=", 3))),  # null
        all_of(negation(compare("visits", "<>", 1)), negation(compare("visits", "<>", 2))),  # null
        all_of(negation(compare("name", "<>", "a")), negation(compare("name", "<>", "b"))),  # null
        all_of(NAME_IS_NULL, negation(compare("name", "=", "a"))),
        all_of(exists(ORDERS, compare("total", ">", 5)), exists(ORDERS, compare("total", "<", 3))),
        all_of(exists(ORDERS), negation(exists(ORDERS, compare("total", ">", 5)))),
        all_of(compare("visits", "=", 1), any_of(compare("visits", "=", 2), compare("vip", "=", True))),
        all_of(compare("score", ">", 1), compare("score", "<", 1.0000001)),
        compare("visits", "<", 10**9),
        compare(COUNT, ">", -1),
    ],
)
def test_what_some_row_could_meet_is_none(condition: Json) -> None:
    check_plan(plan_of(condition), SHOP, NOW)


@pytest.mark.parametrize(
    ("condition", "location"),
    [
        (compare("visits", "=", 40_000), ".right.value"),
        (compare("visits", "<>", 2.5), ".right.value"),
        (compare("visits", "<>", 40_000), ".right.value"),
        (negation(compare("visits", "=", 40_000)), ".condition.right.value"),
        (negation(one_of("visits", 1, 40_000)), ".condition.values[1]"),
        (compare("nickname", "<>", "x" * 41), ".right.value"),
        (compare(value("2.5"), "=", column("id")), ".left.value"),
        (compare("visits", ">", 40_000), ""),
        (compare("visits", "<", -40_000), ""),
        (between("visits", 40_000, 50_000), ""),
        (one_of("visits", 1, 40_000), ".values[1]"),
        (compare("balance", "=", "0.001"), ".right.value"),
        (compare("balance", "=", 10**8), ".right.value"),
        (compare("balance", "<", -(10**8)), ""),
        (compare("nickname", "=", "x" * 41), ".right.value"),
        (text("initials", "equals", "abcde"), ".text"),
        (text("status", "equals", "actve"), ".text"),
        (compare(COUNT, "<", 0), ""),
        (compare(COUNT, "=", 2.5), ""),
    ],
)
def test_a_value_that_no_row_can_have_is_impossible(condition: Json, location: str) -> None:
    found = problem(condition)
    assert found.location == f"roots[0].condition{location}"
    assert found.kind is ProblemKind.IMPOSSIBLE_VALUE


def test_inside_of_any_not_and_paths_contradictions_are_found_too() -> None:
    nothing = all_of(compare("total", ">", 5), compare("total", "<", 3))
    anything = compare("vip", "=", True)
    inside: list[tuple[Json, str]] = [
        (any_of(anything, exists(ORDERS, nothing)), ".conditions[1].condition.conditions[1]"),
        (negation(exists(ORDERS, nothing)), ".condition.condition.conditions[1]"),
        (compare(aggregate("sum", ORDERS, "total", nothing), ">", 1), ".left.condition.conditions[1]"),
        (in_time(aggregate("max", ORDERS, "placed_at", nothing), kind="range", end="2020-01-01"),
         ".operand.condition.conditions[1]"),
    ]  # fmt: skip
    for condition, location in inside:
        found = problem(condition)
        assert found.location == f"roots[0].condition{location}"
        assert found.reason == f"can never be true together with {found.location[:-2]}0]"


def test_windows_that_hang_on_the_time_are_weighed_only_with_it() -> None:
    plan = plan_of(
        all_of(in_time("created_at", kind="last", amount=3, unit="month"), compare("created_at", "<", "2020-01-01"))
    )
    check_plan(plan, SHOP)
    with pytest.raises(FilterPlanError):
        check_plan(plan, SHOP, NOW)


# Check constraints


def checked(*constraints: str) -> Catalog:
    columns = (
        Column("state", "text", TypeCategory.TEXT),
        Column("The kind", "character varying(9)", TypeCategory.TEXT),
        Column("price", "numeric", TypeCategory.NUMERIC),
        Column("age", "integer", TypeCategory.INTEGER),
    )
    return replace(SHOP, tables=(Table(name("things"), columns, check_constraints=constraints),), foreign_keys=())


LABELS = "CHECK ((state = ANY (ARRAY['open'::text, 'it''s done'::text])))"


@pytest.mark.parametrize(
    ("constraint", "condition"),
    [
        (LABELS, compare("state", "=", "opne")),
        (LABELS, one_of("state", "open", "opne")),
        (LABELS, text("state", "equals", "OPNE")),
        (
            "CHECK (((\"The kind\")::text = ANY ((ARRAY['open'::character varying, 'x'::character varying])::text[])))",
            compare("The kind", "=", "opne"),
        ),
        ("CHECK ((price >= (0)::numeric))", compare("price", "<", 0)),
        ("CHECK ((price >= (0)::numeric))", compare("price", "=", -1)),
        ("CHECK ((price < 99.5))", compare("price", ">=", "99.5")),
        ("CHECK (((age >= 0) AND (age <= 150)))", compare("age", ">", 150)),
        ("CHECK (((age >= 0) AND (age <= 150)))", between("age", -9, -1)),
        ("CHECK ((age > '-5'::integer))", compare("age", "<=", -5)),
    ],
)
def test_a_value_that_a_check_constraint_excludes_is_impossible(constraint: str, condition: Json) -> None:
    found = problem(condition, "things", checked(constraint))
    assert found.kind is ProblemKind.IMPOSSIBLE_VALUE
    if "ARRAY" in constraint:
        assert found.candidates == ("open",)
    else:
        assert constraint in found.reason


@pytest.mark.parametrize(
    ("constraint", "condition"),
    [
        (LABELS, compare("state", "=", "it's done")),
        (LABELS, text("state", "equals", "OPEN")),
        (LABELS, text("state", "contains", "x")),
        (f"{LABELS} NOT VALID", compare("state", "=", "opne")),
        ("CHECK (((state = ANY (ARRAY['open'::text, 'x'::text])) OR (age > 5)))", compare("state", "=", "opne")),
        ("CHECK ((NOT (state = ANY (ARRAY['open'::text, 'x'::text]))))", compare("state", "=", "closed")),
        ("CHECK (((price >= (0)::numeric) OR (age < 5)))", compare("price", "<", 0)),
        ("CHECK ((price >= (0)::numeric))", compare("age", "<", 0)),
        ("CHECK ((price >= (0)::numeric))", compare("price", "<=", 0)),
        ("CHECK ((price > (age)::numeric))", compare("price", "<", 0)),
        ("CHECK ((length(state) > 5))", compare("state", "=", "a")),
        ("CHECK (((age * 2) > 5))", compare("age", "<", 0)),
    ],
)
def test_other_constraints_exclude_nothing(constraint: str, condition: Json) -> None:
    check_plan(plan_of(condition, "things"), checked(constraint), NOW)


def test_a_large_plan_is_weighed_quickly() -> None:
    leaves = [compare("visits", "<>", number) for number in range(300)]
    alternatives: list[Any] = [compare("balance", "=", number) for number in range(300)]
    check_plan(plan_of(all_of(*leaves, any_of(*alternatives))), SHOP, NOW)


# What is told is true: no row of many meets a condition that is told to be impossible

NUMBERS = st.sampled_from([-3, 0, 1, 2, 2.5, 3])
OPERATORS = st.sampled_from(["<", "<=", ">", ">="])
WINDOWS: st.SearchStrategy[Json] = st.one_of(
    st.builds(
        lambda kind, amount, unit: {"kind": kind, "amount": amount, "unit": unit},
        st.sampled_from(["last", "next", "older_than"]),
        st.integers(1, 30),
        st.sampled_from(["hour", "day", "month"]),
    ),
    st.builds(
        lambda offset, unit: {"kind": "calendar", "offset": offset, "unit": unit},
        st.integers(-2, 2),
        st.sampled_from(["day", "month", "year"]),
    ),
    st.builds(lambda years: {"kind": "age", "unit": "month", "at_least": years, "at_most": None}, st.integers(0, 9)),
    st.just({"kind": "range", "start": "2026-10-01", "end": "2026-11-23T14:30"}),
)
# Each can be met for itself.
LEAVES: st.SearchStrategy[Json] = st.one_of(
    st.builds(compare, st.sampled_from(["visits", "balance", "score"]), OPERATORS, NUMBERS),
    st.builds(compare, st.sampled_from(["visits", "balance"]), st.sampled_from(["=", "<>"]), st.integers(-1, 3)),
    st.builds(one_of, st.just("visits"), st.integers(0, 3), st.integers(0, 3)),
    st.builds(compare, st.just("vip"), st.sampled_from(["=", "<>"]), st.booleans()),
    st.builds(compare, st.just("status"), st.sampled_from(["=", "<>", ">="]), st.sampled_from(["new", "closed"])),
    st.builds(compare, st.just("name"), st.sampled_from(["=", "<>"]), st.sampled_from(["a", "A", "É"])),
    st.builds(text, st.just("name"), st.just("equals"), st.sampled_from(["a", "é"]), st.booleans()),
    st.builds(lambda of: {"kind": "is_null", "operand": column(of)}, st.sampled_from(["name", "visits", "born"])),
    st.builds(lambda of, window: in_time(of, **window), st.sampled_from(["born", "created_at", "updated_at"]), WINDOWS),
    st.builds(compare, st.just("created_at"), OPERATORS, st.sampled_from(["2026-10-01", "2026-11-23T14:30"])),
    st.builds(exists, st.just(ORDERS), st.none() | st.just(compare("total", ">", 1))),
    st.builds(compare, st.just(COUNT), OPERATORS, st.sampled_from([1, 2])),
)
ALTERNATIVES = st.builds(lambda parts: any_of(*parts), st.lists(LEAVES, min_size=1, max_size=3))
PARTS = st.one_of(LEAVES, LEAVES.map(negation), ALTERNATIVES, ALTERNATIVES.map(negation))


def test_no_row_meets_what_is_told_to_be_impossible() -> None:
    oracles = [Oracle(SHOP, random_rows(seed), NOW) for seed in range(6)]
    told = 0

    @settings(max_examples=3_000, deadline=None, derandomize=True, database=None)
    @given(parts=st.lists(PARTS, min_size=2, max_size=5))
    def holds(parts: list[Json]) -> None:
        nonlocal told
        resolved = resolve_plan(plan_of(all_of(*parts)), SHOP)
        if impossible_conditions(resolved, SHOP, NOW):
            told += 1
            for oracle in oracles:
                assert oracle.chosen(condition_of(resolved), name("customers")) == []

    holds()
    assert told > 300
