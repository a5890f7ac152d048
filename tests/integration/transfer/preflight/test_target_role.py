"""What the target server's admin may do. Needs PostgreSQL (the fixture starts it)."""

from collections.abc import Callable
from contextlib import closing

import pytest

from datavalut.connections import ConnectionParameters
from datavalut.transfer.preflight.finding import Severity
from datavalut.transfer.preflight.target_role import check_target_role
from tests.integration.transfer.preflight.conftest import MakeReader
from tests.postgres_server import TestServer, execute
from tests.transfer_examples import open_target

MakeDatabase = Callable[..., ConnectionParameters]


def test_an_admin_and_a_superuser_pass(postgres: TestServer) -> None:
    for parameters in (postgres.admin, postgres.superuser):
        with closing(open_target(parameters)) as session:
            assert check_target_role(session) == ()


@pytest.mark.parametrize(
    ("attributes", "missing"),
    [("", "CREATEDB and CREATEROLE"), ("CREATEDB", "CREATEROLE"), ("CREATEROLE", "CREATEDB")],
)
def test_what_is_missing_is_an_error(
    attributes: str, missing: str, make_database: MakeDatabase, make_reader: MakeReader
) -> None:
    database = make_database()
    role = make_reader(database)
    if attributes:
        execute(database, f'ALTER ROLE "{role.user}" {attributes}')
    with closing(open_target(role)) as session:
        (finding,) = check_target_role(session)
    assert (finding.code, finding.severity, finding.subject) == ("target_role", Severity.ERROR, missing)
    assert finding.message == f"The target server's admin lacks {missing}."
