"""`built`: a filtered database of a small one, through the engine. Needs PostgreSQL.

With DATAVALUT_TEST_SOURCE_BIN (tests/postgres_server.py), sources are of another version than the target.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace

import pytest

from datavalut.connections import ConnectionParameters
from datavalut.filters.model import FilterPlan
from tests.build_cases import Built, BuiltDatabase
from tests.database_comparison import check_same_objects
from tests.filtered_databases import filtered_database
from tests.postgres_server import TestServer

MakeDatabase = Callable[..., ConnectionParameters]
# `alike(source, statements)`: a database with what the statements make, in the words of the target's version.
Alike = Callable[[ConnectionParameters, str], ConnectionParameters]


@pytest.fixture
def alike(postgres: TestServer, source_postgres: TestServer, make_database: MakeDatabase) -> Alike:
    """The source itself, where source and target are of one version: others write the same object differently."""
    return lambda source, statements: source if source_postgres is postgres else make_database(statements)


@pytest.fixture
def built(postgres: TestServer, make_source: MakeDatabase, alike: Alike) -> Iterator[Built]:
    with ExitStack() as stack:

        def build(statements: str, plan: FilterPlan) -> BuiltDatabase:
            source = make_source(statements)
            result = stack.enter_context(filtered_database(postgres, source, plan))
            target = replace(postgres.superuser, database=result.database.database)
            check_same_objects(alike(source, statements), target)
            return BuiltDatabase(source, target, result)

        yield build
