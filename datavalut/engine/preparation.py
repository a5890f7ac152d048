"""The empty tables of a build, and its work, in a database that was just made."""

from collections.abc import Callable, Mapping

from psycopg2.extensions import connection

from datavalut.catalog.model import Extension, TableName
from datavalut.engine.queue import fill_queue
from datavalut.engine.work_items import TableEntry, plan_work
from datavalut.subset.model import SubsetPlan
from datavalut.transfer.archive import SchemaScripts, one_line
from datavalut.transfer.ledger import create_ledger
from datavalut.transfer.left_out import LeftOut
from datavalut.transfer.schema import restore_pre_data
from datavalut.transfer.statements import writing_target

_TABLE = "TABLE"
_FUNCTIONS = ("FUNCTION", "AGGREGATE")


def prepare_build(
    target: connection,
    scripts: SchemaScripts,
    subset: SubsetPlan,
    create_extension: Callable[[Extension], bool] = lambda extension: False,
    check: Callable[[], None] = lambda: None,
) -> LeftOut:
    """`target` is a session of the job's role in autocommit mode, whose settings are changed; `create_extension` makes
    an extension that this role may not make, and says whether it did.

    Raises MissingExtension, SchemaNotRestorable, DiskFull, and errors about the target.
    """
    create_ledger(target)
    left_out = restore_pre_data(target, scripts.pre_data, subset.catalog.extensions, create_extension, check)
    functions = frozenset(piece.entry for piece in scripts.pre_data.pieces if piece.kind in _FUNCTIONS)
    after_rows = [piece for piece in scripts.post_data.pieces if not left_out.takes(piece)]
    work = plan_work(subset, after_rows, _table_entries(target, scripts), functions)
    fill_queue(target, work, scripts.post_data.preamble)
    return left_out


def _table_entries(target: connection, scripts: SchemaScripts) -> Mapping[int, TableEntry]:
    tables = {(table.name.schema, one_line(table.name.name)): table for table in _tables(target)}
    found = {
        piece.entry: tables.get((piece.schema or "", piece.name))
        for piece in scripts.pre_data.pieces
        if piece.kind == _TABLE
    }
    return {entry: table for entry, table in found.items() if table is not None}


def _tables(target: connection) -> list[TableEntry]:
    with writing_target(), target.cursor() as cursor:
        cursor.execute(_TABLES_AND_PARTITIONS)
        return [
            TableEntry(TableName(schema, name), TableName(root_schema, root))
            for schema, name, root_schema, root in cursor.fetchall()
        ]


_TABLES_AND_PARTITIONS = """
SELECT nsp.nspname::text, cls.relname::text, root_nsp.nspname::text, root.relname::text
FROM pg_catalog.pg_class AS cls
JOIN pg_catalog.pg_namespace AS nsp ON nsp.oid = cls.relnamespace
JOIN pg_catalog.pg_class AS root ON root.oid = COALESCE(pg_catalog.pg_partition_root(cls.oid), cls.oid)
JOIN pg_catalog.pg_namespace AS root_nsp ON root_nsp.oid = root.relnamespace
WHERE cls.relkind IN ('r', 'p') AND nsp.nspname !~ '^pg_' AND nsp.nspname <> 'information_schema'
"""
