"""Related rows called by a value and its column: "with 3+ F grades", "with an A grade", "who got an A"."""

from dataclasses import dataclass

from datavalut.catalog.model import Column, Table
from datavalut.filters.model import Condition
from datavalut.planning.offline.abbreviations import head_word
from datavalut.planning.offline.comparisons import one_of
from datavalut.planning.offline.phrases import UnclearError
from datavalut.planning.offline.reader import Reader
from datavalut.planning.offline.vocabulary import LabelReference

_GRADES = frozenset({"grade", "mark", "medal", "award", "prize"})


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
    def past_article(self, position: int) -> int:
        """Past "an", and not past the grade A."""
        is_the_grade = position < len(self._tokens) and self._tokens[position].text == "A"
        return position if is_the_grade else position + (self._word(position) in {"a", "an", "the"})

    def own(self, table: Table, position: int) -> LabelReference | None:
        """A grade that the row itself has."""
        columns = [column for column in table.columns if head_word(column.name) in _GRADES]
        labels = self._vocabulary.labels_at(table, position, columns, lead=True)
        return labels[0] if len(labels) == 1 else None

    def is_a_letter(self, position: int) -> bool:
        """An "F" is a grade here, whatever else it is short for."""
        return position < len(self._tokens) and len(text := self._tokens[position].text) == 1 and text.isupper()

    def read(self, table: Table, position: int) -> Mark | None:
        """In the rows that reference `table`, which has no such column itself. Raises UnclearError if several tables
        have one."""
        found: list[Mark] = []
        for child in self._vocabulary.keys.children(table):
            for label in self._vocabulary.labels_at(child, position, lead=True):
                own = self._vocabulary.own_columns_at(child, label.end)
                if own is not None and own[0] == [label.column]:
                    found.append(Mark(child, label.column, label.values, own[1]))
                elif head_word(label.column.name) in _GRADES:
                    found.append(Mark(child, label.column, label.values, label.end))
        if any(self._vocabulary.own_columns_at(table, mark.end - 1) for mark in found):
            return None
        if len(found) > 1:
            raise UnclearError(position, found[0].end, "columns of several tables fit", (one.meaning for one in found))
        return found[0] if found else None
