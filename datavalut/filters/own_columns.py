"""What of a root can be told by looking at the row alone."""

from collections.abc import Iterator

from pydantic import BaseModel

from datavalut.filters.model import Aggregate, AllOf, Condition, Exists, Root


def own_columns_only(root: Root) -> Root:
    """The root with no more than those conditions that every row it means meets by its own columns."""
    return Root(table=root.table, condition=_own(root.condition) if root.condition is not None else None)


def _own(condition: Condition) -> Condition | None:
    if isinstance(condition, AllOf):
        parts = tuple(part for each in condition.conditions if (part := _own(each)) is not None)
        return AllOf(conditions=parts) if parts else None
    return None if _looks_at_other_rows(condition) else condition


def _looks_at_other_rows(model: BaseModel) -> bool:
    return any(isinstance(part, Exists | Aggregate) for part in _parts(model))


def _parts(model: BaseModel) -> Iterator[BaseModel]:
    yield model
    for _, value in model:
        for each in value if isinstance(value, tuple) else (value,):
            if isinstance(each, BaseModel):
                yield from _parts(each)
