"""The table that a run of the faults ends with: which were tried, how often, and what they left behind."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

# Of a fault, the job that it was tried on, and how often it happened.
Record = Callable[[str, str, int], None]


@dataclass
class TriedFault:
    """`tries` is how often it was made to happen, None where that is not possible."""

    tries: int | None = 0
    left: list[str] = field(default_factory=list)

    @property
    def cells(self) -> tuple[str, str]:
        if self.tries is None:
            return "-", "not possible here"
        return str(self.tries), ", ".join(self.left) or "nothing"


@dataclass
class FaultTable:
    faults: dict[str, TriedFault] = field(default_factory=dict)

    def record(self, fault: str, *, tries: int, left: Collection[str]) -> None:
        """Of one fault's several records, the numbers are added up. `left` is what was found, never what is claimed:
        see `left_behind`. Fails the test that records it if anything is left, or if the fault did not happen."""
        tried = self.faults.setdefault(fault, TriedFault())
        tried.tries = (tried.tries or 0) + tries
        tried.left += left
        assert tries > 0, f"it did not happen: {fault}"
        assert list(left) == [], f"left behind: {fault}"

    def record_impossible(self, fault: str) -> None:
        """This machine does not let it be made to happen."""
        self.faults[fault] = TriedFault(tries=None)

    def lines(self) -> list[str]:
        """A line a fault, in the order in which they were first tried, below a heading; nothing if there was none."""
        if not self.faults:
            return []
        cells = [("fault", "tries", "what was left behind")] + [
            (fault, *tried.cells) for fault, tried in self.faults.items()
        ]
        widths = [max(len(row[column]) for row in cells) for column in (0, 1)]
        return [f"{fault:<{widths[0]}}  {tries:>{widths[1]}}  {left}" for fault, tries, left in cells]
