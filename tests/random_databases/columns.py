"""Columns of the many types."""

from datavalut.catalog.model import TableName
from tests.random_databases.drafts import (
    ID,
    VALUE,
    ColumnDraft,
    DatabaseDraft,
    SequenceDraft,
    TableDraft,
    integer,
    sql_name,
)
from tests.random_databases.names import quoted, text_literal
from tests.random_databases.value_types import KeyType

_MANY = 250


def plain_columns(database: DatabaseDraft) -> list[ColumnDraft]:
    """The value, a few columns that are only copied, or very many, and perhaps a generated one."""
    chance = database.chance
    columns = [integer(VALUE)]
    for _ in range(_MANY if database.happens(0.02) else chance.randint(0, 4)):
        plain = chance.choice(database.plain_types)
        default = f"DEFAULT {chance.choice(plain.literals)}" if database.happens(0.2) else ""
        columns.append(ColumnDraft(database.names.new(), plain.sql, clause=default, literals=plain.literals))
    if database.happens(0.25):
        # Seven rows fill a page of the table.
        storage = " STORAGE PLAIN" if database.version >= 16 else ""
        columns.append(ColumnDraft(database.names.new(), f"text{storage}", literals=("repeat('ü', 500)",)))
    if database.happens(0.25):
        columns.append(generated_column(database, "integer", chance.choice(["value * 2", "public.doubled(value)"])))
    if database.happens(0.2):
        columns.append(ColumnDraft(database.names.new(), "text", dropped=True))
    return columns


def generated_column(database: DatabaseDraft, sql: str, expression: str) -> ColumnDraft:
    return ColumnDraft(database.names.new(), sql, clause=f"GENERATED ALWAYS AS ({expression}) STORED", generated=True)


def key_column(database: DatabaseDraft, *, not_null: bool = False, hashable: bool = False) -> ColumnDraft:
    types = [one for one in database.key_types if one.hashable or not hashable]
    # Few databases have an extension, so its types are taken more often there.
    (key_type,) = database.chance.choices(types, [1 if one.extension is None else 4 for one in types])
    return ColumnDraft(database.names.new(), key_type.sql, not_null=not_null, key_type=key_type)


def numbered_column(database: DatabaseDraft, table: TableDraft) -> ColumnDraft:
    """An integer key, that the server may number: by an identity, or by a sequence of its own or shared with others."""
    column = integer(ID, not_null=True)
    free = [sequence for sequence in database.sequences if not sequence.of_identity]
    match database.chance.choice(["nothing", "ALWAYS", "BY DEFAULT", "owned", "shared"]):
        case "ALWAYS" | "BY DEFAULT" as identity:
            sequence = SequenceDraft(TableName(table.name.schema, database.names.new()), of_identity=True)
            options = database.chance.choice(["", " INCREMENT BY 10", " START WITH 50 CACHE 5"])
            column.clause = f"GENERATED {identity} AS IDENTITY (SEQUENCE NAME {sql_name(sequence.name)}{options})"
            database.sequences.append(sequence)
        case "owned":
            sequence = add_sequence(database, table.name.schema)
            table.then.append(f"ALTER SEQUENCE {sql_name(sequence.name)} OWNED BY {table.sql}.{quoted(ID)}")
        case "shared" if free:
            sequence = database.chance.choice(free)
        case _:
            return column
    sequence.feeds.append((table, ID))
    if not sequence.of_identity:
        column.clause = f"DEFAULT nextval({text_literal(sql_name(sequence.name))})"
    if sequence.descends:
        column.key_type = _DESCENDING
    return column


_DESCENDING = KeyType("integer", lambda number: str(-2 * number - 1))


def add_sequence(database: DatabaseDraft, schema: str) -> SequenceDraft:
    """One that is no identity's."""
    options = database.chance.choice(
        ["", "INCREMENT 3", "INCREMENT -2", "START 7 CACHE 3", "AS smallint MAXVALUE 5000 CYCLE"]
    )
    name = TableName(schema, database.names.new())
    database.sequences.append(SequenceDraft(name, of_identity=False, options=options))
    return database.sequences[-1]
