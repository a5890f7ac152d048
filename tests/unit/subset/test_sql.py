"""What the queries say, spelled out. Needs: nothing."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from psycopg2 import sql

from datavalut.catalog.model import Catalog, Column, ForeignKey, Partition, Table, TableKind, TableName, TypeCategory
from datavalut.filters.model import FilterPlan, Root
from datavalut.subset.pages import PageRange
from datavalut.subset.plan import plan_subset
from datavalut.subset.sql import chosen_rows_query, copy_query, count_query

NOW = datetime(2025, 7, 20, 10, 30, tzinfo=UTC)


def _name(name: str) -> TableName:
    return TableName("shop", name)


def _table(name: str, *columns: str, kind: TableKind = TableKind.ORDINARY, inherited: bool = False) -> Table:
    """Columns that end in ! are never null."""
    return Table(
        _name(name),
        tuple(
            Column(column.rstrip("!"), "integer", TypeCategory.INTEGER, not_null=column.endswith("!"))
            for column in columns
        ),
        kind,
        (columns[0].rstrip("!"),),
        inherited=inherited,
    )


def _key(child: str, column: str, parent: str, *, indexed: bool = False) -> ForeignKey:
    return ForeignKey(f"{child}_{column}", _name(child), (column,), _name(parent), ("id",), indexed=indexed)


CATALOG = Catalog(
    "shop",
    170010,
    (
        _table("customers", "id!", "boss_id"),
        _table("orders", "id!", "customer_id!", "referred_by"),
        _table("items", "id!", "order_id!", "product_id"),
        _table("products", "id!", inherited=True),
        _table("codes", "id!"),
    ),
    (
        _key("customers", "boss_id", "customers"),
        _key("orders", "customer_id", "customers"),
        _key("orders", "referred_by", "customers"),
        _key("items", "order_id", "orders"),
        _key("items", "product_id", "products"),
    ),
)


def _predicate(root: Root, alias: sql.Composable, catalog: Catalog, reference_time: datetime) -> sql.Composable:
    """Stands in for the filter's own SQL, which tests/unit/filters spells out."""
    assert reference_time == NOW
    return sql.SQL("{}.id < 10").format(alias)


SUBSET = plan_subset(CATALOG, FilterPlan(roots=(Root(table="shop.customers"),)))


def text(query: sql.Composable) -> str:
    """The query without quotes and line ends. Writing it needs no server, as no literal in it is a text."""
    parts = query.seq if isinstance(query, sql.Composed) else [query]
    words = "".join(_piece(part) for part in parts)
    return " ".join(words.replace('"', "").split())


def _piece(part: sql.Composable) -> str:
    if isinstance(part, sql.Composed):
        return "".join(_piece(inner) for inner in part.seq)
    if isinstance(part, sql.Identifier):
        return ".".join(part.strings)
    return str(part.string if isinstance(part, sql.SQL) else part.wrapped)  # type: ignore[attr-defined]


def copied(table: str) -> str:
    return text(copy_query(SUBSET, _name(table), NOW, _predicate))


def test_a_table_that_is_kept_whole_is_simply_read() -> None:
    assert copied("codes") == "SELECT subset_row.id FROM shop.codes AS subset_row"


def test_a_reference_that_is_never_null_is_a_semi_join_and_one_that_may_be_null_an_outer_join() -> None:
    assert copied("orders") == (
        "WITH RECURSIVE chosen_customers AS ( "
        "SELECT subset_row.id FROM shop.customers AS subset_row WHERE (subset_row.id < 10) ) "
        "SELECT subset_row.id, subset_row.customer_id, subset_row.referred_by FROM shop.orders AS subset_row "
        "LEFT JOIN chosen_customers AS parent_1 ON subset_row.referred_by = parent_1.id "
        "WHERE (subset_row.customer_id) IN (SELECT parent.id FROM chosen_customers AS parent) "
        "AND (subset_row.referred_by IS NULL OR parent_1.id IS NOT NULL)"
    )


def test_sets_carry_only_the_columns_that_others_need() -> None:
    assert copied("products") == (
        "WITH RECURSIVE chosen_customers AS ( "
        "SELECT subset_row.id FROM shop.customers AS subset_row WHERE (subset_row.id < 10) ), "
        "chosen_orders AS ( SELECT subset_row.id FROM shop.orders AS subset_row "
        "LEFT JOIN chosen_customers AS parent_1 ON subset_row.referred_by = parent_1.id "
        "WHERE (subset_row.customer_id) IN (SELECT parent.id FROM chosen_customers AS parent) "
        "AND (subset_row.referred_by IS NULL OR parent_1.id IS NOT NULL) ), "
        "chosen_items AS ( SELECT subset_row.product_id FROM shop.items AS subset_row "
        "WHERE (subset_row.order_id) IN (SELECT parent.id FROM chosen_orders AS parent) ) "
        "SELECT subset_row.id FROM ONLY shop.products AS subset_row "
        "WHERE (subset_row.id) IN ( SELECT child.product_id FROM chosen_items AS child )"
    )


def test_rows_of_a_root_that_reference_each_other_are_walked_up_by_look_ups() -> None:
    assert copied("customers") == (
        "WITH RECURSIVE chosen_customers AS ( SELECT subset_row.tableoid, subset_row.ctid, subset_row.boss_id "
        "FROM shop.customers AS subset_row WHERE (subset_row.id < 10) ), "
        "referenced_rows_customers (table_number, tableoid, ctid) AS ( "
        "(SELECT 0, subset_row.tableoid, subset_row.ctid FROM shop.customers AS subset_row "
        "WHERE (subset_row.id) IN ( SELECT child.boss_id FROM chosen_customers AS child )) "
        "UNION SELECT step.* FROM referenced_rows_customers AS reached CROSS JOIN LATERAL ( "
        "SELECT 0, parent.tableoid, parent.ctid "
        "FROM shop.customers AS child JOIN shop.customers AS parent ON child.boss_id = parent.id "
        "WHERE reached.table_number = 0 AND child.tableoid = reached.tableoid AND child.ctid = reached.ctid "
        "OFFSET 0 ) AS step ) "
        "SELECT subset_row.id, subset_row.boss_id FROM shop.customers AS subset_row "
        "WHERE (subset_row.tableoid, subset_row.ctid) IN ("
        "SELECT kept.tableoid, kept.ctid FROM chosen_customers AS kept UNION ALL "
        "SELECT kept.tableoid, kept.ctid FROM referenced_rows_customers AS kept WHERE kept.table_number = 0)"
    )


@pytest.mark.parametrize(("steps", "kept_apart"), [(15, []), (17, [0, 8, 16]), (24, [0, 8, 16])])
def test_of_many_sets_every_eighth_is_kept_from_being_merged_into_one_join(steps: int, kept_apart: list[int]) -> None:
    names = [f"t{number}" for number in range(steps + 1)]
    keys = tuple(_key(child, "above", parent) for parent, child in pairwise(names))
    catalog = Catalog("chain", 170010, tuple(_table(name, "id!", "above") for name in names), keys)
    plan = plan_subset(catalog, FilterPlan(roots=(Root(table="shop.t0"),)))
    query = text(copy_query(plan, _name(names[-1]), NOW, _predicate))
    assert re.findall(r"chosen_t(\d+) AS MATERIALIZED", query) == [str(number) for number in kept_apart]


def test_a_count_is_of_the_very_query_that_copies() -> None:
    counted = text(count_query(SUBSET, _name("codes"), NOW, _predicate))
    assert counted == f"SELECT count(*) FROM ( {copied('codes')} ) AS kept_rows"


def test_all_that_is_asked_of_a_table_itself_is_asked_of_the_pages_alone() -> None:
    """Or each chunk of it would read all of it, and once more to count what its rule chooses."""
    pages = PageRange(10, 20)
    lies = "subset_row.ctid >= (10,0)::pg_catalog.tid AND subset_row.ctid < (20,0)::pg_catalog.tid"
    without_boss = replace(CATALOG, foreign_keys=CATALOG.foreign_keys[1:])
    plan = FilterPlan(roots=(Root(table="shop.customers"),), full=("shop.orders",))
    facts = (plan_subset(without_boss, plan), _name("customers"), NOW, _predicate)
    assert text(copy_query(*facts, pages=pages)) == (
        "WITH RECURSIVE referenced_customers AS ( SELECT subset_row.tableoid, subset_row.ctid "
        f"FROM shop.customers AS subset_row WHERE {lies} AND (subset_row.id) IN ("
        " SELECT DISTINCT child.customer_id FROM shop.orders AS child UNION ALL"
        " SELECT DISTINCT child.referred_by FROM shop.orders AS child ) ), "
        "chosen_customers AS ( SELECT subset_row.tableoid, subset_row.ctid "
        f"FROM shop.customers AS subset_row WHERE {lies} AND (subset_row.id < 10) ) "
        f"SELECT subset_row.id, subset_row.boss_id FROM shop.customers AS subset_row WHERE {lies} "
        "AND (subset_row.tableoid, subset_row.ctid) IN (SELECT kept.tableoid, kept.ctid FROM chosen_customers AS kept "
        "UNION ALL SELECT kept.tableoid, kept.ctid FROM referenced_customers AS kept)"
    )
    assert text(chosen_rows_query(*facts, pages=pages)) == (
        "SELECT count(*) FROM ( SELECT FROM shop.customers AS subset_row "
        f"WHERE {lies} AND (subset_row.id < 10) ) AS chosen_rows"
    )


def copied_orders(*keys: ForeignKey) -> str:
    """The orders' query, were these their foreign keys."""
    others = [key for key in CATALOG.foreign_keys if key.child != _name("orders")]
    catalog = replace(CATALOG, foreign_keys=(*keys, *others))
    subset = plan_subset(catalog, FilterPlan(roots=(Root(table="shop.customers"),)))
    return text(copy_query(subset, _name("orders"), NOW, lambda root, alias, *_: sql.SQL("{}.id < 10").format(alias)))


TO_CUSTOMER = _key("orders", "customer_id", "customers")
CHOSEN_CUSTOMERS = (
    "WITH RECURSIVE chosen_customers AS ( "
    "SELECT subset_row.{} FROM shop.customers AS subset_row WHERE (subset_row.id < 10) ) "
    "SELECT subset_row.id, subset_row.customer_id, subset_row.referred_by FROM shop.orders AS subset_row "
)


def test_a_reference_that_may_lead_nowhere_is_looked_up_in_its_parents_table() -> None:
    leads = "EXISTS (SELECT FROM shop.customers AS parent WHERE subset_row.customer_id = parent.id)"
    assert copied_orders(
        replace(TO_CUSTOMER, validated=False), _key("orders", "referred_by", "customers")
    ) == CHOSEN_CUSTOMERS.format("id") + (
        "LEFT JOIN chosen_customers AS parent_1 ON subset_row.customer_id = parent_1.id "
        "LEFT JOIN chosen_customers AS parent_2 ON subset_row.referred_by = parent_2.id "
        f"WHERE (NOT {leads} OR parent_1.id IS NOT NULL) "
        "AND (subset_row.referred_by IS NULL OR parent_2.id IS NOT NULL) "
        f"AND ({leads} OR subset_row.referred_by IS NOT NULL)"
    )


def test_a_reference_that_may_lead_nowhere_is_a_semi_join_where_it_is_the_only_one() -> None:
    assert copied_orders(replace(TO_CUSTOMER, validated=False)) == copied_orders(TO_CUSTOMER)


def test_a_reference_to_a_partition_is_one_to_its_rows_alone() -> None:
    partitions = tuple(Partition(TableName("shop", f"customers_{oid}"), oid) for oid in (7, 8))
    assert copied_orders(replace(TO_CUSTOMER, parent_partitions=partitions)) == (
        CHOSEN_CUSTOMERS.format("id, subset_row.tableoid")
        + "WHERE (subset_row.customer_id) IN (SELECT parent.id FROM chosen_customers AS parent "
        "WHERE parent.tableoid = ANY ({7,8}::pg_catalog.oid[]))"
    )


def test_values_are_compared_by_the_keys_own_operators() -> None:
    assert copied_orders(replace(TO_CUSTOMER, operators=(("ext", "="),))) == (
        CHOSEN_CUSTOMERS.format("id") + "WHERE EXISTS (SELECT FROM chosen_customers AS parent "
        "WHERE parent.id OPERATOR(ext.=) subset_row.customer_id)"
    )
