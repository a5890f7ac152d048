"""The end of a job that went well: the database is verified, gets its name, and is handed over."""

from dataclasses import replace
from typing import Any

from psycopg2.extensions import connection

from datavalut.engine.completion import complete_build
from datavalut.engine.copying import Subset
from datavalut.jobs.errors import IllegalMove, JobNotRunning
from datavalut.jobs.model import Job, JobStatus
from datavalut.subset.plan import plan_subset
from datavalut.transfer.ledger import drop_ledger
from datavalut.transfer.target import TargetNames, present_database, publish_target, require_charge, take_over
from datavalut.workflow.deployment import Deployment
from datavalut.workflow.plan_record import PlanRecord
from datavalut.workflow.progress import Phase
from datavalut.workflow.report import Totals, make_report, make_result, totals_of
from datavalut.workflow.sessions import target_session
from datavalut.workflow.source_facts import load_facts


def finalize(deployment: Deployment, job_id: str) -> Totals | None:
    """What the finished database holds; None if the job was completed before.

    Can be repeated from wherever it was cut off: the report is recorded before what it is made of is removed. A run
    ends the sessions of those before it, should one still be at it: the last run is the one that is waited for.

    Raises VerificationFailed, and JobNotRunning if the job was ended meanwhile: then settling drops the database.
    """
    job = deployment.store.get(job_id)
    if job.status is JobStatus.COMPLETED:
        return None
    deployment.store.record_progress(job_id, Phase.FINALIZING.start, Phase.FINALIZING.message, deployment.now())
    target = deployment.secrets.get_result(job_id)
    with target_session(deployment, job_id, deployment.secrets.target_admin()) as admin:
        take_over(admin, TargetNames(job_id))
        job = deployment.store.get(job_id)  # as those before have left it
        if job.status is JobStatus.COMPLETED:
            return None
        target = replace(target, database=present_database(admin, TargetNames(job_id)))
        with target_session(deployment, job_id, target) as session:
            require_charge(admin)
            report = job.result["report"] if job.result is not None else _verified(deployment, job, session)
            deployment.store.record_result(job_id, make_result(target, report))
            drop_ledger(session)
        target = replace(target, database=publish_target(admin, TargetNames(job_id), _wanted_name(job)))
    deployment.secrets.put_result(job_id, target)
    try:
        deployment.store.move(
            job_id,
            JobStatus.COMPLETED,
            message=f"Successfully created filtered database: {target.database}",
            at=deployment.now(),
            result=make_result(target, report),
        )
    except IllegalMove as refusal:
        if refusal.current.status is JobStatus.COMPLETED:
            return None
        deployment.secrets.delete_result(job_id)  # settling may have been here before it was stored
        raise JobNotRunning(job_id, refusal.current.status) from refusal
    return totals_of(report)


def _wanted_name(job: Job) -> str:
    return job.request.target_db_name or f"{job.source_database}_filtered"


def _verified(deployment: Deployment, job: Job, session: connection) -> dict[str, Any]:
    """The job's report."""
    facts = load_facts(session)
    record = PlanRecord.model_validate(job.plan)
    subset = Subset.of(plan_subset(facts.catalog, record.filter), job.created_at)
    completion = complete_build(session, subset, dict(facts.sequences))
    return make_report(record, subset.plan, completion, facts)
