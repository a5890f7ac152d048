"""One worker: claims items and does them, until none is left or its time is up. Any number of them share a build."""

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Protocol

from psycopg2.extensions import connection

from datavalut.catalog.model import TableName
from datavalut.engine.copying import Copying, Subset
from datavalut.engine.queue import WorkQueue
from datavalut.engine.restoring import Restoring, TimeIsUp
from datavalut.engine.root_proofs import unmet_query
from datavalut.engine.work_items import WorkItem, WorkKind
from datavalut.transfer.errors import CopyFailed
from datavalut.transfer.schema import reset_search_path, take_settings
from datavalut.transfer.source_changes import ReadTables, require_table_unchanged
from datavalut.transfer.statements import writing_target
from datavalut.transfer.unattended import LeftToServer, Unattended

_SHORTEST_WAIT_SECONDS = 0.01
_LONGEST_WAIT_SECONDS = 0.1
# Of the server's memory that an index build may take: RDS gives a quarter of it all to shared buffers, and the workers
# together take half as much again.
_SHARE_OF_BUFFERS = 2
_LEAST_MEMORY_KB = 64 * 1024
_MOST_MEMORY_KB = 2 * 1024 * 1024


class Observer(Protocol):
    """Whom a worker tells how it gets on, and asks whether to go on."""

    def check(self) -> None:
        """Called between pieces of work and about every second during a copy: ends it by raising."""

    def sent(self, table: TableName, number_of_bytes: int) -> None: ...

    def copied(self, table: TableName, rows: int) -> None: ...

    def table_is_copied(self, table: TableName) -> None: ...

    def restored(self, share: float) -> None:
        """Of what comes after the rows, once all of these are there."""

    def source_is_read(self) -> None:
        """Nothing is left to be read from the source. Called once or more."""


class Unobserved(Observer):
    """Lets a worker go on whatever happens, and tells nobody."""

    def check(self) -> None: ...

    def sent(self, table: TableName, number_of_bytes: int) -> None: ...

    def copied(self, table: TableName, rows: int) -> None: ...

    def table_is_copied(self, table: TableName) -> None: ...

    def restored(self, share: float) -> None: ...

    def source_is_read(self) -> None: ...


@dataclass
class Worker:
    """`open_source` opens a session that reads the job's snapshot; it is called when there is something to read.
    `make_sure` raises unless that snapshot was held until now; without it, rows may have been missed.
    `workers` is how many there are of them, who share the target server's memory."""

    target: connection
    subset: Subset
    open_source: Callable[[ExitStack], connection]
    make_sure: Callable[[connection], None]
    observer: Observer
    workers: int
    _queue: WorkQueue = field(init=False)
    _copying: Copying | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self._queue = WorkQueue(self.target, self.workers)

    def run(self, has_time: Callable[[], bool] = lambda: True) -> bool:
        """Whether the whole build is done; False if `has_time` said that no more work is to be begun.

        Raises what an item raises: what it had done is undone, and it is free to be claimed again.
        """
        preamble = self._queue.preamble()
        give_memory(self.target, self.workers)
        wait = _SHORTEST_WAIT_SECONDS
        with ExitStack() as sessions, Unattended(self.target) as unattended:
            catalog, check = self.subset.plan.catalog, self.observer.check
            restoring = Restoring(self.target, self._queue, catalog, unattended, check, has_time)
            while True:
                self.observer.check()
                if not has_time():
                    return self._queue.is_finished()
                item = self._queue.claim()
                if item is not None:
                    try:
                        self._do(item, restoring, preamble, sessions)
                    except TimeIsUp:
                        self._queue.let_go(item)
                        return False
                    except LeftToServer:  # with its claim
                        return False
                    wait = _SHORTEST_WAIT_SECONDS
                elif self._queue.is_finished():
                    return True
                else:
                    self._let_source_go(sessions)
                    time.sleep(wait)
                    wait = min(wait * 1.5, _LONGEST_WAIT_SECONDS)

    def _do(self, item: WorkItem, restoring: Restoring, preamble: bytes, sessions: ExitStack) -> None:
        if item.reads_source:
            reset_search_path(self.target)
            try:
                self._copy(item, sessions)
            except CopyFailed:
                self._tell_change_of(item)
                raise
            return
        self._let_source_go(sessions)
        if item.kind is WorkKind.PROOF:
            self._prove(item, restoring)
        else:
            take_settings(self.target, preamble)
            self._restore(item, restoring)
        self._queue.finish(item)
        if not self._queue.has_rows_left():
            self.observer.restored(self._queue.share_restored())

    def _prove(self, item: WorkItem, restoring: Restoring) -> None:
        assert item.table is not None  # noqa: S101 - an item of this kind has one
        reset_search_path(self.target)  # operators are to be the ones that the condition was judged by in the source
        restoring.count_unmet(item, unmet_query(self.target, self.subset, item.table))

    def _restore(self, item: WorkItem, restoring: Restoring) -> None:
        match item.kind:
            case WorkKind.INDEXES:
                self._use_helpers(wanted=not self._queue.has_rows_left())
                restoring.make_indexes(item)
            case WorkKind.FOREIGN_KEYS:
                restoring.add_foreign_keys(item)
            case WorkKind.VALIDATION:
                restoring.validate(item)
            case WorkKind.COUNT:
                restoring.count(item)
            case WorkKind.END:
                restoring.finish_schema(item)

    def _use_helpers(self, *, wanted: bool) -> None:
        """PostgreSQL's own parallel workers for an index: not while rows are copied, which others wait for."""
        statement = "RESET max_parallel_maintenance_workers" if wanted else "SET max_parallel_maintenance_workers = 0"
        with writing_target(), self.target.cursor() as cursor:
            cursor.execute(statement)

    def _let_source_go(self, sessions: ExitStack) -> None:
        """Nothing of the source is held longer than it is read."""
        if self._copying is not None and not self._queue.has_rows_left():
            sessions.close()
            self._copying = None

    def _copy(self, item: WorkItem, sessions: ExitStack) -> None:
        if self._copying is None:
            self._copying = self._begin_copying(self.open_source(sessions))
        chunks = () if item.is_cut else self._copying.copy_or_cut(item)
        if chunks:
            self._queue.cut(item, chunks)
            return
        if item.kind is WorkKind.ROWS:
            self._copying.measure(item)
        self._queue.finish(item)
        if item.table is not None and item.kind is WorkKind.ROWS:
            self.observer.table_is_copied(item.table)
        if not self._queue.has_rows_left():
            self.observer.source_is_read()

    def _tell_change_of(self, item: WorkItem) -> None:
        """Rows that are refused may be of a table that has changed: raises SourceChanged then."""
        assert item.table is not None  # noqa: S101 - rows are of one
        with ExitStack() as sessions:
            require_table_unchanged(self.open_source(sessions), item.table)

    def _begin_copying(self, source: connection) -> Copying:
        observer = self.observer

        tables = ReadTables(source)

        def make_sure() -> None:
            tables.require_unchanged()
            self.make_sure(source)

        return Copying(source, self.target, self.subset, observer.check, observer.sent, observer.copied, make_sure)


def give_memory(target: connection, workers: int) -> None:
    """As much memory for building indexes and validating keys as the server can spare."""
    with writing_target(), target.cursor() as cursor:
        cursor.execute(
            "SELECT setting::bigint * pg_catalog.current_setting('block_size')::bigint / 1024"
            " FROM pg_catalog.pg_settings WHERE name = 'shared_buffers'"
        )
        ((buffers_kb,),) = cursor.fetchall()
        memory_kb = max(_LEAST_MEMORY_KB, min(_MOST_MEMORY_KB, buffers_kb // _SHARE_OF_BUFFERS // workers))
        cursor.execute("SELECT pg_catalog.set_config('maintenance_work_mem', %s, false)", (f"{memory_kb}kB",))
        cursor.execute("SELECT pg_catalog.set_config('work_mem', %s, false)", (f"{memory_kb // 4}kB",))
