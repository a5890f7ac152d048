"""What SQL each construct becomes, spelled out. Needs nothing running."""

from dataclasses import replace

import pytest
from psycopg2 import sql

from datavalut.catalog.model import Catalog, Column, Table, TypeCategory
from datavalut.filters.check import resolve_plan
from datavalut.filters.render import render_condition, render_root
from tests.filter_examples import (
    ITEMS,
    NOW,
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
from tests.sql_text import sql_text


def rendered(condition: Json | None, table: str = "customers", catalog: Catalog = SHOP, **root: object) -> str:
    [checked] = resolve_plan(plan_of(condition, table, **root), catalog).roots
    return sql_text(render_root(checked, sql.Identifier("c"), catalog, NOW))


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (compare("balance", ">", "10.50"), "c.balance > '10.50'::numeric"),
        (compare("visits", ">=", 3), "c.visits >= '3'::smallint"),
        (compare("id", "=", "12"), "c.id = '12'::integer"),
        (compare("score", "<", 0.5), "c.score < '0.5'::double precision"),
        (compare("weight", "=", 0.1), "c.weight = '0.1'::real"),
        (compare("name", "=", "O'Neil"), "c.name = 'O''Neil'::text"),
        (compare("nickname", "=", "x"), "c.nickname = 'x'::character varying"),
        (compare("initials", "=", "ab"), "c.initials = 'ab'::bpchar"),
        (compare("vip", "=", True), "c.vip = 'true'::boolean"),
        (compare("status", "=", "ON HOLD"), "c.status = 'on hold'::public.customer_status"),
        (compare("born", "<", "2000-01-01"), "c.born < '2000-01-01'::date"),
        (compare("updated_at", "<", "2026-01-01T02:00+02:00"), "c.updated_at < '2026-01-01 00:00:00'::timestamp"),
        (compare("created_at", ">=", "2026-01-01"), "c.created_at >= '2026-01-01 00:00:00+00'::timestamptz"),
        (compare("opens", "<", "09:30"), "c.opens < '09:30:00'::time"),
        (compare("wait", ">", "2 hours 3 days"), "c.wait > 'P0M3DT7200S'::interval"),
        (
            compare("token", "=", "{12345678-1234-1234-1234-123456789ABC}"),
            "c.token = '12345678-1234-1234-1234-123456789abc'::uuid",
        ),
        (compare("address", "=", "10.0.0.1"), "c.address = '10.0.0.1'::inet"),
    ],
)
def test_a_constant_is_cast_to_its_columns_type(condition: Json, expected: str) -> None:
    assert rendered(condition) == expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (compare("visits", ">", 2.5), "c.visits > '2'::smallint"),
        (compare("visits", ">=", "2.5"), "c.visits >= '3'::smallint"),
        (compare("visits", "<", 2.5), "c.visits < '3'::smallint"),
        (compare("visits", "<=", -2.5), "c.visits <= '-3'::smallint"),
        (compare(value(2.5), "<", column("visits")), "c.visits > '2'::smallint"),
        (compare("visits", "<", 40_000), "c.visits IS NOT NULL"),
        (compare("visits", ">", -40_000), "c.visits IS NOT NULL"),
        (compare("visits", ">", 40_000), "FALSE"),
        (compare("visits", "=", 2.5), "FALSE"),
        (compare("visits", "<>", 2.5), "c.visits IS NOT NULL"),
        (
            {"kind": "between", "operand": column("visits"), "low": value(0.5), "high": value(40_000)},
            "(c.visits >= '1'::smallint AND c.visits IS NOT NULL)",
        ),
        ({"kind": "in", "operand": column("visits"), "values": [1, 2.5]}, "c.visits IN ('1'::smallint)"),
        ({"kind": "in", "operand": column("visits"), "values": [2.5, 40_000]}, "FALSE"),
        (compare("born", ">", "2000-01-01T12:00"), "c.born > '2000-01-01 12:00:00'::timestamp"),
    ],
)
def test_beside_a_constant_that_its_type_cannot_hold_a_column_stays_bare(condition: Json, expected: str) -> None:
    assert rendered(condition) == expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (compare("visits", "<", 5), "(c.visits >= '5'::smallint OR c.visits IS NULL)"),
        (compare(value(5), "<=", column("visits")), "(c.visits < '5'::smallint OR c.visits IS NULL)"),
        (compare("id", ">", 5), "c.id <= '5'::integer"),
        (
            {"kind": "between", "operand": column("id"), "low": value(1), "high": value(3)},
            "(c.id < '1'::integer OR c.id > '3'::integer)",
        ),
        (
            in_time("born", kind="older_than", amount=18, unit="year"),
            "(c.born >= '2008-11-23'::date OR c.born IS NULL)",
        ),
        (
            in_time("born", kind="calendar", offset=0, unit="year"),
            "(c.born < '2026-01-01'::date OR c.born >= '2027-01-01'::date OR c.born IS NULL)",
        ),
        (compare("visits", "=", 5), "(c.visits = '5'::smallint) IS NOT TRUE"),
        (compare("balance", "<", column("visits")), "(c.balance < c.visits) IS NOT TRUE"),
    ],
)
def test_outside_of_a_range_are_ranges_again_and_null(condition: Json, expected: str) -> None:
    assert rendered(negation(condition)) == expected


def test_a_constant_beside_a_domain_takes_its_base_type_untested_by_its_constraints() -> None:
    assert rendered(compare("email", "=", "no address")) == "c.email = 'no address'"


def test_money_is_compared_as_a_number() -> None:
    assert rendered(compare("credit", ">", 3)) == "c.credit::numeric > '3'::numeric"


def test_all_any_and_not() -> None:
    condition = all_of(
        compare("vip", "=", True),
        any_of(compare("visits", ">", 3), compare("name", "=", "x")),
        negation(compare("visits", "=", 1)),
    )
    assert rendered(condition) == (
        "(c.vip = 'true'::boolean"
        " AND (c.visits > '3'::smallint OR c.name = 'x'::text)"
        " AND (c.visits = '1'::smallint) IS NOT TRUE)"
    )


def test_a_negated_group_negates_its_parts() -> None:
    condition = negation(any_of(compare("vip", "=", True), negation(compare("visits", "=", 1))))
    assert rendered(condition) == "((c.vip = 'true'::boolean) IS NOT TRUE AND c.visits = '1'::smallint)"


def test_null_and_not_null() -> None:
    is_null = {"kind": "is_null", "operand": column("name")}
    assert rendered(is_null) == "c.name IS NULL"
    assert rendered(negation(is_null)) == "c.name IS NOT NULL"


def test_a_composite_value_of_nulls_is_not_null() -> None:
    assert rendered({"kind": "is_null", "operand": column("home")}) == "c.home IS NOT DISTINCT FROM NULL"


def test_between_and_in() -> None:
    between = {"kind": "between", "operand": column("balance"), "low": value(1), "high": column("visits")}
    assert rendered(between) == "c.balance BETWEEN '1'::numeric AND c.visits"
    one_of = {"kind": "in", "operand": column("name"), "values": ["a", "b"]}
    assert rendered(one_of) == "c.name IN ('a'::text, 'b'::text)"


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (text("name", "equals", "Éa", True), "c.name = 'Éa'::text"),
        (text("name", "equals", "Éa"), "lower(c.name) = lower('Éa'::text)"),
        (text("name", "contains", "50%_"), r"c.name ILIKE '%50\%\_%'::text"),
        (text("name", "starts_with", "a", True), "c.name LIKE 'a%'::text"),
        (text("nickname", "ends_with", "a\\"), r"c.nickname ILIKE '%a\\'::text"),
        (text("initials", "ends_with", "b", True), "c.initials::text LIKE '%b'::text"),
        (text("initials", "equals", "ab", True), "c.initials = 'ab'::bpchar"),
        (text("status", "starts_with", "on", True), "c.status::text LIKE 'on%'::text"),
        (text("email", "contains", "@"), "c.email::text ILIKE '%@%'::text"),
    ],
)
def test_text_matching_knows_no_wildcards(condition: Json, expected: str) -> None:
    assert rendered(condition) == expected


def test_a_type_that_ignores_case_itself_is_compared_as_it_is() -> None:
    columns = (Column("email", "public.citext", TypeCategory.TEXT), *SHOP.table(name("visits")).columns)
    catalog = replace(SHOP, tables=(replace(SHOP.table(name("visits")), columns=columns),), foreign_keys=())
    assert rendered(text("email", "equals", "A@b.org"), "visits", catalog) == "c.email = 'A@b.org'::public.citext"
    of_c = replace(catalog, character_type="C")
    assert rendered(text("email", "equals", "é"), "visits", of_c).startswith("lower(c.email::text COLLATE")


def test_in_a_database_of_the_c_locale_all_letters_have_a_case() -> None:
    catalog = replace(SHOP, character_type="C", server_version=170000)
    expected = "lower(c.name COLLATE pg_catalog.pg_c_utf8) = lower('É'::text COLLATE pg_catalog.pg_c_utf8)"
    assert rendered(text("name", "equals", "É"), catalog=catalog) == expected
    older = replace(catalog, server_version=160000)
    assert rendered(text("name", "equals", "É"), catalog=older) == "lower(c.name) = lower('É'::text)"


def test_arrays() -> None:
    condition: Json = {"kind": "array_contains", "column": "lucky", "values": [7, 13], "quantity": "all"}
    assert rendered(condition) == "c.lucky @> ARRAY['7', '13']::integer[]"
    condition = {"kind": "array_contains", "column": "moods", "values": ["NEW"], "quantity": "any"}
    assert rendered(condition) == "c.moods && ARRAY['new']::public.customer_status[]"


def test_a_json_value_of_another_type_is_null() -> None:
    operand: Json = {"kind": "json", "column": "profile", "path": ["a", "0"], "type": "numeric"}
    assert rendered(compare(operand, ">", 3)) == (
        "(CASE jsonb_typeof(c.profile #> ARRAY['a', '0']::text[]) WHEN 'number' "
        "THEN (c.profile #>> ARRAY['a', '0']::text[])::numeric END) > '3'::numeric"
    )


@pytest.mark.parametrize(
    ("path", "json_type", "constant", "document"),
    [
        (["plan"], "text", 'it\'s \\ "x"', r"""{"plan": "it''s \\ \"x\""}"""),
        (["a", "É"], "numeric", "1e3", '{"a": {"É": 1000}}'),
        (["a"], "boolean", True, '{"a": true}'),
    ],
)
def test_a_json_value_that_equals_a_constant_is_contained(
    path: list[str], json_type: str, constant: object, document: str
) -> None:
    operand: Json = {"kind": "json", "column": "profile", "path": path, "type": json_type}
    assert rendered(compare(operand, "=", constant)) == f"c.profile @> '{document}'::jsonb"
    one_of = {"kind": "in", "operand": operand, "values": [constant, constant]}
    assert rendered(one_of) == f"(c.profile @> '{document}'::jsonb OR c.profile @> '{document}'::jsonb)"


@pytest.mark.parametrize(("table_column", "path"), [("notes", ["a"]), ("profile", ["a", "0"]), ("profile", [" -1"])])
def test_where_containment_would_say_something_else_the_value_is_taken_out(table_column: str, path: list[str]) -> None:
    assert "CASE" in rendered(compare({"kind": "json", "column": table_column, "path": path}, "=", "x"))


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (
            in_time("created_at", kind="last", amount=6, unit="month"),
            "(c.created_at >= '2026-05-23 14:30:00+00'::timestamptz"
            " AND c.created_at <= '2026-11-23 14:30:00+00'::timestamptz)",
        ),
        (
            in_time("updated_at", kind="next", amount=90, unit="minute"),
            "(c.updated_at >= '2026-11-23 14:30:00'::timestamp AND c.updated_at <= '2026-11-23 16:00:00'::timestamp)",
        ),
        (
            in_time("born", kind="last", amount=1, unit="day"),
            "(c.born >= '2026-11-22'::date AND c.born <= '2026-11-23'::date)",
        ),
        (in_time("born", kind="older_than", amount=18, unit="year"), "(c.born < '2008-11-23'::date)"),
        (
            in_time("born", kind="age", at_least=18, at_most=30, unit="year"),
            "(c.born > '1995-11-23'::date AND c.born <= '2008-11-23'::date)",
        ),
        (in_time("born", kind="age", at_least=18, unit="year"), "(c.born <= '2008-11-23'::date)"),
        (
            in_time("created_at", kind="calendar", unit="month", offset=-1),
            "(c.created_at >= '2026-10-01 00:00:00+00'::timestamptz"
            " AND c.created_at < '2026-11-01 00:00:00+00'::timestamptz)",
        ),
        (
            in_time("born", kind="calendar", unit="quarter", offset=0),
            "(c.born >= '2026-10-01'::date AND c.born < '2027-01-01'::date)",
        ),
        (
            in_time("created_at", kind="range", start="2024-04-01", end="2024-07-01"),
            "(c.created_at >= '2024-04-01 00:00:00+00'::timestamptz"
            " AND c.created_at < '2024-07-01 00:00:00+00'::timestamptz)",
        ),
        (
            in_time("born", kind="range", start="2024-04-01T12:00:00"),
            "(c.born >= '2024-04-01 12:00:00'::timestamp)",
        ),
    ],
)
def test_a_time_window_is_a_range_on_the_bare_column(condition: Json, expected: str) -> None:
    assert rendered(condition) == expected


def test_moments_of_different_types_are_compared_in_utc() -> None:
    condition = compare("created_at", "<", column("updated_at"))
    assert rendered(condition) == "(c.created_at AT TIME ZONE 'UTC') < c.updated_at"


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (
            compare(arithmetic("balance", "*", column("visits")), ">", 100),
            "(c.balance * c.visits::numeric) > '100'::numeric",
        ),
        (
            compare(arithmetic("balance", "/", column("visits")), ">", 100),
            "(c.balance / NULLIF(c.visits::numeric, 0)) > '100'::numeric",
        ),
        (
            compare("created_at", "<", arithmetic("updated_at", "-", "3 days")),
            "(c.created_at AT TIME ZONE 'UTC') < (c.updated_at - 'P0M3DT0S'::interval)",
        ),
        (
            compare(arithmetic("created_at", "+", "1 month"), ">", "2026-01-01"),
            "(((c.created_at AT TIME ZONE 'UTC') + 'P1M0DT0S'::interval) AT TIME ZONE 'UTC')"
            " > '2026-01-01 00:00:00+00'::timestamptz",
        ),
        (compare(arithmetic("born", "+", 30), ">", "2026-01-01"), "(c.born + '30'::integer) > '2026-01-01'::date"),
    ],
)
def test_arithmetic(condition: Json, expected: str) -> None:
    assert rendered(condition) == expected


def test_related_rows_exist_or_not() -> None:
    condition = exists(ITEMS, compare("price", ">", 3))
    expected = (
        "EXISTS (SELECT 1 FROM public.orders AS filter_1"
        " JOIN public.items AS filter_2 ON filter_1.id = filter_2.order_id"
        " WHERE filter_1.customer_id = c.id AND filter_2.price > '3'::numeric)"
    )
    assert rendered(condition) == expected
    assert rendered(negation(condition)) == f"NOT {expected}"


def test_a_composite_key_is_followed_by_all_its_columns() -> None:
    assert rendered(exists([{"table": "regions"}])) == (
        "EXISTS (SELECT 1 FROM public.regions AS filter_1"
        " WHERE filter_1.country = c.region_country AND filter_1.code = c.region_code)"
    )


@pytest.mark.parametrize(
    "condition",
    [
        compare(aggregate("count", ORDERS), ">=", 1),
        compare(aggregate("count", ORDERS), ">", 0),
        compare(aggregate("count", ORDERS), "<>", 0),
        compare(value(1), "<=", aggregate("count", ORDERS)),
        negation(compare(aggregate("count", ORDERS), "=", 0)),
        negation(compare(aggregate("count", ORDERS), "<", 1)),
    ],
)
def test_a_count_of_at_least_one_is_existence(condition: Json) -> None:
    assert rendered(condition) == rendered(exists(ORDERS))


@pytest.mark.parametrize("function", ["count", "count_distinct"])
def test_a_count_of_at_least_one_value_is_existence_of_a_value(function: str) -> None:
    counted = aggregate(function, ORDERS, "total", compare("id", ">", 3))
    has_value = exists(ORDERS, all_of(compare("id", ">", 3), negation({"kind": "is_null", "operand": column("total")})))
    assert rendered(compare(counted, ">", 0)) == rendered(has_value)
    assert rendered(compare(counted, "=", 0)) == rendered(negation(has_value))


@pytest.mark.parametrize(
    "condition",
    [
        compare(aggregate("count", ORDERS), "=", 0),
        compare(aggregate("count", ORDERS), "<", 1),
        compare(value(0), ">=", aggregate("count", ORDERS)),
    ],
)
def test_a_count_of_none_is_absence(condition: Json) -> None:
    assert rendered(condition) == rendered(negation(exists(ORDERS)))


def test_a_count_that_needs_rows_is_a_semi_join_with_groups() -> None:
    expected = (
        "c.id IN (SELECT filter_1.customer_id FROM public.orders AS filter_1"
        " GROUP BY filter_1.customer_id HAVING count(*) >= '3'::bigint)"
    )
    assert rendered(compare(aggregate("count", ORDERS), ">=", 3)) == expected


def test_a_count_that_none_meets_too_is_an_anti_join_with_the_other_groups() -> None:
    expected = (
        "NOT EXISTS (SELECT 1 FROM (SELECT filter_1.customer_id FROM public.orders AS filter_1"
        " GROUP BY filter_1.customer_id HAVING (count(*) < '3'::bigint) IS NOT TRUE) AS filter_2 (key_1)"
        " WHERE filter_2.key_1 = c.id)"
    )
    assert rendered(compare(aggregate("count", ORDERS), "<", 3)) == expected


def test_a_sum_of_nothing_is_zero() -> None:
    expected = (
        "c.id IN (SELECT filter_1.customer_id FROM public.orders AS filter_1"
        " GROUP BY filter_1.customer_id HAVING coalesce(sum(filter_1.total), 0) > '100'::numeric)"
    )
    assert rendered(compare(aggregate("sum", ORDERS, "total"), ">", 100)) == expected


def test_the_last_time_of_something() -> None:
    condition = in_time(aggregate("max", ORDERS, "placed_at"), kind="older_than", amount=1, unit="year")
    assert rendered(condition) == (
        "c.id IN (SELECT filter_1.customer_id FROM public.orders AS filter_1"
        " GROUP BY filter_1.customer_id HAVING (max(filter_1.placed_at) < '2025-11-23 14:30:00+00'::timestamptz))"
    )


def test_rows_reached_in_several_ways_count_once() -> None:
    assert rendered(compare(aggregate("sum", PRODUCTS, "price"), ">", 10)) == (
        "c.id IN (SELECT key_1 FROM (SELECT DISTINCT filter_1.customer_id AS key_1, filter_3.price AS value,"
        " filter_3.tableoid, filter_3.ctid FROM public.orders AS filter_1"
        " JOIN public.items AS filter_2 ON filter_1.id = filter_2.order_id"
        " JOIN public.products AS filter_3 ON filter_2.product_id = filter_3.id) AS filter_4"
        " GROUP BY key_1 HAVING coalesce(sum(value), 0) > '10'::numeric)"
    )


def test_an_aggregate_beside_a_column_is_joined() -> None:
    assert rendered(compare("balance", "<", aggregate("sum", ORDERS, "total"))) == (
        "(c.tableoid, c.ctid) IN (SELECT filter_1.tableoid, filter_1.ctid FROM public.customers AS filter_1"
        " LEFT JOIN (SELECT filter_2.customer_id, sum(filter_2.total) FROM public.orders AS filter_2"
        " GROUP BY filter_2.customer_id) AS filter_3 (key_1, value) ON filter_3.key_1 = filter_1.id"
        " WHERE filter_1.balance < coalesce(filter_3.value, 0))"
    )


def test_floating_point_numbers_are_summed_exactly() -> None:
    referrals: list[Json] = [{"table": "customers", "direction": "to_children"}]
    assert "sum(filter_1.score::numeric)" in rendered(compare(aggregate("sum", referrals, "score"), ">", 1))


def test_a_related_term_of_or_is_a_query_of_its_own() -> None:
    condition = any_of(compare("vip", "=", True), exists(ORDERS), compare("visits", ">", 3))
    assert rendered(condition) == (
        "(c.tableoid, c.ctid) IN ("
        "SELECT filter_1.tableoid, filter_1.ctid FROM public.customers AS filter_1"
        " WHERE filter_1.vip = 'true'::boolean OR filter_1.visits > '3'::smallint"
        " UNION ALL "
        "SELECT filter_2.tableoid, filter_2.ctid FROM public.customers AS filter_2"
        " WHERE EXISTS (SELECT 1 FROM public.orders AS filter_3 WHERE filter_3.customer_id = filter_2.id))"
    )


def test_the_first_rows_by_an_aggregate() -> None:
    top = {"rows": 10, "order_by": [{"by": aggregate("sum", ORDERS, "total")}]}
    assert rendered(compare("vip", "=", True), top=top) == (
        "(c.tableoid, c.ctid) IN (SELECT filter_1.tableoid, filter_1.ctid FROM public.customers AS filter_1"
        " LEFT JOIN (SELECT filter_2.customer_id, sum(filter_2.total) FROM public.orders AS filter_2"
        " GROUP BY filter_2.customer_id) AS filter_3 (key_1, value) ON filter_3.key_1 = filter_1.id"
        " WHERE filter_1.vip = 'true'::boolean"
        " ORDER BY coalesce(filter_3.value, 0) DESC NULLS LAST, filter_1.id LIMIT 10)"
    )


def test_an_order_without_nulls_does_not_speak_of_them() -> None:
    by: Json = {"by": column("name")}
    assert "ORDER BY filter_1.name DESC, filter_1.id LIMIT" in rendered(
        None, "products", top={"rows": 1, "order_by": [by]}
    )
    by = {"by": column("price")}
    assert "ORDER BY filter_1.price DESC NULLS LAST" in rendered(None, "products", top={"rows": 1, "order_by": [by]})


def test_without_a_primary_key_the_place_of_the_row_breaks_ties() -> None:
    top = {"rows": 10, "order_by": [{"by": column("seen_at"), "descending": False}]}
    assert rendered(None, "visits", top=top).endswith(
        "ORDER BY filter_1.seen_at ASC NULLS LAST, filter_1.tableoid, filter_1.ctid LIMIT 10)"
    )


def test_a_sample_by_percent_is_a_threshold_on_the_keys_hash() -> None:
    assert rendered(compare("vip", "=", True), sample={"percent": 50, "seed": 7}) == (
        "(c.vip = 'true'::boolean AND hashtextextended(c.id::text COLLATE pg_catalog.\"C\", 7) < 0)"
    )


def test_a_sample_of_everything_is_everything() -> None:
    assert rendered(None, sample={"percent": 100}) == "TRUE"


def test_a_sample_by_rows_is_ordered_by_the_keys_hash() -> None:
    assert rendered(None, "items", sample={"rows": 5}) == (
        "(c.tableoid, c.ctid) IN (SELECT filter_1.tableoid, filter_1.ctid FROM public.items AS filter_1"
        ' ORDER BY hashtextextended(ARRAY[filter_1.order_id::text, filter_1.line::text]::text COLLATE pg_catalog."C",'
        " 0), filter_1.order_id, filter_1.line LIMIT 5)"
    )


def test_a_row_without_a_key_is_sampled_by_all_its_values() -> None:
    assert 'ARRAY[extract(epoch FROM c.seen_at)::text, c.page::text]::text COLLATE pg_catalog."C"' in rendered(
        None, "visits", sample={"percent": 10}
    )


def test_no_condition_means_every_row() -> None:
    assert rendered(None) == "TRUE"


def test_a_table_of_classic_inheritance_is_read_alone() -> None:
    tables = tuple(replace(table, inherited=table.name == name("orders")) for table in SHOP.tables)
    assert "FROM ONLY public.orders AS filter_1" in rendered(exists(ORDERS), catalog=replace(SHOP, tables=tables))


def test_odd_names_are_quoted() -> None:
    odd = Table(name('Od"d; DROP'), (replace(SHOP.tables[0].columns[0], name="Ωmega x"),))
    catalog = replace(SHOP, tables=(odd,), foreign_keys=())
    condition = compare("Ωmega x", "=", "a")
    assert rendered(condition, 'Od"d; DROP', catalog) == "c.\"Ωmega x\" = 'a'::text"


def test_a_condition_alone_is_rendered_for_any_alias() -> None:
    condition = condition_of(resolve_plan(plan_of(compare("vip", "=", True)), SHOP))
    text_of_condition = sql_text(render_condition(condition, name("customers"), sql.Identifier("Row"), SHOP, NOW))
    assert text_of_condition == "\"Row\".vip = 'true'::boolean"


def test_rendering_twice_gives_the_same_sql() -> None:
    condition = any_of(exists(ORDERS), compare(aggregate("count", PRODUCTS), "<", 3))
    assert rendered(condition) == rendered(condition)
