"""The work items in the half-made database itself, where every worker finds them.

A worker claims an item by an advisory lock of its session, which PostgreSQL lets go when the session ends: what a
worker that died had claimed is free again at once, with no lease to wait for. What an item does is written with a mark
of its own in the same transaction (a chunk's rows, an object's piece), so that an item that is run again changes
nothing.
"""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from psycopg2.extensions import connection
from psycopg2.extras import Json, NamedTupleCursor, execute_values

from datavalut.catalog.model import TableName
from datavalut.engine.work_items import Chunk, Work, WorkItem, WorkKind
from datavalut.transfer.archive import Piece
from datavalut.transfer.statements import writing_target

_CREATE = """
CREATE TABLE datavalut_work.items (
    number bigint PRIMARY KEY,
    kind text NOT NULL,
    table_schema text,
    table_name text,
    weight bigint NOT NULL,
    after bigint[] NOT NULL,
    chunk jsonb,
    is_cut boolean NOT NULL DEFAULT false,
    done boolean NOT NULL DEFAULT false
);
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

_READY = """
SELECT number, kind, table_schema, table_name, weight, after, chunk, is_cut
FROM datavalut_work.items AS item
WHERE NOT done
    AND NOT EXISTS (
        SELECT FROM datavalut_work.items AS earlier WHERE earlier.number = ANY (item.after) AND NOT earlier.done
    )
"""
_LOCKS = 0x64617461  # the class of our advisory locks: they are of this database alone
_MOST_CHUNKS = 1_000_000


def fill_queue(target: connection, work: Work, preamble: bytes) -> None:
    """Makes the queue, once."""
    with writing_target(), target.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute(_CREATE)
        _insert_items(cursor, work.items)
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


class WorkQueue:
    """One worker's view. `target` is the session that its claims are bound to. Errors are those about the target."""

    def __init__(self, target: connection) -> None:
        self._target = target

    def preamble(self) -> bytes:
        with writing_target(), self._target.cursor() as cursor:
            cursor.execute("SELECT statements FROM datavalut_work.preamble")
            ((statements,),) = cursor.fetchall()
        return bytes(statements)

    def claim(self) -> WorkItem | None:
        """The first item that waits for nothing, and that no other worker has claimed; None if there is none now."""
        cursor: Any
        with writing_target(), self._target.cursor(cursor_factory=NamedTupleCursor) as cursor:
            cursor.execute(_READY)
            ready = sorted(cursor.fetchall(), key=lambda row: (_PREFERENCE[row.kind], -row.weight, row.number))
            for row in ready:
                cursor.execute("SELECT pg_catalog.pg_try_advisory_lock(%s)", (_lock_key(row.number),))
                if not cursor.fetchone()[0]:
                    continue
                # It may have been done between the two statements.
                cursor.execute(f"{_READY} AND number = %s", (row.number,))
                claimed = cursor.fetchone()
                if claimed is not None:
                    return _item(claimed)
                self.let_go(_item(row))
        return None

    def finish(self, item: WorkItem) -> None:
        """Those that wait for the item need wait no longer."""
        with writing_target(), self._target.cursor() as cursor:
            cursor.execute("UPDATE datavalut_work.items SET done = true WHERE number = %s", (item.number,))
        self.let_go(item)

    def cut(self, item: WorkItem, chunks: Sequence[Chunk]) -> None:
        """Puts chunks before the item: it can be claimed again when they are done."""
        numbered = [
            WorkItem(item.number * _MOST_CHUNKS + number, WorkKind.CHUNK, item.table, item.weight, (), chunk)
            for number, chunk in enumerate(chunks)
        ]
        with writing_target(), self._target.cursor() as cursor:
            cursor.execute("BEGIN")
            _insert_items(cursor, numbered)
            cursor.execute(
                "UPDATE datavalut_work.items SET is_cut = true, after = after || %s::bigint[] WHERE number = %s",
                ([chunk.number for chunk in numbered], item.number),
            )
            cursor.execute("COMMIT")
        self.let_go(item)

    def is_finished(self) -> bool:
        """Whether every item is done."""
        return self._is_true("SELECT NOT EXISTS (SELECT FROM datavalut_work.items WHERE NOT done)")

    def share_restored(self) -> float:
        """How much of what comes after the rows is done, by items."""
        with writing_target(), self._target.cursor() as cursor:
            cursor.execute(
                "SELECT COALESCE(avg(done::integer), 1)::double precision FROM datavalut_work.items"
                " WHERE kind NOT IN ('keys', 'chunk', 'rows')"
            )
            ((share,),) = cursor.fetchall()
        return float(share)

    def has_rows_left(self) -> bool:
        """Whether anything is still to be read from the source."""
        return self._is_true(
            "SELECT EXISTS (SELECT FROM datavalut_work.items WHERE NOT done AND kind IN ('keys', 'chunk', 'rows'))"
        )

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

    def mark_made(self, item: WorkItem, piece: Piece) -> None:
        """In the transaction that makes it."""
        with writing_target(), self._target.cursor() as cursor:
            cursor.execute(
                "UPDATE datavalut_work.pieces SET made = true WHERE item = %s AND entry = %s",
                (item.number, piece.entry),
            )

    def _is_true(self, query: str) -> bool:
        with writing_target(), self._target.cursor() as cursor:
            cursor.execute(query)
            ((answer,),) = cursor.fetchall()
        return bool(answer)

    def let_go(self, item: WorkItem) -> None:
        """It can be claimed again."""
        with writing_target(), self._target.cursor() as cursor:
            cursor.execute("SELECT pg_catalog.pg_advisory_unlock(%s)", (_lock_key(item.number),))


_PREFERENCE = {str(kind): place for place, kind in enumerate(WorkKind)}


def _lock_key(number: int) -> int:
    return (_LOCKS << 32) ^ number


def _insert_items(cursor: Any, items: Sequence[WorkItem]) -> None:
    execute_values(
        cursor,
        "INSERT INTO datavalut_work.items (number, kind, table_schema, table_name, weight, after, chunk) VALUES %s"
        " ON CONFLICT DO NOTHING",
        [
            (
                item.number,
                item.kind,
                item.table.schema if item.table else None,
                item.table.name if item.table else None,
                item.weight,
                list(item.after),
                Json(asdict(item.chunk)) if item.chunk is not None else None,
            )
            for item in items
        ],
        template="(%s, %s, %s, %s, %s, %s::bigint[], %s)",
    )


def _item(row: Any) -> WorkItem:
    return WorkItem(
        row.number,
        WorkKind(row.kind),
        TableName(row.table_schema, row.table_name) if row.table_name is not None else None,
        row.weight,
        tuple(row.after),
        None if row.chunk is None else Chunk(**row.chunk),
        row.is_cut,
    )
