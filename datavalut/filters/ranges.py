"""Ranges of values between constants, and what lies outside of them."""

from datavalut.filters.model import (
    EXCHANGED,
    OPPOSITE,
    Between,
    Comparison,
    ComparisonOperator,
    Expression,
    LiteralValue,
)

_EQUALITIES = frozenset({ComparisonOperator.EQUAL, ComparisonOperator.NOT_EQUAL})


def both_ends(condition: Between) -> tuple[Comparison, Comparison]:
    """The same as two comparisons, both of which must hold."""
    return (
        Comparison(left=condition.operand, operator=ComparisonOperator.GREATER_OR_EQUAL, right=condition.low),
        Comparison(left=condition.operand, operator=ComparisonOperator.LESS_OR_EQUAL, right=condition.high),
    )


def outer_ranges(condition: Comparison | Between) -> tuple[Expression, tuple[Comparison, ...]]:
    """The expression that is held against constants, and the comparisons one of which holds where it is not null and
    the condition is not true; none, if what is outside is no range."""
    ends = both_ends(condition) if isinstance(condition, Between) else (_constant_last(condition),)
    operand = ends[0].left
    if not all(isinstance(end.right, LiteralValue) and end.operator not in _EQUALITIES for end in ends):
        return operand, ()
    return operand, tuple(Comparison(left=operand, operator=OPPOSITE[end.operator], right=end.right) for end in ends)


def _constant_last(condition: Comparison) -> Comparison:
    if not isinstance(condition.left, LiteralValue):
        return condition
    return Comparison(left=condition.right, operator=EXCHANGED[condition.operator], right=condition.left)
