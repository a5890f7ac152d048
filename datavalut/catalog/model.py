"""A source database as plain values, as read from `pg_catalog` at one moment."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property


@dataclass(frozen=True, order=True)
class TableName:
    """A table, view or sequence by schema and name, both exactly as stored (no quotes)."""

    schema: str
    name: str

    def __str__(self) -> str:
        return f"{self.schema}.{self.name}"


class TypeCategory(StrEnum):
    """What a filter can do with a column's values. A domain has the category of its base type."""

    BOOLEAN = "boolean"
    INTEGER = "integer"
    NUMERIC = "numeric"  # numeric, real, double precision, money
    TEXT = "text"  # text, varchar, char, citext, name
    DATE = "date"
    TIMESTAMP = "timestamp"  # without time zone: read as UTC
    TIMESTAMPTZ = "timestamptz"
    TIME = "time"
    INTERVAL = "interval"
    UUID = "uuid"
    ENUM = "enum"
    ARRAY = "array"
    JSON = "json"  # json and jsonb
    BINARY = "binary"
    OTHER = "other"


class Identity(StrEnum):
    ALWAYS = "always"
    BY_DEFAULT = "by default"


@dataclass(frozen=True)
class Column:
    """`type_name` is what `format_type` prints, qualified where needed, fit for a cast as it is. `collation` is its
    schema and name, None for the database's own and for types without one; by one that is not `deterministic` different
    texts may be equal."""

    name: str
    type_name: str
    category: TypeCategory
    not_null: bool = False
    generated: bool = False
    identity: Identity | None = None
    enum_labels: tuple[str, ...] = ()  # of the type, or of the element type of an array
    element: TypeCategory | None = None  # of an array's elements
    element_type_name: str | None = None
    comment: str | None = None
    collation: tuple[str, str] | None = None
    deterministic: bool = True


class TableKind(StrEnum):
    ORDINARY = "ordinary"
    PARTITIONED = "partitioned"


@dataclass(frozen=True)
class Table:
    """An ordinary or a partitioned table. Partitions are storage of their partitioned table, not tables.

    `estimated_rows` and `size_bytes` (heap, TOAST and indexes; of all partitions) are the server's statistics, and so
    are `data_bytes`, the same without indexes, and `pages`, those of the heap, of the partition with the most.
    `has_long_values` says that some values are stored out of line (TOAST).
    """

    name: TableName
    columns: tuple[Column, ...]
    kind: TableKind = TableKind.ORDINARY
    primary_key: tuple[str, ...] = ()
    unique_keys: tuple[tuple[str, ...], ...] = ()  # others than the primary key, without predicate or expression
    check_constraints: tuple[str, ...] = ()
    comment: str | None = None
    estimated_rows: int = 0
    size_bytes: int = 0
    data_bytes: int = 0
    pages: int = 0
    has_long_values: bool = False
    inherited: bool = False  # has children or parents by classic inheritance: its own rows are read with ONLY

    @cached_property
    def _columns_by_name(self) -> dict[str, Column]:
        return {column.name: column for column in self.columns}

    def column(self, name: str) -> Column:
        """Raises KeyError if the table has no such column."""
        return self._columns_by_name[name]

    @property
    def row_bytes(self) -> float:
        """On average, on disk, where long values may be compressed; never 0."""
        return max(1.0, self.data_bytes / max(1, self.estimated_rows))

    def has_column(self, name: str) -> bool:
        return name in self._columns_by_name

    @property
    def stored_columns(self) -> tuple[Column, ...]:
        """The columns that COPY can write: all but generated ones."""
        return tuple(column for column in self.columns if not column.generated)


@dataclass(frozen=True, order=True)
class Partition:
    """A table that stores rows of a partitioned one. Its `oid` is that of one database, its name that of every copy."""

    name: TableName
    oid: int


@dataclass(frozen=True)
class ForeignKey:
    """A foreign key from `child` to `parent`; `columns[i]` references `parent_columns[i]` (MATCH SIMPLE).

    `indexed` says that an index of the child begins with the columns, in any order, so that the children of one parent
    are found without reading the whole table. `collations[i]` is the collation (schema and name) that a comparison of
    `columns[i]` with its parent column must name, None where both columns have the same; empty if it is none for all.
    `operators[i]` is what compares the parent's column with the child's (schema and name); empty if it is PostgreSQL's
    own "=" for all.

    A key that is declared on partitions counts for every row of their table, but is a promise for those of these
    partitions only: `everywhere` is false unless they are all. A key to one partition leads to rows of this one alone,
    whatever the others hold: `parent_partitions` are those that store them, by name, empty for a key to all.
    """

    name: str
    child: TableName
    columns: tuple[str, ...]
    parent: TableName
    parent_columns: tuple[str, ...]
    validated: bool = True
    deferrable: bool = False
    indexed: bool = False
    collations: tuple[tuple[str, str] | None, ...] = ()
    operators: tuple[tuple[str, str], ...] = ()
    everywhere: bool = True
    parent_partitions: tuple[Partition, ...] = ()

    @property
    def may_dangle(self) -> bool:
        """Whether a row of the child may reference a row that is not there: such a reference is none."""
        return not (self.validated and self.everywhere)


@dataclass(frozen=True)
class Sequence:
    """`owner` is the column whose values it makes (serial or identity), None for a free one."""

    name: TableName
    owner: tuple[TableName, str] | None = None


@dataclass(frozen=True)
class Extension:
    """`schema` is where its objects are; `wraps_foreign_data` says that it is there for foreign tables."""

    name: str
    version: str
    schema: str = "public"
    wraps_foreign_data: bool = False


@dataclass(frozen=True)
class Catalog:
    """The user's part of one database: what no extension owns, system schemas left out.

    `server_version` is `server_version_num` (170010); `encoding`, `collation`, `character_type`,
    `locale_provider` (libc, icu or builtin), `locale` (of icu and builtin) and `locale_rules` (of icu) are the
    database's own, to be repeated in the target. `size_bytes` is `pg_database_size`.
    """

    database: str
    server_version: int
    tables: tuple[Table, ...]
    foreign_keys: tuple[ForeignKey, ...] = ()
    sequences: tuple[Sequence, ...] = ()
    extensions: tuple[Extension, ...] = ()
    large_objects: int = 0
    encoding: str = "UTF8"
    collation: str = "C"
    character_type: str = "C"
    size_bytes: int = 0
    search_path: tuple[str, ...] = field(default=("public",))
    locale_provider: str = "libc"
    locale: str | None = None
    locale_rules: str | None = None

    @cached_property
    def _tables_by_name(self) -> dict[TableName, Table]:
        return {table.name: table for table in self.tables}

    def table(self, name: TableName) -> Table:
        """Raises KeyError if there is no such table."""
        return self._tables_by_name[name]

    @cached_property
    def _references_by_child(self) -> dict[TableName, list[ForeignKey]]:
        references: dict[TableName, list[ForeignKey]] = {}
        for key in self.foreign_keys:
            references.setdefault(key.child, []).append(key)
        return references

    @cached_property
    def _references_by_parent(self) -> dict[TableName, list[ForeignKey]]:
        references: dict[TableName, list[ForeignKey]] = {}
        for key in self.foreign_keys:
            references.setdefault(key.parent, []).append(key)
        return references

    def references_of(self, child: TableName) -> Iterator[ForeignKey]:
        return iter(self._references_by_child.get(child, ()))

    def references_to(self, parent: TableName) -> Iterator[ForeignKey]:
        return iter(self._references_by_parent.get(parent, ()))
