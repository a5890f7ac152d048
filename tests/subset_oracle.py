"""docs/semantics.md taken word by word, over rows in memory, with sets and loops: slow, and plain enough to be
compared with the text. It shares no code with `datavalut.subset`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from datavalut.catalog.model import Catalog, ForeignKey, TableName
from datavalut.filters.model import FilterPlan, Root, Scope

Value = int | str | None
Row = Mapping[str, Value]
Rows = Mapping[TableName, Sequence[Row]]
RowId = tuple[TableName, int]  # a row by its position among its table's


@dataclass(frozen=True)
class Kept:
    """Positions of rows per table: all that are kept, and those of them that no rule chose."""

    rows: Mapping[TableName, frozenset[int]]
    required: Mapping[TableName, frozenset[int]]


def kept_rows(catalog: Catalog, plan: FilterPlan, rows: Rows, matches: Callable[[Root, Row], bool]) -> Kept:
    return _Oracle(catalog, plan, rows, matches).kept()


class _Oracle:
    def __init__(self, catalog: Catalog, plan: FilterPlan, rows: Rows, matches: Callable[[Root, Row], bool]) -> None:
        by_text = {str(table.name): table.name for table in catalog.tables}
        self.names = [table.name for table in catalog.tables]
        self.keys = catalog.foreign_keys
        self.roots = {by_text[root.table]: root for root in plan.roots}
        self.excluded = {by_text[text] for text in plan.exclude}
        self.full = {by_text[text] for text in plan.full}
        self.scope = plan.scope or Scope.RELATED
        self.rows = rows
        self.matching = {
            (name, position)
            for name, root in self.roots.items()
            for position, row in enumerate(rows[name])
            if matches(root, row)
        }
        self.targets = {
            (key.child, position, key): self._target(key, row)
            for key in self.keys
            for position, row in enumerate(rows[key.child])
        }

    def _target(self, key: ForeignKey, row: Row) -> RowId | None:
        values = [row[column] for column in key.columns]
        if None in values:
            return None
        for position, parent in enumerate(self.rows[key.parent]):
            if key.parent_partitions and parent["tableoid"] not in {stores.oid for stores in key.parent_partitions}:
                continue
            if [parent[column] for column in key.parent_columns] == values:
                return (key.parent, position)
        assert key.may_dangle, "a reference to no row"
        return None

    def _all_rows(self, name: TableName) -> set[RowId]:
        return {(name, position) for position in range(len(self.rows[name]))}

    def _references(self, row: RowId) -> Iterator[tuple[ForeignKey, RowId]]:
        for key in self.keys:
            if key.child == row[0]:
                target = self.targets[row[0], row[1], key]
                if target is not None:
                    yield key, target

    # Tables

    def _children(self, tables: set[TableName], among: set[TableName]) -> set[TableName]:
        """Tables of `among` that reference one of `tables`, directly or through others of them."""
        found: set[TableName] = set()
        while True:
            more = {key.child for key in self.keys if key.child in among and key.parent in tables | found} - found
            if not more:
                return found
            found |= more

    def _ancestors(self, tables: set[TableName]) -> set[TableName]:
        found: set[TableName] = set()
        while True:
            more = {key.parent for key in self.keys if key.child in tables | found} - found
            if not more:
                return found
            found |= more

    def _leads_to_another_root(self, table: TableName, first: TableName, seen: tuple[TableName, ...] = ()) -> bool:
        """Whether the table is another root than the first, or a descendant of one by a path around the first."""
        if table == first or table in seen or table in self.excluded:
            return False
        if table in self.roots:
            return True
        parents = [key.parent for key in self.keys if key.child == table]
        return any(self._leads_to_another_root(parent, first, (*seen, table)) for parent in parents)

    # Rows

    def _linked(self, tables: set[TableName], starts: set[RowId]) -> set[RowId]:
        linked: set[RowId] = set()
        while True:
            reached = starts | linked
            more = {
                row
                for name in tables
                for row in self._all_rows(name)
                if any(target in reached for _, target in self._references(row))
            } - linked
            if not more:
                return linked
            linked |= more

    def _leave_out(
        self, rows: set[RowId], kept: set[RowId], filters: Callable[[TableName, ForeignKey], bool]
    ) -> set[RowId]:
        remaining = set(rows)
        while True:
            there = remaining | kept
            left_out = {
                row
                for row in remaining
                for key, target in self._references(row)
                if filters(row[0], key) and target not in there
            }
            if not left_out:
                return remaining
            remaining -= left_out

    def _with_referenced(self, rows: set[RowId]) -> set[RowId]:
        kept = set(rows)
        while True:
            more = {target for row in kept for _, target in self._references(row)} - kept
            if not more:
                return kept
            kept |= more

    # The steps

    def kept(self) -> Kept:
        names = set(self.names)
        whole = {row for name in self.full for row in self._all_rows(name)}

        descendants = self._children(set(self.roots), names - self.excluded - set(self.roots))
        linked = self._linked(descendants, self.matching)

        def filters(child: TableName, key: ForeignKey) -> bool:
            if key.parent in self.full:
                return False
            if child in self.roots:
                return key.parent in set(self.roots) | descendants and self._leads_to_another_root(key.parent, child)
            return key.parent in set(self.roots) | descendants

        below = {row for row in linked if row[0] not in self.full}
        chosen = self._leave_out(self.matching | below, whole, filters)

        rest: set[TableName] = set()
        if self.scope is Scope.WIDE:
            rest = names - set(self.roots) - descendants - self.excluded - self.full
        elif self.scope is Scope.RELATED:
            rest = names - self._connected() - self.excluded - self.full
        whole |= {row for name in rest for row in self._all_rows(name)}

        kept = self._with_referenced(chosen | whole)
        assigned = set(self.roots) | descendants | self.full | rest
        assigned |= self._ancestors(assigned)

        ruled = set(self.roots) | descendants | self.excluded
        while self.scope is Scope.RELATED:
            siblings = self._children(assigned, names - assigned - self.excluded)
            if not siblings:
                break
            linked = self._linked(siblings, kept)
            before, together = set(kept), assigned | siblings
            of_round = self._leave_out(linked, before, lambda _, key, these=together: key.parent in these)  # type: ignore[misc]
            chosen |= of_round
            kept = self._with_referenced(kept | of_round)
            assigned |= siblings
            ruled |= siblings
            assigned |= self._ancestors(assigned)

        return Kept(
            {name: frozenset(row[1] for row in kept if row[0] == name) for name in self.names},
            {
                name: frozenset(row[1] for row in kept - chosen if row[0] == name)
                for name in self.names
                if name in ruled - self.full
            },
        )

    def _connected(self) -> set[TableName]:
        found = set(self.roots)
        while True:
            more = {key.child for key in self.keys if key.parent in found}
            more |= {key.parent for key in self.keys if key.child in found}
            if more <= found:
                return found
            found |= more
