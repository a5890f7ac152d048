"""What can go wrong between the steps of a job, and the two names by which the state machine knows a failure."""

from datavalut.errors import DataValutError


class SnapshotNotKept(DataValutError):
    """The sessions that kept the source's snapshot ended before all rows were copied."""

    def __init__(self) -> None:
        super().__init__("its snapshot was not kept until all rows were copied")


class SnapshotNotExported(DataValutError):
    """No keeper exported a snapshot within `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"no snapshot of the source was exported within {seconds:.0f} seconds")
        self.seconds = seconds


class TargetServerUnavailable(DataValutError):
    """No session could be opened on the target server. Its address is not told."""

    transient = True

    def __init__(self) -> None:
        super().__init__("no session could be opened on it")


class TargetVersionUnsupported(DataValutError):
    """`version` is the target server's major version, `supported` the first and last supported one."""

    def __init__(self, version: int, supported: tuple[int, int]) -> None:
        super().__init__(f"the target server runs PostgreSQL {version}; supported are {supported[0]} to {supported[1]}")
        self.version = version
        self.supported = supported


class TransientFault(Exception):
    """May succeed when the step is run again: the state machine retries on this name."""


class JobFailed(Exception):
    """Will not succeed however often the step is run. The job's record has the error."""
