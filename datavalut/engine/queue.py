"""The work items in the half-made database itself, where every worker finds them.

A worker claims an item by an advisory lock of its session, which PostgreSQL lets go when the session ends: what a
worker that died had claimed is free again at once, with no lease to wait for. What an item does is written with a mark
of its own in the same transaction (a chunk's rows, an object's piece), so that an item that is run again changes
nothing.
"""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from psycopg2 import sql
from psycopg2.extensions import connection
from psycopg2.extras import Json, NamedTupleCursor, execute_values

from datavalut.catalog.model import TableName
from datavalut.engine.work_items import CHUNKS, Chunk, Work, WorkItem, WorkKind
from datavalut.transfer.archive import Piece
from datavalut.transfer.statements import writing_target

_CREATE = """
CREATE TABLE datavalut_work.items (
    number bigint PRIMARY KEY,
    kind text NOT NULL,
    preference smallint NOT NULL,
    table_schema text,
    table_name text,
    weight bigint NOT NULL,
    chunk jsonb,
    is_cut boolean NOT NULL DEFAULT false,
    done boolean NOT NULL DEFAULT false
);
CREATE INDEX items_to_do ON datavalut_work.items (preference, weight DESC, number) WHERE NOT done;
CREATE TABLE datavalut_work.waits (item bigint, earlier bigint, PRIMARY KEY (item, earlier));
CREATE INDEX waits_earlier ON datavalut_work.waits (earlier);
CREATE TABLE datavalut_work.pieces (
    item bigint NOT NULL,
    position integer NOT NULL,
    entry integer NOT NULL,
    kind text NOT NULL,
    schema text,
    name text NOT NULL,
    statements bytea NOT NULL,
    made boolean NOT NULL DEFAULT false,
    PRIMARY KEY (item, position)
);
CREATE TABLE datavalut_work.preamble (statements bytea NOT NULL)
"""

# Of the items that wait for nothing, the first in the order of preference whose lock is free. What an item waits for is
# asked item by item, so that the look ends with the first: a join would read all of them for each claim. One look finds
# no more locks taken than sessions that the job's role may have.
#
# What comes after the rows is made of no more than `most` items at a time: those count that the server still works on
# after their worker has left. CASE tests one after the other, AND may not.
_CLAIM = """
WITH ready AS MATERIALIZED (
    SELECT number, preference FROM datavalut_work.items AS item
    WHERE NOT done AND (SELECT true FROM datavalut_work.waits WHERE waits.item = item.number LIMIT 1) IS NULL
    ORDER BY preference, weight DESC, number
    LIMIT 128
)
SELECT number FROM ready
WHERE CASE
    WHEN preference > %(rows)s AND %(most)s <= (
        SELECT count(*) FROM pg_catalog.pg_locks
        WHERE locktype = 'advisory'
            AND database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
    ) THEN false
    ELSE pg_catalog.pg_try_advisory_lock((%(locks)s::bigint << 32) # number)
END
LIMIT 1
"""
_CLAIMED = """
SELECT number, kind, table_schema, table_name, weight, chunk, is_cut
FROM datavalut_work.items AS item
WHERE number = %s AND NOT done AND NOT EXISTS (SELECT FROM datavalut_work.waits WHERE waits.item = item.number)
"""
_LOCKS = 0x64617461  # the class of our advisory locks: they are of this database alone
_MOST_CHUNKS = 1_000_000


def fill_queue(target: connection, work: Work, preamble: bytes) -> None:
    """Makes the queue, once."""
    with writing_target(), target.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute(_CREATE)
        _insert_items(cursor, work.items)
        _insert_waits(cursor, [(item.number, earlier) for item in work.items for earlier in item.after])
        execute_values(
            cursor,
            "INSERT INTO datavalut_work.pieces (item, position, entry, kind, schema, name, statements) VALUES %s",
            [
                (item, position, piece.entry, piece.kind, piece.schema, piece.name, piece.statements)
                for item, pieces in work.pieces.items()
                for position, piece in enumerate(pieces)
            ],
        )
        cursor.execute("INSERT INTO datavalut_work.preamble VALUES (%s)", (preamble,))
        cursor.execute("COMMIT")
        cursor.execute("ANALYZE datavalut_work.items, datavalut_work.waits, datavalut_work.pieces")


class WorkQueue:
    """One worker's view. `target` is the session that its claims are bound to, one at a time; `workers` is how many
    share the work. Errors are those about the target."""

    def __init__(self, target: connection, workers: int) -> None:
        self._target = target
        self._workers = workers

    def preamble(self) -> bytes:
        with writing_target(), self._target.cursor() as cursor:
            cursor.execute("SELECT statements FROM datavalut_work.preamble")
            ((statements,),) = cursor.fetchall()
        return bytes(statements)

    def claim(self) -> WorkItem | None:
        """The first item that waits for nothing, and that no other worker has claimed; None if there is none now."""
        cursor: Any
        with writing_target(), self._target.cursor(cursor_factory=NamedTupleCursor) as cursor:
            while True:
                cursor.execute(_CLAIM, {"locks": _LOCKS, "rows": _PREFERENCE[WorkKind.ROWS], "most": self._workers})
                found = cursor.fetchone()
                if found is None:
                    return None
                # It may have been done between the look and the lock.
                cursor.execute(_CLAIMED, (found.number,))
                claimed = cursor.fetchone()
                if claimed is not None:
                    return _item(claimed)
                self._unlock(found.number)

    def finish(self, item: WorkItem) -> None:
        """Those that wait for the item need wait no longer."""
        with writing_target(), self._target.cursor() as cursor:
            cursor.execute(
                "WITH over AS (DELETE FROM datavalut_work.waits WHERE earlier = %(number)s)"
                " UPDATE datavalut_work.items SET done = true WHERE number = %(number)s",
                {"number": item.number},
            )
        self.let_go(item)

    def cut(self, item: WorkItem, chunks: Sequence[Chunk]) -> None:
        """Puts chunks before the item: it can be claimed again when they are done."""
        numbered = [
            WorkItem(item.number * _MOST_CHUNKS + number, CHUNKS[item.kind], item.table, item.weight, (), chunk)
            for number, chunk in enumerate(chunks)
        ]
        with writing_target(), self._target.cursor() as cursor:
            cursor.execute("BEGIN")
            _insert_items(cursor, numbered)
            _insert_waits(cursor, [(item.number, chunk.number) for chunk in numbered])
            cursor.execute("UPDATE datavalut_work.items SET is_cut = true WHERE number = %s", (item.number,))
            cursor.execute("COMMIT")
        self.let_go(item)

    def is_finished(self) -> bool:
        """Whether every item is done."""
        with writing_target(), self._target.cursor() as cursor:
            cursor.execute("SELECT NOT EXISTS (SELECT FROM datavalut_work.items WHERE NOT done)")
            ((is_finished,),) = cursor.fetchall()
        return bool(is_finished)

    def share_restored(self) -> float:
        """How much of what comes after the rows is done, by items."""
        with writing_target(), self._target.cursor() as cursor:
            cursor.execute(
                "SELECT COALESCE(avg(done::integer), 1)::double precision FROM datavalut_work.items"
                " WHERE preference > %s",
                (_PREFERENCE[WorkKind.ROWS],),
            )
            ((share,),) = cursor.fetchall()
        return float(share)

    def has_rows_left(self) -> bool:
        """Whether anything is still to be read from the source."""
        with writing_target(), self._target.cursor() as cursor:
            cursor.execute(
                "SELECT EXISTS (SELECT FROM datavalut_work.items WHERE NOT done AND preference <= %s)",
                (_PREFERENCE[WorkKind.ROWS],),
            )
            ((has_rows_left,),) = cursor.fetchall()
        return bool(has_rows_left)

    def pieces(self, item: WorkItem) -> tuple[Piece, ...]:
        """Those of the item that are not made yet, in order."""
        with writing_target(), self._target.cursor() as cursor:
            cursor.execute(
                "SELECT entry, kind, schema, name, statements FROM datavalut_work.pieces"
                " WHERE item = %s AND NOT made ORDER BY position",
                (item.number,),
            )
            return tuple(
                Piece(entry, kind, schema, name, (), bytes(statements))
                for entry, kind, schema, name, statements in cursor.fetchall()
            )

    def note_of(self, item: WorkItem, piece: Piece) -> sql.Composable:
        """The statement that notes the piece as made, for the transaction that makes it."""
        return sql.SQL("UPDATE datavalut_work.pieces SET made = true WHERE item = {} AND entry = {}").format(
            sql.Literal(item.number), sql.Literal(piece.entry)
        )

    def mark_made(self, item: WorkItem, piece: Piece) -> None:
        with writing_target(), self._target.cursor() as cursor:
            cursor.execute(self.note_of(item, piece))

    def let_go(self, item: WorkItem) -> None:
        """It can be claimed again."""
        with writing_target():
            self._unlock(item.number)

    def _unlock(self, number: int) -> None:
        with self._target.cursor() as cursor:
            cursor.execute("SELECT pg_catalog.pg_advisory_unlock(%s)", ((_LOCKS << 32) ^ number,))


_PREFERENCE = {kind: place for place, kind in enumerate(WorkKind)}


def _insert_items(cursor: Any, items: Sequence[WorkItem]) -> None:
    execute_values(
        cursor,
        "INSERT INTO datavalut_work.items (number, kind, preference, table_schema, table_name, weight, chunk) VALUES %s"
        " ON CONFLICT DO NOTHING",
        [
            (
                item.number,
                item.kind,
                _PREFERENCE[item.kind],
                item.table.schema if item.table else None,
                item.table.name if item.table else None,
                item.weight,
                Json(asdict(item.chunk)) if item.chunk is not None else None,
            )
            for item in items
        ],
    )


def _insert_waits(cursor: Any, waits: Sequence[tuple[int, int]]) -> None:
    statement = "INSERT INTO datavalut_work.waits (item, earlier) VALUES %s ON CONFLICT DO NOTHING"
    execute_values(cursor, statement, waits, page_size=1000)


def _item(row: Any) -> WorkItem:
    return WorkItem(
        row.number,
        WorkKind(row.kind),
        TableName(row.table_schema, row.table_name) if row.table_name is not None else None,
        row.weight,
        (),
        None if row.chunk is None else Chunk(**row.chunk),
        row.is_cut,
    )
