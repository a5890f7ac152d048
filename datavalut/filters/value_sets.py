"""The values that an expression can have, as far as conditions with constants leave any."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any


@dataclass(frozen=True)
class Restriction:
    """Where a restriction comes from: the place of a condition in the plan, or, for a `rule`, what is always so, in
    words."""

    text: str
    rule: bool = False


_WHOLE = Restriction("a whole number has no decimals", rule=True)


@dataclass(frozen=True)
class _Bound:
    value: Any
    included: bool
    by: Restriction


@dataclass(frozen=True)
class _Choice:
    values: frozenset[Any]
    by: Restriction


@dataclass
class ValueSet:
    """Everything, until restricted. Values are such that Python orders them as PostgreSQL does; `whole` numbers leave
    gaps between them. Null is one of the values until it is ruled out."""

    whole: bool = False
    _low: _Bound | None = None
    _high: _Bound | None = None
    _choices: tuple[_Choice, ...] = ()
    _excluded: dict[Any, Restriction] = field(default_factory=dict)
    _null: Restriction | None = None
    _not_null: Restriction | None = None

    def copy(self) -> "ValueSet":
        return replace(self, _excluded=dict(self._excluded))

    def null(self, by: Restriction) -> None:
        self._null = self._null or by

    def not_null(self, by: Restriction) -> None:
        self._not_null = self._not_null or by

    def from_below(self, value: Any, included: bool, by: Restriction) -> None:
        """At least `value`, or more."""
        if self.whole:
            value, included = _next_whole(value, included), True
        low = self._low
        if low is None or value > low.value or (value == low.value and low.included and not included):
            self._low = _Bound(value, included, by)

    def from_above(self, value: Any, included: bool, by: Restriction) -> None:
        """At most `value`, or less."""
        if self.whole:
            value, included = -_next_whole(-value, included), True
        high = self._high
        if high is None or value < high.value or (value == high.value and high.included and not included):
            self._high = _Bound(value, included, by)

    def one_of(self, values: Iterable[Any], by: Restriction) -> None:
        self._choices = (*self._choices, _Choice(frozenset(values), by))

    def none_of(self, values: Iterable[Any], by: Restriction) -> None:
        for value in values:
            self._excluded.setdefault(value, by)

    def conflict(self) -> tuple[Restriction, Restriction] | None:
        """Two of the restrictions that leave nothing, not even null; None while something is left."""
        if self._null is not None and self._not_null is not None:
            return self._null, self._not_null
        return self._conflict_of_values() if self._not_null is not None else None

    def _conflict_of_values(self) -> tuple[Restriction, Restriction] | None:
        low, high = self._low, self._high
        if low is not None and high is not None:
            if low.value > high.value or (low.value == high.value and not (low.included and high.included)):
                return low.by, high.by
            if low.value == high.value and low.value in self._excluded:
                return low.by, self._excluded[low.value]
        if not self._choices:
            return None
        left = self._choices[0].values
        for choice in self._choices[1:]:
            if not left & choice.values:
                others = [other for other in self._choices if not other.values & choice.values]
                return (others or [self._choices[0]])[0].by, choice.by
            left &= choice.values
        excluders = [self._excluder(value) for value in left]
        if all(excluders) and excluders[0] is not None:
            return self._choices[-1].by, excluders[0]
        return None

    def _excluder(self, value: Any) -> Restriction | None:
        low, high = self._low, self._high
        if self.whole and value != value.to_integral_value():
            return _WHOLE
        if value in self._excluded:
            return self._excluded[value]
        if low is not None and (value < low.value or (value == low.value and not low.included)):
            return low.by
        if high is not None and (value > high.value or (value == high.value and not high.included)):
            return high.by
        return None


def _next_whole(value: Decimal, included: bool) -> Decimal:
    if included:
        return value.to_integral_value(ROUND_CEILING)
    return value.to_integral_value(ROUND_FLOOR) + 1
