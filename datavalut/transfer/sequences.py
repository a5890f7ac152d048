"""Sequences go on where the source's are, and never give a value that a row already has."""

from dataclasses import dataclass
from typing import Any

from psycopg2 import sql
from psycopg2.extensions import connection
from psycopg2.extras import NamedTupleCursor

from datavalut.catalog.model import TableName
from datavalut.transfer.queries import query_text
from datavalut.transfer.row_security import past_row_security
from datavalut.transfer.statements import reading_source, writing_target


@dataclass(frozen=True)
class SequenceState:
    """`value` is the last one given if `is_called`, else the next one, as setval takes it."""

    value: int
    is_called: bool

    def next_value(self, increment: int) -> int:
        """What it gives next, if that is not beyond the sequence's end."""
        return self.value + increment if self.is_called else self.value


@dataclass(frozen=True)
class SequenceInUse:
    """A sequence of the target. `furthest` is the value furthest along its direction in the columns that it feeds,
    None if it feeds no column of numbers or these are empty."""

    name: TableName
    state: SequenceState
    increment: int
    lowest: int
    highest: int
    feeds_columns: bool
    furthest: int | None

    @property
    def collides(self) -> bool:
        """Whether its next value may be one that a row has."""
        if self.furthest is None:
            return False
        following = self.state.next_value(self.increment)
        exhausted = not self.lowest <= following <= self.highest
        return not exhausted and not _is_further(following, self.furthest, self.increment)


def read_sequences(source: connection) -> dict[TableName, SequenceState]:
    """The states of the source's sequences that this session's user may read: a role with SELECT on tables alone may
    read none. Raises errors about the source."""
    with reading_source(), source.cursor() as cursor:
        cursor.execute(query_text("readable_sequences"))
        names = [TableName(*row) for row in cursor.fetchall()]
        if not names:
            return {}
        cursor.execute(_states(names))
        return {TableName(schema, name): SequenceState(*state) for schema, name, *state in cursor.fetchall()}


def set_sequences(target: connection, source_states: dict[TableName, SequenceState]) -> tuple[TableName, ...]:
    """Sets each of the target's sequences to the source's state, or past the values that its columns hold, whichever
    is further. Can be repeated.

    Returns the sequences whose place is a guess: the source's state could not be read, and no column tells it either.
    Raises errors about the target.
    """
    unknown: list[TableName] = []
    with writing_target(), target.cursor() as cursor:
        for sequence in sequences_in_use(target):
            in_source = source_states.get(sequence.name)
            wanted = _wanted_state(sequence, in_source)
            if wanted != sequence.state:
                cursor.execute(
                    "SELECT pg_catalog.setval(%s::pg_catalog.regclass, %s, %s)",
                    (
                        sql.Identifier(sequence.name.schema, sequence.name.name).as_string(target),
                        wanted.value,
                        wanted.is_called,
                    ),
                )
            if in_source is None and not sequence.feeds_columns:
                unknown.append(sequence.name)
    return tuple(unknown)


def sequences_in_use(target: connection) -> tuple[SequenceInUse, ...]:
    """Every sequence of the target with the furthest value of its columns. Raises errors about the target."""
    found: dict[TableName, SequenceInUse] = {}
    cursor: Any
    with writing_target(), target.cursor(cursor_factory=NamedTupleCursor) as cursor:
        cursor.execute(query_text("sequences"))
        rows = cursor.fetchall()
        names = list(dict.fromkeys(TableName(row.sequence_schema, row.sequence_name) for row in rows))
        if not names:
            return ()
        cursor.execute(_states(names))
        states = {TableName(row[0], row[1]): SequenceState(row[2], row[3]) for row in cursor.fetchall()}
        for row in rows:
            name = TableName(row.sequence_schema, row.sequence_name)
            furthest = found[name].furthest if name in found else None
            if row.column_name is not None:
                with past_row_security(target, TableName(row.table_schema, row.table_name)):
                    value = _furthest_value(cursor, row)
                if value is not None and (furthest is None or _is_further(value, furthest, row.increment)):
                    furthest = value
            found[name] = SequenceInUse(
                name, states[name], row.increment, row.lowest, row.highest, row.column_name is not None, furthest
            )
    return tuple(found.values())


def _wanted_state(sequence: SequenceInUse, in_source: SequenceState | None) -> SequenceState:
    state = in_source or sequence.state
    following = state.next_value(sequence.increment)
    if sequence.furthest is None or _is_further(following, sequence.furthest, sequence.increment):
        return state
    return SequenceState(min(max(sequence.furthest, sequence.lowest), sequence.highest), True)


def _is_further(value: int, than: int, increment: int) -> bool:
    return value > than if increment > 0 else value < than


def _furthest_value(cursor: Any, row: Any) -> int | None:
    # The cast stands outside of max, so that an index on the column can give it.
    edge = sql.SQL("ceil(max({})::numeric)" if row.increment > 0 else "floor(min({})::numeric)")
    only = sql.SQL("ONLY " if row.has_foreign_children else "")  # their servers are not asked
    cursor.execute(
        sql.SQL("SELECT {} FROM {}{}").format(
            edge.format(sql.Identifier(row.column_name)), only, sql.Identifier(row.table_schema, row.table_name)
        )
    )
    value = cursor.fetchone()[0]
    return None if value is None else int(value)


def _states(names: list[TableName]) -> sql.Composable:
    return sql.SQL(" UNION ALL ").join(
        sql.SQL("SELECT {}::text AS schema, {}::text AS name, last_value, is_called FROM {}").format(
            sql.Literal(name.schema), sql.Literal(name.name), sql.Identifier(name.schema, name.name)
        )
        for name in names
    )
