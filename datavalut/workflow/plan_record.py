"""The plan as the job's record keeps it: what every later step starts from."""

from pydantic import BaseModel, ConfigDict

from datavalut.catalog.model import TableName
from datavalut.filters.model import FilterPlan


class PlannedTable(BaseModel):
    """`rows_expected` is counted for roots and the server's estimate for the others; `rows_in_source` is the server's
    estimate."""

    model_config = ConfigDict(frozen=True)

    schema_name: str
    name: str
    rule: str
    reason: str
    rows_expected: int
    rows_in_source: int

    @property
    def table(self) -> TableName:
        return TableName(self.schema_name, self.name)


class PlanRecord(BaseModel):
    """`workers` is how many share the work."""

    model_config = ConfigDict(frozen=True)

    filter: FilterPlan
    explanation: str
    tables: tuple[PlannedTable, ...]
    workers: int
    warnings: tuple[str, ...] = ()
