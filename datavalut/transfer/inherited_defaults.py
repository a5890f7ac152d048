"""Tables that inherit, made without the defaults of their parents.

pg_dump writes a default for every column of a child that has one, and NULL where it has none but a parent has. But when
a child is made, it takes over its parents' defaults first: PostgreSQL refuses it where two parents differ, and a child
of the child takes over what pg_dump's NULL, which may come later, removes from the first child alone.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from psycopg2.extensions import connection

from datavalut.transfer.archive import Piece, one_line
from datavalut.transfer.queries import query_text
from datavalut.transfer.statements import transaction, writing_target

_INHERITS = b"\nINHERITS ("  # as pg_dump writes it; elsewhere, in a comment's text, it does no harm


def inherits(piece: Piece) -> bool:
    return _INHERITS in piece.statements


@contextmanager
def without_defaults(target: connection, tables: Iterable[Piece]) -> Iterator[None]:
    """For the length of the block, which is one transaction, none of the tables that the pieces have made has any
    defaults. Raises errors about the target."""
    wanted = {(table.schema, table.name) for table in tables}
    with transaction(target), target.cursor() as cursor:
        with writing_target():
            cursor.execute(query_text("inherited_defaults"), {"schemas": [schema for schema, _ in wanted]})
            found = [
                (dropping, setting)
                for schema, name, dropping, setting in cursor.fetchall()
                if (schema, one_line(name)) in wanted
            ]
            for dropping, _ in found:
                cursor.execute(dropping)
        yield
        with writing_target():
            for _, setting in found:
                cursor.execute(setting)
