"""The text of composed SQL without a connection, for tests that spell out what they expect."""

from psycopg2 import sql


def sql_text(composable: sql.Composable) -> str:
    """As a server with standard_conforming_strings gets it, but with quotes only around identifiers that need them."""
    match composable:
        case sql.Composed():
            return "".join(sql_text(part) for part in composable.seq)
        case sql.SQL():
            return composable.string
        case sql.Identifier():
            return ".".join(quoted(part) for part in composable.strings)
        case sql.Literal(wrapped=str(text)):
            return "'" + text.replace("'", "''") + "'"
        case sql.Literal():
            return str(composable.wrapped)
        case _:
            raise TypeError(type(composable).__name__)


def quoted(identifier: str) -> str:
    if identifier.isidentifier() and identifier.islower():
        return identifier
    return '"' + identifier.replace('"', '""') + '"'
