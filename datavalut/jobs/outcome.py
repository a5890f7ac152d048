"""What the end of a job says about the deployment."""

from datavalut.jobs.model import JobError

# By its code: nothing that the caller asked for, and nothing of its source.
_FAULTS_OF_THE_DEPLOYMENT = frozenset(
    {
        "disk_full",
        "internal_error",
        "not_started",
        "planner_unavailable",
        "service_unavailable",
        "target_failed",
        "target_unavailable",
        "verification_failed",
    }
)


def is_fault_of_the_deployment(error: JobError | None) -> bool:
    """Whether its operator has to do something. A failed job without an error is one that nobody understands."""
    return error is None or error.code in _FAULTS_OF_THE_DEPLOYMENT
