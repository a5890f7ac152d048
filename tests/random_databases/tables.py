"""Tables with their columns and keys: ordinary ones, and those that inherit."""

from tests.random_databases.columns import generated_column, key_column, numbered_column, plain_columns
from tests.random_databases.drafts import (
    ID,
    VALUE,
    ColumnDraft,
    DatabaseDraft,
    TableDraft,
    column_list,
    integer,
)
from tests.random_databases.names import quoted
from tests.random_databases.partitions import table_partitioned_by_hash, table_partitioned_by_value
from tests.random_databases.value_types import KeyType

SECOND_ID = "Second Id"


def add_table(database: DatabaseDraft) -> None:
    makers = (_ordinary, table_partitioned_by_value, table_partitioned_by_hash, _inheriting)
    (make,) = database.chance.choices(makers, [6, 2, 1, 2])
    table = make(database)
    database.chance.shuffle(table.columns)
    database.tables.append(table)


def _ordinary(database: DatabaseDraft) -> TableDraft:
    name = database.new_name()
    if database.happens(0.06):
        return TableDraft(name, [])  # it has no columns, but may have rows
    # Before PostgreSQL 15, an unlogged table's identity was logged, as it is in the target then.
    unlogged = database.happens(0.08) and database.version >= 15
    table = TableDraft(name, plain_columns(database), unlogged=unlogged)
    _add_primary_key(database, table)
    _add_unique_keys(database, table)
    _add_constraints(database, table)
    return table


def _inheriting(database: DatabaseDraft) -> TableDraft:
    """With the columns of one or two parents, and a primary key of its own, whose values its parents may have too."""
    possible = [table for table in database.tables if not table.is_partitioned and table.columns]
    if not possible:
        return _ordinary(database)
    parents = [database.chance.choice(possible)]
    columns = {column.name for column in parents[0].all_columns}
    for other in possible:
        # Columns of the same name become one, which is only possible for those that are alike.
        alike = {column.name for column in other.all_columns} & columns == {VALUE}
        if alike and other not in parents and database.happens(0.5):
            parents.append(other)
            break
    for parent in parents:
        parent.has_children = True
    own = [column for column in plain_columns(database) if column.name != VALUE]
    table = TableDraft(database.new_name(), own, parents[0].primary_key, parents=parents)
    for sequence in database.sequences:
        if not sequence.of_identity:  # a default is inherited, an identity is not
            sequence.feeds += [(table, column) for parent, column in sequence.feeds if parent in parents]
    return table


def _add_primary_key(database: DatabaseDraft, table: TableDraft) -> None:
    (kind,) = database.chance.choices(["number", "two numbers", "other", "three others", "none"], [9, 4, 4, 2, 4])
    match kind:
        case "number":
            columns = [numbered_column(database, table)]
        case "two numbers":
            columns = [integer(ID, not_null=True), integer(SECOND_ID, not_null=True)]
        case "other":
            columns = [key_column(database, not_null=True)]
        case "three others":
            columns = [key_column(database, not_null=True) for _ in range(3)]
        case _:
            return
    table.columns += columns
    table.primary_key = tuple(column.name for column in database.chance.sample(columns, len(columns)))


def _add_unique_keys(database: DatabaseDraft, table: TableDraft) -> None:
    if database.happens(0.35):
        _add_unique_key(database, table, [key_column(database, not_null=database.happens(0.3))])
    if database.happens(0.15):
        _add_unique_key(database, table, [key_column(database), key_column(database)])
    if table.primary_key == (ID,) and database.happens(0.2):
        column = generated_column(database, "text", f"'number ' || {ID}")
        numbered = table.column(ID)
        column.key_type = KeyType("text", lambda number: f"'number {numbered.key_literal(number)}'")
        _add_unique_key(database, table, [column])


def _add_unique_key(database: DatabaseDraft, table: TableDraft, columns: list[ColumnDraft]) -> None:
    key = tuple(column.name for column in columns)
    name = quoted(database.names.new())
    table.columns += columns
    table.unique_keys.append(key)
    if database.happens(0.3):  # an index alone is enough for a foreign key
        include = database.chance.choice(["", f" INCLUDE ({VALUE})"])
        table.then.append(f"CREATE UNIQUE INDEX {name} ON {table.sql} ({column_list(key)}){include}")
    else:
        # Only one row of all may have no value.
        distinct = columns[0].not_null and database.happens(0.3) and database.version >= 15
        nulls = " NULLS NOT DISTINCT" if distinct else ""
        table.constraints.append(f"CONSTRAINT {name} UNIQUE{nulls} ({column_list(key)})")


def _add_constraints(database: DatabaseDraft, table: TableDraft) -> None:
    if database.happens(0.25):
        check = database.chance.choice(["(value < 1000)", "(public.doubled(value) < 1000) NO INHERIT"])
        table.constraints.append(f"CONSTRAINT {quoted(database.names.new())} CHECK {check}")
    if table.referable and database.happens(0.2):
        slot = ColumnDraft(database.names.new(), "int4range", literals=("'[{n}0,{n}5)'",))
        table.columns.append(slot)
        kind = database.chance.choice(["EXCLUDE USING gist ({} WITH &&)", "UNIQUE ({})"])
        when = database.chance.choice(["", " DEFERRABLE INITIALLY DEFERRED"])
        table.constraints.append(kind.format(quoted(slot.name)) + when)
