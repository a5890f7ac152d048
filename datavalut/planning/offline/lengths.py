"""Lengths of time with their comparison: "more than 3 days", "a week", "2 or more nights"."""

from dataclasses import dataclass

from datavalut.filters.model import Age, ComparisonOperator, LastPeriod, OlderThan, TimeUnit, TimeWindow
from datavalut.planning.offline.inflection import singular
from datavalut.planning.offline.quantities import (
    EQUAL,
    GREATER,
    GREATER_OR_EQUAL,
    LESS,
    LESS_OR_EQUAL,
    WORDS_OF_OPERATORS,
    read_comparator,
    read_postfix,
    read_quantity,
)
from datavalut.planning.offline.tokens import Token

CLOCK_UNITS = frozenset({TimeUnit.MINUTE, TimeUnit.HOUR})

_UNITS = {unit.value: (unit, 1) for unit in TimeUnit} | {
    "night": (TimeUnit.DAY, 1),
    "fortnight": (TimeUnit.WEEK, 2),
    "min": (TimeUnit.MINUTE, 1),
    "hr": (TimeUnit.HOUR, 1),
}


@dataclass(frozen=True)
class Length:
    """So many units, compared by `operator`; at most `high`, if given. `bare`: no comparison was said."""

    operator: ComparisonOperator
    amount: int
    unit: TimeUnit
    end: int
    high: int | None = None
    bare: bool = False

    @property
    def meaning(self) -> str:
        if self.high is not None:
            return f"{self.amount} to {self.high} {self.unit}s"
        return f"{WORDS_OF_OPERATORS[self.operator]} {self.amount} {self.unit}{'s' if self.amount != 1 else ''}"

    def until_now(self) -> TimeWindow | None:
        """When that began which has lasted so long; None for what no window says."""
        if self.amount < 1 or (self.operator is EQUAL and self.high is None):
            return None
        if self.high is None and self.operator is GREATER:
            return OlderThan(amount=self.amount, unit=self.unit)
        if self.high is None and self.operator is LESS:
            return LastPeriod(amount=self.amount, unit=self.unit)
        if self.unit in CLOCK_UNITS:
            return None
        least = self.amount if self.high is not None or self.operator is GREATER_OR_EQUAL else 0
        most = self.amount if self.operator is LESS_OR_EQUAL else self.high
        return Age.model_validate({"unit": self.unit, "at_least": least, "at_most": most})


def read_length(tokens: tuple[Token, ...], position: int) -> Length | None:
    """A length of time, with what stands before and behind it: "2 nights or more"."""
    comparator = read_comparator(tokens, position)
    at = comparator[1] if comparator else position
    article = at < len(tokens) and tokens[at].lower in {"a", "an", "one"}
    unit = _unit(tokens, at + 1) if article else None
    if unit is not None:
        return Length(comparator[0] if comparator else EQUAL, unit[1], unit[0], at + 2, bare=comparator is None)
    quantity = read_quantity(tokens, position)
    unit = _unit(tokens, quantity.end) if quantity else None
    if quantity is None or unit is None:
        return None
    said = read_postfix(tokens, quantity, quantity.end + 1)
    low, high = said.low * unit[1], said.high * unit[1] if said.high is not None else None
    if low != int(low) or low < 0 or (high is not None and high != int(high)):
        return None
    end = max(said.end, quantity.end + 1)
    return Length(said.operator, int(low), unit[0], end, int(high) if high is not None else None, said.bare)


def _unit(tokens: tuple[Token, ...], position: int) -> tuple[TimeUnit, int] | None:
    return _UNITS.get(singular(tokens[position].lower)) if position < len(tokens) else None
