"""The metrics that functions write, by the names that the dashboard and the alarms of infra/ read."""

from enum import StrEnum

NAMESPACE = "DataValut"
SERVICE = "datavalut"


class MetricName(StrEnum):
    """All have the dimension `service`; `STEP_SECONDS` has `step` besides."""

    JOBS_CREATED = "JobsCreated"
    JOBS_STARTED = "JobsStarted"
    JOBS_COMPLETED = "JobsCompleted"
    JOBS_FAILED = "JobsFailed"
    JOBS_FAILED_BY_US = "JobsFailedByUs"  # of those that failed: not for what the caller asked, or its source
    JOBS_CANCELLED = "JobsCancelled"
    JOB_WAIT_SECONDS = "JobWaitSeconds"  # from its creation to its start
    JOB_SECONDS = "JobSeconds"  # from its start to its end
    ROWS_COPIED = "RowsCopied"  # into finished databases
    BYTES_COPIED = "BytesCopied"
    STEP_SECONDS = "StepSeconds"  # of one run of a step, however it ended

    SLOTS_IN_USE = "SlotsInUse"
    SLOTS_FREE = "SlotsFree"
    OLDEST_WAIT_SECONDS = "OldestWaitSeconds"  # of a job for a slot, or with a slot for its execution; 0 if none waits

    RECORDS_PUBLISHED = "RecordsPublished"
    RECORDS_FAILED = "RecordsFailed"
