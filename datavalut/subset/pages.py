"""Cutting a table by the pages that its rows lie in.

A range of pages is read without the others from PostgreSQL 14 on (a TID range scan). Of a partitioned table it is the
range in each partition.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from psycopg2 import sql

from datavalut.subset.fragments import ROW


@dataclass(frozen=True)
class PageRange:
    """The pages from `first` up to, and without, `end`. The end of the last range is open: a table grows."""

    first: int = 0
    end: int | None = None


EVERY_PAGE = PageRange()


def in_pages(pages: PageRange) -> Sequence[sql.Composable]:
    """The conditions that the row lies there; none for every page."""
    bounds = []
    if pages.first > 0:
        bounds.append(_compared(">=", pages.first))
    if pages.end is not None:
        bounds.append(_compared("<", pages.end))
    return bounds


def _compared(operator: str, page: int) -> sql.Composable:
    return sql.SQL("{}.ctid {} {}::pg_catalog.tid").format(ROW, sql.SQL(operator), sql.Literal(f"({page},0)"))
