"""What becomes of the source's extensions that the job's role may not make in the target: the admin makes some of
them, others can be done without, and the rest keep the job from being begun.

In RDS an admin with rds_superuser may create the extensions that RDS allows; elsewhere only a superuser may.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

import psycopg2
from psycopg2 import errors as sqlstates
from psycopg2 import sql
from psycopg2.extensions import connection

from datavalut.catalog.model import Extension
from datavalut.transfer.queries import query_text
from datavalut.transfer.statements import writing_target

# With these, a role reaches what it has a login for, and nothing of the server's own: unlike file_fdw and log_fdw.
_GRANTABLE_WRAPPERS = frozenset({"mysql_fdw", "oracle_fdw", "postgres_fdw", "tds_fdw"})
# They watch a server or tend it. Neither rows nor objects are made with them.
_WATCHING = frozenset(
    {
        "amcheck",
        "hypopg",
        "pg_buffercache",
        "pg_freespacemap",
        "pg_hint_plan",
        "pg_prewarm",
        "pg_proctab",
        "pg_repack",
        "pg_stat_kcache",
        "pg_stat_monitor",
        "pg_stat_statements",
        "pg_visibility",
        "pg_wait_sampling",
        "pgaudit",
        "pgrowlocks",
        "pgstattuple",
    }
)


@dataclass(frozen=True)
class AbsentExtension:
    """One that the target cannot have: its server does not (`available`), or only a superuser may create it."""

    extension: Extension
    available: bool


def can_be_left_out(extension: Extension) -> bool:
    """Where nothing but its own foreign servers and tables needs it."""
    return extension.wraps_foreign_data or extension.name in _WATCHING


def absent_extensions(extensions: Iterable[Extension], admin: connection) -> tuple[AbsentExtension, ...]:
    """Of a source's extensions, by name. `admin` is a session of the target server's admin.

    Raises errors about the target.
    """
    by_name = {extension.name: extension for extension in extensions}
    if not by_name:
        return ()
    with writing_target(), admin.cursor() as cursor:
        cursor.execute(query_text("available_extensions"), {"names": list(by_name)})
        found = cursor.fetchall()
        cursor.execute(_CREATES_ANY_EXTENSION)
        ((creates_any,),) = cursor.fetchall()
    return tuple(
        AbsentExtension(by_name[name], available)
        for name, available, installable in found
        if not installable and not (available and creates_any and name in _GRANTABLE_WRAPPERS)
    )


_CREATES_ANY_EXTENSION = """
SELECT EXISTS (
    SELECT FROM pg_catalog.pg_roles
    WHERE (rolname = current_user AND rolsuper)
        OR (rolname = 'rds_superuser' AND pg_catalog.pg_has_role(oid, 'MEMBER'))
)
"""


def create_as_admin(admin: connection, extension: Extension, role: str) -> bool:
    """Makes a foreign-data wrapper's extension for the role to use, where that is safe and the admin may; says whether
    it did. `admin` is a session of the admin in the role's database, in autocommit mode.

    Raises errors about the target.
    """
    if extension.name not in _GRANTABLE_WRAPPERS:
        return False
    with writing_target(), admin.cursor() as cursor:
        cursor.execute("BEGIN")
        try:
            create = sql.SQL("CREATE EXTENSION {} SCHEMA {}")
            cursor.execute(create.format(sql.Identifier(extension.name), sql.Identifier(extension.schema)))
            cursor.execute(_WRAPPERS, (extension.name,))
            wrappers = [name for (name,) in cursor.fetchall()]
            for wrapper in wrappers:
                grant = sql.SQL("GRANT USAGE ON FOREIGN DATA WRAPPER {} TO {}")
                cursor.execute(grant.format(sql.Identifier(wrapper), sql.Identifier(role)))
            # Whoever has some right on it but none to grant is warned, not refused.
            cursor.execute(_ALL_GRANTED, {"role": role, "wrappers": wrappers})
            ((granted,),) = cursor.fetchall()
            if granted:
                cursor.execute("COMMIT")
            return bool(granted)
        except (sqlstates.InsufficientPrivilege, sqlstates.FeatureNotSupported, sqlstates.UndefinedFile):
            return False
        finally:
            with suppress(psycopg2.Error):  # a closed session has nothing to roll back
                cursor.execute("ROLLBACK")


_WRAPPERS = """
SELECT fdw.fdwname::text
FROM pg_catalog.pg_extension AS ext
JOIN pg_catalog.pg_depend AS dep
    ON dep.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass
    AND dep.refobjid = ext.oid
    AND dep.classid = 'pg_catalog.pg_foreign_data_wrapper'::pg_catalog.regclass
    AND dep.deptype = 'e'
JOIN pg_catalog.pg_foreign_data_wrapper AS fdw ON fdw.oid = dep.objid
WHERE ext.extname = %s
"""
_ALL_GRANTED = """
SELECT pg_catalog.bool_and(pg_catalog.has_foreign_data_wrapper_privilege(%(role)s, wrapper, 'USAGE'))
FROM pg_catalog.unnest(%(wrappers)s::text[]) AS wrapper
"""
