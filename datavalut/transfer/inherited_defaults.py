"""Tables that inherit, made without the defaults of their parents.

pg_dump writes a default for every column of a child that has one, and NULL where it has none but a parent has. But when
a child is made, it takes over its parents' defaults first: PostgreSQL refuses it where two parents differ, and a child
of the child takes over what pg_dump's NULL, which may come later, removes from the first child alone.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from psycopg2.extensions import connection

from datavalut.transfer.archive import Piece
from datavalut.transfer.statements import transaction, writing_target

_INHERITS = b"\nINHERITS ("  # as pg_dump writes it; elsewhere, in a comment's text, it does no harm


def inherits(piece: Piece) -> bool:
    return _INHERITS in piece.statements


@contextmanager
def without_defaults(target: connection, tables: Iterable[Piece]) -> Iterator[None]:
    """For the length of the block, which is one transaction, none of the tables that the pieces have made has any
    defaults. Raises errors about the target."""
    named = list(tables)
    with transaction(target), target.cursor() as cursor:
        with writing_target():
            cursor.execute(_DEFAULTS, ([table.schema for table in named], [table.name for table in named]))
            found = cursor.fetchall()
            for dropping, _ in found:
                cursor.execute(dropping)
        yield
        with writing_target():
            for _, setting in found:
                cursor.execute(setting)


# Statements that drop a default and set it again. A piece has its table's name in one line.
_DEFAULTS = r"""
SELECT column_of || ' DROP DEFAULT', column_of || ' SET DEFAULT ' || expression
FROM (
    SELECT
        pg_catalog.format('ALTER TABLE ONLY %%I.%%I ALTER COLUMN %%I', nsp.nspname, cls.relname, att.attname)
            AS column_of,
        pg_catalog.pg_get_expr(def.adbin, def.adrelid) AS expression
    FROM unnest(%s::text[], %s::text[]) AS wanted (schema, name)
    JOIN pg_catalog.pg_namespace AS nsp ON nsp.nspname = wanted.schema
    JOIN pg_catalog.pg_class AS cls
        ON cls.relnamespace = nsp.oid AND pg_catalog.translate(cls.relname, E'\n\r', '  ') = wanted.name
    JOIN pg_catalog.pg_attrdef AS def ON def.adrelid = cls.oid
    JOIN pg_catalog.pg_attribute AS att
        ON att.attrelid = cls.oid AND att.attnum = def.adnum AND att.attgenerated = ''
) AS altered
"""
