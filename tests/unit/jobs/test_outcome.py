"""Whose fault a job's failure is. Needs nothing."""

import pytest

from datavalut.jobs.errors import StoreBusy
from datavalut.jobs.lifecycle import NOT_STARTED
from datavalut.jobs.model import JobError
from datavalut.jobs.outcome import is_fault_of_the_deployment
from datavalut.transfer.errors import DiskFull, TargetMissing, VerificationFailed, WrongPassword
from datavalut.workflow.errors import SnapshotNotKept, TargetServerUnavailable
from datavalut.workflow.job_errors import TIMED_OUT, job_error


@pytest.mark.parametrize(
    "error",
    [
        None,
        NOT_STARTED,
        job_error(RuntimeError()),
        job_error(DiskFull()),
        job_error(TargetMissing("shop")),
        job_error(TargetServerUnavailable()),
        job_error(VerificationFailed(())),
        job_error(StoreBusy("job_a1b2c3d4e5f6")),
    ],
)
def test_what_only_the_operator_can_mend_is_the_deployments_fault(error: JobError | None) -> None:
    assert is_fault_of_the_deployment(error)


@pytest.mark.parametrize("error", [job_error(WrongPassword("reader")), job_error(SnapshotNotKept()), TIMED_OUT])
def test_what_the_caller_or_the_source_causes_is_not(error: JobError) -> None:
    assert not is_fault_of_the_deployment(error)
