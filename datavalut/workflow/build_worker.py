"""One worker's share of a job's build: rows, indexes, keys, whatever is next."""

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial

from psycopg2.extensions import connection

from datavalut.catalog.model import Catalog, TableName
from datavalut.engine.copying import Subset
from datavalut.engine.worker import Worker
from datavalut.jobs.errors import JobNotRunning
from datavalut.jobs.model import Job, JobStatus
from datavalut.subset.plan import plan_subset
from datavalut.workflow.deployment import Deployment
from datavalut.workflow.kept_snapshot import import_kept_snapshot, make_sure_it_is_kept
from datavalut.workflow.plan_record import PlanRecord
from datavalut.workflow.progress import Phase, copying_progress, restoring_progress
from datavalut.workflow.sessions import running_check, source_session, target_session
from datavalut.workflow.source_facts import load_facts

# A worker with less time left begins nothing more: what it begins must end before the worker does.
LEAST_SECONDS = 420.0
_SECONDS_BETWEEN_TELLINGS = 1.0


def work_on_build(deployment: Deployment, job_id: str, remaining_seconds: Callable[[], float]) -> bool:
    """Whether the build's work is all done; False if this worker's time was up before. Can be repeated, and run many
    times at once.

    Raises JobNotRunning, and what the engine raises.
    """
    job = deployment.store.get(job_id)
    if job.status is not JobStatus.RUNNING or job.plan is None:
        raise JobNotRunning(job_id, job.status)
    record = PlanRecord.model_validate(job.plan)
    secret = deployment.secrets.get_request(job_id)

    def open_source(sessions: ExitStack) -> connection:
        session = sessions.enter_context(source_session(deployment, job_id, secret.source))
        import_kept_snapshot(deployment, job_id, session)
        return session

    with target_session(deployment, job_id, deployment.secrets.get_result(job_id)) as session:
        catalog = load_facts(session).catalog
        subset = Subset.of(plan_subset(catalog, record.filter), job.created_at)
        observer = _Observer(deployment, job, catalog)
        try:
            make_sure = partial(make_sure_it_is_kept, deployment, job_id)
            worker = Worker(session, subset, open_source, make_sure, observer, record.workers)
            return worker.run(lambda: remaining_seconds() > LEAST_SECONDS)
        finally:
            observer.tell()


@dataclass
class _Observer:
    """Adds what this worker has copied to the job's progress, about once a second: by the rows that the bytes sent so
    far make, until a table's rows are counted."""

    deployment: Deployment
    job: Job
    catalog: Catalog
    _check: Callable[[], None] = field(init=False)
    _told_at: float = 0.0
    _untold_rows: int = 0
    _untold_tables: int = 0
    _guessed_rows: int = 0
    _share_restored: float = 0.0

    def __post_init__(self) -> None:
        self._check = running_check(self.deployment, self.job.job_id)

    def check(self) -> None:
        self._check()

    def sent(self, table: TableName, number_of_bytes: int) -> None:
        guess = int(number_of_bytes / self.catalog.table(table).row_bytes)
        self._guessed_rows += guess
        self._untold_rows += guess
        self._tell_sometimes()

    def copied(self, table: TableName, rows: int) -> None:
        self._untold_rows += rows - self._guessed_rows
        self._guessed_rows = 0
        self._tell_sometimes()

    def table_is_copied(self, table: TableName) -> None:
        self._untold_tables += 1
        self._tell_sometimes()

    def source_is_read(self) -> None:
        self.deployment.store.release_snapshot(self.job.job_id)

    def restored(self, share: float) -> None:
        self._share_restored = share
        self._tell_sometimes()

    def _tell_sometimes(self) -> None:
        if time.monotonic() - self._told_at > _SECONDS_BETWEEN_TELLINGS:
            self.tell()

    def tell(self) -> None:
        self._told_at = time.monotonic()
        store, job_id = self.deployment.store, self.job.job_id
        if self._untold_rows or self._untold_tables:
            state = store.add_copied(job_id, self._untold_rows, self._untold_tables)
            self._untold_rows = self._untold_tables = 0
            share = copying_progress(state.rows_copied, state.rows_expected)
            store.record_progress(job_id, share, Phase.COPYING.message, self.deployment.now())
        if self._share_restored:
            share = restoring_progress(self._share_restored)
            store.record_progress(job_id, share, Phase.INDEXING.message, self.deployment.now())
