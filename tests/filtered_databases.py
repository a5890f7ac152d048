"""A filtered database from end to end, between two real ones. Needs PostgreSQL."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass

from datavalut.catalog.model import TableName
from datavalut.catalog.reader import read_catalog
from datavalut.connections import ConnectionParameters
from datavalut.filters.check import check_plan
from datavalut.filters.model import FilterPlan
from datavalut.filters.render import render_root
from datavalut.subset.plan import plan_subset
from datavalut.subset.sql import copy_query, required_rows_query
from datavalut.transfer.copy import copy_chunk
from datavalut.transfer.ledger import copied_tables, create_ledger, drop_ledger
from datavalut.transfer.schema import restore_post_data, restore_pre_data
from datavalut.transfer.sequences import read_sequences, set_sequences
from datavalut.transfer.snapshot import ExportedSnapshot, import_snapshot
from datavalut.transfer.verify import verify_target
from tests.postgres_server import TestServer
from tests.subset_examples import NOW
from tests.transfer_examples import dumped_schema, made_target, open_source, open_target


@dataclass(frozen=True)
class FilteredDatabase:
    """`database` is the result as its own role, `rows` and `required_rows` are what was reported of each table."""

    database: ConnectionParameters
    rows: Mapping[TableName, int]
    required_rows: Mapping[TableName, int]


@contextmanager
def filtered_database(
    server: TestServer, source: ConnectionParameters, plan: FilterPlan
) -> Iterator[FilteredDatabase]:
    """The result of a plan over the source, dropped at the end. The one server plays source and target."""
    with ExitStack() as stack:
        archive = stack.enter_context(dumped_schema(source))
        reading = stack.enter_context(closing(open_source(source)))
        keeper = stack.enter_context(ExportedSnapshot(open_source(source)))
        import_snapshot(reading, keeper.snapshot_id)
        catalog = read_catalog(reading)
        made = stack.enter_context(made_target(server, catalog))
        with closing(open_target(made.database)) as restoring:
            create_ledger(restoring)
            restore_pre_data(restoring, archive)
        subset = plan_subset(catalog, check_plan(plan, catalog))
        required: dict[TableName, int] = {}
        with closing(open_target(made.database)) as writing, reading.cursor() as cursor:
            for table in catalog.tables:
                facts = (subset, table.name, NOW, render_root)
                copy_chunk(reading, copy_query(*facts), writing, table.name, table.stored_columns)
                cursor.execute(required_rows_query(*facts))
                ((required[table.name],),) = cursor.fetchall()
        with closing(open_target(made.database)) as finishing:
            restore_post_data(finishing, archive)
            set_sequences(finishing, read_sequences(reading))
            sent = {copied.table: copied.rows for copied in copied_tables(finishing)}
            verify_target(finishing, catalog, sent)
            drop_ledger(finishing)
        yield FilteredDatabase(made.database, sent, required)
