"""A source's schema as an archive of pg_dump, cut into the pieces of SQL that make its objects.

pg_restore only turns the archive into SQL here, and the pieces are run by us: so an object that fails is known by name
and SQLSTATE, and pieces that need not wait for each other can be run side by side.

Left out of the archive: owners, privileges, publications, subscriptions, tablespaces, security labels and large
objects. Left out of the pieces: comments on extensions (CREATE EXTENSION writes them itself, and only an extension's
owner may), event triggers (only a superuser may make one, and they watch a server's changes, not rows) and user
mappings of foreign servers (they are for the source's roles, with passwords).
"""

import os
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from psycopg2.extensions import connection, make_dsn

from datavalut.connections import ConnectionParameters
from datavalut.transfer.addresses import AddressPolicy
from datavalut.transfer.connect import checked_dsn, connect
from datavalut.transfer.errors import LOCK_NOT_AVAILABLE, SchemaNotReadable, SourceBusy, SourceConnectionLost
from datavalut.transfer.snapshot import import_snapshot
from datavalut.transfer.source_changes import require_schema_unchanged
from datavalut.transfer.statements import reading_source
from datavalut.transfer.tools import postgres_tool

_LOCK_WAIT_MILLISECONDS = 60_000
_EVENT_TRIGGER = "EVENT TRIGGER"
_LEFT_OUT = (_EVENT_TRIGGER, "COMMENT - EXTENSION", "COMMENT - EVENT TRIGGER", "USER MAPPING")


class Section(StrEnum):
    """Of an archive: what comes before the rows (types, tables, functions, views), and after them (indexes, keys,
    triggers, policies)."""

    PRE_DATA = "pre-data"
    POST_DATA = "post-data"


@dataclass(frozen=True)
class Piece:
    """The SQL of one object. `kind` is TABLE, FK CONSTRAINT, ...; `name` is as pg_dump prints it ("orders orders_pkey"
    for a constraint); `needs` are the entries of the archive that it depends upon."""

    entry: int
    kind: str
    schema: str | None
    name: str
    needs: tuple[int, ...]
    statements: bytes

    @property
    def full_name(self) -> str:
        return f"{self.kind} {self.name}" if self.schema is None else f"{self.kind} {self.schema}.{self.name}"


def one_line(name: str) -> str:
    """The name of an object as pg_dump prints it in the headers of its pieces."""
    return name.replace("\n", " ").replace("\r", " ")


@dataclass(frozen=True)
class Script:
    """`preamble` holds the settings that the pieces are to be run under, all of which every version knows."""

    preamble: bytes
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class SchemaScripts:
    """`left_out` names the objects that no piece makes, by kind and name ("EVENT TRIGGER audit"); comments on them are
    not named."""

    pre_data: Script
    post_data: Script
    left_out: tuple[str, ...]


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

    Raises what `connect` raises, SnapshotLost, SourceBusy, SourceChanged, and SchemaNotReadable.
    """
    dsn = checked_dsn(source, application_name=application_name, address_policy=address_policy)
    password = dsn.pop("password")
    began = time.monotonic()
    completed = subprocess.run(  # noqa: S603 - a fixed program, values as arguments of their own
        [
            str(postgres_tool("pg_dump")),
            *("--format=custom", "--schema-only", "--no-owner", "--no-privileges", "--no-tablespaces"),
            *("--no-publications", "--no-subscriptions", "--no-security-labels", "--encoding=UTF8", "--no-password"),
            "--compress=none",
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
    waited_for_locks = (time.monotonic() - began) * 1000 >= _LOCK_WAIT_MILLISECONDS
    # pg_dump takes some things as they are when it comes to them, and of failures it tells nothing but words: what is
    # behind most of them is asked for here.
    with closing(
        connect(source, application_name=application_name, address_policy=address_policy, read_only=True)
    ) as session:
        import_snapshot(session, snapshot_id)
        if completed.returncode != 0 and waited_for_locks and _are_tables_locked(session):
            raise SourceBusy(LOCK_NOT_AVAILABLE)
        require_schema_unchanged(session)
    if completed.returncode == 0:
        return
    line = _error_line(completed.stderr)
    if line.startswith("connection to server"):  # it names the address that the host resolved to
        raise SourceConnectionLost
    raise SchemaNotReadable(line)


def _are_tables_locked(session: connection) -> bool:
    """Whether anyone else keeps pg_dump from a table of the session's database, or waits to do so: from one that is
    there at the snapshot's moment, for pg_dump locks no other, no temporary ones, and nothing but tables."""
    with reading_source(), session.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_catalog.pg_locks AS lock"
            " JOIN pg_catalog.pg_class AS cls ON cls.oid = lock.relation"
            " WHERE cls.relkind IN ('r', 'p') AND cls.relpersistence <> 't' AND lock.locktype = 'relation'"
            " AND lock.mode = 'AccessExclusiveLock' AND lock.pid <> pg_catalog.pg_backend_pid()"
            " AND lock.database = (SELECT oid FROM pg_catalog.pg_database"
            " WHERE datname = pg_catalog.current_database()))"
        )
        ((locked,),) = cursor.fetchall()
    return bool(locked)


def read_scripts(archive: Path) -> SchemaScripts:
    """The pieces of both sections, in an order in which they can be run. Raises SchemaNotReadable."""
    entries = list(_contents(archive))
    restorable = [entry for entry in entries if not entry.description.startswith(_LEFT_OUT)]
    event_triggers = [entry for entry in entries if entry.description.startswith(f"{_EVENT_TRIGGER} ")]
    return SchemaScripts(
        _script(archive, restorable, Section.PRE_DATA),
        _script(archive, restorable, Section.POST_DATA),
        tuple(piece.full_name for piece in _script(archive, event_triggers, Section.POST_DATA).pieces)
        if event_triggers
        else (),
    )


@dataclass(frozen=True)
class _Entry:
    """A line of the archive's table of contents: "215; 1259 16390 TABLE public orders owner" has the number 215."""

    number: int
    line: str
    description: str


_CONTENTS_LINE = re.compile(r"(\d+); \d+ \d+ (.*)")
_HEADER = re.compile(
    rb"^--\n-- TOC entry (?P<entry>\d+) \(class \d+ OID \d+\)\n(?:-- Dependencies: (?P<needs>[\d ]+)\n)?"
    rb"-- Name: (?P<name>.*); Type: (?P<kind>.*); Schema: (?P<schema>.*); Owner: .*\n(?:-- Data Pos: \d+\n)?--\n",
    re.MULTILINE,
)
# What pg_restore says after the last piece. A piece itself may end with a line that looks like a comment: of a comment.
_FOOTER = re.compile(rb"\n-- Completed on [^\n]*\n\n--\n-- PostgreSQL database dump complete\n--\s*\Z")
_RESTRICT = re.compile(rb"^\\restrict (\w+)\n", re.MULTILINE)
# How long a session may do what is for `connect` to say; and of these settings, old servers do not know all.
_TIMEOUT = re.compile(rb"^SET \w+_timeout = .*;\n", re.MULTILINE)


def _contents(archive: Path) -> Iterator[_Entry]:
    for line in _pg_restore("--list", str(archive)).decode(errors="replace").splitlines():
        found = _CONTENTS_LINE.fullmatch(line)
        if found:
            yield _Entry(int(found[1]), line, found[2])


def _script(archive: Path, entries: list[_Entry], section: Section) -> Script:
    """The section's entries as SQL, cut at the headers that pg_restore writes before each entry.

    A comment or a function could hold lines like a header; such a line would have to name the entry that comes next.
    """
    wanted = archive.with_name(f"{archive.name}.{section}.list")
    wanted.write_text("".join(f"{entry.line}\n" for entry in entries), encoding="utf-8")
    output = _pg_restore(
        *("--no-owner", "--no-privileges", "--no-tablespaces", "--verbose", f"--section={section}"),
        *(f"--use-list={wanted}", "--file=-", str(archive)),
    )
    text = _FOOTER.sub(b"\n", _without_psql_commands(output))
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
        Piece(
            entry=int(header["entry"]),
            kind=header["kind"].decode(),
            schema=None if header["schema"] == b"-" else header["schema"].decode(errors="replace"),
            name=header["name"].decode(errors="replace"),
            needs=tuple(map(int, (header["needs"] or b"").split())),
            statements=text[header.end() : end],
        )
        for header, end in zip(headers, ends, strict=True)
        if _has_statements(text[header.end() : end])  # unlike the schema public, which is there already
    )
    preamble = text[: headers[0].start()] if headers else text
    return Script(_TIMEOUT.sub(b"", preamble), pieces)


def _has_statements(text: bytes) -> bool:
    return any(line and not line.startswith(b"--") for line in map(bytes.strip, text.splitlines()))


def _without_psql_commands(text: bytes) -> bytes:
    """The script without \\restrict and \\unrestrict, which are for psql; a random word marks them as pg_restore's."""
    command = _RESTRICT.search(text)
    if command is None:
        return text
    return text.replace(b"\\restrict %b\n" % command[1], b"").replace(b"\\unrestrict %b\n" % command[1], b"")


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
