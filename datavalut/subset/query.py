"""One query over the source, with a common table expression for every set of rows that it depends upon.

What the SQL is made to be good at, with tables of many million rows:

- A set carries only the columns that its users ask for. A set used once is inlined by the server, and one used more
  often is computed once.
- A reference is followed by IN, that is by a semi-join, for which the server chooses hashing or an index. A reference
  that may be null beside others is an outer join: a set that is looked up under an OR would be read once for each row.
- A walk in a cycle of tables looks up one row after the other by an index: up, the parent's unique one; down, that of
  the references. Where there is none for these, all references of the cycle are read once, and walked by hashing.
- Only keys and addresses are ever compared; other columns (json has no equality) are just read.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from psycopg2 import sql

from datavalut.catalog.model import Catalog, ForeignKey, TableName
from datavalut.filters.model import Root
from datavalut.subset.fragments import (
    CHILD,
    PARENT,
    ROW,
    OuterJoins,
    all_of,
    any_of,
    columns_of,
    compares_by_equal_sign,
    from_set,
    from_table,
    in_pages,
    in_parent_partitions,
    is_nullable,
    needed_of_parent,
    none_null,
    reference,
    same_address,
    same_key,
    some_null,
    union_all,
    where,
)
from datavalut.subset.known import KnownSets, nothing_known
from datavalut.subset.model import Rule, SubsetPlan, TableSubset
from datavalut.subset.pages import EVERY_PAGE, PageRange
from datavalut.subset.row_sets import (
    ADDRESS,
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
from datavalut.subset.with_clause import WithClause

RenderRoot = Callable[[Root, sql.Composable, Catalog, datetime], sql.Composable]
Conditions = Sequence[sql.Composable]


class SubsetQuery:
    """Builds one query, and is then used up."""

    def __init__(
        self,
        subset: SubsetPlan,
        reference_time: datetime,
        render_root: RenderRoot,
        known_sets: KnownSets = nothing_known,
    ) -> None:
        self._subset = subset
        self._catalog = subset.catalog
        self._reference_time = reference_time
        self._render_root = render_root
        self._known_sets = known_sets
        self._sets = WithClause(self._body)

    def kept_rows(self, name: TableName, pages: PageRange = EVERY_PAGE) -> sql.Composable:
        """The stored columns of the rows that are kept and lie in these pages."""
        columns = tuple(column.name for column in self._catalog.table(name).stored_columns)
        return self._sets.before(self._kept(self._subset.table(name), columns, pages))

    def chosen_keys(self, name: TableName, columns: Sequence[str], pages: PageRange = EVERY_PAGE) -> sql.Composable:
        """These columns of the rows that the table's rule chooses and that lie in these pages, each row once."""
        return self._sets.before(self._chosen_rows(Chosen(name, pages), columns))

    def _kept(self, table: TableSubset, columns: Sequence[str], pages: PageRange) -> sql.Composable:
        """Each set of the table's own rows is of these pages only, or a chunk would read all of them."""
        last = self._subset.last_round
        where_it_lies = in_pages(pages)
        if table.whole:
            return self._select(table.name, columns, where_it_lies)
        chosen = Chosen(table.name, pages)
        if table.chooses_rows and table.is_referenced(last):
            both = self._address_in(chosen, self._referenced(table, last, pages))
            return self._select(table.name, columns, [*where_it_lies, both])
        if table.chooses_rows and self._subset.filtering_cycles[table.name]:
            return self._select(table.name, columns, [*where_it_lies, self._address_in(chosen)])
        if table.chooses_rows:
            return self._chosen(table, columns, where_it_lies)
        if table.is_referenced(last):
            return self._only_referenced(self._referenced(table, last, pages), columns)
        return self._select(table.name, columns, [sql.SQL("false")])

    def _body(self, row_set: RowSet, columns: Sequence[str]) -> sql.Composable:
        known = self._known_sets(row_set, columns)
        if known is not None:
            return known.query()
        match row_set:
            case Matching(name, root):
                return self._select(name, columns, [self._predicate(root)])
            case Linked(name):
                return self._linked(self._subset.table(name), columns)
            case LinkedInCycle(cycle):
                return self._linked_in_cycle(row_set, cycle)
            case Candidates(name):
                return self._chosen(self._subset.table(name), columns)
            case LeftOutInCycle(cycle):
                return self._left_out_in_cycle(row_set, cycle)
            case CycleReferences(cycle, among_candidates):
                return self._cycle_references(cycle, among_candidates)
            case Chosen():
                return self._chosen_rows(row_set, columns)
            case Referenced():
                return self._referenced_rows(row_set, columns)
            case ReferencedInCycle(cycle):
                return self._referenced_in_cycle(row_set, cycle)

    # Steps 1, 2 and 4: the rows that a rule chooses

    def _predicate(self, root: Root) -> sql.Composable:
        return sql.SQL("({})").format(self._render_root(root, ROW, self._catalog, self._reference_time))

    def _chosen_rows(self, row_set: Chosen, columns: Sequence[str]) -> sql.Composable:
        where_they_lie = in_pages(row_set.pages)
        if self._subset.filtering_cycles[row_set.table]:
            return self._candidates_not_left_out(row_set.table, columns, where_they_lie)
        return self._chosen(self._subset.table(row_set.table), columns, where_they_lie)

    def _chosen(self, table: TableSubset, columns: Sequence[str], also: Conditions = ()) -> sql.Composable:
        """The rows that the rule chooses; in a filtering cycle, were none left out inside of it."""
        cycle = self._subset.filtering_cycles[table.name]
        filters = [key for key in table.filters if key.parent not in cycle]
        only_link = table.links == tuple(filters) and len(filters) == 1
        joins = OuterJoins()
        conditions = [*also, *([self._predicate(table.root)] if table.root is not None else [])]
        for key in filters:
            parents = self._filtering_parents(table, key)
            if only_link or not self._may_be_none(key):
                conditions.append(self._references_row_of(key, parents))
            else:
                found = joins.add(key, self._sets.use(parents, needed_of_parent(key)))
                conditions.append(any_of([self._is_none(key), found]))
        if table.root is None and not only_link:
            conditions.extend(self._is_linked(table, joins, cycle))
        return self._select(table.name, columns, conditions, joins)

    def _filtering_parents(self, table: TableSubset, key: ForeignKey) -> RowSet:
        if self._subset.chosen_together(table, key):
            return Chosen(key.parent)
        return self._kept_before(table, key)

    def _kept_before(self, table: TableSubset, key: ForeignKey) -> Referenced:
        """The rows of the key's parent that were kept before the child's round: no rule chose them."""
        return self._referenced(self._subset.table(key.parent), table.round - 1)

    def _is_linked(self, table: TableSubset, joins: OuterJoins, cycle: Sequence[TableName]) -> list[sql.Composable]:
        """That a row which no filter leaves out is linked; [] if it cannot but be.

        A row that references a chosen row is linked as that one is. So any reference is enough that leads out of the
        cycle, but one to a full table below a root, whose rows are all kept, linked or not.
        """
        carriers = [
            key
            for key in table.links
            if self._subset.table(key.parent).rule is Rule.FULL and self._subset.chosen_together(table, key)
        ]
        outside = [key for key in table.links if key not in carriers and key.parent not in cycle]
        if not all(self._may_be_none(key) for key in outside):
            return []
        if len(outside) + len(carriers) < len(table.links):
            return [self._address_in(Linked(table.name))]
        alternatives = [self._leads_somewhere(key, ROW) for key in outside]
        alternatives += [joins.add(key, self._sets.use(Linked(key.parent), needed_of_parent(key))) for key in carriers]
        return [any_of(alternatives)]

    def _linked(self, table: TableSubset, columns: Sequence[str]) -> sql.Composable:
        if self._subset.linking_cycles[table.name]:
            return self._select(table.name, columns, [self._address_in(Linked(table.name))])
        joins = OuterJoins()
        return self._select(table.name, columns, [self._linked_from_outside(table, joins, ())], joins)

    def _linked_from_outside(self, table: TableSubset, joins: OuterJoins, cycle: Sequence[TableName]) -> sql.Composable:
        links = [key for key in table.links if key.parent not in cycle]
        alternatives = []
        for key in links:
            parents = self._linking_parents(table, key)
            if parents is None:
                alternatives.append(self._leads_somewhere(key, ROW))
            elif len(links) == 1:
                alternatives.append(self._references_row_of(key, parents))
            else:
                alternatives.append(joins.add(key, self._sets.use(parents, needed_of_parent(key))))
        return any_of(alternatives)

    def _linking_parents(self, table: TableSubset, key: ForeignKey) -> RowSet | None:
        """The rows of the key's parent whose children are linked; None if it is all rows."""
        parent = self._subset.table(key.parent)
        if parent.root is not None:
            return Matching(parent.name, parent.root)
        if self._subset.chosen_together(table, key):
            return Linked(parent.name)
        return None if parent.whole else self._kept_before(table, key)

    # Cycles among these rows

    def _linked_in_cycle(self, row_set: LinkedInCycle, cycle: tuple[TableName, ...]) -> sql.Composable:
        starts = []
        for name in cycle:
            table = self._subset.table(name)
            if any(key.parent not in cycle for key in table.links):
                joins = OuterJoins()
                condition = self._linked_from_outside(table, joins, cycle)
                starts.append(self._numbered(cycle, name, condition, joins))
        keys = [key for name in cycle for key in self._subset.table(name).links if key.parent in cycle]
        return self._walk_down(row_set, starts, keys, CycleReferences(cycle, among_candidates=False))

    def _left_out_in_cycle(self, row_set: LeftOutInCycle, cycle: tuple[TableName, ...]) -> sql.Composable:
        keys = self._filters_within(cycle)
        starts = [
            sql.SQL("SELECT {number}, {address}\nFROM {children}{where}").format(
                number=sql.Literal(cycle.index(key.child)),
                address=columns_of(CHILD, ADDRESS),
                children=from_set(self._sets.use(Candidates(key.child), (*ADDRESS, *key.columns)), CHILD),
                where=where(
                    [
                        self._leads_somewhere(key, CHILD),
                        sql.SQL("NOT EXISTS (SELECT FROM {} WHERE {})").format(
                            from_set(self._sets.use(Candidates(key.parent), needed_of_parent(key)), PARENT),
                            same_key(key, CHILD, PARENT),
                        ),
                    ]
                ),
            )
            for key in keys
        ]
        return self._walk_down(row_set, starts, keys, CycleReferences(cycle, among_candidates=True))

    def _candidates_not_left_out(self, name: TableName, columns: Sequence[str], also: Conditions) -> sql.Composable:
        cycle = self._subset.filtering_cycles[name]
        # A recursive set is estimated far too large; a distinct one less so.
        left_out = sql.SQL("SELECT DISTINCT {} FROM {} WHERE reached.table_number = {}").format(
            columns_of(sql.Identifier("reached"), ADDRESS),
            from_set(self._sets.use(LeftOutInCycle(cycle)), sql.Identifier("reached")),
            sql.Literal(cycle.index(name)),
        )
        candidates = self._sets.use(Candidates(name), (*ADDRESS, *columns))
        return sql.SQL("SELECT {}\nFROM {}{}").format(
            columns_of(ROW, columns), from_set(candidates, ROW), where([*also, self._address_not_in(left_out)])
        )

    def _filters_within(self, cycle: Sequence[TableName]) -> list[ForeignKey]:
        return [key for name in cycle for key in self._subset.table(name).filters if key.parent in cycle]

    def _walk_down(
        self,
        row_set: LinkedInCycle | LeftOutInCycle,
        starts: Sequence[sql.Composable],
        keys: Sequence[ForeignKey],
        references: CycleReferences,
    ) -> sql.Composable:
        if all(key.indexed for key in keys):
            steps = [self._step(row_set.tables, key, PARENT, CHILD) for key in keys]
            return self._walk_by_index(row_set, starts, steps)
        return sql.SQL(
            "({starts})\nUNION\n"
            "SELECT reference.child_number, reference.child_tableoid, reference.child_ctid\n"
            "FROM {row_set} AS reached JOIN {references} AS reference\n"
            "ON reference.parent_tableoid = reached.tableoid AND reference.parent_ctid = reached.ctid"
        ).format(starts=union_all(starts), row_set=self._sets.use(row_set), references=self._sets.use(references))

    def _cycle_references(self, cycle: tuple[TableName, ...], among_candidates: bool) -> sql.Composable:
        if among_candidates:
            keys = self._filters_within(cycle)
        else:
            keys = [key for name in cycle for key in self._subset.table(name).links if key.parent in cycle]
        selects = []
        for key in keys:
            if among_candidates:
                children = from_set(self._sets.use(Candidates(key.child), (*ADDRESS, *key.columns)), CHILD)
                needed = (*ADDRESS, *key.parent_columns)
                parents = from_set(self._sets.use(Candidates(key.parent), needed), PARENT)
            else:
                children = from_table(self._catalog, key.child, CHILD)
                parents = from_table(self._catalog, key.parent, PARENT)
            selects.append(
                sql.SQL("SELECT {}, {}, {}\nFROM {} JOIN {} ON {}").format(
                    columns_of(PARENT, ADDRESS),
                    sql.Literal(cycle.index(key.child)),
                    columns_of(CHILD, ADDRESS),
                    children,
                    parents,
                    same_key(key, CHILD, PARENT),
                )
            )
        return union_all(selects)

    # Step 3: the rows that kept rows reference

    def _referenced(self, table: TableSubset, until_round: int, pages: PageRange = EVERY_PAGE) -> Referenced:
        """Of a table that is referenced by then."""
        return Referenced(table.name, max(number for number in table.referenced_in if number <= until_round), pages)

    def _referenced_rows(self, row_set: Referenced, columns: Sequence[str]) -> sql.Composable:
        """The columns are all of keys or addresses, so that rows that are referenced in several ways are told by
        them."""
        if self._subset.referencing_cycles[row_set.table]:
            return self._select(row_set.table, columns, [self._address_in(row_set)])
        conditions = self._referenced_from_outside(row_set.table, row_set.round, ())
        where_they_lie = in_pages(row_set.pages)
        selects = [self._select(row_set.table, columns, [*where_they_lie, condition]) for condition in conditions]
        return sql.SQL("\nUNION\n").join(selects)

    def _only_referenced(self, row_set: Referenced, columns: Sequence[str]) -> sql.Composable:
        where_they_lie = in_pages(row_set.pages)
        if not self._subset.referencing_cycles[row_set.table]:
            conditions = self._referenced_from_outside(row_set.table, row_set.round, ())
            if len(conditions) == 1:
                return self._select(row_set.table, columns, [*where_they_lie, *conditions])
        return self._select(row_set.table, columns, [*where_they_lie, self._address_in(row_set)])

    def _referenced_in_cycle(self, row_set: ReferencedInCycle, cycle: tuple[TableName, ...]) -> sql.Composable:
        starts = [
            self._numbered(cycle, name, condition)
            for name in cycle
            for condition in self._referenced_from_outside(name, row_set.round, cycle)
        ]
        keys = [key for name in cycle for key in self._catalog.references_of(name) if key.parent in cycle]
        return self._walk_by_index(row_set, starts, [self._step(cycle, key, CHILD, PARENT) for key in keys])

    def _referenced_from_outside(
        self, name: TableName, until_round: int, cycle: Sequence[TableName]
    ) -> list[sql.Composable]:
        """For each key of the table that is referenced: that a kept row does so, other than a cycle's referenced one.

        The cycle's own are found by walking from the others.
        """
        alike: dict[tuple[object, ...], list[tuple[ForeignKey, RowSet | None]]] = {}
        for key in self._catalog.references_to(name):
            for children in self._children_kept(key, until_round, cycle):
                alike.setdefault((key.parent_columns, key.parent_partitions, key.operators), []).append((key, children))
        return [self._is_referenced(name, sources) for sources in alike.values()]

    def _is_referenced(self, name: TableName, sources: Sequence[tuple[ForeignKey, RowSet | None]]) -> sql.Composable:
        """That one of the keys leads to the row from one of its sets of children; None is all of the child's rows.

        The keys differ in their children only.
        """
        any_key, row_set = sources[0]
        columns = any_key.parent_columns
        if len(sources) == 1 and row_set is not None:
            array = self._array(row_set, any_key.columns, name, columns)
            if array is not None:
                found = sql.SQL("{} = ANY ({})").format(columns_of(ROW, columns), array)
                return all_of([found, *in_parent_partitions(any_key, ROW)])
        # Many children have few parents: of several branches, each gives a parent once.
        select = sql.SQL("SELECT {} FROM {}" if len(sources) == 1 else "SELECT DISTINCT {} FROM {}")
        branches = [
            select.format(
                reference(key, CHILD),
                from_table(self._catalog, key.child, CHILD)
                if row_set is None
                else from_set(self._sets.use(row_set, key.columns), CHILD),
            )
            for key, row_set in sources
        ]
        if compares_by_equal_sign(any_key):
            found = sql.SQL("({}) IN (\n{}\n)").format(columns_of(ROW, columns), union_all(branches))
        else:
            referenced = replace(any_key, columns=any_key.parent_columns, collations=())
            found = sql.SQL("EXISTS (SELECT FROM (\n{}\n) AS {} ({}) WHERE {})").format(
                union_all(branches),
                CHILD,
                sql.SQL(", ").join(map(sql.Identifier, columns)),
                same_key(referenced, CHILD, ROW),
            )
        return all_of([found, *in_parent_partitions(any_key, ROW)])

    def _children_kept(self, key: ForeignKey, until_round: int, cycle: Sequence[TableName]) -> list[RowSet | None]:
        """The kept rows of the key's child that bring in what they reference along it; None is all of its rows."""
        table = self._subset.table(key.child)
        children: list[RowSet | None] = []
        if table.round <= until_round and key in table.brings_in:
            children.append(None if table.whole else Chosen(table.name))
        if table.is_referenced(until_round) and table.name not in cycle:
            children.append(self._referenced(table, until_round))
        return children

    # Walks in a cycle of tables

    def _numbered(
        self, cycle: tuple[TableName, ...], name: TableName, condition: sql.Composable, joins: OuterJoins | None = None
    ) -> sql.Composable:
        """The addresses of rows of one table of the cycle, with the table's number: where a walk starts."""
        return sql.SQL("SELECT {}, {}\nFROM {}{}{}").format(
            sql.Literal(cycle.index(name)),
            columns_of(ROW, ADDRESS),
            from_table(self._catalog, name, ROW),
            joins.sql() if joins else sql.SQL(""),
            where([condition]),
        )

    def _step(
        self, cycle: tuple[TableName, ...], key: ForeignKey, start: sql.Identifier, end: sql.Identifier
    ) -> sql.Composable:
        """From a reached row to the rows at the other end of the key: CHILD to PARENT, or PARENT to CHILD."""
        number = {CHILD.string: cycle.index(key.child), PARENT.string: cycle.index(key.parent)}
        reached = sql.Identifier("reached")
        return sql.SQL(
            "SELECT {end_number}, {address}\nFROM {children} JOIN {parents} ON {same_key}\n"
            "WHERE reached.table_number = {start_number} AND {same_row}"
        ).format(
            end_number=sql.Literal(number[end.string]),
            address=columns_of(end, ADDRESS),
            children=from_table(self._catalog, key.child, CHILD),
            parents=from_table(self._catalog, key.parent, PARENT),
            same_key=same_key(key, CHILD, PARENT),
            start_number=sql.Literal(number[start.string]),
            same_row=same_address(start, reached),
        )

    def _walk_by_index(
        self,
        row_set: LinkedInCycle | LeftOutInCycle | ReferencedInCycle,
        starts: Sequence[sql.Composable],
        steps: Sequence[sql.Composable],
    ) -> sql.Composable:
        # OFFSET 0 keeps the server from turning the look-ups into a join that reads whole tables with every step.
        return sql.SQL(
            "({starts})\nUNION\nSELECT step.*\n"
            "FROM {row_set} AS reached CROSS JOIN LATERAL (\n{steps}\nOFFSET 0\n) AS step"
        ).format(starts=union_all(starts), row_set=self._sets.use(row_set), steps=union_all(steps))

    # Conditions and selects over the row that is decided about

    def _may_be_none(self, key: ForeignKey) -> bool:
        """Whether a row may be without a reference along this key."""
        return key.may_dangle or is_nullable(key, self._catalog)

    def _is_none(self, key: ForeignKey) -> sql.Composable:
        """That the row has no reference along this key, which may be none."""
        if key.may_dangle:
            return sql.SQL("NOT {}").format(self._leads_somewhere(key, ROW))
        return some_null(key, self._catalog, ROW)

    def _leads_somewhere(self, key: ForeignKey, child: sql.Identifier) -> sql.Composable:
        """That the child's row has a reference along this key."""
        if not key.may_dangle:
            return none_null(key, self._catalog, child)
        parents = from_table(self._catalog, key.parent, PARENT)
        return sql.SQL("EXISTS (SELECT FROM {} WHERE {})").format(parents, same_key(key, child, PARENT))

    def _select(
        self,
        name: TableName,
        columns: Sequence[str],
        conditions: Conditions = (),
        joins: OuterJoins | None = None,
    ) -> sql.Composable:
        return sql.SQL("SELECT {}\nFROM {}{}{}").format(
            columns_of(ROW, columns),
            from_table(self._catalog, name, ROW),
            joins.sql() if joins else sql.SQL(""),
            where(conditions),
        )

    def _references_row_of(self, key: ForeignKey, row_set: RowSet) -> sql.Composable:
        array = self._array(row_set, needed_of_parent(key), key.child, key.columns)
        if array is not None:
            return sql.SQL("{} = ANY ({})").format(reference(key, ROW), array)
        parents = from_set(self._sets.use(row_set, needed_of_parent(key)), PARENT)
        if not compares_by_equal_sign(key):
            return sql.SQL("EXISTS (SELECT FROM {} WHERE {})").format(parents, same_key(key, ROW, PARENT))
        return sql.SQL("({}) IN (SELECT {} FROM {}{})").format(
            reference(key, ROW),
            columns_of(PARENT, key.parent_columns),
            parents,
            where(in_parent_partitions(key, PARENT)),
        )

    def _array(
        self, row_set: RowSet, columns: Sequence[str], compared: TableName, compared_columns: Sequence[str]
    ) -> sql.Composable | None:
        """The known keys of the set, where columns of another table can be looked for in an array of them."""
        known = self._known_sets(row_set, columns)
        if known is None:
            return None
        others = [self._catalog.table(compared).column(name) for name in compared_columns]
        return known.array_for(others, self._catalog.server_version)

    def _address_in(self, *row_sets: Linked | Chosen | Referenced) -> sql.Composable:
        addresses = sql.SQL(" UNION ALL ").join(self._addresses(row_set) for row_set in row_sets)
        return sql.SQL("({}) IN ({})").format(columns_of(ROW, ADDRESS), addresses)

    def _addresses(self, row_set: Linked | Chosen | Referenced) -> sql.Composable:
        kept = sql.Identifier("kept")
        walk = self._walk_that_finds(row_set)
        if walk is None:
            return sql.SQL("SELECT {} FROM {}").format(
                columns_of(kept, ADDRESS), from_set(self._sets.use(row_set, ADDRESS), kept)
            )
        return sql.SQL("SELECT {} FROM {} WHERE kept.table_number = {}").format(
            columns_of(kept, ADDRESS),
            from_set(self._sets.use(walk), kept),
            sql.Literal(walk.tables.index(row_set.table)),
        )

    def _walk_that_finds(self, row_set: RowSet) -> LinkedInCycle | ReferencedInCycle | None:
        match row_set:
            case Linked(name) if cycle := self._subset.linking_cycles[name]:
                return LinkedInCycle(cycle)
            case Referenced(name, until_round) if cycle := self._subset.referencing_cycles[name]:
                return ReferencedInCycle(cycle, until_round)
            case _:
                return None

    @staticmethod
    def _address_not_in(addresses: sql.Composable) -> sql.Composable:
        """`addresses` is a query of addresses. NOT EXISTS becomes an anti-join, as NOT IN does not."""
        other = sql.Identifier("other")
        return sql.SQL("NOT EXISTS (SELECT FROM ({}) AS {} WHERE {})").format(
            addresses, other, same_address(other, ROW)
        )
