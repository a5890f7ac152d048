"""Proof that the rows of a root meet its condition in the target, all but the required ones.

How many do not is counted by a work item, once all rows, indexes and foreign keys are there and before row-level
security is. Whether they may be so many is judged at the end of the build.
"""

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum

from psycopg2 import sql
from psycopg2.extensions import connection

from datavalut.catalog.model import Catalog, Partition, TableName
from datavalut.engine.copying import Subset
from datavalut.filters.own_columns import own_columns_only
from datavalut.filters.render import render_root
from datavalut.subset.fragments import ROW, from_table
from datavalut.transfer.errors import Discrepancy, VerificationFailed
from datavalut.transfer.ledger import UnmetRows
from datavalut.transfer.statements import writing_target
from datavalut.transfer.target import database_locale


class Proof(StrEnum):
    """How far a root's condition was found to hold in the target, for all rows but the required ones."""

    WHOLE = "whole condition"
    # Of rows that were counted, compared or ranked with it, the target need not hold all.
    OWN_COLUMNS = "conditions on its own columns"
    # The target compares text otherwise than the source does.
    NONE = "none, as the target server does not have the source's locale"


def unmet_query(target: connection, subset: Subset, name: TableName) -> sql.Composable:
    """A SELECT of one row: how many rows of the root do not meet its condition, and how many of these not even what it
    says of the row's own columns. Raises errors about the target."""
    root = subset.plan.table(name).root
    assert root is not None  # noqa: S101 - only roots have something to prove
    catalog = _with_partitions_of(target, subset.plan.catalog)
    whole, own = (render_root(each, ROW, catalog, subset.reference_time) for each in (root, own_columns_only(root)))
    # What meets the whole meets its part. And only in WHERE does the server hash what the whole asks other tables for.
    return sql.SQL(
        "SELECT count(*), count(*) FILTER (WHERE ({own}) IS NOT TRUE) FROM {table} WHERE ({whole}) IS NOT TRUE"
    ).format(own=own, table=from_table(catalog, name, ROW), whole=whole)


def proven_roots(
    target: connection, subset: Subset, required_rows: Mapping[TableName, int], unmet: Mapping[TableName, UnmetRows]
) -> dict[TableName, Proof]:
    """By what was counted, as the ledger has it. Raises VerificationFailed, and errors about the target."""
    roots = [table.name for table in subset.plan.tables if table.root is not None]
    return {name: _proof(target, subset, name, required_rows[name], unmet[name]) for name in roots}


def _proof(target: connection, subset: Subset, name: TableName, required: int, unmet: UnmetRows) -> Proof:
    if unmet.whole_condition <= required:
        return Proof.WHOLE
    if unmet.own_columns <= required:
        return Proof.OWN_COLUMNS
    if not database_locale(target, target.info.dbname).is_that_of(subset.plan.catalog):
        return Proof.NONE
    what = f"rows of {name} that do not meet its condition"
    raise VerificationFailed((Discrepancy(what, str(required), str(unmet.own_columns)),))


def _with_partitions_of(target: connection, source: Catalog) -> Catalog:
    """The source's catalog, by which conditions mean the same as when rows were chosen; but partitions that a condition
    names are those of the target. Their OIDs in the source say nothing here."""
    names = sorted({part.name for key in source.foreign_keys for part in key.parent_partitions})
    if not names:
        return source
    with writing_target(), target.cursor() as cursor:
        cursor.execute(
            "SELECT name::pg_catalog.regclass::oid::bigint"
            " FROM pg_catalog.unnest(%s) WITH ORDINALITY AS part (name, place) ORDER BY place",
            ([sql.Identifier(name.schema, name.name).as_string(target) for name in names],),
        )
        there = {name: Partition(name, oid) for name, (oid,) in zip(names, cursor.fetchall(), strict=True)}
    keys = (
        replace(key, parent_partitions=tuple(there[part.name] for part in key.parent_partitions))
        for key in source.foreign_keys
    )
    return replace(source, foreign_keys=tuple(keys))
