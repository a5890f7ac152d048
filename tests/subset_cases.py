"""What the trait tests of the subset say a case with: the rows that a root means, and the rows that are kept."""

from collections.abc import Callable
from dataclasses import dataclass

from datavalut.filters.model import FilterPlan, Root
from datavalut.subset.model import SubsetPlan, TableSubset


def rows_with(table: str, column: str, *values: int | str) -> Root:
    """The root of the rows whose column has one of the values."""
    return Root.model_validate(
        {
            "table": table,
            "condition": {"kind": "in", "operand": {"kind": "column", "column": column}, "values": values},
        }
    )


@dataclass(frozen=True)
class KeptRows:
    """The kept rows of a database that is gone by now."""

    subset: SubsetPlan
    lines: dict[str, list[str]]
    required: dict[str, int]

    def rows(self, table: str) -> list[str]:
        """The rows of a table as COPY writes them, its columns parted by one space; sorted."""
        return self.lines[table]

    def keys(self, table: str) -> list[str]:
        """The first columns of the rows."""
        return [line.split(" ")[0] for line in self.lines[table]]

    def table(self, name: str) -> TableSubset:
        return next(table for table in self.subset.tables if table.name.name == name)


Kept = Callable[[str, FilterPlan], KeptRows]
