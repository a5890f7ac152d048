"""Whether the target server can have the source's extensions."""

from collections.abc import Collection, Mapping

from psycopg2.extensions import connection

from datavalut.transfer.extensions import AbsentExtension, can_be_left_out
from datavalut.transfer.preflight.finding import Finding, Severity, listed
from datavalut.transfer.queries import query_text
from datavalut.transfer.statements import reading_source

_REMEDY = "Ask the operator of this deployment for them, or remove them from the source."


def check_extensions(absent: Collection[AbsentExtension], source: connection) -> tuple[Finding, ...]:
    """Of the extensions that the target cannot have: an error with those that its server lacks, one with those that it
    lets only a superuser create, and a warning with those that can be done without, whatever the reason.

    Raises errors about the source.
    """
    if not absent:
        return ()
    needs = _read_needs(source, [found.extension.name for found in absent])
    left_out = [found for found in absent if can_be_left_out(found.extension) and found.extension.name not in needs]
    needed = [found for found in absent if found not in left_out]
    missing = [found.extension.name for found in needed if not found.available]
    closed = [found.extension.name for found in needed if found.available]
    findings = []
    if missing:
        message = f"The source has extensions that the target server does not have: {_needed(missing, needs)}."
        findings.append(Finding("missing_extension", Severity.ERROR, listed(missing), message, _REMEDY))
    if closed:
        message = (
            f"The source has extensions that only a superuser may create on the target server: "
            f"{_needed(closed, needs)}."
        )
        findings.append(Finding("missing_extension", Severity.ERROR, listed(closed), message, _REMEDY))
    if left_out:
        names = listed(found.extension.name for found in left_out)
        message = f"Extensions are left out, which no row needs and the target server does not have or give: {names}."
        remedy = "Ask the operator of this deployment for them, if they are wanted."
        findings.append(Finding("extension_left_out", Severity.WARNING, names, message, remedy))
    return tuple(findings)


def _read_needs(source: connection, names: Collection[str]) -> Mapping[str, tuple[str, ...]]:
    with reading_source(), source.cursor() as cursor:
        cursor.execute(query_text("preflight/extension_needs"), {"names": list(names)})
        return {name: tuple(needed_by) for name, needed_by in cursor.fetchall()}


def _needed(names: Collection[str], needs: Mapping[str, Collection[str]]) -> str:
    """ "vector (for table column public.t.c), ltree"."""
    return listed(f"{name} (for {', '.join(needs[name])})" if name in needs else name for name in names)
