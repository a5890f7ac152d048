"""Foreign keys: which tables reference which, and how."""

from dataclasses import replace

from tests.random_databases.drafts import ID, PART, ColumnDraft, DatabaseDraft, KeyDraft, PartitionDraft, TableDraft
from tests.random_databases.names import quoted
from tests.random_databases.value_types import INTEGER

_ACTIONS = ("", "", "ON DELETE CASCADE", "ON UPDATE CASCADE ON DELETE SET NULL", "ON DELETE SET DEFAULT")
_WHEN = ("", "", "DEFERRABLE", "DEFERRABLE INITIALLY DEFERRED")


def add_keys(database: DatabaseDraft) -> None:
    for child, parent in _pairs(database):
        fitting = parent.unlogged <= child.unlogged  # rows that a crash leaves reference none that it takes away
        if parent.referable and child.columns and fitting:
            _add_key(database, child, parent)


def _pairs(database: DatabaseDraft) -> list[tuple[TableDraft, TableDraft]]:
    """Children with their parents: of a tree or a zigzag (which make siblings in rounds), of rings, of a graph without
    circles but for self-references, or of any graph."""
    chance, tables = database.chance, database.tables
    shape = chance.choice(["tree", "zigzag", "rings", "acyclic", "any"])
    pairs = []
    for number, table in enumerate(tables):
        match shape:
            case "tree" if number > 0:
                pairs.append(_either_way(database, table, chance.choice(tables[:number])))
            case "zigzag" if number > 0:
                pair = (table, tables[number - 1])
                pairs.append(pair if number % 2 == 1 else pair[::-1])
            case "acyclic" | "any":
                among = tables if shape == "any" else tables[: number + 1]
                number_of_keys = chance.choices([0, 1, 2, 3], [2, 4, 3, 2])[0]
                pairs += [(table, chance.choice(among)) for _ in range(number_of_keys)]
        if shape in ("tree", "zigzag", "rings") and database.happens(0.2):
            pairs.append((table, chance.choice(tables)))
    if shape == "rings":
        for start in range(0, len(tables), 4):
            ring = tables[start : start + 4]
            pairs += zip(ring, [*ring[1:], ring[0]], strict=True)
    return pairs


def _either_way(database: DatabaseDraft, one: TableDraft, other: TableDraft) -> tuple[TableDraft, TableDraft]:
    return (one, other) if database.happens(0.5) else (other, one)


def _add_key(database: DatabaseDraft, child: TableDraft, parent: TableDraft) -> None:
    chance = database.chance
    key = KeyDraft(database.names.new(), child, (), parent, chance.choice(parent.referable))
    key.indexed = database.happens(0.5)
    key.clause = chance.choice(_WHEN)
    if child is not parent and database.happens(0.15) and (partition := _partition_to_reference(database, parent)):
        key.parent_partition, key.parent_columns = partition, (ID,)
    if child.has_column(PART) and child.is_partitioned and database.happens(0.2):
        key.child_partitions = tuple(chance.sample(child.partitions, chance.randint(1, len(child.partitions) - 1)))
    if not child.is_partitioned and database.happens(0.15):
        key.not_valid = True
    if _can_be_the_same_number(key) and database.happens(0.2):
        key.columns = (ID,)
    elif shared := _shared_column(database, key):
        key.columns_of_its_own = (_new_column(database, key, key.parent_columns[0], not_null=False),)
        key.columns = (*key.columns_of_its_own, shared)
    else:
        key.columns = key.columns_of_its_own = _new_columns(database, key)
    if not any(child.column(column).generated for column in key.columns):
        key.clause = f"{chance.choice(_ACTIONS)} {key.clause}"
    key.match_full = key.columns_of_its_own == key.columns and database.happens(0.1)
    database.keys.append(key)
    if database.happens(0.05):  # the same once more
        database.keys.append(replace(key, name=database.names.new()))


def _partition_to_reference(database: DatabaseDraft, parent: TableDraft) -> PartitionDraft | None:
    """One whose rows have each an id of its own."""
    if PART not in parent.primary_key:
        return None
    return database.chance.choice(parent.partitions)


def _can_be_the_same_number(key: KeyDraft) -> bool:
    """Whether the child's primary key can reference the parent's: then the child loses the rows that do not."""
    return (
        key.child is not key.parent
        and not key.may_dangle
        and key.parent_partition is None
        and key.child.primary_key == key.parent_columns == (ID,)
        and all(table.column(ID).key_type is INTEGER for table in (key.child, key.parent))
    )


def _shared_column(database: DatabaseDraft, key: KeyDraft) -> str | None:
    """Half of a key of two columns may be half of another one: (tenant, author), (tenant, editor)."""
    types = [key.parent.column(column).key_type for column in key.parent_columns]
    if len(types) != 2 or key.may_dangle or not database.happens(0.5):
        return None
    for other in database.keys:
        if other.child is key.child and len(other.columns) == 2 and not other.may_dangle:
            shared = key.child.column(other.columns[1])
            if shared.key_type is types[1] and not shared.generated:
                return shared.name
    return None


def _new_columns(database: DatabaseDraft, key: KeyDraft) -> tuple[str, ...]:
    # A reference that must be there needs rows to lead to.
    not_null = database.happens(0.35) and key.child is not key.parent and bool(key.parent.rows)
    return tuple(
        _new_column(database, key, column, not_null=not_null and database.happens(0.9)) for column in key.parent_columns
    )


def _new_column(database: DatabaseDraft, key: KeyDraft, parent_column: str, *, not_null: bool) -> str:
    key_type = key.parent.column(parent_column).key_type
    assert key_type is not None
    sql = database.chance.choice(key_type.child_types) if database.happens(0.3) else key_type.sql
    column = ColumnDraft(database.names.new(), sql, not_null=not_null, key_type=key_type)
    if not key.child.is_partitioned and len(key.parent_columns) == 1 and database.happens(0.07):
        base = replace(column, name=database.names.new())
        column.clause = f"GENERATED ALWAYS AS ({quoted(base.name)}) STORED"
        column.generated, column.copy_of = True, base.name
        key.child.columns.append(base)
    key.child.columns.insert(database.chance.randint(0, len(key.child.columns)), column)
    return column.name
