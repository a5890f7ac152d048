"""A job's database and role on the target server: made, published under their final name, dropped.

The admin's role has CREATEDB and CREATEROLE and is no superuser, as on RDS. It works in autocommit mode, connected to
any database but those made here, always the same one: advisory locks belong to a database.

Database and role carry a comment that names their job. Nothing without it is ever renamed or dropped, but for a
database under the job's own build name and owned by the job's own role: that one lost its worker between being made
and being marked.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from psycopg2 import errors as sqlstates
from psycopg2 import sql
from psycopg2.extensions import connection, encrypt_password

from datavalut.catalog.model import Catalog
from datavalut.transfer.errors import JobNoLongerRunning, TargetInUse, TargetMissing, TargetNameTaken
from datavalut.transfer.statements import writing_target

_LONGEST_NAME = 63  # bytes, of a PostgreSQL identifier
# 40 workers at most, as many sessions that the server works on after their worker has left, and the other steps'.
_ROLE_CONNECTIONS = 100
_MARK = "datavalut job {}"
_LOCALE_UNKNOWN = (
    sqlstates.FeatureNotSupported,
    sqlstates.InvalidObjectDefinition,
    sqlstates.InvalidParameterValue,
    sqlstates.WrongObjectType,
)
_TRIES_TO_EMPTY = 6  # the server itself waits 5 seconds in each
_SECONDS_BETWEEN_TRIES = 0.25


@dataclass(frozen=True)
class TargetNames:
    """What a job makes on the target server. `job_id` is `job_` and 12 hexadecimal digits."""

    job_id: str

    @property
    def _digits(self) -> str:
        return self.job_id.removeprefix("job_")

    @property
    def build_database(self) -> str:
        """The database's name until it is published."""
        return f"datavalut_build_{self._digits}"

    @property
    def role(self) -> str:
        return f"filtered_{self._digits}"

    @property
    def mark(self) -> str:
        return _MARK.format(self.job_id)


def create_target(
    admin: connection, names: TargetNames, password: str, like: Catalog, is_wanted: Callable[[], bool]
) -> None:
    """Makes the job's role and its empty database, with the encoding and the locale of the catalog's database.

    Whatever an earlier attempt of the job left is dropped first. `is_wanted` is asked under the same lock that
    `drop_target` takes: a job that ends meanwhile never leaves a database. A locale that the target server does not
    have is replaced by the server's own: `database_locale` tells which one the database got.

    Raises JobNoLongerRunning if it is not wanted, TargetNameTaken, and errors about the target.
    """
    with writing_target(), _locked(admin, names):
        if not is_wanted():
            raise JobNoLongerRunning
        _drop(admin, names)
        _create_role(admin, names, password)
        _create_database(admin, names, like)


def take_over(admin: connection, names: TargetNames) -> None:
    """Makes this session the one that finishes the job's database. Those that were at it before, and all sessions of
    the job's role, end."""
    with writing_target(), admin.cursor() as cursor:
        cursor.execute("SELECT pg_catalog.hashtextextended('datavalut finishes ' || %s, 0)", (names.job_id,))
        key = cursor.fetchone()
        cursor.execute(
            "SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_locks"
            " WHERE locktype = 'advisory' AND objsubid = 1 AND pid <> pg_catalog.pg_backend_pid()"
            " AND (classid::bigint << 32) | objid::bigint = %s",
            key,
        )
        cursor.execute("SELECT pg_catalog.pg_advisory_lock(%s)", key)
        _end_sessions(admin, names)


def require_charge(admin: connection) -> None:
    """Raises TargetConnectionLost if another session has taken over. If it does so later, all sessions of the job's
    role end that were opened before this was called."""
    with writing_target(), admin.cursor() as cursor:
        cursor.execute("SELECT 1")


def publish_target(admin: connection, names: TargetNames, wanted_name: str) -> str:
    """Renames the finished database and returns its final name: `wanted_name`, or where that is taken
    `wanted_name_2`, `wanted_name_3`, ... Ends the build's own sessions. Can be repeated. When it returns, the database
    is on the server's disk.

    Raises TargetInUse if others are connected to it, and errors about the target.
    """
    with writing_target(), _locked(admin, names):
        name = _present_database(admin, names)
        if name is None:
            raise TargetMissing(names.build_database)
        number = 0
        while name == names.build_database:
            number += 1
            candidate = _suffixed(wanted_name, number)
            if _exists(admin, "SELECT FROM pg_catalog.pg_database WHERE datname = %s", candidate):
                continue
            with suppress(sqlstates.DuplicateDatabase):  # another job was faster
                _rename(admin, names, candidate)
                name = candidate
        with admin.cursor() as cursor:
            # Workers' commits do not wait for the disk. This one does, and with it all those before it: what is told
            # to be finished outlasts a crash of the server.
            cursor.execute("SET synchronous_commit = on")
            cursor.execute(sql.SQL("ALTER DATABASE {} CONNECTION LIMIT -1").format(sql.Identifier(name)))
        return name


def present_database(admin: connection, names: TargetNames) -> str:
    """The name that the job's database has now. Raises TargetMissing, TargetNameTaken, and errors about the target."""
    with writing_target():
        name = _present_database(admin, names)
    if name is None:
        raise TargetMissing(names.build_database)
    return name


def drop_target(admin: connection, names: TargetNames) -> None:
    """Drops the job's database under whichever name it has, and the job's role, ending their sessions. Does nothing
    where there is nothing of the job. A completed job's database is dropped as well: ask the job's status first.

    Raises TargetNameTaken, TargetInUse, and errors about the target.
    """
    with writing_target(), _locked(admin, names):
        _drop(admin, names)


@dataclass(frozen=True)
class MadeTarget:
    """What a job has left on the server. `is_in_use` says that its database, if there is one, has its final name, and
    that something depends on its role: this database, rights that others gave it, its being a member of another."""

    job_id: str
    is_in_use: bool


def made_targets(admin: connection) -> tuple[MadeTarget, ...]:
    """Of all jobs that worked as this connection's role: it is a member of each role that it has made for a job. What
    merely has such a name or such a comment is not among them."""
    with writing_target(), admin.cursor() as cursor:
        cursor.execute(_MADE_TARGETS)
        return tuple(MadeTarget(*row) for row in cursor.fetchall())


_MADE_TARGETS = """
SELECT
    'job_' || made.digits,
    NOT EXISTS (
        SELECT FROM pg_catalog.pg_database
        WHERE datdba = made.oid AND datname = 'datavalut_build_' || made.digits
    )
    AND (
        EXISTS (
            SELECT FROM pg_catalog.pg_shdepend
            WHERE refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass AND refobjid = made.oid
        )
        OR EXISTS (SELECT FROM pg_catalog.pg_auth_members WHERE member = made.oid)
    )
FROM (
    SELECT oid, pg_catalog.substring(rolname::text, '^filtered_([0-9a-f]{12})$') AS digits FROM pg_catalog.pg_roles
) AS made
WHERE
    pg_catalog.shobj_description(made.oid, 'pg_authid') = 'datavalut job job_' || made.digits
    AND EXISTS (
        SELECT FROM pg_catalog.pg_auth_members
        WHERE
            roleid = made.oid
            AND member = (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = session_user)
    )
ORDER BY 1
"""


@dataclass(frozen=True)
class DatabaseLocale:
    encoding: str
    provider: str  # libc, icu or builtin
    collation: str
    character_type: str
    rules: str | None

    def is_that_of(self, source: Catalog) -> bool:
        """The locale of icu or builtin, which each version spells in its own way, is what was asked for."""
        return self == DatabaseLocale(
            source.encoding, source.locale_provider, source.collation, source.character_type, source.locale_rules
        )


def database_locale(session: connection, database: str) -> DatabaseLocale:
    """What the database got, to be compared with what the source has. `session` is any of its server's."""
    with writing_target(), session.cursor() as cursor:
        cursor.execute(
            "SELECT pg_catalog.pg_encoding_to_char(encoding),"
            " CASE pg_catalog.to_jsonb(db) ->> 'datlocprovider'"
            " WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' ELSE 'libc' END,"
            " datcollate, datctype, pg_catalog.to_jsonb(db) ->> 'daticurules'"
            " FROM pg_catalog.pg_database AS db WHERE datname = %s",
            (database,),
        )
        row = cursor.fetchone()
    if row is None:
        raise TargetMissing(database)
    return DatabaseLocale(*row)


def terminate_sessions(server: connection, application_name: str) -> int:
    """Ends the sessions of the connection's own role that carry this application_name, and says how many. So a cancel
    reaches queries of workers that cannot be reached themselves."""
    with server.cursor() as cursor:
        cursor.execute(
            "SELECT pg_catalog.count(*) FILTER (WHERE pg_catalog.pg_terminate_backend(pid))"
            " FROM pg_catalog.pg_stat_activity"
            " WHERE application_name = %s AND usename = session_user AND pid <> pg_catalog.pg_backend_pid()",
            (application_name,),
        )
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def secure_server(admin: connection) -> None:
    """Takes from PUBLIC the right to connect to the server's maintenance databases, where the admin may do so.

    PostgreSQL lets every role connect to every database by default; a job's role should reach its own only. The admin
    keeps its own access. What it cannot close, `open_databases` tells.
    """
    with writing_target(), admin.cursor() as cursor:
        # Of two that change one database's privileges at the same time, PostgreSQL refuses one.
        cursor.execute("SELECT pg_catalog.pg_advisory_lock(pg_catalog.hashtextextended('datavalut secures', 0))")
        try:
            cursor.execute(_OPEN_TO_EVERYONE)
            for name, closable in cursor.fetchall():
                if closable:
                    database = sql.Identifier(name)
                    cursor.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO CURRENT_USER").format(database))
                    cursor.execute(sql.SQL("REVOKE CONNECT, TEMPORARY ON DATABASE {} FROM PUBLIC").format(database))
        finally:
            if not admin.closed:
                cursor.execute(
                    "SELECT pg_catalog.pg_advisory_unlock(pg_catalog.hashtextextended('datavalut secures', 0))"
                )


def open_databases(admin: connection) -> tuple[str, ...]:
    """Those to which every role can connect, also when `secure_server` has closed what it may: their owners have to
    close them. Raises errors about the target."""
    with writing_target(), admin.cursor() as cursor:
        cursor.execute(_OPEN_TO_EVERYONE)
        return tuple(name for name, closable in cursor.fetchall() if not closable)


# `closable`: a maintenance database that belongs to the connection's role. Without those of results, which their own
# roles may open to whom they like.
_OPEN_TO_EVERYONE = """
SELECT
    datname::text,
    datname IN ('postgres', 'template1', pg_catalog.current_database()) AND pg_catalog.pg_has_role(datdba, 'USAGE')
FROM pg_catalog.pg_database
WHERE datallowconn AND EXISTS (
    SELECT FROM pg_catalog.aclexplode(COALESCE(datacl, pg_catalog.acldefault('d', datdba))) AS granted
    WHERE granted.grantee = 0 AND granted.privilege_type = 'CONNECT'
)
AND (
    pg_catalog.shobj_description(datdba, 'pg_authid') = 'datavalut job job_'
    || pg_catalog.substring(pg_catalog.pg_get_userbyid(datdba)::text, '^filtered_([0-9a-f]{12})$')
) IS NOT TRUE
ORDER BY datname
"""


@contextmanager
def _locked(admin: connection, names: TargetNames) -> Iterator[None]:
    """One step at a time on what belongs to the job, over all workers."""
    with admin.cursor() as cursor:
        key = ("SELECT pg_catalog.hashtextextended(%s, 0)", (names.mark,))
        cursor.execute(*key)
        row = cursor.fetchone()
        assert row is not None  # noqa: S101 - a SELECT of one function
        cursor.execute("SELECT pg_catalog.pg_advisory_lock(%s)", row)
        try:
            yield
        finally:
            if not admin.closed:
                cursor.execute("SELECT pg_catalog.pg_advisory_unlock(%s)", row)


def _create_role(admin: connection, names: TargetNames, password: str) -> None:
    create = sql.SQL(
        "CREATE ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION INHERIT"
        " CONNECTION LIMIT {connections} PASSWORD {verifier};"
        " COMMENT ON ROLE {role} IS {mark};"
        # From PostgreSQL 16 on, who creates a role may administer it, but not yet own things in its name.
        " GRANT {role} TO CURRENT_USER"
    ).format(
        role=sql.Identifier(names.role),
        connections=sql.Literal(_ROLE_CONNECTIONS),
        verifier=sql.Literal(_scram_verifier(admin, names.role, password)),
        mark=sql.Literal(names.mark),
    )
    with admin.cursor() as cursor:
        try:
            cursor.execute(create)
        except sqlstates.DuplicateObject:
            raise TargetNameTaken(names.role) from None


def _create_database(admin: connection, names: TargetNames, like: Catalog) -> None:
    database, role = sql.Identifier(names.build_database), sql.Identifier(names.role)
    create = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 {}")
    with admin.cursor() as cursor:
        *wishes, last_resort = _locales(admin.server_version, like)
        try:
            for locale in wishes:
                with suppress(*_LOCALE_UNKNOWN):
                    cursor.execute(create.format(database, role, locale))
                    break
            else:
                cursor.execute(create.format(database, role, last_resort))
        except sqlstates.DuplicateDatabase:
            raise TargetNameTaken(names.build_database) from None
        cursor.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(database, sql.Literal(names.mark)))
        cursor.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))


def _locales(target_version: int, like: Catalog) -> Iterator[sql.Composable]:
    """Ways to ask for the source's locale, from its very own to the server's."""
    encoding = sql.SQL("ENCODING {}").format(sql.Literal(like.encoding))
    libc = sql.SQL("LC_COLLATE {} LC_CTYPE {}").format(sql.Literal(like.collation), sql.Literal(like.character_type))
    if like.locale_provider != "libc" and like.locale is not None:
        if like.locale_provider == "icu":
            icu = sql.SQL("{} LOCALE_PROVIDER icu ICU_LOCALE {} {}").format(encoding, sql.Literal(like.locale), libc)
            if like.locale_rules is not None and target_version >= 160000:
                yield sql.SQL("{} ICU_RULES {}").format(icu, sql.Literal(like.locale_rules))
            yield icu
        if like.locale_provider == "builtin" and target_version >= 170000:
            yield sql.SQL("{} LOCALE_PROVIDER builtin BUILTIN_LOCALE {} {}").format(
                encoding, sql.Literal(like.locale), libc
            )
    yield sql.SQL("{} LOCALE_PROVIDER libc {}").format(encoding, libc)
    yield encoding
    yield sql.SQL("{} LC_COLLATE 'C' LC_CTYPE 'C'").format(encoding)


def _drop(admin: connection, names: TargetNames) -> None:
    present = _present_database(admin, names)
    if present is not None:
        drop = sql.SQL("DROP DATABASE {}").format(sql.Identifier(present))
        _when_empty(admin, names, present, drop)
    marked_role = (
        "SELECT FROM pg_catalog.pg_roles WHERE rolname = %s AND pg_catalog.shobj_description(oid, 'pg_authid') = %s"
    )
    if _exists(admin, marked_role, names.role, names.mark):
        _end_sessions(admin, names)
        with admin.cursor() as cursor:
            cursor.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(names.role)))


def _rename(admin: connection, names: TargetNames, name: str) -> None:
    rename = sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
        sql.Identifier(names.build_database), sql.Identifier(name)
    )
    _when_empty(admin, names, names.build_database, rename)


def _present_database(admin: connection, names: TargetNames) -> str | None:
    """The name of the job's database now. Its owner is asked too: the user of a result can write comments."""
    with admin.cursor() as cursor:
        cursor.execute(
            "SELECT db.datname::text FROM pg_catalog.pg_database AS db"
            " JOIN pg_catalog.pg_roles AS role ON role.oid = db.datdba"
            " CROSS JOIN LATERAL pg_catalog.shobj_description(db.oid, 'pg_database') AS mark"
            " WHERE role.rolname = %(role)s"
            " AND pg_catalog.shobj_description(role.oid, 'pg_authid') = %(mark)s"
            " AND (mark = %(mark)s OR db.datname = %(build_database)s)",
            {"role": names.role, "mark": names.mark, "build_database": names.build_database},
        )
        row = cursor.fetchone()
    return None if row is None else str(row[0])


def _when_empty(admin: connection, names: TargetNames, database: str, statement: sql.Composable) -> None:
    """Runs a statement that needs the database free of sessions: keeps new ones out and ends the job's own."""
    with admin.cursor() as cursor:
        cursor.execute(sql.SQL("ALTER DATABASE {} CONNECTION LIMIT 0").format(sql.Identifier(database)))
        for _ in range(_TRIES_TO_EMPTY):
            _end_sessions(admin, names)
            try:
                cursor.execute(statement)
            except sqlstates.ObjectInUse:
                time.sleep(_SECONDS_BETWEEN_TRIES)
            else:
                return
    raise TargetInUse(database)


def _end_sessions(admin: connection, names: TargetNames) -> None:
    with admin.cursor() as cursor:
        cursor.execute(
            "SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity WHERE usename = %s",
            (names.role,),
        )


def _suffixed(name: str, number: int) -> str:
    """The name with `_number`, but for number 1; cut where it would be too long for PostgreSQL."""
    suffix = "" if number == 1 else f"_{number}"
    room = _LONGEST_NAME - len(suffix)
    return name.encode()[:room].decode(errors="ignore") + suffix


def _scram_verifier(admin: connection, role: str, password: str) -> str:
    """What the server stores of a password, made here so that the password never shows in the server's log."""
    return str(encrypt_password(password, role, scope=admin, algorithm="scram-sha-256"))


def _exists(admin: connection, statement: str, *values: str) -> bool:
    with admin.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone() is not None
