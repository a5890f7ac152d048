"""The end of a build whose work is done: sequences go on where the source's are, and everything is verified."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from psycopg2 import sql
from psycopg2.extensions import connection

from datavalut.catalog.model import Catalog, TableName
from datavalut.catalog.reader import read_catalog
from datavalut.engine.copying import Subset
from datavalut.filters.model import Root
from datavalut.filters.own_columns import own_columns_only
from datavalut.filters.render import render_root
from datavalut.subset.fragments import ROW, from_table
from datavalut.transfer.errors import Discrepancy, VerificationFailed
from datavalut.transfer.ledger import copied_tables, counted_tables, measured_tables
from datavalut.transfer.row_security import past_row_security
from datavalut.transfer.sequences import SequenceState, set_sequences
from datavalut.transfer.statements import writing_target
from datavalut.transfer.target import database_locale
from datavalut.transfer.verify import Verification, verify_target


class Proof(StrEnum):
    """How far a root's condition was found to hold in the target, for all rows but the required ones."""

    WHOLE = "whole condition"
    # Of rows that were counted, compared or ranked with it, the target need not hold all.
    OWN_COLUMNS = "conditions on its own columns"
    # The target compares text otherwise than the source does.
    NONE = "none, as the target server does not have the source's locale"


@dataclass(frozen=True)
class BuiltTable:
    """`required_rows` are kept only because kept rows reference them. `bytes` are those of the COPY streams, and
    `seconds` the time that they took, of chunks in parallel added up."""

    table: TableName
    rows: int
    required_rows: int
    rows_in_source: int
    rows_in_source_estimated: bool
    bytes: int
    seconds: float
    chunks: int


@dataclass(frozen=True)
class Completion:
    """`guessed_sequences` are those whose place is a guess, as `set_sequences` says."""

    tables: tuple[BuiltTable, ...]
    verification: Verification
    roots: Mapping[TableName, Proof]
    guessed_sequences: tuple[TableName, ...]


def complete_build(target: connection, subset: Subset, sequences: Mapping[TableName, SequenceState]) -> Completion:
    """`target` is a session of the job's role. Can be repeated.

    Raises VerificationFailed, and errors about the target.
    """
    guessed = set_sequences(target, dict(sequences))
    tables = _built_tables(target)
    sent = {built.table: built.rows for built in tables}
    verification = verify_target(target, subset.plan.catalog, sent, counted_tables(target))
    required = {built.table: built.required_rows for built in tables}
    return Completion(tables, verification, dict(_proven_roots(target, subset, required)), guessed)


def _built_tables(target: connection) -> tuple[BuiltTable, ...]:
    measured = measured_tables(target)
    return tuple(
        BuiltTable(
            table=copied.table,
            rows=copied.rows,
            required_rows=measured[copied.table].required_rows,
            rows_in_source=measured[copied.table].rows_in_source,
            rows_in_source_estimated=measured[copied.table].rows_in_source_estimated,
            bytes=copied.bytes,
            seconds=copied.seconds,
            chunks=copied.chunks,
        )
        for copied in copied_tables(target)
    )


def _proven_roots(
    target: connection, subset: Subset, required_rows: Mapping[TableName, int]
) -> Iterator[tuple[TableName, Proof]]:
    catalog = _with_partitions_of(target, subset.plan.catalog)
    for table in subset.plan.tables:
        if table.root is None:
            continue
        required = required_rows[table.name]
        for proof, root in ((Proof.WHOLE, table.root), (Proof.OWN_COLUMNS, own_columns_only(table.root))):
            others = _rows_without(target, catalog, table.name, root, subset.reference_time)
            if others <= required:
                yield table.name, proof
                break
        else:
            if not database_locale(target, target.info.dbname).is_that_of(subset.plan.catalog):
                yield table.name, Proof.NONE
                continue
            raise VerificationFailed(
                (Discrepancy(f"rows of {table.name} that do not meet its condition", str(required), str(others)),)
            )


def _with_partitions_of(target: connection, source: Catalog) -> Catalog:
    """The source's catalog, by which conditions mean the same as when rows were chosen; but partitions that a condition
    names are those of the target, which was found to have every key. Their OIDs in the source say nothing here."""
    if not any(key.parent_partitions for key in source.foreign_keys):
        return source
    with writing_target():
        there = {part.name: part for key in read_catalog(target).foreign_keys for part in key.parent_partitions}
    keys = (
        replace(key, parent_partitions=tuple(there[part.name] for part in key.parent_partitions))
        for key in source.foreign_keys
    )
    return replace(source, foreign_keys=tuple(keys))


def _rows_without(target: connection, catalog: Catalog, name: TableName, root: Root, reference_time: datetime) -> int:
    """How many rows of the target's table do not meet the root's condition."""
    count = sql.SQL("SELECT count(*) FROM {} WHERE ({}) IS NOT TRUE").format(
        from_table(catalog, name, ROW), render_root(root, ROW, catalog, reference_time)
    )
    # The condition may look at rows of other tables.
    every_table = [table.name for table in catalog.tables]
    with writing_target(), past_row_security(target, every_table), target.cursor() as cursor:
        cursor.execute(count)
        ((others,),) = cursor.fetchall()
    return int(others)
