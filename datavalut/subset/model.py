"""What is decided of every table before a row is read: its rule, and the part each foreign key plays in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from datavalut.catalog.model import Catalog, ForeignKey, TableName
from datavalut.filters.model import Root
from datavalut.subset.errors import UnknownTable
from datavalut.subset.graph import cycles


class Rule(StrEnum):
    """What chooses a table's rows. Beside the chosen rows, a table holds those that kept rows reference."""

    ROOT = "root"  # the rows that meet the plan's predicate
    DESCENDANT = "descendant"  # the rows linked to a matching row of a root
    ANCESTOR = "ancestor"  # none
    SIBLING = "sibling"  # the rows linked to a kept row of a table assigned before
    REST = "rest"  # all: no root has a say
    EXCLUDED = "excluded"  # none: the plan says so
    FULL = "full"  # all: the plan says so
    EMPTY = "empty"  # none: what is kept does not reach so far


@dataclass(frozen=True)
class TableSubset:
    """One table's rule, and what the foreign keys that it is the child of do to the rows that the rule chooses.

    A descendant's or sibling's row is chosen if one of `links` leads it to a row that is matching, or linked in its
    turn, and none of `filters` to a row that is left out; a root's, if it matches and none of `filters` leads it to
    a row that is left out. The targets of `brings_in` are kept for being referenced. A row that is kept only for
    that brings in the targets of all its foreign keys, and no children.

    `round` is 0, or the sibling's round, from 1. `referenced_in` are the rounds in which rows can come in for being
    referenced: if 2 is not among them, the table holds the same rows after round 2 as after round 1.
    """

    name: TableName
    rule: Rule
    reason: str
    round: int = 0
    root: Root | None = None
    links: tuple[ForeignKey, ...] = ()
    filters: tuple[ForeignKey, ...] = ()
    brings_in: tuple[ForeignKey, ...] = ()
    referenced_in: tuple[int, ...] = ()

    @property
    def whole(self) -> bool:
        return self.rule in (Rule.REST, Rule.FULL)

    @property
    def chooses_rows(self) -> bool:
        return self.rule in (Rule.ROOT, Rule.DESCENDANT, Rule.SIBLING)

    @property
    def may_hold_required_rows(self) -> bool:
        """Whether rows may come in that the table's own rule does not choose, and that the report counts."""
        return bool(self.referenced_in) and (self.chooses_rows or self.rule is Rule.EXCLUDED)

    def brings_in_along(self, key: ForeignKey) -> bool:
        """Whether rows of this table may be what the targets of the key are kept for."""
        return key in self.brings_in or bool(self.referenced_in)

    def is_referenced(self, until_round: int) -> bool:
        """Whether rows may have come in for being referenced when this round has ended."""
        return any(number <= until_round for number in self.referenced_in)


@dataclass(frozen=True)
class SubsetPlan:
    """Every table's rule. The same catalog and filter plan always give the same one, so any worker can make it."""

    catalog: Catalog
    tables: tuple[TableSubset, ...]  # in the catalog's order

    @cached_property
    def _by_name(self) -> Mapping[TableName, TableSubset]:
        return {table.name: table for table in self.tables}

    def table(self, name: TableName) -> TableSubset:
        """Raises UnknownTable."""
        if name not in self._by_name:
            raise UnknownTable(str(name))
        return self._by_name[name]

    @property
    def last_round(self) -> int:
        return max((table.round for table in self.tables), default=0)

    def chosen_together(self, child: TableSubset, key: ForeignKey) -> bool:
        """Whether the rows of the key's parent are chosen in the same step as the child's, not known before it."""
        parent = self.table(key.parent)
        return child.round == 0 or (parent.rule is Rule.SIBLING and parent.round == child.round)

    @cached_property
    def linking_cycles(self) -> Mapping[TableName, tuple[TableName, ...]]:
        """Per table the tables, itself among them, whose rows are linked through each other's; () if there are none.

        A root's rows match or not: nothing is linked through them.
        """
        return cycles(
            self._by_name,
            lambda name: [
                key.parent
                for key in self.table(name).links
                if self.chosen_together(self.table(name), key) and self.table(key.parent).rule is not Rule.ROOT
            ],
        )

    @cached_property
    def filtering_cycles(self) -> Mapping[TableName, tuple[TableName, ...]]:
        """Per table the tables, itself among them, whose rows leave each other out; () if there are none."""
        return cycles(
            self._by_name,
            lambda name: [
                key.parent for key in self.table(name).filters if self.chosen_together(self.table(name), key)
            ],
        )

    @cached_property
    def referencing_cycles(self) -> Mapping[TableName, tuple[TableName, ...]]:
        """Per table the tables, itself among them, whose referenced rows bring in each other's; () if there are none.

        What brings rows into one of them brings rows into all, so `referenced_in` is the same for all.
        """
        return cycles(
            self._by_name,
            lambda name: [
                key.parent
                for key in self.catalog.references_of(name)
                if self.table(name).referenced_in and self.table(key.parent).referenced_in
            ],
        )
