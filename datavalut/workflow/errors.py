"""What can go wrong between the steps of a job."""

from datavalut.errors import DataValutError


class SnapshotNotKept(DataValutError):
    """The session that kept the source's snapshot ended before all rows were copied."""

    def __init__(self, job_id: str) -> None:
        super().__init__(f"the snapshot of job {job_id} was lost before all rows were copied")


class CopyTookTooLong(DataValutError):
    """Copying outlived the snapshot's keeper. `seconds` is how long it kept it."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"the rows were not copied within {seconds:.0f} seconds")
        self.seconds = seconds


class SnapshotNotExported(DataValutError):
    """No keeper exported a snapshot within `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"no snapshot of the source was exported within {seconds:.0f} seconds")
        self.seconds = seconds


class TransientFault(Exception):  # noqa: N818
    """What may succeed when the state machine runs the step again: it retries on this name."""


class JobFailed(Exception):  # noqa: N818
    """What will not succeed however often it is run. The job's record has the error."""
