"""What the parts of the grammar hand to each other."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from datavalut.catalog.model import Table
from datavalut.filters.model import AllOf, AnyOf, Condition, Exists, IsNull, Not, PathStep


@dataclass(frozen=True)
class Explained:
    """Tokens `start` until before `end`, and what they were taken to mean."""

    start: int
    end: int
    meaning: str


class Continuation(StrEnum):
    """What the next phrase may leave out after "and" because this one said it: "with 3 orders and (with) an email"."""

    NONE = ""
    WITH = "with"
    NO = "with no"
    RELATIVE = "who"
    HAVING = "who have"


@dataclass(frozen=True)
class Clause:
    """A condition on a row of the noun that the phrase stands beside, read from tokens `start` until before `end`."""

    condition: Condition
    start: int
    end: int
    meaning: str
    explained: tuple[Explained, ...]
    continuation: Continuation = Continuation.NONE
    verb: int | None = None  # the position of the verb that may go on: "played in dramas but not in comedies"
    is_bare: bool = False  # an adjective or a value behind its noun, which no word announces
    is_state: bool = False  # "returned": a time right behind it would be that of the returning, which no column holds


@dataclass(frozen=True)
class DescribedRows:
    """A table with the adjectives before its name: `condition` is what they say of its rows."""

    table: Table
    condition: Condition | None
    meaning: str
    end: int


@dataclass(frozen=True)
class Frame:
    """A noun whose description goes on around the phrase that is being read."""

    table: Table
    continuation: Continuation


Frames = tuple[Frame, ...]


@dataclass(frozen=True)
class NounPhrase:
    """`condition` is None where nothing is said of the noun. `explained` is without the noun itself."""

    table: Table
    condition: Condition | None
    start: int
    noun_end: int
    end: int
    meaning: str
    explained: tuple[Explained, ...]

    def stands_alone(self, position: int) -> bool:
        """Does the noun begin at `position`, with nothing said of it?"""
        return self.start == position and self.end == self.noun_end and self.condition is None


class UnclearError(Exception):
    """Words that fit two things equally well, or nothing of what they need: the whole prompt is refused."""

    def __init__(self, start: int, end: int, reason: str, candidates: Iterable[str] = ()) -> None:
        super().__init__(reason)
        self.start = start
        self.end = end
        self.reason = reason
        self.candidates = tuple(candidates)


class SeveralTablesError(UnclearError):
    """A noun that `tables` are called by."""

    def __init__(self, start: int, end: int, tables: Iterable[Table]) -> None:
        self.tables = tuple(tables)
        super().__init__(start, end, "several tables fit", (str(table.name) for table in self.tables))


class Progress:
    """How far into the prompt any reading came: the word there is the one that was not understood.

    `attempts` counts the readings tried, so that a prompt made to be read in endless ways is given up.
    """

    def __init__(self) -> None:
        self.furthest = 0
        self.attempts = 0

    def reach(self, position: int) -> None:
        self.furthest = max(self.furthest, position)


NounRead = Callable[[int, Frames], NounPhrase | None]
PlaceRead = Callable[[Table, int, Frames], Clause | None]


def all_of(conditions: Iterable[Condition]) -> Condition:
    """Nested conjunctions become one."""
    flat = tuple(_flattened(conditions, AllOf))
    return flat[0] if len(flat) == 1 else AllOf(conditions=flat)


def any_of(conditions: Iterable[Condition]) -> Condition:
    """Nested disjunctions become one."""
    flat = tuple(_flattened(conditions, AnyOf))
    return flat[0] if len(flat) == 1 else AnyOf(conditions=flat)


def _flattened(conditions: Iterable[Condition], kind: type[AllOf] | type[AnyOf]) -> Iterator[Condition]:
    for condition in conditions:
        if isinstance(condition, kind):
            yield from condition.conditions
        else:
            yield condition


def negated(condition: Condition) -> Condition:
    return condition.condition if isinstance(condition, Not) else Not(condition=condition)


def along(path: tuple[PathStep, ...], condition: Condition) -> Condition:
    """`condition` said of the row at the end of `path`, which goes up: there is one at most.

    What is denied, or said to be null, is so too where there is no such row.
    """
    if not path:
        return condition
    if isinstance(condition, IsNull):
        return Not(condition=Exists(path=path, condition=negated(condition)))
    if isinstance(condition, Not) and not isinstance(condition.condition, IsNull):
        return Not(condition=Exists(path=path, condition=condition.condition))
    return Exists(path=path, condition=condition)


def opened(clause: Clause, start: int, continuation: Continuation | None = None) -> Clause:
    """The clause with the words that lead into it, from `start`."""
    main, *rest = clause.explained
    return replace(
        clause,
        start=start,
        explained=(replace(main, start=start), *rest),
        continuation=clause.continuation if continuation is None else continuation,
    )


def denied(clause: Clause, start: int) -> Clause:
    """The clause with the "not" at `start`."""
    main, *rest = clause.explained
    return replace(
        clause,
        condition=negated(clause.condition),
        start=start,
        meaning=f"not ({clause.meaning})",
        verb=None,
        explained=(Explained(start, main.end, f"not ({main.meaning})"), *rest),
    )
