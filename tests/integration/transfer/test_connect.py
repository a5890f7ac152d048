"""Opening sessions, and why one cannot be opened. Needs PostgreSQL (the fixture starts it)."""

import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from ipaddress import ip_network

import pytest

from datavalut.connections import ConnectionParameters
from datavalut.transfer.addresses import ANY_ADDRESS, AddressPolicy
from datavalut.transfer.connect import CONNECT_TIMEOUT, SOURCE_VERSIONS, connect
from datavalut.transfer.errors import (
    AddressNotAllowed,
    ConnectFailed,
    ConnectNotGranted,
    HostNotFound,
    LoginNotAllowed,
    NotAPostgresServer,
    SourceUnreachable,
    TlsNotSupported,
    TooManyConnections,
    UnknownDatabase,
    UnsupportedServerVersion,
    WrongPassword,
)
from datavalut.transfer.tools import postgres_tool
from local.postgres import free_port
from tests.postgres_server import TestServer, execute, query
from tests.silent_server import SilentServer
from tests.transfer_examples import open_source

MakeDatabase = Callable[..., ConnectionParameters]


def failure(parameters: ConnectionParameters) -> ConnectFailed:
    with pytest.raises(ConnectFailed) as raised:
        connect(parameters, application_name="tests", address_policy=ANY_ADDRESS)
    return raised.value


def test_a_source_session_can_only_read_and_writes_values_without_loss(postgres: TestServer) -> None:
    session = connect(postgres.superuser, application_name="job_1", address_policy=ANY_ADDRESS, read_only=True)
    with closing(session), session.cursor() as cursor:
        cursor.execute(
            "SELECT name, setting FROM pg_settings WHERE name IN ('default_transaction_read_only', 'row_security',"
            " 'TimeZone', 'DateStyle', 'extra_float_digits', 'bytea_output', 'application_name')"
        )
        assert dict(cursor.fetchall()) == {
            "default_transaction_read_only": "on",
            "row_security": "off",
            "TimeZone": "UTC",
            "DateStyle": "ISO, MDY",
            "extra_float_digits": "3",
            "bytea_output": "hex",
            "application_name": "job_1",
        }


def test_a_host_name_is_resolved_and_kept_for_the_server_to_be_known_by(postgres: TestServer) -> None:
    local = replace(postgres.superuser, host="localhost")
    with closing(connect(local, application_name="tests", address_policy=ANY_ADDRESS)) as session:
        parameters = session.get_dsn_parameters()
    assert parameters["host"] == "localhost"
    assert parameters["hostaddr"] == "127.0.0.1"


def test_a_wrong_password_names_the_user(postgres: TestServer) -> None:
    error = failure(replace(postgres.superuser, password="wrong"))
    assert isinstance(error, WrongPassword)
    assert error.user == "postgres"
    assert "wrong" not in str(error)


def test_a_user_that_does_not_exist_is_a_wrong_password_to_the_server(postgres: TestServer) -> None:
    assert isinstance(failure(replace(postgres.superuser, user="nobody")), WrongPassword)


def test_no_password_is_a_wrong_password(postgres: TestServer) -> None:
    assert isinstance(failure(replace(postgres.superuser, password="")), WrongPassword)


def test_an_unknown_database_is_named(postgres: TestServer) -> None:
    error = failure(replace(postgres.superuser, database="Not There"))
    assert isinstance(error, UnknownDatabase)
    assert error.database == "Not There"


def test_a_port_that_nobody_listens_on_is_unreachable(postgres: TestServer) -> None:
    error = failure(replace(postgres.superuser, port=free_port()))
    assert isinstance(error, SourceUnreachable)
    assert error.reason == "Connection refused"
    assert error.transient


def test_who_says_nothing_is_waited_for_once_and_no_longer_than_the_connection_string_says() -> None:
    """By the first connection it is seen that the address answers, by the second that it is no server's answer."""
    with closing(SilentServer()) as server:
        begun = time.monotonic()
        error = failure(
            ConnectionParameters("127.0.0.1", server.port, "shop", "reader", "secret", {"connect_timeout": "2"})
        )
        waited = time.monotonic() - begun
        assert server.visitors == 2
    assert isinstance(error, SourceUnreachable)
    assert error.reason == "no answer"
    assert waited < CONNECT_TIMEOUT


def test_a_host_without_an_address_is_not_found(postgres: TestServer) -> None:
    assert isinstance(failure(replace(postgres.superuser, host="database.invalid")), HostNotFound)


def test_a_denied_address_is_never_connected_to(postgres: TestServer) -> None:
    policy = AddressPolicy(denied=(ip_network("127.0.0.0/8"),))
    with pytest.raises(AddressNotAllowed):
        connect(postgres.superuser, application_name="tests", address_policy=policy)


def test_tls_that_the_server_does_not_offer(postgres: TestServer) -> None:
    error = failure(replace(postgres.superuser, options={"sslmode": "require"}))
    assert isinstance(error, TlsNotSupported)
    assert error.sslmode == "require"


@contextmanager
def role(server: TestServer, attributes: str) -> Iterator[ConnectionParameters]:
    execute(server.superuser, f"CREATE ROLE visitor PASSWORD 'secret' {attributes}")
    try:
        yield replace(server.superuser, user="visitor", password="secret")
    finally:
        execute(server.superuser, "DROP ROLE visitor")


def test_a_role_that_may_not_log_in(postgres: TestServer) -> None:
    with role(postgres, "NOLOGIN") as parameters:
        assert isinstance(failure(parameters), LoginNotAllowed)


def test_a_role_without_a_connection_left(postgres: TestServer) -> None:
    with role(postgres, "LOGIN CONNECTION LIMIT 0") as parameters:
        assert isinstance(failure(parameters), TooManyConnections)


def test_a_database_that_the_role_may_not_connect_to(postgres: TestServer, make_database: MakeDatabase) -> None:
    closed = make_database()
    execute(closed, f"REVOKE CONNECT ON DATABASE {closed.database} FROM PUBLIC")
    with role(postgres, "LOGIN") as parameters:
        error = failure(replace(parameters, database=closed.database))
        assert isinstance(error, ConnectNotGranted)
        assert error.database == closed.database


def test_something_else_that_listens_is_not_taken_for_postgres(postgres: TestServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            for _ in range(8):
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    connection.settimeout(0.2)
                    try:
                        connection.recv(100)
                        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                    except OSError:
                        continue

        threading.Thread(target=answer, daemon=True).start()
        error = failure(replace(postgres.superuser, port=listener.getsockname()[1]))
    assert isinstance(error, NotAPostgresServer)


def test_a_version_that_pg_dump_cannot_read_is_told(postgres: TestServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("datavalut.transfer.connect.SOURCE_VERSIONS", (12, 16))
    with pytest.raises(UnsupportedServerVersion) as raised:
        open_source(postgres.superuser)
    assert (raised.value.version, raised.value.supported) == (17, (12, 16))


def test_sources_are_read_up_to_the_version_of_pg_dump() -> None:
    told = subprocess.run([postgres_tool("pg_dump"), "--version"], capture_output=True, text=True, check=True).stdout
    assert told.startswith(f"pg_dump (PostgreSQL) {SOURCE_VERSIONS[1]}.")


def test_a_session_that_failed_leaves_nothing_open(postgres: TestServer) -> None:
    failure(replace(postgres.superuser, database="Not There"))
    assert query(postgres.superuser, "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'tests'") == [(0,)]
