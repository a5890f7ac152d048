"""Rows of a batch of tables, from the source's snapshot into the target."""

from dataclasses import dataclass
from datetime import datetime

from psycopg2 import sql
from psycopg2.extensions import connection

from datavalut.catalog.model import Table
from datavalut.filters.render import render_root
from datavalut.jobs.errors import JobNotRunning
from datavalut.jobs.model import Job, JobStatus
from datavalut.subset.model import SubsetPlan
from datavalut.subset.plan import plan_subset
from datavalut.subset.sql import copy_query, required_rows_query
from datavalut.transfer.copy import copy_chunk
from datavalut.transfer.ledger import TableMeasures, record_measures
from datavalut.transfer.statements import reading_source
from datavalut.workflow.deployment import Deployment
from datavalut.workflow.kept_snapshot import import_kept_snapshot
from datavalut.workflow.plan_record import PlannedTable, PlanRecord
from datavalut.workflow.progress import Phase, copying_progress
from datavalut.workflow.sessions import running_check, source_session, target_session
from datavalut.workflow.source_facts import load_facts

# Counting a table is a scan of it: up to this many rows that costs next to nothing, above it the server's estimate
# has to do, and is called one.
MOST_ROWS_COUNTED = 2_000_000


@dataclass(frozen=True)
class _Sessions:
    source: connection
    target: connection


def copy_batch(deployment: Deployment, job_id: str, number: int) -> None:
    """Can be repeated: of a table that is copied already nothing is copied again."""
    job = deployment.store.get(job_id)
    if job.status is not JobStatus.RUNNING or job.plan is None:
        raise JobNotRunning(job_id, job.status)
    record = PlanRecord.model_validate(job.plan)
    source = deployment.secrets.get_request(job_id).source
    target = deployment.secrets.get_result(job_id)
    with source_session(deployment, job_id, source) as reader, target_session(job_id, target) as writer:
        import_kept_snapshot(deployment, job_id, reader)
        subset = plan_subset(load_facts(writer).catalog, record.filter)
        for planned in record.batch(number):
            _copy_table(deployment, job, subset, planned, _Sessions(reader, writer))


def _copy_table(
    deployment: Deployment, job: Job, subset: SubsetPlan, planned: PlannedTable, sessions: _Sessions
) -> None:
    table = subset.catalog.table(planned.table)
    progress = _Progress(deployment, job, planned, table)
    copied = copy_chunk(
        sessions.source,
        copy_query(subset, table.name, job.created_at, render_root),
        sessions.target,
        table.name,
        table.stored_columns,
        check=running_check(deployment, job.job_id),
        on_bytes=progress.bytes_sent,
    )
    measures = _measures(sessions.source, subset, table, job.created_at, copied.rows)
    record_measures(sessions.target, table.name, measures)
    progress.finished(copied.rows)


def _measures(
    reader: connection, subset: SubsetPlan, table: Table, reference_time: datetime, rows_copied: int
) -> TableMeasures:
    decided = subset.table(table.name)
    required = 0
    if decided.may_hold_required_rows:
        required = _count(reader, required_rows_query(subset, table.name, reference_time, render_root), table)
    if decided.whole:
        return TableMeasures(required, rows_copied, rows_in_source_estimated=False)
    if table.estimated_rows > MOST_ROWS_COUNTED:
        return TableMeasures(required, table.estimated_rows, rows_in_source_estimated=True)
    only = sql.SQL("ONLY ") if table.inherited else sql.SQL("")
    every_row = sql.SQL("SELECT count(*) FROM {}{}").format(only, sql.Identifier(table.name.schema, table.name.name))
    return TableMeasures(required, _count(reader, every_row, table), rows_in_source_estimated=False)


def _count(reader: connection, query: sql.Composable, table: Table) -> int:
    with reading_source(str(table.name)), reader.cursor() as cursor:
        cursor.execute(query)
        ((count,),) = cursor.fetchall()
    return int(count)


class _Progress:
    """Moves the job's progress while one table is copied: by the rows that the bytes sent so far make, until the
    table is finished and its rows are known."""

    def __init__(self, deployment: Deployment, job: Job, planned: PlannedTable, table: Table) -> None:
        self._deployment = deployment
        self._job = job
        self._planned = planned
        self._row_bytes = max(1, table.size_bytes // max(1, table.estimated_rows))
        self._rows_told = 0

    def bytes_sent(self, number: int) -> None:
        rows = min(number // self._row_bytes, self._planned.rows_expected)
        if rows > self._rows_told:
            self._tell(rows, tables=0)

    def finished(self, rows: int) -> None:
        self._tell(rows, tables=1)

    def _tell(self, rows: int, tables: int) -> None:
        store = self._deployment.store
        state = store.add_copied(self._job.job_id, rows - self._rows_told, tables)
        self._rows_told = rows
        share = copying_progress(state.rows_copied, state.rows_expected)
        store.record_progress(self._job.job_id, share, Phase.COPYING.message, self._deployment.now())
