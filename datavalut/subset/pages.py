"""Cutting a table by the pages that its rows lie in.

A range of pages is read without the others from PostgreSQL 14 on (a TID range scan). Of a partitioned table it is the
range in each partition.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class PageRange:
    """The pages from `first` up to, and without, `end`. The end of the last range is open: a table grows."""

    first: int = 0
    end: int | None = None


EVERY_PAGE = PageRange()
