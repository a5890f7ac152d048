"""Rows of a table or a chunk, from the source's snapshot into the target: once, whatever is run again."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg2 import sql
from psycopg2.extensions import connection

from datavalut.catalog.model import Table, TableKind, TableName
from datavalut.engine.cutting import copy_seconds, cut_by_pages, keys_per_chunk
from datavalut.engine.keys import TargetKeys, distinct_keys
from datavalut.engine.work_items import Chunk, WorkItem
from datavalut.filters.render import render_root
from datavalut.subset.known import copied_before
from datavalut.subset.model import SubsetPlan
from datavalut.subset.pages import PageRange
from datavalut.subset.sql import copy_query, required_rows_query
from datavalut.transfer.copy import CopiedRows, copy_chunk
from datavalut.transfer.ledger import TableMeasures, copied_rows, is_copied, record_measures
from datavalut.transfer.statements import reading_source, writing_target

# Counting a table is a scan of it: up to this many rows that costs next to nothing, above it the server's estimate
# has to do, and is called one.
MOST_ROWS_COUNTED = 50_000
# Below this, making a file anew costs more than writing into it frozen saves.
_LEAST_FROZEN_BYTES = 1024 * 1024
# Smaller tables are copied in one piece without asking the source's planner.
_LEAST_CUT_BYTES = 256 * 1024 * 1024


@dataclass(frozen=True)
class Subset:
    """What is to be copied. `copied_before` is as `subset.known` has it."""

    plan: SubsetPlan
    reference_time: datetime
    copied_before: Mapping[TableName, frozenset[TableName]]

    @classmethod
    def of(cls, plan: SubsetPlan, reference_time: datetime) -> "Subset":
        return cls(plan, reference_time, copied_before(plan))


@dataclass(frozen=True)
class Copying:
    """One worker's sessions, and whom it tells: `check` ends a copy by raising, `on_bytes` gets a table and the bytes
    sent since it was last called, `on_rows` the rows of a chunk that is there."""

    source: connection
    target: connection
    subset: Subset
    check: Callable[[], None]
    on_bytes: Callable[[TableName, int], None]
    on_rows: Callable[[TableName, int], None]

    def copy_or_cut(self, item: WorkItem) -> tuple[Chunk, ...]:
        """Copies the rows of the item, or gives the chunks that they are to be copied in."""
        table = self._table(item)
        keys = self._keys(table.name, item.chunk)
        query = self._query(table, keys, item.chunk)
        # Statistics change: what was copied whole by a worker that could not say so is not cut by the next one.
        if item.chunk is None and not is_copied(self.target, table.name):
            chunks = self._chunks(table, keys, query)
            if len(chunks) > 1:
                return chunks
        self._copy(table, query, item.chunk)
        if item.chunk is None:
            self.measure(item)
        return ()

    def measure(self, item: WorkItem) -> None:
        """What the report says of a table whose rows are all there."""
        table = self._table(item)
        decided = self.subset.plan.table(table.name)
        copied = copied_rows(self.target, table.name)
        required = 0
        if decided.may_hold_required_rows:
            query = required_rows_query(self.subset.plan, table.name, self.subset.reference_time, render_root)
            required = self._count(query, table)
        if decided.whole:
            in_source, estimated = copied, False
        elif table.estimated_rows > MOST_ROWS_COUNTED:
            in_source, estimated = table.estimated_rows, True
        else:
            only = sql.SQL("ONLY ") if table.inherited else sql.SQL("")
            name = sql.Identifier(table.name.schema, table.name.name)
            in_source = self._count(sql.SQL("SELECT count(*) FROM {}{}").format(only, name), table)
            estimated = False
        record_measures(self.target, table.name, TableMeasures(required, in_source, estimated))

    def _table(self, item: WorkItem) -> Table:
        assert item.table is not None  # noqa: S101 - an item of this kind has one
        return self.subset.plan.catalog.table(item.table)

    def _keys(self, name: TableName, chunk: Chunk | None) -> TargetKeys:
        return TargetKeys(self.target, self.subset.plan, self.subset.copied_before[name], chunk)

    def _query(self, table: Table, keys: TargetKeys, chunk: Chunk | None) -> sql.Composable:
        return copy_query(
            self.subset.plan,
            table.name,
            self.subset.reference_time,
            render_root,
            known_sets=keys,
            pages=PageRange(chunk.first_page, chunk.end_page) if chunk else PageRange(),
        )

    def _copy(self, table: Table, query: sql.Composable, chunk: Chunk | None) -> CopiedRows:
        told = 0

        def on_bytes(sent: int) -> None:
            nonlocal told
            self.on_bytes(table.name, sent - told)
            told = sent

        copied = copy_chunk(
            self.source,
            query,
            self.target,
            table.name,
            table.stored_columns,
            chunk=chunk.number if chunk else 0,
            frozen=chunk is None and _can_be_frozen(table),
            check=self.check,
            on_bytes=on_bytes,
        )
        self.on_rows(table.name, copied.rows)
        return copied

    # Cutting

    def _chunks(self, table: Table, keys: TargetKeys, query: sql.Composable) -> tuple[Chunk, ...]:
        if table.data_bytes < _LEAST_CUT_BYTES:
            return ()
        ((keyed, columns),) = keys.too_many if len(keys.too_many) == 1 else ((None, ()),)
        if keyed is not None and self._is_found_by(table, keyed):
            return self._chunks_by_keys(table, keyed, columns)
        explained = self._explain(query, table)
        rows_expected, reads_whole = int(explained["Plan Rows"]), _reads_whole(explained, table.name)
        if copy_seconds(table, rows_expected, reads_whole=reads_whole) == 0:
            return ()
        ranges = cut_by_pages(table, rows_expected, self.subset.plan.catalog.server_version, reads_whole=reads_whole)
        return tuple(Chunk(number, pages.first, pages.end) for number, pages in enumerate(ranges))

    def _is_found_by(self, table: Table, keyed: TableName) -> bool:
        """Whether each row is found by one key of the table `keyed`, and by an index: then ranges of the keys make
        ranges of the rows."""
        plan = self.subset.plan
        decided = plan.table(table.name)
        if plan.referencing_cycles[table.name] or plan.filtering_cycles[table.name]:
            return False  # a row of a circle may be reached from any key
        if decided.chooses_rows:
            only_link = decided.links == decided.filters and len(decided.links) == 1 and not decided.referenced_in
            return only_link and decided.links[0].indexed and decided.links[0].parent == keyed
        references = [
            key for key in plan.catalog.references_to(table.name) if plan.table(key.child).brings_in_along(key)
        ]
        return len(references) == 1 and references[0].child == keyed

    def _chunks_by_keys(self, table: Table, keyed: TableName, columns: tuple[str, ...]) -> tuple[Chunk, ...]:
        names = [sql.Identifier(column) for column in columns]
        query = sql.SQL(
            "SELECT {texts} FROM (SELECT key.*, row_number() OVER (ORDER BY {names}) AS place FROM ({keys}) AS key"
            " WHERE {none_null}) AS placed WHERE place > 1 AND (place - 1) % {size} = 0 ORDER BY place"
        ).format(
            texts=sql.SQL(", ").join(sql.SQL("{}::text").format(name) for name in names),
            names=sql.SQL(", ").join(names),
            none_null=sql.SQL(" AND ").join(sql.SQL("{} IS NOT NULL").format(name) for name in names),
            keys=distinct_keys(self.subset.plan, keyed, columns),
            size=sql.Literal(keys_per_chunk(table, self.subset.plan.catalog.table(keyed))),
        )
        with writing_target(), self.target.cursor() as cursor:
            cursor.execute(query)
            bounds = cursor.fetchall()
        return tuple(
            Chunk(number, first_key=first, end_key=end)
            for number, (first, end) in enumerate(zip([None, *bounds], [*bounds, None], strict=True))
        )

    def _explain(self, query: sql.Composable, table: Table) -> dict[str, Any]:
        with reading_source(str(table.name)), self.source.cursor() as cursor:
            cursor.execute(sql.SQL("EXPLAIN (FORMAT JSON, VERBOSE) {}").format(query))
            ((explained,),) = cursor.fetchall()
        plans = json.loads(explained) if isinstance(explained, str) else explained
        plan: dict[str, Any] = plans[0]["Plan"]
        return plan

    def _count(self, query: sql.Composable, table: Table) -> int:
        with reading_source(str(table.name)), self.source.cursor() as cursor:
            cursor.execute(query)
            ((count,),) = cursor.fetchall()
        return int(count)


def _can_be_frozen(table: Table) -> bool:
    """A partitioned table's rows go into partitions, where PostgreSQL does not freeze them."""
    return table.kind is TableKind.ORDINARY and table.data_bytes >= _LEAST_FROZEN_BYTES


def _reads_whole(plan: Mapping[str, Any], name: TableName) -> bool:
    scans = plan["Node Type"] in ("Seq Scan", "Parallel Seq Scan") and plan.get("Relation Name") == name.name
    return scans or any(_reads_whole(child, name) for child in plan.get("Plans", ()))
