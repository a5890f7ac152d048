"""Partitioned tables: by range, list and hash, in two levels, with default partitions."""

from tests.random_databases.columns import key_column, plain_columns
from tests.random_databases.drafts import ID, PART, DatabaseDraft, PartitionDraft, TableDraft, column_list, integer

HIGHEST_PART = 9
# The values of `part` that go to a partition each; the rest to the default one. No partition holds both values below
# MIDDLE_PART and others: the rows that share an id are one on either side.
MIDDLE_PART = 5
_BOUNDS = (((0, 4),), ((0, 2), (3, 4)), ((0, 4), (5, 7)), ((0, 4), (5, 6), (7, 8)))


def table_partitioned_by_value(database: DatabaseDraft) -> TableDraft:
    """By a column that is half of its primary key, or may be null."""
    keyed = database.happens(0.8)
    columns = [*plain_columns(database), integer(ID, not_null=keyed), integer(PART, not_null=keyed)]
    table = TableDraft(database.new_name(), columns, (ID, PART) if keyed else ())
    by_list = database.happens(0.4)
    table.partition_by = f"{'LIST' if by_list else 'RANGE'} ({PART})"
    bounds = database.chance.choice(_BOUNDS)
    for low, high in bounds:
        values = ", ".join(map(str, range(low, high + 1)))
        bound = f"FOR VALUES IN ({values})" if by_list else f"FOR VALUES FROM ({low}) TO ({high + 1})"
        kind = database.chance.choice(["plain", "plain", "attached", "nested"])
        leaves = (_partition_name(database), _partition_name(database)) if kind == "nested" else ()
        table.partitions.append(
            PartitionDraft(_partition_name(database), bound, low, high, attached=kind == "attached", leaves=leaves)
        )
    table.partitions.append(PartitionDraft(_partition_name(database), "DEFAULT", bounds[-1][1] + 1, HIGHEST_PART))
    return table


def table_partitioned_by_hash(database: DatabaseDraft) -> TableDraft:
    key = key_column(database, not_null=True, hashable=True)
    table = TableDraft(database.new_name(), [*plain_columns(database), key], (key.name,))
    table.partition_by = f"HASH ({column_list(table.primary_key)})"
    table.partitions = [
        PartitionDraft(_partition_name(database), f"FOR VALUES WITH (MODULUS 3, REMAINDER {remainder})")
        for remainder in (0, 1, 2)
    ]
    return table


_partition_name = DatabaseDraft.new_name
