"""The work that workers share. Needs PostgreSQL (the fixture starts it)."""

from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from datavalut.catalog.model import TableName
from datavalut.connections import ConnectionParameters
from datavalut.engine.queue import WorkQueue, fill_queue
from datavalut.engine.work_items import Chunk, Work, WorkItem, WorkKind
from datavalut.transfer.archive import Piece
from datavalut.transfer.ledger import create_ledger
from tests.postgres_server import execute
from tests.transfer_examples import open_target

T, U = TableName("public", "t"), TableName("public", "u")
ITEMS = (
    WorkItem(1, WorkKind.ROWS, T, weight=5),
    WorkItem(2, WorkKind.ROWS, U, weight=9),
    WorkItem(3, WorkKind.INDEXES, T, weight=50, after=(1,)),
    WorkItem(4, WorkKind.END, None, after=(1, 2, 3)),
)
PIECES = (Piece(7, "INDEX", "public", "t_x", (), b"SELECT 1;"), Piece(8, "COMMENT", None, "on x", (), b"SELECT 2;"))
MakeQueue = Callable[[], WorkQueue]


@pytest.fixture
def target(make_database: Callable[..., ConnectionParameters]) -> ConnectionParameters:
    made = make_database()
    with closing(open_target(made)) as session:
        create_ledger(session)
        fill_queue(session, Work(ITEMS, {3: PIECES}), b"SET search_path = '';")
    return made


@pytest.fixture
def make_queue(target: ConnectionParameters) -> Iterator[MakeQueue]:
    """Each call is another worker's."""
    sessions = []

    def make() -> WorkQueue:
        sessions.append(open_target(target))
        return WorkQueue(sessions[-1], 4)

    yield make
    for session in sessions:
        session.close()


def claimed(queue: WorkQueue) -> int | None:
    item = queue.claim()
    return None if item is None else item.number


def test_rows_come_before_anything_else_and_the_heaviest_first(make_queue: MakeQueue) -> None:
    assert make_queue().claim() == ITEMS[1]


def test_no_two_workers_have_the_same_item_and_none_has_one_that_waits(make_queue: MakeQueue) -> None:
    assert [claimed(make_queue()) for _ in range(3)] == [2, 1, None]


def test_an_item_is_free_when_what_it_waits_for_is_done(make_queue: MakeQueue) -> None:
    first, second = make_queue(), make_queue()
    item = first.claim()
    assert item is not None
    first.finish(item)
    assert claimed(first) == 1
    assert claimed(second) is None
    first.finish(ITEMS[0])
    assert claimed(second) == 3
    assert not first.is_finished()


def test_what_comes_after_the_rows_is_made_by_no_more_sessions_than_there_are_workers(
    target: ConnectionParameters, make_queue: MakeQueue
) -> None:
    """Those of workers that have left count."""
    rows = make_queue()
    rows.finish(ITEMS[0])
    assert claimed(rows) == 2
    with closing(open_target(target)) as session:
        assert claimed(WorkQueue(session, 1)) is None
        assert claimed(WorkQueue(session, 2)) == 3


def test_all_done_is_finished(make_queue: MakeQueue) -> None:
    queue = make_queue()
    for item in ITEMS:
        assert not queue.is_finished()
        queue.finish(item)
    assert queue.is_finished()
    assert claimed(queue) is None


def test_what_a_worker_had_claimed_when_its_session_ended_is_free(target: ConnectionParameters) -> None:
    with closing(open_target(target)) as session:
        assert claimed(WorkQueue(session, 4)) == 2
        execute(target, f"SELECT pg_terminate_backend({session.info.backend_pid}, 5000)")
    with closing(open_target(target)) as session:
        assert claimed(WorkQueue(session, 4)) == 2


def test_a_cut_item_comes_again_after_its_chunks(make_queue: MakeQueue) -> None:
    queue = make_queue()
    item = queue.claim()
    assert item is not None
    chunks = (Chunk(0, end_page=10), Chunk(1, first_page=10, first_key=["a", "b"], end_key=None))
    queue.cut(item, chunks)
    assert queue.has_rows_left()
    for chunk in chunks:
        part = queue.claim()
        assert part is not None
        assert (part.kind, part.table, part.chunk) == (WorkKind.CHUNK, U, chunk)
        queue.finish(part)
    again = queue.claim()
    assert again is not None
    assert (again.number, again.is_cut) == (2, True)


def test_pieces_come_in_order_until_they_are_made(make_queue: MakeQueue) -> None:
    queue = make_queue()
    assert queue.pieces(ITEMS[2]) == PIECES
    queue.mark_made(ITEMS[2], PIECES[0])
    assert queue.pieces(ITEMS[2]) == PIECES[1:]
    assert queue.pieces(ITEMS[0]) == ()


def test_how_much_is_restored_does_not_count_rows(make_queue: MakeQueue) -> None:
    queue = make_queue()
    assert queue.share_restored() == 0
    queue.finish(ITEMS[0])
    assert queue.share_restored() == 0
    queue.finish(ITEMS[2])
    assert queue.share_restored() == 0.5
