"""Which tables a plan names, checked or not."""

from collections.abc import Iterator

from pydantic import BaseModel

from datavalut.filters.model import FilterPlan, PathStep, Root


def tables_named(plan: FilterPlan) -> tuple[str, ...]:
    """Each name as the plan has it, once, in the order of the plan."""
    return tuple(dict.fromkeys((*_named(plan), *plan.exclude, *plan.full)))


def _named(part: object) -> Iterator[str]:
    if isinstance(part, Root | PathStep):
        yield part.table
    if isinstance(part, BaseModel):
        for name in type(part).model_fields:
            yield from _named(getattr(part, name))
    elif isinstance(part, tuple):
        for item in part:
            yield from _named(item)
