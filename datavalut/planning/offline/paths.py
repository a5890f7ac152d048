"""The foreign-key path from one table to another that a sentence means when it names both."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from datavalut.catalog.model import Catalog, ForeignKey, Table, TableName
from datavalut.filters.model import Direction, PathStep
from datavalut.planning.offline import synonyms
from datavalut.planning.offline.abbreviations import name_words
from datavalut.planning.offline.inflection import singular
from datavalut.planning.offline.type_categories import TIME_CATEGORIES

_LONGEST_PATH = 5
# "home_club_id" is no role of the club's: it says which one of all that a row has to do with is its own.
_OF_THE_MAIN_ONE = frozenset({"home", "main", "primary", "default", "current"})
_OFFICES = synonyms.words(
    "head lead leader manager chair chairman chairperson chairwoman chief director dean captain president boss "
    "supervisor principal secretary treasurer deputy coordinator foreman spokesperson contact capital default "
    "primary main current last latest first best accepted pinned featured flagship headquarters"
)
_OWNERS = synonyms.words("owner founder creator admin administrator")
_GROUPS = synonyms.words(
    "workspace organization organisation tenant company team group club household association network community"
)
_ANYBODY = synonyms.words("user users account accounts person persons people party contact contacts profile profiles")
_NOTES = synonyms.words("note notes remark remarks")
_OF_KEYS = frozenset({"id", "no", "number", "code", "cd", "key", "fk", "ref"})
_MAKERS = frozenset(
    tuple(name.split())
    for name in (
        "author",
        "writer",
        "creator",
        "poster",
        "uploader",
        "written by",
        "created by",
        "posted by",
        "owner",
        "owned by",
    )
)


@dataclass(frozen=True)
class _Edge:
    key: ForeignKey
    direction: Direction

    @property
    def to(self) -> TableName:
        return self.key.parent if self.direction is Direction.TO_PARENT else self.key.child


class AmbiguousPathError(Exception):
    """Several paths fit equally well. `paths` describes each in words."""

    def __init__(self, paths: tuple[str, ...]) -> None:
        super().__init__(" or ".join(paths))
        self.paths = paths


class KeyGraph:
    """The catalog's foreign keys as a graph that is walked from child to parent ("up") or back ("down").

    Where several keys join the same two tables, the one named after the parent is meant (orders.customer_id, not
    orders.referred_by); if none is, each gives a path of its own, so that the choice is ambiguous.
    """

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        pairs: dict[tuple[TableName, TableName], list[ForeignKey]] = {}
        for key in catalog.foreign_keys:
            if key.child != key.parent:
                pairs.setdefault((key.child, key.parent), []).append(key)
        self._up: dict[TableName, list[_Edge]] = {}
        self._down: dict[TableName, list[_Edge]] = {}
        for (child, parent), keys in pairs.items():
            for key in _meant_keys(keys):
                self._up.setdefault(child, []).append(_Edge(key, Direction.TO_PARENT))
                self._down.setdefault(parent, []).append(_Edge(key, Direction.TO_CHILDREN))

    def path(self, start: Table, goal: Table) -> tuple[PathStep, ...] | None:
        """The path meant from `start` to `goal`; None if no path joins them in a way that English would mean.

        A direct key is meant before a detour, and a row's own ancestors (the shortest way up) before anything else.
        A way through children is meant only if it is the only one: customers reach products through their orders,
        but if also through their reviews, that is a question. A way up and down again (all that shares a parent) is
        never meant, nor one over a role that nobody names: a course's lecturers are not the heads of its department.
        Raises AmbiguousPathError.
        """
        if start.name == goal.name:
            return None
        every = list(self._walk(start.name, goal.name, (Direction.TO_CHILDREN, Direction.TO_PARENT)))
        direct = _memberships([path for path in every if len(path) == 1])
        if direct:
            rivals = self._rivals(direct, every)
            is_qualified = rivals and _names_one_of_its_parents(direct[0][0].key)
            return self._only(_meant_ways(rivals) if is_qualified else [*direct, *rivals])
        return self._only(_meant_ways(every))

    def path_without_roles(self, start: Table, goal: Table) -> tuple[PathStep, ...] | None:
        """As `path`, of the ways that pass no key with a role of its own: what a verb means that names none."""
        every = list(self._walk(start.name, goal.name, (Direction.TO_CHILDREN, Direction.TO_PARENT)))
        return self._only(_meant_ways([path for path in every if not _passes_a_role(path)]))

    def _rivals(
        self, direct: Sequence[tuple[_Edge, ...]], every: Sequence[tuple[_Edge, ...]]
    ) -> list[tuple[_Edge, ...]]:
        """A direct key that is a role (the lead of a project) says less of how the two tables belong together than
        tables that only join them (who works on it), or than what they are parts of (a track's featured artist, and
        that of its album): where there are both, neither is meant before the other."""
        if len(direct) != 1 or not has_a_role(direct[0][0].key):
            return []
        ways = [path for path in every if len(path) > 1 and not _passes_a_role(path) and self._are_joined_by(path)]
        up = [path for path in ways if path[0].direction is Direction.TO_PARENT]
        shortest = min((len(path) for path in up), default=0)
        return [path for path in up if len(path) == shortest] + _without_detours(
            [path for path in ways if path[0].direction is Direction.TO_CHILDREN]
        )

    def _are_joined_by(self, path: tuple[_Edge, ...]) -> bool:
        """Does the way go only up, only down, or down and up over tables that only join?"""
        turns = path[0].direction is not path[-1].direction
        return not turns or all(self._only_joins(self._catalog.table(edge.to)) for edge in path[:-1])

    def _only_joins(self, table: Table) -> bool:
        """Has it no text of its own? What has a title or a body is a thing, and no relation; a note makes none."""
        return not any(
            set(name_words(column.name)) & (synonyms.FREE_TEXTS - _NOTES | {"name", "title", "subject"})
            for column in table.columns
        )

    def ancestors(self, start: Table) -> Iterator[tuple[int, Table]]:
        """The tables reached by going up only, nearest first, each with its distance."""
        seen = {start.name}
        frontier = [start.name]
        distance = 0
        while frontier:
            distance += 1
            reached: list[TableName] = []
            for name in frontier:
                for edge in self._up.get(name, ()):
                    if edge.to not in seen and not (distance > 1 and _is_one_of_many(edge.key)):
                        seen.add(edge.to)
                        reached.append(edge.to)
                        yield distance, self._catalog.table(edge.to)
            frontier = reached

    def paired(self, start: Table) -> Iterator[tuple[Table, tuple[PathStep, ...]]]:
        """The tables that a table of pairs joins to `start` (film_category: films and categories), with the paths."""
        for down in self._down.get(start.name, ()):
            pairs = self._catalog.table(down.to)
            if not self.is_of_pairs(pairs):
                continue
            for up in self._up.get(down.to, ()):
                if up.to != start.name:
                    yield self._catalog.table(up.to), (_step(down), _step(up))

    def is_of_pairs(self, table: Table) -> bool:
        """Has the table nothing but two foreign keys, a key of its own and times?"""
        keys = list(self._catalog.references_of(table.name))
        told = {*table.primary_key, *(name for key in keys for name in key.columns)}
        others = [column for column in table.columns if column.name not in told]
        return len(keys) == 2 and all(column.category in TIME_CATEGORIES for column in others)

    def children(self, parent: Table) -> Iterator[Table]:
        """The tables that reference `parent`."""
        seen: set[TableName] = set()
        for edge in self._down.get(parent.name, ()):
            if edge.to not in seen:
                seen.add(edge.to)
                yield self._catalog.table(edge.to)

    def is_below(self, child: Table, ancestor: Table) -> bool:
        return any(table.name == ancestor.name for _, table in self.ancestors(child))

    def _walk(self, start: TableName, goal: TableName, phases: tuple[Direction, ...]) -> Iterator[tuple[_Edge, ...]]:
        """Every simple path that goes in the directions of `phases`, one after the other; a phase may be empty."""

        def extend(
            path: tuple[_Edge, ...], at: TableName, seen: frozenset[TableName], phase: int
        ) -> Iterator[tuple[_Edge, ...]]:
            if at == goal:
                yield path
                return
            if len(path) == _LONGEST_PATH:
                return
            for later in range(phase, len(phases)):
                edges = self._up if phases[later] is Direction.TO_PARENT else self._down
                for edge in edges.get(at, ()):
                    if edge.to not in seen:
                        yield from extend((*path, edge), edge.to, seen | {edge.to}, later)

        yield from extend((), start, frozenset({start}), 0)

    def _only(self, paths: Sequence[tuple[_Edge, ...]]) -> tuple[PathStep, ...] | None:
        if len(paths) > 1:
            raise AmbiguousPathError(tuple(sorted(_in_words(path) for path in paths)))
        return tuple(_step(edge) for edge in paths[0]) if paths else None


def _meant_ways(ways: list[tuple[_Edge, ...]]) -> list[tuple[_Edge, ...]]:
    """The shortest way up and what is shorter; else every way down and up. One over a role is left where there is no
    other; who is one of many (a head, a captain) leads no further."""
    ways = [path for path in ways if len(path) == 1 or not any(_is_one_of_many(edge.key) for edge in path)]
    ways = [path for path in ways if not _passes_a_role(path)] or ways
    up = [path for path in ways if path[0].direction is Direction.TO_PARENT]
    mixed = _without_detours([path for path in ways if path[0].direction is Direction.TO_CHILDREN])
    shortest = min((len(path) for path in up), default=None)
    if shortest is None:
        return mixed
    rivals = [path for path in mixed if len(path) < shortest or (shortest > 1 and _is_over_its_lines(path))]
    return [path for path in up if len(path) == shortest] + rivals


def _is_over_its_lines(path: tuple[_Edge, ...]) -> bool:
    """From orders over the order_lines that they are made of: an order's sellers need not be those of its coupon."""
    first = path[0]
    parent = [singular(part) for part in name_words(first.key.parent.name)]
    words = [singular(part) for part in name_words(first.to.name)]
    return words[:-1] == parent and words[-1] in synonyms.LINE_WORDS


def _meant_keys(keys: list[ForeignKey]) -> list[ForeignKey]:
    if len(keys) == 1:
        return keys
    named = [key for key in keys if _is_named_after_its_parent(key)]
    return named if len(named) == 1 else keys


def _memberships(direct: list[tuple[_Edge, ...]]) -> list[tuple[_Edge, ...]]:
    """Of keys that lead both ways between two tables the one that says what belongs where: a lecturer's `dept_id`, and
    no department's `head_id`, who is one of its lecturers. Who has or made the other thing need not be of it, but for
    a group of persons, whose owner is one of them."""
    if {path[0].direction for path in direct} != {Direction.TO_PARENT, Direction.TO_CHILDREN}:
        return direct
    plain = [path for path in direct if _is_named_after_its_parent(path[0].key, but_for=_OF_THE_MAIN_ONE)]
    plain = [path for path in plain if not _is_of_an_owner(path[0].key)] if len(plain) > 1 else plain
    if len(plain) != 1:
        return direct
    others = [path[0].key for path in direct if path is not plain[0]]
    key = plain[0][0].key
    of_a_group = bool({singular(part) for part in name_words(key.parent.name)} & _GROUPS)
    meant = all(_is_one_of_many(other) or (of_a_group and _is_of_an_owner(other)) for other in others)
    return plain if meant else direct


def _is_of_an_owner(key: ForeignKey) -> bool:
    words = {singular(part) for column in key.columns for part in name_words(column)}
    return bool(words & _OWNERS) and len(key.columns) == 1


def _is_one_of_many(key: ForeignKey) -> bool:
    """Is the key's parent singled out among those that belong to the child: its head, capital or latest?"""
    words = {singular(part) for column in key.columns for part in name_words(column)}
    return bool(words & _OFFICES) and len(key.columns) == 1


def _passes_a_role(path: tuple[_Edge, ...]) -> bool:
    """Of a table that holds persons of all kinds every key has a role; that of a customer may be the plain one."""
    return any(has_a_role(edge.key) and not {*name_words(edge.key.parent.name)} & _ANYBODY for edge in path)


def has_a_role(key: ForeignKey) -> bool:
    """Does the key's name say what its parent is to the child (advisor_id of lecturers), and no more than which one?"""
    if len(key.columns) != 1 or _is_named_after_its_parent(key, but_for=_OF_THE_MAIN_ONE):
        return False
    if key.columns == key.parent_columns:
        return False
    said = [singular(part) for part in name_words(key.columns[0]) if part not in _OF_KEYS]
    parent = [singular(part) for part in name_words(key.parent.name)]
    return bool(said) and not all(_is_part_of(word, parent) for word in said)


def _names_one_of_its_parents(key: ForeignKey) -> bool:
    """Does it say which one of several it leads to (featured_artist_id), and no more of the others?"""
    words = [singular(part) for part in name_words(key.columns[0]) if part not in _OF_KEYS]
    parent = [singular(part) for part in name_words(key.parent.name)]
    return len(words) > len(parent) and words[-len(parent) :] == parent


def _is_part_of(word: str, parent: list[str]) -> bool:
    """ "Room" of dorm_rooms, "stud" of students, "customer" of clients."""
    same = {other for group in synonyms.TABLE_SYNONYMS if word in group for other in group} | {word}
    return any(part in same or (len(word) >= 3 and part.startswith(word)) for part in parent)


def _is_named_after_its_parent(key: ForeignKey, but_for: frozenset[str] = frozenset()) -> bool:
    """Or after who made it: a post is its author's, whoever else has to do with it."""
    parent = [singular(part) for part in name_words(key.parent.name)]
    if any(tuple(part for part in name_words(column) if part != "id") in _MAKERS for column in key.columns):
        return True
    left_out = _OF_KEYS | but_for
    return any(
        [singular(part) for part in name_words(column) if part not in left_out] == parent for column in key.columns
    )


def _without_detours(paths: list[tuple[_Edge, ...]]) -> list[tuple[_Edge, ...]]:
    """Less those that pass every table of a shorter one and others beside."""
    tables = [frozenset(edge.to for edge in path) for path in paths]
    return [path for path, own in zip(paths, tables, strict=True) if not any(other < own for other in tables)]


def _step(edge: _Edge) -> PathStep:
    return PathStep(table=str(edge.to), columns=edge.key.columns, direction=edge.direction)


def _in_words(path: tuple[_Edge, ...]) -> str:
    return ", ".join(f"{edge.key.child.name}.{'+'.join(edge.key.columns)}" for edge in path)
