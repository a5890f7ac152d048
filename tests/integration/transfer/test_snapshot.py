"""One moment for several sessions. Needs PostgreSQL (the fixture starts it)."""

from collections.abc import Callable
from contextlib import closing

import psycopg2
import pytest
from psycopg2.extensions import connection

from datavalut.connections import ConnectionParameters
from datavalut.transfer.errors import SnapshotLost
from datavalut.transfer.snapshot import ExportedSnapshot, import_snapshot
from tests.postgres_server import execute
from tests.transfer_examples import open_source

MakeDatabase = Callable[..., ConnectionParameters]


def rows_seen(session: connection) -> int:
    with session.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM t")
        ((count,),) = cursor.fetchall()
    return int(count)


@pytest.fixture
def source(make_database: MakeDatabase) -> ConnectionParameters:
    return make_database("CREATE TABLE t (x int); INSERT INTO t VALUES (1)")


def test_a_session_that_imports_it_does_not_see_what_came_later(source: ConnectionParameters) -> None:
    with ExportedSnapshot(open_source(source)) as snapshot, closing(open_source(source)) as session:
        execute(source, "INSERT INTO t VALUES (2)")
        import_snapshot(session, snapshot.snapshot_id)
        assert rows_seen(session) == 1
        snapshot.ping()


def test_a_snapshot_can_be_handed_over_to_another_keeper(source: ConnectionParameters) -> None:
    first = ExportedSnapshot(open_source(source))
    execute(source, "INSERT INTO t VALUES (2)")
    successor = open_source(source)
    import_snapshot(successor, first.snapshot_id)
    with ExportedSnapshot(successor) as second, closing(open_source(source)) as session:
        first.close()
        assert second.snapshot_id != first.snapshot_id
        import_snapshot(session, second.snapshot_id)
        assert rows_seen(session) == 1


@pytest.mark.parametrize("snapshot_id", ["00000003-0000001B-1", "nonsense", "../../passwd"])
def test_a_snapshot_that_is_not_there_is_lost(source: ConnectionParameters, snapshot_id: str) -> None:
    with closing(open_source(source)) as session, pytest.raises(SnapshotLost) as lost:
        import_snapshot(session, snapshot_id)
    assert lost.value.snapshot_id == snapshot_id


def test_a_snapshot_is_lost_with_its_keeper(source: ConnectionParameters) -> None:
    snapshot = ExportedSnapshot(open_source(source))
    snapshot.close()
    with closing(open_source(source)) as session, pytest.raises(SnapshotLost):
        import_snapshot(session, snapshot.snapshot_id)
    with pytest.raises(SnapshotLost):
        snapshot.ping()


def test_a_session_can_be_used_again_after_a_lost_snapshot(source: ConnectionParameters) -> None:
    with ExportedSnapshot(open_source(source)) as snapshot, closing(open_source(source)) as session:
        with pytest.raises(SnapshotLost):
            import_snapshot(session, "nonsense")
        import_snapshot(session, snapshot.snapshot_id)
        assert rows_seen(session) == 1


def test_a_session_that_imported_it_can_write_nothing(source: ConnectionParameters) -> None:
    with ExportedSnapshot(open_source(source)) as snapshot, closing(open_source(source)) as session:
        import_snapshot(session, snapshot.snapshot_id)
        with session.cursor() as cursor, pytest.raises(psycopg2.errors.ReadOnlySqlTransaction):
            cursor.execute("INSERT INTO t VALUES (3)")
