"""The foreign keys that a condition goes over, in words: which "managed by Ada" and "manages Ada" differ by."""

from collections.abc import Iterator

from datavalut.filters.model import Direction, FilterModel, PathStep


def told(*parts: FilterModel | None) -> str:
    """ ", over orders by customer_id; managerId to Employee" for all paths of the parts; "" where there is none."""
    ways = dict.fromkeys(_way(path) for part in parts if part is not None for path in _paths(part))
    return f", over {'; '.join(ways)}" if ways else ""


def _paths(part: FilterModel) -> Iterator[tuple[PathStep, ...]]:
    """In the order of the plan, those of conditions within conditions too."""
    for _, value in part:
        items = value if isinstance(value, tuple) else (value,)
        steps = tuple(item for item in items if isinstance(item, PathStep))
        if steps:
            yield steps
            continue
        for item in items:
            if isinstance(item, FilterModel):
                yield from _paths(item)


def _way(path: tuple[PathStep, ...]) -> str:
    return ", then ".join(map(_step, path))


def _step(step: PathStep) -> str:
    """Up, by columns of the row itself: "customer_id to customers"; down, by theirs: "orders by customer_id"."""
    table, columns = step.table.rpartition(".")[2], " and ".join(step.columns or ())
    return f"{columns} to {table}" if step.direction is Direction.TO_PARENT else f"{table} by {columns}"
