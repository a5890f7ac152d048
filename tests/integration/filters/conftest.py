"""Databases of random rows, each with its plain twin in Python."""

from collections.abc import Iterator

import pytest

from tests.filter_rows import RandomShop
from tests.postgres_server import TestServer, open_connection

SESSIONS = [
    "SET TimeZone = 'Pacific/Kiritimati'; SET DateStyle = 'SQL, DMY'",
    "SET TimeZone = 'America/St_Johns'; SET IntervalStyle = 'sql_standard'; SET standard_conforming_strings = off",
]


@pytest.fixture(scope="session")
def shops(postgres: TestServer) -> Iterator[list[RandomShop]]:
    databases = [postgres.make_database() for _ in SESSIONS]
    connections = [open_connection(parameters) for parameters in databases]
    shops = []
    for seed, (connection, session) in enumerate(zip(connections, SESSIONS, strict=True)):
        with connection.cursor() as cursor:
            cursor.execute(session)
        shops.append(RandomShop(connection, seed))
    yield shops
    for connection, parameters in zip(connections, databases, strict=True):
        connection.close()
        postgres.drop_database(parameters)
