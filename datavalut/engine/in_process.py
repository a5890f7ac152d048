"""A whole build in one process, without a job around it: what workers do in many functions, threads do here."""

import secrets
import tempfile
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from threading import Event

from psycopg2.extensions import connection

from datavalut.catalog.model import Catalog, Extension, TableName
from datavalut.catalog.reader import read_catalog
from datavalut.connections import ConnectionParameters
from datavalut.engine.completion import BuiltTable, complete_build
from datavalut.engine.copying import Subset
from datavalut.engine.differences import (
    of_extensions,
    of_foreign_keys,
    of_large_objects,
    of_locale,
    of_sequences,
    of_superuser_objects,
)
from datavalut.engine.preparation import prepare_build
from datavalut.engine.root_proofs import Proof
from datavalut.engine.worker import Unobserved, Worker
from datavalut.errors import DataValutError
from datavalut.filters.check import check_plan
from datavalut.filters.model import FilterPlan
from datavalut.subset.plan import plan_subset
from datavalut.transfer.addresses import ANY_ADDRESS
from datavalut.transfer.archive import SchemaScripts, dump_schema, read_scripts
from datavalut.transfer.connect import connect
from datavalut.transfer.extensions import create_as_admin
from datavalut.transfer.ledger import drop_ledger
from datavalut.transfer.sequences import SequenceState, read_sequences
from datavalut.transfer.snapshot import ExportedSnapshot, import_snapshot
from datavalut.transfer.statements import reading_source
from datavalut.transfer.target import TargetNames, create_target, database_locale, drop_target, publish_target
from datavalut.transfer.verify import Verification


@dataclass(frozen=True)
class BuiltDatabase:
    """`connection` is that of the database's own role. `phases` are seconds."""

    connection: ConnectionParameters
    tables: tuple[BuiltTable, ...]
    phases: Mapping[str, float]
    verification: Verification
    roots: Mapping[TableName, Proof]
    warnings: tuple[str, ...]


def build_filtered_database(
    source: ConnectionParameters,
    admin: ConnectionParameters,
    plan: FilterPlan,
    *,
    reference_time: datetime,
    database_name: str,
    workers: int = 2,
) -> BuiltDatabase:
    """Builds, verifies and publishes the filtered database. `admin` has CREATEDB and CREATEROLE on the target server.
    An empty plan keeps everything, as no table is connected to a root.

    What was half made is dropped when anything fails. Raises FilterPlanError, and this and other packages' errors.
    """
    build = _Build(source, admin, reference_time, TargetNames(f"job_{secrets.token_hex(6)}"), workers)
    with ExitStack() as sessions:
        with build.phase("snapshot and catalog"):
            holder = sessions.enter_context(closing(build.open_source()))
            snapshot = ExportedSnapshot(holder)
            with reading_source():
                catalog = read_catalog(holder)
            sequences = read_sequences(holder)
            subset = Subset.of(plan_subset(catalog, _checked(plan, catalog)), reference_time)
        server = sessions.enter_context(closing(build.open_target(admin)))
        try:
            return build.run(subset, snapshot, sequences, server, database_name)
        except BaseException:
            drop_target(server, build.names)
            raise


def _checked(plan: FilterPlan, catalog: Catalog) -> FilterPlan:
    return check_plan(plan, catalog) if plan.roots or plan.exclude or plan.full else plan


class _Stopped(DataValutError):
    """Another worker has failed."""


@dataclass
class _Observer(Unobserved):
    """`failed` is set by the worker that fails first, and ends the others."""

    failed: Event
    snapshot: ExportedSnapshot

    def check(self) -> None:
        if self.failed.is_set():
            raise _Stopped("another worker has failed")

    def source_is_read(self) -> None:
        self.snapshot.close()


@dataclass
class _Build:
    source: ConnectionParameters
    admin: ConnectionParameters
    reference_time: datetime
    names: TargetNames
    workers: int
    password: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    phases: dict[str, float] = field(default_factory=dict)

    def run(
        self,
        subset: Subset,
        snapshot: ExportedSnapshot,
        sequences: Mapping[TableName, SequenceState],
        server: connection,
        database_name: str,
    ) -> BuiltDatabase:
        catalog = subset.plan.catalog
        with self.phase("empty database"):
            scripts = self._make_database(server, catalog, snapshot)
        target = replace(self.admin, database=self.names.build_database, user=self.names.role, password=self.password)
        with closing(self.open_target(target)) as session:
            with self.phase("tables"):
                left_out = prepare_build(session, scripts, subset.plan, self._create_extension)
            with self.phase("rows, indexes and keys"):
                self._work(target, subset, snapshot)
            with self.phase("verification"):
                completion = complete_build(session, subset, sequences)
            drop_ledger(session)
        warnings = (
            *of_large_objects(catalog),
            *of_locale(catalog, database_locale(server, self.names.build_database)),
            *of_superuser_objects(scripts.left_out),
            *of_extensions(left_out),
            *of_sequences(completion.guessed_sequences),
            *of_foreign_keys(catalog.foreign_keys),
        )
        with self.phase("publication"):
            name = publish_target(server, self.names, database_name)
        return BuiltDatabase(
            replace(target, database=name),
            completion.tables,
            self.phases,
            completion.verification,
            completion.roots,
            warnings,
        )

    def _make_database(self, server: connection, catalog: Catalog, snapshot: ExportedSnapshot) -> SchemaScripts:
        """The database is made while the source's schema is dumped."""
        with tempfile.TemporaryDirectory() as directory, ThreadPoolExecutor(1) as beside:
            archive = Path(directory) / "schema.dump"
            making = beside.submit(create_target, server, self.names, self.password, catalog, lambda: True)
            dump_schema(
                self.source,
                snapshot.snapshot_id,
                archive,
                application_name=self.names.job_id,
                address_policy=ANY_ADDRESS,
            )
            scripts = read_scripts(archive)
            making.result()
        return scripts

    def _create_extension(self, extension: Extension) -> bool:
        with closing(self.open_target(replace(self.admin, database=self.names.build_database))) as session:
            return create_as_admin(session, extension, self.names.role)

    def _work(self, target: ConnectionParameters, subset: Subset, snapshot: ExportedSnapshot) -> None:
        observer = _Observer(Event(), snapshot)

        def open_source(sessions: ExitStack) -> connection:
            session = sessions.enter_context(closing(self.open_source()))
            import_snapshot(session, snapshot.snapshot_id)
            return session

        def work() -> None:
            try:
                with closing(self.open_target(target)) as session:
                    Worker(session, subset, open_source, lambda _: snapshot.ping(), observer, self.workers).run()
            except BaseException:
                observer.failed.set()
                raise

        with ThreadPoolExecutor(self.workers, thread_name_prefix="worker") as threads:
            futures = [threads.submit(work) for _ in range(self.workers)]
        errors = [error for future in futures if (error := future.exception()) is not None]
        causes = [error for error in errors if not isinstance(error, _Stopped)]
        if errors:
            raise (causes or errors)[0]

    def open_source(self) -> connection:
        return connect(self.source, application_name=self.names.job_id, address_policy=ANY_ADDRESS, read_only=True)

    def open_target(self, parameters: ConnectionParameters) -> connection:
        return connect(parameters, application_name=self.names.job_id, address_policy=ANY_ADDRESS)

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        began = time.monotonic()
        yield
        self.phases[name] = time.monotonic() - began
