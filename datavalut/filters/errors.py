"""What can be wrong with a filter."""

from dataclasses import dataclass

from datavalut.errors import DataValutError


def shown(text: str) -> str:
    """A caller's text for a message: never long."""
    return repr(text if len(text) <= 60 else text[:57] + "...")


@dataclass(frozen=True)
class FilterProblem:
    """One fault of a plan. `location` is its place in the plan's JSON (`roots[0].condition.left.column`), `candidates`
    are the names, labels or foreign keys that may have been meant, the nearest first."""

    location: str
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

    def __init__(self, reason: str, candidates: tuple[str, ...] = ()) -> None:
        super().__init__(reason)
        self.reason = reason
        self.candidates = candidates


class LiteralUnfitError(DataValutError):
    """A constant is no value of the type that it is compared with."""

    def __init__(self, reason: str, candidates: tuple[str, ...] = ()) -> None:
        super().__init__(reason)
        self.reason = reason
        self.candidates = candidates
