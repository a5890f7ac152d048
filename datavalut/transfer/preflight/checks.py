"""Every check, in the order in which a report tells them."""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager

from psycopg2.extensions import connection

from datavalut.catalog.model import Catalog
from datavalut.transfer.errors import PreflightFailed
from datavalut.transfer.extensions import absent_extensions
from datavalut.transfer.preflight.connection_limits import check_connection_limits
from datavalut.transfer.preflight.disk import NeededBytes, TargetDisk, check_disk
from datavalut.transfer.preflight.extensions import check_extensions
from datavalut.transfer.preflight.finding import Finding, Severity
from datavalut.transfer.preflight.foreign_tables import check_foreign_tables
from datavalut.transfer.preflight.policy_roles import check_policy_roles, read_policies
from datavalut.transfer.preflight.pooler import check_pooler
from datavalut.transfer.preflight.readable_tables import check_readable_tables
from datavalut.transfer.preflight.reserved_schema import check_reserved_schema
from datavalut.transfer.preflight.row_security import check_row_security
from datavalut.transfer.preflight.shared_snapshot import check_shared_snapshot
from datavalut.transfer.preflight.standby import check_standby
from datavalut.transfer.preflight.superuser_objects import check_superuser_objects
from datavalut.transfer.preflight.tables import check_tables
from datavalut.transfer.preflight.target_open import check_target_open
from datavalut.transfer.preflight.target_role import check_target_role
from datavalut.transfer.preflight.target_version import check_target_version
from datavalut.transfer.preflight.timeouts import check_timeouts


def check_databases(
    source: connection,
    open_source: Callable[[], AbstractContextManager[connection]],
    target: connection,
    catalog: Catalog,
) -> tuple[Finding, ...]:
    """What is known before there is a plan. `open_source` opens further sessions of the source, `target` is one of the
    target server's admin, `catalog` is the source's.

    Raises what `open_source` raises, and errors about either side.
    """
    absent = absent_extensions(catalog.extensions, target)
    return (
        *check_pooler(source),
        *check_shared_snapshot(open_source),
        *check_standby(source),
        *check_timeouts(source),
        *check_tables(catalog),
        *check_readable_tables(source),
        *check_row_security(source),
        *check_foreign_tables(source, absent),
        *check_superuser_objects(source),
        *check_reserved_schema(source),
        *check_target_role(target),
        *check_target_open(target),
        *check_target_version(catalog.server_version, target.server_version),
        *check_extensions(absent, source),
        *check_policy_roles(read_policies(source), target),
    )


def check_room(
    source: connection, sessions: int, target: connection, needed: NeededBytes, disk: TargetDisk | None
) -> tuple[Finding, ...]:
    """What is known once there is a plan, by what it needs: sessions of the source, and bytes on the target server,
    whose `disk` is None if it is not known. Raises errors about either side."""
    return (
        *check_connection_limits(source, sessions),
        *(check_disk(target, needed, disk) if disk is not None else ()),
    )


def warnings_of(findings: Iterable[Finding]) -> tuple[str, ...]:
    """The findings in sentences, if all are warnings. Raises PreflightFailed with all errors if there are any."""
    every = tuple(findings)
    errors = tuple(finding for finding in every if finding.severity is Severity.ERROR)
    if errors:
        raise PreflightFailed(errors)
    return tuple(finding.sentence() for finding in every)
