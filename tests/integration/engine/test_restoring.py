"""What comes after the rows, while others hold locks. Needs PostgreSQL (the fixture starts it)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from time import sleep

from datavalut.catalog.model import Catalog
from datavalut.connections import ConnectionParameters
from datavalut.engine.queue import WorkQueue, fill_queue
from datavalut.engine.restoring import Restoring
from datavalut.engine.work_items import Work, WorkItem, WorkKind
from datavalut.transfer.archive import Piece
from datavalut.transfer.ledger import create_ledger
from datavalut.transfer.unattended import Unattended
from tests.postgres_server import open_connection, query
from tests.transfer_examples import open_target

ITEM = WorkItem(1, WorkKind.FOREIGN_KEYS, None, 0, ())
STATEMENT = b"ALTER TABLE c ADD CONSTRAINT c_p FOREIGN KEY (p) REFERENCES p;\n"
KEY = Piece(7, "FK CONSTRAINT", "public", "c c_p", (), STATEMENT)


def test_of_two_that_wait_for_each_other_the_one_that_is_cancelled_begins_again(
    make_database: Callable[..., ConnectionParameters],
) -> None:
    target = make_database("CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (p int)")
    with (
        closing(open_target(target)) as session,
        Unattended(session) as unattended,
        closing(open_connection(target, autocommit=False)) as other,
        other.cursor() as cursor,
        ThreadPoolExecutor(1) as beside,
    ):
        create_ledger(session)
        fill_queue(session, Work((ITEM,), {ITEM.number: (KEY,)}), b"")
        restoring = Restoring(session, WorkQueue(session, 4), Catalog("d", 170000, ()), unattended, lambda: None)
        cursor.execute("LOCK TABLE p IN ACCESS EXCLUSIVE MODE")
        making = beside.submit(restoring.add_foreign_keys, ITEM)
        # It holds the child, and waits for the parent: PostgreSQL looks for the circle when it has waited for a second.
        while query(target, "SELECT count(*) FROM pg_locks WHERE NOT granted") != [(1,)]:
            sleep(0.01)
        cursor.execute("LOCK TABLE c IN ACCESS EXCLUSIVE MODE")
        other.commit()
        making.result(30)
    assert query(target, "SELECT count(*) FROM pg_constraint WHERE contype = 'f'") == [(1,)]
    assert query(target, "SELECT made FROM datavalut_work.pieces") == [(True,)]
