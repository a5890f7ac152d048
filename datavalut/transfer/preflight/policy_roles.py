"""Whether the target server has the roles that the source's policies are for."""

from collections.abc import Sequence
from dataclasses import dataclass

from psycopg2.extensions import connection

from datavalut.catalog.model import TableName
from datavalut.transfer.preflight.finding import Finding, Severity, listed
from datavalut.transfer.queries import query_text
from datavalut.transfer.statements import reading_source, writing_target


@dataclass(frozen=True)
class Policy:
    """`roles` are those that it names; one that is for all names none."""

    name: str
    table: TableName
    roles: tuple[str, ...]


def read_policies(source: connection) -> tuple[Policy, ...]:
    """The policies that name roles. Raises errors about the source."""
    with reading_source(), source.cursor() as cursor:
        cursor.execute(query_text("preflight/policy_roles"))
        return tuple(
            Policy(name, TableName(schema, table), tuple(roles)) for name, schema, table, roles in cursor.fetchall()
        )


def check_policy_roles(policies: Sequence[Policy], target: connection) -> tuple[Finding, ...]:
    """A warning with all policies that name a role that the target server does not have: they are left out. Whom they
    are for cannot log in there.

    Raises errors about the target.
    """
    named = {role: policy for policy in policies for role in policy.roles}
    if not named:
        return ()
    with writing_target(), target.cursor() as cursor:
        cursor.execute("SELECT rolname::text FROM pg_catalog.pg_roles WHERE rolname = ANY (%s)", (list(named),))
        present = {row[0] for row in cursor.fetchall()}
    left_out = [policy for policy in policies if not present.issuperset(policy.roles)]
    if not left_out:
        return ()
    names = listed(f"{policy.name} on {policy.table}" for policy in left_out)
    missing = sorted({role for policy in left_out for role in policy.roles} - present)
    return (
        Finding(
            "policy_roles",
            Severity.WARNING,
            names,
            f"Policies for roles that the target server does not have ({listed(missing)}) are left out: {names}.",
            "Create them in the filtered database for roles that are there, if they are to count.",
        ),
    )
