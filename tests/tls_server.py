"""A PostgreSQL server that takes encrypted connections only, and what proves that it is localhost."""

import datetime
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from datavalut.connections import ConnectionParameters
from tests.postgres_server import TestServer, execute, open_connection, running_server


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


@contextmanager
def encrypted_server(key_and_certificate: tuple[str, str]) -> Iterator[TestServer]:
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
        _wait_until_encrypted(server.superuser)
        yield server


def _wait_until_encrypted(parameters: ConnectionParameters) -> None:
    for _ in range(100):
        try:
            execute(replace(parameters, options={"sslmode": "require"}), "SELECT pg_sleep(0.05)")
        except Exception:  # noqa: S112 - the server has not read its new settings yet
            continue
        return
