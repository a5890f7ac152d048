"""Keys that the target holds, as a query of the source takes them. Needs PostgreSQL (the fixture starts it)."""

from collections.abc import Callable
from contextlib import closing

import psycopg2
import psycopg2.errors
import pytest

from datavalut.catalog.model import TableName
from datavalut.connections import ConnectionParameters
from datavalut.engine.keys import TargetKeys, preferring_sorting
from datavalut.filters.model import FilterPlan, Root
from datavalut.subset.known import Holding
from datavalut.subset.plan import plan_subset
from datavalut.subset.row_sets import Chosen
from tests.postgres_server import open_connection
from tests.transfer_examples import catalog_of, open_target

MakeDatabase = Callable[..., ConnectionParameters]


@pytest.fixture
def notes(make_database: MakeDatabase) -> ConnectionParameters:
    return make_database(
        'CREATE TABLE notes (day date, hour integer, word text COLLATE "C", PRIMARY KEY (day, hour, word));'
        "INSERT INTO notes SELECT date '2025-01-10' - g % 3, 2 - g % 3, g FROM generate_series(1, 9) AS g;"
    )


def test_keys_that_are_quickly_sorted_come_distinct_and_in_order(notes: ConnectionParameters) -> None:
    keys, arrays = _asked(notes, "day", "hour")
    assert arrays == ("{2025-01-08,2025-01-09,2025-01-10}", "{0,1,2}")
    assert keys.are_sorted


def test_keys_of_text_come_distinct_but_in_no_order(notes: ConnectionParameters) -> None:
    keys, (words,) = _asked(notes, "word")
    assert sorted(words.strip("{}").split(",")) == list("123456789")
    assert not keys.are_sorted


def _asked(database: ConnectionParameters, *columns: str) -> tuple[TargetKeys, tuple[str, ...]]:
    catalog = catalog_of(database)
    table = TableName("public", "notes")
    subset = plan_subset(catalog, FilterPlan(roots=(Root(table=str(table)),)))
    with closing(open_target(database)) as target:
        keys = TargetKeys(target, subset, frozenset({Holding(table)}))
        known = keys(Chosen(table), columns)
        with target.cursor() as cursor:
            cursor.execute("SHOW enable_hashagg")
            assert cursor.fetchone() == ("on",), "the session is left as it was"
    assert known is not None
    return keys, known.arrays


@pytest.mark.parametrize("autocommit", [True, False])
def test_a_preference_for_sorting_ends_with_what_it_was_for_though_that_fails(
    notes: ConnectionParameters, autocommit: bool
) -> None:
    with closing(open_connection(notes, autocommit=autocommit)) as session, session.cursor() as cursor:
        with pytest.raises(psycopg2.errors.DivisionByZero), preferring_sorting(session, wanted=True):
            cursor.execute("SHOW enable_hashagg")
            assert cursor.fetchone() == ("off",)
            cursor.execute("SELECT 1 / 0")
        session.rollback()
        cursor.execute("SHOW enable_hashagg")
        assert cursor.fetchone() == ("on",)


def test_a_session_that_is_lost_meanwhile_hides_no_error(notes: ConnectionParameters) -> None:
    with (
        closing(open_connection(notes)) as session,
        pytest.raises(ZeroDivisionError),
        preferring_sorting(session, wanted=True),
    ):
        session.close()
        raise ZeroDivisionError
