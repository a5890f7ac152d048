"""How often the source is asked for a prompt about one of a hundred tables: a source may be far away. Needs
PostgreSQL."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from psycopg2.extensions import connection, cursor

from datavalut.catalog.model import Catalog
from datavalut.catalog.reader import read_catalog
from datavalut.connections import ConnectionParameters
from datavalut.filters.model import FilterPlan, Refusal
from datavalut.planning.offline import plan_offline
from datavalut.workflow.source_values import SourceValues
from tests.postgres_server import TestServer
from tests.transfer_examples import open_source

MOST_STATEMENTS = 40
MADE_OF = ("glass", "paper", "silk", "steel", "stone", "wool", "copper")
THINGS = "boats boxes bridges chairs doors lamps ovens pumps roofs ropes sails shelves wheels towers"
NAMES = ("customers", "invoices", *(f"{material}_{things}" for material in MADE_OF for things in THINGS.split()))


class CountingCursor(cursor):
    statements = 0

    def execute(self, query: Any, variables: Any = None) -> None:
        CountingCursor.statements += 1
        super().execute(query, variables)


def script() -> str:
    tables = [
        f"""CREATE TABLE {name} (id integer PRIMARY KEY, name text, kind text, status text, city text, notes text
            {f", parent_id integer REFERENCES {NAMES[number // 3]}" if number else ""});
        INSERT INTO {name} SELECT row, '{name} ' || row, '{name} kind ' || row % 5,
            (ARRAY['open', 'closed', 'pending'])[1 + row % 3], (ARRAY['Paris', 'Toronto', 'Rome'])[1 + row % 3], 'none'
        FROM generate_series(1, 30) AS row;"""
        for number, name in enumerate(NAMES)
    ]
    return "\n".join((*tables, "UPDATE wool_boats SET kind = 'raft' WHERE id = 7"))


@pytest.fixture(scope="module")
def database(postgres: TestServer) -> Iterator[ConnectionParameters]:
    parameters = postgres.make_database(script())
    yield parameters
    postgres.drop_database(parameters)


@pytest.fixture(scope="module")
def catalog(database: ConnectionParameters) -> Catalog:
    with closing(open_source(database)) as session:
        return read_catalog(session)


@pytest.fixture
def session(database: ConnectionParameters) -> Iterator[connection]:
    with closing(open_source(database)) as session:
        session.cursor_factory = CountingCursor
        CountingCursor.statements = 0
        yield session


@pytest.mark.parametrize(
    ("prompt", "understood"),
    [
        ("customers from Toronto with status closed", "customers.city is 'Toronto' and customers.status is 'closed'"),
        ("custmers from Torronto with statuss closed", "customers.city is 'Toronto' and customers.status is 'closed'"),
        ("Toronto customers", "city = 'Toronto'"),
        ("rafts", "wool_boats"),
        ("customers with purple hats", None),
        ("purple hats and green eyes", None),
    ],
)
def test_the_source_is_asked_a_few_times_for_a_prompt(
    session: connection, catalog: Catalog, prompt: str, understood: str | None
) -> None:
    assert len(catalog.tables) == 100
    answer = plan_offline(prompt, catalog, SourceValues(session, catalog))
    if understood is None:
        assert isinstance(answer, Refusal)
    else:
        assert isinstance(answer, FilterPlan)
        assert understood in answer.reading
    assert 0 < CountingCursor.statements <= MOST_STATEMENTS
