"""How big tables are cut into chunks. Pure: from statistics alone.

A chunk is to take about two minutes of a modest server, so that a worker that lives 15 minutes can always begin one
more than halfway through, little is lost with a chunk that has to be repeated, and all workers stay busy to the end.
"""

from math import ceil

from datavalut.catalog.model import Table
from datavalut.subset.pages import PageRange

CHUNK_SECONDS = 120
MOST_CHUNKS = 10_000  # of a table
# What a small RDS instance does beside others' work: reading pages, and sending and writing rows.
READ_BYTES_PER_SECOND = 100_000_000
COPY_BYTES_PER_SECOND = 20_000_000

# The keys that a query has known go into it as text: what a worker holds of it several times, and the server parses.
MOST_KEYS = 1_000_000  # of one set
MOST_KEY_BYTES = 8_000_000  # of all sets of the query

# Older servers read the whole table for each range. So there are fewer, but none that takes longer than what a worker
# that begins it has left: the longer it is to read, the fewer rows it copies.
_FIRST_MAJOR_WITH_PAGE_RANGES = 14
MOST_CHUNK_SECONDS = 400
_LEAST_COPY_SECONDS = 20
_MOST_COPY_SECONDS = 300


def copy_seconds(table: Table, rows_expected: int, *, reads: int) -> float:
    """`reads` is how many times the server would read all of the table for it; 0 if it finds rows by an index. Of rows
    whose keys alone are copied, this is more than they take."""
    read = reads * table.data_bytes
    copied = min(rows_expected * table.row_bytes, table.data_bytes)
    return read / READ_BYTES_PER_SECOND + copied / COPY_BYTES_PER_SECOND


def cut_by_pages(table: Table, rows_expected: int, server_version: int, *, reads: int = 1) -> tuple[PageRange, ...]:
    """Ranges of about the same size that hold every page, now and later. `server_version` is `server_version_num`."""
    if server_version // 10000 < _FIRST_MAJOR_WITH_PAGE_RANGES:
        left = MOST_CHUNK_SECONDS - copy_seconds(table, 0, reads=reads)
        seconds = min(_MOST_COPY_SECONDS, max(_LEAST_COPY_SECONDS, left))
        chunks = copy_seconds(table, rows_expected, reads=0) / seconds
    else:
        chunks = copy_seconds(table, rows_expected, reads=reads) / CHUNK_SECONDS
    count = max(1, min(ceil(chunks), table.pages, MOST_CHUNKS))
    bounds = [table.pages * number // count for number in range(count)]
    return tuple(PageRange(first, end) for first, end in zip(bounds, [*bounds[1:], None], strict=True))


def is_too_large_to_be_read(table: Table, server_version: int, reads: int = 1) -> bool:
    """Whether no cut by pages makes chunks that end within a worker's life, of a table that is read whole so often."""
    if server_version // 10000 >= _FIRST_MAJOR_WITH_PAGE_RANGES:
        return False
    return copy_seconds(table, 0, reads=reads) > MOST_CHUNK_SECONDS - _LEAST_COPY_SECONDS


def keys_per_chunk(table: Table, keyed: Table) -> int:
    """How many keys of `keyed` a chunk of `table`, which references it or is it, is to have."""
    rows_per_key = max(1.0, table.estimated_rows / max(1, keyed.estimated_rows))
    seconds_per_key = rows_per_key * table.row_bytes / COPY_BYTES_PER_SECOND
    return max(1, min(MOST_KEYS, int(CHUNK_SECONDS / seconds_per_key)))
