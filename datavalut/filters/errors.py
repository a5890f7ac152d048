"""What can be wrong with a filter."""

from dataclasses import dataclass
from enum import StrEnum

from datavalut.errors import DataValutError


def shown(text: str) -> str:
    """A caller's text for a message: never long."""
    return repr(text if len(text) <= 60 else text[:57] + "...")


class ProblemKind(StrEnum):
    UNKNOWN_TABLE = "unknown table"
    UNKNOWN_COLUMN = "unknown column"
    UNKNOWN_PATH = "unknown path"  # no foreign key leads there
    AMBIGUOUS_NAME = "ambiguous name"
    TYPE_MISMATCH = "type mismatch"
    IMPOSSIBLE_VALUE = "impossible value"  # no row can ever have it
    CONTRADICTION = "contradiction"  # conditions that no row can meet together
    INCOMPLETE = "incomplete"  # something is missing, or stands where it has no meaning
    TOO_LARGE = "too large"


@dataclass(frozen=True)
class FilterProblem:
    """One fault of a plan. `location` is its place in the plan's JSON (`roots[0].condition.left.column`), `candidates`
    are the names, labels or foreign keys that may have been meant, the nearest first."""

    location: str
    kind: ProblemKind
    reason: str
    candidates: tuple[str, ...] = ()

    def sentence(self) -> str:
        hint = f" (perhaps: {', '.join(self.candidates)})" if self.candidates else ""
        return f"{self.location}: {self.reason}{hint}"


class FilterPlanError(DataValutError):
    """The plan does not fit the catalog: all that is wrong with it, in the order of the plan."""

    def __init__(self, problems: tuple[FilterProblem, ...]) -> None:
        super().__init__("; ".join(problem.sentence() for problem in problems))
        self.problems = problems


class NameUnresolvedError(DataValutError):
    """A name means nothing, or more than one thing."""

    def __init__(self, kind: ProblemKind, reason: str, candidates: tuple[str, ...] = ()) -> None:
        super().__init__(reason)
        self.kind = kind
        self.reason = reason
        self.candidates = candidates


class LiteralUnfitError(DataValutError):
    """A constant is no value of the type that it is compared with."""

    def __init__(self, kind: ProblemKind, reason: str, candidates: tuple[str, ...] = ()) -> None:
        super().__init__(reason)
        self.kind = kind
        self.reason = reason
        self.candidates = candidates
