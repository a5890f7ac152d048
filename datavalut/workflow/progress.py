"""How far a job is: the phases of the workflow and the share of the whole that each begins at."""

from enum import Enum


class Phase(Enum):
    PLANNING = (0.0, "Reading the source's schema and planning the filter...")
    PREPARING = (0.05, "Creating the filtered database...")
    COPYING = (0.1, "Copying the rows...")
    INDEXING = (0.75, "Building indexes and foreign keys...")
    FINALIZING = (0.9, "Verifying the filtered database...")

    def __init__(self, start: float, message: str) -> None:
        self.start = start
        self.message = message


def restoring_progress(share: float) -> float:
    """Between the starts of indexing and finalizing."""
    return round(Phase.INDEXING.start + share * (Phase.FINALIZING.start - Phase.INDEXING.start), 3)


def copying_progress(rows_copied: int, rows_expected: int) -> float:
    """Between the starts of copying and indexing. `rows_expected` is an estimate, so more may have been copied."""
    share = min(rows_copied / rows_expected, 1.0) if rows_expected > 0 else 1.0
    return round(Phase.COPYING.start + share * (Phase.INDEXING.start - Phase.COPYING.start), 3)
