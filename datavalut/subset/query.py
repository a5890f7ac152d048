"""One query over the source, with a common table expression for every set of rows that it depends upon.

What the SQL is made to be good at, with tables of many million rows:

- A set carries only the columns that its users ask for. A set used once is inlined by the server, and one used more
  often is computed once.
- A reference is followed by IN, that is by a semi-join, for which the server chooses hashing or an index. No set is
  ever looked up row by row under an OR, which would be quadratic: a reference that may be null is an outer join.
- A walk up follows unique indexes, one look-up a row. A walk down, for which there may be no index, reads the
  references once and then follows them in memory.
- Only keys and addresses are ever compared; other columns (json has no equality) are just read.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from psycopg2 import sql

from datavalut.catalog.model import Catalog, ForeignKey, TableName
from datavalut.filters.model import Root
from datavalut.subset.model import Rule, SubsetPlan, TableSubset
from datavalut.subset.row_sets import (
    ADDRESS,
    LABELS,
    Candidates,
    Chosen,
    CycleReferences,
    LeftOutInCycle,
    Linked,
    LinkedInCycle,
    Matching,
    Referenced,
    ReferencedInCycle,
    RowSet,
)

# The alias of the row that is decided about. A predicate is rendered over it and must not use it for another row.
ROW = sql.Identifier("subset_row")
LONGEST_IDENTIFIER = 63


class SubsetQuery:
    """Builds one query: a set that is asked for by `_use` is added to it, with what it needs in turn."""

    def __init__(
        self,
        subset: SubsetPlan,
        reference_time: datetime,
        render_root: Callable[[Root, sql.Composable, Catalog, datetime], sql.Composable],
    ) -> None:
        self._subset = subset
        self._reference_time = reference_time
        self._render_root = render_root
        self._columns: dict[RowSet, dict[str, None]] = {}
        self._names: dict[RowSet, str] = {}
        self._uses: dict[RowSet | None, dict[RowSet, None]] = {}
        self._current: RowSet | None = None

    # The queries

    def kept_rows(self, name: TableName) -> sql.Composable:
        table = self._subset.table(name)
        columns = tuple(column.name for column in self._subset.catalog.table(name).stored_columns)
        return self._with_sets(self._kept_rows(table, columns))

    def required_rows(self, name: TableName) -> sql.Composable:
        table = self._subset.table(name)
        if not table.may_hold_required_rows:
            return sql.SQL("SELECT 0::bigint")
        conditions = [self._address_in(self._referenced(table, self._subset.last_round))]
        if table.chooses_rows:
            conditions.append(sql.SQL("NOT ({})").format(self._address_exists(Chosen(name))))
        return self._with_sets(
            sql.SQL("SELECT count(*)\nFROM {}{}").format(self._from(name, ROW), _where(conditions)),
        )

    def _kept_rows(self, table: TableSubset, columns: Sequence[str]) -> sql.Composable:
        referenced = table.is_referenced(self._subset.last_round)
        if table.whole:
            return self._select(table.name, columns)
        if table.chooses_rows and not referenced:
            if self._subset.filtering_cycles[table.name]:
                return self._select(table.name, columns, [self._address_in(Chosen(table.name))])
            return self._chosen(table, columns)
        if table.chooses_rows:
            return self._select(
                table.name,
                columns,
                [self._address_in(Chosen(table.name), self._referenced(table, self._subset.last_round))],
            )
        if referenced:
            return self._referenced_rows(self._referenced(table, self._subset.last_round), columns, comparable=False)
        return self._select(table.name, columns, [sql.SQL("false")])

    def _referenced(self, table: TableSubset, until_round: int) -> Referenced:
        return Referenced(table.name, max(number for number in table.referenced_in if number <= until_round))

    # Sets, and their places in the query

    def _use(self, row_set: RowSet, columns: Iterable[str]) -> sql.Identifier:
        """The name of the set in this query, where it will have these columns."""
        if row_set not in self._names:
            self._names[row_set] = self._new_name(row_set)
        self._columns.setdefault(row_set, {}).update(dict.fromkeys(columns))
        self._uses.setdefault(self._current, {})[row_set] = None
        return sql.Identifier(self._names[row_set])

    def _new_name(self, row_set: RowSet) -> str:
        names = row_set.tables if hasattr(row_set, "tables") else (row_set.table,)
        text = "_".join((LABELS[type(row_set)], *(name.name for name in names)))
        taken = set(self._names.values())
        number = 1
        while True:
            suffix = "" if number == 1 else f"_{number}"
            room = LONGEST_IDENTIFIER - len(suffix)
            name = text.encode()[:room].decode(errors="ignore") + suffix
            if name not in taken:
                return name
            number += 1

    def _with_sets(self, query: sql.Composable) -> sql.Composable:
        bodies: dict[RowSet, sql.Composable] = {}
        sizes: dict[RowSet, int] = {}
        # Rendering one set asks for columns of others, which may have been rendered already.
        while sizes != {row_set: len(columns) for row_set, columns in self._columns.items()}:
            sizes = {row_set: len(columns) for row_set, columns in self._columns.items()}
            for row_set in sizes:
                self._current = row_set
                bodies[row_set] = self._body(row_set, tuple(self._columns[row_set]))
        self._current = None
        if not bodies:
            return query
        expressions = [self._expression(row_set, bodies[row_set]) for row_set in self._needed_first()]
        return sql.SQL("WITH RECURSIVE {}\n{}").format(sql.SQL(",\n").join(expressions), query)

    def _needed_first(self) -> list[RowSet]:
        ordered: dict[RowSet, None] = {}
        pending: list[tuple[RowSet | None, bool]] = [(None, False)]
        while pending:
            row_set, entered = pending.pop()
            if row_set in ordered:
                continue
            if entered:
                if row_set is not None:
                    ordered[row_set] = None
                continue
            pending.append((row_set, True))
            pending.extend((needed, False) for needed in self._uses.get(row_set, {}) if needed != row_set)
        return list(ordered)

    def _expression(self, row_set: RowSet, body: sql.Composable) -> sql.Composable:
        columns: sql.Composable = sql.SQL("")
        if isinstance(row_set, LinkedInCycle | LeftOutInCycle | ReferencedInCycle | CycleReferences):
            columns = sql.SQL(" ({})").format(_identifiers(self._columns_of_cycle(row_set)))
        # A recursive term would compute an inlined set again with every step.
        materialized = sql.SQL(" MATERIALIZED" if isinstance(row_set, CycleReferences) else "")
        return sql.SQL("{}{} AS{} (\n{}\n)").format(sql.Identifier(self._names[row_set]), columns, materialized, body)

    @staticmethod
    def _columns_of_cycle(
        row_set: LinkedInCycle | LeftOutInCycle | ReferencedInCycle | CycleReferences,
    ) -> tuple[str, ...]:
        if isinstance(row_set, CycleReferences):
            return ("child_tableoid", "child_ctid", "parent_tableoid", "parent_ctid")
        if isinstance(row_set, ReferencedInCycle):
            return ("table_number", *ADDRESS)
        return ADDRESS

    def _body(self, row_set: RowSet, columns: Sequence[str]) -> sql.Composable:
        match row_set:
            case Matching(name, root):
                return self._select(name, columns, [self._predicate(root)])
            case Linked(name):
                return self._linked(self._subset.table(name), columns)
            case LinkedInCycle(tables):
                return self._linked_in_cycle(row_set, tables)
            case CycleReferences(tables, among_candidates):
                return self._cycle_references(tables, among_candidates)
            case Candidates(name):
                return self._chosen(self._subset.table(name), columns)
            case LeftOutInCycle(tables):
                return self._left_out_in_cycle(row_set, tables)
            case Chosen(name):
                cycle = self._subset.filtering_cycles[name]
                if cycle:
                    return self._candidates_not_left_out(name, cycle, columns)
                return self._chosen(self._subset.table(name), columns)
            case Referenced():
                return self._referenced_rows(row_set, columns, comparable=True)
            case ReferencedInCycle():
                return self._referenced_in_cycle(row_set)

    # Steps 1, 2 and 4: rows that a rule chooses

    def _predicate(self, root: Root) -> sql.Composable:
        predicate = self._render_root(root, ROW, self._subset.catalog, self._reference_time)
        return sql.SQL("({})").format(predicate)

    def _chosen(self, table: TableSubset, columns: Sequence[str]) -> sql.Composable:
        """The rows that the rule chooses; in a filtering cycle, were none left out inside of it."""
        joins = _Joins()
        conditions = []
        cycle = self._subset.filtering_cycles[table.name]
        filters = [key for key in table.filters if key.parent not in cycle]
        if table.root is not None:
            conditions.append(self._predicate(table.root))
        only_link = len(table.links) == 1
        for key in filters:
            source = self._filter_source(table, key)
            if only_link or self._never_null(key):
                conditions.append(self._references_row_of(key, source))
            else:
                found = joins.add(key, self._use(source, key.parent_columns))
                conditions.append(sql.SQL("({} OR {})").format(self._some_null(key), found))
        if table.root is None and not (only_link and filters):
            conditions.extend(self._is_linked(table, joins, cycle))
        return self._select(table.name, columns, conditions, joins)

    def _filter_source(self, table: TableSubset, key: ForeignKey) -> RowSet:
        if self._subset.chosen_together(table, key):
            return Chosen(key.parent)
        return self._kept_before(table, key)

    def _kept_before(self, table: TableSubset, key: ForeignKey) -> Referenced:
        """The rows of the key's parent that were kept before the child's round: it is an ancestor, or excluded."""
        return self._referenced(self._subset.table(key.parent), table.round - 1)

    def _is_linked(self, table: TableSubset, joins: "_Joins", cycle: Sequence[TableName]) -> list[sql.Composable]:
        """That a row which no filter leaves out is linked: [] if it cannot but be.

        A row that references a chosen row is linked as that row is. So a reference outside of a cycle is enough,
        unless it is to a full table below a root, whose rows are all kept, linked or not.
        """
        carriers = [key for key in table.links if self._passes_links_on(table, key)]
        outside = [key for key in table.links if key not in carriers and key.parent not in cycle]
        if any(self._never_null(key) for key in outside):
            return []
        if len(outside) + len(carriers) < len(table.links):
            return [self._address_in(Linked(table.name))]
        alternatives = [self._none_null(key) for key in outside]
        alternatives += [joins.add(key, self._use(Linked(key.parent), key.parent_columns)) for key in carriers]
        return [sql.SQL("({})").format(sql.SQL(" OR ").join(alternatives))]

    def _passes_links_on(self, table: TableSubset, key: ForeignKey) -> bool:
        return self._subset.table(key.parent).rule is Rule.FULL and self._subset.chosen_together(table, key)

    def _linked(self, table: TableSubset, columns: Sequence[str]) -> sql.Composable:
        cycle = self._subset.linking_cycles[table.name]
        if cycle:
            return self._select(table.name, columns, [self._address_in(LinkedInCycle(cycle))])
        return self._linked_from_outside(table, columns, cycle)

    def _linked_from_outside(
        self, table: TableSubset, columns: Sequence[str], cycle: Sequence[TableName]
    ) -> sql.Composable:
        links = [key for key in table.links if key.parent not in cycle]
        joins = _Joins()
        alternatives = []
        for key in links:
            source = self._link_source(table, key)
            if source is None:
                alternatives.append(self._none_null(key))
            elif len(links) == 1:
                alternatives.append(self._references_row_of(key, source))
            else:
                alternatives.append(joins.add(key, self._use(source, key.parent_columns)))
        condition = sql.SQL("({})").format(sql.SQL(" OR ").join(alternatives))
        return self._select(table.name, columns, [condition], joins)

    def _link_source(self, table: TableSubset, key: ForeignKey) -> RowSet | None:
        """The rows of the key's parent that link a child; None if all do."""
        parent = self._subset.table(key.parent)
        if parent.root is not None:
            return Matching(parent.name, parent.root)
        if self._subset.chosen_together(table, key):
            return Linked(parent.name)
        return None if parent.whole else self._kept_before(table, key)

    # Cycles among chosen rows

    def _linked_in_cycle(self, row_set: LinkedInCycle, cycle: tuple[TableName, ...]) -> sql.Composable:
        starts = [
            self._linked_from_outside(table, ADDRESS, cycle)
            for table in map(self._subset.table, cycle)
            if any(key.parent not in cycle for key in table.links)
        ]
        return self._walk_down(row_set, starts, CycleReferences(cycle, among_candidates=False))

    def _left_out_in_cycle(self, row_set: LeftOutInCycle, cycle: tuple[TableName, ...]) -> sql.Composable:
        child, parent = sql.Identifier("child"), sql.Identifier("parent")
        starts = [
            sql.SQL(
                "SELECT {address}\nFROM {children} AS {child}\n"
                "WHERE {none_null} AND NOT EXISTS (SELECT FROM {parents} AS {parent} WHERE {same_key})"
            ).format(
                address=_qualified(child, ADDRESS),
                children=self._use(Candidates(key.child), (*ADDRESS, *key.columns)),
                child=child,
                none_null=_all(sql.SQL("{} IS NOT NULL").format(c) for c in _each_qualified(child, key.columns)),
                parents=self._use(Candidates(key.parent), key.parent_columns),
                parent=parent,
                same_key=_same_key(key, child, parent),
            )
            for key in self._keys_within(cycle, filters=True)
        ]
        return self._walk_down(row_set, starts, CycleReferences(cycle, among_candidates=True))

    def _walk_down(
        self, row_set: RowSet, starts: Sequence[sql.Composable], references: CycleReferences
    ) -> sql.Composable:
        return sql.SQL(
            "({starts})\nUNION\n"
            "SELECT reference.child_tableoid, reference.child_ctid\n"
            "FROM {row_set} AS reached JOIN {references} AS reference\n"
            "ON reference.parent_tableoid = reached.tableoid AND reference.parent_ctid = reached.ctid"
        ).format(
            starts=sql.SQL("\nUNION ALL\n").join(starts),
            row_set=self._use(row_set, ADDRESS),
            references=self._use(references, self._columns_of_cycle(references)),
        )

    def _cycle_references(self, cycle: tuple[TableName, ...], among_candidates: bool) -> sql.Composable:
        child, parent = sql.Identifier("child"), sql.Identifier("parent")
        selects = []
        for key in self._keys_within(cycle, filters=among_candidates):
            if among_candidates:
                children = self._use(Candidates(key.child), (*ADDRESS, *key.columns))
                parents = self._use(Candidates(key.parent), (*ADDRESS, *key.parent_columns))
                sources = sql.SQL("{} AS {} JOIN {} AS {}").format(children, child, parents, parent)
            else:
                sources = sql.SQL("{} JOIN {}").format(self._from(key.child, child), self._from(key.parent, parent))
            selects.append(
                sql.SQL("SELECT {}, {}\nFROM {} ON {}").format(
                    _qualified(child, ADDRESS), _qualified(parent, ADDRESS), sources, _same_key(key, child, parent)
                )
            )
        return sql.SQL("\nUNION ALL\n").join(selects)

    def _keys_within(self, cycle: Sequence[TableName], *, filters: bool) -> list[ForeignKey]:
        tables = [self._subset.table(name) for name in cycle]
        return [key for table in tables for key in (table.filters if filters else table.links) if key.parent in cycle]

    def _candidates_not_left_out(
        self, name: TableName, cycle: tuple[TableName, ...], columns: Sequence[str]
    ) -> sql.Composable:
        return sql.SQL("SELECT {}\nFROM {} AS {}\nWHERE NOT ({})").format(
            _qualified(ROW, columns),
            self._use(Candidates(name), (*ADDRESS, *columns)),
            ROW,
            self._address_exists(LeftOutInCycle(cycle)),
        )

    # Step 3: rows that kept rows reference

    def _referenced_rows(self, row_set: Referenced, columns: Sequence[str], *, comparable: bool) -> sql.Composable:
        """`comparable` says whether the columns are all of keys or addresses, so that equal rows can be told."""
        name = row_set.table
        cycle = self._subset.referencing_cycles[name]
        if cycle:
            in_cycle = self._use(ReferencedInCycle(cycle, row_set.round), ())
            condition = sql.SQL(
                "({}) IN (SELECT reached.tableoid, reached.ctid FROM {} AS reached WHERE reached.table_number = {})"
            ).format(_qualified(ROW, ADDRESS), in_cycle, sql.Literal(cycle.index(name)))
            return self._select(name, columns, [condition])
        conditions = self._referenced_from_outside(name, row_set.round, ())
        if len(conditions) > 1 and not comparable:
            return self._select(name, columns, [self._address_in(row_set)])
        return sql.SQL("\nUNION\n").join(self._select(name, columns, [condition]) for condition in conditions)

    def _referenced_from_outside(
        self, name: TableName, until_round: int, cycle: Sequence[TableName]
    ) -> list[sql.Composable]:
        """For each key of the table that is referenced, that some row, not of the cycle's referenced ones, does so."""
        by_key: dict[tuple[str, ...], list[tuple[sql.Composable, ForeignKey]]] = {}
        for key in self._subset.catalog.references_to(name):
            for source in self._sources_of_references(key, until_round, cycle):
                by_key.setdefault(key.parent_columns, []).append((source, key))
        child = sql.Identifier("child")
        conditions: list[sql.Composable] = []
        for parent_columns, sources in by_key.items():
            # A few parents have many children: each branch gives a parent once.
            select = sql.SQL("SELECT {}{}\nFROM {}")
            distinct = sql.SQL("DISTINCT " if len(sources) > 1 else "")
            branches = [select.format(distinct, _qualified(child, key.columns), source) for source, key in sources]
            conditions.append(
                sql.SQL("({}) IN (\n{}\n)").format(
                    _qualified(ROW, parent_columns), sql.SQL("\nUNION ALL\n").join(branches)
                )
            )
        return conditions

    def _sources_of_references(
        self, key: ForeignKey, until_round: int, cycle: Sequence[TableName]
    ) -> list[sql.Composable]:
        """The kept rows of the key's child that bring in rows along it, as FROM items with the alias "child"."""
        table = self._subset.table(key.child)
        alias = sql.Identifier("child")
        sources = []
        if table.round <= until_round and key in table.brings_in:
            if table.whole:
                sources.append(self._from(table.name, alias))
            else:
                sources.append(sql.SQL("{} AS {}").format(self._use(Chosen(table.name), key.columns), alias))
        if table.is_referenced(until_round) and table.name not in cycle:
            referenced = self._use(self._referenced(table, until_round), key.columns)
            sources.append(sql.SQL("{} AS {}").format(referenced, alias))
        return sources

    def _referenced_in_cycle(self, row_set: ReferencedInCycle) -> sql.Composable:
        cycle = row_set.tables
        number = {name: sql.Literal(position) for position, name in enumerate(cycle)}
        starts = [
            sql.SQL("SELECT {}, {}\nFROM {}{}").format(
                number[name], _qualified(ROW, ADDRESS), self._from(name, ROW), _where([condition])
            )
            for name in cycle
            for condition in self._referenced_from_outside(name, row_set.round, cycle)
        ]
        child, parent = sql.Identifier("child"), sql.Identifier("parent")
        steps = [
            sql.SQL(
                "SELECT {number}, {address}\nFROM {children} JOIN {parents} ON {same_key}\n"
                "WHERE reached.table_number = {child_number} AND child.tableoid = reached.tableoid"
                " AND child.ctid = reached.ctid"
            ).format(
                number=number[key.parent],
                address=_qualified(parent, ADDRESS),
                children=self._from(key.child, child),
                parents=self._from(key.parent, parent),
                same_key=_same_key(key, child, parent),
                child_number=number[key.child],
            )
            for name in cycle
            for key in self._subset.catalog.references_of(name)
            if key.parent in cycle
        ]
        # OFFSET 0 keeps the server from turning the look-ups into a join that reads whole tables with every step.
        return sql.SQL(
            "({starts})\nUNION\nSELECT step.*\n"
            "FROM {row_set} AS reached CROSS JOIN LATERAL (\n{steps}\nOFFSET 0\n) AS step"
        ).format(
            starts=sql.SQL("\nUNION ALL\n").join(starts),
            row_set=self._use(row_set, ()),
            steps=sql.SQL("\nUNION ALL\n").join(steps),
        )

    # Parts of SQL

    def _select(
        self,
        name: TableName,
        columns: Sequence[str],
        conditions: Sequence[sql.Composable] = (),
        joins: "_Joins | None" = None,
    ) -> sql.Composable:
        return sql.SQL("SELECT {}\nFROM {}{}{}").format(
            _qualified(ROW, columns), self._from(name, ROW), joins.sql() if joins else sql.SQL(""), _where(conditions)
        )

    def _from(self, name: TableName, alias: sql.Identifier) -> sql.Composable:
        only = sql.SQL("ONLY " if self._subset.catalog.table(name).inherited else "")
        return sql.SQL("{}{} AS {}").format(only, sql.Identifier(name.schema, name.name), alias)

    def _references_row_of(self, key: ForeignKey, source: RowSet) -> sql.Composable:
        parent = sql.Identifier("parent")
        return sql.SQL("({}) IN (SELECT {} FROM {} AS {})").format(
            _qualified(ROW, key.columns),
            _qualified(parent, key.parent_columns),
            self._use(source, key.parent_columns),
            parent,
        )

    def _address_in(self, *row_sets: RowSet) -> sql.Composable:
        kept = sql.Identifier("kept")
        selects = [
            sql.SQL("SELECT {} FROM {} AS {}").format(_qualified(kept, ADDRESS), self._use(row_set, ADDRESS), kept)
            for row_set in row_sets
        ]
        return sql.SQL("({}) IN ({})").format(_qualified(ROW, ADDRESS), sql.SQL(" UNION ALL ").join(selects))

    def _address_exists(self, row_set: RowSet) -> sql.Composable:
        """Fit for NOT, which the server turns into an anti-join, as it does not with NOT IN."""
        other = sql.Identifier("other")
        return sql.SQL("EXISTS (SELECT FROM {} AS {} WHERE {})").format(
            self._use(row_set, ADDRESS),
            other,
            _all(
                sql.SQL("{} = {}").format(theirs, ours)
                for theirs, ours in zip(_each_qualified(other, ADDRESS), _each_qualified(ROW, ADDRESS), strict=True)
            ),
        )

    def _nullable(self, key: ForeignKey) -> list[sql.Composable]:
        child = self._subset.catalog.table(key.child)
        nullable = [name for name in key.columns if not child.column(name).not_null]
        return _each_qualified(ROW, nullable)

    def _never_null(self, key: ForeignKey) -> bool:
        return not self._nullable(key)

    def _some_null(self, key: ForeignKey) -> sql.Composable:
        return sql.SQL(" OR ").join(sql.SQL("{} IS NULL").format(column) for column in self._nullable(key))

    def _none_null(self, key: ForeignKey) -> sql.Composable:
        """MATCH SIMPLE: a reference with a null in any column is none."""
        return _all(sql.SQL("{} IS NOT NULL").format(column) for column in self._nullable(key))


class _Joins:
    """Outer joins of the row to sets of parents. A set holds a parent once, so they add no rows."""

    def __init__(self) -> None:
        self._joins: list[sql.Composable] = []

    def add(self, key: ForeignKey, row_set: sql.Identifier) -> sql.Composable:
        """The condition that the row's reference leads to a row of the set."""
        parent = sql.Identifier(f"parent_{len(self._joins) + 1}")
        self._joins.append(sql.SQL("\nLEFT JOIN {} AS {} ON {}").format(row_set, parent, _same_key(key, ROW, parent)))
        return sql.SQL("{} IS NOT NULL").format(_each_qualified(parent, key.parent_columns)[0])

    def sql(self) -> sql.Composable:
        return sql.Composed(self._joins)


def _identifiers(names: Iterable[str]) -> sql.Composable:
    return sql.SQL(", ").join(sql.Identifier(name) for name in names)


def _each_qualified(alias: sql.Identifier, columns: Iterable[str]) -> list[sql.Composable]:
    return [sql.SQL("{}.{}").format(alias, sql.Identifier(column)) for column in columns]


def _qualified(alias: sql.Identifier, columns: Iterable[str]) -> sql.Composable:
    return sql.SQL(", ").join(_each_qualified(alias, columns))


def _same_key(key: ForeignKey, child: sql.Identifier, parent: sql.Identifier) -> sql.Composable:
    pairs = zip(_each_qualified(child, key.columns), _each_qualified(parent, key.parent_columns), strict=True)
    return _all(sql.SQL("{} = {}").format(theirs, ours) for theirs, ours in pairs)


def _all(conditions: Iterable[sql.Composable]) -> sql.Composable:
    parts = list(conditions)
    return sql.SQL(" AND ").join(parts) if parts else sql.SQL("true")


def _where(conditions: Sequence[sql.Composable]) -> sql.Composable:
    return sql.SQL("\nWHERE {}").format(sql.SQL("\nAND ").join(conditions)) if conditions else sql.SQL("")
