"""Needs nothing running. Which piece of work waits for which."""

from datavalut.catalog.model import Catalog, Column, ForeignKey, Table, TableKind, TableName, TypeCategory
from datavalut.engine.work_items import TableEntry, Work, WorkKind, plan_work
from datavalut.filters.model import FilterPlan, Root
from datavalut.subset.plan import plan_subset
from datavalut.transfer.archive import Piece

CUSTOMERS, ORDERS, LOGS = (TableName("public", name) for name in ("customers", "orders", "logs"))
ENTRIES = {number: TableEntry(name, name) for number, name in ((1, CUSTOMERS), (2, ORDERS), (3, LOGS))}


def table(name: TableName, kind: TableKind = TableKind.ORDINARY, size: int = 0) -> Table:
    columns = tuple(Column(column, "integer", TypeCategory.INTEGER, not_null=True) for column in ("id", "customer_id"))
    return Table(name, columns, kind, primary_key=("id",), data_bytes=size)


def catalog(orders: TableKind = TableKind.ORDINARY, size: int = 5) -> Catalog:
    key = ForeignKey("to_customer", ORDERS, ("customer_id",), CUSTOMERS, ("id",), indexed=True)
    return Catalog("shop", 170000, (table(CUSTOMERS), table(LOGS), table(ORDERS, orders, size)), (key,))


def piece(entry: int, kind: str, name: str, *needs: int, statements: bytes = b"SELECT 1;") -> Piece:
    return Piece(entry, kind, "public", name, needs, statements)


PRIMARY_KEYS = (
    piece(11, "CONSTRAINT", "customers customers_pkey", 1),
    piece(12, "CONSTRAINT", "orders orders_pkey", 2),
    piece(13, "INDEX", "orders_customer", 2),
)
FOREIGN_KEY = piece(20, "FK CONSTRAINT", "orders to_customer", 1, 2, 11, statements=b"ALTER TABLE x ADD y;")


def work_for(*pieces: Piece, orders: TableKind = TableKind.ORDINARY, size: int = 5) -> Work:
    """`size` is that of orders, in bytes."""
    plan = FilterPlan(roots=(Root(table="public.customers"),))
    return plan_work(plan_subset(catalog(orders, size), plan), pieces, ENTRIES)


def numbers(work: Work, kind: WorkKind) -> dict[TableName | None, int]:
    return {item.table: item.number for item in work.items if item.kind is kind}


def after(work: Work, kind: WorkKind, table: TableName | None = None) -> set[int]:
    (found,) = [set(item.after) for item in work.items if item.kind is kind and item.table == table]
    return found


def test_rows_wait_for_those_whose_keys_they_need_and_no_others() -> None:
    work = work_for()
    rows = numbers(work, WorkKind.ROWS)
    assert after(work, WorkKind.ROWS, CUSTOMERS) == after(work, WorkKind.ROWS, LOGS) == set()
    assert after(work, WorkKind.ROWS, ORDERS) == {rows[CUSTOMERS]}


def test_indexes_wait_for_their_own_tables_rows_only() -> None:
    work = work_for(*PRIMARY_KEYS)
    rows, indexes = numbers(work, WorkKind.ROWS), numbers(work, WorkKind.INDEXES)
    assert after(work, WorkKind.INDEXES, ORDERS) == {rows[ORDERS]}
    assert [made.name for made in work.pieces[indexes[ORDERS]]] == ["orders orders_pkey", "orders_customer"]


def test_a_big_table_is_counted_beside_what_others_wait_for() -> None:
    work = work_for(*PRIMARY_KEYS, FOREIGN_KEY, size=64 * 2**20)
    (count,), (end,) = numbers(work, WorkKind.COUNT).values(), numbers(work, WorkKind.END).values()
    assert after(work, WorkKind.COUNT, ORDERS) == {numbers(work, WorkKind.INDEXES)[ORDERS]}
    assert {item.number for item in work.items if count in item.after} == {end}
    assert numbers(work_for(*PRIMARY_KEYS, FOREIGN_KEY, size=64 * 2**20 - 1), WorkKind.COUNT) == {}


def test_foreign_keys_wait_for_all_indexes_and_validation_for_them() -> None:
    work = work_for(*PRIMARY_KEYS, FOREIGN_KEY)
    (foreign_keys,) = numbers(work, WorkKind.FOREIGN_KEYS).values()
    assert after(work, WorkKind.FOREIGN_KEYS) == set(numbers(work, WorkKind.INDEXES).values())
    assert after(work, WorkKind.VALIDATION, ORDERS) == {foreign_keys}
    assert work.pieces[foreign_keys] == (FOREIGN_KEY,)


def test_a_partitioned_tables_foreign_key_is_made_where_it_is_validated() -> None:
    work = work_for(*PRIMARY_KEYS, FOREIGN_KEY, orders=TableKind.PARTITIONED)
    (foreign_keys,) = numbers(work, WorkKind.FOREIGN_KEYS).values()
    assert foreign_keys not in work.pieces
    assert work.pieces[numbers(work, WorkKind.VALIDATION)[ORDERS]] == (FOREIGN_KEY,)


def test_a_foreign_key_that_was_never_validated_is_made_at_the_end_as_it_is() -> None:
    unsure = piece(20, "FK CONSTRAINT", "orders to_customer", 1, 2, statements=b"ALTER TABLE x ADD y NOT VALID;\n")
    work = work_for(unsure)
    assert numbers(work, WorkKind.VALIDATION) == {}
    assert work.pieces[numbers(work, WorkKind.END)[None]] == (unsure,)


def test_a_root_is_proven_when_foreign_keys_are_there_and_no_other_table_is() -> None:
    work = work_for(*PRIMARY_KEYS, FOREIGN_KEY)
    (foreign_keys,) = numbers(work, WorkKind.FOREIGN_KEYS).values()
    assert numbers(work, WorkKind.PROOF).keys() == {CUSTOMERS}
    assert after(work, WorkKind.PROOF, CUSTOMERS) == {foreign_keys}


def test_the_end_waits_for_everything_and_row_security_is_its_last() -> None:
    row_security, trigger = piece(30, "ROW SECURITY", "orders", 2), piece(31, "TRIGGER", "orders touched", 2)
    work = work_for(*PRIMARY_KEYS, FOREIGN_KEY, row_security, trigger)
    end = numbers(work, WorkKind.END)[None]
    assert work.pieces[end] == (trigger, row_security)
    waiting, pending = set[int](), [end]
    while pending:
        number = pending.pop()
        waiting.add(number)
        pending.extend(next(item.after for item in work.items if item.number == number))
    assert waiting == {item.number for item in work.items}


def test_a_partitions_index_belongs_to_its_table_and_so_does_what_attaches_it() -> None:
    part = TableEntry(TableName("public", "orders_1"), ORDERS)
    pieces = (
        piece(41, "INDEX", "orders_day", 2),
        piece(42, "INDEX", "orders_1_day", 4),
        piece(43, "INDEX ATTACH", "orders_1_day", 41, 42),
    )
    plan = plan_subset(catalog(TableKind.PARTITIONED), FilterPlan(roots=(Root(table="public.customers"),)))
    work = plan_work(plan, pieces, ENTRIES | {4: part})
    assert work.pieces[numbers(work, WorkKind.INDEXES)[ORDERS]] == pieces


def test_all_tables_whose_name_fits_a_foreign_key_are_looked_at_for_it() -> None:
    catalog_with_blank = Catalog(
        "shop",
        170000,
        (table(TableName("public", "my")), table(TableName("public", "my table"))),
    )
    tables = {1: TableEntry(TableName("public", "my"), TableName("public", "my"))}
    tables[2] = TableEntry(TableName("public", "my table"), TableName("public", "my table"))
    key = piece(9, "FK CONSTRAINT", "my table to_my", 1, 2)
    work = plan_work(plan_subset(catalog_with_blank, FilterPlan()), [key], tables)
    assert set(numbers(work, WorkKind.VALIDATION)) == {TableName("public", "my"), TableName("public", "my table")}


def test_an_index_that_needs_a_function_and_what_needs_that_index_come_at_the_end() -> None:
    index, attached = piece(51, "INDEX", "by_name", 2, 99), piece(52, "INDEX ATTACH", "by_name", 51, 2)
    plan = plan_subset(catalog(), FilterPlan(roots=(Root(table="public.customers"),)))
    work = plan_work(plan, (index, attached), ENTRIES, functions={99})
    assert work.pieces == {numbers(work, WorkKind.END)[None]: (index, attached)}


def test_items_wait_for_lower_numbers_only() -> None:
    work = work_for(*PRIMARY_KEYS, FOREIGN_KEY)
    assert [item.number for item in work.items] == list(range(1, len(work.items) + 1))
    assert all(number < item.number for item in work.items for number in item.after)
