"""Proof that a finished copy is what it should be."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from psycopg2 import sql
from psycopg2.extensions import connection

from datavalut.catalog.model import Catalog, ForeignKey, TableName
from datavalut.catalog.reader import read_catalog
from datavalut.transfer.errors import Discrepancy, VerificationFailed
from datavalut.transfer.sequences import sequences_in_use
from datavalut.transfer.statements import writing_target


@dataclass(frozen=True)
class Verification:
    """What was found to be as it should: rows counted in each table, and how many objects of each kind."""

    rows: Mapping[TableName, int]
    foreign_keys: int
    indexes: int
    materialized_views: int
    sequences: int


def verify_target(
    target: connection, source: Catalog, rows_sent: Mapping[TableName, int], rows_found: Mapping[TableName, int]
) -> Verification:
    """Compares the target with the source's catalog and with the rows sent to each table (none if it is not named).

    Every table was found to have exactly the rows sent, every foreign key of the source is there and validated (on each
    partition too) if it is in the source, every index is valid, every materialized view filled, and no sequence gives a
    value that a row has.

    Raises VerificationFailed with all that differs, and errors about the target.
    """
    discrepancies = [
        Discrepancy(f"rows of {table.name}", str(rows_sent.get(table.name, 0)), str(rows_found.get(table.name, 0)))
        for table in source.tables
        if rows_found.get(table.name, 0) != rows_sent.get(table.name, 0)
    ]
    discrepancies.extend(_foreign_key_discrepancies(target, source))
    with writing_target(), target.cursor() as cursor:
        cursor.execute(_INVALID_INDEXES)
        discrepancies.extend(Discrepancy(f"index {name}", "valid", "invalid") for (name,) in cursor.fetchall())
        cursor.execute(_EMPTY_MATERIALIZED_VIEWS)
        discrepancies.extend(
            Discrepancy(f"materialized view {name}", "filled", "not filled") for (name,) in cursor.fetchall()
        )
        cursor.execute(_NUMBERS_OF_OBJECTS)
        ((indexes, materialized_views),) = cursor.fetchall()
    sequences = sequences_in_use(target)
    discrepancies.extend(
        Discrepancy(f"sequence {sequence.name}", f"beyond {sequence.furthest}", str(sequence.state.value))
        for sequence in sequences
        if sequence.collides
    )
    if discrepancies:
        raise VerificationFailed(tuple(discrepancies))
    validated = sum(key.validated for key in source.foreign_keys)
    return Verification(rows_found, validated, indexes, materialized_views, len(sequences))


def analyze_statement(target: connection, name: TableName) -> tuple[sql.Composable, ...]:
    """What gives the planner of the new database its statistics; nothing where PostgreSQL would ask the servers of
    foreign children for theirs. Raises errors about the target."""
    table = sql.Identifier(name.schema, name.name)
    with writing_target(), target.cursor() as cursor:
        cursor.execute(_HAS_FOREIGN_CHILDREN, (table.as_string(target),))
        ((has_foreign_children,),) = cursor.fetchall()
    return () if has_foreign_children else (sql.SQL("ANALYZE {}").format(table),)


def analyze_materialized_views(target: connection, check: Callable[[], None] = lambda: None) -> None:
    """As tables. Raises errors about the target."""
    with writing_target(), target.cursor() as cursor:
        cursor.execute(_MATERIALIZED_VIEWS)
        for schema, name in cursor.fetchall():
            check()
            cursor.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(schema, name)))


def _foreign_key_discrepancies(target: connection, source: Catalog) -> Iterator[Discrepancy]:
    with writing_target():
        found = {_identity(key): key for key in read_catalog(target).foreign_keys}
        with target.cursor() as cursor:
            cursor.execute(_UNVALIDATED_CLONES)
            unvalidated = [(TableName(schema, table), name) for schema, table, name in cursor.fetchall()]
    for key in source.foreign_keys:
        there = found.get(_identity(key))
        if there is None:
            yield Discrepancy(f"foreign key {key.name} of {key.child}", "there", "missing")
        elif key.validated and not there.validated:
            yield Discrepancy(f"foreign key {key.name} of {key.child}", "validated", "not validated")
    for table, name in unvalidated:
        yield Discrepancy(f"foreign key {name} of {table}", "validated", "not validated")


def _identity(key: ForeignKey) -> tuple[object, ...]:
    """What is the same in the source and in a copy of it, and of no other key that the catalog tells apart."""
    partitions = tuple(partition.name for partition in key.parent_partitions)
    return key.child, key.columns, key.parent, key.parent_columns, partitions


# Of partitions, whose keys are clones of their table's key, and should be as valid as that.
_UNVALIDATED_CLONES = """
SELECT nsp.nspname::text, cls.relname::text, con.conname::text
FROM pg_catalog.pg_constraint AS con
JOIN pg_catalog.pg_class AS cls ON cls.oid = con.conrelid
JOIN pg_catalog.pg_namespace AS nsp ON nsp.oid = cls.relnamespace
JOIN pg_catalog.pg_constraint AS origin ON origin.oid = con.conparentid
WHERE con.contype = 'f' AND NOT con.convalidated AND origin.convalidated
ORDER BY 1, 2, 3
"""
_INVALID_INDEXES = """
SELECT ind.indexrelid::pg_catalog.regclass::text
FROM pg_catalog.pg_index AS ind
JOIN pg_catalog.pg_class AS cls ON cls.oid = ind.indexrelid AND cls.relkind = 'i'
WHERE NOT ind.indisvalid
ORDER BY 1
"""
_EMPTY_MATERIALIZED_VIEWS = """
SELECT oid::pg_catalog.regclass::text FROM pg_catalog.pg_class WHERE relkind = 'm' AND NOT relispopulated ORDER BY 1
"""
_NUMBERS_OF_OBJECTS = """
SELECT
    pg_catalog.count(*) FILTER (WHERE relkind IN ('i', 'I')),
    pg_catalog.count(*) FILTER (WHERE relkind = 'm')
FROM pg_catalog.pg_class AS cls
JOIN pg_catalog.pg_namespace AS nsp ON nsp.oid = cls.relnamespace
WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'datavalut_work')
"""
_HAS_FOREIGN_CHILDREN = """
WITH RECURSIVE above_foreign_table (oid) AS (
    SELECT ftrelid FROM pg_catalog.pg_foreign_table
    UNION
    SELECT inh.inhparent
    FROM above_foreign_table AS below
    JOIN pg_catalog.pg_inherits AS inh ON inh.inhrelid = below.oid
)
SELECT EXISTS (SELECT FROM above_foreign_table WHERE oid = %s::pg_catalog.regclass)
"""
_MATERIALIZED_VIEWS = """
SELECT nsp.nspname::text, cls.relname::text
FROM pg_catalog.pg_class AS cls
JOIN pg_catalog.pg_namespace AS nsp ON nsp.oid = cls.relnamespace
WHERE cls.relkind = 'm'
    AND nsp.nspname !~ '^pg_'
    AND nsp.nspname <> 'information_schema'
    AND pg_catalog.pg_has_role(cls.relowner, 'USAGE')
ORDER BY 1, 2
"""
