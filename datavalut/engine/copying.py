"""Rows or keys of a table or a chunk, from the source's snapshot into the target: once, whatever is run again."""

import json
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg2 import sql
from psycopg2.extensions import connection

from datavalut.catalog.model import Column, ForeignKey, Table, TableKind, TableName
from datavalut.engine.cutting import MOST_KEY_BYTES, cut_by_pages, is_too_large_to_be_read, keys_per_chunk
from datavalut.engine.keys import TargetKeys, bytes_of_key, distinct_keys, preferring_sorting, relation_of
from datavalut.engine.work_items import Chunk, WorkItem
from datavalut.filters.render import render_root
from datavalut.subset.known import Holding, chosen_key_columns, copied_before
from datavalut.subset.model import Rule, SubsetPlan
from datavalut.subset.pages import EVERY_PAGE, PageRange
from datavalut.subset.sql import chosen_keys_query, chosen_rows_query, copy_query
from datavalut.transfer.copy import copy_chunk
from datavalut.transfer.counting import count_by_query, count_in_source
from datavalut.transfer.errors import TableTooLarge
from datavalut.transfer.ledger import TableMeasures, copied_chunks, record_measures
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
    copied_before: Mapping[Holding, frozenset[Holding]]

    @classmethod
    def of(cls, plan: SubsetPlan, reference_time: datetime) -> "Subset":
        return cls(plan, reference_time, copied_before(plan))


@dataclass(frozen=True)
class Copying:
    """One worker's sessions, and whom it tells: `check` ends a copy by raising, `on_bytes` gets a table and the bytes
    sent since it was last called, `on_rows` the rows of a chunk that is there. `make_sure` raises unless what was read
    until then is of the snapshot's moment."""

    source: connection
    target: connection
    subset: Subset
    check: Callable[[], None]
    on_bytes: Callable[[TableName, int], None]
    on_rows: Callable[[TableName, int], None]
    make_sure: Callable[[], None]

    def copy_or_cut(self, item: WorkItem) -> tuple[Chunk, ...]:
        """Copies the rows of the item, or the keys of those that a table's rule chooses; or gives the chunks that they
        are to be copied in."""
        holding = item.holding
        keys = self._keys(holding, item.chunk)
        query = self._query(holding, keys, item.chunk)
        if item.chunk is None:
            if holding.chosen_keys:
                self._create_table_of_keys(holding)
            chunks = self._chunks(holding, keys, query)
            if len(chunks) > 1:
                return chunks
        chosen_rows = self._count_chosen(holding, keys, item.chunk) if self._counts_chosen(holding) else 0
        has_condition = self.subset.plan.table(holding.table).root is not None
        # Where nothing but keys in order is made distinct, these need hardly be sorted.
        in_order = preferring_sorting(self.source, wanted=keys.are_sorted and not has_condition)
        with reading_source(), in_order:
            self._copy(holding, query, item.chunk, chosen_rows)
        return ()

    def measure(self, item: WorkItem) -> None:
        """What the report says of a table whose rows are all there."""
        table = self._table(item.holding)
        decided = self.subset.plan.table(table.name)
        copied = copied_chunks(self.target, table.name)
        required = 0
        if decided.rule is Rule.EXCLUDED:
            required = copied.rows
        elif self._counts_chosen(item.holding):
            required = copied.rows - copied.chosen_rows
        elif decided.may_hold_required_rows:
            chosen = Holding(table.name, chosen_keys=True)
            required = copied.rows - copied_chunks(self.target, relation_of(self.subset.plan, chosen)).rows
        if decided.whole:
            in_source, estimated = copied.rows, False
        elif table.estimated_rows > MOST_ROWS_COUNTED:
            in_source, estimated = table.estimated_rows, True
        else:
            in_source, estimated = count_in_source(self.source, table), False
        self.make_sure()
        record_measures(self.target, table.name, TableMeasures(required, in_source, estimated))

    def _counts_chosen(self, holding: Holding) -> bool:
        """Whether it is counted beside the rows how many of them the table's rule chooses. There are others, which the
        report counts, and the chosen ones' keys are not kept, or not before the rows."""
        decided = self.subset.plan.table(holding.table)
        are_kept = Holding(holding.table, chosen_keys=True) in self.subset.copied_before[holding]
        return not holding.chosen_keys and decided.chooses_rows and decided.may_hold_required_rows and not are_kept

    def _count_chosen(self, holding: Holding, keys: TargetKeys, chunk: Chunk | None) -> int:
        plan, pages = self.subset.plan, _pages_of(chunk)
        query = chosen_rows_query(
            plan, holding.table, self.subset.reference_time, render_root, known_sets=keys, pages=pages
        )
        return count_by_query(self.source, query, holding.table)

    def _create_table_of_keys(self, holding: Holding) -> None:
        """In the work's own schema, for the `chosen_key_columns`."""
        relation = relation_of(self.subset.plan, holding)
        with writing_target(), self.target.cursor() as cursor:
            cursor.execute(
                sql.SQL("CREATE TABLE IF NOT EXISTS {} AS SELECT {} FROM {} WITH NO DATA").format(
                    sql.Identifier(relation.schema, relation.name),
                    sql.SQL(", ").join(sql.Identifier(column.name) for column in self._columns(holding)),
                    sql.Identifier(holding.table.schema, holding.table.name),
                )
            )

    def _table(self, holding: Holding) -> Table:
        return self.subset.plan.catalog.table(holding.table)

    def _columns(self, holding: Holding) -> tuple[Column, ...]:
        table = self._table(holding)
        if not holding.chosen_keys:
            return table.stored_columns
        return tuple(map(table.column, chosen_key_columns(self.subset.plan, self.subset.plan.table(table.name))))

    def _keys(self, holding: Holding, chunk: Chunk | None = None) -> TargetKeys:
        return TargetKeys(self.target, self.subset.plan, self.subset.copied_before[holding], chunk)

    def _query(self, holding: Holding, keys: TargetKeys, chunk: Chunk | None) -> sql.Composable:
        query = chosen_keys_query if holding.chosen_keys else copy_query
        return query(
            self.subset.plan,
            holding.table,
            self.subset.reference_time,
            render_root,
            known_sets=keys,
            pages=_pages_of(chunk),
        )

    def _copy(self, holding: Holding, query: sql.Composable, chunk: Chunk | None, chosen_rows: int) -> None:
        table, is_of_rows = self._table(holding), not holding.chosen_keys
        told = 0

        def on_bytes(sent: int) -> None:
            nonlocal told
            if is_of_rows:
                self.on_bytes(table.name, sent - told)
            told = sent

        copied = copy_chunk(
            self.source,
            query,
            self.target,
            relation_of(self.subset.plan, holding),
            self._columns(holding),
            chunk=chunk.number if chunk else 0,
            chosen_rows=chosen_rows,
            read=table.name,
            frozen=is_of_rows and chunk is None and _can_be_frozen(table),
            long_rows=is_of_rows and table.has_long_values,
            check=self.check,
            on_bytes=on_bytes,
            make_sure=self.make_sure,
        )
        if is_of_rows:
            self.on_rows(table.name, copied.rows)

    # Cutting

    def _chunks(self, holding: Holding, keys: TargetKeys, query: sql.Composable) -> tuple[Chunk, ...]:
        table = self._table(holding)
        if table.data_bytes < _LEAST_CUT_BYTES:
            return ()
        # Statistics change: what was copied whole by a worker that could not say so is not cut by the next one.
        if copied_chunks(self.target, relation_of(self.subset.plan, holding)).chunks:
            return ()
        if len(keys.too_many) == 1:
            ((keyed, columns),) = keys.too_many
            if self._is_found_by(holding, keyed):
                return self._chunks_by_keys(table, keyed, columns)
        version = self.subset.plan.catalog.server_version
        if len(cut_by_pages(table, table.estimated_rows, version)) == 1:
            return ()  # even if all of it were copied: its planner need not be asked
        explained = self._explain(query, table)
        others = {other.name for other in self.subset.plan.catalog.tables} - {table.name}
        reads = max(_scans(explained, others).values(), default=0)
        if reads and self._counts_chosen(holding):
            reads += 1
        if is_too_large_to_be_read(table, version, reads):
            raise TableTooLarge(str(table.name))
        ranges = cut_by_pages(table, int(explained["Plan Rows"]), version, reads=reads)
        return tuple(Chunk(number, pages.first, pages.end) for number, pages in enumerate(ranges))

    def _is_found_by(self, holding: Holding, keyed: Holding) -> bool:
        """Whether each row is found by one key of `keyed`, and by an index: then ranges of the keys make ranges of the
        rows."""
        plan = self.subset.plan
        decided = plan.table(holding.table)
        # A row of a circle may be reached from any key. Nothing but their rule says which keys are chosen.
        if plan.filtering_cycles[holding.table]:
            return False
        is_referenced = bool(decided.referenced_in) and not holding.chosen_keys
        if is_referenced and plan.referencing_cycles[holding.table]:
            return False
        if decided.chooses_rows:
            only_link = decided.links == decided.filters and len(decided.links) == 1 and not is_referenced
            return only_link and decided.links[0].indexed and decided.links[0].parent == keyed.table
        references = [
            key for key in plan.catalog.references_to(holding.table) if plan.table(key.child).brings_in_along(key)
        ]
        if len(references) != 1 or references[0].child != keyed.table:
            return False
        # Values that the parent takes for equal must not lie in different ranges.
        return self._is_compared_alike(references[0])

    def _is_compared_alike(self, key: ForeignKey) -> bool:
        child, parent = (self.subset.plan.catalog.table(name) for name in (key.child, key.parent))
        columns = (child.column(column) for column in key.columns)
        others = (parent.column(column) for column in key.parent_columns)
        return all(
            (column.type_name, column.collation) == (other.type_name, other.collation)
            for column, other in zip(columns, others, strict=True)
        )

    def _chunks_by_keys(self, table: Table, keyed: Holding, columns: tuple[str, ...]) -> tuple[Chunk, ...]:
        names = [sql.Identifier(column) for column in columns]
        size = keys_per_chunk(table, self.subset.plan.catalog.table(keyed.table))
        query = sql.SQL(
            "SELECT {texts} FROM (SELECT key.*, row_number() OVER (ORDER BY {names}) AS place,"
            " LEAST({size}, GREATEST(1, {most_bytes} / GREATEST(1, max({bytes_of_key}) OVER ()))) AS size"
            " FROM ({keys}) AS key WHERE {none_null}) AS placed"
            " WHERE place > 1 AND (place - 1) % size = 0 ORDER BY place"
        ).format(
            texts=sql.SQL(", ").join(sql.SQL("{}::text").format(name) for name in names),
            names=sql.SQL(", ").join(names),
            none_null=sql.SQL(" AND ").join(sql.SQL("{} IS NOT NULL").format(name) for name in names),
            keys=distinct_keys(self.subset.plan, keyed, columns),
            size=sql.Literal(size),
            most_bytes=sql.Literal(MOST_KEY_BYTES),
            bytes_of_key=bytes_of_key(columns),
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


def _can_be_frozen(table: Table) -> bool:
    """A partitioned table's rows go into partitions, where PostgreSQL does not freeze them."""
    return table.kind is TableKind.ORDINARY and table.data_bytes >= _LEAST_FROZEN_BYTES


def _pages_of(chunk: Chunk | None) -> PageRange:
    return PageRange(chunk.first_page, chunk.end_page) if chunk else EVERY_PAGE


def _scans(plan: Mapping[str, Any], others: Collection[TableName]) -> Counter[TableName]:
    """How often each table is read whole that is none of the others: the one in question, or its partitions."""
    scans = Counter[TableName]()
    if plan["Node Type"] == "Seq Scan":
        scans[TableName(plan["Schema"], plan["Relation Name"])] += 1
    for child in plan.get("Plans", ()):
        scans += _scans(child, others)
    return Counter({name: number for name, number in scans.items() if name not in others})
