"""What the oracle needs of a made-up database: tables and keys as they were made up, not as a reader finds them, and
rows as the server holds them."""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from psycopg2 import sql

from datavalut.catalog.model import Catalog, Column, ForeignKey, Partition, Table, TableKind, TableName, TypeCategory
from datavalut.connections import ConnectionParameters
from tests.database_comparison import EMPTY_SEARCH_PATH, qualified
from tests.postgres_server import open_connection
from tests.random_databases.drafts import VALUE, DatabaseDraft, KeyDraft, TableDraft
from tests.subset_oracle import Row


@dataclass(frozen=True)
class OracleInput:
    """`rows` hold, of the columns that keys or conditions are about, texts that are the same for equal values only;
    `texts` are the whole rows in the same order."""

    catalog: Catalog
    rows: Mapping[TableName, list[Row]]
    texts: Mapping[TableName, list[str]]


def read_oracle_input(parameters: ConnectionParameters, draft: DatabaseDraft) -> OracleInput:
    rows: dict[TableName, list[Row]] = {}
    texts: dict[TableName, list[str]] = {}
    with closing(open_connection(parameters)) as connection, connection.cursor() as cursor:
        cursor.execute(EMPTY_SEARCH_PATH)
        for table in draft.tables:
            found = _read_rows(cursor, table)
            rows[table.name] = [row for row, _ in found]
            texts[table.name] = [text for _, text in found]
        keys = tuple(_foreign_key(cursor, key) for key in draft.keys)
    tables = tuple(_table(table) for table in draft.tables)
    return OracleInput(Catalog(parameters.database, 170000, tables, keys), rows, texts)


def _read_rows(cursor: Any, table: TableDraft) -> list[tuple[Row, str]]:
    names = [column.name for column in table.all_columns if column.key_type is not None]
    row = sql.Identifier("a row")
    cursor.execute(
        sql.SQL("SELECT {}::text, {}.tableoid::bigint{} FROM {}{} AS {}").format(
            row,
            row,
            sql.SQL("").join(sql.SQL(", {}").format(_compared(table, name, row)) for name in names),
            sql.SQL(table.own_rows_only),
            qualified(table.name),
            row,
        )
    )
    return [
        ({"tableoid": tableoid, **dict(zip(names, values, strict=True))}, text)
        for text, tableoid, *values in cursor.fetchall()
    ]


def _compared(table: TableDraft, name: str, row: sql.Identifier) -> sql.Composable:
    column = sql.SQL("{}.{}").format(row, sql.Identifier(name))
    key_type = table.column(name).key_type
    if key_type is None or name == VALUE:
        return column
    return sql.SQL(key_type.compared).format(column)


def _foreign_key(cursor: Any, key: KeyDraft) -> ForeignKey:
    leaves: list[tuple[str, str, int]] = []
    if key.parent_partition is not None:
        cursor.execute(
            "SELECT nsp.nspname::text, cls.relname::text, cls.oid::bigint"
            " FROM pg_catalog.pg_partition_tree(%s::pg_catalog.regclass) AS leaf"
            " JOIN pg_catalog.pg_class AS cls ON cls.oid = leaf.relid"
            " JOIN pg_catalog.pg_namespace AS nsp ON nsp.oid = cls.relnamespace WHERE leaf.isleaf",
            (qualified(key.parent_partition.name).as_string(cursor),),
        )
        leaves = cursor.fetchall()
    return ForeignKey(
        key.name,
        key.child.name,
        key.columns,
        key.parent.name,
        key.parent_columns,
        validated=not key.not_valid,
        everywhere=not key.child_partitions,
        parent_partitions=tuple(Partition(TableName(schema, name), oid) for schema, name, oid in leaves),
    )


def _table(table: TableDraft) -> Table:
    columns = tuple(Column(column.name, column.sql, TypeCategory.OTHER) for column in table.all_columns)
    kind = TableKind.PARTITIONED if table.is_partitioned else TableKind.ORDINARY
    return Table(table.name, columns, kind, table.primary_key, tuple(table.unique_keys))
