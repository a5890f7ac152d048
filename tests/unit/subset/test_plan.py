"""Which rule each table gets, and why. Needs: nothing."""

import pytest

from datavalut.catalog.model import Catalog, Column, ForeignKey, Table, TableName, TypeCategory
from datavalut.filters.model import FilterPlan, Root, Scope
from datavalut.subset.errors import ContradictoryPlan, UnknownTable
from datavalut.subset.model import Rule, SubsetPlan
from datavalut.subset.plan import plan_subset


def _name(name: str) -> TableName:
    return TableName("public", name)


def catalog_of(*references: str, alone: tuple[str, ...] = ()) -> Catalog:
    """Tables with a key `id`, from references such as "orders.customer_id > customers"."""
    keys = []
    for reference in references:
        child, parent = reference.split(" > ")
        table, column = child.split(".")
        keys.append(ForeignKey(f"{table}_{column}", _name(table), (column,), _name(parent), ("id",)))
    names = dict.fromkeys([name for key in keys for name in (key.child, key.parent)] + [_name(name) for name in alone])
    tables = [
        Table(
            name,
            (
                Column("id", "integer", TypeCategory.INTEGER, not_null=True),
                *(Column(key.columns[0], "integer", TypeCategory.INTEGER) for key in keys if key.child == name),
            ),
            primary_key=("id",),
        )
        for name in names
    ]
    return Catalog("shop", 170010, tuple(tables), tuple(keys))


SHOP = catalog_of(
    "orders.customer_id > customers",
    "orders.referred_by > customers",
    "items.order_id > orders",
    "items.product_id > products",
    "products.category_id > categories",
    "categories.parent_id > categories",
    "product_tags.product_id > products",
    "product_tags.tag_id > tags",
    "synonyms.tag_id > tags",
    alone=("country_codes",),
)


def plan_of(
    *roots: str, exclude: tuple[str, ...] = (), full: tuple[str, ...] = (), scope: Scope | None = None
) -> FilterPlan:
    return FilterPlan(
        roots=tuple(Root(table=f"public.{root}") for root in roots),
        exclude=tuple(f"public.{name}" for name in exclude),
        full=tuple(f"public.{name}" for name in full),
        scope=scope,
    )


def rules(subset: SubsetPlan) -> dict[str, Rule]:
    return {table.name.name: table.rule for table in subset.tables}


def parents(keys: tuple[ForeignKey, ...]) -> list[tuple[str, str]]:
    return [(key.columns[0], key.parent.name) for key in keys]


def test_every_table_of_a_shop_has_its_rule() -> None:
    assert rules(plan_subset(SHOP, plan_of("customers"))) == {
        "customers": Rule.ROOT,
        "orders": Rule.DESCENDANT,
        "items": Rule.DESCENDANT,
        "products": Rule.ANCESTOR,
        "categories": Rule.ANCESTOR,
        "product_tags": Rule.SIBLING,
        "tags": Rule.ANCESTOR,
        "synonyms": Rule.SIBLING,
        "country_codes": Rule.REST,
    }


def test_siblings_are_numbered_by_the_round_that_reaches_them() -> None:
    subset = plan_subset(SHOP, plan_of("customers"))
    assert {table.name.name: table.round for table in subset.tables if table.rule is Rule.SIBLING} == {
        "product_tags": 1,
        "synonyms": 2,
    }
    assert subset.last_round == 2


def test_a_descendants_keys_to_roots_and_descendants_link_and_filter_and_the_others_bring_in() -> None:
    items = plan_subset(SHOP, plan_of("customers")).table(_name("items"))
    assert parents(items.links) == parents(items.filters) == [("order_id", "orders")]
    assert parents(items.brings_in) == [("product_id", "products")]


def test_a_roots_reference_to_itself_filters_nothing_and_brings_in() -> None:
    categories = plan_subset(SHOP, plan_of("categories")).table(_name("categories"))
    assert categories.filters == ()
    assert parents(categories.brings_in) == [("parent_id", "categories")]
    assert categories.may_hold_required_rows


def test_a_root_is_filtered_by_another_root_it_references_through_others() -> None:
    items = plan_subset(SHOP, plan_of("customers", "items")).table(_name("items"))
    assert items.rule is Rule.ROOT
    assert parents(items.filters) == [("order_id", "orders")]


def test_minimal_stops_after_the_ancestors() -> None:
    found = rules(plan_subset(SHOP, plan_of("customers", scope=Scope.MINIMAL)))
    assert {name for name, rule in found.items() if rule is Rule.EMPTY} == {
        "product_tags",
        "tags",
        "synonyms",
        "country_codes",
    }


def test_wide_keeps_all_but_roots_and_descendants_whole() -> None:
    subset = plan_subset(SHOP, plan_of("customers", exclude=("tags",), scope=Scope.WIDE))
    found = rules(subset)
    assert {name for name, rule in found.items() if rule is Rule.REST} == {
        "products",
        "categories",
        "product_tags",
        "synonyms",
        "country_codes",
    }
    assert subset.table(_name("tags")).is_referenced(0)


def test_an_excluded_table_neither_links_nor_filters() -> None:
    subset = plan_subset(SHOP, plan_of("customers", exclude=("orders",)))
    # Nothing else connects them to the root.
    assert {name for name, rule in rules(subset).items() if rule is Rule.EMPTY} == {
        "items",
        "products",
        "categories",
        "product_tags",
        "tags",
        "synonyms",
    }


def test_a_full_table_links_and_is_never_filtered() -> None:
    subset = plan_subset(SHOP, plan_of("customers", full=("orders",)))
    items = subset.table(_name("items"))
    assert items.rule is Rule.DESCENDANT
    assert parents(items.links) == [("order_id", "orders")]
    assert items.filters == ()
    assert parents(subset.table(_name("orders")).brings_in) == [
        ("customer_id", "customers"),
        ("referred_by", "customers"),
    ]


def test_a_circle_between_two_descendants_is_found_and_one_through_the_only_root_is_none() -> None:
    catalog = catalog_of(
        "threads.account_id > accounts",
        "threads.last_message_id > messages",
        "messages.thread_id > threads",
        "accounts.favorite_id > threads",
    )
    below = plan_subset(catalog, plan_of("accounts"))
    assert below.filtering_cycles[_name("threads")] == (_name("threads"), _name("messages"))
    assert below.filtering_cycles[_name("accounts")] == ()
    root = plan_subset(catalog, plan_of("threads"))
    assert root.filtering_cycles[_name("threads")] == ()


def test_a_name_that_the_catalog_does_not_hold_is_refused() -> None:
    with pytest.raises(UnknownTable) as caught:
        plan_subset(SHOP, plan_of("suppliers"))
    assert caught.value.table == "public.suppliers"
    with pytest.raises(UnknownTable):
        plan_subset(SHOP, plan_of("customers")).table(_name("suppliers"))


@pytest.mark.parametrize(
    ("plan", "statements"),
    [
        (plan_of("orders", exclude=("orders",)), ("root", "exclude")),
        (plan_of("customers", exclude=("orders",), full=("orders",)), ("exclude", "full")),
        (plan_of("orders", "orders"), ("root", "root")),
    ],
)
def test_a_plan_that_says_two_things_of_a_table_is_refused(plan: FilterPlan, statements: tuple[str, ...]) -> None:
    with pytest.raises(ContradictoryPlan) as caught:
        plan_subset(SHOP, plan)
    assert (caught.value.table, caught.value.statements) == (_name("orders"), statements)


def test_every_table_has_its_reason() -> None:
    subset = plan_subset(SHOP, plan_of("customers", "items", exclude=("tags",)))
    assert {table.name.name: table.reason for table in subset.tables} == {
        "customers": "the rows that the filter describes",
        "orders": "rows that reference a kept row of customers, and none that is left out",
        "items": "the rows that the filter describes, less those that reference a row of orders that is left out",
        "products": "only rows that kept rows reference",
        "categories": "only rows that kept rows reference",
        "product_tags": "rows that reference a kept row of products",
        "tags": "no rows but those that kept rows reference",
        "synonyms": "rows that reference a kept row of tags",
        "country_codes": "all rows, as no foreign key connects it to a root",
    }


def test_reasons_name_the_schema_where_the_name_is_not_enough() -> None:
    keys = (
        ForeignKey("one", TableName("b", "items"), ("id",), TableName("a", "items"), ("id",)),
        ForeignKey("two", TableName("b", "items"), ("id",), TableName("b", "items"), ("id",)),
    )
    columns = (Column("id", "integer", TypeCategory.INTEGER),)
    catalog = Catalog("shop", 170010, tuple(Table(TableName(schema, "items"), columns) for schema in ("a", "b")), keys)
    subset = plan_subset(catalog, FilterPlan(roots=(Root(table="a.items"),)))
    assert subset.table(TableName("b", "items")).reason == (
        "rows that reference a kept row of a.items, directly or through other rows of the same table, "
        "and none that is left out"
    )
