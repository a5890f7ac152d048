"""Where a database is and how to log in: read from connection strings and from secrets.

Read strictly, in libpq's URI form. What could make libpq on our side read a file, run something, take another
address than the one that was checked or join several hosts is refused, and so is any parameter not known to be
harmless. No error here repeats a password or any part of one.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv6Address
from typing import Any, Self
from urllib.parse import quote, unquote

from datavalut.errors import DataValutError

MAX_CONNECTION_STRING_LENGTH = 4096  # characters
DEFAULT_PORT = 5432

HARMLESS_PARAMETERS = frozenset(
    {
        "application_name",
        "channel_binding",
        "connect_timeout",
        "fallback_application_name",
        "gssencmode",
        "keepalives",
        "keepalives_count",
        "keepalives_idle",
        "keepalives_interval",
        "load_balance_hosts",
        "require_auth",
        "ssl_max_protocol_version",
        "ssl_min_protocol_version",
        "sslmode",
        "sslnegotiation",
        "sslrootcert",  # as `system` only, see _check_options
        "sslsni",
        "target_session_attrs",
        "tcp_user_timeout",
    }
)
ADDRESS_PARAMETERS = frozenset({"host", "hostaddr", "port", "dbname", "user", "password"})
SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")

_ENCODING_NEEDED = "percent-encode @ as %40, / as %2F, : as %3A, ? as %3F and % as %25 in user and password"
_HOST_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,252})")
_BAD_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_PARAMETER_NAME = re.compile(r"[A-Za-z_]{1,40}")


class ConnectionStringError(DataValutError):
    """A connection string, or a connection in a secret, cannot be used. `reason` completes "The connection string …"
    ("names no host")."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"The connection string {reason}.")
        self.reason = reason


class PortNotANumberError(ConnectionStringError):
    """All is well but for the port, as in the placeholder `postgresql://user:pass@host:port/db`."""

    def __init__(self) -> None:
        super().__init__("has a port that is no number from 1 to 65535")


@dataclass(frozen=True)
class ConnectionParameters:
    """One PostgreSQL database, as one user. `options` are libpq parameters out of HARMLESS_PARAMETERS."""

    host: str
    port: int
    database: str
    user: str
    password: str = field(repr=False)
    options: Mapping[str, str] = field(default_factory=dict, hash=False)

    def to_url(self) -> str:
        """A `postgresql://` URL that `parse_connection_string` and libpq read back. It holds the password."""
        login = _encode(self.user) + (f":{_encode(self.password)}" if self.password else "")
        host = f"[{self.host}]" if ":" in self.host else self.host
        query = "&".join(f"{name}={_encode(value)}" for name, value in sorted(self.options.items()))
        return f"postgresql://{login}@{host}:{self.port}/{_encode(self.database)}" + (f"?{query}" if query else "")

    def to_libpq(self) -> dict[str, str]:
        """libpq's keywords and values, fit for `psycopg2.connect(**…)`. It holds the password."""
        return {
            **self.options,
            "host": self.host,
            "port": str(self.port),
            "dbname": self.database,
            "user": self.user,
            "password": self.password,
        }

    def to_json(self) -> str:
        """The value of a secret. It holds the password."""
        return json.dumps(self.to_json_object(), ensure_ascii=False)

    def to_json_object(self) -> dict[str, Any]:
        return {
            "host": self.host,
            "port": self.port,
            "user": self.user,
            "password": self.password,
            "database": self.database,
            "options": dict(self.options),
        }

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Reads what `to_json` writes, and the shape of RDS (`username`, `dbname`, `engine`).

        Raises ConnectionStringError.
        """
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            raise ConnectionStringError("in the secret is no JSON object") from None
        return cls.from_json_object(value)

    @classmethod
    def from_json_object(cls, value: object) -> Self:
        if not isinstance(value, dict):
            raise ConnectionStringError("in the secret is no JSON object")
        engine = value.get("engine")
        if engine is not None and "postgres" not in str(engine):
            raise ConnectionStringError("in the secret is not that of a PostgreSQL database")
        options = value.get("options") or {}
        if not isinstance(options, dict) or not all(isinstance(text, str) for text in options.values()):
            raise ConnectionStringError("in the secret has options that are no object of texts")
        password = value.get("password", "")
        if not isinstance(password, str):
            raise ConnectionStringError("in the secret has a password that is no text")
        port = value.get("port", DEFAULT_PORT)
        return cls(
            host=_checked_host(_text_of(value, "host")),
            port=_checked_port(str(port)),
            database=_checked_database(_text_of(value, "database", "dbname")),
            user=_checked_text(_text_of(value, "user", "username"), "user"),
            password=_checked_text(password, "password"),
            options=_checked_options(options),
        )


def parse_connection_string(text: str) -> ConnectionParameters:
    """Reads `postgresql://user:password@host:port/database?parameter=value`, or `postgres://`.

    Raises ConnectionStringError, and PortNotANumberError where nothing but the port is at fault.
    """
    if len(text) > MAX_CONNECTION_STRING_LENGTH:
        raise ConnectionStringError(f"is longer than {MAX_CONNECTION_STRING_LENGTH} characters")
    scheme, separator, rest = text.strip().partition("://")
    if not separator or scheme.lower() not in ("postgresql", "postgres"):
        raise ConnectionStringError("does not begin with postgresql:// or postgres://")
    login, address, path, query = _split(rest)

    user, _, password = login.partition(":")
    host, port = _split_address(address)
    database = _decode(path, "database name")
    if not database:
        raise ConnectionStringError("names no database")
    parameters = ConnectionParameters(
        host=_checked_host(host),
        port=DEFAULT_PORT,
        database=_checked_database(database),
        user=_checked_text(_decode(user, "user"), "user"),
        password=_checked_text(_decode(password, "password"), "password"),
        options=_checked_options(_read_query(query)),
    )
    if not parameters.user:
        raise ConnectionStringError("names no user")
    # Last, so that PortNotANumberError means that all else is well.
    return ConnectionParameters(**{**parameters.__dict__, "port": _checked_port(port or str(DEFAULT_PORT))})


def _split(rest: str) -> tuple[str, str, str, str]:
    """Login, address, path and query.

    One @ only, and no / before it: else a password that was not percent-encoded would be taken for an address, and
    land in an error message or a name server's log.
    """
    login, separator, location = rest.partition("@")
    if not separator:
        raise ConnectionStringError("names no user (user:password@ before the host)")
    if "@" in location or "/" in login:
        raise ConnectionStringError(f"is ambiguous: {_ENCODING_NEEDED}")
    location, _, query = location.partition("?")
    address, _, path = location.partition("/")
    return login, address, path, query


def _split_address(address: str) -> tuple[str, str]:
    if "," in address:
        raise ConnectionStringError("names several hosts")
    if address.startswith("["):
        host, bracket, port = address[1:].partition("]")
        if not bracket or (port and not port.startswith(":")):
            raise ConnectionStringError("has an IPv6 address that is not closed by ]")
        try:
            return str(IPv6Address(host)), port[1:]
        except ValueError:
            raise ConnectionStringError("has [brackets] that hold no IPv6 address") from None
    host, _, port = address.partition(":")
    return _decode(host, "host"), port


def _read_query(query: str) -> dict[str, str]:
    options: dict[str, str] = {}
    for part in query.split("&") if query else ():
        name, separator, value = part.partition("=")
        name = _decode(name, "parameter")
        if not separator:
            raise ConnectionStringError("has a parameter without a value")
        if name == "ssl" and value == "true":  # as JDBC writes it, and libpq reads it
            name, value = "sslmode", "require"
        if name in options:
            raise ConnectionStringError(f"has the parameter {name} twice")
        options[name] = _decode(value, "parameter")
    return options


def _checked_host(host: str) -> str:
    if not host:
        raise ConnectionStringError("names no host")
    if host.startswith(("/", "@")):
        raise ConnectionStringError("has a socket directory as its host")
    if "," in host:
        raise ConnectionStringError("names several hosts")
    if ":" in host:
        try:
            address = IPv6Address(host)
        except ValueError:
            raise ConnectionStringError("has a host that is neither a host name nor an address") from None
        if address.scope_id is not None:
            raise ConnectionStringError("has an IPv6 address with a zone")
        return str(address)
    if not _HOST_NAME.fullmatch(host):
        raise ConnectionStringError("has a host that is neither a host name nor an address")
    return host


def _checked_port(port: str) -> int:
    if not _is_whole_number(port):
        raise PortNotANumberError
    if len(port) > 5 or not 1 <= int(port) <= 65535:
        raise ConnectionStringError("has a port that is not from 1 to 65535")
    return int(port)


def _is_whole_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _checked_database(database: str) -> str:
    # pg_dump and psql take a database name with = in it, or one like a URL, for a whole connection string.
    if "=" in database or database.startswith(("postgresql:", "postgres:")):
        raise ConnectionStringError("has a database name that could be read as a connection string")
    return _checked_text(database, "database name")


def _checked_text(value: str, what: str) -> str:
    if any(ord(character) < 32 or ord(character) == 127 for character in value):
        raise ConnectionStringError(f"has a control character in its {what}")
    return value


def _checked_options(options: Mapping[str, str]) -> dict[str, str]:
    checked: dict[str, str] = {}
    for name, value in options.items():
        if name in ADDRESS_PARAMETERS:
            raise ConnectionStringError(f"has the parameter {name}, which belongs before the ?")
        if name == "client_encoding" and value.lower() in ("utf8", "utf-8", "auto"):
            continue  # what we use anyway
        if name not in HARMLESS_PARAMETERS:
            shown = f"the parameter {name}" if _PARAMETER_NAME.fullmatch(name) else "a parameter"
            raise ConnectionStringError(f"has {shown}, which is not allowed here")
        if name == "sslrootcert" and value != "system":
            raise ConnectionStringError("has the parameter sslrootcert with another value than system")
        if name == "sslmode" and value not in SSL_MODES:
            raise ConnectionStringError(f"has a sslmode that is none of {', '.join(SSL_MODES)}")
        if name == "connect_timeout" and not _is_whole_number(value):
            raise ConnectionStringError("has a connect_timeout that is no whole number of seconds")
        checked[name] = _checked_text(value, f"parameter {name}")
    return checked


def _text_of(value: Mapping[str, object], *names: str) -> str:
    for name in names:
        text = value.get(name)
        if isinstance(text, str) and text:
            return text
    raise ConnectionStringError(f"in the secret has no {' or '.join(names)}")


def _decode(text: str, what: str) -> str:
    if _BAD_PERCENT.search(text):
        raise ConnectionStringError(f"has a % in its {what} that two hex digits do not follow: write % as %25")
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError:
        raise ConnectionStringError(f"has a {what} that is not percent-encoded UTF-8") from None


def _encode(text: str) -> str:
    return quote(text, safe="")
