"""A made-up database as SQL, to be run as one transaction in an empty database. psql runs it as well."""

from collections.abc import Iterator

from tests.random_databases.drafts import (
    DatabaseDraft,
    KeyDraft,
    PartitionDraft,
    SequenceDraft,
    TableDraft,
    column_list,
    sql_name,
)
from tests.random_databases.names import quoted, text_literal
from tests.random_databases.value_types import CITEXT_STATEMENTS, MULTIRANGE, TYPE_STATEMENTS

# A handful of rows lies on several pages, by which the table can be cut.
_SPREAD = " WITH (fillfactor = 10)"


def script(database: DatabaseDraft) -> str:
    return ";\n".join(_statements(database)) + ";\n"


def _statements(database: DatabaseDraft) -> Iterator[str]:
    for schema in (*database.schemas, database.extension_schema):
        if schema != "public":
            yield f"CREATE SCHEMA {quoted(schema)}"
    yield f"SET search_path = public, {quoted(database.extension_schema)}"
    for extension in database.extensions:
        yield f"CREATE EXTENSION {extension} SCHEMA {quoted(database.extension_schema)}"
    yield TYPE_STATEMENTS.strip(";\n")
    yield f"CREATE TYPE span AS RANGE (subtype = numeric{MULTIRANGE if database.version >= 14 else ''})"
    if "citext" in database.extensions:
        yield CITEXT_STATEMENTS
    yield "CREATE FUNCTION doubled(integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT $1 * 2'"
    for sequence in database.sequences:
        if not sequence.of_identity:
            yield f"CREATE SEQUENCE {sql_name(sequence.name)} {sequence.options}"
    for table in database.tables:
        yield from _table(table)
        yield from table.then
    for table in database.tables:
        yield from _rows(table)
    yield "SET CONSTRAINTS ALL IMMEDIATE"
    for key in database.keys:
        yield from _key(key)
    for sequence in database.sequences:
        yield from _state(database, sequence)
    yield from database.objects


def _table(table: TableDraft) -> Iterator[str]:
    parts = [column.definition for column in table.columns]
    parts += [f"PRIMARY KEY ({column_list(table.primary_key)})"] if table.primary_key else []
    yield (
        f"CREATE {'UNLOGGED ' if table.unlogged else ''}TABLE {table.sql} ({', '.join([*parts, *table.constraints])})"
        + (f" INHERITS ({', '.join(parent.sql for parent in table.parents)})" if table.parents else "")
        + (f" PARTITION BY {table.partition_by}" if table.partition_by else _SPREAD)
    )
    for column in table.columns:
        if column.dropped:
            yield f"ALTER TABLE {table.sql} DROP COLUMN {quoted(column.name)}"
    for partition in table.partitions:
        yield from _partition(table, partition)


def _partition(table: TableDraft, partition: PartitionDraft) -> Iterator[str]:
    name = sql_name(partition.name)
    if partition.attached:
        columns = [column.definition for column in reversed(table.all_columns)]
        yield f"CREATE TABLE {name} (gone integer, {', '.join(columns)}){_SPREAD}"
        yield f"ALTER TABLE {name} DROP COLUMN gone"
        yield f"ALTER TABLE {table.sql} ATTACH PARTITION {name} {partition.bound}"
        return
    by_hash = " PARTITION BY HASH (id)" if partition.leaves else _SPREAD
    yield f"CREATE TABLE {name} PARTITION OF {table.sql} {partition.bound}{by_hash}"
    for remainder, leaf in enumerate(partition.leaves):
        bound = f"FOR VALUES WITH (MODULUS {len(partition.leaves)}, REMAINDER {remainder})"
        yield f"CREATE TABLE {sql_name(leaf)} PARTITION OF {name} {bound}{_SPREAD}"


def _rows(table: TableDraft) -> Iterator[str]:
    if not table.rows:
        return
    columns = list(table.rows[0].literals)
    if not columns:
        yield from (f"INSERT INTO {table.sql} DEFAULT VALUES" for _ in table.rows)
        return
    values = ",\n  ".join("(" + ", ".join(row.literals[column] for column in columns) + ")" for row in table.rows)
    yield f"INSERT INTO {table.sql} ({column_list(tuple(columns))}) OVERRIDING SYSTEM VALUE VALUES\n  {values}"


def _key(key: KeyDraft) -> Iterator[str]:
    parent = key.parent.name
    if key.parent_partition is not None:
        parent = key.parent_partition.name
        yield f"CREATE UNIQUE INDEX ON {sql_name(parent)} (id)"
    children = [partition.name for partition in key.child_partitions] or [key.child.name]
    for child in children:
        yield (
            f"ALTER TABLE {sql_name(child)} ADD CONSTRAINT {quoted(key.name)}"
            f" FOREIGN KEY ({column_list(key.columns)})"
            f" REFERENCES {sql_name(parent)} ({column_list(key.parent_columns)})"
            f"{' MATCH FULL' if key.match_full else ''} {key.clause}{' NOT VALID' if key.not_valid else ''}"
        )
    if key.indexed:
        yield f"CREATE INDEX ON {key.child.sql} ({column_list(key.columns)})"


def _state(database: DatabaseDraft, sequence: SequenceDraft) -> Iterator[str]:
    """Sequences stand beyond the values of their columns, before them, or were never used."""
    sign = -1 if sequence.descends else 1
    value, called = database.chance.choice([(None, False), (3, True), (5, False), (60, True), (200, False)])
    if value is not None:
        yield f"SELECT setval({text_literal(sql_name(sequence.name))}, {sign * value}, {str(called).lower()})"
