"""A source's schema made anew in a target, each object in a transaction of its own. Everything belongs to the job's
role; what a role without superuser rights cannot make fails with its name, as SchemaNotRestorable or MissingExtension.
Policies for roles that the target server does not have are left out: nobody can log in there whom they could be for. So
are foreign tables whose extension the target cannot have.
"""

import re
from collections.abc import Callable, Iterable

import psycopg2
from psycopg2 import errors as sqlstates
from psycopg2 import sql
from psycopg2.extensions import connection

from datavalut.catalog.model import Extension, TableName
from datavalut.transfer.archive import Piece, Script
from datavalut.transfer.errors import (
    DiskFull,
    ForeignKeyViolated,
    MissingExtension,
    PolicyForAbsentRole,
    SchemaNotRestorable,
    StatementTimedOut,
    TargetBusy,
    TargetConnectionLost,
    TransferError,
)
from datavalut.transfer.extensions import can_be_left_out
from datavalut.transfer.inherited_defaults import inherits, without_defaults
from datavalut.transfer.left_out import LeftOut
from datavalut.transfer.queries import query_text
from datavalut.transfer.statements import first_line, target_error, writing_target

# Runs statements in the target; SQL errors are psycopg2's own.
Execute = Callable[[bytes], object]

_NOT_VALID = re.compile(rb"\sNOT VALID;\s*\Z")
_TABLES = ("TABLE", "FOREIGN TABLE")
_END = re.compile(rb";\s*\Z")
_VIOLATING_KEY = re.compile(r"\((?P<columns>.*)\)=\((?P<values>.*)\)")


def restore_pre_data(
    target: connection,
    script: Script,
    extensions: Iterable[Extension] = (),
    create_extension: Callable[[Extension], bool] = lambda extension: False,
    check: Callable[[], None] = lambda: None,
) -> LeftOut:
    """Makes all but indexes, keys, triggers and policies, in an empty database.

    `target` is a session of the job's role in autocommit mode; its settings (search_path and others) are not what they
    were afterwards. `extensions` are the source's; `create_extension` makes one that the job's role may not make, and
    says whether it did. `check` is called before each object and ends the restore by raising.

    Raises MissingExtension, SchemaNotRestorable, DiskFull, and errors about the target.
    """
    by_name = {extension.name: extension for extension in extensions}
    take_settings(target, script.preamble)
    left_out = LeftOut()
    tables: dict[int, Piece] = {}
    for piece in script.pieces:
        check()
        if left_out.takes(piece):
            continue
        try:
            if inherits(piece):
                with without_defaults(target, [tables[entry] for entry in piece.needs if entry in tables]):
                    _make(target, piece)
            else:
                _make(target, piece)
        except MissingExtension as missing:
            extension = by_name.get(missing.name)
            if extension is None:
                raise
            if create_extension(extension):
                continue
            if not can_be_left_out(extension):
                raise
            left_out.add_extension(piece, missing)
        if piece.kind in _TABLES:
            tables[piece.entry] = piece
    return left_out


def _make(target: connection, piece: Piece) -> None:
    with target.cursor() as cursor:
        restore_piece(piece, cursor.execute)


def take_settings(target: connection, preamble: bytes) -> None:
    """The session's settings as a script's pieces need them."""
    with writing_target(), target.cursor() as cursor:
        cursor.execute(preamble)


def reset_search_path(target: connection) -> None:
    """As it is for those who write rows: constraints may call functions that look for others on it."""
    with writing_target(), target.cursor() as cursor:
        cursor.execute("RESET search_path")


def restore_piece(piece: Piece, execute: Execute) -> None:
    """Makes one object, or nothing. Raises as `restore_pre_data`, ForeignKeyViolated, and PolicyForAbsentRole."""
    try:
        execute(piece.statements)
    except psycopg2.Error as error:
        if _is_for_absent_role(piece, error):
            raise PolicyForAbsentRole(piece.full_name, first_line(error), error.pgcode) from error
        raise _restore_error(piece, error) from error


def without_validation(piece: Piece) -> Piece:
    """The foreign key's piece so that the rows that are there are not looked at, which takes a moment.

    pg_dump writes a foreign key as one statement, ALTER TABLE ... ADD CONSTRAINT ... FOREIGN KEY ..., and its end is
    where NOT VALID stands (PostgreSQL, ALTER TABLE).
    """
    if was_never_validated(piece):
        return piece
    statements = _END.sub(b" NOT VALID;\n", piece.statements)
    return Piece(piece.entry, piece.kind, piece.schema, piece.name, piece.needs, statements)


def was_never_validated(piece: Piece) -> bool:
    """Whether the source itself holds the constraint as NOT VALID."""
    return _NOT_VALID.search(piece.statements) is not None


def foreign_keys_to_validate(target: connection, child: TableName) -> tuple[int, ...]:
    """The OIDs of the child's foreign keys that are NOT VALID."""
    with writing_target(), target.cursor() as cursor:
        cursor.execute(
            "SELECT oid::bigint FROM pg_catalog.pg_constraint"
            " WHERE contype = 'f' AND NOT convalidated AND conrelid = %s::pg_catalog.regclass ORDER BY conname",
            (sql.Identifier(child.schema, child.name).as_string(target),),
        )
        return tuple(oid for (oid,) in cursor.fetchall())


def validate_foreign_key(target: connection, oid: int, execute: Execute) -> None:
    """Raises ForeignKeyViolated, and errors about the target."""
    with writing_target(), target.cursor() as cursor:
        cursor.execute(query_text("foreign_key"), {"oid": oid})
        ((schema, table, name, in_order),) = cursor.fetchall()
    validate = sql.SQL("{}ALTER TABLE {} VALIDATE CONSTRAINT {}").format(
        # Two indexes are merged in less than half of the time of hashing, which PostgreSQL holds for the cheaper.
        sql.SQL("SET LOCAL enable_hashjoin = off;\n" if in_order else ""),
        sql.Identifier(schema, table),
        sql.Identifier(name),
    )
    try:
        execute(validate.as_string(target).encode())
    except sqlstates.ForeignKeyViolation as error:
        raise ForeignKeyViolated(f"{schema}.{table}", name, _violating_key(error)) from None
    except psycopg2.Error as error:
        raise target_error(error) from error


def refresh_materialized_views(target: connection, execute: Execute) -> None:
    """Fills all materialized views that are empty. One that reads another, by whatever way, is refused by the server
    until that one is filled, so it is tried again after it.

    Raises SchemaNotRestorable, and errors about the target.
    """
    with writing_target(), target.cursor() as cursor:
        cursor.execute(
            "SELECT nsp.nspname::text, cls.relname::text"
            " FROM pg_catalog.pg_class AS cls"
            " JOIN pg_catalog.pg_namespace AS nsp ON nsp.oid = cls.relnamespace"
            " WHERE cls.relkind = 'm' AND NOT cls.relispopulated ORDER BY cls.oid"
        )
        empty = [TableName(*row) for row in cursor.fetchall()]
    while empty:
        waiting = list(_still_empty(target, empty, execute))
        if len(waiting) == len(empty):
            view, error = waiting[0]
            raise _not_restorable(f"MATERIALIZED VIEW {view}", error) from error
        empty = [view for view, _ in waiting]


def _still_empty(
    target: connection, views: Iterable[TableName], execute: Execute
) -> Iterable[tuple[TableName, psycopg2.Error]]:
    """Tries each view once, and gives those that wait for others."""
    for view in views:
        refresh = sql.SQL("REFRESH MATERIALIZED VIEW {}").format(sql.Identifier(view.schema, view.name))
        try:
            execute(refresh.as_string(target).encode())
        except sqlstates.ObjectNotInPrerequisiteState as error:
            yield view, error
        except psycopg2.Error as error:
            raise _not_restorable(f"MATERIALIZED VIEW {view}", error) from error


def _restore_error(piece: Piece, error: psycopg2.Error) -> TransferError:
    if isinstance(error, sqlstates.ForeignKeyViolation) and piece.kind == "FK CONSTRAINT":
        table, _, name = piece.name.partition(" ")
        diagnosed = error.diag.table_name, error.diag.constraint_name
        return ForeignKeyViolated(
            f"{piece.schema}.{diagnosed[0] or table}", diagnosed[1] or name, _violating_key(error)
        )
    unavailable = sqlstates.FeatureNotSupported, sqlstates.UndefinedFile, sqlstates.InsufficientPrivilege
    if piece.kind == "EXTENSION" and isinstance(error, unavailable):
        return MissingExtension(piece.name, installable=isinstance(error, sqlstates.InsufficientPrivilege))
    return _not_restorable(piece.full_name, error)


def _is_for_absent_role(piece: Piece, error: psycopg2.Error) -> bool:
    """Of a policy, or of a comment on one that was left out. What else a policy needs is there already."""
    is_of_policy = piece.kind == "POLICY" or (piece.kind == "COMMENT" and piece.name.startswith("POLICY "))
    return is_of_policy and isinstance(error, sqlstates.UndefinedObject)


def _violating_key(error: psycopg2.Error) -> str:
    """ "customer_id = 5", as the server's detail tells it ("Key (customer_id)=(5) is not present in ..."); in
    whatever language the server speaks, the parentheses are the same."""
    found = _VIOLATING_KEY.search(error.diag.message_detail or "")
    return f"{found['columns']} = {found['values']}" if found else ""


def _not_restorable(object_name: str, error: psycopg2.Error) -> TransferError:
    """What is wrong with the server is not blamed on the object."""
    about_the_server = target_error(error)
    if isinstance(about_the_server, DiskFull | TargetBusy | TargetConnectionLost | StatementTimedOut):
        return about_the_server
    return SchemaNotRestorable(object_name, first_line(error), error.pgcode)
