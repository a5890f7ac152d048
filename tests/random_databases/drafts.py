"""A database while it is made up: what script.py writes as SQL, and the oracle's tables and keys come from."""

import random
from dataclasses import dataclass, field

from datavalut.catalog.model import TableName
from tests.random_databases.names import Names, quoted
from tests.random_databases.value_types import INTEGER, KEY_TYPES, PLAIN_TYPES, KeyType, PlainType

ID = "id"
VALUE = "value"  # the column that predicates are about: every table has it but one without any column
PART = "part"  # the column that tables are partitioned by


def sql_name(name: TableName) -> str:
    return f"{quoted(name.schema)}.{quoted(name.name)}"


def column_list(columns: tuple[str, ...]) -> str:
    return ", ".join(map(quoted, columns))


@dataclass
class ColumnDraft:
    """`clause` is what stands behind the type: an identity, a default, the expression of a generated column.

    A column of a key has a `key_type`, whatever its own type `sql` is; another column has `literals` to choose from.
    In these, {n} is another number for every row. A generated column of a foreign key copies the column `copy_of`.
    """

    name: str
    sql: str
    not_null: bool = False
    clause: str = ""
    generated: bool = False
    copy_of: str = ""
    dropped: bool = False
    key_type: KeyType | None = None
    literals: tuple[str, ...] = ()

    @property
    def definition(self) -> str:
        return f"{quoted(self.name)} {self.sql}{' NOT NULL' if self.not_null else ''} {self.clause}".rstrip()

    def key_literal(self, number: int, *, spelled_otherwise: bool = False) -> str:
        assert self.key_type is not None
        if spelled_otherwise and self.key_type.spelled is not None:
            return self.key_type.spelled(number)
        return self.key_type.literal(number)


@dataclass(frozen=True)
class PartitionDraft:
    """`bound` is FOR VALUES … or DEFAULT. A partition has its rows itself, is attached after it was made with its
    columns in another order, or is partitioned into `leaves` by hash.

    By value, it holds the rows whose `part` is from `low` to `high`. Of hash partitions, only the server knows.
    """

    name: TableName
    bound: str
    low: int = 1
    high: int = 0
    attached: bool = False
    leaves: tuple[TableName, ...] = ()

    def holds(self, part: int | None) -> bool:
        return self.bound == "DEFAULT" if part is None else self.low <= part <= self.high


@dataclass(eq=False)
class RowDraft:
    """`numbers` are those that the values of key columns are made of, by column; where there is none, it is null.
    `literals` are all values, when the row is done."""

    numbers: dict[str, int] = field(default_factory=dict)
    literals: dict[str, str] = field(default_factory=dict)


@dataclass(eq=False)
class TableDraft:
    """`constraints` stand in CREATE TABLE beside the primary key, `then` are statements that follow it."""

    name: TableName
    columns: list[ColumnDraft]
    primary_key: tuple[str, ...] = ()
    unique_keys: list[tuple[str, ...]] = field(default_factory=list)
    constraints: list[str] = field(default_factory=list)
    then: list[str] = field(default_factory=list)
    unlogged: bool = False
    parents: "list[TableDraft]" = field(default_factory=list)  # by inheritance
    has_children: bool = False  # by inheritance
    partition_by: str = ""
    partitions: list[PartitionDraft] = field(default_factory=list)
    rows: list[RowDraft] = field(default_factory=list)

    @property
    def sql(self) -> str:
        return sql_name(self.name)

    @property
    def referable(self) -> list[tuple[str, ...]]:
        """The columns that a foreign key can lead to."""
        return [*([self.primary_key] if self.primary_key else []), *self.unique_keys]

    @property
    def is_partitioned(self) -> bool:
        return bool(self.partition_by)

    @property
    def own_rows_only(self) -> str:
        return "ONLY " if self.parents or self.has_children else ""

    @property
    def all_columns(self) -> list[ColumnDraft]:
        """With the inherited ones, as far as these are known by now."""
        inherited = {column.name: column for parent in self.parents for column in parent.all_columns}
        return [*inherited.values(), *(column for column in self.columns if not column.dropped)]

    def column(self, name: str) -> ColumnDraft:
        return next(column for column in self.all_columns if column.name == name)

    def has_column(self, name: str) -> bool:
        return any(column.name == name for column in self.all_columns)


@dataclass(eq=False)
class KeyDraft:
    """A foreign key. `child_partitions` and `parent_partition` are set where it is declared on some partitions alone,
    or leads to one partition. Columns that are not of its own have their values by an earlier key, or a primary one."""

    name: str
    child: TableDraft
    columns: tuple[str, ...]
    parent: TableDraft
    parent_columns: tuple[str, ...]
    columns_of_its_own: tuple[str, ...] = ()
    match_full: bool = False
    clause: str = ""  # actions, DEFERRABLE
    not_valid: bool = False
    indexed: bool = False
    child_partitions: tuple[PartitionDraft, ...] = ()
    parent_partition: PartitionDraft | None = None

    @property
    def may_dangle(self) -> bool:
        """Whether rows of the child may reference no row."""
        return self.not_valid or bool(self.child_partitions)


@dataclass(eq=False)
class SequenceDraft:
    """`feeds` are the columns that get its values by default. One of an identity column is made with its table."""

    name: TableName
    of_identity: bool
    options: str = ""
    feeds: list[tuple[TableDraft, str]] = field(default_factory=list)

    @property
    def descends(self) -> bool:
        return "INCREMENT -" in self.options


@dataclass
class DatabaseDraft:
    """All that is made up, and what makes it up: one series of chances, and of names. It has nothing that the major
    `version` of PostgreSQL does not know."""

    chance: random.Random
    names: Names
    schemas: tuple[str, ...]
    extensions: tuple[str, ...]
    extension_schema: str
    version: int
    tables: list[TableDraft] = field(default_factory=list)
    keys: list[KeyDraft] = field(default_factory=list)
    sequences: list[SequenceDraft] = field(default_factory=list)
    objects: list[str] = field(default_factory=list)  # statements, of what stands on tables with their rows

    def happens(self, probability: float) -> bool:
        return self.chance.random() < probability

    def new_name(self) -> TableName:
        """Of a table, a view, a sequence, a function, ..."""
        return TableName(self.chance.choice(self.schemas), self.names.new())

    @property
    def key_types(self) -> list[KeyType]:
        return [one for one in KEY_TYPES if one.extension in (None, *self.extensions) and one.since <= self.version]

    @property
    def plain_types(self) -> list[PlainType]:
        return [one for one in PLAIN_TYPES if one.extension in (None, *self.extensions) and one.since <= self.version]


def integer(name: str, *, not_null: bool = False) -> ColumnDraft:
    return ColumnDraft(name, "integer", not_null=not_null, key_type=INTEGER)
