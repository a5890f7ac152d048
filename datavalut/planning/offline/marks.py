"""Related rows called by a value and its column: "(students with) 3+ F grades", "(with) an A grade"."""

from dataclasses import dataclass

from datavalut.catalog.model import Column, Table
from datavalut.filters.model import Condition
from datavalut.planning.offline.comparisons import one_of
from datavalut.planning.offline.phrases import UnclearError
from datavalut.planning.offline.reader import Reader


@dataclass(frozen=True)
class Mark:
    """The rows of `child` whose `column` holds one of `values`."""

    child: Table
    column: Column
    values: tuple[str, ...]
    end: int

    @property
    def condition(self) -> Condition:
        return one_of(self.column, self.values)

    @property
    def meaning(self) -> str:
        return f"{self.child.name.name} whose {self.column.name} is {' or '.join(map(repr, self.values))}"


class MarkReader(Reader):
    def read(self, table: Table, position: int) -> Mark | None:
        """In the rows that reference `table`, which has no such column itself. Raises UnclearError if several tables
        have one."""
        found: list[Mark] = []
        for child in self._vocabulary.keys.children(table):
            for label in self._vocabulary.labels_at(child, position, lead=True):
                own = self._vocabulary.own_columns_at(child, label.end)
                if own is not None and own[0] == [label.column]:
                    found.append(Mark(child, label.column, label.values, own[1]))
        if any(self._vocabulary.own_columns_at(table, mark.end - 1) for mark in found):
            return None
        if len(found) > 1:
            raise UnclearError(position, found[0].end, "columns of several tables fit", (one.meaning for one in found))
        return found[0] if found else None
