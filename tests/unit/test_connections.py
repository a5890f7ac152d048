"""Connection strings. Needs nothing."""

import json
from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from datavalut.connections import (
    ConnectionParameters,
    ConnectionStringError,
    PortNotANumberError,
    parse_connection_string,
)

texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30)
host_names = st.from_regex(r"[a-z0-9]([a-z0-9.-]{0,20}[a-z0-9])?", fullmatch=True)
hosts = host_names | st.ip_addresses().map(str)
databases = texts.filter(lambda name: "=" not in name and not name.startswith(("postgres:", "postgresql:")))
options = st.fixed_dictionaries(
    {},
    optional={
        "application_name": texts,
        "sslmode": st.sampled_from(["disable", "require", "verify-full"]),
        "connect_timeout": st.integers(1, 60).map(str),
        "sslrootcert": st.just("system"),
    },
)
connections = st.builds(
    ConnectionParameters,
    host=hosts,
    port=st.integers(1, 65535),
    database=databases,
    user=texts,
    password=st.just("") | texts,
    options=options,
)


def parse(address: str) -> ConnectionParameters:
    return parse_connection_string(f"postgresql://{address}")


def reason(text: str) -> str:
    with pytest.raises(ConnectionStringError) as refusal:
        parse_connection_string(text)
    return refusal.value.reason


@given(connections)
def test_a_url_reads_back(parameters: ConnectionParameters) -> None:
    assert parse_connection_string(parameters.to_url()) == parameters


@given(connections)
def test_json_reads_back(parameters: ConnectionParameters) -> None:
    assert ConnectionParameters.from_json(parameters.to_json()) == parameters


@given(connections.filter(lambda parameters: len(parameters.password) > 8))
def test_the_password_is_not_in_the_representation(parameters: ConnectionParameters) -> None:
    shown = ConnectionParameters("h", 1, "d", "u", parameters.password)
    assert parameters.password not in repr(shown)


@given(st.text(max_size=300))
@example("postgresql://")
@example("postgresql://@:/?")
@example("postgresql://u:p@[/d")
@example("postgresql://u:p@[]:/d")
def test_any_text_is_read_or_refused(text: str) -> None:
    for address in (text, f"postgresql://{text}", f"postgresql://u:p@h/d?{text}", f"postgresql://u:p@{text}"):
        with suppress(ConnectionStringError):
            parse_connection_string(address)


passwords = st.text(st.sampled_from("s3cr3t@/:?#%&=[],x"), min_size=8, max_size=20)


@given(passwords, st.sampled_from(["{}@host/db", "{}@host:1/db?sslmode=require", "{}@host:port/db", "{}"]))
def test_no_error_repeats_a_password_that_was_not_encoded(password: str, rest: str) -> None:
    try:
        parse_connection_string("postgresql://user:" + rest.format(password))
    except ConnectionStringError as error:
        pieces = [piece for piece in password.replace("@", "/").replace("?", "/").split("/") if len(piece) > 3]
        assert not any(piece in str(error) for piece in pieces)


def test_the_parts_of_a_url() -> None:
    parameters = parse("us%40er:p%2Fa%3Ass%25@db.example.org:6432/my%20db?sslmode=require&application_name=a%26b")
    assert parameters == ConnectionParameters(
        host="db.example.org",
        port=6432,
        database="my db",
        user="us@er",
        password="p/a:ss%",
        options={"sslmode": "require", "application_name": "a&b"},
    )


def test_both_schemes_are_read_and_the_port_has_a_default() -> None:
    assert parse_connection_string("postgres://u:p@h/d") == parse("u:p@h:5432/d") == parse("u:p@h:/d")


def test_a_password_may_hold_a_colon_or_be_left_out() -> None:
    assert parse("u:a:b@h/d").password == "a:b"
    assert parse("u@h/d").password == ""


def test_ipv6_addresses_stand_in_brackets() -> None:
    parameters = parse("u:p@[2001:DB8::1]:5433/d")
    assert (parameters.host, parameters.port) == ("2001:db8::1", 5433)
    assert parameters.to_url() == "postgresql://u:p@[2001:db8::1]:5433/d"


def test_jdbcs_ssl_is_read_as_libpq_does() -> None:
    assert parse("u:p@h/d?ssl=true").options == {"sslmode": "require"}


def test_utf8_as_client_encoding_is_what_we_use_anyway() -> None:
    assert parse("u:p@h/d?client_encoding=UTF8").options == {}


@pytest.mark.parametrize(
    "parameter",
    [
        "service=prod",
        "servicefile=/etc/x",
        "passfile=/etc/passwd",
        "sslkey=/etc/key",
        "sslcert=/etc/cert",
        "sslcrl=/etc/crl",
        "sslrootcert=/etc/root.crt",
        "sslpassword=x",
        "options=-c%20search_path%3Dx",
        "hostaddr=169.254.169.254",
        "host=/var/run/postgresql",
        "port=1",
        "dbname=x",
        "user=x",
        "password=x",
        "krbsrvname=x",
        "gsslib=x",
        "requirepeer=x",
        "replication=database",
        "client_encoding=latin1",
        "sslmode=off",
        "unheard_of=1",
        "sslmode=require&sslmode=disable",
        "sslmode",
        "%00=1",
        "application_name=%0a",
        "application_name=%zz",
    ],
)
def test_parameters_that_are_not_harmless_are_refused(parameter: str) -> None:
    with pytest.raises(ConnectionStringError):
        parse(f"u:p@h/d?{parameter}")


@pytest.mark.parametrize("name", ["service", "passfile", "options", "sslkey", "pgbouncer"])
def test_a_refused_parameter_is_named(name: str) -> None:
    assert reason(f"postgresql://u:p@h/d?{name}=x") == f"has the parameter {name}, which is not allowed here"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "does not begin with postgresql:// or postgres://"),
        ("host=h dbname=d", "does not begin with postgresql:// or postgres://"),
        ("mysql://u:p@h/d", "does not begin with postgresql:// or postgres://"),
        ("postgresql://h/d", "names no user (user:password@ before the host)"),
        ("postgresql://:p@h/d", "names no user"),
        ("postgresql://u:p@/d", "names no host"),
        ("postgresql://u:p@h", "names no database"),
        ("postgresql://u:p@h/", "names no database"),
        ("postgresql://u:p@a,b/d", "names several hosts"),
        ("postgresql://u:p@a:1,b:2/d", "names several hosts"),
        ("postgresql://u:p@a%2Cb/d", "names several hosts"),
        ("postgresql://u:p@%2Frun%2Fpostgresql/d", "has a socket directory as its host"),
        ("postgresql://u:p@%40abstract/d", "has a socket directory as its host"),
        ("postgresql://u:p@[fe80::1%25eth0]/d", "has an IPv6 address with a zone"),
        ("postgresql://u:p@[db]/d", "has [brackets] that hold no IPv6 address"),
        ("postgresql://u:p@[::1/d", "has an IPv6 address that is not closed by ]"),
        ("postgresql://u:p@h h/d", "has a host that is neither a host name nor an address"),
        ("postgresql://u:p@-h/d", "has a host that is neither a host name nor an address"),
        ("postgresql://u:p@h/dbname%3Dx", "has a database name that could be read as a connection string"),
        ("postgresql://u:p@h/postgresql:%2F%2Fx", "has a database name that could be read as a connection string"),
        ("postgresql://u:p@h/d%00", "has a control character in its database name"),
        ("postgresql://u%0a:p@h/d", "has a control character in its user"),
        ("postgresql://u:%ff@h/d", "has a password that is not percent-encoded UTF-8"),
        ("postgresql://u:50%@h/d", "has a % in its password that two hex digits do not follow: write % as %25"),
        ("postgresql://u:p@h/" + "d" * 4096, "is longer than 4096 characters"),
    ],
)
def test_what_cannot_be_used_is_refused_for_a_reason(text: str, expected: str) -> None:
    assert reason(text) == expected


@pytest.mark.parametrize("text", ["postgresql://u:p@ss@h/d", "postgresql://u:p/ss@h/d", "postgresql://u:p?a=/b@h/d"])
def test_a_password_that_was_not_encoded_is_told_how_to(text: str) -> None:
    assert reason(text).startswith("is ambiguous: percent-encode")


@pytest.mark.parametrize("port", ["port", "-1", "+1", "1.5", "٣", "5432 "])
def test_a_port_that_is_no_number_has_its_own_error(port: str) -> None:
    with pytest.raises(PortNotANumberError):
        parse(f"user:pass@host:{port}/db")


@pytest.mark.parametrize("port", ["0", "65536", "99999", "000000005432"])
def test_a_port_beyond_all_ports_is_refused(port: str) -> None:
    with pytest.raises(ConnectionStringError, match="port") as refusal:
        parse(f"user:pass@host:{port}/db")
    assert not isinstance(refusal.value, PortNotANumberError)


@pytest.mark.parametrize("seconds", ["soon", "-1", "1.5", ""])
def test_a_timeout_that_is_no_number_of_seconds_is_refused(seconds: str) -> None:
    with pytest.raises(ConnectionStringError, match="connect_timeout"):
        parse(f"user:pass@host/db?connect_timeout={seconds}")


def test_a_port_error_means_that_all_else_is_well() -> None:
    with pytest.raises(ConnectionStringError) as refusal:
        parse("user:pass@host:port/db?service=x")
    assert not isinstance(refusal.value, PortNotANumberError)


def test_a_secret_in_the_shape_of_rds_is_read() -> None:
    secret = {
        "engine": "postgres",
        "host": "db.example.org",
        "port": 5432,
        "username": "master",
        "password": "p",
        "dbname": "shop",
        "dbInstanceIdentifier": "shop",
    }
    assert ConnectionParameters.from_json(json.dumps(secret)) == parse("master:p@db.example.org/shop")


@pytest.mark.parametrize(
    "change",
    [
        {"engine": "mysql"},
        {"host": "/run/postgresql"},
        {"host": None},
        {"dbname": "a=b"},
        {"dbname": None},
        {"username": None},
        {"port": "none"},
        {"port": [1]},
        {"password": 7},
        {"options": {"service": "x"}},
        {"options": ["x"]},
        {"options": {"sslmode": 1}},
    ],
)
def test_a_secret_is_checked_as_a_connection_string_is(change: dict[str, object]) -> None:
    secret = {"host": "h", "username": "u", "password": "p", "dbname": "d", **change}
    with pytest.raises(ConnectionStringError):
        ConnectionParameters.from_json(json.dumps(secret))


@pytest.mark.parametrize("text", ["", "[]", "null", "postgresql://u:p@h/d"])
def test_a_secret_that_is_no_json_object_is_refused(text: str) -> None:
    with pytest.raises(ConnectionStringError):
        ConnectionParameters.from_json(text)


def test_libpq_gets_its_own_keywords() -> None:
    assert parse("u:p@h:1/d?sslmode=require").to_libpq() == {
        "host": "h",
        "port": "1",
        "dbname": "d",
        "user": "u",
        "password": "p",
        "sslmode": "require",
    }
