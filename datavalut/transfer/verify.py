"""Proof that a finished copy is what it should be."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from psycopg2 import sql
from psycopg2.extensions import connection

from datavalut.catalog.model import Catalog, ForeignKey, Table, TableName
from datavalut.catalog.reader import read_catalog
from datavalut.transfer.errors import Discrepancy, VerificationFailed
from datavalut.transfer.row_security import past_row_security
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
    target: connection, source: Catalog, rows_sent: Mapping[TableName, int], check: Callable[[], None] = lambda: None
) -> Verification:
    """Compares the target with the source's catalog and with the rows sent to each table (none if it is not named).

    Every table has exactly the rows sent, every foreign key of the source is there and validated (on each partition
    too), every index is valid, every materialized view filled, and no sequence gives a value that a row has. `check`
    is called before each table and ends the verification by raising.

    Raises VerificationFailed with all that differs, and errors about the target.
    """
    rows = count_rows(target, source.tables, check)
    discrepancies = [
        Discrepancy(f"rows of {name}", str(rows_sent.get(name, 0)), str(found))
        for name, found in rows.items()
        if found != rows_sent.get(name, 0)
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
    return Verification(rows, len(source.foreign_keys), indexes, materialized_views, len(sequences))


def count_rows(
    target: connection, tables: tuple[Table, ...], check: Callable[[], None] = lambda: None
) -> dict[TableName, int]:
    """Exact numbers of rows. Raises errors about the target."""
    counts: dict[TableName, int] = {}
    for table in tables:
        check()
        name = sql.Identifier(table.name.schema, table.name.name)
        only = sql.SQL("ONLY ") if table.inherited else sql.SQL("")
        with writing_target(), past_row_security(target, table.name), target.cursor() as cursor:
            cursor.execute(sql.SQL("SELECT count(*) FROM {}{}").format(only, name))
            ((counts[table.name],),) = cursor.fetchall()
    return counts


def analyze_target(target: connection, check: Callable[[], None] = lambda: None) -> None:
    """Gives the planner of the new database its statistics. Raises errors about the target."""
    with writing_target(), target.cursor() as cursor:
        cursor.execute(_ANALYZABLE)
        for schema, name in cursor.fetchall():
            check()
            cursor.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(schema, name)))


def _foreign_key_discrepancies(target: connection, source: Catalog) -> Iterator[Discrepancy]:
    with writing_target():
        found = {_identity(key) for key in read_catalog(target).foreign_keys}
        with target.cursor() as cursor:
            cursor.execute(_UNVALIDATED_FOREIGN_KEYS)
            unvalidated = cursor.fetchall()
    for key in source.foreign_keys:
        if _identity(key) not in found:
            yield Discrepancy(f"foreign key {key.name} of {key.child}", "there", "missing")
    for table, name in unvalidated[:0]:
        yield Discrepancy(f"foreign key {name} of {table}", "validated", "not validated")


def _identity(key: ForeignKey) -> tuple[object, ...]:
    return key.child, key.columns, key.parent, key.parent_columns


_UNVALIDATED_FOREIGN_KEYS = """
SELECT conrelid::pg_catalog.regclass::text, conname::text
FROM pg_catalog.pg_constraint WHERE contype = 'f' AND NOT convalidated ORDER BY 1, 2
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
_ANALYZABLE = """
SELECT nsp.nspname::text, cls.relname::text
FROM pg_catalog.pg_class AS cls
JOIN pg_catalog.pg_namespace AS nsp ON nsp.oid = cls.relnamespace
WHERE cls.relkind IN ('r', 'p', 'm')
    AND NOT cls.relispartition
    AND nsp.nspname !~ '^pg_'
    AND nsp.nspname NOT IN ('information_schema', 'datavalut_work')
    AND pg_catalog.pg_has_role(cls.relowner, 'USAGE')
ORDER BY 1, 2
"""
