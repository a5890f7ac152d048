"""Which tables a worker copies together: a big one alone, small ones in company."""

from collections.abc import Mapping
from heapq import heapify, heapreplace

from datavalut.catalog.model import TableName

# Step Functions allows 25,000 events a history, and an inline Map is meant for a few hundred items.
MOST_BATCHES = 100
# Starting a worker costs about as much as copying this many bytes.
LIGHT_BATCH_BYTES = 64 * 1024 * 1024


def batch_tables(bytes_to_copy: Mapping[TableName, int]) -> tuple[tuple[TableName, ...], ...]:
    """Batches of about the same size, the biggest first, as few as LIGHT_BATCH_BYTES each calls for."""
    total = sum(bytes_to_copy.values())
    count = max(1, min(MOST_BATCHES, len(bytes_to_copy), -(-total // LIGHT_BATCH_BYTES)))
    batches: list[tuple[int, int, list[TableName]]] = [(0, number, []) for number in range(count)]
    heapify(batches)
    for table in sorted(bytes_to_copy, key=lambda name: (-bytes_to_copy[name], name)):
        size, number, tables = batches[0]
        tables.append(table)
        heapreplace(batches, (size + bytes_to_copy[table], number, tables))
    ordered = sorted(batches, key=lambda batch: (-batch[0], batch[1]))
    return tuple(tuple(tables) for _, _, tables in ordered if tables)
