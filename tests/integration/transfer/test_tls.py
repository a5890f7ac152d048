"""Encrypted connections. Needs PostgreSQL: these tests start a server of their own, which takes no others."""

import datetime
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from datavalut.connections import ConnectionParameters
from datavalut.transfer.connect import ANY_ADDRESS, connect
from datavalut.transfer.errors import ConnectFailed, TlsFailed, TlsRequired, WrongPassword
from tests.postgres_server import execute, open_connection, running_server


def self_signed() -> tuple[str, str]:
    """A key and its certificate, for the host localhost, in PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    encoding = serialization.Encoding.PEM
    private = key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return private.decode(), certificate.public_bytes(encoding).decode()


@pytest.fixture(scope="module")
def key_and_certificate() -> tuple[str, str]:
    return self_signed()


@pytest.fixture(scope="module")
def encrypted(key_and_certificate: tuple[str, str]) -> Iterator[ConnectionParameters]:
    """A server that takes encrypted connections only."""
    key, certificate = key_and_certificate
    files = {
        "server.key": key,
        "server.crt": certificate,
        "pg_hba.conf": "hostssl all all 127.0.0.1/32 scram-sha-256",
    }
    with running_server() as server:
        with closing(open_connection(server.superuser)) as connection, connection.cursor() as cursor:
            for name, content in files.items():  # the server writes its own files, as whoever it runs as
                cursor.execute("SHOW data_directory")
                ((directory,),) = cursor.fetchall()
                cursor.execute(
                    "COPY (SELECT regexp_split_to_table(%s, '\n')) TO PROGRAM %s",
                    (content.strip(), f"umask 077 && cat > '{directory}/{name}'"),
                )
        execute(server.superuser, "ALTER SYSTEM SET ssl = on")
        execute(server.superuser, "SELECT pg_reload_conf()")
        wait_until_encrypted(server.superuser)
        yield server.superuser


def wait_until_encrypted(parameters: ConnectionParameters) -> None:
    for _ in range(100):
        try:
            execute(replace(parameters, options={"sslmode": "require"}), "SELECT pg_sleep(0.05)")
        except Exception:  # noqa: S112 - the server has not read its new settings yet
            continue
        return


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
