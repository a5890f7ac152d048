"""Why a table holds the rows it holds, in a sentence for the report."""

from collections.abc import Iterable

from datavalut.catalog.model import Catalog, ForeignKey, TableName
from datavalut.filters.model import Scope
from datavalut.subset.model import Rule, TableSubset


def reason_for(table: TableSubset, scope: Scope, catalog: Catalog) -> str:
    """To be read after the table's name and rule: "orders: descendant: rows that reference a kept row of customers"."""
    return f"{_rows(table, scope, catalog)}{_required(table)}"


def _rows(table: TableSubset, scope: Scope, catalog: Catalog) -> str:
    match table.rule:
        case Rule.ROOT:
            filters = _names((key.parent for key in table.filters), catalog, "or")
            left_out = f", less those that reference a row of {filters} that is left out" if filters else ""
            return f"the rows that the filter describes{left_out}"
        case Rule.DESCENDANT | Rule.SIBLING:
            return _linked_rows(table.links, catalog)
        case Rule.ANCESTOR:
            return "only rows that kept rows reference"
        case Rule.REST if scope is Scope.WIDE:
            return "all rows, as the scope is wide"
        case Rule.REST:
            return "all rows, as no foreign key connects it to a root"
        case Rule.EXCLUDED:
            return "no rows but those that kept rows reference" if table.referenced_in else "no rows"
        case Rule.FULL:
            return "all rows, as the filter asks for"
        case Rule.EMPTY if scope is Scope.MINIMAL:
            return "no rows, as the scope is minimal"
        case Rule.EMPTY:
            return "no rows, as only excluded tables connect it to a root"


def _linked_rows(links: Iterable[ForeignKey], catalog: Catalog) -> str:
    keys = tuple(links)
    others = _names((key.parent for key in keys if key.parent != key.child), catalog, "or")
    rows = f"rows that reference a kept row of {others}"
    if any(key.parent == key.child for key in keys):
        rows += ", directly or through other rows of the same table"
    return rows if len(keys) == 1 else f"{rows}, and none that is left out"


def _required(table: TableSubset) -> str:
    return "; and rows that kept rows reference" if table.may_hold_required_rows and table.chooses_rows else ""


def _names(names: Iterable[TableName], catalog: Catalog, conjunction: str) -> str:
    """Without the schema where the name says enough."""
    schemas: dict[str, int] = {}
    for table in catalog.tables:
        schemas[table.name.name] = schemas.get(table.name.name, 0) + 1
    texts = list(dict.fromkeys(name.name if schemas[name.name] == 1 else str(name) for name in names))
    if len(texts) < 2:
        return "".join(texts)
    return f"{', '.join(texts[:-1])} {conjunction} {texts[-1]}"
