"""How tables of many gigabytes are cut, from statistics alone: there is not one row. Needs PostgreSQL (the fixture
starts it)."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import pytest
from psycopg2 import sql
from psycopg2.extensions import connection

from datavalut.catalog.model import Catalog, Table, TableName
from datavalut.connections import ConnectionParameters
from datavalut.engine.copying import Copying, Subset
from datavalut.engine.cutting import CHUNK_SECONDS, copy_seconds
from datavalut.engine.work_items import Chunk, WorkItem, WorkKind
from datavalut.filters.model import FilterPlan
from datavalut.subset.plan import plan_subset
from datavalut.transfer.ledger import create_ledger
from tests.subset_cases import rows_with
from tests.subset_examples import NOW
from tests.transfer_examples import catalog_of, open_source, open_target

GIB = 1024**3
BYTES_OF_A_ROW = 128
SHOP = """
CREATE TABLE customers (id int PRIMARY KEY, country text);
CREATE TABLE orders (id int PRIMARY KEY, customer_id int REFERENCES customers);
CREATE TABLE letters (customer_id int REFERENCES customers);
CREATE TABLE visitors (id int PRIMARY KEY, country text);
CREATE TABLE visits (visitor_id int REFERENCES visitors);
CREATE TABLE events (id int);
"""
# Customers and visitors are chosen among others that letters and visits require.
PLAN = FilterPlan(
    roots=(rows_with("public.customers", "country", "Canada"), rows_with("public.visitors", "country", "Canada")),
    full=("public.letters", "public.visits"),
)


@dataclass(frozen=True)
class Huge(Copying):
    """`reads` is how often the source's planner would read a table whole to give all of its rows."""

    reads: int = 1

    def _explain(self, query: sql.Composable, table: Table) -> dict[str, Any]:
        scan = {"Node Type": "Seq Scan", "Schema": table.name.schema, "Relation Name": table.name.name}
        return {"Node Type": "Append", "Plan Rows": table.estimated_rows, "Plans": [scan] * self.reads}


def huge(catalog: Catalog, gib: int) -> Catalog:
    """Every table is of that size."""
    size = gib * GIB
    tables = (
        replace(table, data_bytes=size, pages=size // 8192, estimated_rows=size // BYTES_OF_A_ROW)
        for table in catalog.tables
    )
    return replace(catalog, tables=tuple(tables))


class Reading(NamedTuple):
    """`reads` is how often the copy of all rows would read the table, and `counts` how often their count."""

    kind: WorkKind
    table: str
    reads: int
    counts: int


ALL_ROWS = Reading(WorkKind.ROWS, "events", 1, 0)
KEYS_OF_CHOSEN_ROWS = Reading(WorkKind.KEYS, "customers", 1, 0)
CHOSEN_AND_REQUIRED_ROWS = Reading(WorkKind.ROWS, "customers", 3, 0)
THE_SAME_AND_THEIR_COUNT = Reading(WorkKind.ROWS, "visitors", 3, 1)


@pytest.mark.parametrize("gib", [50, 500])
@pytest.mark.parametrize("reading", [ALL_ROWS, KEYS_OF_CHOSEN_ROWS, CHOSEN_AND_REQUIRED_ROWS, THE_SAME_AND_THEIR_COUNT])
def test_whatever_reads_a_huge_table_is_cut_into_chunks_of_two_minutes(
    make_database: Callable[..., ConnectionParameters], gib: int, reading: Reading
) -> None:
    database = make_database(SHOP)
    name = TableName("public", reading.table)
    catalog = huge(catalog_of(database), gib)
    with closing(open_source(database)) as source, closing(open_target(database)) as target:
        create_ledger(target)
        chunks = chunks_of(source, target, catalog, WorkItem(1, reading.kind, name), reading.reads)
    size = catalog.table(name)
    assert [chunk.end_page for chunk in chunks[:-1]] == [chunk.first_page for chunk in chunks[1:]]
    assert (chunks[0].first_page, chunks[-1].end_page) == (0, None)
    seconds = copy_seconds(size, size.estimated_rows, reads=reading.reads + reading.counts) / len(chunks)
    assert CHUNK_SECONDS / 2 < seconds <= CHUNK_SECONDS


def chunks_of(
    source: connection, target: connection, catalog: Catalog, item: WorkItem, reads: int
) -> tuple[Chunk, ...]:
    subset = Subset.of(plan_subset(catalog, PLAN), NOW)
    copying = Huge(source, target, subset, lambda: None, lambda *_: None, lambda *_: None, lambda: None, reads)
    return copying.copy_or_cut(item)
