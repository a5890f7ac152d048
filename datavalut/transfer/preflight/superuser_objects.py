"""Whether the source has objects that nobody but a superuser can make."""

from psycopg2.extensions import connection

from datavalut.transfer.preflight.finding import Finding, Severity, listed
from datavalut.transfer.queries import query_text
from datavalut.transfer.statements import reading_source


def check_superuser_objects(source: connection) -> tuple[Finding, ...]:
    """An error with all of them (functions in C, base types, operator classes, ...): the job's role, which makes all
    objects of the filtered database, is no superuser.

    Raises errors about the source.
    """
    with reading_source(), source.cursor() as cursor:
        cursor.execute(query_text("preflight/superuser_objects"))
        objects = [row[0] for row in cursor.fetchall()]
    if not objects:
        return ()
    return (
        Finding(
            "superuser_objects",
            Severity.ERROR,
            listed(objects),
            f"The source has objects that only a superuser could make in the filtered database: {listed(objects)}.",
            "Drop them in the source, or use a copy of it without them.",
        ),
    )
