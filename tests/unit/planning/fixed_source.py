"""A source whose every answer a test has written down."""

from dataclasses import dataclass, field
from datetime import datetime

from datavalut.catalog.model import Catalog, TableName
from datavalut.filters.model import FilterPlan
from tests.filter_examples import NOW, SHOP


@dataclass
class FixedSource:
    """`failures` are what `explain` says, the first first; after the last all plans can be run. `asked` are the columns
    whose values were looked up."""

    catalog: Catalog = SHOP
    reference_time: datetime = NOW
    column_values: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    explained: list[FilterPlan] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)

    def values(self, table: TableName, column: str) -> tuple[str, ...] | None:
        self.asked.append((table.name, column))
        return self.column_values.get((table.name, column))

    def survey(self, columns: tuple[tuple[TableName, str], ...]) -> dict[tuple[TableName, str], tuple[str, ...] | None]:
        return {(table, column): self.values(table, column) for table, column in columns}

    def explain(self, plan: FilterPlan) -> str | None:
        self.explained.append(plan)
        return self.failures.pop(0) if self.failures else None
