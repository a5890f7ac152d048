"""What comes after the rows: indexes, foreign keys, validation, proofs, and the rest of the schema.

Each may take longer than a worker lives, so the server is left to carry it out, together with the note that it is done.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from psycopg2 import sql
from psycopg2.extensions import connection

from datavalut.catalog.model import Catalog
from datavalut.engine.queue import WorkQueue
from datavalut.engine.work_items import ROW_SECURITY, WorkItem, is_counted_apart
from datavalut.transfer.archive import Piece
from datavalut.transfer.counting import count_query
from datavalut.transfer.errors import PolicyForAbsentRole, TargetBusy
from datavalut.transfer.ledger import is_counted, recording_count, recording_unmet, unmet_rows
from datavalut.transfer.schema import (
    foreign_keys_to_validate,
    refresh_materialized_views,
    restore_piece,
    validate_foreign_key,
    without_validation,
)
from datavalut.transfer.statements import writing_target
from datavalut.transfer.unattended import Unattended
from datavalut.transfer.verify import analyze_materialized_views, analyze_statement

_MOST_DEADLOCKS = 20


class TimeIsUp(Exception):
    """A worker is to begin nothing more."""


@dataclass(frozen=True)
class Restoring:
    """`target` is the session that the queue's claims are bound to, and that `unattended` works in. Where `has_time`
    says so, each method raises TimeIsUp between two pieces of its work: what is made is made, and the item is still to
    be finished; in the middle of one it raises LeftToServer: the server makes it, and holds the claim meanwhile."""

    target: connection
    queue: WorkQueue
    catalog: Catalog
    unattended: Unattended
    check: Callable[[], None]
    has_time: Callable[[], bool] = lambda: True

    def make_indexes(self, item: WorkItem) -> None:
        """And what needs a table with its rows, before others lock it: statistics, and the count that proves it."""
        assert item.table is not None  # noqa: S101 - an item of this kind has one
        self._make(item, self.queue.pieces(item))
        if is_counted(self.target, item.table):
            return
        statements = list(analyze_statement(self.target, item.table))
        table = self.catalog.table(item.table)
        if not is_counted_apart(table):
            statements.append(recording_count(table.name, count_query(table)))
        if statements:
            self._execute_all(statements)

    def count(self, item: WorkItem) -> None:
        assert item.table is not None  # noqa: S101 - an item of this kind has one
        if not is_counted(self.target, item.table):
            self._execute_all([recording_count(item.table, count_query(self.catalog.table(item.table)))])

    def add_foreign_keys(self, item: WorkItem) -> None:
        self._make(item, map(without_validation, self.queue.pieces(item)))

    def validate(self, item: WorkItem) -> None:
        assert item.table is not None  # noqa: S101 - an item of this kind has one
        self._make(item, self.queue.pieces(item))
        for oid in foreign_keys_to_validate(self.target, item.table):
            self._undisturbed(partial(validate_foreign_key, self.target, oid, self._execute))

    def count_unmet(self, item: WorkItem, counts: sql.Composable) -> None:
        """Keeps the `UnmetRows` of a root, which the SELECT counts."""
        assert item.table is not None  # noqa: S101 - an item of this kind has one
        if item.table in unmet_rows(self.target):
            return
        self._execute_all([recording_unmet(item.table, counts)])

    def finish_schema(self, item: WorkItem) -> None:
        pieces = self.queue.pieces(item)
        self._make(item, (piece for piece in pieces if piece.kind != ROW_SECURITY))
        refresh_materialized_views(self.target, self._execute)
        analyze_materialized_views(self.target, self.check)
        self._make(item, (piece for piece in pieces if piece.kind == ROW_SECURITY))

    def _make(self, item: WorkItem, pieces: Iterable[Piece]) -> None:
        for piece in pieces:
            try:
                self._undisturbed(partial(restore_piece, piece, partial(self._execute_noted, item, piece)))
            except PolicyForAbsentRole:
                self.queue.mark_made(item, piece)

    def _execute_noted(self, item: WorkItem, piece: Piece, statements: bytes) -> None:
        self._execute(statements + b"\n" + self.queue.note_of(item, piece).as_string(self.target).encode())

    def _execute_all(self, statements: Sequence[sql.Composable]) -> None:
        with writing_target():
            self._execute(sql.SQL(";\n").join(statements).as_string(self.target).encode())

    def _execute(self, statements: bytes) -> None:
        self.check()
        if not self.has_time():
            raise TimeIsUp
        self.unattended.carry_out(statements, self._stays)

    def _stays(self) -> bool:
        self.check()
        return self.has_time()

    def _undisturbed(self, statement: Callable[[], None]) -> None:
        """A foreign key locks two tables, with all of their partitions, and two workers may do so in a circle: of these
        PostgreSQL cancels one after a second, which finds its way free by then."""
        for _ in range(_MOST_DEADLOCKS):
            try:
                return statement()
            except TargetBusy as error:
                disturbance = error
        raise disturbance
