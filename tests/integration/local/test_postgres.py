"""Needs PostgreSQL (the fixture starts it)."""

from collections.abc import Callable

from datavalut.connections import ConnectionParameters
from tests.postgres_server import TestServer, query


def test_the_server_is_version_17_and_knows_letters_beyond_ascii(
    make_database: Callable[..., ConnectionParameters],
) -> None:
    database = make_database()
    assert query(database, "SELECT current_setting('server_version_num')::int / 10000, lower('ÄÉ')") == [(17, "äé")]


def test_the_admin_is_no_superuser(postgres: TestServer) -> None:
    assert query(
        postgres.admin,
        "SELECT rolname, rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user",
    ) == [("datavalut_admin", False, True, True)]
