"""What can be wrong with a filter plan when rules are given to tables."""

from datavalut.catalog.model import TableName
from datavalut.errors import DataValutError


class UnknownTable(DataValutError):
    """The plan, or a caller, names a table that the catalog does not hold."""

    def __init__(self, table: str) -> None:
        super().__init__(f"There is no table {table} in the source database.")
        self.table = table


class ContradictoryPlan(DataValutError):
    """The plan says two things of one table, of which only one can hold.

    `statements` are of "root", "exclude" and "full", the same one twice if it is said twice of a root.
    """

    def __init__(self, table: TableName, statements: tuple[str, ...]) -> None:
        super().__init__(f"The plan names {table} more than once: as {' and as '.join(statements)}.")
        self.table = table
        self.statements = statements
