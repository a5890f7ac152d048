"""What the caller should look at before trusting a plan: subjects of which nothing is kept, or everything."""

from collections.abc import Iterator

from psycopg2.extensions import connection

from datavalut.engine.differences import of_large_objects
from datavalut.subset.model import Rule, SubsetPlan
from datavalut.transfer.counting import has_more_rows
from datavalut.workflow.plan_record import PlannedTable


def plan_warnings(source: connection, subset: SubsetPlan, planned: tuple[PlannedTable, ...]) -> tuple[str, ...]:
    return (*_of_subjects(source, subset, planned), *of_large_objects(subset.catalog))


def _of_subjects(source: connection, subset: SubsetPlan, planned: tuple[PlannedTable, ...]) -> Iterator[str]:
    for table in planned:
        root = subset.table(table.table).root
        if table.rule != Rule.ROOT or root is None:
            continue
        if table.rows_expected == 0:
            yield f"No row of {table.table} matches: the filtered database holds none of them."
        elif root.condition is None and root.top is None and root.sample is None:
            yield f"All rows of {table.table} are asked for: its condition is empty."
        elif not has_more_rows(source, subset.catalog.table(table.table), table.rows_expected):
            yield f"All rows of {table.table} are kept: its condition leaves none out, or other kept rows need them."
