"""What simple check constraints say of a column's values: bounds, and lists of labels.

Only the forms are read in which PostgreSQL writes back what people write most; every other constraint says nothing
here. A row whose column is null meets any of them.
"""

import re
from dataclasses import dataclass
from decimal import Decimal

from datavalut.catalog.model import Table

_NAME = r'"?(?P<column>(?<=")(?:[^"]|"")+(?=")|[a-z_][a-z0-9_$]*)"?'
_COLUMN = rf"\(*{_NAME}\)?(?:::[a-z ]+)?"
_NUMBER = r"\(*'?(?P<number>-?[0-9]+(?:\.[0-9]+)?)'?\)*(?:::[a-z ]+(?:\([0-9, ]+\))?)?\)*"
_COMPARISON = re.compile(rf"{_COLUMN} (?P<operator><=|>=|<|>) {_NUMBER}")
_LABEL = r"'(?:[^']|'')*'::[a-z ]+"
_LIST = re.compile(rf"{_COLUMN} = ANY \(+ARRAY\[(?P<labels>{_LABEL}(?:, {_LABEL})*)\]\)*(?:::[a-z \[\]]+)?\)*")
_LABEL_TEXT = re.compile(r"'((?:[^']|'')*)'::")
_CONSTRAINT = re.compile(r"CHECK \((?P<condition>.*)\)", re.DOTALL)


@dataclass(frozen=True)
class Limit:
    """`operator` (`<`, `<=`, `>`, `>=`) and `number`: the column's values stand so to it."""

    operator: str
    number: Decimal


@dataclass(frozen=True)
class ColumnRule:
    """What one constraint says of one column. `text` is the constraint as the catalog has it."""

    column: str
    text: str
    limit: Limit | None = None
    labels: tuple[str, ...] | None = None


def column_rules(table: Table) -> tuple[ColumnRule, ...]:
    return tuple(rule for text in table.check_constraints for rule in _rules(text))


def _rules(text: str) -> list[ColumnRule]:
    """A constraint that is not validated (it ends with NOT VALID) may have rows against it, and says nothing."""
    constraint = _CONSTRAINT.fullmatch(text)
    if constraint is None:
        return []
    found = []
    for part in _conjuncts(constraint["condition"]):
        comparison, labels = _COMPARISON.fullmatch(part), _LIST.fullmatch(part)
        if comparison is not None:
            limit = Limit(comparison["operator"], Decimal(comparison["number"]))
            found.append(ColumnRule(_unquoted(comparison["column"]), text, limit=limit))
        if labels is not None:
            quoted = _LABEL_TEXT.findall(labels["labels"])
            texts = tuple(label.replace("''", "'") for label in quoted)
            found.append(ColumnRule(_unquoted(labels["column"]), text, labels=texts))
    return found


def _conjuncts(condition: str) -> list[str]:
    """`((a > 0) AND (a < 9))` is two; where anything else joins the parts, none of them needs to hold for itself."""
    inner = _stripped(condition)
    if re.search(r"\b(OR|NOT|CASE|IS)\b", re.sub(r"'(?:[^']|'')*'", "''", inner)):
        return []
    return [_stripped(part) for part in inner.split(" AND ")]


def _stripped(text: str) -> str:
    """Without the parentheses that enclose the whole of it."""
    while text.startswith("(") and text.endswith(")") and _closes_at_the_end(text):
        text = text[1:-1]
    return text


def _closes_at_the_end(text: str) -> bool:
    depth = 0
    for position, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if depth == 0:
            return position == len(text) - 1
    return False


def _unquoted(name: str) -> str:
    return name.replace('""', '"')
