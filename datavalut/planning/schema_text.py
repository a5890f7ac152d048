"""A catalog as a language model reads it: names, types, keys, labels, checks and comments, within a budget.

Rows are never told. Values of text columns are, only if the deployment shares them (`SharedValues`).
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from datavalut.catalog.model import Catalog, Column, ForeignKey, Table, TableName
from datavalut.planning.relevance import tables_by_relevance
from datavalut.planning.shared_values import SharedValues

MAXIMUM_COMMENT = 200  # characters
MAXIMUM_CHECK = 500  # characters
MAXIMUM_LABELS = 200  # of an enum
BYTES_A_TOKEN = 3  # of names and types: few tokenizers make more of them
# Where not all tables can be told whole: the shares of the budget for names alone, and for the most relevant tables.
SHARE_OF_NAMES = 0.4
SHARE_OF_WHOLE_TABLES = 0.8
# And what is kept of it for tables that an answer names without having been told what is in them.
SHARE_OF_FURTHER_TABLES = 0.25


@dataclass(frozen=True)
class SchemaText:
    """`text` is JSON, one table a line; `whole` are the tables of which all that is known has been told, by it or
    before it; `left` is what remains of the budget, in bytes."""

    text: str
    whole: frozenset[TableName]
    left: int


def describe_schema(catalog: Catalog, prompt: str, tokens: int, shared: SharedValues | None = None) -> SchemaText:
    """All tables whole if `tokens` suffice for that. Else those that the prompt seems to be about are, further ones
    without what can be spared, and the rest by name."""
    describer = _Describer(catalog, shared)
    lines = {table.name: describer.whole(table) for table in catalog.tables}
    ordered = tables_by_relevance(prompt, catalog)
    budget = tokens * BYTES_A_TOKEN
    if sum(map(_size, lines.values())) <= budget:
        whole, at_once = frozenset(lines), budget
    else:
        at_once = int(budget * (1 - SHARE_OF_FURTHER_TABLES))
        lines = _names_within(ordered, int(at_once * SHARE_OF_NAMES))
        told = [table for table in ordered if table.name in lines]
        whole = _upgraded(told, lines, describer.whole, int(at_once * SHARE_OF_WHOLE_TABLES))
        _upgraded([table for table in told if table.name not in whole], lines, describer.columns, at_once)
    _upgraded([table for table in ordered if table.name in whole], lines, describer.with_values, at_once)
    told_lines = list(lines.values())
    if len(lines) < len(ordered):
        told_lines.append(as_data({"tables_not_shown": len(ordered) - len(lines)}))
    return SchemaText("\n".join(told_lines), whole, max(0, budget - sum(map(_size, told_lines))))


def describe_further(
    names: Iterable[TableName], told: SchemaText, catalog: Catalog, shared: SharedValues | None = None
) -> SchemaText:
    """Of these tables those that have not been told whole: whole, or without what can be spared, as many as fit in what
    the budget has left."""
    describer = _Describer(catalog, shared)
    lines: list[str] = []
    whole, left = set(told.whole), told.left
    for name in names:
        if name in whole:
            continue
        table = catalog.table(name)
        for describe in (describer.with_values, describer.whole, describer.columns):
            line = describe(table)
            if _size(line) <= left:
                lines.append(line)
                left -= _size(line)
                if describe != describer.columns:
                    whole.add(name)
                break
    return SchemaText("\n".join(lines), frozenset(whole), left)


def as_data(value: object) -> str:
    """JSON in which no `<` stands: it cannot end the element that encloses it."""
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003c")


def _size(line: str) -> int:
    return len(line.encode(errors="replace")) + 1


def _names_within(ordered: Sequence[Table], budget: int) -> dict[TableName, str]:
    lines: dict[TableName, str] = {}
    for table in ordered:
        line = as_data({"table": str(table.name)})
        budget -= _size(line)
        if budget < 0:
            break
        lines[table.name] = line
    return lines


def _upgraded(
    tables: Iterable[Table], lines: dict[TableName, str], describe: Callable[[Table], str], budget: int
) -> frozenset[TableName]:
    """Which of the tables' lines could be replaced by longer ones."""
    used = sum(map(_size, lines.values()))
    upgraded = []
    for table in tables:
        line = describe(table)
        longer = _size(line) - _size(lines[table.name])
        if used + longer <= budget:
            used += longer
            lines[table.name] = line
            upgraded.append(table.name)
    return frozenset(upgraded)


class _Describer:
    def __init__(self, catalog: Catalog, shared: SharedValues | None) -> None:
        self._catalog = catalog
        self._shared = shared

    def whole(self, table: Table) -> str:
        return as_data(self._described(table, {}))

    def with_values(self, table: Table) -> str:
        if self._shared is None:
            return self.whole(table)
        values = {column.name: self._shared.of(table, column) for column in table.columns}
        return as_data(self._described(table, values))

    def columns(self, table: Table) -> str:
        """Without what can be spared."""
        described: dict[str, Any] = {
            "table": str(table.name),
            "columns": {column.name: column.type_name for column in table.columns},
        }
        return as_data(described | self._foreign_keys(table))

    def _described(self, table: Table, values: dict[str, list[str]]) -> dict[str, Any]:
        described: dict[str, Any] = {"table": str(table.name), "rows": table.estimated_rows}
        if table.comment:
            described["comment"] = table.comment[:MAXIMUM_COMMENT]
        described["columns"] = {column.name: _column(column, values.get(column.name, [])) for column in table.columns}
        if table.primary_key:
            described["primary_key"] = list(table.primary_key)
        if table.unique_keys:
            described["unique_keys"] = [list(key) for key in table.unique_keys]
        described |= self._foreign_keys(table)
        if table.check_constraints:
            described["checks"] = [check[:MAXIMUM_CHECK] for check in table.check_constraints]
        return described

    def _foreign_keys(self, table: Table) -> dict[str, Any]:
        references = [_reference(key) for key in self._catalog.references_of(table.name)]
        return {"foreign_keys": references} if references else {}


def _column(column: Column, values: list[str]) -> str | dict[str, Any]:
    described: dict[str, Any] = {"type": column.type_name}
    if column.enum_labels:
        described["labels"] = list(column.enum_labels[:MAXIMUM_LABELS])
    if column.comment:
        described["comment"] = column.comment[:MAXIMUM_COMMENT]
    if values:
        described["values"] = values
    return described if len(described) > 1 else column.type_name


def _reference(key: ForeignKey) -> dict[str, Any]:
    return {"columns": list(key.columns), "to": str(key.parent), "to_columns": list(key.parent_columns)}
