"""Does a plan choose the gold rows? Both are asked of the same database."""

from collections.abc import Mapping
from datetime import datetime

from psycopg2 import sql
from psycopg2.extensions import connection

from datavalut.catalog.model import Catalog, TableName
from datavalut.filters.check import check_plan
from datavalut.filters.model import FilterPlan
from datavalut.filters.names import resolve_table
from datavalut.filters.render import render_root
from evaluation.cases import Gold, GoldRows

Keys = frozenset[str]


class Judge:
    def __init__(self, database: connection, catalog: Catalog, reference_time: datetime) -> None:
        self._database = database
        self._catalog = catalog
        self._reference_time = reference_time
        self._golds: dict[GoldRows, Keys] = {}

    def is_right(self, plan: FilterPlan, gold: Gold) -> bool:
        """Are the rows of the plan's subjects, and the tables that it leaves out, just the gold's?"""
        if gold.refused:
            return False
        checked = check_plan(plan, self._catalog)
        planned = self._planned(checked)
        tables = {self._named(rows.table): rows for rows in gold.rows}
        left_out = {resolve_table(name, self._catalog).name.name for name in checked.exclude}
        return (
            planned.keys() == tables.keys()
            and left_out == gold.without
            and all(_fits(planned[name], self._gold(rows), rows) for name, rows in tables.items())
        )

    def check(self, gold: Gold) -> None:
        """Runs the gold's SQL. Raises what is wrong with it."""
        for rows in gold.rows:
            self._gold(rows)
        for name in gold.without:
            self._named(name)

    def _planned(self, plan: FilterPlan) -> Mapping[TableName, Keys]:
        chosen: dict[TableName, Keys] = {}
        for name in plan.full:
            table = resolve_table(name, self._catalog).name
            chosen[table] = self._keys(table, sql.SQL("true"))
        for root in plan.roots:
            table = resolve_table(root.table, self._catalog).name
            condition = render_root(root, sql.Identifier("t"), self._catalog, self._reference_time)
            chosen[table] = self._keys(table, condition)
        return chosen

    def _gold(self, rows: GoldRows) -> Keys:
        if rows not in self._golds:
            self._golds[rows] = self._keys(self._named(rows.table), sql.SQL(rows.condition))
        return self._golds[rows]

    def _named(self, name: str) -> TableName:
        return resolve_table(name, self._catalog).name

    def _keys(self, name: TableName, condition: sql.Composable) -> Keys:
        key = sql.SQL(", ").join(
            sql.SQL("t.{}").format(sql.Identifier(column)) for column in self._catalog.table(name).primary_key
        )
        query = sql.SQL("SELECT row({})::text FROM {} AS t WHERE {}").format(
            key, sql.Identifier(name.schema, name.name), condition
        )
        with self._database.cursor() as cursor:
            cursor.execute(query)
            return frozenset(text for (text,) in cursor.fetchall())


def _fits(planned: Keys, gold: Keys, rows: GoldRows) -> bool:
    if rows.rows is not None:
        return planned <= gold and len(planned) == min(rows.rows, len(gold))
    if rows.percent is not None:
        expected = len(gold) * rows.percent / 100
        return planned <= gold and expected * 0.6 <= len(planned) <= expected * 1.4
    return planned == gold
