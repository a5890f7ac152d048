"""Needs nothing running. How tables are cut, from statistics alone."""

from hypothesis import given
from hypothesis import strategies as st

from datavalut.catalog.model import Table, TableName
from datavalut.engine.cutting import (
    CHUNK_SECONDS,
    COPY_BYTES_PER_SECOND,
    MOST_KEYS,
    copy_seconds,
    cut_by_pages,
    is_too_large_to_be_read,
    keys_per_chunk,
)
from datavalut.workflow.build_worker import LEAST_SECONDS

NEWEST = 170000
OLD = 130000
GIB = 1024**3


def table(gib: float, rows: int) -> Table:
    size = int(gib * GIB)
    return Table(TableName("public", "t"), (), estimated_rows=rows, data_bytes=size, pages=size // 8192)


def test_a_whole_table_of_50_gib_makes_some_two_dozen_chunks_of_the_same_size() -> None:
    big = table(50, 400_000_000)
    chunks = cut_by_pages(big, big.estimated_rows, NEWEST)
    assert 20 <= len(chunks) <= 30
    sizes = [(chunk.end or big.pages) - chunk.first for chunk in chunks]
    assert max(sizes) - min(sizes) <= 1


def test_each_chunk_takes_about_two_minutes_and_none_nears_a_workers_life() -> None:
    big = table(50, 400_000_000)
    chunks = cut_by_pages(big, big.estimated_rows, NEWEST)
    seconds = copy_seconds(big, big.estimated_rows, reads=1) / len(chunks)
    assert CHUNK_SECONDS / 2 < seconds <= CHUNK_SECONDS


@given(gib=st.floats(0, 5_000), kept=st.floats(0, 1), reads=st.integers(0, 5))
def test_no_chunk_of_any_table_takes_longer_however_often_it_is_read(gib: float, kept: float, reads: int) -> None:
    """Its rows, those again among which some are chosen, and their count."""
    big = table(gib, 4_000_000_000)
    rows = int(kept * big.estimated_rows)
    chunks = cut_by_pages(big, rows, NEWEST, reads=reads)
    if len(chunks) < big.pages:  # a page cannot be cut
        assert copy_seconds(big, rows, reads=reads) / len(chunks) <= CHUNK_SECONDS


def test_reading_much_for_few_rows_makes_fewer_chunks_than_copying_all() -> None:
    big = table(50, 400_000_000)
    few = cut_by_pages(big, 1000, NEWEST)
    assert 1 < len(few) < len(cut_by_pages(big, big.estimated_rows, NEWEST))


def test_few_rows_found_by_an_index_are_one_chunk_however_big_the_table() -> None:
    assert len(cut_by_pages(table(5000, 10**11), 100_000, NEWEST, reads=0)) == 1


def test_a_small_table_is_one_chunk_of_every_page() -> None:
    (chunk,) = cut_by_pages(table(0.1, 1_000_000), 1_000_000, NEWEST)
    assert (chunk.first, chunk.end) == (0, None)


def test_a_server_that_reads_the_table_for_each_range_is_given_few_and_only_for_many_rows() -> None:
    assert 3 <= len(cut_by_pages(table(15, 120_000_000), 120_000_000, OLD)) <= 5
    assert len(cut_by_pages(table(15, 120_000_000), 1000, OLD)) == 1


@given(gib=st.floats(0, 100), kept=st.floats(0, 1))
def test_no_chunk_of_such_a_server_takes_longer_than_a_worker_has_that_begins_it(gib: float, kept: float) -> None:
    big = table(gib, 400_000_000)
    rows = int(kept * big.estimated_rows)
    for reads in range(5):
        if not is_too_large_to_be_read(big, OLD, reads):
            chunks = len(cut_by_pages(big, rows, OLD, reads=reads))
            reading = copy_seconds(big, 0, reads=reads)
            assert reading + copy_seconds(big, rows, reads=0) / chunks < LEAST_SECONDS


def test_only_a_table_that_takes_too_long_to_read_is_too_large_and_only_for_such_a_server() -> None:
    assert not is_too_large_to_be_read(table(35, 400_000_000), OLD)
    assert is_too_large_to_be_read(table(40, 400_000_000), OLD)
    assert not is_too_large_to_be_read(table(5000, 10**11), NEWEST)


@given(gib=st.floats(0, 10_000), rows=st.integers(0, 10**12), kept=st.integers(0, 10**12))
def test_chunks_hold_every_page_once_and_those_to_come(gib: float, rows: int, kept: int) -> None:
    chunks = cut_by_pages(table(gib, rows), kept, NEWEST)
    assert chunks[0].first == 0
    assert chunks[-1].end is None
    assert [chunk.end for chunk in chunks[:-1]] == [chunk.first for chunk in chunks[1:]]


@given(
    gib=st.floats(50, 5_000),
    keys=st.integers(1_000_000, 10**10),
    children_per_key=st.floats(0.01, 1_000),
)
def test_no_chunk_by_keys_takes_longer_than_two_minutes(gib: float, keys: int, children_per_key: float) -> None:
    children = table(gib, int(keys * children_per_key))
    parents = table(gib, keys)
    in_chunk = keys_per_chunk(children, parents)
    assert 1 <= in_chunk <= MOST_KEYS
    rows = in_chunk * max(1.0, children_per_key)
    assert copy_seconds(children, int(rows), reads=0) <= CHUNK_SECONDS


def test_a_chunk_by_keys_has_as_many_as_its_children_take_two_minutes() -> None:
    orders, lines = table(15, 150_000_000), table(80, 600_000_000)
    keys = keys_per_chunk(lines, orders)
    seconds = keys * 4 * lines.row_bytes / COPY_BYTES_PER_SECOND
    assert keys == MOST_KEYS or CHUNK_SECONDS * 0.9 < seconds <= CHUNK_SECONDS


def test_a_chunk_by_keys_has_no_more_than_a_query_takes_and_at_least_one() -> None:
    assert keys_per_chunk(table(0.001, 10**9), table(1, 10**9)) == MOST_KEYS
    assert keys_per_chunk(table(100, 10), table(1, 10)) == 1
