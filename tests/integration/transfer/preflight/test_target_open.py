"""Where a job's role can connect. Needs PostgreSQL (the fixture starts it)."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace

import pytest
from psycopg2 import OperationalError
from psycopg2.extensions import connection

from datavalut.catalog.model import Catalog
from datavalut.connections import ConnectionParameters
from datavalut.transfer.preflight.finding import Severity
from datavalut.transfer.preflight.target_open import check_target_open
from datavalut.transfer.target import TargetNames, create_target, drop_target, secure_server
from tests.postgres_server import TestServer, execute, open_connection

MakeDatabase = Callable[..., ConnectionParameters]
NAMES = TargetNames("job_00000000000f")
PLAIN = Catalog("source", 170010, ())


def test_what_a_jobs_role_can_connect_to_is_named_with_what_closes_it(
    postgres: TestServer, admin: connection, make_database: MakeDatabase
) -> None:
    shop = make_database()
    create_target(admin, NAMES, "secret", PLAIN, lambda: True)
    try:
        secure_server(admin)
        there = replace(shop, user=NAMES.role, password="secret")
        with closing(open_connection(there)):
            (finding,) = check_target_open(admin)
        assert (finding.code, finding.severity) == ("target_open", Severity.WARNING)
        assert shop.database in finding.subject.split(", ")
        assert f'"{shop.database}"' in finding.remedy
        execute(postgres.superuser, f"REVOKE CONNECT ON DATABASE {shop.database} FROM PUBLIC")
        with pytest.raises(OperationalError, match="permission denied"):
            open_connection(there)
        assert not names_it(admin, shop.database)
    finally:
        drop_target(admin, NAMES)


def test_what_is_closed_by_the_job_or_takes_no_sessions_is_not_named(postgres: TestServer, admin: connection) -> None:
    assert names_it(admin, "template1")
    execute(postgres.superuser, "ALTER DATABASE template1 OWNER TO datavalut_admin")
    try:
        assert not names_it(admin, "template1")
    finally:
        execute(postgres.superuser, "ALTER DATABASE template1 OWNER TO postgres")
    assert not names_it(admin, "template0")


def test_a_result_that_its_owner_opens_to_everyone_is_no_other_jobs_concern(
    postgres: TestServer, admin: connection
) -> None:
    create_target(admin, NAMES, "secret", PLAIN, lambda: True)
    try:
        execute(postgres.superuser, f"GRANT CONNECT ON DATABASE {NAMES.build_database} TO PUBLIC")
        assert not names_it(admin, NAMES.build_database)
    finally:
        drop_target(admin, NAMES)


def names_it(admin: connection, database: str) -> bool:
    return any(database in finding.subject.split(", ") for finding in check_target_open(admin))
