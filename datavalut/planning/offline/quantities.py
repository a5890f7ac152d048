"""Numbers, and amounts with their comparison: "3", "three", "1.5k", "at least 3", "3+", "between 2 and 5"."""

from dataclasses import dataclass, replace
from decimal import Decimal

from datavalut.filters.model import ComparisonOperator
from datavalut.planning.offline.synonyms import CURRENCY_WORDS
from datavalut.planning.offline.tokens import Token, TokenKind

_UNITS = {
    **{"zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9},
    **{"ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16},
    **{"seventeen": 17, "eighteen": 18, "nineteen": 19},
}
_TENS = {
    **{"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90},
}
_SCALES = {"hundred": 100, "thousand": 1000, "million": 1_000_000, "dozen": 12}

GREATER = ComparisonOperator.GREATER
GREATER_OR_EQUAL = ComparisonOperator.GREATER_OR_EQUAL
LESS = ComparisonOperator.LESS
LESS_OR_EQUAL = ComparisonOperator.LESS_OR_EQUAL
EQUAL = ComparisonOperator.EQUAL
NOT_EQUAL = ComparisonOperator.NOT_EQUAL

# Before the number. The longest phrase that fits is meant.
COMPARATORS: dict[tuple[str, ...], ComparisonOperator] = {
    tuple(phrase.split()): operator
    for operator, phrases in (
        (
            GREATER_OR_EQUAL,
            ">=, at least, at minimum, a minimum of, minimum, minimum of, no less than, not less than, no fewer than, "
            "not fewer than, no lower than, not lower than, no shorter than, not shorter than, no smaller than, "
            "not smaller than, not below, not under, greater than or equal to, more than or equal to, "
            "equal to or greater than, > or =",
        ),
        (
            LESS_OR_EQUAL,
            "<=, at most, at maximum, a maximum of, maximum, maximum of, no more than, not more than, up to, "
            "less than or equal to, fewer than or equal to, equal to or less than, not above, not over, "
            "no longer than, not longer than, no higher than, not higher than, no larger than, not larger than, "
            "no greater than, not greater than, no bigger than, not bigger than, not exceeding",
        ),
        (
            GREATER,
            ">, above, over, more than, greater than, higher than, larger than, bigger than, exceeding, "
            "in excess of, longer than, exceed, exceeds",
        ),
        (LESS, "<, below, under, less than, fewer than, lower than, smaller than, shorter than"),
        (EQUAL, "=, exactly, precisely, equal to, only, just"),
        (NOT_EQUAL, "<>, not equal to, other than, different from"),
    )
    for phrase in phrases.split(", ")
}
# After the number.
_POSTFIXES: dict[tuple[str, ...], ComparisonOperator] = {
    tuple(phrase.split()): operator
    for operator, phrases in (
        (
            GREATER_OR_EQUAL,
            "+, plus, or more, or greater, or higher, or above, or over, or larger, or longer, and more, and above, "
            "and up, and over, or better, or older, and older, or heavier, or taller, or bigger",
        ),
        (
            LESS_OR_EQUAL,
            "or less, or fewer, or lower, or below, or under, or smaller, or shorter, and below, and under, "
            "or younger, and younger, or cheaper, or lighter",
        ),
    )
    for phrase in phrases.split(", ")
}
_LONGEST_PHRASE = 6

WORDS_OF_OPERATORS = {
    EQUAL: "exactly",
    NOT_EQUAL: "not",
    LESS: "less than",
    LESS_OR_EQUAL: "at most",
    GREATER: "more than",
    GREATER_OR_EQUAL: "at least",
}


@dataclass(frozen=True)
class Number:
    value: Decimal
    end: int


@dataclass(frozen=True)
class Quantity:
    """Compared with `low` by `operator`; or between `low` and `high`, both included, where there is a `high`.

    `bare`: the number stood alone.
    """

    operator: ComparisonOperator
    low: Decimal
    end: int
    high: Decimal | None = None
    bare: bool = False

    @property
    def meaning(self) -> str:
        if self.high is not None:
            return f"between {self.low} and {self.high}"
        return f"{WORDS_OF_OPERATORS[self.operator]} {self.low}"


def read_phrase(
    tokens: tuple[Token, ...], position: int, phrases: dict[tuple[str, ...], ComparisonOperator]
) -> tuple[ComparisonOperator, int] | None:
    """The longest of `phrases` that stands at `position`."""
    for length in range(_LONGEST_PHRASE, 0, -1):
        words = tuple(
            token.lower for token in tokens[position : position + length] if token.kind is not TokenKind.QUOTED
        )
        if len(words) == length and words in phrases:
            return phrases[words], position + length
    return None


def read_comparator(tokens: tuple[Token, ...], position: int) -> tuple[ComparisonOperator, int] | None:
    return read_phrase(tokens, position, COMPARATORS)


def read_number(tokens: tuple[Token, ...], position: int) -> Number | None:
    """A number in digits or words, with its currency."""
    number = _read_digits(tokens, position) or _read_number_words(tokens, position)
    if number and number.end < len(tokens) and tokens[number.end].lower in CURRENCY_WORDS:
        return Number(number.value, number.end + 1)
    return number


def _read_digits(tokens: tuple[Token, ...], position: int) -> Number | None:
    if position >= len(tokens):
        return None
    token = tokens[position]
    if token.lower == "-" and position + 1 < len(tokens) and tokens[position + 1].number is not None:
        positive = _read_digits(tokens, position + 1)
        return Number(-positive.value, positive.end) if positive else None
    if token.number is None:
        return None
    following = tokens[position + 1].lower if position + 1 < len(tokens) else ""
    if following in {"thousand", "million"}:
        return Number(token.number * _SCALES[following], position + 2)
    return Number(token.number, position + 1)


def _read_number_words(tokens: tuple[Token, ...], position: int) -> Number | None:
    total, group = 0, 0
    end = position
    for index in range(position, len(tokens)):
        parts = tokens[index].parts if tokens[index].kind is TokenKind.WORD else ()
        if not parts or not all(part in _UNITS or part in _TENS or part in _SCALES for part in parts):
            break
        for part in parts:
            if part in _UNITS:
                group += _UNITS[part]
            elif part in _TENS:
                group += _TENS[part]
            elif part in {"hundred", "dozen"}:
                group = max(group, 1) * _SCALES[part]
            else:
                total += max(group, 1) * _SCALES[part]
                group = 0
        end = index + 1
    if end == position:
        return _read_a_scale(tokens, position)
    return Number(Decimal(total + group), end)


def _read_a_scale(tokens: tuple[Token, ...], position: int) -> Number | None:
    """ "a hundred", "a dozen"."""
    words = tuple(token.lower for token in tokens[position : position + 2])
    if len(words) == 2 and words[0] in {"a", "one"} and words[1] in _SCALES:
        return Number(Decimal(_SCALES[words[1]]), position + 2)
    if len(words) == 2 and words[0] in {"a", "an"} and words[1] in {"hour", "minute", "kilo", "kilogram"}:
        return Number(Decimal(1), position + 1)
    return None


def read_quantity(tokens: tuple[Token, ...], position: int) -> Quantity | None:
    """An amount that something is compared with."""
    if (between := _read_between(tokens, position)) is not None:
        return between
    words = tuple(token.lower for token in tokens[position : position + 2])
    if words[:1] == ("multiple",):
        return Quantity(GREATER, Decimal(1), position + 1)
    if words == ("a", "single"):
        return Quantity(EQUAL, Decimal(1), position + 2)
    if words[:1] == ("single",):
        return Quantity(EQUAL, Decimal(1), position + 1)
    comparator = read_comparator(tokens, position)
    number = read_number(tokens, comparator[1] if comparator else position)
    if number is None:
        return None
    if comparator is not None:
        return Quantity(comparator[0], number.value, number.end)
    postfix = read_phrase(tokens, number.end, _POSTFIXES)
    if postfix is not None:
        return Quantity(postfix[0], number.value, postfix[1])
    if number.end < len(tokens) and tokens[number.end].lower in {"-", "to"}:
        high = read_number(tokens, number.end + 1)
        if high is not None and high.value >= number.value:
            return Quantity(GREATER_OR_EQUAL, number.value, high.end, high.value)
    return Quantity(EQUAL, number.value, number.end, bare=True)


def read_postfix(tokens: tuple[Token, ...], quantity: Quantity, position: int) -> Quantity:
    """The quantity with the "or more" that stands behind its unit, at `position`."""
    postfix = read_phrase(tokens, position, _POSTFIXES) if quantity.bare else None
    return replace(quantity, operator=postfix[0], end=postfix[1], bare=False) if postfix else quantity


def read_alternatives(tokens: tuple[Token, ...], position: int) -> tuple[tuple[Decimal, ...], int] | None:
    """ "2 or 3", "1, 2 or 5": numbers alone, with "or" before the last."""
    values: list[Decimal] = []
    end, last = position, False
    while (number := read_number(tokens, end)) is not None:
        values.append(number.value)
        end = number.end
        joiner = tokens[end].lower if end < len(tokens) else ""
        if last or joiner not in {",", "or"}:
            break
        last = joiner == "or"
        end += 1
    return (tuple(values), end) if last and len(values) > 1 else None


def _read_between(tokens: tuple[Token, ...], position: int) -> Quantity | None:
    first = tokens[position].lower if position < len(tokens) else ""
    if first not in {"between", "from"}:
        return None
    low = read_number(tokens, position + 1)
    if low is None or low.end >= len(tokens):
        return None
    if tokens[low.end].lower not in ({"and"} if first == "between" else {"to"}):
        return None
    high = read_number(tokens, low.end + 1)
    return Quantity(GREATER_OR_EQUAL, low.value, high.end, high.value) if high and high.value >= low.value else None
