"""What a job has made on a PostgreSQL server, or still does there."""

from datavalut.connections import ConnectionParameters
from tests.postgres_server import query


def left_on_server(superuser: ConnectionParameters, job_id: str) -> list[tuple[str, str]]:
    """Kinds and names: databases and roles of the job, and sessions on its behalf. A finished database bears its own
    name, and is not among them; its role is."""
    digits = job_id.removeprefix("job_")
    rows = query(
        superuser,
        f"SELECT 'database', datname::text FROM pg_database WHERE datname LIKE '%{digits}%'"
        f" UNION ALL SELECT 'role', rolname::text FROM pg_roles WHERE rolname LIKE '%{digits}%'"
        f" UNION ALL SELECT 'session', query FROM pg_stat_activity WHERE application_name LIKE '%{digits}%'"
        " ORDER BY 1, 2",
    )
    return [(kind, name) for kind, name in rows]
