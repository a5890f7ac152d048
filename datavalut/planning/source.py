"""What a planner may ask of the source beside its catalog. It is asked through these protocols alone, so that planning
needs no database."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from datavalut.catalog.model import Catalog, TableName
from datavalut.filters.model import FilterPlan


class ColumnValues(Protocol):
    """The values that text columns hold, where they are few enough to be words of the database's language: countries,
    states, categories."""

    def values(self, table: TableName, column: str) -> tuple[str, ...] | None:
        """The different values, in the order of their characters, without null; None where there are too many, where
        they cannot be read quickly, and for a column that is no text. Of a very large table they may be the frequent
        values only."""
        ...

    def survey(
        self, columns: tuple[tuple[TableName, str], ...]
    ) -> Mapping[tuple[TableName, str], tuple[str, ...] | None]:
        """The values of many columns at once, as `values` tells them, but soon: of all but the smallest tables they
        may be the frequent values only, or None."""
        ...


class PlanningSource(ColumnValues, Protocol):
    """The database that a prompt is about. `reference_time` is the "now" of the prompt."""

    @property
    def catalog(self) -> Catalog: ...

    @property
    def reference_time(self) -> datetime: ...

    def explain(self, plan: FilterPlan) -> str | None:
        """Why the server cannot run the queries of a checked plan, in its own words; None if it can. Nothing is
        run."""
        ...
