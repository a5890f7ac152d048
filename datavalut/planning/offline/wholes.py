"""The whole database: "everything", "all tables", "the entire database"."""

from datavalut.catalog.model import Table
from datavalut.planning.offline.phrases import Explained, UnclearError
from datavalut.planning.offline.reader import Reader
from datavalut.planning.offline.selections import Selection

_WHOLE = frozenset({"whole", "entire", "complete", "full"})
_ALL = frozenset({"all", "every"})
_CONTENTS = frozenset({"tables", "table", "data", "rows", "records"})
_STORES = frozenset({"database", "db", "dataset"})
_SAMPLES = frozenset({"sample", "selection", "subset", "part", "portion", "fraction"})
_SIZES = frozenset({"a", "the", "small", "tiny", "large", "little", "representative", "random", "smaller"})


class WholeReader(Reader):
    def read(self, position: int) -> Explained | None:
        end = self._end(position)
        if end is None:
            return None
        self._progress.reach(end)
        return Explained(position, end, "every table")

    def _end(self, position: int) -> int | None:
        if self._word(position) == "everything":
            return self._within(position + 1)
        at = position
        if self._word(at) in _ALL:
            at += 1
            while self._word(at) in {"of", "the", "our", "my"}:
                at += 1
            return self._contents(at)
        while self._word(at) in {"the", "our", "a"}:
            at += 1
        if self._word(at) in _WHOLE and self._word(at + 1) in _STORES:
            return at + 2
        return None

    def _contents(self, position: int) -> int | None:
        """ "(all) tables", "(all) rows of all tables"."""
        if self._word(position) not in _CONTENTS:
            return None
        end = position + 1
        if self._word(end) in {"of", "in", "from"} and self._word(end + 1) in _ALL and self._word(end + 2) == "tables":
            return end + 3
        return self._within(end)

    def _within(self, position: int) -> int:
        """Past "in the database", "in it"."""
        if self._word(position) in {"in", "from", "of"}:
            at = position + 1
            while self._word(at) in {"the", "our", "whole"}:
                at += 1
            if self._word(at) in _STORES | {"it", "there"}:
                return at + 1
        return position

    def check_sample(self, position: int, selection: Selection | None) -> None:
        """Raises UnclearError for "1% of everything" and "a small sample of the data", with what may be said
        instead."""
        at = selection.end if selection is not None else self._past_unsized(position)
        if at is None or (selection is not None and not selection.is_sample):
            return
        while self._word(at) in {"of", "the", "our"}:
            at += 1
        end = self._end(at)
        if end is None and self._word(at) in _CONTENTS | _STORES:
            end = at + 1
        if end is None or end < len(self._tokens):
            return
        name = self._most_referenced().name.name
        size = "1%"
        if selection is not None:
            size = f"{selection.percent:g}%" if selection.percent is not None else f"{selection.rows} random"
        reason = "a sample is of the rows of one table, and what belongs to them comes along"
        raise UnclearError(position, end, reason, (f"{size} of {name}" if "%" in size else f"{size} {name}",))

    def _past_unsized(self, position: int) -> int | None:
        """Past "a small sample (of)"."""
        at = position
        while self._word(at) in _SIZES:
            at += 1
        return at + 1 if self._word(at) in _SAMPLES and self._word(at + 1) == "of" else None

    def _most_referenced(self) -> Table:
        catalog = self._vocabulary.catalog
        parents = [key.parent for key in catalog.foreign_keys]
        return max(catalog.tables, key=lambda table: (parents.count(table.name), str(table.name)))
