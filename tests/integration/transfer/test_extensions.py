"""Extensions that the job's role may not make. Needs PostgreSQL (the fixture starts it)."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest
from psycopg2.extensions import connection

from datavalut.catalog.model import Catalog, Extension
from datavalut.transfer.extensions import AbsentExtension, absent_extensions, create_as_admin
from tests.postgres_server import TestServer, execute, query
from tests.transfer_examples import made_target, open_target

POSTGRES_FDW = Extension("postgres_fdw", "1.1", wraps_foreign_data=True)
FILE_FDW = Extension("file_fdw", "1.0", wraps_foreign_data=True)


@pytest.fixture
def admin(postgres: TestServer) -> Iterator[connection]:
    with closing(open_target(postgres.admin)) as session:
        yield session


def test_the_target_has_what_its_server_lets_everybody_create(admin: connection) -> None:
    assert absent_extensions([Extension(name, "1") for name in ("citext", "hstore", "pg_trgm")], admin) == ()
    assert absent_extensions((), admin) == ()


def test_what_the_server_lacks_and_what_only_a_superuser_may_create_is_absent(admin: connection) -> None:
    vector, inspect = Extension("vector", "0.8"), Extension("pageinspect", "1.12")
    assert absent_extensions([vector, inspect, Extension("citext", "1.6"), POSTGRES_FDW], admin) == (
        AbsentExtension(inspect, available=True),
        AbsentExtension(POSTGRES_FDW, available=True),
        AbsentExtension(vector, available=False),
    )


def test_an_admin_who_may_creates_wrappers_that_lead_away_from_the_server(postgres: TestServer) -> None:
    with closing(open_target(postgres.superuser)) as superuser:
        assert absent_extensions([POSTGRES_FDW, FILE_FDW], superuser) == (AbsentExtension(FILE_FDW, available=True),)


def test_a_wrapper_is_the_roles_to_use(postgres: TestServer) -> None:
    with made_target(postgres, Catalog("source", 170010, ())) as made:
        database = made.database.database
        execute(made.database, 'CREATE SCHEMA "My Extensions"')
        with closing(open_target(replace(postgres.superuser, database=database))) as admin:
            elsewhere = replace(POSTGRES_FDW, schema="My Extensions")
            assert create_as_admin(admin, elsewhere, made.database.user)
            assert not create_as_admin(admin, FILE_FDW, made.database.user)
        execute(made.database, "CREATE SERVER elsewhere FOREIGN DATA WRAPPER postgres_fdw")
        installed = "SELECT extname::text, extnamespace::regnamespace::text FROM pg_extension WHERE extname ~ 'fdw'"
        assert query(made.database, installed) == [("postgres_fdw", '"My Extensions"')]


def test_an_admin_who_may_not_create_it_leaves_nothing(postgres: TestServer) -> None:
    with (
        made_target(postgres, Catalog("source", 170010, ())) as made,
        closing(open_target(replace(postgres.admin, database=made.database.database))) as admin,
    ):
        assert not create_as_admin(admin, POSTGRES_FDW, made.database.user)
        with admin.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_extension WHERE extname ~ 'fdw'")
            assert cursor.fetchall() == [(0,)]
