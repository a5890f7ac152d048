""" "(who bought) books and toys": of what somebody can have several, "and" asks for each.

A row has one value of a column, so that values joined by "and" are alternatives where they are said of one row. Said of
rows that there can be several of, each must be there: whoever bought books and toys bought both.
"""

from collections.abc import Iterator

from datavalut.filters.model import (
    AllOf,
    Comparison,
    ComparisonOperator,
    Condition,
    Direction,
    Exists,
    LiteralValue,
    OneOf,
    PathStep,
)
from datavalut.planning.offline.phrases import UnclearError, all_of
from datavalut.planning.offline.reader import Reader

_LONGEST_NAME = 3  # tokens


class SeveralReader(Reader):
    def there(
        self, path: tuple[PathStep, ...], condition: Condition | None, start: int, noun_end: int, end: int
    ) -> Condition:
        """That there is a row at the end of `path` of which `condition` holds, said by a noun from `start` until
        `noun_end`, with what stands behind it until `end`: one for each of the kinds that are joined by "and". Raises
        UnclearError for "pending and shipped orders", and for "listings in Toys and Books"."""
        joiners = {"and", "&", "or"} & {self._word(at) for at in range(start, end)}
        lists = list(_lists(condition)) if condition is not None and joiners and "or" not in joiners else []
        if condition is None or len(lists) != 1 or all(step.direction is Direction.TO_PARENT for step in path):
            return Exists(path=path, condition=condition)
        if self._ends_with_a_table(noun_end):
            raise UnclearError(start, end, "each of these, or one of them?", ("... or ...",))
        return all_of(Exists(path=path, condition=one) for one in _each(condition, lists[0]))

    def _ends_with_a_table(self, noun_end: int) -> bool:
        starts = range(max(noun_end - _LONGEST_NAME, 0), noun_end)
        named = (self._vocabulary.table_at(start, loosely=True) for start in starts)
        return any(found is not None and found[1] == noun_end for found in named)


def _lists(condition: Condition) -> Iterator[OneOf]:
    match condition:
        case OneOf():
            yield condition
        case AllOf():
            for part in condition.conditions:
                yield from _lists(part)
        case Exists() if condition.condition is not None:
            yield from _lists(condition.condition)


def _each(condition: Condition, listed: OneOf) -> Iterator[Condition]:
    for value in listed.values:
        single = Comparison(left=listed.operand, operator=ComparisonOperator.EQUAL, right=LiteralValue(value=value))
        yield _with(condition, listed, single)


def _with(condition: Condition, listed: OneOf, single: Condition) -> Condition:
    match condition:
        case OneOf() if condition == listed:
            return single
        case AllOf():
            return AllOf(conditions=tuple(_with(part, listed, single) for part in condition.conditions))
        case Exists() if condition.condition is not None:
            return Exists(path=condition.path, condition=_with(condition.condition, listed, single))
    return condition
