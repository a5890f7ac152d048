"""Types of columns with their values: of keys, where a number means a value, and of all others, which only have to
arrive as they are."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class KeyType:
    """`literal(n)` is another value for every number. `spelled(n)` is an equal one that may look different.
    `compared` makes a text of a value, the same for equal ones only. `referencing` are the types that a foreign key to
    this one can have. `since` is the major version of PostgreSQL that knows all of this."""

    sql: str
    literal: Callable[[int], str]
    compared: str = "({})::text"
    spelled: Callable[[int], str] | None = None
    referencing: tuple[str, ...] = ()
    extension: str | None = None
    hashable: bool = True  # whether a table can be partitioned by hash of it
    since: int = 0

    @property
    def child_types(self) -> tuple[str, ...]:
        return (self.sql, *self.referencing)


INTEGER = KeyType("integer", str, referencing=("bigint", "smallint"))

KEY_TYPES = (
    INTEGER,
    KeyType("bigint", lambda n: str(5_000_000_000 + n)),
    KeyType("smallint", lambda n: str(n - 100), referencing=("integer",)),
    KeyType("text", lambda n: f"'key {n}'", referencing=("varchar(20)", 'text COLLATE "POSIX"')),
    KeyType("varchar(30)", lambda n: f"'ключ {n}'", referencing=("text",)),
    # Blanks at the end are no part of a character's value.
    KeyType("character(12)", lambda n: f"'c{n}'", spelled=lambda n: f"'c{n}   '", compared="rtrim(({})::text)"),
    KeyType("uuid", lambda n: f"'00000000-0000-0000-0000-{n:012x}'"),
    KeyType("date", lambda n: f"'2024-01-01'::date + {n}"),
    KeyType("timestamptz", lambda n: f"'2024-02-28 23:00+00'::timestamptz + {n} * interval '1 hour'"),
    KeyType("numeric", lambda n: f"{n}.5", spelled=lambda n: f"{n}.500", compared="trim_scale({})::text",
            since=13),
    KeyType("numeric(10,2)", lambda n: f"{n}.25", referencing=("numeric",), compared="trim_scale({})::text",
            since=13),
    KeyType("double precision", lambda n: f"'{n - 1}'", spelled=lambda n: "'-0'" if n == 1 else f"'{n - 1}'",
            compared="(({}) + 0)::text"),
    KeyType("bytea", lambda n: f"'\\x00{n:04x}'"),
    KeyType("inet", lambda n: f"'10.0.0.{n % 250}'"),
    KeyType("interval", lambda n: f"'{n} days'", spelled=lambda n: f"'{24 * n} hours'",
            compared="extract(epoch FROM {})::text"),
    KeyType("integer[]", lambda n: f"'{{{n},NULL}}'"),
    KeyType("int4range", lambda n: f"'[{n},{n + 1})'", spelled=lambda n: f"'[{n},{n}]'"),
    KeyType("jsonb", lambda n: f"'{{\"n\": {n}}}'", spelled=lambda n: f"'{{\"n\": {n}.0}}'",
            compared="(({}) ->> 'n')::numeric::integer::text"),
    KeyType("short_code", lambda n: f"'S{n}'", referencing=("text",)),
    KeyType("pair", lambda n: f"'({n},b)'", hashable=False),
    KeyType("citext", lambda n: f"'Key {n}'", spelled=lambda n: f"'kEY {n}'", compared="lower(({})::text)",
            extension="citext"),
    KeyType("email", lambda n: f"'Me{n}@x'", spelled=lambda n: f"'ME{n}@X'", compared="lower(({})::text)",
            extension="citext"),
)  # fmt: skip

# Of the types that these are, `pair`, `mood` and others are made by every database.
TYPE_STATEMENTS = """
CREATE TYPE mood AS ENUM ('sad', 'it''s "ok"', 'happy');
CREATE DOMAIN short_code AS text CHECK (VALUE ~ '^S') CONSTRAINT not_long CHECK (length(VALUE) < 100);
CREATE DOMAIN price AS numeric DEFAULT 1 CHECK (VALUE > 0);
CREATE TYPE pair AS (a integer, b text);
CREATE TYPE nested AS (pair pair, moods mood[], price price);
COMMENT ON TYPE mood IS 'how one is';
COMMENT ON DOMAIN price IS 'never null and void';
"""
MULTIRANGE = ", multirange_type_name = spans"  # of the range type `span`
CITEXT_STATEMENTS = "CREATE DOMAIN email AS citext CHECK (VALUE ~ '@');"


@dataclass(frozen=True)
class PlainType:
    sql: str
    literals: tuple[str, ...]
    extension: str | None = None
    since: int = 0


PLAIN_TYPES = (
    PlainType("smallint", ("-32768", "32767")),
    PlainType("bigint", ("-9223372036854775808", "9223372036854775807")),
    PlainType("boolean", ("true", "false")),
    PlainType("numeric", ("'NaN'", "1.10", "1e1000", "0.00")),
    PlainType("numeric", ("'infinity'", "'-infinity'"), since=14),
    PlainType("numeric(6,2)", ("'NaN'", "-9999.99")),
    PlainType("real", ("'NaN'", "'-0'", "'1e-45'", "3.4028235e38", "0.1")),
    PlainType("double precision", ("'NaN'", "'-0'", "'-infinity'", "5e-324", "0.1 + 0.2", "1.7976931348623157e308")),
    PlainType("money", ("12.34", "-0.01")),
    PlainType("text", ("''", "'\\N'", "'\\.'", "E'tab\\t nl\\n cr\\r bs\\\\ \\x01'", "'ü 🐘 \"q\" ''a'''")),
    PlainType("varchar(5)", ("'a b  '", "''")),
    PlainType("character(4)", ("'a'", "''", "'abcd'")),
    PlainType('"char"', ("'x'", "''")),
    PlainType('"char"', ("'\\351'",), since=16),
    PlainType("name", ("'a name'",)),
    PlainType("bytea", ("''", "'\\x00ff5c2e0a'")),
    PlainType("date", ("'infinity'", "'-infinity'", "'4713-01-01 BC'", "'2024-02-29'")),
    PlainType("timestamp", ("'infinity'", "'294276-12-31 23:59:59.999999'", "'2024-03-31 02:30:00'")),
    PlainType("timestamptz", ("'-infinity'", "'4714-11-24 00:00:00+00 BC'", "'2024-03-31 02:30:00+02'")),
    PlainType("time", ("'24:00'", "'00:00:00.000001'")),
    PlainType("timetz", ("'12:00:00.000001+15:59'", "'00:00-15:59'")),
    PlainType("interval", ("'-1 mon +2 days -00:00:00.000001'", "'178000000 years'")),
    PlainType("interval", ("'infinity'", "'-infinity'"), since=17),
    PlainType("interval day to second(2)", ("'3 04:05:06.78'",)),
    PlainType("uuid", ("'ffffffff-ffff-ffff-ffff-ffffffffffff'",)),
    PlainType("json", ('\'{"b": 1,  "a": 1.0, "b": 2}\'', "'null'", "'[]'", "'\"\\u0041\"'")),
    PlainType("jsonb", ('\'{"b": 1, "a": 1.00}\'', "'null'", "'1e3'")),
    PlainType("jsonpath", ("'$.a[*] ? (@ > 1)'",)),
    PlainType("xml", ("'<a b=\"c\">&amp;</a>'",)),
    PlainType("bit(3)", ("B'101'",)),
    PlainType("bit varying", ("B''", "B'0110'")),
    PlainType("inet", ("'::1/64'", "'192.168.0.1'")),
    PlainType("macaddr8", ("'08:00:2b:01:02:03:04:05'",)),
    PlainType("point", ("'(0.1,-0)'", "'(NaN,infinity)'")),
    PlainType("polygon", ("'((0,0),(1,1),(2,0))'",)),
    PlainType("tsvector", ("'''it''''s'':3A cat:1,2'",)),
    PlainType("tsquery", ("'fat & (rat | ''c d'':*)'",)),
    PlainType("int4range", ("'empty'", "'(,5]'", "'[1,1]'")),
    PlainType("tstzmultirange", ("'{[2024-01-01, 2024-01-02), (2025-01-01,]}'", "'{}'"), since=14),
    PlainType("integer[]", ("'{}'", "'[0:1][2:3]={{1,2},{3,NULL}}'")),
    PlainType("text[]", ('\'{NULL,"NULL","","a\\"b"}\'',)),
    PlainType("pg_lsn", ("'16/B374D848'",)),
    PlainType("regtype", ("'integer'", "'text[]'")),
    PlainType("oid", ("4294967295",)),
    PlainType("mood", ("'sad'", "'it''s \"ok\"'")),
    PlainType("mood[]", ("'{sad,NULL}'", "'{}'")),
    PlainType("price", ("0.000000000000000000001", "'NaN'")),
    PlainType("price[]", ("'{2.5,1.50}'",)),
    PlainType("pair", ('\'(1,"a ""b""")\'', "'(,)'", "'(,\"\")'")),
    PlainType("pair[]", ("ARRAY[ROW(1, 'x'), NULL]::pair[]",)),
    PlainType("nested", ("ROW(ROW(1, NULL), '{happy}', 2)::nested",)),
    PlainType("span", ("'[1.5,2.50)'", "'(,)'")),
    PlainType("spans", ("'{[1,2),[3.0,4]}'",), since=14),
    PlainType("hstore", ("'a=>1, \"b \"=>NULL'", "''"), extension="hstore"),
    PlainType("citext", ("'Ab'", "'aB'"), extension="citext"),
    PlainType("email[]", ("'{A@b,a@B}'",), extension="citext"),
    PlainType("ltree", ("'Top.Science'",), extension="ltree"),
    PlainType("cube", ("'(1,2),(3,4)'",), extension="cube"),
)
