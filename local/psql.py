"""`make psql`: psql on the embedded server, as its superuser. ARGS goes to psql."""

import os
import sys
from collections.abc import Mapping

from datavalut.transfer.tools import postgres_tool
from local.databases import Databases
from local.errors import LocalStackError
from local.settings import HOST, LocalSettings


def environment(databases: Databases) -> Mapping[str, str]:
    """In which libpq's programs log in as the superuser: the password does not stand in their arguments."""
    return {
        "PGHOST": HOST,
        "PGPORT": str(databases.settings.postgres_port),
        "PGUSER": databases.server.superuser,
        "PGPASSWORD": databases.passwords.superuser,
        "PGDATABASE": "postgres",
    }


def main() -> None:
    try:
        databases = Databases(LocalSettings.from_environment())
    except LocalStackError as error:
        sys.exit(f"make psql: {error.reason}")
    if not databases.is_running():
        sys.exit("make psql: the server does not run: `make up` starts it")
    psql = str(postgres_tool("psql"))
    os.execve(psql, [psql, *sys.argv[1:]], {**os.environ, **environment(databases)})  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    main()
