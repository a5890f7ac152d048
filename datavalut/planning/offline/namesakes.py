"""A noun that several tables are called by the last word of ("orders": sales_orders, purchase_orders): the one that a
foreign key joins with the subject is meant, if only one is."""

from collections.abc import Callable, Iterator, Sequence

from datavalut.catalog.model import Catalog, Table
from datavalut.filters.model import (
    Aggregate,
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    Exists,
    FilterPlan,
    Not,
    OneOf,
    PathStep,
    Refusal,
)
from datavalut.planning.offline.phrases import SeveralTablesError

Answered = Callable[[Table], FilterPlan | Refusal]


def joined_with_subject(catalog: Catalog, error: SeveralTablesError, answer: Answered) -> FilterPlan | None:
    """The plan in which the noun is the one table that a foreign key joins with the only subject. `answer` reads the
    sentence with the noun as a table."""
    found: list[FilterPlan] = []
    for table in error.tables:
        plan = answer(table)
        if not isinstance(plan, FilterPlan):
            continue
        joined = _joined_with_subject(catalog, plan, error.tables)
        if joined is None or joined.name != table.name:
            continue
        if _is_said_of_the_subject(plan, table):
            found.append(plan)
    return found[0] if len(found) == 1 else None


def _joined_with_subject(catalog: Catalog, plan: FilterPlan, tables: Sequence[Table]) -> Table | None:
    if len(plan.roots) != 1 or plan.full or plan.exclude:
        return None
    subject = plan.roots[0].table
    if any(str(table.name) == subject for table in tables):
        return None
    joined = [
        table
        for table in tables
        if any({subject, str(table.name)} == {str(key.child), str(key.parent)} for key in catalog.foreign_keys)
    ]
    return joined[0] if len(joined) == 1 else None


def _is_said_of_the_subject(plan: FilterPlan, table: Table) -> bool:
    """Does the noun stand for what the subject itself has, and nowhere further in?"""
    condition = plan.roots[0].condition
    paths = list(_paths(condition)) if condition is not None else []
    name = str(table.name)
    direct = [path for path in paths if len(path) == 1 and path[0].table == name]
    return bool(direct) and plan.model_dump_json().count(f'"{name}"') == len(direct)


def _paths(condition: Condition) -> Iterator[tuple[PathStep, ...]]:
    match condition:
        case AllOf() | AnyOf():
            for part in condition.conditions:
                yield from _paths(part)
        case Not():
            yield from _paths(condition.condition)
        case Exists():
            yield condition.path
        case Comparison():
            yield from (side.path for side in (condition.left, condition.right) if isinstance(side, Aggregate))
        case OneOf(operand=Aggregate() as counted):
            yield counted.path
