"""The database that the rows will go to: its role, itself under a temporary name, and its schema."""

import secrets
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from datavalut.catalog.model import Catalog, Extension, TableName
from datavalut.catalog.reader import read_catalog
from datavalut.connections import ConnectionParameters
from datavalut.engine.differences import of_extensions, of_locale, of_superuser_objects
from datavalut.engine.preparation import prepare_build
from datavalut.filters.check import check_plan
from datavalut.filters.errors import FilterPlanError
from datavalut.subset.model import SubsetPlan
from datavalut.subset.plan import plan_subset
from datavalut.transfer.archive import dump_schema, read_scripts
from datavalut.transfer.errors import SourceChanged
from datavalut.transfer.extensions import absent_extensions, create_as_admin
from datavalut.transfer.sequences import SequenceState, read_sequences
from datavalut.transfer.snapshot import ExportedSnapshot
from datavalut.transfer.statements import reading_source
from datavalut.transfer.target import DatabaseLocale, TargetNames, create_target, database_locale, secure_server
from datavalut.workflow.deployment import Deployment
from datavalut.workflow.kept_snapshot import import_kept_snapshot, make_sure_it_is_kept
from datavalut.workflow.plan_record import PlanRecord
from datavalut.workflow.progress import Phase
from datavalut.workflow.sessions import running_check, source_session, target_session
from datavalut.workflow.source_facts import SourceFacts, store_facts

_PASSWORD_BYTES = 24


def prepare_target(deployment: Deployment, job_id: str) -> None:
    """Makes the database anew, whatever an earlier run of this step left. Of runs at the same time, which come about
    where the state machine has lost sight of one, only the last one makes anything."""
    deployment.store.record_progress(job_id, Phase.PREPARING.start, Phase.PREPARING.message, deployment.now())
    run = deployment.store.begin_preparation(job_id)
    job = deployment.store.get(job_id)
    record = PlanRecord.model_validate(job.plan)
    with tempfile.TemporaryDirectory() as directory:
        archive = Path(directory) / "schema.dump"
        catalog, sequences = _read_source(deployment, job_id, archive)
        subset = _still_fitting(record, catalog)
        made = _create_database(deployment, job_id, run, catalog)
        scripts = read_scripts(archive)

    def create_extension(extension: Extension) -> bool:
        admin = replace(deployment.secrets.target_admin(), database=made.target.database)
        with target_session(deployment, job_id, admin) as session:
            return create_as_admin(session, extension, made.target.user)

    with target_session(deployment, job_id, made.target) as session:
        left_out = prepare_build(session, scripts, subset, create_extension, running_check(deployment, job_id))
        warnings = (
            *of_locale(catalog, made.locale),
            *of_superuser_objects(scripts.left_out),
            *of_extensions(left_out, told=made.absent_extensions),
        )
        store_facts(session, SourceFacts(catalog, tuple(sequences.items()), warnings))


@dataclass(frozen=True)
class _MadeDatabase:
    """`target` is how the job's role logs in to it. Of the `absent_extensions` the plan has told."""

    target: ConnectionParameters
    locale: DatabaseLocale
    absent_extensions: tuple[str, ...]


def _still_fitting(record: PlanRecord, catalog: Catalog) -> SubsetPlan:
    """The plan was made before the snapshot was taken: what it says of a table, and a dry run has shown, must hold
    still. Raises SourceChanged."""
    tables = {table.name for table in catalog.tables}
    missing = [str(planned.table) for planned in record.tables if planned.table not in tables]
    if missing:
        raise SourceChanged(f"there is no table {', '.join(missing)} any more")
    try:
        subset = plan_subset(catalog, check_plan(record.filter, catalog))
    except FilterPlanError as error:
        problems = "; ".join(problem.sentence() for problem in error.problems)
        raise SourceChanged(f"the filter does not fit it any more: {problems}") from error
    for planned in record.tables:
        rule = subset.table(planned.table).rule
        if rule != planned.rule:
            raise SourceChanged(f"{planned.table} was planned as {planned.rule}, and is {rule} by its keys now")
    return subset


def _read_source(deployment: Deployment, job_id: str, archive: Path) -> tuple[Catalog, dict[TableName, SequenceState]]:
    """Writes the schema to the archive file besides."""
    source = deployment.secrets.get_request(job_id).source
    with source_session(deployment, job_id, source) as session:
        import_kept_snapshot(deployment, job_id, session)
        with reading_source():
            catalog = read_catalog(session)
        sequences = read_sequences(session)
        # Exported by this session too, so that no keeper hands over while pg_dump is about to import the snapshot.
        snapshot_id = ExportedSnapshot(session).snapshot_id
        dump_schema(source, snapshot_id, archive, application_name=job_id, address_policy=deployment.source_addresses)
        make_sure_it_is_kept(deployment, job_id, session)
        return catalog, sequences


def _create_database(deployment: Deployment, job_id: str, run: int, catalog: Catalog) -> _MadeDatabase:
    names = TargetNames(job_id)
    admin = deployment.secrets.target_admin()
    target = ConnectionParameters(
        host=admin.host,
        port=admin.port,
        database=names.build_database,
        user=names.role,
        password=secrets.token_urlsafe(_PASSWORD_BYTES),
        options=admin.options,
    )

    def is_wanted() -> bool:
        """Asked under the lock of the job's target. So the login that is stored here is that of the role that is made
        next, and whoever settles the job deletes it after this."""
        state = deployment.store.get_state(job_id)
        if state.status.is_final or state.preparations != run:
            return False
        deployment.secrets.put_result(job_id, target)
        return True

    with target_session(deployment, job_id, admin) as session:
        secure_server(session)
        create_target(session, names, target.password, catalog, is_wanted)
        return _MadeDatabase(
            target,
            database_locale(session, names.build_database),
            tuple(absent.extension.name for absent in absent_extensions(catalog.extensions, session)),
        )
