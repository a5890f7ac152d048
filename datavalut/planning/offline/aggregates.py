"""An amount of related rows, before it is compared: their number, or a sum, an average or an extreme of a column."""

from dataclasses import dataclass

from datavalut.catalog.model import Column, Table, TypeCategory
from datavalut.filters.model import Aggregate, AggregateFunction, ColumnValue, Condition, Direction, PathStep
from datavalut.planning.offline.phrases import UnclearError, all_of


@dataclass(frozen=True)
class Amount:
    """A value of related rows, before it is compared. `near` is the table that was named, at `path[: near_steps]`."""

    function: AggregateFunction
    path: tuple[PathStep, ...]
    column: Column | None
    end: int
    name: str
    near: Table
    near_steps: int
    where: Condition | None = None  # of the rows at the end of the path

    def aggregate(self, condition: Condition | None = None) -> Aggregate:
        of = ColumnValue(column=self.column.name) if self.column else None
        conditions = [part for part in (self.where, condition) if part is not None]
        return Aggregate(
            function=self.function, path=self.path, of=of, condition=all_of(conditions) if conditions else None
        )

    @property
    def category(self) -> TypeCategory:
        """Averages of whole numbers are not whole."""
        if self.column is None:
            return TypeCategory.INTEGER
        return TypeCategory.NUMERIC if self.function is AggregateFunction.AVG else self.column.category


def amount_of(
    function: AggregateFunction,
    path: tuple[PathStep, ...],
    *,
    near: Table,
    at: Table,
    columns: list[Column],
    position: int,
    end: int,
) -> Amount:
    """Of the one column. Raises UnclearError if there are several."""
    if len(columns) > 1:
        names = (f"{at.name.name}.{column.name}" for column in columns)
        raise UnclearError(position, end, "several columns fit", names)
    name = f"the {function.value} of {at.name.name}.{columns[0].name}"
    steps = next((i for i, step in enumerate(path, start=1) if step.table == str(near.name)), len(path))
    return Amount(function, path, columns[0], end, name, near, steps)


def steps_back(start: Table, steps: tuple[PathStep, ...], before: tuple[PathStep, ...]) -> tuple[PathStep, ...]:
    """`steps` walked back, to the table that the last of `before` reached."""
    stations = [before[-1].table if before else str(start.name), *(step.table for step in steps)]
    back = []
    for step, station in zip(reversed(steps), reversed(stations[:-1]), strict=True):
        up = step.direction is Direction.TO_CHILDREN
        direction = Direction.TO_PARENT if up else Direction.TO_CHILDREN
        back.append(PathStep(table=station, columns=step.columns, direction=direction))
    return tuple(back)
