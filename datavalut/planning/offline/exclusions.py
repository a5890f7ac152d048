"""Tables that are left out: "exclude the logs", "without table audit_log"."""

import difflib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from datavalut.catalog.model import Table
from datavalut.planning.offline.paths import AmbiguousPathError
from datavalut.planning.offline.phrases import Clause, Explained, Progress, UnclearError
from datavalut.planning.offline.reader import Reader
from datavalut.planning.offline.tokens import Token
from datavalut.planning.offline.vocabulary import Vocabulary

_EXCLUDING = frozenset({"exclude", "skip", "omit"})
_EXCLUDING_A_TABLE = _EXCLUDING | frozenset({"excluding", "without", "except", "skipping", "omitting", "but", "minus"})
_TABLE_WORDS = frozenset({"table", "tables"})


@dataclass(frozen=True)
class Exclusion:
    tables: tuple[Table, ...]
    start: int
    end: int

    def explained(self, table: Table) -> Explained:
        return Explained(self.start, self.end, f"the table {table.name.name} is left out")


class ExclusionReader(Reader):
    def __init__(
        self,
        tokens: tuple[Token, ...],
        vocabulary: Vocabulary,
        progress: Progress,
        *,
        read_qualifiers: Callable[[Table, int], Clause | None],
    ) -> None:
        super().__init__(tokens, vocabulary, progress)
        self._read_qualifiers = read_qualifiers

    def read(self, position: int, subjects: tuple[Table, ...]) -> Exclusion | None:
        """ "exclude the logs", "without table audit_log", "excluding the tables logs and events"."""
        word, at = self._word(position), position + 1
        if (word, self._word(at)) == ("leave", "out"):
            word, at = "exclude", at + 1
        if word not in _EXCLUDING_A_TABLE:
            return None
        if self._word(at) in {"the", "all"}:
            at += 1
        says_table = self._word(at) in _TABLE_WORDS
        if says_table:
            at += 1
        found = list(self._tables_listed(at))
        if not found:
            self._check_there(position, at, says_table=says_table)
            return None
        end = found[-1][1]
        if self._word(end) in _TABLE_WORDS:
            says_table, end = True, end + 1
        if not says_table and word in {"excluding", "except", "minus"} and subjects:
            name = found[0][0].name.name
            raise UnclearError(position, end, f"leave out {name}", (f"without {name}", f"exclude the table {name}"))
        if (
            not says_table
            and word not in _EXCLUDING
            and not (word == "without" and self._are_unrelated(found, subjects))
        ):
            return None
        if not says_table and self._read_qualifiers(found[-1][0], end) is not None:
            name = found[-1][0].name.name
            raise UnclearError(position, end, f"leave out the table {name}, or some of its rows?")
        for table, _ in found:
            if any(subject.name == table.name for subject in subjects):
                raise UnclearError(position, end, f"{table.name.name} is asked for and left out")
        self._progress.reach(end)
        return Exclusion(tuple(table for table, _ in found), position, end)

    def _check_there(self, position: int, at: int, *, says_table: bool) -> None:
        """Raises UnclearError for "exclude table audit_log" and "without the audit_log table" where there is none."""
        name = self._tokens[at].text if at < len(self._tokens) and self._word(at).isidentifier() else ""
        end = at + 1
        if not says_table and self._word(end) in _TABLE_WORDS:
            says_table, end = True, end + 1
        if says_table and name:
            tables = {table.name.name.lower(): table.name.name for table in self._vocabulary.catalog.tables}
            near = [tables[key] for key in difflib.get_close_matches(name.lower(), tables, n=3, cutoff=0.75)]
            raise UnclearError(position, end, f"there is no table {name}", near)

    def _are_unrelated(self, tables: list[tuple[Table, int]], subjects: tuple[Table, ...]) -> bool:
        """Is none joined to a subject, so that no row of a subject can be without one of theirs?"""
        try:
            return bool(subjects) and not any(
                self._vocabulary.keys.path(subject, table) for subject in subjects for table, _ in tables
            )
        except AmbiguousPathError:
            return False

    def _tables_listed(self, position: int) -> Iterator[tuple[Table, int]]:
        named = self._vocabulary.table_at(position, loosely=True)
        while named is not None:
            yield named
            at = named[1]
            joined = at
            while self._word(joined) in {",", "and", "or"}:
                joined += 1
            if joined == at:
                return
            if self._word(joined) == "the":
                joined += 1
            named = self._vocabulary.table_at(joined, loosely=True)
