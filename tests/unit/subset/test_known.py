"""Needs nothing running. What is copied before what, so that keys are known."""

from datavalut.catalog.model import Catalog, Column, ForeignKey, Table, TableName, TypeCategory
from datavalut.filters.model import FilterPlan, Root
from datavalut.subset.known import Holding, chosen_key_columns, copied_before, holding_of
from datavalut.subset.model import SubsetPlan
from datavalut.subset.plan import plan_subset
from datavalut.subset.row_sets import Chosen, Referenced


def name(table: str) -> TableName:
    return TableName("public", table)


def subset(references: str, root: str, type_name: str = "integer") -> SubsetPlan:
    """`references` are "child>parent" with blanks between; each key references the column `id`."""
    pairs = [reference.split(">") for reference in references.split()]
    category = TypeCategory.INTEGER if type_name == "integer" else TypeCategory.OTHER
    columns = (
        Column("id", type_name, category, not_null=True),
        *(Column(f"to_{parent}", type_name, category) for _, parent in pairs),
    )
    tables = dict.fromkeys(table for pair in pairs for table in pair)
    keys = [
        ForeignKey(f"{child}_{parent}", name(child), (f"to_{parent}",), name(parent), ("id",))
        for child, parent in pairs
    ]
    catalog = Catalog("example", 170000, tuple(Table(name(table), columns) for table in tables), tuple(keys))
    return plan_subset(catalog, FilterPlan(roots=(Root(table=f"public.{root}"),)))


def before(plan: SubsetPlan, table: str, *, chosen_keys: bool = False) -> set[Holding]:
    return set(copied_before(plan)[Holding(name(table), chosen_keys)])


def test_a_descendant_waits_for_its_parents_and_an_ancestor_for_its_children() -> None:
    plan = subset("orders>customers items>orders items>products", root="customers")
    assert before(plan, "customers") == set()
    assert before(plan, "orders") == {Holding(name("customers"))}
    assert before(plan, "items") == {Holding(name("orders"))}
    assert before(plan, "products") == {Holding(name("items"))}


def test_children_of_a_root_that_gets_required_rows_wait_for_the_keys_of_those_that_match() -> None:
    plan = subset("employees>employees salaries>employees", root="employees")
    keys = Holding(name("employees"), chosen_keys=True)
    assert chosen_key_columns(plan, plan.table(name("employees"))) == ("id",)
    assert before(plan, "salaries") == {keys}
    assert before(plan, "employees", chosen_keys=True) == set()
    assert before(plan, "employees") == {keys}
    assert holding_of(plan, Chosen(name("employees"))) == keys


def test_tables_whose_rows_bring_in_each_others_do_not_wait_for_each_other() -> None:
    plan = subset("employees>departments departments>employees badges>employees", root="departments")
    rows_of_both = {Holding(name("employees")), Holding(name("departments"))}
    for table in ("employees", "departments"):
        assert not before(plan, table) & rows_of_both
    assert before(plan, "badges") == {Holding(name("employees"), chosen_keys=True)}
    assert before(plan, "employees", chosen_keys=True) == {Holding(name("departments"), chosen_keys=True)}


def test_keys_that_arrays_cannot_carry_are_not_kept() -> None:
    plan = subset("employees>employees salaries>employees", root="employees", type_name="int4range")
    assert chosen_key_columns(plan, plan.table(name("employees"))) == ()
    assert holding_of(plan, Chosen(name("employees"))) is None
    assert before(plan, "salaries") == set()


def test_a_set_of_an_earlier_round_is_not_what_the_target_holds_in_the_end() -> None:
    plan = subset("items>products tags>products", root="items")
    assert holding_of(plan, Referenced(name("products"), 0)) == Holding(name("products"))
    assert holding_of(plan, Referenced(name("products"), 1)) is None


def test_no_waiting_is_in_a_circle() -> None:
    plan = subset("a>b b>c c>a d>a d>b e>d a>e f>e", root="a")
    waiting = copied_before(plan)
    done: set[Holding] = set()
    while len(done) < len(waiting):
        ready = {holding for holding, needed in waiting.items() if holding not in done and needed <= done}
        assert ready
        done |= ready
