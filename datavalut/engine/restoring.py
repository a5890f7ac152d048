"""What comes after the rows: indexes, foreign keys, validation, and the rest of the schema."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from psycopg2.extensions import connection

from datavalut.catalog.model import Catalog
from datavalut.engine.queue import WorkQueue
from datavalut.engine.work_items import ROW_SECURITY, WorkItem
from datavalut.transfer.archive import Piece
from datavalut.transfer.counting import count_in_target
from datavalut.transfer.errors import PolicyForAbsentRole, TargetBusy
from datavalut.transfer.ledger import record_count
from datavalut.transfer.schema import (
    foreign_keys_to_validate,
    refresh_materialized_views,
    restore_piece,
    validate_foreign_key,
    without_validation,
)
from datavalut.transfer.statements import transaction
from datavalut.transfer.verify import analyze_materialized_views, analyze_table

_MOST_DEADLOCKS = 20


class TimeIsUp(Exception):
    """A worker is to begin nothing more."""


@dataclass(frozen=True)
class Restoring:
    """`target` is the session that the queue's claims are bound to. Each method raises TimeIsUp between two pieces of
    its work where `has_time` says so: what is made is made, and the item is still to be finished."""

    target: connection
    queue: WorkQueue
    catalog: Catalog
    check: Callable[[], None]
    has_time: Callable[[], bool] = lambda: True

    def make_indexes(self, item: WorkItem) -> None:
        """And what needs a table with its rows, before others lock it: statistics, and the count that proves it."""
        assert item.table is not None  # noqa: S101 - an item of this kind has one
        self._make(item, self.queue.pieces(item))
        analyze_table(self.target, item.table)
        record_count(self.target, item.table, count_in_target(self.target, self.catalog.table(item.table)))

    def add_foreign_keys(self, item: WorkItem) -> None:
        self._make(item, map(without_validation, self.queue.pieces(item)))

    def validate(self, item: WorkItem) -> None:
        assert item.table is not None  # noqa: S101 - an item of this kind has one
        self._make(item, self.queue.pieces(item))
        for oid in foreign_keys_to_validate(self.target, item.table):
            self._undisturbed(partial(validate_foreign_key, self.target, oid))

    def finish_schema(self, item: WorkItem) -> None:
        pieces = self.queue.pieces(item)
        self._make(item, (piece for piece in pieces if piece.kind != ROW_SECURITY))
        refresh_materialized_views(self.target, self.check)
        analyze_materialized_views(self.target, self.check)
        self._make(item, (piece for piece in pieces if piece.kind == ROW_SECURITY))

    def _make(self, item: WorkItem, pieces: Iterable[Piece]) -> None:
        for piece in pieces:
            if not self.has_time():
                raise TimeIsUp
            try:
                self._undisturbed(partial(self._make_piece, item, piece))
            except PolicyForAbsentRole:
                self.queue.mark_made(item, piece)

    def _make_piece(self, item: WorkItem, piece: Piece) -> None:
        with transaction(self.target):
            restore_piece(self.target, piece)
            self.queue.mark_made(item, piece)

    def _undisturbed(self, statement: Callable[[], None]) -> None:
        """A foreign key locks two tables, with all of their partitions, and two workers may do so in a circle: of these
        PostgreSQL cancels one after a second, which finds its way free by then."""
        for _ in range(_MOST_DEADLOCKS):
            self.check()
            try:
                return statement()
            except TargetBusy as error:
                disturbance = error
        raise disturbance
