"""What two databases have in common, and what not: the rows of a table, the objects of a schema, in the server's own
words. Needs PostgreSQL."""

import re
import subprocess
from collections import Counter
from contextlib import closing
from typing import Any

from psycopg2 import sql

from datavalut.catalog.model import TableName
from datavalut.connections import ConnectionParameters
from datavalut.transfer.tools import postgres_tool
from tests.postgres_server import open_connection, query

# So that a name of a value (a regclass, a regtype) is written in full.
EMPTY_SEARCH_PATH = "SELECT pg_catalog.set_config('search_path', '', false)"


def qualified(name: TableName) -> sql.Identifier:
    return sql.Identifier(name.schema, name.name)


def row_texts(parameters: ConnectionParameters, table: TableName, *, only: bool = False) -> Counter[str]:
    """All columns of all rows, as text that loses nothing; `only` leaves out those of children by inheritance."""
    from_table = sql.SQL("FROM {}{} AS {}").format(
        sql.SQL("ONLY " if only else ""), qualified(table), sql.Identifier("a row")
    )
    select = sql.SQL("SELECT {}::text {}").format(sql.Identifier("a row"), from_table)
    with closing(open_connection(parameters)) as connection, connection.cursor() as cursor:
        cursor.execute(EMPTY_SEARCH_PATH)
        cursor.execute(select)
        return Counter(text for (text,) in cursor.fetchall())


# -- Name: orders; Type: TABLE; Schema: public; Owner: -
_HEADER = re.compile(r"^--\n-- Name: (.*; Type: .*; Schema: .*); Owner: .*\n--\n", re.MULTILINE)


def schema_objects(parameters: ConnectionParameters) -> dict[str, list[str]]:
    """Every object that pg_dump knows, by name and kind (which several may share), with the SQL that makes it."""
    arguments = ("--schema-only", "--no-owner", "--no-privileges", "--no-publications", "--no-subscriptions")
    output = subprocess.run(
        [postgres_tool("pg_dump"), *arguments, "-d", parameters.to_url()], capture_output=True, text=True, check=True
    ).stdout
    found: dict[str, list[str]] = {}
    _, *parts = _HEADER.split(output.partition("\n-- PostgreSQL database dump complete")[0])
    for header, statements in zip(parts[::2], parts[1::2], strict=True):
        lines = [line for line in statements.splitlines() if line and not line.startswith(("SET default_", "\\"))]
        if not all(line.startswith("--") for line in lines):  # unlike the schema public, which is always there
            found.setdefault(header, []).append("\n".join(lines))
    return {header: sorted(statements) for header, statements in found.items()}


def check_same_objects(source: ConnectionParameters, target: ConnectionParameters) -> None:
    """Every object of the source is in the target, word for word, and nothing else; every foreign key is as valid, and
    every materialized view filled."""
    there, wanted = schema_objects(target), schema_objects(source)
    differing = {
        name: (there.get(name), wanted.get(name))
        for name in there.keys() | wanted.keys()
        if there.get(name) != wanted.get(name)
    }
    assert not differing, f"(there, wanted) of what differs: {differing}"
    assert foreign_keys(target) == foreign_keys(source)
    assert differing_materialized_views(target) == []


def differing_materialized_views(parameters: ConnectionParameters) -> list[str]:
    """Those that do not hold, in this very database, what their query gives."""
    with closing(open_connection(parameters)) as connection, connection.cursor() as cursor:
        cursor.execute(EMPTY_SEARCH_PATH)
        cursor.execute(
            "SELECT oid::regclass::text, relispopulated, pg_get_viewdef(oid) FROM pg_class"
            " WHERE relkind = 'm' ORDER BY 1"
        )
        return [
            name
            for name, populated, definition in cursor.fetchall()
            if not populated or _texts(cursor, f"TABLE {name}") != _texts(cursor, definition.rstrip(";"))
        ]


def _texts(cursor: Any, statement: str) -> Counter[str]:
    cursor.execute(f'SELECT "a row"::text FROM ({statement}) AS "a row"')
    return Counter(text for (text,) in cursor.fetchall())


def next_value(parameters: ConnectionParameters, sequence: TableName) -> int | None:
    """What the sequence gives next, None if it has come to its end."""
    name = qualified(sequence)
    with closing(open_connection(parameters)) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT seqincrement, seqmin, seqmax FROM pg_sequence WHERE seqrelid = %s::regclass",
            (name.as_string(connection),),
        )
        ((increment, lowest, highest),) = cursor.fetchall()
        cursor.execute(sql.SQL("SELECT last_value, is_called FROM {}").format(name))
        ((last, is_called),) = cursor.fetchall()
    following: int = last + increment if is_called else last
    return following if lowest <= following <= highest else None


def foreign_keys(parameters: ConnectionParameters) -> list[tuple[Any, ...]]:
    """Every foreign key of every table and partition, with what the server says of it."""
    return query(
        parameters,
        "SELECT conrelid::regclass::text, conname::text, pg_get_constraintdef(oid), convalidated, condeferrable"
        " FROM pg_constraint WHERE contype = 'f' ORDER BY 1, 2, 3",
    )
