"""Reads a database's catalog. Each query is a file of its own beside this one and runs in psql as it is.

Everything comes from `pg_catalog` by OID: `information_schema` hides keys from a role that has only SELECT.
"""

from collections import defaultdict
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from psycopg2.extensions import connection
from psycopg2.extras import NamedTupleCursor

from datavalut.catalog.model import (
    Catalog,
    Column,
    Extension,
    ForeignKey,
    Identity,
    Partition,
    Sequence,
    Table,
    TableKind,
    TableName,
    TypeCategory,
)

_CATEGORIES = {
    "bool": TypeCategory.BOOLEAN,
    "int2": TypeCategory.INTEGER,
    "int4": TypeCategory.INTEGER,
    "int8": TypeCategory.INTEGER,
    "numeric": TypeCategory.NUMERIC,
    "float4": TypeCategory.NUMERIC,
    "float8": TypeCategory.NUMERIC,
    "money": TypeCategory.NUMERIC,
    "text": TypeCategory.TEXT,
    "varchar": TypeCategory.TEXT,
    "bpchar": TypeCategory.TEXT,
    "char": TypeCategory.TEXT,
    "name": TypeCategory.TEXT,
    "date": TypeCategory.DATE,
    "timestamp": TypeCategory.TIMESTAMP,
    "timestamptz": TypeCategory.TIMESTAMPTZ,
    "time": TypeCategory.TIME,
    "timetz": TypeCategory.TIME,
    "interval": TypeCategory.INTERVAL,
    "uuid": TypeCategory.UUID,
    "json": TypeCategory.JSON,
    "jsonb": TypeCategory.JSON,
    "bytea": TypeCategory.BINARY,
}
_IDENTITIES = {"a": Identity.ALWAYS, "d": Identity.BY_DEFAULT}


@dataclass(frozen=True)
class _Keys:
    primary: tuple[str, ...]
    others: tuple[tuple[str, ...], ...]


def read_catalog(source: connection) -> Catalog:
    """Reads the user's part of the database. The session needs no privilege on any table.

    SQL errors are psycopg2's own. The session's search_path is what it was afterwards.
    """
    cursor: Any
    with source.cursor(cursor_factory=NamedTupleCursor) as cursor:
        # Type names are printed with their schema unless it is on the path.
        (path,) = _rows(cursor, "search_path")
        cursor.execute("SELECT pg_catalog.set_config('search_path', 'pg_catalog', false)")
        rows = {name: _rows(cursor, name) for name in _QUERIES}
        cursor.execute("SELECT pg_catalog.set_config('search_path', %s, false)", (path.setting,))
    names = {row.oid: TableName(row.schema, row.name) for row in rows["tables"]}
    (database,) = rows["database"]
    return Catalog(
        database=database.database,
        server_version=database.server_version,
        tables=_tables(rows),
        foreign_keys=_foreign_keys(rows["foreign_keys"], names),
        sequences=tuple(_sequence(row, names) for row in rows["sequences"]),
        extensions=tuple(
            Extension(row.name, row.version, row.schema, row.wraps_foreign_data) for row in rows["extensions"]
        ),
        large_objects=database.large_objects,
        encoding=database.encoding,
        collation=database.collation,
        character_type=database.character_type,
        locale_provider=database.locale_provider,
        locale=database.locale,
        locale_rules=database.locale_rules,
        size_bytes=database.size_bytes,
        search_path=tuple(path.schemas),
    )


_QUERIES = (
    "database",
    "tables",
    "columns",
    "unique_keys",
    "check_constraints",
    "foreign_keys",
    "sequences",
    "extensions",
)


def _rows(cursor: Any, name: str) -> list[Any]:
    cursor.execute(Path(__file__).with_name(f"{name}.sql").read_text(encoding="utf-8"))
    rows: list[Any] = cursor.fetchall()
    return rows


def _tables(rows: dict[str, list[Any]]) -> tuple[Table, ...]:
    columns: defaultdict[int, list[Column]] = defaultdict(list)
    for row in rows["columns"]:
        columns[row.table_oid].append(_column(row))
    checks: defaultdict[int, list[str]] = defaultdict(list)
    for row in rows["check_constraints"]:
        checks[row.table_oid].append(row.definition)
    keys = _keys(rows["unique_keys"])
    return tuple(
        Table(
            name=TableName(row.schema, row.name),
            columns=tuple(columns[row.oid]),
            kind=TableKind.PARTITIONED if row.partitioned else TableKind.ORDINARY,
            primary_key=keys[row.oid].primary if row.oid in keys else (),
            unique_keys=keys[row.oid].others if row.oid in keys else (),
            check_constraints=tuple(checks[row.oid]),
            comment=row.comment,
            estimated_rows=row.estimated_rows,
            size_bytes=row.size_bytes,
            data_bytes=row.data_bytes,
            pages=row.pages,
            has_long_values=row.has_long_values,
            inherited=row.inherited,
        )
        for row in rows["tables"]
    )


def _column(row: Any) -> Column:
    return Column(
        name=row.name,
        type_name=row.type_name,
        category=TypeCategory.ARRAY if row.is_array else _category(row.base_schema, row.base_name, row.base_kind),
        not_null=row.not_null,
        generated=row.generated,
        identity=_IDENTITIES.get(row.identity),
        enum_labels=tuple(row.enum_labels),
        element=_category(row.element_schema, row.element_name, row.element_kind) if row.is_array else None,
        element_type_name=row.element_type_name,
        comment=row.comment,
        collation=(row.collation_schema, row.collation_name) if row.collation_name is not None else None,
        deterministic=row.deterministic,
    )


def _category(schema: str, name: str, kind: str) -> TypeCategory:
    if kind == "e":
        return TypeCategory.ENUM
    if schema == "pg_catalog":
        return _CATEGORIES.get(name, TypeCategory.OTHER)
    return TypeCategory.TEXT if name == "citext" and kind == "b" else TypeCategory.OTHER


def _keys(rows: list[Any]) -> dict[int, _Keys]:
    found: dict[int, _Keys] = {}
    for row in rows:
        keys = found.get(row.table_oid, _Keys((), ()))
        columns = tuple(row.columns)
        if row.primary_key:
            found[row.table_oid] = _Keys(columns, keys.others)
        elif columns not in keys.others:
            found[row.table_oid] = _Keys(keys.primary, (*keys.others, columns))
    return found


def _foreign_keys(rows: list[Any], names: dict[int, TableName]) -> tuple[ForeignKey, ...]:
    """Keys between the catalog's tables. The same key declared on several partitions is one, validated if all are."""
    found: dict[tuple[object, ...], ForeignKey] = {}
    partitions: defaultdict[tuple[object, ...], set[int]] = defaultdict(set)
    for row in rows:
        if row.child_oid not in names or row.parent_oid not in names:
            continue  # a key of or to a table that an extension owns
        key = ForeignKey(
            name=row.name,
            child=names[row.child_oid],
            columns=tuple(row.columns),
            parent=names[row.parent_oid],
            parent_columns=tuple(row.parent_columns),
            validated=row.validated,
            deferrable=row.deferrable,
            indexed=row.indexed,
            collations=tuple(None if one is None else (one[0], one[1]) for one in row.collations or ()),
            operators=tuple((schema, name) for schema, name in row.operators or ()),
            parent_partitions=tuple(
                Partition(TableName(schema, name), oid) for schema, name, oid in row.parent_partitions or ()
            ),
        )
        same = (key.child, key.columns, key.parent, key.parent_columns, key.parent_partitions)
        partitions[same].update(row.child_partitions or ())
        everywhere = row.child_partitions is None or len(partitions[same]) == row.partitions_of_child
        if same in found:
            first = found[same]
            key = replace(
                first,
                validated=first.validated and key.validated,
                indexed=first.indexed and key.indexed,
                everywhere=first.everywhere or everywhere,
            )
        else:
            key = replace(key, everywhere=everywhere)
        found[same] = key
    return tuple(sorted(found.values(), key=lambda key: (key.child, key.name, key.columns)))


def _sequence(row: Any, names: dict[int, TableName]) -> Sequence:
    owner = names.get(row.owner_oid)
    return Sequence(TableName(row.schema, row.name), None if owner is None else (owner, row.owner_column))
