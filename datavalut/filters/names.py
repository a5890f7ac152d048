"""From the names in a filter to the tables, columns and foreign keys they mean.

A name is taken as it is written first, and without regard to case where that leaves exactly one choice. What stays
open is never guessed: each function raises NameUnresolvedError with the choices.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from heapq import nlargest

from datavalut.catalog.model import Catalog, Column, ForeignKey, Partition, Table, TableName
from datavalut.filters.errors import NameUnresolvedError, ProblemKind, shown
from datavalut.filters.model import Direction, PathStep

MAXIMUM_CANDIDATES = 5
MAXIMUM_COMPARED = 100
LONGEST_NAME = 127  # a schema's and a table's 63 bytes, and the dot


def nearest(name: str, choices: Iterable[str]) -> tuple[str, ...]:
    """The choices that look most like `name`, the nearest first."""
    by_folded: dict[str, str] = {}
    for choice in choices:
        by_folded.setdefault(choice.casefold(), choice)
    # A long name is compared by its beginning, and only with what has most pairs of letters in common with it: difflib
    # is slow, and a large database has thousands of names.
    sought = name.casefold()[:LONGEST_NAME]
    pairs = _pairs(sought)
    alike = nlargest(MAXIMUM_COMPARED, by_folded, key=lambda choice: len(pairs & _pairs(choice)))
    matches = get_close_matches(sought, alike, n=MAXIMUM_CANDIDATES, cutoff=0.5)
    return tuple(by_folded[match] for match in matches)


def _pairs(text: str) -> set[str]:
    return {text[start : start + 2] for start in range(len(text))}


def resolve_table(text: str, catalog: Catalog) -> Table:
    """The table that "schema.table" or "table" means. A bare name is looked up along the search path, then in all
    other schemas, where it must be unique."""
    if len(text) > LONGEST_NAME:
        raise NameUnresolvedError(ProblemKind.UNKNOWN_TABLE, f"there is no table {shown(text)}")
    exact = _exactly(text, catalog)
    if exact:
        return _only(text, exact)
    for same in (_same, _same_but_for_case):
        qualified = [table for table in catalog.tables if same(str(table.name), text)]
        if qualified:
            return _only(text, qualified)
        bare = [table for table in catalog.tables if same(table.name.name, text)]
        for schema in catalog.search_path:
            visible = [table for table in bare if table.name.schema == schema]
            if visible:
                return _only(text, visible)
        if bare:
            return _only(text, bare)
    names = [str(table.name) for table in catalog.tables]
    bare_names = {table.name.name: str(table.name) for table in reversed(catalog.tables)}
    close = [bare_names.get(name, name) for name in nearest(text, [*bare_names, *names])]
    raise NameUnresolvedError(
        ProblemKind.UNKNOWN_TABLE, f"there is no table {shown(text)}", tuple(dict.fromkeys(close))
    )


def _exactly(text: str, catalog: Catalog) -> list[Table]:
    """The tables that "schema.table" means, wherever its dot is: the usual case, found without a search."""
    dots = [position for position, character in enumerate(text) if character == "."]
    found = [_stored(TableName(text[:dot], text[dot + 1 :]), catalog) for dot in dots]
    return [table for table in found if table is not None]


def _stored(name: TableName, catalog: Catalog) -> Table | None:
    try:
        return catalog.table(name)
    except KeyError:
        return None


def _only(text: str, tables: Sequence[Table]) -> Table:
    if len(tables) > 1:
        choices = tuple(str(table.name) for table in tables)
        raise NameUnresolvedError(ProblemKind.AMBIGUOUS_NAME, f"{shown(text)} may mean {len(tables)} tables", choices)
    return tables[0]


def _same(left: str, right: str) -> bool:
    return left == right


def _same_but_for_case(left: str, right: str) -> bool:
    return left.casefold() == right.casefold()


def resolve_column(text: str, table: Table) -> Column:
    if table.has_column(text):
        return table.column(text)
    alike = [column for column in table.columns if _same_but_for_case(column.name, text)]
    if len(alike) == 1:
        return alike[0]
    if alike:
        choices = tuple(column.name for column in alike)
        raise NameUnresolvedError(
            ProblemKind.AMBIGUOUS_NAME, f"{shown(text)} may mean {len(alike)} columns of {table.name}", choices
        )
    raise NameUnresolvedError(
        ProblemKind.UNKNOWN_COLUMN,
        f"table {table.name} has no column {shown(text)}",
        nearest(text, [column.name for column in table.columns]),
    )


@dataclass(frozen=True)
class LinkEnd:
    """The columns of one table that a link compares with the other's. `collations` are those to compare them by: a
    child's by its parent's, where they differ; empty if it is none for all. `partitions` are those that hold the
    linked rows, if not all may."""

    columns: tuple[str, ...]
    collations: tuple[tuple[str, str] | None, ...] = ()
    partitions: tuple[Partition, ...] = ()


@dataclass(frozen=True)
class Link:
    """A foreign key followed from one table to the next: `near` is the end that the step starts from, `far` the one
    that it leads to, pairwise equal for linked rows."""

    foreign_key: ForeignKey
    direction: Direction

    @property
    def target(self) -> TableName:
        return self.foreign_key.parent if self.direction is Direction.TO_PARENT else self.foreign_key.child

    @property
    def near(self) -> LinkEnd:
        return self._child if self.direction is Direction.TO_PARENT else self._parent

    @property
    def far(self) -> LinkEnd:
        return self._parent if self.direction is Direction.TO_PARENT else self._child

    @property
    def _child(self) -> LinkEnd:
        return LinkEnd(self.foreign_key.columns, self.foreign_key.collations)

    @property
    def _parent(self) -> LinkEnd:
        return LinkEnd(self.foreign_key.parent_columns, partitions=self.foreign_key.parent_partitions)

    def describe(self) -> str:
        key = self.foreign_key
        return f"{key.child}({', '.join(key.columns)}) {self.direction.value}"


def resolve_step(step: PathStep, start: TableName, catalog: Catalog) -> Link:
    """The foreign key that `step` follows from `start`."""
    target = resolve_table(step.table, catalog).name
    links = [link for link in links_from(start, catalog) if link.target == target]
    if not links:
        linked = tuple(dict.fromkeys(str(link.target) for link in links_from(start, catalog)))
        raise NameUnresolvedError(ProblemKind.UNKNOWN_PATH, f"no foreign key joins {start} and {target}", linked)
    fitting = [link for link in links if step.direction in {None, link.direction}]
    if step.columns is not None:
        wanted = {name.casefold() for name in step.columns}
        exact = [link for link in fitting if set(link.foreign_key.columns) == set(step.columns)]
        fitting = exact or [
            link for link in fitting if {name.casefold() for name in link.foreign_key.columns} == wanted
        ]
    if not fitting:
        raise NameUnresolvedError(
            ProblemKind.UNKNOWN_PATH,
            f"no foreign key from {start} to {target} has these columns and this direction",
            tuple(link.describe() for link in links),
        )
    distinct = {(link.direction, link.foreign_key.columns): link for link in _primary_key_last(fitting, catalog)}
    if len(distinct) > 1:
        raise NameUnresolvedError(
            ProblemKind.AMBIGUOUS_NAME,
            f"{len(distinct)} foreign keys join {start} and {target}: say columns and direction",
            tuple(link.describe() for link in distinct.values()),
        )
    return next(iter(distinct.values()))


def links_from(start: TableName, catalog: Catalog) -> list[Link]:
    """All single steps away from `start`. A foreign key of a table to itself can be followed both ways."""
    return [Link(key, Direction.TO_PARENT) for key in catalog.references_of(start)] + [
        Link(key, Direction.TO_CHILDREN) for key in catalog.references_to(start)
    ]


def columns_nearby(text: str, start: TableName, catalog: Catalog) -> tuple[str, ...]:
    """Columns of that name in the tables that foreign keys lead to from `start`, the nearest tables first."""
    reached, found = [start], []
    for near in reached:  # which grows
        for link in links_from(near, catalog):
            if link.target not in reached and len(reached) < MAXIMUM_COMPARED:
                reached.append(link.target)
                columns = catalog.table(link.target).columns
                found += [f"{link.target}.{each.name}" for each in columns if _same_but_for_case(each.name, text)]
    return tuple(found[:MAXIMUM_CANDIDATES])


def _primary_key_last(links: list[Link], catalog: Catalog) -> list[Link]:
    """The same columns may carry two foreign keys to one table. A step cannot tell them apart: the one to the primary
    key is meant."""

    def to_primary_key(link: Link) -> bool:
        parent = catalog.table(link.foreign_key.parent)
        return set(link.foreign_key.parent_columns) == set(parent.primary_key)

    return sorted(links, key=to_primary_key)
