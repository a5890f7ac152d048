"""A catalog as a language model reads it: names, types, keys and comments. Never rows."""

import json
from typing import Any

from datavalut.catalog.model import Catalog, Column, ForeignKey, Table

MAXIMUM_COMMENT = 200  # characters
MAXIMUM_LABELS = 50  # of an enum
# Beyond this size the schema is told without what can be spared: comments and checks.
LONG_SCHEMA = 200_000  # characters


def schema_text(catalog: Catalog) -> str:
    """JSON, one table a line, in which no `<` stands: it cannot end the element that encloses it."""
    whole = _text(catalog, full=True)
    return whole if len(whole) <= LONG_SCHEMA else _text(catalog, full=False)


def as_data(value: object) -> str:
    """JSON in which no `<` stands."""
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003c")


def _text(catalog: Catalog, full: bool) -> str:
    return "\n".join(as_data(_table(table, catalog, full)) for table in catalog.tables)


def _table(table: Table, catalog: Catalog, full: bool) -> dict[str, Any]:
    described: dict[str, Any] = {"table": str(table.name), "rows": table.estimated_rows}
    if full and table.comment:
        described["comment"] = table.comment[:MAXIMUM_COMMENT]
    described["columns"] = {column.name: _column(column, full) for column in table.columns}
    if table.primary_key:
        described["primary_key"] = list(table.primary_key)
    references = [_reference(key) for key in catalog.references_of(table.name)]
    if references:
        described["foreign_keys"] = references
    if full and table.check_constraints:
        described["checks"] = [check[:MAXIMUM_COMMENT] for check in table.check_constraints]
    return described


def _column(column: Column, full: bool) -> str | dict[str, Any]:
    described: dict[str, Any] = {"type": column.type_name}
    if column.enum_labels:
        described["labels"] = list(column.enum_labels[:MAXIMUM_LABELS])
    if full and column.comment:
        described["comment"] = column.comment[:MAXIMUM_COMMENT]
    return described if len(described) > 1 else column.type_name


def _reference(key: ForeignKey) -> dict[str, Any]:
    return {"columns": list(key.columns), "to": str(key.parent), "to_columns": list(key.parent_columns)}
