"""The sets of rows that a subset is computed from. Each becomes one common table expression where a query needs it.

A row is named by its address, (tableoid, ctid), which is unique in a database, never null, the same type for every
table, and stable while one statement runs.
"""

from dataclasses import dataclass

from datavalut.catalog.model import TableName
from datavalut.filters.model import Root

ADDRESS = ("tableoid", "ctid")


@dataclass(frozen=True)
class Matching:
    """The rows of a root that meet its predicate."""

    table: TableName
    root: Root


@dataclass(frozen=True)
class Linked:
    """The rows of a descendant or a sibling from which references lead to where its round starts: to a matching row,
    or to a row kept before the round."""

    table: TableName


@dataclass(frozen=True)
class LinkedInCycle:
    """The addresses of `Linked`, for tables whose rows are linked through each other's."""

    tables: tuple[TableName, ...]


@dataclass(frozen=True)
class CycleReferences:
    """The references between rows of a cycle's tables, by address: child_tableoid, child_ctid, parent_tableoid,
    parent_ctid. Among candidates only, or among all rows."""

    tables: tuple[TableName, ...]
    among_candidates: bool


@dataclass(frozen=True)
class Candidates:
    """The rows of a table of a filtering cycle that would be chosen, were none left out inside of the cycle."""

    table: TableName


@dataclass(frozen=True)
class LeftOutInCycle:
    """The addresses of the candidates from which references inside of the cycle lead to a row that is none."""

    tables: tuple[TableName, ...]


@dataclass(frozen=True)
class Chosen:
    """The rows that a root's, descendant's or sibling's rule chooses."""

    table: TableName


@dataclass(frozen=True)
class Referenced:
    """The rows of a table that kept rows reference, as far as tables assigned until `round` are concerned. For a table
    whose rule chooses rows, some of them may be chosen rows too."""

    table: TableName
    round: int


@dataclass(frozen=True)
class ReferencedInCycle:
    """The addresses of `Referenced`, with the number of the table, for tables whose rows bring in each other's."""

    tables: tuple[TableName, ...]
    round: int


RowSet = (
    Matching
    | Linked
    | LinkedInCycle
    | CycleReferences
    | Candidates
    | LeftOutInCycle
    | Chosen
    | Referenced
    | ReferencedInCycle
)

# What a reader of the SQL sees; a table's name follows, or the names of a cycle's tables.
LABELS: dict[type[RowSet], str] = {
    Matching: "matching",
    Linked: "linked",
    LinkedInCycle: "linked",
    CycleReferences: "references",
    Candidates: "candidates",
    LeftOutInCycle: "left_out",
    Chosen: "chosen",
    Referenced: "referenced",
    ReferencedInCycle: "referenced",
}
