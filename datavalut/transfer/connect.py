"""Opening sessions, and telling apart why one could not be opened.

psycopg2 gives no SQLSTATE for a failed connection. So when one fails, the same login is tried once more by libpq's
asynchronous interface with its messages reduced to the SQLSTATE, and by the first bytes of the protocol.
"""

import select
import socket
import struct
import time
from collections.abc import Mapping
from contextlib import closing, suppress
from pathlib import Path

import psycopg2
from psycopg2.extensions import POLL_OK, POLL_READ, POLL_WRITE, connection, make_dsn

from datavalut.connections import ConnectionParameters
from datavalut.transfer import libpq
from datavalut.transfer.addresses import AddressPolicy, resolve
from datavalut.transfer.errors import (
    ConnectFailed,
    ConnectNotGranted,
    ConnectRefused,
    LoginNotAllowed,
    NotAPostgresServer,
    PoolerSharesSessions,
    ServerNotReady,
    SourceUnreachable,
    TlsFailed,
    TlsNotSupported,
    TlsRequired,
    TooManyConnections,
    UnknownDatabase,
    UnsupportedServerVersion,
    WrongPassword,
)
from datavalut.transfer.pooler import is_pooled, shares_sessions

# Majors: from what the catalog queries need to what pg_dump can read.
SOURCE_VERSIONS = (12, 17)
# From where the schema public belongs to the database's owner to where pg_dump's statements were tried.
TARGET_VERSIONS = (15, 18)
CONNECT_TIMEOUT = 10  # seconds, for one address
_NO_ANSWER = "no answer"

# A worker lives 15 minutes; no statement of it, and no forgotten session, may live longer.
STATEMENT_MILLISECONDS = 15 * 60 * 1000
_SOURCE_LOCK_MILLISECONDS = 60 * 1000

# So that a value's text is the same on both sides and loses nothing.
_FORMATS = {
    "DateStyle": "ISO, MDY",
    "IntervalStyle": "postgres",
    "TimeZone": "UTC",
    "array_nulls": "on",
    "bytea_output": "hex",
    "extra_float_digits": "3",
    "lc_monetary": "C",
    "standard_conforming_strings": "on",
    "xmloption": "content",
}
_LIVENESS = {
    "idle_in_transaction_session_timeout": str(STATEMENT_MILLISECONDS),
    "idle_session_timeout": "0",
    "statement_timeout": str(STATEMENT_MILLISECONDS),
    "tcp_keepalives_count": "3",
    "tcp_keepalives_idle": "30",  # seconds
    "tcp_keepalives_interval": "10",
    "transaction_timeout": "0",  # one transaction, that of the source's snapshot, is as long as the copy
}
_SOURCE_SETTINGS = {
    **_FORMATS,
    **_LIVENESS,
    "default_transaction_read_only": "on",
    "jit": "off",  # the planner thinks recursive sets huge, and would compile for them
    "lock_timeout": str(_SOURCE_LOCK_MILLISECONDS),
    "row_security": "off",  # hidden rows become an error
    "work_mem": "64MB",  # sets of keys are hashed in memory
}
_TARGET_SETTINGS = {
    **_FORMATS,
    **_LIVENESS,
    "lock_timeout": "0",
    "synchronous_commit": "off",
    # Milliseconds: an answer that nobody takes ends the session of a worker that has vanished, and frees its claims.
    "tcp_user_timeout": "60000",
}

# Ends a query whose worker has died. From PostgreSQL 14 on, and not where the server's system cannot do it.
_CONNECTION_CHECK = {"client_connection_check_interval": "10000"}

# The names only that this server's version knows; an unknown one would be an error.
_SET_KNOWN = """
SELECT pg_catalog.set_config(wanted.name, wanted.value, false)
FROM unnest(%(names)s::pg_catalog.text[], %(values)s::pg_catalog.text[]) AS wanted (name, value)
JOIN pg_catalog.pg_settings AS known ON pg_catalog.lower(known.name) = pg_catalog.lower(wanted.name)
"""

# The operators of an extension's types (citext's "=" among them) are looked for where the extension is.
_SEE_EXTENSIONS = """
SELECT pg_catalog.set_config(
    'search_path',
    pg_catalog.concat_ws(
        ', ',
        NULLIF(pg_catalog.current_setting('search_path'), ''),
        pg_catalog.string_agg(DISTINCT pg_catalog.quote_ident(nsp.nspname), ', ')
    ),
    false
)
FROM pg_catalog.pg_extension AS ext
JOIN pg_catalog.pg_namespace AS nsp ON nsp.oid = ext.extnamespace AND nsp.nspname <> 'pg_catalog'
"""


def connect(
    parameters: ConnectionParameters,
    *,
    application_name: str,
    address_policy: AddressPolicy,
    read_only: bool = False,
    root_certificates: Path | None = None,
) -> connection:
    """A session with that application_name, in autocommit mode.

    `read_only` makes it a session of a source: it can only read, waits a minute for a lock at most, fails rather than
    read past row-level security, and is not one that a pooler shares among clients. Every session writes values as
    text without loss, ends a statement after 15 minutes, and checks every 10 seconds that its worker still lives, but
    for what `unattended` says.
    With `root_certificates`, a file of them, the server must have proven by one of these that it is the host.

    The host is resolved once, every address of it is checked, and the address connected to is one of those checked.
    Raises the subclasses of ConnectFailed, and UnsupportedServerVersion.
    """
    dsn = checked_dsn(parameters, application_name=application_name, address_policy=address_policy)
    if root_certificates is not None:
        dsn |= {"sslmode": "verify-full", "sslrootcert": str(root_certificates)}
    opened = _open(parameters, dsn)
    try:
        major = opened.server_version // 10000
        supported = SOURCE_VERSIONS if read_only else TARGET_VERSIONS
        if not supported[0] <= major <= supported[1]:
            raise UnsupportedServerVersion(major, supported)
        opened.autocommit = True
        if read_only and is_pooled(opened):
            _refuse_shared_sessions(parameters, dsn, opened)
        _configure(opened, _SOURCE_SETTINGS if read_only else _TARGET_SETTINGS)
        if read_only:
            with opened.cursor() as cursor:
                cursor.execute(_SEE_EXTENSIONS)
    except psycopg2.OperationalError:
        opened.close()
        raise SourceUnreachable(parameters.host, parameters.port, "connections are lost at once") from None
    except BaseException:
        opened.close()
        raise
    return opened


def checked_dsn(
    parameters: ConnectionParameters, *, application_name: str, address_policy: AddressPolicy
) -> dict[str, str]:
    """libpq's keywords and values for a connection to a checked address that answers. It holds the password.

    Raises HostNotFound, AddressNotAllowed, SourceUnreachable.
    """
    address = _answering_address(parameters, resolve(parameters.host, parameters.port, address_policy))
    return {
        **parameters.to_libpq(),
        "hostaddr": address,
        "application_name": application_name,
        "client_encoding": "UTF8",
        "connect_timeout": str(_connect_timeout(parameters)),
        "gssencmode": "disable",
        "keepalives": "1",
        "keepalives_idle": "15",  # seconds
        "keepalives_interval": "5",
        "keepalives_count": "4",
        "passfile": "/nonexistent/passfile",  # never a password of the machine we run on
        "tcp_user_timeout": "30000",  # milliseconds
    }


def _connect_timeout(parameters: ConnectionParameters) -> int:
    """In seconds: the connection string's if that is shorter. To libpq, 0 and less is no limit."""
    wanted = int(parameters.options.get("connect_timeout", 0))
    return min(wanted, CONNECT_TIMEOUT) if wanted > 0 else CONNECT_TIMEOUT


def _answering_address(parameters: ConnectionParameters, addresses: tuple[str, ...]) -> str:
    reason = "it has no address"
    for address in addresses:
        try:
            socket.create_connection((address, parameters.port), timeout=_connect_timeout(parameters)).close()
        except TimeoutError:
            reason = _NO_ANSWER
        except OSError as error:
            reason = error.strerror or type(error).__name__
        else:
            return address
    raise SourceUnreachable(parameters.host, parameters.port, reason)


def _open(parameters: ConnectionParameters, dsn: Mapping[str, str]) -> connection:
    begun = time.monotonic()
    try:
        return psycopg2.connect(make_dsn(**dsn))
    except psycopg2.OperationalError:
        if time.monotonic() - begun >= int(dsn["connect_timeout"]):  # who said nothing need not be asked why
            raise SourceUnreachable(parameters.host, parameters.port, _NO_ANSWER) from None
        cause = _why_not(parameters, dsn)
        if cause is not None:
            raise cause from None
    try:  # it was a passing thing
        return psycopg2.connect(make_dsn(**dsn))
    except psycopg2.OperationalError:
        raise SourceUnreachable(parameters.host, parameters.port, "connections are lost at once") from None


def _refuse_shared_sessions(parameters: ConnectionParameters, dsn: Mapping[str, str], opened: connection) -> None:
    """Before anything is set: it would stay in a session that goes on to others, who could not write any more."""
    with closing(_open(parameters, dsn)) as second:
        second.autocommit = True
        try:
            shared = shares_sessions(opened, second)
        except psycopg2.OperationalError:
            raise TooManyConnections(parameters.host) from None  # the pool has one for the first alone
    if shared:
        raise PoolerSharesSessions(parameters.host, parameters.port)


def _configure(opened: connection, settings: Mapping[str, str]) -> None:
    with opened.cursor() as cursor:
        cursor.execute(_SET_KNOWN, {"names": list(settings), "values": list(settings.values())})
        with suppress(psycopg2.errors.InvalidParameterValue):
            cursor.execute(_SET_KNOWN, {"names": list(_CONNECTION_CHECK), "values": list(_CONNECTION_CHECK.values())})


_SQLSTATE_LENGTH = 5


class _NoPassword(Exception):
    """The server asked for a password, and there is none."""


def _failed_login_sqlstate(dsn: Mapping[str, str]) -> str | None:
    """The SQLSTATE with which the server refuses this login, "00000" if it takes it, None if the attempt ends without
    one: the server was not reached, or TLS failed. Raises _NoPassword.
    """
    attempt: connection = psycopg2.connect(make_dsn(**dsn), async_=True)
    libpq.set_error_verbosity(attempt.pgconn_ptr, libpq.SQLSTATE_ONLY)
    deadline = time.monotonic() + 2 * CONNECT_TIMEOUT
    try:
        while (state := attempt.poll()) != POLL_OK:
            waits = [attempt.fileno()]
            remaining = max(0.0, deadline - time.monotonic())
            ready = select.select(
                waits if state == POLL_READ else [], waits if state == POLL_WRITE else [], [], remaining
            )
            if not any(ready):
                return None
    except psycopg2.Error as error:
        if attempt.pgconn_ptr is not None and libpq.needs_password(attempt.pgconn_ptr):
            raise _NoPassword from None
        severity, _, sqlstate = str(error).strip().rpartition(" ")
        is_sqlstate = len(sqlstate) == _SQLSTATE_LENGTH and sqlstate.isascii() and sqlstate.isalnum()
        return sqlstate if severity.strip().endswith(":") and is_sqlstate else None
    finally:
        attempt.close()
    return "00000"


def _why_not(parameters: ConnectionParameters, dsn: Mapping[str, str]) -> ConnectFailed | None:
    """Why a login fails; None if it succeeds now."""
    host, port, user, database = parameters.host, parameters.port, parameters.user, parameters.database
    sslmode = dsn.get("sslmode", "prefer")
    try:
        sqlstate = _failed_login_sqlstate(dsn)
        if sqlstate == "28000" and sslmode in ("disable", "allow"):
            encrypted = _failed_login_sqlstate({**dsn, "sslmode": "require"})
            if encrypted is not None and encrypted != "28000":
                return TlsRequired(host, sslmode)
    except _NoPassword:
        return WrongPassword(user)
    except psycopg2.Error:
        sqlstate = None
    match sqlstate:
        case "00000":
            return None
        case "28P01":
            return WrongPassword(user)
        case "28000":
            return LoginNotAllowed(user, database)
        case "3D000":
            return UnknownDatabase(database)
        case "42501":
            return ConnectNotGranted(user, database)
        case "53300":
            return TooManyConnections(host)
        case "57P01" | "57P02" | "57P03":
            return ServerNotReady(host, port)
        case None:
            return _why_not_on_the_wire(parameters, dsn["hostaddr"], sslmode)
        case _:
            return ConnectRefused(host, port, sqlstate)


def _why_not_on_the_wire(parameters: ConnectionParameters, address: str, sslmode: str) -> ConnectFailed:
    answer = _answer_to_ssl_request(address, parameters.port)
    if answer == b"S" and sslmode not in ("disable", "allow"):
        return TlsFailed(parameters.host, sslmode)
    if answer == b"N" and sslmode in ("require", "verify-ca", "verify-full"):
        return TlsNotSupported(parameters.host, sslmode)
    if answer is None:
        return SourceUnreachable(parameters.host, parameters.port, _NO_ANSWER)
    return NotAPostgresServer(parameters.host, parameters.port)


def _answer_to_ssl_request(address: str, port: int) -> bytes | None:
    """PostgreSQL's first byte to an SSLRequest: S for yes, N for no; None if nothing comes."""
    try:
        with closing(socket.create_connection((address, port), timeout=CONNECT_TIMEOUT)) as wire:
            wire.settimeout(CONNECT_TIMEOUT)
            wire.sendall(struct.pack("!ii", 8, 80877103))  # length and code of the SSLRequest message
            return wire.recv(1)
    except OSError:
        return None
