"""Rows: numbers for the keys, references that lead somewhere (or nowhere, where nothing forbids it), and values."""

from tests.random_databases.drafts import ID, PART, VALUE, ColumnDraft, DatabaseDraft, KeyDraft, RowDraft, TableDraft
from tests.random_databases.partitions import HIGHEST_PART, MIDDLE_PART

_HIGHEST_VALUE = 9
_NOBODYS_NUMBER = 900  # no row has so high a number


def add_rows(database: DatabaseDraft) -> None:
    """Rows with the numbers of their own keys. Tables are empty, or have up to a dozen rows."""
    for table in database.tables:
        count = 0 if database.happens(0.1) else database.chance.randint(2, 12)
        table.rows = [_numbered_row(database, table, number) for number in range(count)]


def _numbered_row(database: DatabaseDraft, table: TableDraft, number: int) -> RowDraft:
    row = RowDraft()
    if table.has_column(VALUE) and database.happens(0.9):
        row.numbers[VALUE] = database.chance.randint(0, _HIGHEST_VALUE)
    for key in table.referable:
        # Rows in pairs that have one number in common, and differ by the other.
        numbers = [number] if len(key) == 1 else [number // 2, number % 2, 0]
        for column, its_number in zip(key, numbers, strict=False):
            if table.column(column).not_null or database.happens(0.85):
                row.numbers[column] = its_number
    if table.has_column(PART) and table.is_partitioned:
        row.numbers[ID] = number // 2
        row.numbers[PART] = (
            database.chance.randrange(MIDDLE_PART)
            if number % 2 == 0
            else database.chance.randint(MIDDLE_PART, HIGHEST_PART)
        )
        if not table.column(PART).not_null and database.happens(0.1):
            del row.numbers[PART]
    return row


# Per key and row, the row that is referenced; None if there is none.
_References = dict[tuple[KeyDraft, RowDraft], RowDraft | None]


def fill_references(database: DatabaseDraft) -> None:
    """Gives every row its references. A row that must reference one, and finds none, is taken away, and what referenced
    it looks for another."""
    references: _References = {}
    nulls = {key: database.chance.choice([0.1, 0.4, 0.7]) for key in database.keys}
    removed = True
    while removed:
        removed = False
        for key in database.keys:
            for row in [row for row in key.child.rows if not _has_reference(key, row, references)]:
                if not _refer(database, key, row, nulls[key], references):
                    key.child.rows.remove(row)
                    removed = True


def _has_reference(key: KeyDraft, row: RowDraft, references: _References) -> bool:
    """Whether it was decided what the row references, and that is still there."""
    if (key, row) not in references:
        return False
    target = references[key, row]
    return target is None or (target in key.parent.rows and _same_numbers(key, row, target, key.columns))


def _refer(database: DatabaseDraft, key: KeyDraft, row: RowDraft, nulls: float, references: _References) -> bool:
    """Decides what the row references; False if there is nothing that it can."""
    if database.happens(nulls) and _make_null(database, key, row):
        references[key, row] = None
    elif _may_dangle(key, row) and database.happens(0.3):
        row.numbers |= dict.fromkeys(key.columns, _NOBODYS_NUMBER)
        references[key, row] = None
    elif targets := _possible_targets(key, row):
        references[key, row] = target = database.chance.choice(targets)
        for column, parent_column in zip(key.columns, key.parent_columns, strict=True):
            row.numbers[column] = target.numbers[parent_column]
    elif _make_null(database, key, row):
        references[key, row] = None
    else:
        return False
    return True


def _same_numbers(key: KeyDraft, row: RowDraft, target: RowDraft, columns: tuple[str, ...]) -> bool:
    return all(
        row.numbers.get(column) == target.numbers.get(parent_column)
        for column, parent_column in zip(key.columns, key.parent_columns, strict=True)
        if column in columns
    )


def _possible_targets(key: KeyDraft, row: RowDraft) -> list[RowDraft]:
    given = tuple(column for column in key.columns if column not in key.columns_of_its_own)
    return [
        target
        for target in key.parent.rows
        if all(column in target.numbers for column in key.parent_columns)
        and (key.parent_partition is None or key.parent_partition.holds(target.numbers[PART]))
        and _same_numbers(key, row, target, given)
    ]


def _make_null(database: DatabaseDraft, key: KeyDraft, row: RowDraft) -> bool:
    """Takes the number from one of the columns, or from several; False if none may be null."""
    nullable = [column for column in key.columns_of_its_own if not key.child.column(column).not_null]
    if not nullable or (key.match_full and len(nullable) < len(key.columns)):
        return False
    some = len(nullable) if key.match_full else database.chance.randint(1, len(nullable))
    gone = database.chance.sample(nullable, some)
    for column in key.columns_of_its_own:
        if column in gone:
            row.numbers.pop(column, None)
        else:
            row.numbers.setdefault(column, database.chance.randint(0, 3))
    return True


def _may_dangle(key: KeyDraft, row: RowDraft) -> bool:
    if key.not_valid:
        return True
    return bool(key.child_partitions) and not any(
        partition.holds(row.numbers.get(PART)) for partition in key.child_partitions
    )


def fill_values(database: DatabaseDraft) -> None:
    """Gives every row its values, and rows without a key their equals."""
    for table in database.tables:
        copied = {column.copy_of: column.name for column in table.all_columns if column.copy_of}
        for number, row in enumerate(table.rows):
            for column in table.all_columns:
                if not column.generated:
                    its_number = row.numbers.get(copied.get(column.name, column.name))
                    row.literals[column.name] = _literal(database, column, its_number, number)
    for table in database.tables:
        if table.rows and not table.referable and database.happens(0.6):
            table.rows += database.chance.choices(table.rows, k=database.chance.randint(1, 4))


def _literal(database: DatabaseDraft, column: ColumnDraft, its_number: int | None, number_of_row: int) -> str:
    if its_number is not None:
        return column.key_literal(its_number, spelled_otherwise=database.happens(0.3))
    if column.not_null:  # a reference that is inherited without its key
        return column.key_literal(database.chance.randint(0, 5))
    if not column.literals:
        return "NULL"
    literal = database.chance.choice(column.literals)
    may_be_null = "{n}" not in literal
    return "NULL" if may_be_null and database.happens(0.25) else literal.replace("{n}", str(number_of_row))
