"""Needs nothing running."""

from hypothesis import given
from hypothesis import strategies as st

from datavalut.catalog.model import TableName
from datavalut.workflow.batches import LIGHT_BATCH_BYTES, MOST_BATCHES, batch_tables

table_sizes = st.dictionaries(
    st.builds(TableName, st.just("public"), st.text(min_size=1, max_size=5)),
    st.integers(0, 10 * LIGHT_BATCH_BYTES),
    max_size=300,
)


@given(table_sizes)
def test_every_table_is_in_exactly_one_batch(sizes: dict[TableName, int]) -> None:
    batches = batch_tables(sizes)
    assert sorted(table for batch in batches for table in batch) == sorted(sizes)


@given(table_sizes)
def test_batches_are_few_and_none_is_empty(sizes: dict[TableName, int]) -> None:
    batches = batch_tables(sizes)
    assert len(batches) <= MOST_BATCHES
    assert all(batches)


def test_a_big_table_does_not_wait_for_small_ones() -> None:
    big = TableName("public", "orders")
    small = [TableName("public", f"small_{number}") for number in range(10)]
    batches = batch_tables({big: 2 * LIGHT_BATCH_BYTES, **dict.fromkeys(small, 1000)})
    assert batches[0] == (big,)


def test_small_tables_share_one_worker() -> None:
    assert len(batch_tables({TableName("public", f"small_{number}"): 1000 for number in range(50)})) == 1
