"""From a filter plan to every table's rule: the steps of docs/semantics.md, taken over tables instead of rows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from datavalut.catalog.model import Catalog, ForeignKey, TableName
from datavalut.filters.model import FilterPlan, Root, Scope
from datavalut.subset.errors import ContradictoryPlan, UnknownTable
from datavalut.subset.graph import reachable
from datavalut.subset.model import Rule, SubsetPlan, TableSubset
from datavalut.subset.reasons import reason_for


def plan_subset(catalog: Catalog, plan: FilterPlan) -> SubsetPlan:
    """Raises UnknownTable for a name that is not "schema.table" as in the catalog (a checked plan's names are), and
    ContradictoryPlan for a table of which the plan says two things."""
    assignment = _Assignment(_References(catalog), _roots(catalog, plan), *_exceptions(catalog, plan))
    scope = plan.scope or Scope.RELATED
    assignment.choose_descendants()
    match scope:
        case Scope.WIDE:
            assignment.copy_whole(catalog_table.name for catalog_table in catalog.tables)
            assignment.follow_references()
        case Scope.MINIMAL:
            assignment.follow_references()
        case Scope.RELATED:
            assignment.copy_whole(assignment.connected_to_no_root())
            assignment.follow_references()
            while assignment.choose_siblings():
                assignment.follow_references()
    assignment.leave_empty()
    tables = tuple(assignment.tables[table.name] for table in catalog.tables)
    return SubsetPlan(catalog, tuple(replace(table, reason=reason_for(table, scope, catalog)) for table in tables))


def _roots(catalog: Catalog, plan: FilterPlan) -> Mapping[TableName, Root]:
    roots: dict[TableName, Root] = {}
    for root in plan.roots:
        name = _resolve(catalog, root.table)
        if name in roots:
            raise ContradictoryPlan(name, ("root", "root"))
        roots[name] = root
    return roots


def _exceptions(catalog: Catalog, plan: FilterPlan) -> tuple[frozenset[TableName], frozenset[TableName]]:
    """The excluded and the full tables."""
    said = {
        "root": {_resolve(catalog, root.table) for root in plan.roots},
        "exclude": {_resolve(catalog, table) for table in plan.exclude},
        "full": {_resolve(catalog, table) for table in plan.full},
    }
    for table in catalog.tables:
        statements = tuple(statement for statement, names in said.items() if table.name in names)
        if len(statements) > 1:
            raise ContradictoryPlan(table.name, statements)
    return frozenset(said["exclude"]), frozenset(said["full"])


def _resolve(catalog: Catalog, text: str) -> TableName:
    for table in catalog.tables:
        if str(table.name) == text:
            return table.name
    raise UnknownTable(text)


class _References:
    """The catalog's foreign keys by either end."""

    def __init__(self, catalog: Catalog) -> None:
        self.names = tuple(table.name for table in catalog.tables)
        self.of: dict[TableName, list[ForeignKey]] = {name: [] for name in self.names}
        self.to: dict[TableName, list[ForeignKey]] = {name: [] for name in self.names}
        for key in catalog.foreign_keys:
            self.of[key.child].append(key)
            self.to[key.parent].append(key)

    def parents(self, name: TableName) -> list[TableName]:
        return [key.parent for key in self.of[name]]

    def children(self, name: TableName) -> list[TableName]:
        return [key.child for key in self.to[name]]


@dataclass
class _Assignment:
    """Which rule each table has so far. A table's rule, once given, never changes."""

    references: _References
    roots: Mapping[TableName, Root]
    excluded: frozenset[TableName]
    full: frozenset[TableName]
    tables: dict[TableName, TableSubset] = field(default_factory=dict)
    round: int = 0
    # Excluded tables are known from the start, but links start from them only once kept rows may reference them.
    reached: set[TableName] = field(default_factory=set)

    def __post_init__(self) -> None:
        for name in self.excluded:
            self._assign(name, Rule.EXCLUDED)
        for name in self.full:
            self._assign(name, Rule.FULL)

    def _assign(
        self,
        name: TableName,
        rule: Rule,
        links: Iterable[ForeignKey] = (),
        filters: Iterable[ForeignKey] = (),
    ) -> None:
        self.tables[name] = TableSubset(
            name,
            rule,
            reason="",
            round=self.round,
            root=self.roots.get(name),
            links=tuple(links),
            filters=tuple(filters),
        )

    def _is_whole(self, name: TableName) -> bool:
        return name in self.tables and self.tables[name].whole

    # Steps 1 and 2

    def choose_descendants(self) -> None:
        """Roots, descendants, and what filters them. A full table below a root stays full, and passes links on."""
        below = self._below(self.roots, among=frozenset(self.references.names) - self.excluded)
        for name in self.roots:
            filters = [key for key in self.references.of[name] if self._filters_root(key, below)]
            self._assign(name, Rule.ROOT, filters=filters)
        for name in below - self.roots.keys():
            links = [key for key in self.references.of[name] if key.parent in below]
            if name in self.full:
                self._assign(name, Rule.FULL, links=links)
            else:
                filters = [key for key in links if key.parent not in self.full]
                self._assign(name, Rule.DESCENDANT, links=links, filters=filters)

    def _below(self, starts: Iterable[TableName], *, among: frozenset[TableName]) -> frozenset[TableName]:
        return reachable(starts, lambda name: (child for child in self.references.children(name) if child in among))

    def _filters_root(self, key: ForeignKey, below: frozenset[TableName]) -> bool:
        """A root is filtered only by what leads to another root without coming back to itself first."""
        if key.parent == key.child or key.parent not in below or key.parent in self.full:
            return False
        others = self.roots.keys() - {key.child}
        way = below - {key.child}
        reached = reachable([key.parent], lambda name: (up for up in self.references.parents(name) if up in way))
        return bool(reached & others)

    # Step 3

    def follow_references(self) -> None:
        """What the rows chosen in this round reference, directly or through others, is kept."""
        chosen = [table for table in self.tables.values() if table.round == self.round and self._holds_rows(table)]
        starts: set[TableName] = set()
        for table in chosen:
            brings_in = tuple(
                key
                for key in self.references.of[table.name]
                if key not in table.filters and not self._is_whole(key.parent)
            )
            self.tables[table.name] = replace(table, brings_in=brings_in)
            starts.update(key.parent for key in brings_in)
        referenced = reachable(
            starts, lambda name: (parent for parent in self.references.parents(name) if not self._is_whole(parent))
        )
        for name in self.references.names:
            if name in referenced:
                if name not in self.tables:
                    self._assign(name, Rule.ANCESTOR)
                table = self.tables[name]
                self.tables[name] = replace(table, referenced_in=(*table.referenced_in, self.round))
        self.reached |= referenced

    @staticmethod
    def _holds_rows(table: TableSubset) -> bool:
        return table.chooses_rows or table.whole

    # Step 4

    def choose_siblings(self) -> bool:
        """One round of siblings; False if there are none left."""
        assigned = frozenset(self.tables) - (self.excluded - self.reached)
        unassigned = frozenset(self.references.names) - frozenset(self.tables)
        siblings = self._below(assigned, among=unassigned) - assigned
        if not siblings:
            return False
        self.round += 1
        for name in siblings:
            links = [key for key in self.references.of[name] if key.parent in siblings | assigned]
            self._assign(name, Rule.SIBLING, links=links, filters=[k for k in links if not self._is_whole(k.parent)])
        return True

    # Step 5 and the scopes

    def connected_to_no_root(self) -> frozenset[TableName]:
        connected = reachable(
            self.roots, lambda name: (*self.references.parents(name), *self.references.children(name))
        )
        return frozenset(self.references.names) - connected

    def copy_whole(self, names: Iterable[TableName]) -> None:
        for name in names:
            if name not in self.tables:
                self._assign(name, Rule.REST)

    def leave_empty(self) -> None:
        for name in self.references.names:
            if name not in self.tables:
                self._assign(name, Rule.EMPTY)
