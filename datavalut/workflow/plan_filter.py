"""The first step: what is asked for, in terms of the source's tables, and how it will be copied."""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from math import ceil
from typing import Any

from psycopg2 import sql
from psycopg2.extensions import connection

from datavalut.catalog.model import Catalog, TableName
from datavalut.catalog.reader import read_catalog
from datavalut.filters.check import check_plan
from datavalut.filters.explain import explain_plan
from datavalut.filters.model import FilterPlan, Refusal, Scope
from datavalut.filters.render import render_root
from datavalut.jobs.errors import IllegalMove, JobNotRunning
from datavalut.jobs.model import Job, JobStatus
from datavalut.jobs.request_secret import RequestSecret
from datavalut.planning.errors import PromptNotUnderstood
from datavalut.planning.source import PlanningSource
from datavalut.subset.model import Rule, SubsetPlan
from datavalut.subset.plan import plan_subset
from datavalut.subset.sql import copy_query, count_query
from datavalut.transfer.counting import count_by_query
from datavalut.transfer.preflight.checks import check_databases, check_room, warnings_of
from datavalut.transfer.preflight.disk import NeededBytes
from datavalut.transfer.snapshot import replay_position
from datavalut.transfer.statements import reading_source
from datavalut.workflow.deployment import Deployment
from datavalut.workflow.plan_record import PlannedTable, PlanRecord
from datavalut.workflow.plan_warnings import plan_warnings
from datavalut.workflow.planning_source import SessionSource
from datavalut.workflow.progress import Phase
from datavalut.workflow.sessions import source_session, target_session

# What one worker copies in the time that starting another one takes, several times over.
BYTES_PER_WORKER = 256 * 1024 * 1024
# Counting what is kept of every table of a source of so many rows takes next to no time.
_MOST_ROWS_COUNTED = 200_000
DRY_RUN_MESSAGE = "Planned only, as dry_run asks: no database was made"


@dataclass(frozen=True)
class PlanOutcome:
    """What the state machine goes on with: whether the job has ended with its plan, and the numbers of the workers."""

    dry_run: bool
    workers: tuple[int, ...]


def plan_filter(deployment: Deployment, job_id: str) -> PlanOutcome:
    """Takes the job from pending to running, checks both databases, and records its plan. A dry run is completed with
    it. Raises PreflightFailed with all that keeps the job from being begun, as far as it can be known by then."""
    job = _started(deployment, job_id)
    if job.status is JobStatus.COMPLETED:
        return PlanOutcome(dry_run=True, workers=())
    request = deployment.secrets.get_request(job_id)
    open_source = partial(source_session, deployment, job_id, request.source)
    with open_source() as source, target_session(deployment, job_id, deployment.secrets.target_admin()) as target:
        with reading_source():
            catalog = read_catalog(source)
        on_standby = replay_position(source) is not None
        least_sessions = source_sessions(1, on_standby=on_standby)
        warnings = warnings_of(check_databases(source, open_source, target, catalog, least_sessions))
        planning_source = SessionSource(source, catalog, job.created_at)
        filter_plan = _filter_plan(deployment, job, request, planning_source)
        subset = plan_subset(catalog, filter_plan)
        planned = tuple(_planned_table(source, subset, table.name, job.created_at) for table in subset.tables)
        workers = _workers(catalog, planned, deployment.most_workers)
        needed = _needed_bytes(catalog, planned)
        sessions = source_sessions(workers, on_standby=on_standby)
        warnings += warnings_of(check_room(source, sessions, target, needed, deployment.target_disk))
        record = PlanRecord(
            filter=filter_plan,
            explanation=explain_plan(filter_plan, catalog, job.created_at),
            tables=planned,
            workers=workers,
            warnings=(*plan_warnings(source, subset, planned), *warnings),
        )
        dry_run = _dry_run_result(record, subset, job.created_at, source) if job.request.dry_run else None
    rows_expected = sum(table.rows_expected for table in planned)
    deployment.store.record_plan(job_id, record.model_dump(mode="json"), catalog.database, rows_expected)
    if dry_run is not None:
        deployment.store.move(job_id, JobStatus.COMPLETED, message=DRY_RUN_MESSAGE, at=deployment.now(), result=dry_run)
    return PlanOutcome(job.request.dry_run, tuple(range(record.workers)))


def _started(deployment: Deployment, job_id: str) -> Job:
    try:
        return deployment.store.move(job_id, JobStatus.RUNNING, message=Phase.PLANNING.message, at=deployment.now())
    except IllegalMove as refusal:
        # An earlier run of this step was cut off, perhaps after a dry run's end.
        ended = refusal.current.status is JobStatus.COMPLETED and refusal.current.request.dry_run
        if refusal.current.status is not JobStatus.RUNNING and not ended:
            raise JobNotRunning(job_id, refusal.current.status) from refusal
        return refusal.current


def _filter_plan(deployment: Deployment, job: Job, request: RequestSecret, source: PlanningSource) -> FilterPlan:
    if request.filter is not None:
        plan = FilterPlan.model_validate(request.filter)
    else:
        answer = deployment.plan_prompt(request.filter_prompt or "", source)
        if isinstance(answer, Refusal):
            raise PromptNotUnderstood(answer)
        plan = answer
    if job.request.scope is not None:
        plan = plan.model_copy(update={"scope": Scope(job.request.scope)})
    return check_plan(plan, source.catalog, source.reference_time)


def _planned_table(source: connection, subset: SubsetPlan, name: TableName, reference_time: datetime) -> PlannedTable:
    """Explaining its query also proves that the source's user may read all that it needs."""
    table, decided = subset.catalog.table(name), subset.table(name)
    query = copy_query(subset, name, reference_time, render_root)
    rows_expected = _estimated_rows(source, query, str(name))
    if decided.rule is Rule.ROOT or _is_small(subset.catalog):
        rows_expected = count_by_query(source, count_query(subset, name, reference_time, render_root), name)
    return PlannedTable(
        schema_name=name.schema,
        name=name.name,
        rule=decided.rule,
        reason=decided.reason,
        rows_expected=rows_expected,
        rows_in_source=table.estimated_rows,
    )


def _is_small(catalog: Catalog) -> bool:
    return sum(table.estimated_rows for table in catalog.tables) <= _MOST_ROWS_COUNTED


def _estimated_rows(source: connection, query: sql.Composable, table: str) -> int:
    with reading_source(table), source.cursor() as cursor:
        cursor.execute(sql.SQL("EXPLAIN (FORMAT JSON) {}").format(query))
        (explained,) = cursor.fetchone() or ([],)
    plans: list[dict[str, Any]] = json.loads(explained) if isinstance(explained, str) else explained
    return int(plans[0]["Plan"]["Plan Rows"])


def _workers(catalog: Catalog, planned: tuple[PlannedTable, ...], most: int) -> int:
    """One more for every BYTES_PER_WORKER to copy, and two for the least, for while one copies the other can index."""
    wanted = ceil(sum(_bytes_to_copy(catalog, table) for table in planned) / BYTES_PER_WORKER)
    return max(1, min(most, max(2, wanted)))


def source_sessions(workers: int, *, on_standby: bool) -> int:
    """At a time: those of the workers, or of the schema's reader and pg_dump before them; and the snapshot's two
    keepers, one of which hands over to the next.

    On a standby each worker opens another session after each piece, to make sure that the snapshot was kept meanwhile,
    and each keeper when it begins and when it ends."""
    if on_standby:
        return 2 * (workers + 2)
    return max(workers, 2) + 3


def _needed_bytes(catalog: Catalog, planned: tuple[PlannedTable, ...]) -> NeededBytes:
    certain = [table for table in planned if table.rule in (Rule.ROOT, Rule.FULL, Rule.REST)]
    return NeededBytes(
        at_least=sum(_bytes_to_copy(catalog, table) for table in certain),
        about=sum(_bytes_to_copy(catalog, table) for table in planned),
    )


def _bytes_to_copy(catalog: Catalog, planned: PlannedTable) -> int:
    table = catalog.table(planned.table)
    share = min(1.0, planned.rows_expected / table.estimated_rows) if table.estimated_rows > 0 else 1.0
    return int(table.size_bytes * share)


def _dry_run_result(
    record: PlanRecord, subset: SubsetPlan, reference_time: datetime, source: connection
) -> dict[str, Any]:
    return {
        "plan": record.filter.model_dump(mode="json"),
        "explanation": record.explanation,
        "tables": [
            {
                "table": str(table.table),
                "rule": table.rule,
                "reason": table.reason,
                "estimated_rows": table.rows_expected,
                "rows_in_source": table.rows_in_source,
                "sql": copy_query(subset, table.table, reference_time, render_root).as_string(source),
            }
            for table in record.tables
        ],
        "warnings": list(record.warnings),
    }
