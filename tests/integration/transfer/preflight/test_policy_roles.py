"""Policies for roles that the target server does not have. Needs PostgreSQL (the fixture starts it)."""

from collections.abc import Callable

from psycopg2.extensions import connection

from datavalut.catalog.model import TableName
from datavalut.connections import ConnectionParameters
from datavalut.transfer.preflight.finding import Severity
from datavalut.transfer.preflight.policy_roles import Policy, check_policy_roles, read_policies
from tests.integration.transfer.preflight.conftest import MakeReader, OpenSession
from tests.postgres_server import execute

MakeDatabase = Callable[..., ConnectionParameters]
ORDERS = TableName("public", "orders")


def test_policies_that_name_roles_are_read(
    make_database: MakeDatabase, make_reader: MakeReader, source_session: OpenSession
) -> None:
    database = make_database("CREATE TABLE orders (x int)")
    reader = make_reader(database)
    execute(
        database,
        f'CREATE POLICY own ON orders TO "{reader.user}", datavalut_admin; CREATE POLICY every ON orders TO PUBLIC',
    )
    assert read_policies(source_session(reader)) == (Policy("own", ORDERS, (reader.user, "datavalut_admin")),)
    execute(database, "DROP POLICY own ON orders")


def test_policies_for_roles_that_are_there_pass(admin: connection) -> None:
    assert check_policy_roles((Policy("own", ORDERS, ("datavalut_admin",)),), admin) == ()
    assert check_policy_roles((), admin) == ()


def test_all_that_will_be_left_out_are_named_with_their_roles(admin: connection) -> None:
    policies = (
        Policy("own", ORDERS, ("datavalut_admin", "anon")),
        Policy("seen", ORDERS, ("authenticated",)),
        Policy("fine", ORDERS, ("datavalut_admin",)),
    )
    (finding,) = check_policy_roles(policies, admin)
    assert (finding.code, finding.severity) == ("policy_roles", Severity.WARNING)
    assert finding.subject == "own on public.orders, seen on public.orders"
    assert "(anon, authenticated)" in finding.message
