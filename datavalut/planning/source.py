"""What a planner may ask of the source beside its catalog. It is asked through these protocols alone, so that planning
needs no database."""

from typing import Protocol

from datavalut.catalog.model import TableName


class ColumnValues(Protocol):
    """The values that text columns hold, where they are few enough to be words of the database's language: countries,
    states, categories."""

    def values(self, table: TableName, column: str) -> tuple[str, ...] | None:
        """The different values, in the order of their characters, without null; None where there are too many, where
        they cannot be read quickly, and for a column that is no text. Of a very large table they may be the frequent
        values only."""
        ...
