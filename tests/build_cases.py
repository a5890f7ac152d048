"""What the trait tests of the engine say a case with."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from datavalut.connections import ConnectionParameters
from datavalut.filters.model import FilterPlan
from tests.filtered_databases import FilteredDatabase
from tests.postgres_server import query


@dataclass(frozen=True)
class BuiltDatabase:
    """Source and target are seen by the superuser, whom no row-level security binds."""

    source: ConnectionParameters
    target: ConnectionParameters
    result: FilteredDatabase

    def rows(self, table: str) -> list[str]:
        """The rows of the target's table as the server writes them, "(1,a)"; sorted."""
        return [text for (text,) in query(self.target, f'SELECT "a row"::text FROM {table} AS "a row" ORDER BY 1')]

    def keys(self, table: str) -> list[str]:
        """The first columns of the rows."""
        return [text.strip("()").split(",")[0] for text in self.rows(table)]

    def value(self, expression: str) -> Any:
        ((value,),) = query(self.target, f"SELECT {expression}")
        return value


# `built(statements, plan)`: the filtered database of what the statements make, which has every object of it.
Built = Callable[[str, FilterPlan], BuiltDatabase]
