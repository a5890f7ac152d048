"""`built`: a filtered database of a small one, through the engine. Needs PostgreSQL."""

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


@pytest.fixture
def built(postgres: TestServer, make_database: Callable[..., ConnectionParameters]) -> Iterator[Built]:
    with ExitStack() as stack:

        def build(statements: str, plan: FilterPlan) -> BuiltDatabase:
            source = make_database(statements)
            result = stack.enter_context(filtered_database(postgres, source, plan))
            target = replace(postgres.superuser, database=result.database.database)
            check_same_objects(source, target)
            return BuiltDatabase(source, target, result)

        yield build
