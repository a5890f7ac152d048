"""A source's schema, taken by pg_dump and rebuilt in a target, each object in a transaction of its own.

pg_restore only turns the archive into SQL here, and the pieces are run by us: so an object that fails is known by name
and SQLSTATE, and a restore that was cut off goes on where it ended. Everything in the target belongs to the job's role.

Left out of the archive: owners, privileges, publications, subscriptions, tablespaces, security labels and large
objects. Left out of the restore: comments on extensions (CREATE EXTENSION writes them itself, and only an extension's
owner may) and event triggers (only a superuser may make one, and they watch a server's changes, not rows).
`left_out_objects` names what was left out. Whatever else a role without superuser rights cannot make fails with its
name, as SchemaNotRestorable or MissingExtension.
"""

import os
import re
import subprocess
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import psycopg2
from psycopg2 import errors as sqlstates
from psycopg2 import sql
from psycopg2.extensions import connection, make_dsn

from datavalut.connections import ConnectionParameters
from datavalut.transfer.addresses import AddressPolicy
from datavalut.transfer.connect import STATEMENT_MILLISECONDS, checked_dsn, connect
from datavalut.transfer.errors import (
    DiskFull,
    ForeignKeyViolated,
    MissingExtension,
    SchemaNotReadable,
    SchemaNotRestorable,
    SourceConnectionLost,
    StatementTimedOut,
    TargetConnectionLost,
    TransferError,
)
from datavalut.transfer.snapshot import import_snapshot
from datavalut.transfer.statements import first_line, target_error, writing_target
from datavalut.transfer.tools import postgres_tool

_LOCK_WAIT_MILLISECONDS = 60_000
_LEFT_OUT = ("EVENT TRIGGER", "COMMENT - EXTENSION", "COMMENT - EVENT TRIGGER")


class Section(StrEnum):
    """Of an archive: what comes before the rows (types, tables, functions, views), and after them (indexes, keys,
    triggers, policies)."""

    PRE_DATA = "pre-data"
    POST_DATA = "post-data"


def dump_schema(
    source: ConnectionParameters,
    snapshot_id: str,
    destination: Path,
    *,
    application_name: str,
    address_policy: AddressPolicy,
) -> None:
    """Writes the source's schema, as of the exported snapshot, to an archive file.

    The schema alone is dumped (not the sections around the data): those would read every sequence, for which a role
    with only SELECT on tables lacks the privilege.

    Raises what `connect` raises, SnapshotLost, and SchemaNotReadable.
    """
    dsn = checked_dsn(source, application_name=application_name, address_policy=address_policy)
    password = dsn.pop("password")
    completed = subprocess.run(  # noqa: S603 - a fixed program, values as arguments of their own
        [
            str(postgres_tool("pg_dump")),
            *("--format=custom", "--schema-only", "--no-owner", "--no-privileges", "--no-tablespaces"),
            *("--no-publications", "--no-subscriptions", "--no-security-labels", "--encoding=UTF8", "--no-password"),
            f"--lock-wait-timeout={_LOCK_WAIT_MILLISECONDS}",
            f"--snapshot={snapshot_id}",
            f"--file={destination}",
            f"--dbname={make_dsn(**dsn)}",
        ],
        env=_tool_environment() | {"PGPASSWORD": password},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if completed.returncode == 0:
        return
    # pg_dump tells nothing but words. What is most often behind it is asked for anew.
    with closing(
        connect(source, application_name=application_name, address_policy=address_policy, read_only=True)
    ) as session:
        import_snapshot(session, snapshot_id)
    line = _error_line(completed.stderr)
    if line.startswith("connection to server"):  # it names the address that the host resolved to
        raise SourceConnectionLost
    raise SchemaNotReadable(line)


def restore_pre_data(target: connection, archive: Path, check: Callable[[], None] = lambda: None) -> None:
    """Makes all but indexes, keys, triggers and policies.

    `target` is a session of the job's role in autocommit mode, in a database with a ledger; its settings (search_path
    and others) are not what they were afterwards. What was made before is not made again. `check` is called before
    each object and ends the restore by raising.

    Raises MissingExtension, SchemaNotRestorable, DiskFull, and errors about the target.
    """
    script = _script(archive, _restorable_entries(archive), Section.PRE_DATA)
    _restore_pieces(target, script, script.pieces, check)


def restore_post_data(target: connection, archive: Path, check: Callable[[], None] = lambda: None) -> None:
    """Makes indexes, keys, triggers and policies, validates the foreign keys that the source never validated, and
    fills the materialized views. Otherwise as `restore_pre_data`.

    Raises also ForeignKeyViolated.
    """
    script = _script(archive, _restorable_entries(archive), Section.POST_DATA)
    row_security = [piece for piece in script.pieces if piece.kind == "ROW SECURITY"]
    _restore_pieces(target, script, [piece for piece in script.pieces if piece not in row_security], check)
    # Before row-level security is on: forced on its owner, it would hide rows from the materialized views.
    refresh_materialized_views(target, check)
    _restore_pieces(target, script, row_security, check)


def validate_foreign_keys(target: connection, check: Callable[[], None] = lambda: None) -> None:
    """Validates the foreign keys that are NOT VALID. Raises ForeignKeyViolated, and errors about the target."""
    with target.cursor() as cursor:
        with writing_target():
            cursor.execute(
                "SELECT nsp.nspname::text, cls.relname::text, con.conname::text"
                " FROM pg_catalog.pg_constraint AS con"
                " JOIN pg_catalog.pg_class AS cls ON cls.oid = con.conrelid"
                " JOIN pg_catalog.pg_namespace AS nsp ON nsp.oid = cls.relnamespace"
                " WHERE con.contype = 'f' AND NOT con.convalidated"
                " ORDER BY con.conparentid <> 0, 1, 2, 3"
            )
            unvalidated = cursor.fetchall()
        for schema, table, name in unvalidated:
            check()
            validate = sql.SQL("ALTER TABLE {} VALIDATE CONSTRAINT {}")
            try:
                cursor.execute(validate.format(sql.Identifier(schema, table), sql.Identifier(name)))
            except sqlstates.ForeignKeyViolation:
                raise ForeignKeyViolated(f"{schema}.{table}", name) from None
            except psycopg2.Error as error:
                raise target_error(error) from error


def refresh_materialized_views(target: connection, check: Callable[[], None] = lambda: None) -> None:
    """Fills all materialized views that are empty. One that reads another, by whatever way, is refused by the server
    until that one is filled, so it is tried again after it.

    Raises SchemaNotRestorable, and errors about the target.
    """
    with target.cursor() as cursor:
        with writing_target():
            cursor.execute(
                "SELECT nsp.nspname::text, cls.relname::text"
                " FROM pg_catalog.pg_class AS cls"
                " JOIN pg_catalog.pg_namespace AS nsp ON nsp.oid = cls.relnamespace"
                " WHERE cls.relkind = 'm' AND NOT cls.relispopulated ORDER BY cls.oid"
            )
            empty = cursor.fetchall()
        while empty:
            waiting: list[tuple[str, str]] = []
            for schema, name in empty:
                check()
                refresh = sql.SQL("REFRESH MATERIALIZED VIEW {}").format(sql.Identifier(schema, name))
                try:
                    cursor.execute(refresh)
                except sqlstates.ObjectNotInPrerequisiteState as error:
                    waiting.append((schema, name))
                    last_error = error
                except psycopg2.Error as error:
                    raise _not_restorable(f"MATERIALIZED VIEW {schema}.{name}", error) from error
            if len(waiting) == len(empty):
                raise _not_restorable("MATERIALIZED VIEW {}.{}".format(*waiting[0]), last_error) from last_error
            empty = waiting


def left_out_objects(archive: Path) -> tuple[str, ...]:
    """The objects of the archive that a restore leaves out, by kind and name ("EVENT TRIGGER audit"); comments on
    them are not named."""
    entries = [entry for entry in _contents(archive) if entry.description.startswith("EVENT TRIGGER ")]
    if not entries:
        return ()
    return tuple(piece.full_name for piece in _script(archive, entries, Section.POST_DATA).pieces)


def _restore_pieces(
    target: connection, script: "_Script", pieces: Iterable["_Piece"], check: Callable[[], None]
) -> None:
    with target.cursor() as cursor:
        with writing_target():
            cursor.execute(script.preamble)
            cursor.execute(sql.SQL("SET statement_timeout = {}").format(sql.Literal(STATEMENT_MILLISECONDS)))
            cursor.execute("SELECT entry FROM datavalut_work.restored")
            done = {row[0] for row in cursor.fetchall()}
        for piece in pieces:
            if piece.entry not in done:
                check()
                _restore(cursor, piece)


@dataclass(frozen=True)
class _Entry:
    """A line of the archive's table of contents: "215; 1259 16390 TABLE public orders owner" has the number 215."""

    number: int
    line: str
    description: str


@dataclass(frozen=True)
class _Piece:
    """The SQL of one entry. `kind` is TABLE, FK CONSTRAINT, ...; `name` is as pg_dump prints it ("orders orders_pkey"
    for a constraint)."""

    entry: int
    kind: str
    schema: str | None
    name: str
    statements: bytes

    @property
    def full_name(self) -> str:
        return f"{self.kind} {self.name}" if self.schema is None else f"{self.kind} {self.schema}.{self.name}"


@dataclass(frozen=True)
class _Script:
    preamble: bytes
    pieces: tuple[_Piece, ...]


_CONTENTS_LINE = re.compile(r"(\d+); \d+ \d+ (.*)")
_HEADER = re.compile(
    rb"^--\n-- TOC entry (?P<entry>\d+) \(class \d+ OID \d+\)\n(?:-- Dependencies: [\d ]+\n)?"
    rb"-- Name: (?P<name>.*); Type: (?P<kind>.*); Schema: (?P<schema>.*); Owner: .*\n(?:-- Data Pos: \d+\n)?--\n",
    re.MULTILINE,
)
_RESTRICT = re.compile(rb"^\\restrict (\w+)\n", re.MULTILINE)


def _contents(archive: Path) -> Iterator[_Entry]:
    for line in _pg_restore("--list", str(archive)).decode(errors="replace").splitlines():
        found = _CONTENTS_LINE.fullmatch(line)
        if found:
            yield _Entry(int(found[1]), line, found[2])


def _restorable_entries(archive: Path) -> list[_Entry]:
    return [entry for entry in _contents(archive) if not entry.description.startswith(_LEFT_OUT)]


def _script(archive: Path, entries: list[_Entry], section: Section) -> _Script:
    """The section's entries as SQL, cut at the headers that pg_restore writes before each entry.

    A comment or a function could hold lines like a header; such a line would have to name the entry that comes next.
    """
    wanted = archive.with_name(f"{archive.name}.{section}.list")
    wanted.write_text("".join(f"{entry.line}\n" for entry in entries), encoding="utf-8")
    text = _without_psql_commands(
        _pg_restore(
            *("--no-owner", "--no-privileges", "--no-tablespaces", "--verbose", f"--section={section}"),
            *(f"--use-list={wanted}", "--file=-", str(archive)),
        )
    )
    order = {entry.number: position for position, entry in enumerate(entries)}
    headers = []
    position = -1
    for header in _HEADER.finditer(text):
        found = order.get(int(header["entry"]), -1)
        if found > position:
            headers.append(header)
            position = found
    ends = [*(header.start() for header in headers), len(text)][1:]
    pieces = tuple(
        _Piece(
            entry=int(header["entry"]),
            kind=header["kind"].decode(),
            schema=None if header["schema"] == b"-" else header["schema"].decode(errors="replace"),
            name=header["name"].decode(errors="replace"),
            statements=text[header.end() : end],
        )
        for header, end in zip(headers, ends, strict=True)
        if _has_statements(text[header.end() : end])  # unlike the schema public, which is there already
    )
    return _Script(text[: headers[0].start()] if headers else text, pieces)


def _has_statements(text: bytes) -> bool:
    return any(line and not line.startswith(b"--") for line in map(bytes.strip, text.splitlines()))


def _without_psql_commands(text: bytes) -> bytes:
    """The script without \\restrict and \\unrestrict, which are for psql; a random word marks them as pg_restore's."""
    command = _RESTRICT.search(text)
    if command is None:
        return text
    return text.replace(b"\\restrict %b\n" % command[1], b"").replace(b"\\unrestrict %b\n" % command[1], b"")


def _restore(cursor: Any, piece: _Piece) -> None:
    """Makes one object and its entry in the ledger, or neither."""
    try:
        cursor.execute("BEGIN")
        cursor.execute("INSERT INTO datavalut_work.restored (entry) VALUES (%s) ON CONFLICT DO NOTHING", (piece.entry,))
        if cursor.rowcount == 1:
            cursor.execute(piece.statements)
        cursor.execute("COMMIT")
    except psycopg2.Error as error:
        if not cursor.connection.closed:
            cursor.execute("ROLLBACK")
        raise _restore_error(piece, error) from error


def _restore_error(piece: _Piece, error: psycopg2.Error) -> TransferError:
    if isinstance(error, sqlstates.ForeignKeyViolation) and piece.kind == "FK CONSTRAINT":
        table, _, name = piece.name.partition(" ")
        diagnosed = error.diag.table_name, error.diag.constraint_name
        return ForeignKeyViolated(f"{piece.schema}.{diagnosed[0] or table}", diagnosed[1] or name)
    unavailable = sqlstates.FeatureNotSupported, sqlstates.UndefinedFile, sqlstates.InsufficientPrivilege
    if piece.kind == "EXTENSION" and isinstance(error, unavailable):
        return MissingExtension(piece.name, installable=isinstance(error, sqlstates.InsufficientPrivilege))
    return _not_restorable(piece.full_name, error)


def _not_restorable(object_name: str, error: psycopg2.Error) -> TransferError:
    """What is wrong with the server is not blamed on the object."""
    about_the_server = target_error(error)
    if isinstance(about_the_server, DiskFull | TargetConnectionLost | StatementTimedOut):
        return about_the_server
    return SchemaNotRestorable(object_name, first_line(error), error.pgcode)


def _pg_restore(*arguments: str) -> bytes:
    """What pg_restore writes; it never connects to a server. Raises SchemaNotReadable."""
    completed = subprocess.run(  # noqa: S603 - a fixed program, values as arguments of their own
        [str(postgres_tool("pg_restore")), *arguments],
        env=_tool_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    if completed.returncode != 0:
        raise SchemaNotReadable(_error_line(completed.stderr.decode(errors="replace")))
    return completed.stdout


def _tool_environment() -> dict[str, str]:
    """Nothing of ours but where programs and libraries are."""
    kept = ("PATH", "LD_LIBRARY_PATH", "TMPDIR")
    return {name: os.environ[name] for name in kept if name in os.environ} | {"LC_ALL": "C", "TZ": "UTC"}


def _error_line(output: str) -> str:
    """The first error that a program printed, without the program's name."""
    lines = [line for line in output.splitlines() if ": error: " in line]
    return lines[0].partition(": error: ")[2] if lines else output.strip().partition("\n")[0]
