"""The source as planners see it: its catalog, the words in its columns, and whether it can run a plan."""

from collections.abc import Mapping
from datetime import datetime

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import connection

from datavalut.catalog.model import Catalog, TableName
from datavalut.filters.model import FilterPlan, Root
from datavalut.filters.names import resolve_table
from datavalut.filters.render import render_root
from datavalut.filters.sql_rows import Row
from datavalut.transfer.statements import first_line, source_error
from datavalut.workflow.source_values import SourceValues

# SQLSTATE classes that say something of the query, not of the session or the server: what is not supported, data
# exceptions, errors of names and types, limits of what a program may be.
_OF_THE_QUERY = ("0A", "22", "42", "54")
_INSUFFICIENT_PRIVILEGE = "42501"


class SessionSource:
    """`PlanningSource` of `datavalut.planning.source`, by a session of the source in autocommit mode."""

    def __init__(self, source: connection, catalog: Catalog, reference_time: datetime) -> None:
        self.catalog = catalog
        self.reference_time = reference_time
        self._source = source
        self._values = SourceValues(source, catalog)

    def values(self, table: TableName, column: str) -> tuple[str, ...] | None:
        """Raises errors about the source."""
        return self._values.values(table, column)

    def survey(
        self, columns: tuple[tuple[TableName, str], ...]
    ) -> Mapping[tuple[TableName, str], tuple[str, ...] | None]:
        """Raises errors about the source."""
        return self._values.survey(columns)

    def explain(self, plan: FilterPlan) -> str | None:
        """Raises errors about the source that are not the plan's."""
        for index, root in enumerate(plan.roots):
            try:
                with self._source.cursor() as cursor:
                    cursor.execute(sql.SQL("EXPLAIN {}").format(self._query(root)))
            except psycopg2.Error as error:
                code = error.pgcode or ""
                if not code.startswith(_OF_THE_QUERY) or code == _INSUFFICIENT_PRIVILEGE:
                    raise source_error(error, root.table) from error
                return f"roots[{index}]: {first_line(error)}"
        return None

    def _query(self, root: Root) -> sql.Composable:
        row = Row(resolve_table(root.table, self.catalog), sql.Identifier("chosen"))
        condition = render_root(root, row.alias, self.catalog, self.reference_time)
        return sql.SQL("SELECT 1 FROM {} WHERE {}").format(row.source, condition)
