"""Whether the target server can have the source's extensions."""

from collections.abc import Iterable

from psycopg2.extensions import connection

from datavalut.catalog.model import Extension
from datavalut.transfer.preflight.finding import Finding, Severity, listed
from datavalut.transfer.queries import query_text
from datavalut.transfer.statements import writing_target

_REMEDY = "Ask the operator of this deployment for them, or remove them from the source."


def check_extensions(extensions: Iterable[Extension], target: connection) -> tuple[Finding, ...]:
    """An error with those that the target server does not have, and one with those that it lets only a superuser
    install, which the job's role is not.

    Raises errors about the target.
    """
    names = [extension.name for extension in extensions]
    if not names:
        return ()
    with writing_target(), target.cursor() as cursor:
        cursor.execute(query_text("preflight/extensions"), {"names": names})
        found = cursor.fetchall()
    missing = [name for name, available, _ in found if not available]
    closed = [name for name, available, installable in found if available and not installable]
    findings = []
    if missing:
        message = f"The source has extensions that the target server does not have: {listed(missing)}."
        findings.append(Finding("missing_extension", Severity.ERROR, listed(missing), message, _REMEDY))
    if closed:
        message = f"The source has extensions that only a superuser may create on the target server: {listed(closed)}."
        findings.append(Finding("missing_extension", Severity.ERROR, listed(closed), message, _REMEDY))
    return tuple(findings)
