"""SQL for rows of a table: how a query names them, tells them apart, orders and hashes them."""

from collections.abc import Sequence
from dataclasses import dataclass

from psycopg2 import sql

from datavalut.catalog.model import Column, Table, TypeCategory


@dataclass(frozen=True)
class Row:
    """A row of a table, as a query names it."""

    table: Table
    alias: sql.Composable

    @property
    def source(self) -> sql.Composable:
        """The table as an item of FROM. A table of classic inheritance is read alone."""
        only = sql.SQL("ONLY " if self.table.inherited else "")
        name = sql.Identifier(self.table.name.schema, self.table.name.name)
        return sql.SQL("{}{} AS {}").format(only, name, self.alias)

    @property
    def identity(self) -> sql.Composable:
        """What tells this row from all others of its table, partitions included."""
        return sql.SQL("{0}.tableoid, {0}.ctid").format(self.alias)

    def column(self, name: str) -> sql.Composable:
        return self.alias + sql.SQL(".") + sql.Identifier(name)


def parenthesized(parts: Sequence[sql.Composable], separator: str) -> sql.Composable:
    return sql.SQL("({})").format(sql.SQL(separator).join(parts))


def as_row(columns: Sequence[sql.Composable]) -> sql.Composable:
    """One column as it is, several as a row: `(a.x, a.y)`."""
    return columns[0] if len(columns) == 1 else parenthesized(columns, ", ")


def all_equal(left: Sequence[sql.Composable], right: Sequence[sql.Composable]) -> sql.Composable:
    """`left[0] = right[0] AND left[1] = right[1]` …"""
    pairs = zip(left, right, strict=True)
    return sql.SQL(" AND ").join(sql.SQL("{} = {}").format(one, other) for one, other in pairs)


def key_order(row: Row) -> list[sql.Composable]:
    """Terms of ORDER BY that leave no two rows in an arbitrary order."""
    if row.table.primary_key:
        return [row.column(name) for name in row.table.primary_key]
    return [row.identity]


def key_hash(row: Row, seed: int) -> sql.Composable:
    """A bigint that looks random but is the same for the same key and seed in every session and database."""
    table = row.table
    names = table.primary_key or tuple(column.name for column in table.stored_columns)
    texts = [_settled_text(table.column(name), row.column(name)) for name in names]
    if not texts:
        text: sql.Composable = sql.SQL("''::text")
    elif len(texts) == 1 and table.primary_key:
        text = texts[0]
    else:
        text = sql.SQL("ARRAY[{}]::text").format(sql.SQL(", ").join(texts))
    return sql.SQL('hashtextextended({} COLLATE pg_catalog."C", {})').format(text, sql.SQL(str(seed)))


def _settled_text(column: Column, value: sql.Composable) -> sql.Composable:
    """The value as a text that is the same under any session setting (TimeZone, DateStyle, extra_float_digits …)."""
    match column.category:
        case TypeCategory.DATE | TypeCategory.TIMESTAMP | TypeCategory.TIMESTAMPTZ | TypeCategory.INTERVAL:
            return sql.SQL("extract(epoch FROM {})::text").format(value)
        case TypeCategory.NUMERIC if column.type_name in {"real", "double precision"}:
            return sql.SQL("encode(float8send({}), 'hex')").format(value)
        case TypeCategory.NUMERIC:
            return sql.SQL("{}::numeric::text").format(value)
        case TypeCategory.BINARY:
            return sql.SQL("encode({}, 'hex')").format(value)
        case _:
            return sql.SQL("{}::text").format(value)
