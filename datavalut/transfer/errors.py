"""What can go wrong between two databases, told apart by SQLSTATE, never by a message's text.

`transient` says whether the same step may succeed if it is tried again.
"""

from dataclasses import dataclass
from typing import ClassVar

from datavalut.errors import DataValutError
from datavalut.transfer.preflight.finding import Finding


class TransferError(DataValutError):
    """The base of this package's errors."""

    transient: ClassVar[bool] = False


class ConnectFailed(TransferError):
    """The base of: no session could be opened."""


class HostNotFound(ConnectFailed):
    def __init__(self, host: str) -> None:
        super().__init__(f"the host name {host} cannot be resolved")
        self.host = host


class AddressNotAllowed(ConnectFailed):
    """The host has an address that this deployment does not connect to. The address itself is not told."""

    def __init__(self, host: str) -> None:
        super().__init__(f"{host} has an address that connections are not allowed to")
        self.host = host


class SourceUnreachable(ConnectFailed):
    """`reason` is the operating system's: "Connection refused", "timed out"."""

    transient = True

    def __init__(self, host: str, port: int, reason: str) -> None:
        super().__init__(f"{host}:{port} cannot be reached: {reason}")
        self.host = host
        self.port = port
        self.reason = reason


class NotAPostgresServer(ConnectFailed):
    """Something listens, but does not speak PostgreSQL's protocol, or broke the connection off."""

    def __init__(self, host: str, port: int) -> None:
        super().__init__(f"{host}:{port} does not answer as a PostgreSQL server")
        self.host = host
        self.port = port


class WrongPassword(ConnectFailed):
    """The server refused user and password. It does not tell whether the user exists."""

    def __init__(self, user: str) -> None:
        super().__init__(f"the server does not accept the password of user {user}")
        self.user = user


class LoginNotAllowed(ConnectFailed):
    """The server's rules (pg_hba.conf, NOLOGIN) keep this user out, whatever the password."""

    def __init__(self, user: str, database: str) -> None:
        super().__init__(f"the server does not let user {user} log in to database {database} from here")
        self.user = user
        self.database = database


class ConnectNotGranted(ConnectFailed):
    def __init__(self, user: str, database: str) -> None:
        super().__init__(f"user {user} has no CONNECT privilege on database {database}")
        self.user = user
        self.database = database


class UnknownDatabase(ConnectFailed):
    def __init__(self, database: str) -> None:
        super().__init__(f"there is no database {database}")
        self.database = database


class TooManyConnections(ConnectFailed):
    transient = True

    def __init__(self, host: str) -> None:
        super().__init__(f"{host} has no connection free")
        self.host = host


class ServerNotReady(ConnectFailed):
    """The server starts, stops, or recovers from a crash."""

    transient = True

    def __init__(self, host: str, port: int) -> None:
        super().__init__(f"{host}:{port} is starting up or shutting down")
        self.host = host
        self.port = port


class TlsRequired(ConnectFailed):
    """The server takes encrypted connections only, and `sslmode` said not to encrypt."""

    def __init__(self, host: str, sslmode: str) -> None:
        super().__init__(f"{host} accepts only encrypted connections, but sslmode is {sslmode}")
        self.host = host
        self.sslmode = sslmode


class TlsNotSupported(ConnectFailed):
    def __init__(self, host: str, sslmode: str) -> None:
        super().__init__(f"{host} does not offer encrypted connections, but sslmode is {sslmode}")
        self.host = host
        self.sslmode = sslmode


class TlsFailed(ConnectFailed):
    """The server offers TLS, but no session came about: an untrusted certificate, another host name in it, versions
    without overlap."""

    def __init__(self, host: str, sslmode: str) -> None:
        super().__init__(f"no trusted encrypted connection to {host} (sslmode {sslmode})")
        self.host = host
        self.sslmode = sslmode


class PoolerSharesSessions(ConnectFailed):
    """What answers is a pooler that lends a session for one transaction: settings do not last, and would reach others
    who use the pool."""

    def __init__(self, host: str, port: int) -> None:
        super().__init__(f"{host}:{port} is a pooler in transaction mode")
        self.host = host
        self.port = port


class ConnectRefused(ConnectFailed):
    """The server refused the session for a reason that has no error of its own here."""

    def __init__(self, host: str, port: int, sqlstate: str) -> None:
        super().__init__(f"{host}:{port} refused the connection (SQLSTATE {sqlstate})")
        self.host = host
        self.port = port
        self.sqlstate = sqlstate


class UnsupportedServerVersion(TransferError):
    """`version` is the server's major version, `supported` the first and last supported one."""

    def __init__(self, version: int, supported: tuple[int, int]) -> None:
        super().__init__(f"the server runs PostgreSQL {version}; supported are {supported[0]} to {supported[1]}")
        self.version = version
        self.supported = supported


class PermissionDenied(TransferError):
    """The source's user may not read the table (or not use its schema). `table` is None where the server names none."""

    def __init__(self, table: str | None) -> None:
        super().__init__(f"the user may not read {table}" if table else "the user lacks a privilege")
        self.table = table


class PreflightFailed(TransferError):
    """`findings` are all that keeps the job from being begun."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__("the job cannot begin: " + "; ".join(f"{found.code} ({found.subject})" for found in findings))
        self.findings = findings


class MissingExtension(TransferError):
    """The schema needs an extension that the target server does not have, or does not let a user install."""

    def __init__(self, name: str, *, installable: bool = False) -> None:
        reason = "may be installed by a superuser only" if installable else "is not available"
        super().__init__(f"extension {name} {reason} on the target server")
        self.name = name
        self.installable = installable


class SchemaNotRestorable(TransferError):
    """`object_name` is kind and name of what failed ("VIEW public.totals"), `reason` what the server says about it,
    `sqlstate` its code."""

    def __init__(self, object_name: str, reason: str, sqlstate: str | None = None) -> None:
        super().__init__(f"{object_name} cannot be made in the filtered database: {reason}")
        self.object_name = object_name
        self.reason = reason
        self.sqlstate = sqlstate


class PolicyForAbsentRole(SchemaNotRestorable):
    """A policy of row-level security is for a role that the target server does not have, and so for nobody there."""


class SchemaNotReadable(TransferError):
    """pg_dump failed for a reason that no check before it found. `reason` is its last line."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the schema cannot be read: {reason}")
        self.reason = reason


class ForeignKeyViolated(TransferError):
    """Rows of `table` reference rows that are not there. The source holds such rows itself: they came in while its
    triggers were switched off. `key` is one of them ("customer_id = 5"), for the job's caller: it is a value of the
    source's, and not part of the text that goes to logs."""

    def __init__(self, table: str, name: str, key: str = "") -> None:
        super().__init__(f"rows of {table} violate its foreign key {name}")
        self.table = table
        self.name = name
        self.key = key


class ConstraintViolated(TransferError):
    """Rows of `table` are not what its unique or exclusion constraint, or unique index, `name` demands. The source
    holds such rows itself: its own index is damaged, for example by another collation, or calls a function that gives
    something else here. `key` as of ForeignKeyViolated."""

    def __init__(self, table: str, name: str, key: str = "") -> None:
        super().__init__(f"rows of {table} violate {name}")
        self.table = table
        self.name = name
        self.key = key


class DiskFull(TransferError):
    """The target server has no space left, or none that it lets the job have."""

    def __init__(self) -> None:
        super().__init__("the target server has no more disk space for the job")


class SnapshotLost(TransferError):
    """No such snapshot is held on the server that the connection led to."""

    def __init__(self, snapshot_id: str) -> None:
        super().__init__(f"snapshot {snapshot_id} of the source is gone")
        self.snapshot_id = snapshot_id


class SourceConnectionLost(TransferError):
    transient = True

    def __init__(self) -> None:
        super().__init__("the connection to the source was lost")


class TargetConnectionLost(TransferError):
    transient = True

    def __init__(self) -> None:
        super().__init__("the connection to the target server was lost")


LOCK_NOT_AVAILABLE = "55P03"


class SourceBusy(TransferError):
    """A lock was not granted in time, or a standby had to cancel the query to follow its primary."""

    transient = True

    def __init__(self, sqlstate: str) -> None:
        super().__init__(f"the source cancelled the query because of other activity (SQLSTATE {sqlstate})")
        self.sqlstate = sqlstate


class TargetBusy(TransferError):
    """The target server refused a statement for others' sake: a deadlock, a lock, its connections."""

    transient = True

    def __init__(self, sqlstate: str) -> None:
        super().__init__(f"the target server was busy (SQLSTATE {sqlstate})")
        self.sqlstate = sqlstate


class StatementTimedOut(TransferError):
    """One statement ran longer than a worker lives, or somebody cancelled it."""

    def __init__(self) -> None:
        super().__init__("a statement was cancelled: it ran too long")


class SourceChanged(TransferError):
    """A table is not what it was when the plan was made, or at the moment that is read. `change` says by name what has
    happened; `table` is what was read, where the change alone does not tell."""

    def __init__(self, change: str, table: str | None = None) -> None:
        self.change = change if table is None else f"{table} was read, and {change}"
        super().__init__(f"the source has changed since its plan was made: {self.change}")


class SourceQueryFailed(TransferError):
    """A query of the source failed for a reason that has no error of its own here."""

    def __init__(self, sqlstate: str, reason: str) -> None:
        super().__init__(f"a query of the source failed: {reason} (SQLSTATE {sqlstate})")
        self.sqlstate = sqlstate
        self.reason = reason


class TargetQueryFailed(TransferError):
    """A statement in the target failed for a reason that has no error of its own here."""

    def __init__(self, sqlstate: str, reason: str) -> None:
        super().__init__(f"a statement in the target failed: {reason} (SQLSTATE {sqlstate})")
        self.sqlstate = sqlstate
        self.reason = reason


class TableTooLarge(TransferError):
    """The source's server would read all of the table for each part of it, which takes longer than a worker lives."""

    def __init__(self, table: str) -> None:
        super().__init__(f"{table} is too large to be read in parts by the source's version of PostgreSQL")
        self.table = table


class CopyFailed(TransferError):
    """A table's rows were not accepted by the target, by a constraint for example, whose name is then `constraint`.
    `row` is what the server tells of one that it refused ("7, -1"), for the job's caller: its values are the source's,
    and not part of the text that goes to logs."""

    def __init__(self, table: str, sqlstate: str, reason: str, constraint: str = "", row: str = "") -> None:
        super().__init__(f"the rows of {table} could not be written: {reason} (SQLSTATE {sqlstate})")
        self.table = table
        self.sqlstate = sqlstate
        self.reason = reason
        self.constraint = constraint
        self.row = row


class JobNoLongerRunning(TransferError):
    """The job was ended by somebody else while a step of it ran: nothing of the step remains."""

    def __init__(self) -> None:
        super().__init__("the job is no longer running")


class TargetNameTaken(TransferError):
    """A database or role of the name that belongs to this job exists, and is not of this job."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} exists on the target server, and this job did not make it")
        self.name = name


class TargetMissing(TransferError):
    """The job's database is not there (any more)."""

    def __init__(self, database: str) -> None:
        super().__init__(f"there is no database {database} of this job")
        self.database = database


class TargetInUse(TransferError):
    """Sessions that may not be ended keep the database from being renamed or dropped."""

    transient = True

    def __init__(self, database: str) -> None:
        super().__init__(f"sessions of others keep database {database} in use")
        self.database = database


class TargetNotAllowed(TransferError):
    """The target's admin role lacks a privilege: it needs CREATEDB and CREATEROLE."""

    def __init__(self) -> None:
        super().__init__("the target's admin role lacks a privilege; it needs CREATEDB and CREATEROLE")


@dataclass(frozen=True)
class Discrepancy:
    """One thing that a finished copy should be and is not. `expected` and `found` are counts or words."""

    subject: str
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.subject}: expected {self.expected}, found {self.found}"


class VerificationFailed(TransferError):
    def __init__(self, discrepancies: tuple[Discrepancy, ...]) -> None:
        super().__init__("the filtered database is not what it should be: " + "; ".join(map(str, discrepancies)))
        self.discrepancies = discrepancies
