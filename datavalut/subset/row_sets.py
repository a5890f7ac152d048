"""The sets of rows that a subset is computed from. Each becomes one common table expression where a query needs it.

A row is named by its address, (tableoid, ctid), which is unique in a database, never null, the same type for every
table, and stable while one statement runs. A set that is named after one table has the columns of that table that its
users ask for, or the address; a set over several tables has columns of its own.
"""

from dataclasses import dataclass

from datavalut.catalog.model import TableName
from datavalut.filters.model import Root
from datavalut.subset.pages import EVERY_PAGE, PageRange

TABLE = "tableoid"  # the partition, of a partitioned table
ADDRESS = (TABLE, "ctid")


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
class Candidates:
    """The rows of a table of a filtering cycle that would be chosen, were none left out inside of the cycle."""

    table: TableName


@dataclass(frozen=True)
class Chosen:
    """The rows that a root's, descendant's or sibling's rule chooses, of those that lie in the pages."""

    table: TableName
    pages: PageRange = EVERY_PAGE


@dataclass(frozen=True)
class Referenced:
    """The rows of a table, of those that lie in the pages, that kept rows reference, as far as tables assigned until
    `round` are concerned. For a table whose rule chooses rows, some of them may be chosen rows too."""

    table: TableName
    round: int
    pages: PageRange = EVERY_PAGE


@dataclass(frozen=True)
class LinkedInCycle:
    """`Linked`, for tables whose rows are linked through each other's. A table's number is its place in `tables`."""

    tables: tuple[TableName, ...]

    columns = ("table_number", *ADDRESS)


@dataclass(frozen=True)
class LeftOutInCycle:
    """The candidates from which references inside of the cycle lead to a row that is none (and perhaps other rows that
    are none)."""

    tables: tuple[TableName, ...]

    columns = ("table_number", *ADDRESS)


@dataclass(frozen=True)
class ReferencedInCycle:
    """`Referenced`, for tables whose rows bring in each other's."""

    tables: tuple[TableName, ...]
    round: int

    columns = ("table_number", *ADDRESS)


@dataclass(frozen=True)
class CycleReferences:
    """The references between the rows of a cycle's tables, or between its candidates."""

    tables: tuple[TableName, ...]
    among_candidates: bool

    columns = ("parent_tableoid", "parent_ctid", "child_number", "child_tableoid", "child_ctid")


CycleSet = LinkedInCycle | LeftOutInCycle | ReferencedInCycle | CycleReferences
RowSet = Matching | Linked | Candidates | Chosen | Referenced | CycleSet


def label(row_set: RowSet) -> str:
    """A name for the reader of the SQL, not always unique."""
    words = {
        Matching: "matching",
        Linked: "linked",
        Candidates: "candidates",
        Chosen: "chosen",
        Referenced: "referenced",
        LinkedInCycle: "linked_rows",
        LeftOutInCycle: "left_out_rows",
        ReferencedInCycle: "referenced_rows",
        CycleReferences: "references",
    }[type(row_set)]
    names = row_set.tables if isinstance(row_set, CycleSet) else (row_set.table,)
    return "_".join((words, *(name.name for name in names)))
