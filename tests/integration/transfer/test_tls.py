"""Encrypted connections. Needs PostgreSQL: these tests start a server of their own, which takes no others."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from psycopg2.extensions import connection

from datavalut.connections import ConnectionParameters
from datavalut.transfer.addresses import ANY_ADDRESS
from datavalut.transfer.connect import connect
from datavalut.transfer.errors import (
    ConnectFailed,
    SourceConnectionLost,
    SourceQueryFailed,
    TlsFailed,
    TlsRequired,
    WrongPassword,
)
from datavalut.transfer.long_rows import read_long_rows
from tests.postgres_server import execute
from tests.tls_server import encrypted_server, self_signed


@pytest.fixture(scope="module")
def key_and_certificate() -> tuple[str, str]:
    return self_signed()


@pytest.fixture(scope="module")
def encrypted(key_and_certificate: tuple[str, str]) -> Iterator[ConnectionParameters]:
    """A server that takes encrypted connections only."""
    with encrypted_server(key_and_certificate) as server:
        yield server.superuser


def failure(parameters: ConnectionParameters, **options: str) -> ConnectFailed:
    with pytest.raises(ConnectFailed) as raised:
        connect(replace(parameters, options=options), application_name="tests", address_policy=ANY_ADDRESS)
    return raised.value


@pytest.mark.parametrize("options", [{}, {"sslmode": "require"}])
def test_a_connection_is_encrypted_where_the_server_can(
    encrypted: ConnectionParameters, options: dict[str, str]
) -> None:
    session = connect(replace(encrypted, options=options), application_name="tests", address_policy=ANY_ADDRESS)
    with closing(session), session.cursor() as cursor:
        cursor.execute("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
        assert cursor.fetchone() == (True,)


def test_a_server_that_insists_on_encryption_says_so(encrypted: ConnectionParameters) -> None:
    error = failure(encrypted, sslmode="disable")
    assert isinstance(error, TlsRequired)
    assert error.sslmode == "disable"


@pytest.mark.parametrize("sslmode", ["verify-ca", "verify-full"])
def test_a_certificate_that_nobody_trusts_is_refused(encrypted: ConnectionParameters, sslmode: str) -> None:
    error = (
        failure(encrypted, sslmode=sslmode, sslrootcert="system")
        if sslmode == "verify-full"
        else failure(encrypted, sslmode=sslmode)
    )
    assert isinstance(error, TlsFailed)
    assert error.sslmode == sslmode


def test_a_wrong_password_is_told_through_encryption_too(encrypted: ConnectionParameters) -> None:
    assert isinstance(failure(replace(encrypted, password="wrong"), sslmode="require"), WrongPassword)


@pytest.fixture
def root(key_and_certificate: tuple[str, str], tmp_path: Path) -> Path:
    """A file with the server's certificate, which vouches for itself."""
    file = tmp_path / "root.pem"
    file.write_text(key_and_certificate[1])
    return file


def connect_trusting(root: Path, parameters: ConnectionParameters) -> Any:
    return connect(parameters, application_name="tests", address_policy=ANY_ADDRESS, root_certificates=root)


def test_a_server_that_proves_who_it_is_is_connected_to(encrypted: ConnectionParameters, root: Path) -> None:
    # Not even by what the connection itself says can the check be left out.
    named = replace(encrypted, host="localhost", options={"sslmode": "disable"})
    with closing(connect_trusting(root, named)) as session:
        assert session.info.ssl_in_use


def test_a_server_with_the_certificate_of_another_host_is_refused(encrypted: ConnectionParameters, root: Path) -> None:
    with pytest.raises(TlsFailed):
        connect_trusting(root, encrypted)  # by its address, for which it has none


def test_a_server_with_a_certificate_of_an_unknown_issuer_is_refused(
    encrypted: ConnectionParameters, tmp_path: Path
) -> None:
    other = tmp_path / "other.pem"
    other.write_text(self_signed()[1])
    with pytest.raises(TlsFailed):
        connect_trusting(other, replace(encrypted, host="localhost"))


def test_without_the_file_of_certificates_nobody_is_trusted(encrypted: ConnectionParameters, tmp_path: Path) -> None:
    with pytest.raises(TlsFailed):
        connect_trusting(tmp_path / "missing.pem", replace(encrypted, host="localhost"))


# A megabyte each.
LONG = "SELECT g, repeat(encode(sha256(g::text::bytea), 'hex'), 15625) FROM generate_series(1, 3) AS g"


@pytest.fixture
def reading(encrypted: ConnectionParameters) -> Iterator[connection]:
    options = {"sslmode": "require"}
    with closing(
        connect(
            replace(encrypted, options=options), application_name="reading", address_policy=ANY_ADDRESS, read_only=True
        )
    ) as session:
        yield session


def read(session: connection, query: str) -> bytes:
    pieces: list[bytes] = []
    read_long_rows(session, f"COPY ({query}) TO STDOUT", lambda piece: pieces.append(bytes(piece)))
    return b"".join(pieces)


def test_long_rows_are_read_through_encryption_and_the_session_is_as_it_was(reading: connection) -> None:
    expected = b"".join(b"%d\t%s\n" % (g, sha256(b"%d" % g).hexdigest().encode() * 15625) for g in (1, 2, 3))
    for _ in range(2):
        assert read(reading, LONG) == expected
    with reading.cursor() as cursor:
        cursor.execute("SELECT 5")
        assert cursor.fetchall() == [(5,)]


def test_short_rows_are_read_so_too(reading: connection) -> None:
    assert read(reading, "SELECT generate_series(1, 100000)") == b"".join(b"%d\n" % g for g in range(1, 100001))


def test_an_error_in_the_middle_of_long_rows_is_told(reading: connection) -> None:
    with pytest.raises(SourceQueryFailed) as raised:
        read(reading, f"{LONG} UNION ALL SELECT 1 / (g - 1), 'x' FROM generate_series(1, 1) AS g")
    assert raised.value.sqlstate == "22012"


def test_an_encrypted_session_that_ends_in_the_middle_of_a_row_is_lost(
    reading: connection, encrypted: ConnectionParameters
) -> None:
    ended: list[int] = []

    def end_session(piece: memoryview) -> None:
        if not ended:
            ended.append(len(piece))
            execute(
                replace(encrypted, options={"sslmode": "require"}),
                f"SELECT pg_terminate_backend({reading.info.backend_pid}, 5000)",
            )

    with pytest.raises(SourceConnectionLost):
        read_long_rows(reading, "COPY (SELECT repeat('x', 100000000)) TO STDOUT", end_session)
