"""Units behind numbers: "30 min", "2 hours", "5 kg", "4 credits"."""

from dataclasses import replace
from decimal import Decimal

from datavalut.catalog.model import Column, Table
from datavalut.planning.offline import synonyms
from datavalut.planning.offline.abbreviations import name_words
from datavalut.planning.offline.inflection import american_singular
from datavalut.planning.offline.phrases import UnclearError
from datavalut.planning.offline.quantities import Quantity
from datavalut.planning.offline.tokens import Token, TokenKind

_KINDS: tuple[dict[str, Decimal], ...] = (  # of each kind how many of the smallest a unit holds
    {"second": Decimal(1), "minute": Decimal(60), "hour": Decimal(3600), "day": Decimal(86_400)},
    {"gram": Decimal(1), "kilogram": Decimal(1000), "ton": Decimal(1_000_000)},
    {"millimeter": Decimal(1), "centimeter": Decimal(10), "meter": Decimal(1000), "kilometer": Decimal(1_000_000)},
)
_SHORT = {
    **{"s": "second", "sec": "second", "min": "minute", "h": "hour", "hr": "hour"},
    **{"g": "gram", "kg": "kilogram", "kilo": "kilogram", "tonne": "ton", "mm": "millimeter", "cm": "centimeter"},
    **{"m": "meter", "metre": "meter", "kilometre": "kilometer", "km": "kilometer"},
}
_OF_COLUMNS_WITHOUT = {"length": "minute", "duration": "minute", "runtime": "minute"}


def read_unit(tokens: tuple[Token, ...], position: int) -> tuple[str | None, int]:
    """The unit that stands there, and where it ends."""
    if position >= len(tokens) or tokens[position].kind is not TokenKind.WORD:
        return None, position
    word = american_singular(tokens[position].lower)
    unit = _SHORT.get(word, word)
    known = any(unit in kind for kind in _KINDS)
    return (unit, position + 1) if known else (None, position)


def measure_of(unit: str) -> str | None:
    """What is said by a unit alone: "under 90 minutes" is a length, "over 5 kg" a weight."""
    if unit in _KINDS[0] and unit != "day":
        return "length"
    return "weight" if unit in _KINDS[1] else None


def in_unit_of_column(quantity: Quantity, unit: str, table: Table, column: Column, position: int) -> Quantity:
    """The amount in the unit that the column is kept in: the one in its name (duration_min); a length of time without
    one is in minutes. Raises UnclearError where that is not known."""
    words = [american_singular(word) for word in name_words(column.name)]
    named = [_SHORT.get(word, word) for word in words if word in synonyms.UNIT_NAMES]
    kept_in = named[-1] if named else _OF_COLUMNS_WITHOUT.get(words[-1])
    kind = next((kind for kind in _KINDS if unit in kind and kept_in in kind), None)
    if kind is None or kept_in is None:
        name = f"{table.name.name}.{column.name}"
        raise UnclearError(position, quantity.end + 1, f"the unit of {name} is not known", (name,))
    factor = kind[unit] / kind[kept_in]
    high = quantity.high * factor if quantity.high is not None else None
    return replace(quantity, low=quantity.low * factor, high=high)
