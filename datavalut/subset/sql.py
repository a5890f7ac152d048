"""The queries that read a subset, each one statement over the source: it needs no temporary table, and gives the same
rows in every session that reads the same snapshot."""

from datetime import datetime

from psycopg2 import sql

from datavalut.catalog.model import TableName
from datavalut.subset.known import KnownSets, chosen_key_columns, nothing_known
from datavalut.subset.model import SubsetPlan
from datavalut.subset.pages import EVERY_PAGE, PageRange
from datavalut.subset.query import RenderRoot, SubsetQuery


def copy_query(
    subset: SubsetPlan,
    table_name: TableName,
    reference_time: datetime,
    render_root: RenderRoot,
    *,
    known_sets: KnownSets = nothing_known,
    pages: PageRange = EVERY_PAGE,
) -> sql.Composable:
    """A SELECT of the table's `stored_columns` in the rows that are kept and lie in the pages, in no order, for
    COPY (…) TO STDOUT. What is known is not looked for again.

    `render_root` is `datavalut.filters.render.render_root`. The server must be PostgreSQL 12 or newer where the tables
    that decide about this one reference each other in a circle. Raises UnknownTable.
    """
    return SubsetQuery(subset, reference_time, render_root, known_sets).kept_rows(table_name, pages)


def chosen_keys_query(
    subset: SubsetPlan,
    table_name: TableName,
    reference_time: datetime,
    render_root: RenderRoot,
    *,
    known_sets: KnownSets = nothing_known,
    pages: PageRange = EVERY_PAGE,
) -> sql.Composable:
    """A SELECT of the `chosen_key_columns` of those rows in the pages that the table's rule chooses, each row once, in
    no order. Raises UnknownTable."""
    columns = chosen_key_columns(subset, subset.table(table_name))
    return SubsetQuery(subset, reference_time, render_root, known_sets).chosen_keys(table_name, columns, pages)


def count_query(
    subset: SubsetPlan, table_name: TableName, reference_time: datetime, render_root: RenderRoot
) -> sql.Composable:
    """A SELECT of one row and column: how many rows of the table are kept. Raises UnknownTable."""
    kept = copy_query(subset, table_name, reference_time, render_root)
    return sql.SQL("SELECT count(*) FROM (\n{}\n) AS kept_rows").format(kept)


def chosen_rows_query(
    subset: SubsetPlan,
    table_name: TableName,
    reference_time: datetime,
    render_root: RenderRoot,
    *,
    known_sets: KnownSets = nothing_known,
    pages: PageRange = EVERY_PAGE,
) -> sql.Composable:
    """A SELECT of one row and column: how many of the rows in the pages the table's rule chooses, if it chooses rows.
    The others that are kept there are required rows. Raises UnknownTable."""
    chosen = SubsetQuery(subset, reference_time, render_root, known_sets).chosen_keys(table_name, (), pages)
    return sql.SQL("SELECT count(*) FROM (\n{}\n) AS chosen_rows").format(chosen)
